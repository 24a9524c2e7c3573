//! What is seen from outside: the log, the metrics, the traces. None of them ever says who somebody is or what they
//! wrote.

mod log;
pub(crate) mod metrics;
mod process;
mod traces;

use tracing_subscriber::{layer::SubscriberExt as _, util::SubscriberInitExt as _};

use crate::config::TelemetryConfig;

pub(crate) use process::{Reading, disk_space, readings};

/// Keeps telemetry going; what is still on its way is sent when this is dropped, outside of any async runtime.
#[derive(Debug)]
pub(crate) struct Telemetry {
    _traces: traces::Traces,
}

/// Starts log, metrics and traces. A second start (in tests) changes nothing. Not on an async thread: the exporter of
/// traces has a thread of its own that blocks.
///
/// # Errors
/// When traces are to be sent and their exporter cannot be set up.
pub(crate) fn start(config: &TelemetryConfig) -> Result<Telemetry, traces::TracesError> {
    let (traces, spans) = traces::start(config.traces.as_ref())?;
    drop(tracing_subscriber::registry().with(spans).with(log::layer(config)).try_init());
    metrics::install();
    Ok(Telemetry { _traces: traces })
}

pub(crate) use traces::TracesError;
