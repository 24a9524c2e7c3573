//! What anybody finds who comes to the server from outside, without an account.

use std::{collections::BTreeSet, time::Duration};

use jiff::Timestamp;
use reqwest::{
    Method, RequestBuilder,
    header::{HeaderMap, ORIGIN},
};
use saydo_app::Clock;

use super::{
    row::{Check, Row},
    scene::Scene,
};
use crate::{
    cli::{
        CliError,
        site::{Answer, Site, send},
        web_app,
    },
    http::CSP,
};

const BY: &str = "GET from outside";

const HEALTH: Check = Check::must("O4", "Health", "healthy, with its database", "GET /health");
const VERSION: Check = Check::must("D5", "Version", "the one that asks", "GET /health");
const SKEW: Check = Check::must("D12", "Clock", "within 5 s of this machine's", "GET /health");
const HSTS: Check = Check::must("S18", "Only ever https", "told to browsers for half a year or longer", BY);
const HEADERS: Check = Check::must("S18", "Security headers", "on every answer", BY);
const FOREIGN: Check = Check::must("S16", "A foreign site", "may read nothing", "preflight from outside");
const CLOSED: Check = Check::must("S6", "Without a token", "401 everywhere", BY);
const ERRORS: Check = Check::must("S14", "Errors", "told in one form, with a request id", BY);
const METRICS: Check = Check::must("O5", "Metrics from outside", "closed", "GET /metrics");
const WEB_APP: Check = Check::must("D5", "Web app", "the page, with its scripts and styles", "GET /");
const DOCS: Check = Check::should("X1", "API documents", "served", "GET /openapi.json");

/// The furthest that two clocks may be apart.
pub(super) const FURTHEST: i64 = 5;
/// Half a year.
const HALF_A_YEAR: u64 = 15_552_000;
/// What a proxy may add to the policy.
const STRICTER: [&str; 2] = ["upgrade-insecure-requests", "block-all-mixed-content"];
/// A site that nobody has allowed.
const STRANGER: &str = "https://saydo-ready.invalid";

pub(super) async fn rows(scene: &Scene) -> Vec<Row> {
    let site = &scene.site;
    let mut rows = health(site).await;
    rows.extend([
        hsts(site).await,
        headers(site).await,
        foreign(site).await,
        closed(site).await,
        errors(site).await,
        metrics(site).await,
        page(site).await,
        docs(site).await,
    ]);
    rows
}

