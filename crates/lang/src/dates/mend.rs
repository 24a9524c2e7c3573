//! Somebody who changes their mind about a time: `monday, er, tuesday`, `at 3 no 4pm`, `the 14th, sorry, the 15th`.

use super::{
    cursor::Cx,
    offset,
    phrase::{Hit, element, phrase, whole},
    time,
    value::When,
};
use crate::lexicon::PhraseKind;

/// The phrase with everything said instead of it: what is said again replaces, what is not stays (`friday at 3, no,
/// saturday` is saturday at 3).
pub(crate) fn mended(cx: &Cx<'_>, hit: Hit) -> Hit {
    let mut hit = hit;
    for _ in 0..3 {
        let Some(instead) = words(cx, hit.end).and_then(|at| again(cx, &hit, at)) else { break };
        hit = Hit { end: instead.end, when: instead_of(hit.when, instead.when), ..hit };
    }
    hit
}

/// The position after the words that take something back, with the pauses around them.
pub(super) fn words(cx: &Cx<'_>, at: usize) -> Option<usize> {
    let pause = |at: usize| {
        let dots = (at..at + 3).take_while(|at| cx.punct(*at, '.')).count();
        if dots >= 2 || cx.any_punct(at, &[',', '-', '–', '—', '…', ';', '(']) { at + dots.max(1) } else { at }
    };
    let mut end = pause(at);
    let mut said = false;
    for _ in 0..4 {
        let Some((after, _)) = cx.phrase(end, PhraseKind::Mend) else { break };
        (end, said) = (pause(after), true);
    }
    (said && end < cx.tokens.len()).then_some(end)
}

/// What is said instead: a phrase, or one that leans on the word that introduced the first (`by 3, no 4`).
fn again(cx: &Cx<'_>, hit: &Hit, at: usize) -> Option<Hit> {
    let fits = |instead: &Hit| replaces(&hit.when, &instead.when);
    let leaning = || {
        let marker = if hit.marker.is_empty() { "on" } else { hit.marker };
        let marker = if hit.when.clock.is_some() { "at" } else { marker };
        let (when, end) = element(cx, at, marker, 0)?;
        whole(cx, at, when, end, marker)
    };
    // `in 2 hours, no, 3 hours` and `tomorrow morning, no, afternoon`
    let bare = || {
        let counted = || offset::counted(cx, at).filter(|_| matches!(hit.when.rule, "in a time" | "in minutes"));
        let part = || time::part(cx, at, "", true).filter(|_| hit.when.part.is_some());
        let (when, end) = counted().or_else(part).filter(|(_, end)| cx.ends(*end) && cx.followed_well(*end))?;
        Some(Hit { start: at, end, when, marker: "" })
    };
    phrase(cx, at).filter(fits).or_else(|| leaning().filter(fits)).or_else(|| bare().filter(fits))
}

/// Whether both say the same kind of thing, and not the same again.
fn replaces(first: &When, second: &When) -> bool {
    let timed = |when: &When| when.clock.is_some() || when.part.is_some();
    let both = first.days.is_some() && second.days.is_some() || timed(first) && timed(second);
    both || first.rule == "in a time" && second.rule == "in a time"
}

/// What is left of the first when the second is said instead.
fn instead_of(first: When, second: When) -> When {
    if second.instant.is_some() {
        return second;
    }
    let timed = second.clock.is_some() || second.part.is_some();
    let rest =
        When { instant: None, clock: first.clock.filter(|_| !timed), part: first.part.filter(|_| !timed), ..first };
    let days = second.days.or(rest.days);
    When { days, ..second.with(rest) }
}
