//! The log: one JSON object a line, or pretty on a terminal. Never secrets, e-mails, titles or messages.

use std::{fmt, io::IsTerminal as _, sync::OnceLock};

use serde_json::{Map, Value};
use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
};
use tracing_appender::non_blocking::{ErrorCounter, NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::{
    EnvFilter, Layer,
    filter::{FilterExt as _, dynamic_filter_fn},
    fmt::{
        FmtContext, FormatEvent, FormatFields, FormattedFields,
        format::{JsonFields, Writer},
        time::{FormatTime, SystemTime},
    },
    layer::Filter,
    registry::LookupSpan,
};

use crate::config::{LogFormat, TelemetryConfig};

/// Lines that wait for whoever reads the log. When they read too slowly, or not at all, further lines are dropped and
/// counted: requests wait for no reader.
const WAITING_LINES: usize = 10_000;

static DROPPED: OnceLock<ErrorCounter> = OnceLock::new();

/// Lines that nobody took in time, since the start.
pub(super) fn dropped_lines() -> u64 {
    DROPPED.get().map_or(0, |counter| counter.dropped_lines() as u64)
}

/// The part of telemetry that writes the log, and what writes the last lines when it is dropped.
pub(super) fn layer<S>(config: &TelemetryConfig) -> (Box<dyn Layer<S> + Send + Sync>, WorkerGuard)
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    // The MCP library logs whole messages, and in them what people wrote: it stays silent at every level.
    let filter = EnvFilter::try_new(format!("{},rmcp=off", config.filter));
    let filter = filter.unwrap_or_else(|_| EnvFilter::new("info,rmcp=off"));
    let filter = filter.and(always_asked());
    let terminal = std::io::stderr().is_terminal();
    let format = config.format.unwrap_or(if terminal { LogFormat::Pretty } else { LogFormat::Json });
    let writer = NonBlockingBuilder::default().buffered_lines_limit(WAITING_LINES).thread_name("saydo-log");
    let (writer, guard) = writer.finish(std::io::stderr());
    DROPPED.get_or_init(|| writer.error_counter());
    let lines = tracing_subscriber::fmt::layer().with_writer(writer);
    let lines = match format {
        LogFormat::Pretty => lines.with_target(false).with_ansi(terminal).with_filter(filter).boxed(),
        LogFormat::Json => lines.fmt_fields(JsonFields::new()).event_format(JsonLine).with_filter(filter).boxed(),
    };
    (lines, guard)
}

/// A filter that lets everything through and is asked each time. Without it the answers of a filter are remembered, and
/// then a library that asks whether it may log something and does not (`tracing::enabled!`) makes the log miss whatever
/// comes next: a request lost its span, and its lines their `request_id`.
fn always_asked<S: Subscriber>() -> impl Filter<S> {
    dynamic_filter_fn(|_, _| true)
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

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use tracing::Level;
    use tracing_subscriber::{fmt::MakeWriter, layer::SubscriberExt as _};

    use super::*;

    /// Keeps what is written.
    #[derive(Debug, Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl std::io::Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    impl MakeWriter<'_> for Kept {
        type Writer = Self;

        fn make_writer(&self) -> Self {
            self.clone()
        }
    }

    #[test]
    fn a_question_whether_to_log_costs_no_span() {
        let kept = Kept::default();
        let lines = tracing_subscriber::fmt::layer().with_writer(kept.clone());
        let lines = lines.fmt_fields(JsonFields::new()).event_format(JsonLine);
        // Two layers, as in the program: one that wants everything, and the log.
        let all = tracing_subscriber::fmt::layer().with_writer(std::io::sink);
        let log = lines.with_filter(EnvFilter::new("info").and(always_asked()));
        tracing::subscriber::with_default(tracing_subscriber::registry().with(all).with(log), || {
            for number in 0..4 {
                let _ = tracing::enabled!(Level::TRACE);
                tracing::info_span!("request", request_id = number).in_scope(|| tracing::info!("request"));
            }
        });
        let text = String::from_utf8(kept.0.lock().unwrap().clone()).unwrap();
        let ids: Vec<bool> = text.lines().map(|line| line.contains("request_id")).collect();
        assert_eq!(ids, [true; 4], "{text}");
    }
}
