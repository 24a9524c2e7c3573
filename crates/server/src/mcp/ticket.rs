//! What a client carries from a question to its answer (`requestState`): sealed, for five minutes, good once.

use jiff::SignedDuration;
use saydo_app::{
    Caller, Clock,
    accounts::Sealer,
    counters::{Counters, Once},
};
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

/// Makes tickets and takes them back; cheap to clone. Which were used is known to all replicas that count together;
/// without Redis, to this process only: elsewhere a yes to a tool's call still counts only for what it was about as it
/// was then.
#[derive(Debug, Clone)]
pub(super) struct Tickets {
    sealer: Sealer,
    clock: Clock,
    unused: Once,
}

impl Tickets {
    pub(super) fn new(sealer: Sealer, clock: Clock, counters: &Counters) -> Self {
        Self { sealer, clock, unused: Once::new(counters, "mcp-question", LIFE.unsigned_abs()) }
    }

    /// A sealed ticket for this program; `None` when it cannot be written.
    pub(super) fn issue(&self, owner: &str, about: &str) -> Option<String> {
        let ticket = Ticket { id: Uuid::new_v4(), about: about.to_owned() };
        self.sealer.seal(PURPOSE, owner, ticket, self.clock.now(), LIFE).ok()
    }

    /// The ticket, when it was made here for this program, is still good and was not used.
    pub(super) async fn open(&self, owner: &str, sealed: &str) -> Option<Ticket> {
        let ticket: Ticket = self.sealer.open(PURPOSE, owner, sealed, self.clock.now())?;
        self.unused.is_good(&ticket.id.to_string()).await.then_some(ticket)
    }

    /// Uses a ticket up; says whether it was still good.
    pub(super) async fn use_up(&self, ticket: &Ticket) -> bool {
        self.unused.use_up(&ticket.id.to_string()).await
    }
}

/// The program that asks on behalf of a person: nobody else's answer counts.
pub(super) fn owner(caller: &Caller) -> String {
    format!("{} {}", caller.id(), caller.token_id)
}

#[cfg(test)]
mod tests {
    use secrecy::SecretString;

    use super::*;

    #[tokio::test]
    async fn a_ticket_is_good_once_for_its_program_and_time() {
        let at = |text: &str| Clock::Frozen(text.parse().unwrap());
        let (sealer, counters) =
            (Sealer::new(&SecretString::from("kX9-rT2.qLw7_vB4+nM1=cZ8/jH5?yD3!")), Counters::in_process());
        let tickets = Tickets::new(sealer.clone(), at("2026-03-11T09:00:00Z"), &counters);
        let sealed = tickets.issue("ada robot", "this").unwrap();
        let ticket = tickets.open("ada robot", &sealed).await.unwrap();
        assert_eq!(ticket.about, "this");
        assert!(tickets.open("ada other", &sealed).await.is_none());
        assert!(tickets.open("ada robot", "this").await.is_none());
        let later = Tickets::new(sealer, at("2026-03-11T09:05:00Z"), &counters);
        assert!(later.open("ada robot", &sealed).await.is_none());
        assert!(tickets.use_up(&ticket).await && !tickets.use_up(&ticket).await);
        assert!(tickets.open("ada robot", &sealed).await.is_none());
    }
}
