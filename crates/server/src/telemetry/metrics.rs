//! The table of metrics: what there is, in which unit, with which labels. `docs/OPERATIONS.md` is written from it.
//!
//! No label ever names a user, and each has few values: routes as they are written, names of our own statements,
//! models and providers as configured.

use std::{collections::BTreeMap, fmt::Write as _, sync::OnceLock};

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use saydo_app::audit::AuditKind;
use saydo_store::StoreError;

use super::process::Reading;

/// What kind of number a metric is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Counter,
    Gauge,
    Histogram,
}

impl Kind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
        }
    }
}

/// One metric.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Metric {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) labels: &'static [&'static str],
    pub(crate) help: &'static str,
}

const fn counter(name: &'static str, labels: &'static [&'static str], help: &'static str) -> Metric {
    Metric { name, kind: Kind::Counter, labels, help }
}

const fn gauge(name: &'static str, labels: &'static [&'static str], help: &'static str) -> Metric {
    Metric { name, kind: Kind::Gauge, labels, help }
}

const fn histogram(name: &'static str, labels: &'static [&'static str], help: &'static str) -> Metric {
    Metric { name, kind: Kind::Histogram, labels, help }
}

/// All metrics.
pub(crate) const METRICS: &[Metric] = &[
    gauge("saydo_build_info", &["version", "revision"], "The running version, and the commit it is of; always 1"),
    counter("saydo_http_requests_total", &["method", "route", "status"], "Answered requests, by class of status"),
    histogram("saydo_http_request_duration_seconds", &["method", "route"], "Time until the head of the answer"),
    gauge("saydo_http_requests_in_flight", &[], "Requests that are being answered"),
    gauge("saydo_event_streams_open", &[], "Streams of live events that clients follow"),
    counter(
        "saydo_rate_limited_total",
        &["limit"],
        "Requests that were turned away: too many of one person or address",
    ),
    histogram("saydo_db_query_duration_seconds", &["query"], "Time a statement took, by its name"),
    counter("saydo_db_errors_total", &["kind"], "Statements that failed"),
    counter("saydo_db_pool_timeouts_total", &[], "Waits for a connection, or for the writer, that were given up"),
    gauge("saydo_db_connections", &["state"], "Open database connections: in_use or idle"),
    gauge("saydo_db_connections_max", &[], "The most database connections there can be"),
    gauge("saydo_db_write_queue_jobs", &[], "Jobs that wait for SQLite's one writer"),
    counter(
        "saydo_turns_total",
        &["planner", "outcome"],
        "Turns; one that no model answered counts for both planners, one that nobody did for none",
    ),
    histogram("saydo_turn_duration_seconds", &["planner"], "Time a turn took, from plan to commit"),
    gauge("saydo_turns_running", &[], "Tracked turns that run in this process"),
    counter("saydo_tool_calls_total", &["tool", "outcome"], "Calls of tools: done, refused or failed"),
    counter("saydo_model_requests_total", &["provider", "model", "outcome"], "Requests to language models"),
    histogram("saydo_model_request_duration_seconds", &["provider", "model"], "Time until a model's answer ended"),
    counter(
        "saydo_model_tokens_total",
        &["model", "direction"],
        "Tokens: input, cached (input from a cache) or output",
    ),
    counter("saydo_model_cost_millionths_total", &["model"], "Cost in millionths of the currency of the prices"),
    gauge("saydo_model_breaker_open", &["provider"], "1 while requests to this provider are held back"),
    counter(
        "saydo_logins_total",
        &["outcome"],
        "Logins: ok, failed or throttled; the latter two also where a password is asked for again",
    ),
    counter("saydo_tokens_refused_total", &["kind"], "Tokens that are not good: personal, ended or forged"),
    counter("saydo_audit_events_total", &["kind"], "Audit events"),
    counter(
        "saydo_audit_dropped_total",
        &[],
        "Audit events that are in the log only: too many at once, or not to be stored",
    ),
    counter("saydo_backups_total", &["outcome"], "Backups the server made by itself: ok or failed"),
    gauge("saydo_backup_last_success_timestamp_seconds", &[], "When the newest good backup was made; 0 without one"),
    gauge("saydo_backup_last_size_bytes", &[], "Size of the newest good backup"),
    gauge("saydo_backup_last_duration_seconds", &[], "Time the last backup of this server took"),
    gauge("saydo_backup_interval_seconds", &[], "How often the server makes a backup by itself; 0 when never"),
    gauge("saydo_redis_fallback", &[], "1 while Redis is configured and each process counts by itself"),
    counter("saydo_redis_done_without_total", &[], "What this process counted by itself because Redis was away"),
    gauge(
        "saydo_data_disk_free_bytes",
        &["folder"],
        "Free space on the disk of a folder: data, backups, or database where that is elsewhere",
    ),
    gauge("saydo_data_disk_size_bytes", &["folder"], "Size of that disk"),
    counter("saydo_log_lines_dropped_total", &[], "Lines of the log that nobody read in time"),
    counter("process_cpu_seconds_total", &[], "Processor time used"),
    gauge("process_resident_memory_bytes", &[], "Memory in use"),
    gauge("process_open_fds", &[], "Open files and connections"),
    gauge("process_max_fds", &[], "The most files and connections that can be open"),
    gauge("process_start_time_seconds", &[], "When the process began"),
];

/// Bounds of durations, around what the objectives name: 5, 25 and 100 ms, 2.5 and 3 s.
const SECONDS: &[f64] =
    &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 3.0, 5.0, 10.0, 30.0, 60.0];
/// Statements are many and quick.
const QUERY_SECONDS: &[f64] = &[0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 2.5];

/// The one recorder of the process, as the `metrics` facade wants it.
static RECORDER: OnceLock<PrometheusHandle> = OnceLock::new();

/// Begins to record, once.
pub(super) fn install() {
    let Some(handle) = RECORDER.get().is_none().then(build).flatten() else { return };
    if RECORDER.set(handle).is_ok() {
        METRICS.iter().for_each(describe);
        begin_at_zero();
    }
}

fn build() -> Option<PrometheusHandle> {
    let query = Matcher::Full("saydo_db_query_duration_seconds".to_owned());
    let builder = PrometheusBuilder::new().set_buckets(SECONDS);
    let builder = builder.and_then(|builder| builder.set_buckets_for_metric(query, QUERY_SECONDS));
    let recorder = builder.ok()?.build_recorder();
    let handle = recorder.handle();
    metrics::set_global_recorder(recorder).ok().map(|()| handle)
}

fn describe(metric: &Metric) {
    match metric.kind {
        Kind::Counter => metrics::describe_counter!(metric.name, metric.help),
        Kind::Gauge => metrics::describe_gauge!(metric.name, metric.help),
        Kind::Histogram => metrics::describe_histogram!(metric.name, metric.help),
    }
}

/// What has not happened yet is 0, not missing: the first time would else not be seen as a rise. What has names of its
/// own begins where it is made: limits, turns, tools, models, routes.
fn begin_at_zero() {
    for kind in AuditKind::ALL {
        metrics::counter!("saydo_audit_events_total", "kind" => kind.as_str()).increment(0);
    }
    for outcome in ["ok", "failed", "throttled"] {
        metrics::counter!("saydo_logins_total", "outcome" => outcome).increment(0);
    }
    for kind in ["personal", "ended", "forged"] {
        metrics::counter!("saydo_tokens_refused_total", "kind" => kind).increment(0);
    }
    for outcome in ["ok", "failed"] {
        metrics::counter!("saydo_backups_total", "outcome" => outcome).increment(0);
    }
    for kind in StoreError::KINDS {
        metrics::counter!("saydo_db_errors_total", "kind" => kind).increment(0);
    }
    metrics::counter!("saydo_rate_limited_total", "limit" => "changes").increment(0);
    metrics::counter!("saydo_audit_dropped_total").increment(0);
    metrics::counter!("saydo_db_pool_timeouts_total").increment(0);
    metrics::gauge!("saydo_http_requests_in_flight").set(0.0);
    metrics::gauge!("saydo_event_streams_open").set(0.0);
    metrics::gauge!("saydo_backup_last_duration_seconds").set(0.0);
}

/// Keeps the recorder small when nobody looks.
pub(crate) fn keep_up() {
    if let Some(handle) = RECORDER.get() {
        handle.run_upkeep();
    }
}

/// The page that Prometheus reads: what was recorded, and what was read just now.
pub(crate) fn page(readings: &[Reading]) -> String {
    let mut page = RECORDER.get().map(PrometheusHandle::render).unwrap_or_default();
    let mut by_name: BTreeMap<&str, Vec<&Reading>> = BTreeMap::new();
    for reading in readings {
        by_name.entry(reading.name).or_default().push(reading);
    }
    for metric in METRICS {
        let Some(readings) = by_name.get(metric.name) else { continue };
        // Writing to a String cannot fail.
        let _ =
            writeln!(page, "# HELP {} {}\n# TYPE {} {}", metric.name, metric.help, metric.name, metric.kind.as_str());
        for reading in readings {
            let _ = writeln!(page, "{}", reading.line());
        }
    }
    page
}

/// The table of metrics as the documentation has it.
#[must_use]
pub fn metrics_table() -> String {
    let mut table = "| metric | kind | labels | what it says |\n|---|---|---|---|\n".to_owned();
    for Metric { name, kind, labels, help } in METRICS {
        let labels = labels.iter().map(|label| format!("`{label}`")).collect::<Vec<_>>().join(", ");
        // Writing to a String cannot fail.
        let _ = writeln!(table, "| `{name}` | {} | {labels} | {help} |", kind.as_str());
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documentation_has_this_very_table() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/OPERATIONS.md");
        let text = std::fs::read_to_string(path).unwrap();
        assert!(text.contains(&metrics_table()), "put this table into docs/OPERATIONS.md:\n{}", metrics_table());
    }

    #[test]
    fn names_are_as_prometheus_wants_them_and_no_label_names_a_user() {
        for Metric { name, kind, labels, .. } in METRICS {
            assert_eq!(name.ends_with("_total"), *kind == Kind::Counter, "{name}");
            assert!(*kind != Kind::Histogram || name.ends_with("_seconds"), "{name}");
            for label in *labels {
                assert!(!["user", "user_id", "email", "token", "request_id", "conversation"].contains(label), "{name}");
            }
        }
        let names: std::collections::BTreeSet<_> = METRICS.iter().map(|metric| metric.name).collect();
        assert_eq!(names.len(), METRICS.len());
    }
}
