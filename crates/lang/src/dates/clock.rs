//! One time of day: `5pm`, `17:00`, `9.30am`, `17h30`, `5 o'clock`, `3ish`, `noon`.

use super::{
    cursor::Cx,
    spoken::{oh_minutes, spoken, worded},
    value::{Clock, Strength},
};
use crate::lexicon::PhraseKind;

/// A clock time as read, and how sure it is one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct ReadClock {
    /// The time.
    pub(crate) clock: Clock,
    /// How sure.
    pub(crate) strength: Strength,
    /// The position after it.
    pub(crate) end: usize,
    /// The rule.
    pub(crate) rule: &'static str,
}

impl ReadClock {
    pub(super) fn new(rule: &'static str, clock: Clock, strength: Strength, end: usize) -> Self {
        Self { clock, strength, end, rule }
    }
}

/// A clock time in any form; in a `range` the hours are plain (`from 10 to 4` is not ten minutes to four).
pub(crate) fn clock(cx: &Cx<'_>, at: usize, range: bool) -> Option<ReadClock> {
    same_time(cx, at)
        .or_else(|| named(cx, at))
        .or_else(|| spoken(cx, at).filter(|found| !(range && found.strength == Strength::Marked)))
        .or_else(|| digital(cx, at))
        .or_else(|| worded(cx, at))
}

/// `this time tomorrow`, `the same time next week`: now's time of day.
fn same_time(cx: &Cx<'_>, at: usize) -> Option<ReadClock> {
    let the = cx.skip(at, &["the", "about"]);
    let end = cx.any(the, &["this", "same"]).then_some(the + 1).filter(|time| cx.any(*time, &["time"]))? + 1;
    let day_before = at > 0 && cx.entry(at - 1).is_temporal() && cx.followed_well(end);
    let day_follows = day_before || cx.entry(end).is_temporal() || cx.any(end, &["next", "on"]);
    let clock = Clock::sure(cx.now.hour(), cx.now.minute());
    day_follows.then(|| ReadClock::new("same time", clock, Strength::Strong, end))
}

/// `noon`, `midnight`, `eod`, `first thing`; everyday words (`lunch`) need a word like `at`.
fn named(cx: &Cx<'_>, at: usize) -> Option<ReadClock> {
    let start = cx.skip(at, &["the"]);
    let (end, phrase) = cx.phrase(start, PhraseKind::Clock)?;
    let (hour, minute) = phrase.value.split_once(':')?;
    let clock = Clock::sure(hour.parse().ok()?, minute.parse().ok()?);
    let end = if cx.glued(end + 1) && cx.punct(end, '-') { cx.skip(end + 1, &["ish"]).max(end) } else { end };
    // `midnight snack`, `noon prayers`
    let strength = if phrase.weak { Strength::Marked } else { Strength::Weak };
    // `late afternoon` goes with a day without a word between.
    let timed = |at: usize| cx.word(at).ends_with("time") && cx.followed_well(at + 1);
    let part = phrase.weak && (start..end).any(|at| cx.entry(at).part.is_some() || timed(at));
    Some(ReadClock::new(if part { "named part" } else { "named time" }, clock, strength, end))
}

/// A half of the day after a time: `am`, `p.m.`, `a` right after the digits, and whether it is the second half.
pub(super) fn half(cx: &Cx<'_>, at: usize) -> Option<(bool, usize)> {
    let glued = cx.glued(at);
    match cx.word(at) {
        "am" => Some((false, at + 1)),
        "pm" => Some((true, at + 1)),
        letter @ ("a" | "p") => {
            let pm = letter == "p";
            // `six thirty p m`, as dictation writes it
            if cx.any(at + 1, &["m"]) && cx.ends(at + 2) {
                return Some((pm, at + 2));
            }
            let dotted = cx.punct(at + 1, '.') && cx.any(at + 2, &["m"]) && cx.glued(at + 1) && cx.glued(at + 2);
            if dotted {
                // The dot after “p.m.” belongs to it unless it ends the text.
                let end = if cx.punct(at + 3, '.') && cx.glued(at + 3) { at + 4 } else { at + 3 };
                return Some((pm, end));
            }
            (glued && cx.ends(at + 1)).then_some((pm, at + 1))
        }
        _ => None,
    }
}

