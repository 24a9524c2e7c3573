//! What the metrics of the server say since it started.

use std::time::Duration;

use super::{
    page::{Histogram, Page, Series},
    row::{Check, Row},
};
use crate::cli::span::told;

const BY: &str = "metrics";

const OPEN: Check = Check::must("O5", "Metrics", "open to this program", "GET /metrics");
const ERRORS: Check = Check::must("O8", "Errors of ours", "less than 1 % of the requests", BY);
const TURNS: Check = Check::must("P1", "Chat, since the start", "p95 below 3 s", BY);
const QUERIES: Check = Check::must("P2", "Database", "p95 below 100 ms", BY);
const HEALTH: Check = Check::must("P3", "Health, how quick", "p95 below 50 ms", BY);
const REQUESTS: Check = Check::should("O8", "Other requests", "p95 below 100 ms", BY);
const POOL: Check = Check::must("P4", "Connections", "some are free, and nobody waited in vain", BY);
const MEMORY: Check = Check::should("P9", "Memory", "below 150 MB", BY);
const DROPPED: Check = Check::should("O3", "Audit events in the log only", "none", BY);
const BREAKER: Check = Check::should("C6", "Models held back", "none", BY);

/// Fewer say nothing about a share.
const ENOUGH: f64 = 20.0;
const HELP: &str = "set SAYDO_METRICS_LISTEN=127.0.0.1:9464, or SAYDO_METRICS_TOKEN";

pub(super) fn rows(page: &Result<Page, String>) -> Vec<Row> {
    let page = match page {
        Ok(page) => page,
        Err(error) => {
            let needed = [OPEN, ERRORS, TURNS, QUERIES, HEALTH, POOL];
            return needed.into_iter().map(|check| check.unknown(error, HELP)).collect();
        }
    };
    let ms = Duration::from_millis;
    let all = page.histogram("saydo_http_request_duration_seconds", |series| series.label("route") == "/health");
    vec![
        OPEN.holds(format!(
            "read, {} requests so far",
            page.sum("saydo_http_requests_total", |_| true).unwrap_or_default()
        )),
        errors(page),
        quick(TURNS, &turns(page), "turns", Duration::from_secs(3)),
        quick(QUERIES, &page.histogram("saydo_db_query_duration_seconds", |_| true), "statements", ms(100)),
        quick(HEALTH, &all, "answers", ms(50)),
        quick(REQUESTS, &requests(page), "requests", ms(100)),
        pool(page),
        memory(page),
        none(
            DROPPED,
            page.value("saydo_audit_dropped_total"),
            "the table does not have them",
            "docs/runbooks/database.md",
        ),
        breaker(page),
    ]
}

/// Turns of both planners.
pub(super) fn turns(page: &Page) -> Histogram {
    page.histogram("saydo_turn_duration_seconds", |_| true)
}

/// Requests that ask for no model, no password, and no stream.
pub(super) fn requests(page: &Page) -> Histogram {
    page.histogram("saydo_http_request_duration_seconds", |series| is_plain(series.label("route")))
}

fn is_plain(route: &str) -> bool {
    if is_service(route) {
        return false;
    }
    let slow = [
        "/chat",
        "/api/agui",
        "/api/auth/",
        "/api/account",
        "/v1/",
        "/mcp",
        "/voice",
        "/events",
        "/pending/",
        "/admin/",
    ];
    !slow.iter().any(|part| route.contains(part))
}

/// What only machines ask for.
fn is_service(route: &str) -> bool {
    ["/metrics", "/health", "/livez", "/readyz"].contains(&route)
}

/// Requests that count for the share of errors, and those that failed.
pub(super) fn failed(page: &Page) -> (f64, f64) {
    let counts = |series: Series<'_>| !is_service(series.label("route"));
    let all = page.sum("saydo_http_requests_total", counts).unwrap_or_default();
    let bad = page.sum("saydo_http_requests_total", |series| counts(series) && series.label("status") == "5xx");
    (all, bad.unwrap_or_default())
}

fn errors(page: &Page) -> Row {
    let (all, bad) = failed(page);
    let evidence = format!("{bad} of {all} requests since the start{}", few(all));
    ERRORS.judge(all < ENOUGH || bad < 0.01 * all, evidence, "docs/runbooks/errors.md")
}

const fn few(count: f64) -> &'static str {
    if count < ENOUGH { " (too few to tell)" } else { "" }
}

fn quick(check: Check, took: &Histogram, what: &str, limit: Duration) -> Row {
    let Some(p95) = took.quantile(0.95) else { return check.holds(format!("no {what} yet")) };
    let length = Duration::try_from_secs_f64(p95).unwrap_or(Duration::MAX);
    let evidence = format!("p95 {} of {} {what}{}", told(length), took.count(), few(took.count()));
    check.judge(took.count() < ENOUGH || length < limit, evidence, "docs/runbooks/slow.md")
}

fn pool(page: &Page) -> Row {
    let used = page.sum("saydo_db_connections", |series| series.label("state") == "in_use").unwrap_or_default();
    let timeouts = page.value("saydo_db_pool_timeouts_total").unwrap_or_default();
    let Some(most) = page.value("saydo_db_connections_max") else { return POOL.unknown("no figure for it", HELP) };
    let evidence = format!("{used} of {most} in use, {timeouts} waits given up since the start");
    POOL.judge(used < most && timeouts == 0.0, evidence, "docs/runbooks/pool.md")
}

fn memory(page: &Page) -> Row {
    match page.value("process_resident_memory_bytes") {
        Some(bytes) => MEMORY.judge(
            bytes < 150e6,
            format!("{:.0} MB", bytes / 1e6),
            "more people than it was measured with? docs/PERFORMANCE.md",
        ),
        None => MEMORY.unknown("this system does not say", ""),
    }
}

fn none(check: Check, count: Option<f64>, what: &str, help: &str) -> Row {
    match count.unwrap_or_default() {
        0.0 => check.holds("none since the start"),
        count => check.fails(format!("{count} since the start; {what}"), help),
    }
}

fn breaker(page: &Page) -> Row {
    match page.labels_of("saydo_model_breaker_open", "provider").as_slice() {
        [] => BREAKER.holds("none is held back"),
        held => BREAKER.fails(format!("held back: {}", held.join(", ")), "docs/runbooks/model.md"),
    }
}
