//! What a client carries from a question to its answer (`requestState`): sealed, for five minutes, good once.

use jiff::SignedDuration;
use saydo_app::{App, AppError, Caller, Clock, accounts::Sealer};
use saydo_domain::UserId;
use saydo_store::Store;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

const PURPOSE: &str = "mcp-question";
/// A person may think for this long.
const LIFE: SignedDuration = SignedDuration::from_mins(5);

/// Stands for one question that was put to a person.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Ticket {
    id: Uuid,
    /// What exactly was asked.
    pub(super) about: String,
}

/// Makes tickets and takes them back; cheap to clone. Which were used stands in the database, for every replica.
#[derive(Debug, Clone)]
pub(super) struct Tickets {
    sealer: Sealer,
    clock: Clock,
    store: Store,
}

impl Tickets {
    pub(super) fn new(app: &App) -> Self {
        Self { sealer: app.accounts.sealer(), clock: app.clock, store: app.store.clone() }
    }

    /// A sealed ticket for this program; `None` when it cannot be written.
    pub(super) fn issue(&self, owner: &str, about: &str) -> Option<String> {
        let ticket = Ticket { id: Uuid::new_v4(), about: about.to_owned() };
        self.sealer.seal(PURPOSE, owner, ticket, self.clock.now(), LIFE).ok()
    }

    /// The ticket, when it was made here for this program, is still good and was not used.
    pub(super) async fn open(&self, user: &UserId, owner: &str, sealed: &str) -> Option<Ticket> {
        let ticket: Ticket = self.unseal(owner, sealed)?;
        let used = self.store.read().await.ok()?.consent_is_used(user, ticket.id).await;
        (used == Ok(false)).then_some(ticket)
    }

    fn unseal(&self, owner: &str, sealed: &str) -> Option<Ticket> {
        self.sealer.open(PURPOSE, owner, sealed, self.clock.now())
    }

    /// Uses a ticket up; says whether it was still good. When that cannot be known, it was not.
    pub(super) async fn use_up(&self, user: &UserId, ticket: &Ticket) -> bool {
        let (user, id) = (user.clone(), ticket.id);
        let expires_at = self.clock.now().saturating_add(LIFE).unwrap_or(jiff::Timestamp::MAX);
        let used = self.store.write(move |tx| {
            Box::pin(async move { Ok::<bool, AppError>(tx.consent_use(&user, id, expires_at).await?) })
        });
        used.await.unwrap_or_else(|error| {
            tracing::warn!(%error, "a consent could not be used");
            false
        })
    }
}

/// The program that asks on behalf of a person: nobody else's answer counts.
pub(super) fn owner(caller: &Caller) -> String {
    format!("{} {}", caller.id(), caller.token_id)
}