/// `a.m.` and `p.m.` after a day (`saturday a.m.`).
pub(crate) fn half_of_day(cx: &Cx<'_>, at: usize) -> Option<(bool, usize)> {
    half(cx, at).filter(|_| cx.any(at, &["a", "p"]) && cx.punct(at + 1, '.'))
}

/// `5pm`, `17:00`, `9.30am`, `17h30`, `1730h`, `0900 hours`, `3ish`, `5 o'clock`, `3`.
fn digital(cx: &Cx<'_>, at: usize) -> Option<ReadClock> {
    let (number, digits) = cx.digits(at)?;
    if digits >= 3 {
        return military(cx, at, number, digits);
    }
    let hour = i8::try_from(number).ok().filter(|hour| (0..=24).contains(hour))?;
    let spaced = || spaced_minutes(cx, at, hour).or_else(|| oh_minutes(cx, at, hour));
    if let Some(found) = with_minutes(cx, at, hour, digits).or_else(spaced) {
        return Some(found);
    }
    if let Some(found) = named(cx, at + 1).filter(|found| hour == 12 && matches!(found.clock.hour, 12 | 24)) {
        return Some(found);
    }
    if let Some((pm, end)) = half(cx, at + 1).filter(|_| (1..=12).contains(&hour)) {
        let ish = cx.skip(cx.skip_hyphen(end), &["ish"]);
        let end = if ish > end && !cx.any_punct(ish - 1, &['-', '–']) { ish } else { end };
        return Some(ReadClock::new("12-hour time", Clock::unsure(hour, 0).with_half(pm), Strength::Strong, end));
    }
    // `15 pm` says the same twice.
    if let Some((true, end)) = half(cx, at + 1).filter(|_| (13..=23).contains(&hour)) {
        return Some(ReadClock::new("24-hour time", Clock::sure(hour, 0), Strength::Strong, end));
    }
    o_clock(cx, at + 1, hour)
}

/// `5 30 pm`, `at 5 30`: how dictation writes minutes.
fn spaced_minutes(cx: &Cx<'_>, at: usize, hour: i8) -> Option<ReadClock> {
    let (minute @ 0..=59, 2) = cx.digits(at + 1).filter(|_| !cx.glued(at + 1))? else { return None };
    let clock = Clock::unsure(hour, i8::try_from(minute).ok()?);
    if let Some((pm, end)) = half(cx, at + 2).filter(|_| (1..=12).contains(&hour)) {
        return Some(ReadClock::new("12-hour time", clock.with_half(pm), Strength::Strong, end));
    }
    let plausible = hour > 0 && hour < 24 && minute % 5 == 0 && cx.ends(at + 2) && cx.followed_well(at + 2);
    plausible.then(|| ReadClock::new("dictated time", clock, Strength::Marked, at + 2))
}

/// What may follow a bare hour: `o'clock`, `ish`, `h`, nothing.
pub(super) fn o_clock(cx: &Cx<'_>, after: usize, hour: i8) -> Option<ReadClock> {
    let clock = Clock::unsure(hour, 0);
    if cx.any(after, &["o'clock", "oclock", "o'clocks"]) {
        return halved(cx, "o'clock", clock, after + 1);
    }
    if let Some(end) = cx.words(after, &["o", "clock"]) {
        return halved(cx, "o'clock", clock, end);
    }
    if cx.any(after, &["uhr"]) || cx.glued(after) && cx.any(after, &["h"]) && cx.ends(after + 1) && hour > 12 {
        return Some(ReadClock::new("24-hour time", clock, Strength::Weak, after + 1));
    }
    let ish = cx.skip_hyphen(after);
    if cx.glued(ish) && cx.any(ish, &["ish"]) {
        return halved(cx, "about an hour", clock, ish + 1);
    }
    (hour > 0 && hour < 24 && ends_or_ranges(cx, after)).then(|| ReadClock::new("hour", clock, Strength::Marked, after))
}

/// Whether a time may end there; a hyphen may make it the first of two (`2-4pm`).
fn ends_or_ranges(cx: &Cx<'_>, at: usize) -> bool {
    cx.ends(at) || cx.any_punct(at, &['-', '–', '—']) && cx.number(at + 1).is_some() || cx.any(at, &["z"])
}