/// A row from what was asked; what could not be asked is not known.
fn row(check: Check, found: Result<Result<String, (String, &'static str)>, CliError>) -> Row {
    match found {
        Ok(Ok(evidence)) => check.holds(evidence),
        Ok(Err((evidence, help))) => check.fails(evidence, help),
        Err(error) => check.unknown(error, "is the server there? see --base-url or SAYDO_PUBLIC_URL"),
    }
}

pub(super) async fn health(site: &Site) -> Vec<Row> {
    let before = Clock::System.now();
    let asked = send(site.request(Method::GET, "/health")).await;
    let after = Clock::System.now();
    let help = "start the server; docs/runbooks/down.md";
    let answer = match asked {
        Ok(answer) => answer,
        Err(error) => {
            let nobody = || "the server does not answer";
            let away = "is the server there? see --base-url or SAYDO_PUBLIC_URL";
            return vec![
                HEALTH.fails(error.to_string(), help),
                VERSION.unknown(nobody(), away),
                SKEW.unknown(nobody(), away),
            ];
        }
    };
    let word = |key: &str| answer.json[key].as_str().unwrap_or("unknown").to_owned();
    let (status, database) = (word("status"), word("database"));
    let there = crate::build(&word("version"), answer.json["revision"].as_str());
    let here = crate::build(crate::VERSION, crate::REVISION);
    let well = answer.status == 200 && status == "healthy" && database == "connected";
    vec![
        HEALTH.judge(well, format!("{}: {status}, database {database}, by {}", answer.status, site.base()), help),
        VERSION.judge(
            there == here,
            format!("the server is {there}, this program {here}"),
            "restart the server, or ask with its own program",
        ),
        skew(SKEW, answer.json["timestamp"].as_str().and_then(|text| text.parse().ok()), before, after),
    ]
}

/// How far a clock is from this machine's, which was read before and after it.
pub(super) fn skew(check: Check, there: Option<Timestamp>, before: Timestamp, after: Timestamp) -> Row {
    let Some(there) = there else {
        return check.unknown("it does not say what time it is", "ask a server of this version");
    };
    let early = before.duration_since(there).as_secs_f64().max(0.0);
    let late = there.duration_since(after).as_secs_f64().max(0.0);
    let apart = early.max(late);
    #[expect(clippy::cast_precision_loss, reason = "a few seconds")]
    let near = apart <= FURTHEST as f64;
    check.judge(near, format!("{apart:.1} s apart, at most"), "set the clocks by NTP, for example with chrony")
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

async fn hsts(site: &Site) -> Row {
    row(
        HSTS,
        send(site.request(Method::GET, "/livez")).await.map(|answer| {
            let told = header(&answer.headers, "strict-transport-security");
            let seconds = told.split([';', ' ']).find_map(|part| part.strip_prefix("max-age=")?.parse::<u64>().ok());
            match seconds {
                Some(seconds) if seconds >= HALF_A_YEAR => Ok(format!("for {} days", seconds / 86_400)),
                Some(seconds) => {
                    Err((format!("for {} days only", seconds / 86_400), "leave the header as Saydo sends it"))
                }
                None => Err((
                    "browsers are not told to stay with https".to_owned(),
                    "needs TLS, SAYDO_TRUST_PROXY=on and a proxy that sends X-Forwarded-Proto",
                )),
            }
        }),
    )
}

/// Whether a policy is the one that Saydo sends. Of directives that only make it stricter a proxy may add one.
fn is_strict(policy: &str) -> bool {
    let directives = |text: &'static str| text.split("; ").collect::<BTreeSet<_>>();
    let there: BTreeSet<&str> = policy.split(';').map(str::trim).filter(|part| !part.is_empty()).collect();
    let more: Vec<&str> = there.difference(&directives(CSP)).copied().collect();
    directives(CSP).is_subset(&there) && more.iter().all(|added| STRICTER.contains(added))
}

/// What is wrong with the headers of an answer, if anything.
fn faults(headers: &HeaderMap) -> Vec<&'static str> {
    let policy = header(headers, "content-security-policy");
    let holds = [
        ("content-security-policy", is_strict(policy)),
        ("x-content-type-options", header(headers, "x-content-type-options") == "nosniff"),
        ("referrer-policy", ["same-origin", "no-referrer"].contains(&header(headers, "referrer-policy"))),
    ];
    holds.into_iter().filter(|(_, holds)| !holds).map(|(name, _)| name).collect()
}

async fn headers(site: &Site) -> Row {
    let look = async {
        for path in ["/", "/health", "/api/auth/me"] {
            let answer = send(site.request(Method::GET, path)).await?;
            let faults = faults(&answer.headers);
            if !faults.is_empty() {
                let what = format!("{path}: missing or weak: {}", faults.join(", "));
                return Ok(Err((what, "the proxy must leave Saydo's headers as they are")));
            }
        }
        Ok(Ok("a strict policy for scripts and frames on 3 of 3 answers".to_owned()))
    };
    row(HEADERS, look.await)
}

async fn foreign(site: &Site) -> Row {
    let from = |request: RequestBuilder| request.header(ORIGIN, STRANGER);
    let look = async {
        let preflight = site.request(Method::OPTIONS, "/api/tasks").header("access-control-request-method", "GET");
        for request in [preflight, site.request(Method::GET, "/health")] {
            let answer = send(from(request)).await?;
            let allowed = header(&answer.headers, "access-control-allow-origin");
            if allowed == "*" || allowed == STRANGER {
                let help = "name the exact origins in CORS_ORIGINS, and let the proxy add no such header";
                return Ok(Err((format!("{STRANGER} may read answers ({allowed})"), help)));
            }
        }
        Ok(Ok(format!("{STRANGER} may read none of 2 answers")))
    };
    row(FOREIGN, look.await)
}

/// Doors that must not open, each with what one must send to be answered at all.
const DOORS: [(Method, &str); 6] = [
    (Method::GET, "/api/tasks"),
    (Method::GET, "/api/conversations"),
    (Method::GET, "/api/account/export"),
    (Method::GET, "/api/admin/ready"),
    (Method::GET, "/v1/models"),
    (Method::POST, "/mcp"),
];

async fn closed(site: &Site) -> Row {
    let look = async {
        for (method, path) in DOORS {
            let answer = send(site.request(method, path)).await?;
            if answer.status != 401 {
                let what = format!("{path} is answered {} without a token", answer.status);
                return Ok(Err((what, "nothing may stand between the proxy and Saydo that answers in its place")));
            }
        }
        Ok(Ok(format!("{} doors tried, all closed", DOORS.len())))
    };
    row(CLOSED, look.await)
}

fn is_problem(answer: &Answer, status: u16) -> bool {
    let told = answer.json["code"].is_string() && answer.json["detail"].is_string();
    answer.status == status
        && told
        && header(&answer.headers, "content-type") == "application/problem+json"
        && answer.headers.contains_key("x-request-id")
}

async fn errors(site: &Site) -> Row {
    let look = async {
        for (path, status) in [("/api/nothing-here", 404), ("/api/tasks", 401)] {
            let answer = send(site.request(Method::GET, path)).await?;
            if !is_problem(&answer, status) {
                let what = format!("{path} is answered {} in another form", answer.status);
                return Ok(Err((what, "let the proxy pass Saydo's errors on")));
            }
        }
        Ok(Ok("2 errors provoked, both in order".to_owned()))
    };
    row(ERRORS, look.await)
}

async fn metrics(site: &Site) -> Row {
    row(
        METRICS,
        send(site.request(Method::GET, "/metrics")).await.map(|answer| match answer.status {
            200 => Err(("anybody can read /metrics".to_owned(), "let the proxy pass /metrics on to nobody")),
            status => Ok(format!("/metrics is answered {status} without the token")),
        }),
    )
}

async fn page(site: &Site) -> Row {
    let help = "build it with: make build; let the proxy pass everything on";
    row(WEB_APP, web_app::look(site).await.map(|found| found.map_err(|what| (what, help))))
}

async fn docs(site: &Site) -> Row {
    row(
        DOCS,
        send(site.request(Method::GET, "/openapi.json")).await.map(|answer| {
            match (answer.status, answer.json["paths"].as_object()) {
                (200, Some(paths)) => Ok(format!("{} addresses described", paths.len())),
                (status, _) => Err((format!("/openapi.json is answered {status}"), "let the proxy pass it on")),
            }
        }),
    )
}

/// How long something may take that people wait for.
pub(super) const TURN: Duration = Duration::from_secs(3);

#[cfg(test)]
mod tests {
    use super::{super::row::State, *};

    #[test]
    fn a_policy_is_strict_only_as_it_is_sent() {
        assert!(is_strict(CSP) && is_strict(&format!("upgrade-insecure-requests; {CSP};")));
        for weak in [
            String::new(),
            CSP.replace("script-src 'self'", "script-src 'self' * data:"),
            CSP.replace("script-src 'self'; ", ""),
            CSP.replace("frame-ancestors 'none'", "frame-ancestors *"),
            format!("script-src-elem *; {CSP}"),
            format!("script-src *; {CSP}"),
        ] {
            assert!(!is_strict(&weak), "{weak}");
        }
    }

    #[test]
    fn a_clock_may_be_five_seconds_off() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let state = |there| skew(SKEW, there, at(100), at(101)).state;
        for (there, expected) in [(95, State::Ok), (106, State::Ok), (94, State::Failed), (107, State::Failed)] {
            assert_eq!(state(Some(at(there))), expected, "{there}");
        }
        assert_eq!(state(None), State::NotChecked);
    }
}
