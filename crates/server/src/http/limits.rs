//! How much anybody may ask for: per user, and per address where there is no user yet.

use std::{num::NonZeroU32, sync::Arc, time::Duration};

use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode, header},
    middleware::Next,
    response::IntoResponse,
};
use saydo_app::{
    Caller,
    accounts::{Throttling, network},
    audit::{self, AuditKind},
    counters::{Counters, Rate, Standing},
};
use saydo_domain::UserId;

use super::{client, error, problem::Problem, state::AppState};
use crate::config::LimitsConfig;

/// API calls a minute and user: live highlighting asks with every pause of the keys.
const CALLS_PER_MINUTE: u32 = 1200;
/// Sign-ups and logins a minute and address.
const SIGN_INS_PER_MINUTE: u32 = 20;
/// Tokens that one user makes in an hour, and tries to change the password: the audit trail keeps each for a year.
const DEEDS_PER_HOUR: u32 = 20;
/// Exports that one user begins in an hour: each reads everything there is of theirs.
const EXPORTS_PER_HOUR: u32 = 5;

/// The counters; none when limits are off.
#[derive(Debug)]
pub(crate) struct Limits {
    rates: Option<Rates>,
}

#[derive(Debug)]
struct Rates {
    calls: Rate,
    chat: Rate,
    sign_ins: Rate,
    tokens: Rate,
    passwords: Rate,
    exports: Rate,
}

impl Limits {
    pub(super) fn new(config: &LimitsConfig, counters: &Counters) -> Self {
        let fixed = |count| NonZeroU32::new(count).unwrap_or(NonZeroU32::MIN);
        let rates = (config.throttling == Throttling::On).then(|| Rates {
            calls: Rate::per_minute(counters, "calls", fixed(CALLS_PER_MINUTE)),
            chat: Rate::per_minute(counters, "chat", config.chat_per_minute),
            sign_ins: Rate::per_minute(counters, "sign-ins", fixed(SIGN_INS_PER_MINUTE)),
            tokens: Rate::per_hour(counters, "tokens", fixed(DEEDS_PER_HOUR)),
            passwords: Rate::per_hour(counters, "passwords", fixed(DEEDS_PER_HOUR)),
            exports: Rate::per_hour(counters, "exports", fixed(EXPORTS_PER_HOUR)),
        });
        Self { rates }
    }
}

impl Limits {
    /// Counts a chat turn that came in by another way than the chat; when it is too much, how long to wait.
    pub(crate) async fn take_chat(&self, user: &UserId) -> Result<(), Duration> {
        let Some(rates) = &self.rates else { return Ok(()) };
        rates.chat.take(user.as_str()).await.map(drop).map_err(|refused| refused.reset)
    }
}

/// Limits what one user asks for.
pub(super) async fn calls(State(state): State<AppState>, request: Request, next: Next) -> Response<Body> {
    let limits = Arc::clone(&state.limits);
    count(limits.rates.as_ref().map(|c| &c.calls), user(&request), request, next, || ()).await
}

/// Limits the chat turns of one user.
pub(super) async fn chat(State(state): State<AppState>, request: Request, next: Next) -> Response<Body> {
    let limits = Arc::clone(&state.limits);
    count(limits.rates.as_ref().map(|c| &c.chat), user(&request), request, next, || ()).await
}

/// Limits the tokens that one user makes.
pub(super) async fn tokens(State(state): State<AppState>, request: Request, next: Next) -> Response<Body> {
    let limits = Arc::clone(&state.limits);
    count(limits.rates.as_ref().map(|c| &c.tokens), user(&request), request, next, || ()).await
}

/// Limits how often one user tries to change the password.
pub(super) async fn passwords(State(state): State<AppState>, request: Request, next: Next) -> Response<Body> {
    let limits = Arc::clone(&state.limits);
    count(limits.rates.as_ref().map(|c| &c.passwords), user(&request), request, next, || ()).await
}

/// Limits how often one user takes everything away. Only to look at the headers would be as much work: there is no
/// `HEAD` here.
pub(super) async fn exports(State(state): State<AppState>, request: Request, next: Next) -> Response<Body> {
    if request.method() == Method::HEAD {
        let refusal = Problem::of_status(StatusCode::METHOD_NOT_ALLOWED).into_response();
        return ([(header::ALLOW, "GET")], refusal).into_response();
    }
    let limits = Arc::clone(&state.limits);
    count(limits.rates.as_ref().map(|c| &c.exports), user(&request), request, next, || ()).await
}

/// Limits sign-ups and logins from one address.
pub(super) async fn sign_ins(State(state): State<AppState>, request: Request, next: Next) -> Response<Body> {
    let limits = Arc::clone(&state.limits);
    let address = client::address(&state.settings, request.headers(), request.extensions());
    let key = address.map(|address| network(address).to_string());
    let note = || state.app.accounts.audit().note(AuditKind::SignInLimited, None, audit::nothing());
    count(limits.rates.as_ref().map(|c| &c.sign_ins), key, request, next, note).await
}

fn user(request: &Request) -> Option<String> {
    request.extensions().get::<Caller>().map(|caller| caller.id().to_string())
}

async fn count(
    rate: Option<&Rate>,
    key: Option<String>,
    request: Request,
    next: Next,
    refused: impl FnOnce(),
) -> Response<Body> {
    let (Some(rate), Some(key)) = (rate, key) else { return next.run(request).await };
    match rate.take(&key).await {
        Ok(standing) => {
            let mut response = next.run(request).await;
            tell(response.headers_mut(), standing);
            response
        }
        Err(standing) => {
            refused();
            refusal(standing, "Too many requests; try again in a moment.")
        }
    }
}

fn refusal(standing: Standing, detail: &str) -> Response<Body> {
    let mut response = error::too_many(standing.reset, detail.to_owned()).into_response();
    tell(response.headers_mut(), standing);
    response
}

/// The innermost limit is the tightest: what it said stays.
fn tell(headers: &mut HeaderMap, standing: Standing) {
    let Standing { limit, remaining, reset } = standing;
    let values = [
        ("ratelimit-limit", u64::from(limit)),
        ("ratelimit-remaining", u64::from(remaining)),
        ("ratelimit-reset", reset.as_millis().div_ceil(1000).try_into().unwrap_or(u64::MAX)),
    ];
    for (name, value) in values {
        headers.entry(HeaderName::from_static(name)).or_insert(HeaderValue::from(value));
    }
}
