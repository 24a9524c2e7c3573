//! More often than a rule can say: `twice a day`, `3 times a week`, `a few times per month`.
//!
//! A task has one rhythm: it repeats with the period that was named, and the words stay in the title.

use saydo_domain::{Frequency, RRule};

use super::{Pattern, rule_of};
use crate::dates::{
    cursor::Cx,
    duration::{Amount, quantity, unit},
};

/// So many times in a period. Once is an ordinary repetition.
pub(super) fn several_times_a(cx: &Cx<'_>, at: usize) -> Option<(Pattern, bool)> {
    let (count, counted) = times(cx, at).filter(|_| !cx.after_determiner(at))?;
    let (rrule, end) = period(cx, counted)?;
    if !cx.followed_well(end) {
        return None;
    }
    let stays = (count > 1000).then_some(at);
    Some((Pattern { stays, ..Pattern::new(rrule, end, "times a period") }, false))
}

/// `twice`, `3 times`, `2x`, `two or three times`: how many, in thousandths, and the position after it.
fn times(cx: &Cx<'_>, at: usize) -> Option<(i64, usize)> {
    match cx.word(at) {
        "once" => return cx.words(at, &["once", "or", "twice"]).map(|end| (2000, end)),
        "twice" => return Some((2000, at + 1)),
        "thrice" => return Some((3000, at + 1)),
        _ => {}
    }
    let (count, end) = quantity(cx, at)?;
    let end = cx.skip_hyphen(end);
    cx.any(end, &["time", "times", "x"]).then_some((count, end + 1))
}

/// `a day`, `per week`, `/month`, `daily`: the rule and the position after it.
fn period(cx: &Cx<'_>, at: usize) -> Option<(RRule, usize)> {
    let freq = match cx.word(at) {
        "daily" => Some(Frequency::Daily),
        "weekly" => Some(Frequency::Weekly),
        "monthly" => Some(Frequency::Monthly),
        "yearly" | "annually" => Some(Frequency::Yearly),
        _ => None,
    };
    if let Some(freq) = freq {
        return Some((RRule::every(1, freq), at + 1));
    }
    let slash = cx.punct(at, '/') && cx.glued(at + 1);
    let led = slash || cx.any(at, &["a", "an", "per", "each", "every"]);
    if !led || at + 1 >= cx.tokens.len() {
        return None;
    }
    let (unit, end) = unit(cx, at + 1)?;
    Some((rule_of(Amount::of(1000, unit))?, end))
}
