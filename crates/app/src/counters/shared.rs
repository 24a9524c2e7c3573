//! The way to Redis: waited for briefly, done without when it is away, tried again every second.

use std::{
    fmt,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use redis::{
    Client, RedisError,
    aio::{ConnectionManager, ConnectionManagerConfig},
};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};
use tokio::time::error::Elapsed;

use super::AddressError;

/// How long Redis is left alone after it did not answer.
const LEAVE_ALONE: Duration = Duration::from_secs(1);

/// A script that Redis runs as a whole, so that replicas never count over each other. It gets whole numbers, and
/// answers with some.
#[derive(Debug)]
pub struct Script(redis::Script);

impl Script {
    /// A script of this text (Lua).
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(redis::Script::new(text))
    }
}

/// How Redis is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Watch {
    /// Whether it answered the last time it was asked.
    pub is_there: bool,
    /// How often this process had to count by itself.
    pub done_without: u64,
}

pub(super) struct Shared {
    connection: ConnectionManager,
    patience: Duration,
    /// Goes before every key's name: nobody who reads the keys learns whose they are, and installations that share a
    /// Redis do not count together.
    salt: [u8; 32],
    is_away: AtomicBool,
    try_again: Mutex<Instant>,
    done_without: AtomicU64,
}

impl Shared {
    pub(super) fn new(url: &SecretString, secret: &SecretString, patience: Duration) -> Result<Self, AddressError> {
        let client = Client::open(url.expose_secret()).map_err(|_| AddressError)?;
        // When to try again is decided here, not there.
        let config = ConnectionManagerConfig::new()
            .set_number_of_retries(0)
            .set_connection_timeout(Some(patience.max(LEAVE_ALONE)))
            .set_response_timeout(Some(patience));
        let connection = ConnectionManager::new_lazy_with_config(client, config).map_err(|_| AddressError)?;
        let salt = Sha256::new().chain_update(b"saydo counters\0").chain_update(secret.expose_secret()).finalize();
        Ok(Self {
            connection,
            patience,
            salt: salt.into(),
            is_away: AtomicBool::new(false),
            try_again: Mutex::new(Instant::now()),
            done_without: AtomicU64::new(0),
        })
    }

    pub(super) fn watch(&self) -> Watch {
        Watch {
            is_there: !self.is_away.load(Ordering::Relaxed),
            done_without: self.done_without.load(Ordering::Relaxed),
        }
    }

    /// Asks whether it is there: it may have gone, or come back, since anybody needed it.
    pub(super) async fn look(&self) {
        if self.may_ask() {
            let mut connection = self.connection.clone();
            let ping = redis::cmd("PING");
            let asked = ping.query_async::<String>(&mut connection);
            self.heard(tokio::time::timeout(self.patience, asked).await);
        }
    }

    pub(super) async fn run(&self, script: &Script, keys: &[(&str, &str)], arguments: &[i64]) -> Option<Vec<i64>> {
        let answer = if self.may_ask() { self.ask(script, keys, arguments).await } else { None };
        if answer.is_none() {
            self.done_without.fetch_add(1, Ordering::Relaxed);
        }
        answer
    }

    /// While it is away one request a second tries: the others do not wait for nothing.
    fn may_ask(&self) -> bool {
        if !self.is_away.load(Ordering::Relaxed) {
            return true;
        }
        let mut try_again = self.try_again.lock().unwrap_or_else(PoisonError::into_inner);
        let due = *try_again <= Instant::now();
        if due {
            *try_again = Instant::now() + LEAVE_ALONE;
        }
        due
    }

    async fn ask(&self, script: &Script, keys: &[(&str, &str)], arguments: &[i64]) -> Option<Vec<i64>> {
        let mut connection = self.connection.clone();
        let mut invocation = script.0.prepare_invoke();
        for (kind, name) in keys {
            invocation.key(self.key(kind, name));
        }
        for argument in arguments {
            invocation.arg(*argument);
        }
        self.heard(tokio::time::timeout(self.patience, invocation.invoke_async(&mut connection)).await)
    }

    /// What it answered, if it did in time; whether it is there is known after it.
    fn heard<T>(&self, answer: Result<Result<T, RedisError>, Elapsed>) -> Option<T> {
        match answer {
            Ok(Ok(answer)) => {
                if self.is_away.swap(false, Ordering::Relaxed) {
                    tracing::info!("Redis is back: replicas count together again");
                }
                Some(answer)
            }
            Ok(Err(error)) => self.without(&error),
            Err(_) => self.without(&RedisError::from(std::io::Error::from(std::io::ErrorKind::TimedOut))),
        }
    }

    fn without<T>(&self, error: &RedisError) -> Option<T> {
        *self.try_again.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now() + LEAVE_ALONE;
        if !self.is_away.swap(true, Ordering::Relaxed) {
            tracing::warn!(%error, "Redis is away: until it is back this process counts by itself");
        }
        None
    }

    fn key(&self, kind: &str, name: &str) -> String {
        let digest = Sha256::new().chain_update(self.salt).chain_update(kind).chain_update(b"\0").chain_update(name);
        let digest: [u8; 32] = digest.finalize().into();
        let hex: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        format!("saydo:{kind}:{hex}")
    }
}

/// Without the address: it can have a password in it.
impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").field("watch", &self.watch()).finish_non_exhaustive()
    }
}
