//! Events that anybody can cause as often as they like, and that cost them nothing: each caller's first in a minute is
//! noted, the others are counted, and at the end of the minute the count is noted.

use std::{
    collections::HashMap,
    mem,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use serde_json::json;

use super::{AuditKind, NewAuditEvent};

/// How long events are gathered.
const WINDOW: Duration = Duration::from_mins(1);
/// Callers that are told apart within that time, of each kind; of those beyond, only the kind is noted.
const CALLERS: usize = 16;

/// Whether an event only says that something was refused, which whoever is refused can have by the thousand.
pub(super) const fn is_refusal(kind: AuditKind) -> bool {
    matches!(
        kind,
        AuditKind::LoginThrottled | AuditKind::OtherUserRefused | AuditKind::OriginRefused | AuditKind::SignInLimited
    )
}

/// Whose events are counted together.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Caller {
    kind: &'static str,
    actor: Option<String>,
    origin: Option<String>,
}

/// What becomes of an event.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is noted.
    Noted,
    /// It is counted.
    Counted,
    /// It is counted, as the first: somebody is to note the counts then.
    CountedUntil(Instant),
}

/// The refusals of this minute.
#[derive(Debug, Default)]
pub(super) struct Flood(Mutex<Window>);

#[derive(Debug, Default)]
struct Window {
    /// When it began.
    began: Option<Instant>,
    /// How many events of each caller are not noted yet; those without one are all beyond the bound.
    counts: HashMap<Caller, u64>,
    /// Whether somebody is to note the counts.
    awaited: bool,
}

impl Flood {
    fn window(&self) -> MutexGuard<'_, Window> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes an event of this moment.
    pub(super) fn take(&self, event: &NewAuditEvent, now: Instant) -> Verdict {
        let mut window = self.window();
        // While counts wait to be noted they are added to.
        if !window.awaited && window.began.is_none_or(|began| now >= began + WINDOW) {
            *window = Window { began: Some(now), ..Window::default() };
        }
        let began = window.began.unwrap_or(now);
        let caller = Caller { kind: event.kind, actor: event.actor.clone(), origin: event.origin.clone() };
        let known = window.counts.contains_key(&caller);
        if !known && window.counts.keys().filter(|other| other.kind == event.kind).count() < CALLERS {
            window.counts.insert(caller, 0);
            return Verdict::Noted;
        }
        let counted = if known { caller } else { Caller { kind: event.kind, actor: None, origin: None } };
        *window.counts.entry(counted).or_default() += 1;
        if mem::replace(&mut window.awaited, true) { Verdict::Counted } else { Verdict::CountedUntil(began + WINDOW) }
    }

    /// Ends the minute: an event for each caller of whom there is a count.
    pub(super) fn counts(&self, at: jiff::Timestamp) -> Vec<NewAuditEvent> {
        let counts = mem::take(&mut *self.window()).counts;
        let event = |(Caller { kind, actor, origin }, more): (Caller, u64)| {
            let details = json!({ "more": more });
            (more > 0).then_some(NewAuditEvent { at, kind, actor, origin, request_id: None, details })
        };
        counts.into_iter().filter_map(event).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(kind: &'static str, origin: usize) -> NewAuditEvent {
        let (at, origin) = (jiff::Timestamp::UNIX_EPOCH, Some(format!("{origin}")));
        NewAuditEvent { at, kind, actor: None, origin, request_id: None, details: json!({}) }
    }

    #[test]
    fn the_first_is_noted_and_the_others_are_counted() {
        let (flood, begin) = (Flood::default(), Instant::now());
        let take = |kind, origin, after| flood.take(&refused(kind, origin), begin + after);
        assert_eq!(take("one", 1, Duration::ZERO), Verdict::Noted);
        assert_eq!(take("one", 1, Duration::from_secs(1)), Verdict::CountedUntil(begin + WINDOW));
        assert_eq!(take("one", 1, Duration::from_secs(1)), Verdict::Counted);
        // Others are others.
        assert_eq!(take("one", 2, Duration::from_secs(1)), Verdict::Noted);
        assert_eq!(take("two", 1, Duration::from_secs(1)), Verdict::Noted);
        // What is counted is never forgotten, however late it is noted.
        assert_eq!(take("one", 1, WINDOW * 2), Verdict::Counted);
        let counts = flood.counts(jiff::Timestamp::UNIX_EPOCH);
        assert_eq!(counts, [NewAuditEvent { details: json!({"more": 3}), ..refused("one", 1) }]);
        assert_eq!(take("one", 1, WINDOW * 2), Verdict::Noted);
        assert_eq!(take("one", 1, WINDOW * 3), Verdict::Noted);
    }

    #[test]
    fn many_callers_are_not_told_apart() {
        let (flood, now) = (Flood::default(), Instant::now());
        let noted = (0..1000).filter(|origin| flood.take(&refused("one", *origin), now) == Verdict::Noted).count();
        assert_eq!(noted, CALLERS);
        // They take no place of another kind.
        assert_eq!(flood.take(&refused("two", 0), now), Verdict::Noted);
        let counts = flood.counts(jiff::Timestamp::UNIX_EPOCH);
        let rest = json!({"more": 1000 - CALLERS});
        assert_eq!(counts, [NewAuditEvent { origin: None, details: rest, ..refused("one", 0) }]);
    }
}
