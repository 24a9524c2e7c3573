//! What is counted to keep anybody from asking for too much. With Redis all replicas count together; without it, or
//! while it is away, each process counts by itself: no request ever fails because of Redis.
//!
//! - `shared`: the way to Redis, with a bounded wait
//! - `rate`: so many a minute (GCRA)
//! - `places`: so many at the same time
//! - `once`: things that are good once
//!
//! Each kind of counter is one algorithm told twice: in Rust for a process by itself, and as a script that Redis runs
//! as a whole, on its own clock. What has had its time Redis forgets by itself.

mod once;
mod places;
mod rate;
mod shared;

use std::{sync::Arc, time::Duration};

use secrecy::SecretString;

pub use once::Once;
pub use places::{Place, Places};
pub use rate::{Rate, Standing};
pub use shared::{Script, Watch};

/// An address of Redis that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("give an address like redis://127.0.0.1:6379/0 or rediss://user:password@host:6379/0")]
pub struct AddressError;

/// Where counters are kept; cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Counters {
    shared: Option<Arc<shared::Shared>>,
}

impl Counters {
    /// Each process counts by itself.
    #[must_use]
    pub fn in_process() -> Self {
        Self::default()
    }

    /// All replicas with this secret count together in Redis, which is waited for so long at most. It need not be
    /// there yet.
    ///
    /// # Errors
    /// When the address cannot be used.
    pub fn in_redis(url: &SecretString, secret: &SecretString, patience: Duration) -> Result<Self, AddressError> {
        Ok(Self { shared: Some(Arc::new(shared::Shared::new(url, secret, patience)?)) })
    }

    /// Whether this can be an address of Redis.
    ///
    /// # Errors
    /// When it cannot.
    pub fn check_address(url: &str) -> Result<(), AddressError> {
        redis::Client::open(url).map(drop).map_err(|_| AddressError)
    }

    /// How Redis did when it was last asked; `None` when there is none.
    #[must_use]
    pub fn watch(&self) -> Option<Watch> {
        self.shared.as_ref().map(|shared| shared.watch())
    }

    /// Asks how Redis is doing; `None` when there is none.
    pub async fn look(&self) -> Option<Watch> {
        let shared = self.shared.as_ref()?;
        shared.look().await;
        Some(shared.watch())
    }

    /// Runs a script over counters of these keys, given as kind and name. `None` means: count in this process.
    pub async fn run(&self, script: &Script, keys: &[(&str, &str)], arguments: &[i64]) -> Option<Vec<i64>> {
        self.shared.as_ref()?.run(script, keys, arguments).await
    }
}

/// Counters of one kind that are forgotten once there are this many.
const SWEEP_AT: usize = 10_000;
