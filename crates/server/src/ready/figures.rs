//! What the metrics of the server say of the time since somebody began to look.
//!
//! Of that time only: what went well for weeks would hide what fails now, and what failed weeks ago is over.

use std::time::Duration;

use reqwest::Method;

use super::{
    page::{Histogram, Page, Series},
    row::{Check, Need, Row},
    scene::Scene,
};
use crate::cli::{
    site::{Site, send},
    span::told,
};

const BY: &str = "metrics";

const OPEN: Check = Check::must("O5", "Metrics", "open to this program", "GET /metrics");
const ERRORS: Check = Check::must("O8", "Errors of ours", "less than 1 % of the requests", BY);
const TURNS: Check = Check::must("P1", "Chat, by the metrics", "p95 below 3 s", BY);
const QUERIES: Check = Check::must("P2", "Database", "p95 below 100 ms", BY);
const HEALTH: Check = Check::must("P3", "Health, how quick", "p95 below 50 ms", BY);
const REQUESTS: Check = Check::should("O8", "Other requests", "p95 below 100 ms", BY);
const POOL: Check = Check::must("P4", "Connections", "some are free, and nobody waited in vain", BY);
const MEMORY: Check = Check::should("P9", "Memory", "below 150 MB", BY);
const DROPPED: Check = Check::should("O3", "Audit events in the log only", "none", BY);
const BREAKER: Check = Check::should("C6", "Models held back", "none", BY);

/// Fewer say nothing about a share.
const ENOUGH: f64 = 20.0;
/// How often health is asked for, that there are enough.
const SAMPLES: usize = 20;
const HELP: &str = "set SAYDO_METRICS_LISTEN=127.0.0.1:9464, or SAYDO_METRICS_TOKEN";
const FEW: &str = "look for longer: saydo ready --watch 1h";

pub(super) async fn rows(scene: &Scene) -> Vec<Row> {
    sample(&scene.site).await;
    let models = !scene.config.model.models.providers.is_empty();
    match (scene.first_page().await, scene.page().await) {
        (Ok(first), Ok(now)) => judged(&now.since(first), &now, models),
        (Err(error), _) => closed(error),
        (_, Err(error)) => closed(&error),
    }
}

/// Asks for health often enough to tell how quick it is; a server that does not answer is told by another row.
async fn sample(site: &Site) {
    for _ in 0..SAMPLES {
        if send(site.request(Method::GET, "/health")).await.is_err() {
            return;
        }
    }
}

fn closed(error: &str) -> Vec<Row> {
    let needed = [OPEN, ERRORS, TURNS, QUERIES, HEALTH, POOL];
    needed.into_iter().map(|check| check.unknown(error, HELP)).collect()
}

/// The rows, of what came meanwhile and of what is there now.
fn judged(meanwhile: &Page, now: &Page, models: bool) -> Vec<Row> {
    let ms = Duration::from_millis;
    let health =
        meanwhile.histogram("saydo_http_request_duration_seconds", |series| series.label("route") == "/health");
    let queries = meanwhile.histogram("saydo_db_query_duration_seconds", |_| true);
    // Nobody may have spoken yet: that the chat is quick enough is asked of it besides.
    let spoken = if turns(meanwhile).count() < ENOUGH { Check { need: Need::Should, ..TURNS } } else { TURNS };
    vec![
        open(now),
        errors(meanwhile),
        quick(spoken, &turns(meanwhile), "turns", Duration::from_secs(3)),
        quick(QUERIES, &queries, "statements", ms(100)),
        quick(HEALTH, &health, "answers", ms(50)),
        quick(REQUESTS, &requests(meanwhile), "requests", ms(100)),
        pool(meanwhile, now),
        memory(now),
        dropped(now),
        breaker(now, models),
    ]
}

