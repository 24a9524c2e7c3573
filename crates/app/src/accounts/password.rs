//! Passwords: the length rule, and bcrypt away from the async threads behind a bounded queue, so that a flood of
//! logins slows logins down and nothing else.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use saydo_domain::ValidationError;
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Semaphore;

use crate::AppError;

/// The work factor: 2^12 rounds.
pub(super) const COST: u32 = 12;
/// Shortest password, in bytes.
pub(super) const MIN_BYTES: usize = 8;
/// Longest password, in bytes: bcrypt ignores what comes after.
pub(super) const MAX_BYTES: usize = 72;
/// How many hashes may wait per worker; beyond that the caller is told to come back.
const QUEUE_PER_WORKER: usize = 128;

/// A hash no password matches, of the same cost: checked for unknown e-mails, so that both cases take the same time.
const NOBODY: &str = "$2b$12$.....................................................";

/// A password of acceptable length.
#[derive(Debug, Clone)]
pub(super) struct Password(SecretString);

/// Checks the length; nothing is trimmed or normalised.
pub(super) fn check(field: &str, text: &str) -> Result<Password, ValidationError> {
    if text.len() < MIN_BYTES {
        return Err(ValidationError::new(field, format!("A password has at least {MIN_BYTES} bytes.")));
    }
    if text.len() > MAX_BYTES {
        let message = format!("A password has at most {MAX_BYTES} bytes of UTF-8; this one has {}.", text.len());
        return Err(ValidationError::new(field, message));
    }
    Ok(Password(SecretString::from(text)))
}

/// Hashes and verifies, a few at a time.
#[derive(Debug)]
pub(super) struct Passwords {
    workers: Arc<Semaphore>,
    queue: usize,
    waiting: Arc<AtomicUsize>,
}

impl Passwords {
    /// One worker less than there are cores, at least one.
    pub(super) fn for_this_machine() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let workers = cores.saturating_sub(1).max(1);
        Self {
            workers: Arc::new(Semaphore::new(workers)),
            queue: workers * QUEUE_PER_WORKER,
            waiting: Arc::new(AtomicUsize::new(0)),
        }
    }

    /// The bcrypt hash of a password (`$2b$12$…`).
    pub(super) async fn hash(&self, password: Password) -> Result<String, AppError> {
        let hashed = self.run(move || bcrypt::hash(password.0.expose_secret().as_bytes(), COST)).await?;
        hashed.map_err(|error| AppError::Internal(format!("bcrypt: {error}")))
    }

    /// Whether the text is the password of this hash. Without a hash, or with text no password can be, it takes the
    /// same time and is `false`.
    pub(super) async fn verify(&self, text: &SecretString, hash: Option<String>) -> Result<bool, AppError> {
        let text = text.clone();
        let possible = hash.is_some() && text.expose_secret().len() <= MAX_BYTES;
        let hash = hash.unwrap_or_else(|| NOBODY.to_owned());
        let verified = self.run(move || bcrypt::verify(text.expose_secret().as_bytes(), &hash)).await?;
        Ok(verified.map_err(|error| AppError::Internal(format!("bcrypt: {error}")))? && possible)
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, AppError> {
        let place = Place::take(&self.waiting, self.queue)?;
        let permit = Arc::clone(&self.workers).acquire_owned().await;
        let permit = permit.map_err(|_| AppError::Internal("the password workers are gone".to_owned()))?;
        drop(place);
        // The permit goes along: a client that goes away must not make room for more work than there are workers.
        let done = tokio::task::spawn_blocking(move || {
            let result = work();
            drop(permit);
            result
        });
        done.await.map_err(|error| AppError::Internal(format!("a password worker failed: {error}")))
    }
}

/// A place in the queue, given back on drop (also when the request is cancelled).
#[derive(Debug)]
struct Place(Arc<AtomicUsize>);

impl Place {
    fn take(waiting: &Arc<AtomicUsize>, queue: usize) -> Result<Self, AppError> {
        if waiting.fetch_add(1, Ordering::AcqRel) >= queue {
            waiting.fetch_sub(1, Ordering::AcqRel);
            return Err(AppError::Throttled { retry_after: Duration::from_secs(5) });
        }
        Ok(Self(Arc::clone(waiting)))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> SecretString {
        SecretString::from(text)
    }

    #[test]
    fn length_counts_bytes() {
        assert!(check("password", "1234567").is_err());
        assert!(check("password", "12345678").is_ok());
        assert!(check("password", "🔑🔑").is_ok());
        assert!(check("password", &"x".repeat(72)).is_ok());
        let refused = check("new_password", &"é".repeat(37)).unwrap_err();
        assert_eq!(refused.to_string(), "A password has at most 72 bytes of UTF-8; this one has 74.");
    }

    #[tokio::test]
    async fn hashes_are_bcrypt_12_over_the_exact_bytes() {
        let passwords = Passwords::for_this_machine();
        let typed = format!(" {} ", "x".repeat(70));
        let hash = passwords.hash(check("password", &typed).unwrap()).await.unwrap();
        assert!(hash.starts_with("$2b$12$"), "{hash}");
        assert!(passwords.verify(&secret(&typed), Some(hash.clone())).await.unwrap());
        assert!(!passwords.verify(&secret(typed.trim()), Some(hash.clone())).await.unwrap());
        assert!(!passwords.verify(&secret(&format!("{typed}more")), Some(hash)).await.unwrap());
    }

    #[tokio::test]
    async fn nobody_has_no_password() {
        let passwords = Passwords::for_this_machine();
        assert!(!passwords.verify(&secret(""), None).await.unwrap());
        assert!(!passwords.verify(&secret("password"), None).await.unwrap());
    }

    #[tokio::test]
    async fn a_full_queue_says_come_back() {
        let passwords = Passwords { workers: Arc::new(Semaphore::new(1)), queue: 0, waiting: Arc::default() };
        assert!(matches!(passwords.verify(&secret("password"), None).await, Err(AppError::Throttled { .. })));
        assert_eq!(passwords.waiting.load(Ordering::Acquire), 0);
    }
}
