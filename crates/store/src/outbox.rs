//! What a transaction has to tell: gathered while it runs, written at its end; and who is to look, once it is committed.

use std::{collections::BTreeMap, num::NonZeroU32};

use jiff::Timestamp;
use saydo_domain::{ChangeId, ConversationId, Door, Effect, EventKind, NewEvent, Subject, UserId};

use crate::notify::{Ring, Rings, Signal};

/// What a transaction has to tell: events, written at its end, and who is to look, once it is committed.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    /// In the order of people: two transactions that tell several people never wait for each other in a circle.
    events: BTreeMap<UserId, Told>,
    rings: Rings,
    /// How much of one person's may be changed on a day.
    most: Option<NonZeroU32>,
}

/// What one person is told of.
#[derive(Debug, Default)]
struct Told {
    events: Vec<NewEvent>,
    /// The place of what is told about each thing.
    places: BTreeMap<Subject, usize>,
}

impl Outbox {
    /// Lets so much of one person's be changed on a day.
    pub(crate) const fn bound(&mut self, most: Option<NonZeroU32>) {
        self.most = most;
    }

    /// How much that is.
    pub(crate) const fn most(&self) -> Option<NonZeroU32> {
        self.most
    }

    /// What is told of this person so far.
    pub(crate) fn of(&self, user: &UserId) -> &[NewEvent] {
        self.events.get(user).map_or(&[], |told| &told.events)
    }

    /// Takes everything that is told.
    pub(crate) fn take_events(&mut self) -> impl Iterator<Item = (UserId, Vec<NewEvent>)> + use<> {
        std::mem::take(&mut self.events).into_iter().map(|(user, told)| (user, told.events))
    }

    /// Who is to look; what was not told is forgotten.
    pub(crate) fn into_rings(self) -> Rings {
        self.rings
    }

    /// Wakes whoever waits, once this is committed.
    pub(crate) fn ring(&mut self, signal: Signal, user: &UserId) {
        self.rings.insert(Ring::new(signal, user));
    }

    /// Tells of something. What happens to the same thing in one transaction is told once.
    pub(crate) fn tell(&mut self, user: &UserId, event: NewEvent) {
        let Told { events, places } = self.events.entry(user.clone()).or_default();
        match places.get(&event.subject).and_then(|place| events.get_mut(*place)) {
            Some(told) => {
                let new = told.kind == EventKind::TaskCreated && event.kind == EventKind::TaskUpdated;
                let kind = if new { told.kind } else { event.kind };
                *told = NewEvent { kind, ..event };
            }
            None => {
                places.insert(event.subject, events.len());
                events.push(event);
            }
        }
    }

    /// Tells what effects look like to somebody who watches the list.
    pub(crate) fn tell_effects(
        &mut self,
        user: &UserId,
        effects: &[Effect],
        (change, door, at): (ChangeId, Door, Timestamp),
    ) {
        for effect in effects {
            let Some(kind) = EventKind::of(effect) else { continue };
            let (subject, change_id) = (Subject::Task(effect.number), Some(change));
            let version = effect.after.as_ref().map(|task| task.version);
            self.tell(user, NewEvent { kind, subject, version, change_id, door, at });
        }
    }

    /// Tells that a conversation is another than before.
    pub(crate) fn tell_conversation(&mut self, user: &UserId, id: ConversationId, door: Door, at: Timestamp) {
        let (kind, subject) = (EventKind::ConversationUpdated, Subject::Conversation(id));
        self.tell(user, NewEvent { kind, subject, version: None, change_id: None, door, at });
    }
}

#[cfg(test)]
mod tests {
    use saydo_domain::TaskNumber;

    use super::*;

    fn happened(kind: EventKind, task: i64, version: i64) -> NewEvent {
        let (subject, door, at) = (Subject::Task(TaskNumber::new(task)), Door::Rest, Timestamp::UNIX_EPOCH);
        NewEvent { kind, subject, version: Some(version), change_id: None, door, at }
    }

    #[test]
    fn each_thing_is_told_once_as_it_is_at_the_end() {
        let (ann, bob) = (UserId::new("ann").unwrap(), UserId::new("bob").unwrap());
        let mut outbox = Outbox::default();
        outbox.tell(&bob, happened(EventKind::TaskUpdated, 1, 2));
        outbox.tell(&ann, happened(EventKind::TaskCreated, 1, 1));
        outbox.tell(&ann, happened(EventKind::TaskUpdated, 2, 5));
        // Whoever follows has never seen it: it is new for them.
        outbox.tell(&ann, happened(EventKind::TaskUpdated, 1, 2));
        outbox.tell(&ann, happened(EventKind::TaskDeleted, 2, 6));
        let hers = vec![happened(EventKind::TaskCreated, 1, 2), happened(EventKind::TaskDeleted, 2, 6)];
        assert_eq!(outbox.of(&ann), hers);
        let all: Vec<_> = outbox.take_events().collect();
        assert_eq!(all, [(ann.clone(), hers), (bob, vec![happened(EventKind::TaskUpdated, 1, 2)])]);
        assert_eq!(outbox.of(&ann), []);
    }
}
