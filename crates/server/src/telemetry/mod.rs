//! What is seen from outside: the log, the metrics, the traces. None of them ever says who somebody is or what they
//! wrote.

pub(crate) mod disks;
mod log;
pub(crate) mod metrics;
mod process;
mod traces;

use tracing_subscriber::{layer::SubscriberExt as _, util::SubscriberInitExt as _};

use crate::config::TelemetryConfig;

pub(crate) use process::{Reading, readings};

/// Keeps telemetry going; what is still on its way is sent when this is dropped, outside of any async runtime.
#[derive(Debug)]
pub(crate) struct Telemetry {
    _traces: traces::Traces,
    /// Last: what the others say at their end is written, too.
    _log: tracing_appender::non_blocking::WorkerGuard,
}

/// Starts log, metrics and traces. A second start (in tests) changes nothing. Not on an async thread: the exporter of
/// traces has a thread of its own that blocks.
///
/// # Errors
/// When traces are to be sent and their exporter cannot be set up.
pub(crate) fn start(config: &TelemetryConfig) -> Result<Telemetry, traces::TracesError> {
    let (traces, spans) = traces::start(config.traces.as_ref())?;
    let (lines, log) = log::layer(config);
    drop(tracing_subscriber::registry().with(spans).with(lines).try_init());
    metrics::install();
    Ok(Telemetry { _traces: traces, _log: log })
}

pub(crate) use traces::TracesError;