/// A time to which `am` or `pm` may follow.
pub(super) fn halved(cx: &Cx<'_>, rule: &'static str, clock: Clock, end: usize) -> Option<ReadClock> {
    let (clock, end) = half(cx, end).map_or((clock, end), |(pm, end)| (clock.with_half(pm), end));
    Some(ReadClock::new(rule, clock, Strength::Strong, end))
}

/// `17:30`, `5.30pm`, `17h30`, `5:30:00`.
fn with_minutes(cx: &Cx<'_>, at: usize, hour: i8, digits: usize) -> Option<ReadClock> {
    let colon = cx.punct(at + 1, ':');
    let dot = cx.any_punct(at + 1, &['.', ',']);
    let h = cx.any(at + 1, &["h"]);
    // `17h30`: the tokeniser keeps `h30` together.
    if let Some(minute) = cx.word(at + 1).strip_prefix('h').filter(|_| cx.glued(at + 1)).and_then(|m| m.parse().ok()) {
        let clock = Clock::unsure(hour, minute);
        return (minute < 60 && hour < 24).then(|| ReadClock::new("24-hour time", clock, Strength::Strong, at + 2));
    }
    if !(colon || dot || h) || !cx.glued(at + 1) || !cx.glued(at + 2) {
        return None;
    }
    let (minute @ 0..=59, 2) = cx.digits(at + 2)? else { return None };
    let minute = i8::try_from(minute).ok()?;
    let mut end = at + 3;
    if colon && cx.punct(end, ':') && cx.glued(end) && cx.digits(end + 1).is_some_and(|(s, n)| s < 60 && n == 2) {
        end += 2;
    }
    if hour == 24 && minute > 0 {
        return None;
    }
    let clock = Clock::unsure(hour, minute);
    if let Some((pm, end)) = half(cx, end) {
        let clock = if hour > 12 { clock } else { clock.with_half(pm) };
        return Some(ReadClock::new("12-hour time", clock, Strength::Strong, end));
    }
    if cx.glued(end) && cx.any(end, &["ish", "h", "uhr"]) {
        end += 1;
    }
    // `9.30` could be a number; `09:30` is the morning.
    let clock = Clock { sure: clock.sure || digits == 2 && hour < 10, ..clock };
    let strength = if colon || h { Strength::Strong } else { Strength::Marked };
    ends_or_ranges(cx, end).then(|| ReadClock::new("clock time", clock, strength, end))
}

/// `0900`, `1730h`, `1730 hours`, `530pm`.
fn military(cx: &Cx<'_>, at: usize, number: u32, digits: usize) -> Option<ReadClock> {
    if !(3..=4).contains(&digits) {
        return None;
    }
    let (hour, minute) = (i8::try_from(number / 100).ok()?, i8::try_from(number % 100).ok()?);
    if hour > 23 || minute > 59 {
        return None;
    }
    if let Some((pm, end)) = half(cx, at + 1).filter(|_| (1..=12).contains(&hour)) {
        return Some(ReadClock::new("12-hour time", Clock::unsure(hour, minute).with_half(pm), Strength::Strong, end));
    }
    let suffixed = cx.any(at + 1, &["hrs", "hours", "h", "hr"]);
    if digits == 4 && suffixed {
        return Some(ReadClock::new("24-hour time", Clock::sure(hour, minute), Strength::Strong, at + 2));
    }
    // A bare `1730` is a year, a price or a flight as often as a time.
    let at_it = at > 0 && (cx.any(at - 1, &["at"]) || cx.punct(at - 1, '@'));
    if digits == 3 && at_it && minute % 5 == 0 && cx.ends(at + 1) && cx.followed_well(at + 1) {
        return Some(ReadClock::new("clock time", Clock::unsure(hour, minute), Strength::Marked, at + 1));
    }
    let plausible = digits == 4 && minute % 5 == 0 && (at_it || !(1900..=2099).contains(&number));
    let clock = Clock::sure(hour, minute);
    (plausible && cx.ends(at + 1)).then(|| ReadClock::new("24-hour time", clock, Strength::Marked, at + 1))
}
