//! Where a repetition ends: `for 10 times`, `5 times`, `for 3 weeks`. `until …` is a phrase of time.

use crate::{
    dates::{
        cursor::Cx,
        duration::{Amount, duration, unit},
        number::cardinal,
    },
    lexicon::Unit,
};

/// An end of a repetition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bound {
    /// After so many occurrences.
    Count(u32),
    /// After so long.
    For(Amount),
    /// With the period that runs.
    Rest(Unit),
}

/// The end of a repetition that is said there, and the position after it.
pub(crate) fn bound(cx: &Cx<'_>, at: usize) -> Option<(Bound, usize)> {
    let at = if cx.punct(at, ',') { at + 1 } else { at };
    if let Some(rest) = cx.words(at, &["for", "the", "rest", "of"]).or_else(|| cx.words(at, &["rest", "of"])) {
        let (unit, end) = unit(cx, cx.skip(rest, &["the", "this"]))?;
        return Some((Bound::Rest(unit), end));
    }
    let lead = cx.skip(at, &["for"]);
    let lead = cx.skip(lead, &["the"]);
    let counted = cx.skip(lead, &["next", "only"]);
    let after_x = if cx.any(at, &["x"]) || cx.punct(at, '×') { Some(at + 1) } else { None };
    let times = cx.word(at).strip_prefix('x').and_then(|count| count.parse().ok());
    if let Some(count @ 1..=1000) = times {
        return Some((Bound::Count(count), at + 1));
    }
    if let Some((count @ 1..=100_000, end)) = cardinal(cx, after_x.unwrap_or(counted)) {
        if after_x.is_some() {
            return Some((Bound::Count(count), end));
        }
        if cx.any(end, &["times", "time", "occurrences", "repetitions", "repeats", "x"]) {
            let end = cx.words(end + 1, &["in", "total"]).unwrap_or(end + 1);
            return (!cx.any(end, &["a", "per", "each", "every"])).then_some((Bound::Count(count), end));
        }
    }
    if lead == at && counted == at {
        return None;
    }
    // `for the next week`
    let one = || {
        unit(cx, counted)
            .filter(|_| counted > lead && cx.any(at, &["for"]))
            .map(|(unit, end)| (Amount::of(1000, unit), end))
    };
    let (amount, end) = duration(cx, counted).or_else(one)?;
    // `walk every day for 30 minutes` says how long, not how often.
    (amount.is_whole_days() && cx.followed_well(end)).then_some((Bound::For(amount), end))
}
