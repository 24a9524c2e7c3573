//! How much one program may change before a person is asked: one deletion and five changes of existing tasks a minute.
//! Counted in this process, like the other limits.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

const WINDOW: Duration = Duration::from_secs(60);
const DELETIONS: usize = 1;
const CHANGES: usize = 5;
/// Forget programs that have been quiet once there are this many.
const SWEEP_AT: usize = 10_000;

/// What a call does to existing tasks. Adding is neither.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Weight {
    /// It takes a task away.
    Deletion,
    /// It changes one, or takes a change back.
    Change,
}

/// What a program did within the last minute, oldest first.
type Recent = VecDeque<(Instant, Weight)>;

/// The counters, by token; cheap to clone.
#[derive(Debug, Clone, Default)]
pub(super) struct Brake(Arc<Mutex<HashMap<String, Recent>>>);

impl Brake {
    /// Counts a call if there is room for it; says whether there was.
    pub(super) fn take(&self, token: &str, weight: Weight) -> bool {
        self.at(token, |recent| {
            let free = room(recent, weight);
            if free {
                recent.push_back((Instant::now(), weight));
            }
            free
        })
    }

    /// Whether there is room for another one of these.
    pub(super) fn has_room(&self, token: &str, weight: Weight) -> bool {
        self.at(token, |recent| room(recent, weight))
    }

    /// Counts what is done already, or what a person agreed to.
    pub(super) fn note(&self, token: &str, weight: Weight) {
        self.at(token, |recent| recent.push_back((Instant::now(), weight)));
    }

    /// A call that was counted changed nothing.
    pub(super) fn give_back(&self, token: &str, weight: Weight) {
        self.at(token, |recent| {
            if let Some(last) = recent.iter().rposition(|(_, counted)| *counted == weight) {
                recent.remove(last);
            }
        });
    }

    fn at<T>(&self, token: &str, act: impl FnOnce(&mut Recent) -> T) -> T {
        let mut programs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let old = |(at, _): &(Instant, Weight)| at.elapsed() >= WINDOW;
        if programs.len() > SWEEP_AT {
            programs.retain(|_, recent| recent.back().is_some_and(|last| !old(last)));
        }
        let recent = programs.entry(token.to_owned()).or_default();
        while recent.front().is_some_and(old) {
            recent.pop_front();
        }
        act(recent)
    }
}

fn room(recent: &Recent, weight: Weight) -> bool {
    let deletions = recent.iter().filter(|(_, weight)| *weight == Weight::Deletion).count();
    recent.len() < CHANGES && (weight == Weight::Change || deletions < DELETIONS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_deletion_and_five_changes_pass() {
        let brake = Brake::default();
        assert!(brake.take("a", Weight::Deletion));
        assert!(!brake.take("a", Weight::Deletion));
        for _ in 0..4 {
            assert!(brake.take("a", Weight::Change));
        }
        assert!(!brake.take("a", Weight::Change) && !brake.has_room("a", Weight::Change));
        assert!(brake.take("b", Weight::Deletion), "another program has its own count");
    }

    #[test]
    fn what_changed_nothing_does_not_count() {
        let brake = Brake::default();
        assert!(brake.take("a", Weight::Deletion));
        brake.give_back("a", Weight::Deletion);
        assert!(brake.take("a", Weight::Deletion));
    }
}
