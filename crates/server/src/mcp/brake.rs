//! How much one program may change before a person is asked: one deletion and five changes of existing tasks a minute.
//! Counted like the other limits: in Redis for all replicas, or in this process.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock, Mutex, PoisonError},
    time::{Duration, Instant},
};

use saydo_app::counters::{Counters, Script};

static SCRIPT: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("brake.lua")));

const WINDOW: Duration = Duration::from_mins(1);
const DELETIONS: usize = 1;
const CHANGES: usize = 5;

/// What a call does to existing tasks. Adding is neither.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Weight {
    /// It takes a task away.
    Deletion,
    /// It changes one, or takes a change back.
    Change,
}

/// What a program did within the last minute, oldest first.
type Recent = Vec<(Instant, Weight)>;

/// What is done with the counters.
#[derive(Debug, Clone, Copy)]
enum Deed {
    Take,
    Look,
    Note,
    GiveBack,
}

/// The counters, by token; cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Brake {
    counters: Counters,
    here: Arc<Mutex<HashMap<String, Recent>>>,
}

impl Brake {
    pub(super) fn new(counters: &Counters) -> Self {
        Self { counters: counters.clone(), here: Arc::default() }
    }

    /// Counts a call if there is room for it; says whether there was.
    pub(super) async fn take(&self, token: &str, weight: Weight) -> bool {
        self.act(token, weight, Deed::Take).await
    }

    /// Whether there is room for another one of these.
    pub(super) async fn has_room(&self, token: &str, weight: Weight) -> bool {
        self.act(token, weight, Deed::Look).await
    }

    /// Counts what is done already, or what a person agreed to.
    pub(super) async fn note(&self, token: &str, weight: Weight) {
        self.act(token, weight, Deed::Note).await;
    }

    /// A call that was counted changed nothing.
    pub(super) async fn give_back(&self, token: &str, weight: Weight) {
        self.act(token, weight, Deed::GiveBack).await;
    }

    /// Does it, and says whether there was room before.
    async fn act(&self, token: &str, weight: Weight, deed: Deed) -> bool {
        let deed_number = match deed {
            Deed::Take => 0,
            Deed::Look => 1,
            Deed::Note => 2,
            Deed::GiveBack => 3,
        };
        let window = i64::try_from(WINDOW.as_micros()).unwrap_or(i64::MAX);
        let count = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        let deletion = i64::from(weight == Weight::Deletion);
        let arguments = [deed_number, deletion, window, count(CHANGES), count(DELETIONS)];
        match self.counters.run(&SCRIPT, &[("mcp-brake", token)], &arguments).await.as_deref() {
            Some(&[had_room]) => had_room == 1,
            _ => self.act_here(token, weight, deed, Instant::now()),
        }
    }

    fn act_here(&self, token: &str, weight: Weight, deed: Deed, now: Instant) -> bool {
        let mut programs = self.here.lock().unwrap_or_else(PoisonError::into_inner);
        // Only programs that changed something within the last minute are remembered: never many.
        programs.retain(|_, recent| {
            recent.retain(|(at, _)| now.saturating_duration_since(*at) < WINDOW);
            !recent.is_empty()
        });
        let recent = programs.entry(token.to_owned()).or_default();
        let had_room = room(recent, weight);
        match deed {
            Deed::Look => {}
            Deed::Take if !had_room => {}
            Deed::Take | Deed::Note => recent.push((now, weight)),
            Deed::GiveBack => {
                if let Some(last) = recent.iter().rposition(|(_, counted)| *counted == weight) {
                    recent.remove(last);
                }
            }
        }
        had_room
    }
}

fn room(recent: &[(Instant, Weight)], weight: Weight) -> bool {
    let deletions = recent.iter().filter(|(_, weight)| *weight == Weight::Deletion).count();
    recent.len() < CHANGES && (weight == Weight::Change || deletions < DELETIONS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_deletion_and_five_changes_pass() {
        let brake = Brake::new(&Counters::in_process());
        assert!(brake.take("a", Weight::Deletion).await);
        assert!(!brake.take("a", Weight::Deletion).await);
        for _ in 0..4 {
            assert!(brake.take("a", Weight::Change).await);
        }
        assert!(!brake.take("a", Weight::Change).await && !brake.has_room("a", Weight::Change).await);
        assert!(brake.take("b", Weight::Deletion).await, "another program has its own count");
    }

    #[tokio::test]
    async fn what_changed_nothing_does_not_count() {
        let brake = Brake::new(&Counters::in_process());
        assert!(brake.take("a", Weight::Deletion).await);
        assert!(brake.take("a", Weight::Change).await);
        brake.give_back("a", Weight::Deletion).await;
        assert!(brake.take("a", Weight::Deletion).await);
    }

    #[tokio::test]
    async fn what_is_done_already_counts_without_being_asked() {
        let brake = Brake::new(&Counters::in_process());
        brake.note("a", Weight::Deletion).await;
        assert!(!brake.take("a", Weight::Deletion).await && brake.has_room("a", Weight::Change).await);
    }

    #[test]
    fn a_minute_later_it_is_forgotten() {
        let brake = Brake::new(&Counters::in_process());
        let (then, late) = (Instant::now(), Duration::from_secs(30));
        let delete = |token, at| brake.act_here(token, Weight::Deletion, Deed::Take, at);
        assert!(delete("a", then) && delete("b", then + late));
        assert!(!delete("a", then + WINDOW - Duration::from_micros(1)));
        assert!(delete("a", then + WINDOW) && !delete("b", then + WINDOW));
        assert!(brake.act_here("c", Weight::Change, Deed::Look, then + WINDOW * 3));
        assert_eq!(brake.here.lock().unwrap().len(), 1, "who is quiet is not remembered");
    }
}
