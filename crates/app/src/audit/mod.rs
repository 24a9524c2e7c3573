//! The audit trail: what happened to accounts and to the installation, in a table that only grows and in the log.
//!
//! Accounts and networks appear as pseudonyms: hashes with a key that only this installation has. What belongs to a
//! change is written in the change's own transaction; what changes nothing (a failed login) is noted beside the
//! request, so that a database that cannot write keeps nobody out, and a flood of it waits in no long queue. Of what
//! somebody can repeat without end (a refusal, a login) most is only counted; refusals take no place of anything else.
//! The log has each.

mod flood;
mod kind;

use std::{
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::SignedDuration;
use saydo_domain::UserId;
use saydo_store::{NewAuditEvent, Store, StoreError, Tx};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use sha2::Sha256;
use tokio::sync::{Semaphore, TryAcquireError};

use flood::{Flood, Often, Verdict};
pub use kind::AuditKind;

use crate::{AppError, Clock, accounts::network};

/// How long events are kept unless the configuration says otherwise.
pub const KEPT: SignedDuration = SignedDuration::from_hours(365 * 24);

/// Events that may wait to be noted beside their requests.
const WAITING: u32 = 256;

/// The same for refusals, which have places of their own.
const WAITING_REFUSALS: u32 = 64;

/// How long the last ones may take when the server stops.
const LAST: Duration = Duration::from_secs(2);

/// What is known about the request that is being served.
#[derive(Debug, Clone, Default)]
pub struct RequestFacts {
    /// The request, as the log knows it.
    pub request_id: Option<String>,
    /// Where it came from.
    pub address: Option<IpAddr>,
}

tokio::task_local! {
    static REQUEST: RequestFacts;
}

/// Serves a request of which this is known: events that happen in it say so.
pub async fn within<F: Future>(facts: RequestFacts, work: F) -> F::Output {
    REQUEST.scope(facts, work).await
}

/// Notes events; cheap to clone.
#[derive(Debug, Clone)]
pub struct Audit {
    store: Store,
    clock: Clock,
    key: Arc<SecretString>,
    places: Arc<Semaphore>,
    /// Those of refusals.
    refusal_places: Arc<Semaphore>,
    flood: Arc<Flood>,
    /// The last time that dropping events was logged: once a minute is enough.
    told: Arc<Mutex<Option<Instant>>>,
}

/// An event on its way into its change's transaction.
#[derive(Debug, Clone)]
#[must_use]
pub struct Entry(NewAuditEvent);

impl Audit {
    /// A trail in this store; the secret makes the pseudonyms.
    #[must_use]
    pub fn new(store: Store, clock: Clock, secret: &SecretString) -> Self {
        let places = |most: u32| Arc::new(Semaphore::new(usize::try_from(most).unwrap_or(Semaphore::MAX_PERMITS)));
        Self {
            store,
            clock,
            key: Arc::new(secret.clone()),
            places: places(WAITING),
            refusal_places: places(WAITING_REFUSALS),
            flood: Arc::default(),
            told: Arc::default(),
        }
    }

    /// A word that is always the same for a user, and says who it is to nobody who does not have both the secret and
    /// the user's id. The log has the same one.
    #[must_use]
    pub fn pseudonym(&self, user: &UserId) -> String {
        self.hash("user", user.as_str())
    }

    fn hash(&self, purpose: &str, text: &str) -> String {
        // Keys of any length are good: this cannot fail.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(self.key.expose_secret().as_bytes()) else {
            return String::new();
        };
        mac.update(b"saydo pseudonym\0");
        mac.update(purpose.as_bytes());
        mac.update(b"\0");
        mac.update(text.as_bytes());
        mac.finalize().into_bytes().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }

    /// An event, for [`Entry::write`] in the transaction of what it tells of.
    pub fn entry(&self, kind: AuditKind, user: Option<&UserId>, details: Value) -> Entry {
        let facts = REQUEST.try_with(Clone::clone).unwrap_or_default();
        Entry(NewAuditEvent {
            at: self.clock.now(),
            kind: kind.as_str(),
            actor: user.map(|user| self.pseudonym(user)),
            origin: facts.address.map(|address| self.hash("network", &network(address).to_string())),
            request_id: facts.request_id,
            details,
        })
    }

    /// Notes an event that stands for itself, and says when it is stored.
    ///
    /// # Errors
    /// When the store refuses; the log has it then.
    pub async fn record(&self, kind: AuditKind, user: Option<&UserId>, details: Value) -> Result<(), AppError> {
        let entry = self.entry(kind, user, details);
        let stored = entry.clone();
        let noted = self.store.write(move |tx| Box::pin(async move { stored.write(tx).await })).await;
        entry.tell();
        if noted.is_err() {
            in_the_log_only();
        }
        Ok(noted?)
    }

    /// Notes an event that changed nothing, beside the request; of those that one caller can repeat, the first of a
    /// minute.
    pub fn note(&self, kind: AuditKind, user: Option<&UserId>, details: Value) {
        let entry = self.entry(kind, user, details);
        entry.tell();
        let often = flood::often(kind);
        match self.flood.take(&entry.0, often, Instant::now()) {
            Verdict::Noted => self.store_beside(self.places(often), entry),
            Verdict::Counted => {}
            Verdict::CountedUntil(end) => {
                let audit = self.clone();
                tokio::spawn(async move {
                    tokio::time::sleep_until(end.into()).await;
                    audit.note_counts();
                });
            }
        }
    }

    /// Notes how many were not noted one by one.
    fn note_counts(&self) {
        for (often, counted) in self.flood.counts(self.clock.now()) {
            self.store_beside(self.places(often), Entry(counted));
        }
    }

    /// Where events of this sort wait.
    const fn places(&self, often: Often) -> &Arc<Semaphore> {
        match often {
            Often::Noted | Often::Own => &self.places,
            Often::Refusal => &self.refusal_places,
        }
    }

    fn store_beside(&self, places: &Arc<Semaphore>, entry: Entry) {
        let place = match Arc::clone(places).try_acquire_owned() {
            Ok(place) => place,
            Err(TryAcquireError::Closed | TryAcquireError::NoPermits) => return self.dropped(),
        };
        let store = self.store.clone();
        tokio::spawn(async move {
            let noted: Result<(), StoreError> =
                store.write(move |tx| Box::pin(async move { entry.write(tx).await })).await;
            drop(place);
            if let Err(error) = noted {
                in_the_log_only();
                tracing::warn!(%error, "an audit event is in the log only");
            }
        });
    }

    fn dropped(&self) {
        in_the_log_only();
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.is_none_or(|at| at.elapsed() > Duration::from_mins(1)) {
            *told = Some(Instant::now());
            tracing::warn!("more audit events than can be stored: some are in the log only");
        }
    }

    /// Waits until what was noted is stored, for a while.
    pub async fn settle(&self) {
        self.note_counts();
        let all = async {
            tokio::join!(self.places.acquire_many(WAITING), self.refusal_places.acquire_many(WAITING_REFUSALS))
        };
        drop(tokio::time::timeout(LAST, all).await.map(drop));
    }
}

