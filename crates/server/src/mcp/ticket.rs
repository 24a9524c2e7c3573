//! What a client carries from a question to its answer (`requestState`): sealed, for five minutes, good once.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use jiff::{SignedDuration, Timestamp};
use saydo_app::{Caller, Clock, accounts::Sealer};
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

/// Makes tickets and takes them back; cheap to clone. Which were used is known to this process only: elsewhere a yes to
/// a tool's call still counts only for what it was about as it was then.
#[derive(Debug, Clone)]
pub(super) struct Tickets {
    sealer: Sealer,
    clock: Clock,
    used: Arc<Mutex<HashMap<Uuid, Timestamp>>>,
}

impl Tickets {
    pub(super) fn new(sealer: Sealer, clock: Clock) -> Self {
        Self { sealer, clock, used: Arc::default() }
    }

    /// A sealed ticket for this program; `None` when it cannot be written.
    pub(super) fn issue(&self, owner: &str, about: &str) -> Option<String> {
        let ticket = Ticket { id: Uuid::new_v4(), about: about.to_owned() };
        self.sealer.seal(PURPOSE, owner, ticket, self.clock.now(), LIFE).ok()
    }

    /// The ticket, when it was made here for this program, is still good and was not used.
    pub(super) fn open(&self, owner: &str, sealed: &str) -> Option<Ticket> {
        let ticket: Ticket = self.sealer.open(PURPOSE, owner, sealed, self.clock.now())?;
        let used = self.used.lock().unwrap_or_else(PoisonError::into_inner).contains_key(&ticket.id);
        (!used).then_some(ticket)
    }

    /// Uses a ticket up; says whether it was still good.
    pub(super) fn use_up(&self, ticket: &Ticket) -> bool {
        let now = self.clock.now();
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        // Older ones have run out by themselves.
        used.retain(|_, at| now.duration_since(*at) <= LIFE);
        used.insert(ticket.id, now).is_none()
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

    #[test]
    fn a_ticket_is_good_once_for_its_program_and_time() {
        let at = |text: &str| Clock::Frozen(text.parse().unwrap());
        let sealer = Sealer::new(&SecretString::from("kX9-rT2.qLw7_vB4+nM1=cZ8/jH5?yD3!"));
        let tickets = Tickets::new(sealer.clone(), at("2026-03-11T09:00:00Z"));
        let sealed = tickets.issue("ada robot", "this").unwrap();
        let ticket = tickets.open("ada robot", &sealed).unwrap();
        assert_eq!(ticket.about, "this");
        assert!(tickets.open("ada other", &sealed).is_none());
        assert!(tickets.open("ada robot", "this").is_none());
        let later = Tickets::new(sealer, at("2026-03-11T09:05:00Z"));
        assert!(later.open("ada robot", &sealed).is_none());
        assert!(tickets.use_up(&ticket) && !tickets.use_up(&ticket));
        assert!(tickets.open("ada robot", &sealed).is_none());
    }
}
