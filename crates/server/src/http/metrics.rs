//! `/metrics`, for Prometheus: at an address of its own, or with a token. Never open by accident: without either of
//! them there is no such page.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, Method, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use secrecy::{ExposeSecret as _, SecretString};
use subtle::ConstantTimeEq as _;
use utoipa::openapi::OpenApi;

use super::{context::UNMATCHED, problem::Problem, state::AppState};
use crate::{
    config::Config,
    telemetry::{
        self, Reading,
        disks::{self, Disk},
    },
};

/// The class of the answers that are failures of ours.
const FAILED: &str = "5xx";

/// Who may read the metrics.
#[derive(Debug, Clone)]
pub(super) struct MetricsDoor {
    token: Option<Arc<SecretString>>,
    disks: Vec<Disk>,
}

impl MetricsDoor {
    pub(super) fn new(config: &Config) -> Self {
        let token = config.telemetry.metrics.token.clone().map(Arc::new);
        Self { token, disks: Disk::all(config) }
    }

    /// Whether the token was sent.
    fn opens(&self, headers: &HeaderMap) -> bool {
        let Some(token) = &self.token else { return false };
        let sent = headers.get(header::AUTHORIZATION).map(|value| value.as_bytes());
        let sent = sent.and_then(|value| value.strip_prefix(b"Bearer "));
        sent.is_some_and(|sent| sent.ct_eq(token.expose_secret().as_bytes()).into())
    }
}

/// The page at the main address: with the token only.
pub(super) async fn guarded(State(state): State<AppState>, headers: HeaderMap) -> Response {
    match &state.metrics.token {
        Some(_) if state.metrics.opens(&headers) => page(&state).await,
        Some(_) => Problem::of_status(StatusCode::UNAUTHORIZED).into_response(),
        None => Problem::of_status(StatusCode::NOT_FOUND).into_response(),
    }
}

/// The page at its own address: with the token if there is one.
async fn own(State(state): State<AppState>, headers: HeaderMap) -> Response {
    if state.metrics.token.is_none() || state.metrics.opens(&headers) {
        return page(&state).await;
    }
    ([(header::WWW_AUTHENTICATE, "Bearer")], StatusCode::UNAUTHORIZED).into_response()
}

/// The doors of the metrics' own address.
pub fn metrics_router(state: AppState) -> Router {
    Router::new().route("/metrics", get(own)).with_state(state)
}

async fn page(state: &AppState) -> Response {
    // An alert is to tell how it is now, not how it was when somebody last came.
    state.app.accounts.counters().look().await;
    let kind = [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")];
    let disks = disks::readings(&state.metrics.disks).await;
    (kind, text(state, disks)).into_response()
}

/// The text of the page, with what is known of the disks.
pub(super) fn text(state: &AppState, disks: Vec<Reading>) -> String {
    let (store, turns) = (&state.app.store, &state.app.turns);
    let mut readings = telemetry::readings(store.pool_status(), turns.running());
    readings.extend(disks);
    if let Some(redis) = state.app.accounts.counters().watch() {
        readings.push(Reading::new("saydo_redis_fallback", f64::from(u8::from(!redis.is_there))));
        readings.push(Reading::count("saydo_redis_done_without_total", redis.done_without));
    }
    telemetry::metrics::page(&readings)
}

/// A request that is being answered.
pub(super) struct InFlight;

impl InFlight {
    pub(super) fn begin() -> Self {
        metrics::gauge!("saydo_http_requests_in_flight").increment(1.0);
        Self
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        metrics::gauge!("saydo_http_requests_in_flight").decrement(1.0);
    }
}

/// The doors that are not in the OpenAPI document.
const OTHERS: [(&str, &str); 8] = [
    ("GET", "/metrics"),
    ("GET", "/mcp"),
    ("POST", "/mcp"),
    ("DELETE", "/mcp"),
    ("GET", "/v1/models"),
    ("GET", "/v1/models/{name}"),
    ("POST", "/v1/chat/completions"),
    ("GET", UNMATCHED),
];

/// No request has failed yet, which is 0, not missing: the first failure is to be a rise.
pub(super) fn begin(document: &OpenApi) {
    for (route, item) in &document.paths.paths {
        let operations = [
            ("GET", &item.get),
            ("PUT", &item.put),
            ("POST", &item.post),
            ("PATCH", &item.patch),
            ("DELETE", &item.delete),
        ];
        for (method, _) in operations.into_iter().filter(|(_, operation)| operation.is_some()) {
            requests(method, route, FAILED).increment(0);
        }
    }
    for (method, route) in OTHERS {
        requests(method, route, FAILED).increment(0);
    }
}

fn requests(method: &'static str, route: &str, class: &'static str) -> metrics::Counter {
    metrics::counter!("saydo_http_requests_total", "method" => method, "route" => route.to_owned(), "status" => class)
}

/// A request was answered. `route` is the address as the router has it, or a fixed word.
pub(super) fn answered(method: &Method, route: &str, status: StatusCode, took: Duration) {
    let method = match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    };
    let class = match status.as_u16() {
        100..200 => "1xx",
        200..300 => "2xx",
        300..400 => "3xx",
        400..500 => "4xx",
        _ => FAILED,
    };
    requests(method, route, class).increment(1);
    // Of other methods at least what comes after the first answer is seen.
    requests(method, route, FAILED).increment(0);
    metrics::histogram!("saydo_http_request_duration_seconds", "method" => method, "route" => route.to_owned())
        .record(took);
}
