//! Events that somebody can cause as often as they like: each caller's first in a minute is noted, the others are
//! counted, and at the end of the minute the count is noted.

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
/// Callers of refusals that are told apart within that time, of each kind; of those beyond, only the kind is noted.
const CALLERS: usize = 16;
/// People whose own deeds are counted within that time, of each kind; of those beyond, each is noted.
const PEOPLE: usize = 1024;

/// What becomes of events of which one caller causes many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Often {
    /// Each is noted: they cost their sender more than us.
    Noted,
    /// They are counted for each person: whoever may do it may do it over and over.
    Own,
    /// They are counted, strangers' together: they only say that something was refused, which whoever is refused can
    /// have by the thousand.
    Refusal,
}

/// What becomes of many events of this kind.
pub(super) const fn often(kind: AuditKind) -> Often {
    match kind {
        AuditKind::LoginThrottled
        | AuditKind::TokenRefused
        | AuditKind::OtherUserRefused
        | AuditKind::OriginRefused
        | AuditKind::SignInLimited => Often::Refusal,
        AuditKind::LoggedIn | AuditKind::AccountExported | AuditKind::ConversationsDeleted => Often::Own,
        _ => Often::Noted,
    }
}

/// Whose events are counted together.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Caller {
    often: Often,
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

/// The events of this minute.
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
    pub(super) fn take(&self, event: &NewAuditEvent, often: Often, now: Instant) -> Verdict {
        let mut window = self.window();
        // While counts wait to be noted they are added to.
        if !window.awaited && window.began.is_none_or(|began| now >= began + WINDOW) {
            *window = Window { began: Some(now), ..Window::default() };
        }
        let began = window.began.unwrap_or(now);
        let NewAuditEvent { kind, actor, origin, .. } = event.clone();
        let caller = Caller { often, kind, actor, origin };
        let known = window.counts.contains_key(&caller);
        if !known {
            let others = window.counts.keys().filter(|other| other.kind == kind).count();
            match often {
                Often::Refusal if others >= CALLERS => {}
                Often::Noted => return Verdict::Noted,
                Often::Own if others >= PEOPLE => return Verdict::Noted,
                Often::Own | Often::Refusal => {
                    window.counts.insert(caller, 0);
                    return Verdict::Noted;
                }
            }
        }
        let counted = if known { caller } else { Caller { actor: None, origin: None, ..caller } };
        *window.counts.entry(counted).or_default() += 1;
        if mem::replace(&mut window.awaited, true) { Verdict::Counted } else { Verdict::CountedUntil(began + WINDOW) }
    }

    /// Ends the minute: an event for each caller of whom there is a count.
    pub(super) fn counts(&self, at: jiff::Timestamp) -> Vec<(Often, NewAuditEvent)> {
        let counts = mem::take(&mut *self.window()).counts;
        let event = |(Caller { often, kind, actor, origin }, more): (Caller, u64)| {
            let details = json!({ "more": more });
            (more > 0).then_some((often, NewAuditEvent { at, kind, actor, origin, request_id: None, details }))
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
        let take = |kind, origin, after| flood.take(&refused(kind, origin), Often::Refusal, begin + after);
        assert_eq!(take("one", 1, Duration::ZERO), Verdict::Noted);
        assert_eq!(take("one", 1, Duration::from_secs(1)), Verdict::CountedUntil(begin + WINDOW));
        assert_eq!(take("one", 1, Duration::from_secs(1)), Verdict::Counted);
        // Others are others.
        assert_eq!(take("one", 2, Duration::from_secs(1)), Verdict::Noted);
        assert_eq!(take("two", 1, Duration::from_secs(1)), Verdict::Noted);
        // What is counted is never forgotten, however late it is noted.
        assert_eq!(take("one", 1, WINDOW * 2), Verdict::Counted);
        let counts = flood.counts(jiff::Timestamp::UNIX_EPOCH);
        let more = NewAuditEvent { details: json!({"more": 3}), ..refused("one", 1) };
        assert_eq!(counts, [(Often::Refusal, more)]);
        assert_eq!(take("one", 1, WINDOW * 2), Verdict::Noted);
        assert_eq!(take("one", 1, WINDOW * 3), Verdict::Noted);
    }

    #[test]
    fn many_callers_are_not_told_apart() {
        let (flood, now) = (Flood::default(), Instant::now());
        let take = |kind, origin| flood.take(&refused(kind, origin), Often::Refusal, now);
        let noted = (0..1000).filter(|origin| take("one", *origin) == Verdict::Noted).count();
        assert_eq!(noted, CALLERS);
        // They take no place of another kind.
        assert_eq!(take("two", 0), Verdict::Noted);
        let counts = flood.counts(jiff::Timestamp::UNIX_EPOCH);
        let rest = json!({"more": 1000 - CALLERS});
        let rest = NewAuditEvent { origin: None, details: rest, ..refused("one", 0) };
        assert_eq!(counts, [(Often::Refusal, rest)]);
    }

    #[test]
    fn many_people_are_told_apart() {
        let (flood, now) = (Flood::default(), Instant::now());
        let take = |who| flood.take(&refused("own", who), Often::Own, now);
        let both = (0..1000).filter(|who| take(*who) == Verdict::Noted && take(*who) != Verdict::Noted).count();
        assert_eq!(both, 1000);
        // Whom there is no place for is noted each time.
        assert!((1000..9000).all(|who| take(who) == Verdict::Noted));
        assert!(flood.window().counts.len() <= PEOPLE);
        let counts = flood.counts(jiff::Timestamp::UNIX_EPOCH);
        assert_eq!(counts.len(), 1000);
        assert!(counts.iter().all(|(often, event)| *often == Often::Own && event.origin.is_some()));
    }
}
