//! Who asks, from where, and how a repeated request is recognised.

use jiff::tz::TimeZone;
use saydo_domain::{Client, Door, User, UserId};
use saydo_lang::DateOrder;

/// Who asks: proven by a door, needed by every use case.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The owner of everything this caller can see.
    pub user: User,
    /// The token this request came with, as revocation knows it (`jti`, or the token's hash).
    pub token_id: String,
    /// The zone of this request: `X-Timezone`, else the account's, else UTC.
    pub zone: TimeZone,
    /// How slashed dates are read for this person.
    pub order: DateOrder,
    /// The way the request came in.
    pub door: Door,
    /// The program that asks in the person's place, when it came with a token of its own.
    pub client: Option<Client>,
    /// The key under which the answer is kept, when the client sent one.
    pub idempotency: Option<IdempotencyKey>,
}

impl Caller {
    /// The caller's user id.
    #[must_use]
    pub const fn id(&self) -> &UserId {
        &self.user.id
    }
}

/// An `Idempotency-Key` with what it was sent for. A write use case stores its answer under it in the same
/// transaction as its effects; see [`crate::idempotency`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey {
    /// The key as sent: 1 to 255 characters.
    pub key: String,
    /// SHA-256 over method, path, query and body, in hex.
    pub fingerprint: String,
}