fn open(now: &Page) -> Row {
    match now.sum("saydo_http_requests_total", |_| true) {
        Some(count) => OPEN.holds(format!("read, {count} requests since the start")),
        None => OPEN.fails("there are no figures of a Saydo server on the page", HELP),
    }
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

fn errors(meanwhile: &Page) -> Row {
    let (all, bad) = failed(meanwhile);
    if all < ENOUGH {
        return ERRORS.unknown(few(all, "requests"), FEW);
    }
    ERRORS.judge(bad < 0.01 * all, format!("{bad} of {all} requests meanwhile"), "docs/runbooks/errors.md")
}

fn few(count: f64, what: &str) -> String {
    format!("{count} {what} meanwhile are too few to tell")
}

fn quick(check: Check, took: &Histogram, what: &str, limit: Duration) -> Row {
    let Some(p95) = took.quantile(0.95).filter(|_| took.count() >= ENOUGH) else {
        return check.unknown(few(took.count(), what), FEW);
    };
    let length = Duration::try_from_secs_f64(p95).unwrap_or(Duration::MAX);
    let evidence = format!("p95 {} of {} {what} meanwhile", told(length), took.count());
    check.judge(length < limit, evidence, "docs/runbooks/slow.md")
}

fn pool(meanwhile: &Page, now: &Page) -> Row {
    let used = now.sum("saydo_db_connections", |series| series.label("state") == "in_use");
    let most = now.value("saydo_db_connections_max");
    let timeouts = meanwhile.value("saydo_db_pool_timeouts_total");
    let (Some(used), Some(most), Some(timeouts)) = (used, most, timeouts) else {
        return POOL.unknown("there are no figures of it", HELP);
    };
    let evidence = format!("{used} of {most} in use, {timeouts} waits given up meanwhile");
    POOL.judge(used < most && timeouts == 0.0, evidence, "docs/runbooks/pool.md")
}

fn memory(now: &Page) -> Row {
    match now.value("process_resident_memory_bytes") {
        Some(bytes) => MEMORY.judge(
            bytes < 150e6,
            format!("{:.0} MB", bytes / 1e6),
            "more people than it was measured with? docs/PERFORMANCE.md",
        ),
        None => MEMORY.unknown("this system does not say", ""),
    }
}

/// Those are missing in the table for good, whenever it was.
fn dropped(now: &Page) -> Row {
    match now.value("saydo_audit_dropped_total") {
        None => DROPPED.unknown("there is no figure of it", HELP),
        Some(0.0) => DROPPED.holds("none since the start"),
        Some(count) => {
            DROPPED.fails(format!("{count} since the start; the table does not have them"), "docs/runbooks/audit.md")
        }
    }
}

fn breaker(now: &Page, models: bool) -> Row {
    match (now.value("saydo_model_breaker_open"), now.labels_of("saydo_model_breaker_open", "provider").as_slice()) {
        (None, _) if models => BREAKER.unknown("there are no figures of it", HELP),
        (None, _) => BREAKER.holds("no model is configured"),
        (_, []) => BREAKER.holds("none is held back"),
        (_, held) => BREAKER.fails(format!("held back: {}", held.join(", ")), "docs/runbooks/model.md"),
    }
}

#[cfg(test)]
mod tests {
    use super::{super::row::State, *};

    /// A page on which everything is as it should be.
    const GOOD: &str = "\
        saydo_http_requests_total{route=\"/api/tasks\",status=\"2xx\"} 1000\n\
        saydo_http_requests_total{route=\"/api/tasks\",status=\"5xx\"} 9\n\
        saydo_http_requests_total{route=\"/health\",status=\"5xx\"} 900\n\
        saydo_http_request_duration_seconds_bucket{route=\"/health\",le=\"0.04\"} 96\n\
        saydo_http_request_duration_seconds_bucket{route=\"/health\",le=\"+Inf\"} 100\n\
        saydo_http_request_duration_seconds_bucket{route=\"/api/tasks\",le=\"0.09\"} 96\n\
        saydo_http_request_duration_seconds_bucket{route=\"/api/tasks\",le=\"+Inf\"} 100\n\
        saydo_turn_duration_seconds_bucket{planner=\"offline\",le=\"2.9\"} 96\n\
        saydo_turn_duration_seconds_bucket{planner=\"offline\",le=\"+Inf\"} 100\n\
        saydo_db_query_duration_seconds_bucket{le=\"0.09\"} 96\n\
        saydo_db_query_duration_seconds_bucket{le=\"+Inf\"} 100\n\
        saydo_db_connections{state=\"in_use\"} 29\n\
        saydo_db_connections_max 30\n\
        saydo_db_pool_timeouts_total 0\n\
        process_resident_memory_bytes 149000000\n\
        saydo_audit_dropped_total 0\n\
        saydo_model_breaker_open{provider=\"openai\"} 0\n";

    /// The rows that are not well, of a page on which everything came meanwhile.
    fn bad(page: &str) -> Vec<(&'static str, State)> {
        let page = Page::parse(page);
        let rows = judged(&page, &page, true).into_iter().filter(|row| row.state != State::Ok);
        rows.map(|row| (row.title, row.state)).collect()
    }

    #[test]
    fn each_figure_has_its_limit() {
        assert_eq!(bad(GOOD), []);
        for (series, value, title, state) in [
            ("status=\"5xx\"} 9\n", "status=\"5xx\"} 11\n", "Errors of ours", State::Failed),
            ("status=\"2xx\"} 1000", "status=\"2xx\"} 10", "Errors of ours", State::NotChecked),
            ("le=\"2.9\"", "le=\"3.3\"", "Chat, by the metrics", State::Failed),
            ("bucket{le=\"0.09\"", "bucket{le=\"0.11\"", "Database", State::Failed),
            ("le=\"0.04\"", "le=\"0.06\"", "Health, how quick", State::Failed),
            ("tasks\",le=\"0.09\"", "tasks\",le=\"0.11\"", "Other requests", State::Warning),
            ("in_use\"} 29", "in_use\"} 30", "Connections", State::Failed),
            ("timeouts_total 0", "timeouts_total 1", "Connections", State::Failed),
            ("bytes 149", "bytes 151", "Memory", State::Warning),
            ("dropped_total 0", "dropped_total 1", "Audit events in the log only", State::Warning),
            ("openai\"} 0", "openai\"} 1", "Models held back", State::Warning),
        ] {
            assert_eq!(GOOD.matches(series).count(), 1, "{series}");
            assert_eq!(bad(&GOOD.replace(series, value)), [(title, state)], "{value}");
        }
    }

    #[test]
    fn what_is_not_there_is_not_well() {
        let without = |name: &str| {
            let lines = GOOD.lines().filter(|line| !line.starts_with(name)).map(|line| format!("{line}\n"));
            bad(&lines.collect::<String>())
        };
        for (name, rows) in [
            ("saydo_http_requests_total", &[("Metrics", State::Failed), ("Errors of ours", State::NotChecked)][..]),
            ("saydo_turn", &[("Chat, by the metrics", State::Warning)]),
            ("saydo_db_query", &[("Database", State::NotChecked)]),
            (
                "saydo_http_request_duration",
                &[("Health, how quick", State::NotChecked), ("Other requests", State::Warning)],
            ),
            ("saydo_db_connections{", &[("Connections", State::NotChecked)]),
            ("saydo_db_connections_max", &[("Connections", State::NotChecked)]),
            ("saydo_db_pool", &[("Connections", State::NotChecked)]),
            ("process_", &[("Memory", State::Warning)]),
            ("saydo_audit", &[("Audit events in the log only", State::Warning)]),
            ("saydo_model", &[("Models held back", State::Warning)]),
        ] {
            assert_eq!(without(name), rows, "{name}");
        }
        assert_eq!(breaker(&Page::default(), false).state, State::Ok, "without models there is nothing to hold back");
    }

    #[test]
    fn what_is_long_past_hides_nothing_and_blames_nobody() {
        let page = |good: u32, bad: u32, timeouts: u32| {
            Page::parse(&format!(
                "saydo_http_requests_total{{route=\"/api/tasks\",status=\"2xx\"}} {good}\n\
                 saydo_http_requests_total{{route=\"/api/tasks\",status=\"5xx\"}} {bad}\n\
                 saydo_db_pool_timeouts_total {timeouts}\nsaydo_db_connections{{state=\"in_use\"}} 0\n\
                 saydo_db_connections_max 1"
            ))
        };
        let rows = |then: &Page, now: &Page| [errors(&now.since(then)).state, pool(&now.since(then), now).state];
        let then = page(1_000_000, 4_000, 1);
        assert_eq!(rows(&then, &page(1_000_000, 7_000, 1)), [State::Failed, State::Ok]);
        assert_eq!(rows(&then, &page(1_001_000, 4_000, 2)), [State::Ok, State::Failed]);
    }
}
