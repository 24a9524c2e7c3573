//! The log: one JSON object a line, or pretty on a terminal. Never secrets, e-mails, titles or messages.

use std::{fmt, io::IsTerminal as _};

use serde_json::{Map, Value};
use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{
    EnvFilter, Layer,
    fmt::{
        FmtContext, FormatEvent, FormatFields, FormattedFields,
        format::{JsonFields, Writer},
        time::{FormatTime, SystemTime},
    },
    registry::LookupSpan,
};

use crate::config::{LogFormat, TelemetryConfig};

/// The part of telemetry that writes the log.
pub(super) fn layer<S>(config: &TelemetryConfig) -> Box<dyn Layer<S> + Send + Sync>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    // The MCP library logs whole messages, and in them what people wrote: it stays silent at every level.
    let filter = EnvFilter::try_new(format!("{},rmcp=off", config.filter));
    let filter = filter.unwrap_or_else(|_| EnvFilter::new("info,rmcp=off"));
    let terminal = std::io::stderr().is_terminal();
    let format = config.format.unwrap_or(if terminal { LogFormat::Pretty } else { LogFormat::Json });
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    match format {
        LogFormat::Pretty => lines.with_target(false).with_ansi(terminal).with_filter(filter).boxed(),
        LogFormat::Json => lines.fmt_fields(JsonFields::new()).event_format(JsonLine).with_filter(filter).boxed(),
    }
}

/// One flat JSON object: the event's fields over those of the spans around it (`request_id` first of all).
struct JsonLine;

impl<S, N> FormatEvent<S, N> for JsonLine
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, context: &FmtContext<'_, S, N>, mut writer: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let mut time = String::new();
        SystemTime.format_time(&mut Writer::new(&mut time))?;
        let mut line = Map::new();
        line.insert("timestamp".to_owned(), Value::String(time));
        line.insert("level".to_owned(), Value::String(event.metadata().level().to_string()));
        line.insert("target".to_owned(), Value::String(event.metadata().target().to_owned()));
        for span in context.event_scope().into_iter().flat_map(tracing_subscriber::registry::Scope::from_root) {
            let extensions = span.extensions();
            let fields = extensions.get::<FormattedFields<N>>().map(|fields| fields.fields.as_str());
            if let Some(Ok(Value::Object(fields))) = fields.map(serde_json::from_str) {
                line.extend(fields);
            }
        }
        event.record(&mut Collector(&mut line));
        writeln!(writer, "{}", Value::Object(line))
    }
}

struct Collector<'a>(&'a mut Map<String, Value>);

impl Collector<'_> {
    fn put(&mut self, field: &Field, value: impl Into<Value>) {
        self.0.insert(field.name().to_owned(), value.into());
    }
}

impl Visit for Collector<'_> {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, value);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.put(field, format!("{value:?}"));
    }
}
