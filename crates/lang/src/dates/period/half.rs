//! `first half of july`, `the second half of next week`: half a period, due as a whole one is.

use super::{Period, calendar::bare, the_current};
use crate::{
    dates::{
        cursor::Cx,
        number::ordinal,
        value::{Days, When, plus_days, plus_months},
    },
    lexicon::Unit,
};

/// Half a period. With an article it needs a word like `in` before it: `review the first half of july` is a title.
pub(super) fn half(cx: &Cx<'_>, at: usize) -> Option<(When, usize)> {
    let start = cx.skip(at, &["the"]);
    if cx.after_determiner(at) {
        return None;
    }
    let (second, half_at) = match ordinal(cx, start) {
        Some((1, end)) => (false, end),
        Some((2, end)) => (true, end),
        _ if cx.any(start, &["latter", "last", "back"]) => (true, start + 1),
        _ => return None,
    };
    let of = cx.skip(half_at + 1, &["of"]);
    if !cx.any(half_at, &["half"]) || of == half_at + 1 {
        return None;
    }
    let (period, end) = bare(cx, of).or_else(|| the_current(cx, of))?;
    let middle = middle(period)?;
    let (first, last) = if second { (middle, period.last) } else { (period.first, plus_days(middle, -1)?) };
    let when = When::days("half of a period", Days::period(first, last, cx.today));
    Some((if start > at { when.marked() } else { when.weak() }, end))
}

/// The first day of the second half.
fn middle(period: Period) -> Option<jiff::civil::Date> {
    match period.unit {
        Unit::Year => plus_months(period.first, 6),
        Unit::Quarter => plus_days(plus_months(period.first, 1)?, 15),
        Unit::Month => plus_days(period.first, 15),
        Unit::Week => plus_days(period.first, 3),
        _ => None,
    }
}
