//! Traces: request → turn → model request → tool → query, as W3C trace context and, when configured, to a collector by
//! OTLP over HTTP.
//!
//! Without a collector there is a trace id all the same: it stands in the log and goes on to model servers.

use std::{collections::HashMap, time::Duration};

use opentelemetry::{InstrumentationScope, KeyValue, trace::TracerProvider as _};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::{
    Resource,
    trace::{Sampler, SdkTracerProvider},
};
use secrecy::ExposeSecret as _;
use tracing::{Metadata, Subscriber};
use tracing_subscriber::{Layer, filter::FilterFn, registry::LookupSpan};

use crate::config::TracesConfig;

/// How long the collector may take with one batch, and the last one when the program ends.
const PATIENCE: Duration = Duration::from_secs(3);

/// The exporter of traces cannot be set up.
#[derive(Debug, thiserror::Error)]
#[error("traces cannot be sent: {0}")]
pub(crate) struct TracesError(String);

/// Ends the traces when it is dropped: what waits is sent.
#[derive(Debug)]
pub(super) struct Traces {
    provider: SdkTracerProvider,
}

impl Drop for Traces {
    fn drop(&mut self) {
        // A collector that is away loses the last spans; nothing else depends on them.
        let _ = self.provider.shutdown_with_timeout(PATIENCE);
    }
}

/// The traces, and the part of telemetry that feeds them.
pub(super) fn start<S>(config: Option<&TracesConfig>) -> Result<(Traces, Box<dyn Layer<S> + Send + Sync>), TracesError>
where
    S: Subscriber + for<'a> LookupSpan<'a> + Send + Sync,
{
    let resource = Resource::builder()
        .with_service_name("saydo")
        .with_attribute(KeyValue::new("service.version", crate::VERSION))
        .build();
    let builder = SdkTracerProvider::builder().with_resource(resource);
    let provider = match config {
        Some(config) => builder
            .with_sampler(Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(config.ratio))))
            .with_batch_exporter(exporter(config)?)
            .build(),
        None => builder.with_sampler(Sampler::ParentBased(Box::new(Sampler::AlwaysOff))).build(),
    };
    let tracer = provider.tracer_with_scope(InstrumentationScope::builder("saydo").build());
    let spans = tracing_opentelemetry::layer()
        .with_tracer(tracer)
        .with_location(false)
        .with_threads(false)
        .with_tracked_inactivity(false)
        .with_filter(FilterFn::new(if config.is_some() { all_of_ours } else { outlines }))
        .boxed();
    Ok((Traces { provider }, spans))
}

fn exporter(config: &TracesConfig) -> Result<SpanExporter, TracesError> {
    let headers = config.headers.as_ref().map_or("", |headers| headers.expose_secret());
    let headers = headers.split(',').filter_map(|pair| pair.split_once('='));
    let headers: HashMap<String, String> =
        headers.map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned())).collect();
    let exporter = SpanExporter::builder()
        .with_http()
        .with_endpoint(format!("{}/v1/traces", config.endpoint.trim_end_matches('/')))
        .with_protocol(if config.json { Protocol::HttpJson } else { Protocol::HttpBinary })
        .with_headers(headers)
        .with_timeout(PATIENCE)
        .build();
    exporter.map_err(|error| TracesError(error.to_string()))
}

/// Spans of ours: what libraries do, and what is logged, stands in no trace.
fn all_of_ours(metadata: &Metadata<'_>) -> bool {
    metadata.is_span() && metadata.target().starts_with("saydo")
}

/// Those that are there anyway, for their ids.
fn outlines(metadata: &Metadata<'_>) -> bool {
    all_of_ours(metadata) && *metadata.level() <= tracing::Level::INFO
}
