//! Accounts: who may come in, by password or token, and what is theirs to take away or erase.
//!
//! - `password`: bcrypt off the async threads behind a bounded queue
//! - `token`: what a JWT must look like; signing and reading
//! - `sealed`: signed state that clients carry for us
//! - `throttle`: growing delays after failed logins
//! - `service`: sign-up and login
//! - `identity`: whom a token proves; ending tokens
//! - `profile`: changing and deleting one's own account
//! - `export`: taking everything away
//! - `access_tokens`: personal access tokens for programs
//! - `admin`: what the operator's command line may do
//! - `administrators`: whose account administrates

mod access_tokens;
mod admin;
pub mod administrators;
pub mod export;
mod identity;
mod input;
mod password;
mod profile;
mod sealed;
mod service;
mod throttle;
mod token;

use std::sync::Arc;

use jiff::SignedDuration;
use saydo_domain::Email;
use saydo_store::{Store, backup::Backups};
use secrecy::SecretString;

pub use access_tokens::{AccessTokenInput, NewAccessToken};
pub use identity::{Access, Identity};
pub use input::{LogInInput, NewPasswordInput, PasswordInput, ProfileInput, SignUpInput};
pub use sealed::Sealer;
pub use service::Session;
pub use throttle::{Throttling, network};
pub use token::ISSUER;

use crate::{Clock, audit::Audit, counters::Counters};

/// What the account rules depend on.
#[derive(Debug, Clone)]
pub struct AccountsConfig {
    /// The HS256 secret (`BETTER_AUTH_SECRET`).
    pub secret: SecretString,
    /// Outside issuers that share the secret and are believed (`SAYDO_TRUSTED_ISSUERS`).
    pub trusted_issuers: Vec<String>,
    /// E-mails whose accounts administrate (`SAYDO_ADMINS`).
    pub administrators: Vec<Email>,
    /// How long a token is good (`JWT_EXPIRY_DAYS`).
    pub token_life: SignedDuration,
    /// Whether failed logins slow down further tries.
    pub throttling: Throttling,
    /// Where that is counted, and everything else that is.
    pub counters: Counters,
    /// The folder of backups: who was erased is noted beside them, so that no restore brings them back.
    pub backups: Option<Backups>,
}

/// The account use cases; cheap to clone.
#[derive(Debug, Clone)]
pub struct Accounts {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    store: Store,
    clock: Clock,
    passwords: password::Passwords,
    tokens: token::Tokens,
    sealer: Sealer,
    counters: Counters,
    throttle: throttle::Throttle,
    touches: access_tokens::Touches,
    audit: Audit,
    exports: export::Places,
    backups: Option<Backups>,
    administrators: Vec<Email>,
}

impl Accounts {
    /// Puts the account rules together.
    #[must_use]
    pub fn new(store: Store, clock: Clock, config: AccountsConfig) -> Self {
        let inner = Inner {
            audit: Audit::new(store.clone(), clock, &config.secret),
            store,
            clock,
            passwords: password::Passwords::for_this_machine(),
            sealer: Sealer::new(&config.secret),
            tokens: token::Tokens::new(&config.secret, config.trusted_issuers, config.token_life),
            throttle: throttle::Throttle::new(config.throttling, config.counters.clone()),
            counters: config.counters,
            touches: access_tokens::Touches::default(),
            exports: export::Places::default(),
            backups: config.backups,
            administrators: config.administrators,
        };
        Self { inner: Arc::new(inner) }
    }

    /// Signs state that clients carry for us.
    #[must_use]
    pub fn sealer(&self) -> Sealer {
        self.inner.sealer.clone()
    }

    /// Where things are counted.
    #[must_use]
    pub fn counters(&self) -> &Counters {
        &self.inner.counters
    }

    /// The audit trail.
    #[must_use]
    pub fn audit(&self) -> &Audit {
        &self.inner.audit
    }

    fn store(&self) -> &Store {
        &self.inner.store
    }

    fn now(&self) -> jiff::Timestamp {
        self.inner.clock.now()
    }
}
