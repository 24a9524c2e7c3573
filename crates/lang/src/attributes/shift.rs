//! How far to move a due (`by two days`, `a week later`), and how far before or after something (`an hour before`).

use jiff::{Timestamp, tz::TimeZone};

use crate::{
    Moment, Shift,
    attributes::{Extraction, Options},
    dates::{Amount, Cx, duration},
    token::Token,
};

/// How far before or after something: `two hours before`, `before`, `an hour after`, `the day before`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Offset {
    /// The distance, negative for before; zero for a bare `before` or `after`.
    pub(crate) shift: Shift,
    /// Whether it lies before.
    pub(crate) before: bool,
    /// How many tokens say it.
    pub(crate) tokens: usize,
}

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

/// Reads an offset at the beginning of the tokens, up to and with `before` or `after`; what it refers to (`that`,
/// `the meeting`) is the caller's.
pub(crate) fn parse_offset(tokens: &[Token<'_>]) -> Option<Offset> {
    // The distance says nothing about now: any moment reads it the same way.
    let moment = Moment::new(Timestamp::UNIX_EPOCH.to_zoned(TimeZone::UTC));
    let tokens = &tokens[..tokens.len().min(12)];
    let cx = &Cx::new(tokens, "", &moment, Options::default());
    let found = if cx.any(0, &["the"]) { duration_of_the(cx) } else { duration(cx, 0) };
    let (amount, end) = found.unwrap_or((Amount::default(), 0));
    let end = cx.skip(end, &["right", "just", "shortly"]);
    let before = cx.any(end, &["before"]);
    let tokens = (before || cx.any(end, &["after"]) && end < tokens.len()).then_some(end + 1)?;
    Some(Offset { shift: as_shift(if before { amount.negated() } else { amount })?, before, tokens })
}

/// `the day` in `the day before`.
fn duration_of_the(cx: &Cx<'_>) -> Option<(Amount, usize)> {
    let unit = cx.entry(1).unit.filter(|_| !cx.entry(1).unit_letter)?;
    Some((Amount::of(1000, unit), 2))
}