/// Notes what happened to the installation itself: no account, no request.
///
/// # Errors
/// When the store refuses; the log has it then.
pub async fn of_installation(store: &Store, clock: Clock, kind: AuditKind, details: Value) -> Result<(), StoreError> {
    let event =
        NewAuditEvent { at: clock.now(), kind: kind.as_str(), actor: None, origin: None, request_id: None, details };
    let entry = Entry(event);
    entry.tell();
    store.write(move |tx| Box::pin(async move { entry.write(tx).await })).await
}

impl Entry {
    /// Writes it.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn write(&self, tx: &mut Tx) -> Result<(), StoreError> {
        tx.audit_insert(&self.0).await
    }

    /// Tells the log and the figures, once what it tells of is stored.
    pub fn tell(&self) {
        let NewAuditEvent { kind, actor, origin, details, .. } = &self.0;
        metrics::counter!("saydo_audit_events_total", "kind" => *kind).increment(1);
        tracing::info!(audit = kind, actor = actor.as_deref(), origin = origin.as_deref(), %details, "audit");
    }
}

/// Counts an event that the table will not have.
fn in_the_log_only() {
    metrics::counter!("saydo_audit_dropped_total").increment(1);
}

/// No details.
#[must_use]
pub fn nothing() -> Value {
    json!({})
}

#[cfg(test)]
mod tests {
    use saydo_store::StoreConfig;

    use super::*;

    #[tokio::test]
    async fn users_are_opaque() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(StoreConfig::new(folder.path().join("saydo.db").to_string_lossy())).await.unwrap();
        let audit = |secret: &str| Audit::new(store.clone(), Clock::System, &SecretString::from(secret));
        let user = UserId::new("ada@example.com").unwrap();
        let word = audit("one").pseudonym(&user);
        assert_eq!((word.len(), &word), (16, &audit("one").pseudonym(&user)));
        assert!(!word.contains("ada"));
        // Without the secret nobody can try out who it is.
        assert_ne!(word, audit("another").pseudonym(&user));
        assert_ne!(word, audit("one").hash("network", "ada@example.com"));
    }
}
