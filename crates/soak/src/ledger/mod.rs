//! What each user was promised: the ledger that databases are held against.

pub(crate) mod ask;
pub(crate) mod entry;
pub(crate) mod marker;
pub(crate) mod task;

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Instant,
};

use self::{
    ask::Ask,
    entry::{Entry, Promise},
    task::{Effect, Tasks},
};
use crate::user::Answer;

/// A request without an answer yet: it is sent again with the same key until there is one.
#[derive(Debug, Clone)]
pub(crate) struct Pending {
    pub(crate) key: String,
    pub(crate) ask: Ask,
    pub(crate) begun: Instant,
    /// How often it was sent.
    pub(crate) attempts: u32,
}

/// A tracked turn that was cut off: a beginning of it may be done.
#[derive(Debug, Clone)]
pub(crate) struct Loose {
    pub(crate) key: String,
    pub(crate) ask: Ask,
    /// The marker in its message and its titles.
    pub(crate) marker: String,
    /// Whether its key was answered; its change then, if it made one.
    pub(crate) answered: Option<Option<String>>,
}

/// One user's part.
#[derive(Debug, Clone)]
pub(crate) struct Ledger {
    /// The user's id.
    pub(crate) user: String,
    /// The user's place in the crowd, which is in the markers.
    pub(crate) place: usize,
    /// What was answered, in order.
    pub(crate) entries: Vec<Entry>,
    /// What was asked and not answered.
    pub(crate) pending: Option<Pending>,
    /// What was cut off.
    pub(crate) loose: Vec<Loose>,
    /// The tasks as they must be.
    pub(crate) tasks: Tasks,
    /// Changes in force that are no undo, oldest first, by their entry.
    pub(crate) in_force: Vec<usize>,
    /// Numbers that were given to a task, with its first title.
    born: BTreeMap<i64, String>,
    asked: u32,
    /// What was wrong with answers.
    pub(crate) findings: Vec<String>,
}

impl Ledger {
    pub(crate) fn new(user: String, place: usize) -> Self {
        Self {
            user,
            place,
            entries: Vec::new(),
            pending: None,
            loose: Vec::new(),
            tasks: Tasks::new(),
            in_force: Vec::new(),
            born: BTreeMap::new(),
            asked: 0,
            findings: Vec::new(),
        }
    }

    /// The marker of the next request.
    pub(crate) fn marker(&self) -> String {
        marker::of_request(self.place, self.asked)
    }

    /// Notes what is about to be asked.
    pub(crate) fn ask(&mut self, ask: Ask) {
        let key = format!("{}-{}", self.user, self.asked);
        self.asked += 1;
        self.pending = Some(Pending { key, ask, begun: Instant::now(), attempts: 0 });
    }

    /// Notes an answer to what was asked.
    pub(crate) fn answered(&mut self, answer: &Answer) {
        let Some(pending) = self.pending.take() else { return };
        match pending.ask.read(answer, &self.tasks) {
            Ok(promise) => self.settle(pending, promise, answer.body.clone()),
            Err(finding) => {
                self.findings.push(format!("{}: {finding}", self.user));
                // Sent again: what came of it is not known.
                self.pending = Some(pending);
            }
        }
    }

    /// Gives up waiting for a tracked turn that was cut off; what it did is looked at later.
    pub(crate) fn set_aside(&mut self) {
        if let Some(pending) = self.pending.take() {
            self.push_loose(pending, None);
        }
    }

    fn push_loose(&mut self, pending: Pending, answered: Option<Option<String>>) {
        self.loose.push(Loose::new(pending.key, pending.ask, answered));
    }

    /// Notes what an answer promises.
    pub(crate) fn settle(&mut self, pending: Pending, promise: Promise, body: String) {
        let Pending { key, ask, begun, .. } = pending.clone();
        let (effects, change, reply) = match promise {
            Promise::Done { effects, change, reply } => (effects, change, reply),
            Promise::Broken { change } => return self.push_loose(pending, Some(change)),
        };
        self.note_births(&ask, &effects);
        task::apply(&mut self.tasks, &effects);
        let entry = Entry { key, ask, effects, change, reply, body, time: (begun, Instant::now()) };
        self.entries.push(entry);
        self.note_force(self.entries.len() - 1);
    }

    fn note_births(&mut self, ask: &Ask, effects: &[Effect]) {
        if matches!(ask, Ask::Undo { .. }) {
            return;
        }
        for effect in effects.iter().filter(|effect| effect.before.is_none()) {
            let title = effect.after.as_ref().map(|task| task.title.clone()).unwrap_or_default();
            if let Some(first) = self.born.insert(effect.number, title.clone()) {
                let number = effect.number;
                self.findings.push(format!("{}: number {number} of “{first}” was given to “{title}” too", self.user));
            }
        }
    }

    /// An undo takes a change out of force, the undo of an undo puts it back.
    fn note_force(&mut self, at: usize) {
        if self.entries[at].change.is_none() {
            return;
        }
        let Ask::Undo { change: undone, .. } = &self.entries[at].ask else {
            self.in_force.push(at);
            return;
        };
        if let Some(place) = self.in_force.iter().position(|entry| self.entries[*entry].change.as_ref() == Some(undone))
        {
            self.in_force.remove(place);
            return;
        }
        let undo = self.entries[..at].iter().rev().find(|entry| entry.change.as_ref() == Some(undone));
        if let Some(Ask::Undo { change: redone, .. }) = undo.map(|entry| entry.ask.clone())
            && let Some(first) = self.entries.iter().position(|entry| entry.change.as_ref() == Some(&redone))
        {
            let place = self.in_force.partition_point(|entry| *entry < first);
            self.in_force.insert(place, first);
        }
    }

    /// The ledger as it was after the first so many entries, by a database that keeps the answers of these keys. What
    /// was asked then may have begun.
    pub(crate) fn prefix(&self, entries: usize, known: &BTreeSet<String>) -> Self {
        let mut prefix = Self::new(self.user.clone(), self.place);
        let (inside, outside) = self.entries.split_at(entries);
        for entry in inside {
            task::apply(&mut prefix.tasks, &entry.effects);
            prefix.entries.push(entry.clone());
            prefix.note_force(prefix.entries.len() - 1);
        }
        for loose in &self.loose {
            let answered = loose.answered.clone().filter(|_| known.contains(&loose.key));
            prefix.loose.push(Loose { answered, ..loose.clone() });
        }
        for entry in outside.iter().filter(|entry| entry.ask.is_tracked()) {
            prefix.loose.push(Loose::new(entry.key.clone(), entry.ask.clone(), None));
        }
        prefix.pending = self.pending.clone();
        prefix
    }
}

impl Loose {
    fn new(key: String, ask: Ask, answered: Option<Option<String>>) -> Self {
        let message = ask.message().unwrap_or_default();
        let marker = marker::in_text(&message).unwrap_or_default().to_owned();
        Self { key, ask, marker, answered }
    }
}
