//! How much anybody may ask for: per user, and per address where there is no user yet. In process; shared counters
//! come with Redis.

use std::{num::NonZeroU32, sync::Arc, time::Duration};

use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Response},
    middleware::Next,
    response::IntoResponse,
};
use governor::{
    Quota, RateLimiter,
    clock::{Clock as _, DefaultClock},
    middleware::{StateInformationMiddleware, StateSnapshot},
    state::keyed::DefaultKeyedStateStore,
};
use saydo_app::{Caller, accounts::Throttling};
use saydo_domain::UserId;

use super::{client, error, state::AppState};
use crate::config::LimitsConfig;

type Limiter = RateLimiter<String, DefaultKeyedStateStore<String>, DefaultClock, StateInformationMiddleware>;

/// API calls a minute and user: live highlighting asks with every pause of the keys.
const CALLS_PER_MINUTE: u32 = 1200;
/// Sign-ups and logins a minute and address.
const SIGN_INS_PER_MINUTE: u32 = 20;
/// Forget counters that are full again once there are this many.
const SWEEP_AT: usize = 10_000;

/// The counters; none when limits are off.
#[derive(Debug)]
pub(crate) struct Limits {
    counters: Option<Counters>,
}

#[derive(Debug)]
struct Counters {
    calls: Limiter,
    chat: Limiter,
    sign_ins: Limiter,
}

impl Limits {
    pub(super) fn new(config: &LimitsConfig) -> Self {
        let per_minute = |count| RateLimiter::keyed(Quota::per_minute(count)).with_middleware();
        let fixed = |count| NonZeroU32::new(count).unwrap_or(NonZeroU32::MIN);
        let counters = (config.throttling == Throttling::On).then(|| Counters {
            calls: per_minute(fixed(CALLS_PER_MINUTE)),
            chat: per_minute(config.chat_per_minute),
            sign_ins: per_minute(fixed(SIGN_INS_PER_MINUTE)),
        });
        Self { counters }
    }
}

impl Limits {
    /// Counts a chat turn that came in by another way than the chat; when it is too much, how long to wait.
    pub(crate) fn take_chat(&self, user: &UserId) -> Result<(), Duration> {
        let Some(counters) = &self.counters else { return Ok(()) };
        let checked = counters.chat.check_key(&user.to_string());
        checked.map(drop).map_err(|until| until.wait_time_from(DefaultClock::default().now()))
    }
}

/// Limits what one user asks for.
pub(super) async fn calls(State(state): State<AppState>, request: Request, next: Next) -> Response<Body> {
    let limits = Arc::clone(&state.limits);
    count(limits.counters.as_ref().map(|c| &c.calls), user(&request), request, next).await
}

/// Limits the chat turns of one user.
pub(super) async fn chat(State(state): State<AppState>, request: Request, next: Next) -> Response<Body> {
    let limits = Arc::clone(&state.limits);
    count(limits.counters.as_ref().map(|c| &c.chat), user(&request), request, next).await
}

/// Limits sign-ups and logins from one address.
pub(super) async fn sign_ins(State(state): State<AppState>, request: Request, next: Next) -> Response<Body> {
    let limits = Arc::clone(&state.limits);
    let address = client::address(&state.settings, request.headers(), request.extensions());
    let key = address.map(|address| address.to_canonical().to_string());
    count(limits.counters.as_ref().map(|c| &c.sign_ins), key, request, next).await
}

fn user(request: &Request) -> Option<String> {
    request.extensions().get::<Caller>().map(|caller| caller.id().to_string())
}

async fn count(limiter: Option<&Limiter>, key: Option<String>, request: Request, next: Next) -> Response<Body> {
    let (Some(limiter), Some(key)) = (limiter, key) else { return next.run(request).await };
    if limiter.len() > SWEEP_AT {
        limiter.retain_recent();
    }
    match limiter.check_key(&key) {
        Ok(left) => {
            let mut response = next.run(request).await;
            tell(response.headers_mut(), &left);
            response
        }
        Err(until) => {
            let wait = until.wait_time_from(DefaultClock::default().now());
            let burst = until.quota().burst_size().get();
            let mut response =
                error::too_many(wait, "Too many requests; try again in a moment.".to_owned()).into_response();
            put(response.headers_mut(), burst, 0, wait);
            response
        }
    }
}

fn tell(headers: &mut HeaderMap, left: &StateSnapshot) {
    let burst = left.quota().burst_size().get();
    let remaining = left.remaining_burst_capacity();
    put(headers, burst, remaining, left.quota().replenish_interval() * burst.saturating_sub(remaining));
}

/// The innermost limit is the tightest: what it said stays.
fn put(headers: &mut HeaderMap, limit: u32, remaining: u32, reset: Duration) {
    let values = [
        ("ratelimit-limit", u64::from(limit)),
        ("ratelimit-remaining", u64::from(remaining)),
        ("ratelimit-reset", reset.as_millis().div_ceil(1000).try_into().unwrap_or(u64::MAX)),
    ];
    for (name, value) in values {
        headers.entry(HeaderName::from_static(name)).or_insert(HeaderValue::from(value));
    }
}
