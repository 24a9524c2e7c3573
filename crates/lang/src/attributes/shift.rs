//! How far to move a due: `by two days`, `a week later`.

use crate::{
    Shift,
    attributes::Extraction,
    dates::{Amount, Cx, duration},
};

fn as_shift(amount: Amount) -> Option<Shift> {
    Some(Shift {
        months: i32::try_from(amount.months).ok()?,
        days: i32::try_from(amount.days + amount.workdays).ok()?,
        minutes: amount.seconds / 60,
    })
}

/// Takes out the first shift: `by two days`, `two days later`, `a week earlier`, `back a day`, `forward an hour`.
pub(super) fn shift(cx: &mut Cx<'_>, found: &mut Extraction) {
    let Some((start, end, shift)) = (0..cx.tokens.len()).find_map(|at| shift_at(cx, at)) else { return };
    found.shift = Some(shift);
    found.consume(start, end);
    cx.block(start, end);
}

fn shift_at(cx: &Cx<'_>, at: usize) -> Option<(usize, usize, Shift)> {
    if !cx.begins(at) {
        return None;
    }
    let lead = cx.word(at);
    let led = matches!(lead, "by" | "back" | "forward" | "forwards" | "out" | "ahead" | "for" | "another" | "off");
    let start = if led && lead != "another" { cx.skip(at + 1, &["by"]) } else { at };
    let (amount, end) = duration(cx, start)?;
    let (sign, end) = match cx.word(end) {
        "later" | "after" | "forward" | "out" => (1, end + 1),
        "earlier" | "sooner" | "before" | "early" => (-1, end + 1),
        _ if led || cx.eager() => (1, end),
        _ => return None,
    };
    if !cx.ends(end) {
        return None;
    }
    Some((at, end, as_shift(if sign < 0 { amount.negated() } else { amount })?))
}
