//! Times with their company: ranges, stretches of the day, zones.

use jiff::tz::{Offset, TimeZone};

use super::{
    clock::{ReadClock, clock, half_of_day},
    cursor::Cx,
    relative::relative,
    value::{Clock, Strength, When},
    weekday::weekday,
};
use crate::lexicon::{Part, PhraseKind};

/// A time of day, or the end of a range of times. `marker` is the word that introduced it.
pub(crate) fn time(cx: &Cx<'_>, at: usize, marker: &str) -> Option<(When, usize)> {
    if let Some(found) = after_something(cx, at, marker) {
        return Some(found);
    }
    // `10 to 4 friday` is a range, `at 10 to 4` is ten minutes to four.
    let range = marker.is_empty()
        && cx.number(at).is_some()
        && cx.any(at + 1, &["to"])
        && cx.number(at + 2).is_some()
        && hours_of_a_day(cx, at, at + 3);
    let first = clock(cx, at, range || matches!(marker, "from" | "between"))?;
    let Some(last) = range_end(cx, at, &first, marker) else {
        let (zone, end) = zone_after(cx, first.end);
        let strength = if zone.is_some() { Strength::Strong } else { first.strength };
        return Some((When { zone, strength, ..When::clock(first.rule, first.clock) }, end));
    };
    let settled = end_of_range(first.clock, last.clock);
    let (zone, end) = zone_after(cx, last.end);
    let strength = first.strength.max(last.strength);
    Some((When { zone, strength, ..When::clock("time range", settled) }, end))
}

/// The second time of `2-4pm`, `from 2 to 4`, `between 2 and 4`.
fn range_end(cx: &Cx<'_>, start: usize, first: &ReadClock, marker: &str) -> Option<ReadClock> {
    let at = first.end;
    let hyphen = cx.any_punct(at, &['-', '–', '—', '‒']);
    let word =
        cx.any(at, &["to", "or", "until", "till", "til", "through"]) || marker == "between" && cx.any(at, &["and"]);
    if !hyphen && !word {
        return None;
    }
    let last = clock(cx, at + 1, true)?;
    // `at 3 to 5 people`, `call 3 - 5 is away`: two bare hours need a word like `from`.
    let marked = matches!(marker, "from" | "between" | "at" | "by" | "on");
    let bare = first.strength == Strength::Marked && last.strength == Strength::Marked;
    (!bare || marked || hours_of_a_day(cx, start, last.end)).then_some(last)
}

/// `9 to 5 tomorrow`, `9-5 monday`: the day right after two bare hours shows that they are hours.
fn hours_of_a_day(cx: &Cx<'_>, start: usize, end: usize) -> bool {
    let scored = start > 0 && cx.any(start - 1, &["won", "win", "lost", "lose", "beat", "odds", "score", "scored"]);
    let day = cx.skip(end, &["on"]);
    let followed = relative(cx, day).or_else(|| weekday(cx, day)).is_some_and(|(_, end)| cx.ends(end));
    followed && !scored && !cx.counts(start)
}

/// The end of a range: an hour that may be in either half is the first one after the beginning.
fn end_of_range(first: Clock, last: Clock) -> Clock {
    if last.sure {
        return last;
    }
    if !first.sure {
        // `between 2 and 4`: the usual half, unless that comes first (`from 9 to 5` ends in the afternoon).
        let early = (8..12).contains(&first.hour);
        return if early && last.hour < first.hour { last.with_half(true) } else { last };
    }
    let am = last.with_half(false);
    if (am.hour, am.minute) > (first.hour, first.minute) { am } else { last.with_half(true) }
}

/// `after lunch`, `before work`: the marker and the word say the time together.
fn after_something(cx: &Cx<'_>, at: usize, marker: &str) -> Option<(When, usize)> {
    let kind = match marker {
        "after" => PhraseKind::After,
        "before" | "by" => PhraseKind::Before,
        _ => return None,
    };
    let (end, phrase) = cx.phrase(at, kind)?;
    if marker == "by" && !phrase.value.starts_with("12") && !phrase.value.starts_with("22") {
        return None;
    }
    let (hour, minute) = phrase.value.split_once(':')?;
    let clock = Clock::sure(hour.parse().ok()?, minute.parse().ok()?);
    Some((When::clock("part of the day", clock).marked(), end))
}

/// A stretch of the day: `in the morning`, `this evening`, `at night`; beside a day or time the bare word counts too.
pub(crate) fn part(cx: &Cx<'_>, at: usize, marker: &str, beside: bool) -> Option<(When, usize)> {
    let start = cx.skip(at, &["the", "in"]);
    let start = cx.skip(start, &["the"]);
    let start = if beside { cx.skip(start, &["early", "late", "mid"]) } else { start };
    let start = cx.skip_hyphen(start);
    let this = cx.any(start, &["this"]);
    let word = if this { start + 1 } else { start };
    if let Some((pm, end)) = half_of_day(cx, word).filter(|_| beside) {
        return Some((When::part("part of the day", if pm { Part::Afternoon } else { Part::Morning }), end));
    }
    let entry = cx.entry(word);
    let part = entry.part?;
    // `book two nights in York`
    if beside && word > 0 && cx.word(word).ends_with("nights") && cx.entry(word - 1).number.is_some() {
        return None;
    }
    let introduced = matches!(marker, "in" | "at" | "by" | "before" | "until");
    if !(this || beside) && (!introduced || entry.weak) {
        return None;
    }
    // `in the afternoon sun`
    let end = word + 1;
    if !beside && !cx.followed_well(end) {
        return None;
    }
    let when = When::part("part of the day", part);
    Some((if this { when.on(super::value::Days::one(cx.today)) } else { when }, end))
}

/// A zone after a time: `3pm CET`, `9:00 UTC+2`.
fn zone_after(cx: &Cx<'_>, at: usize) -> (Option<TimeZone>, usize) {
    let open = usize::from(cx.punct(at, '('));
    let Some((end, phrase)) = cx.phrase(at + open, PhraseKind::Zone) else { return (None, at) };
    if !cx.ends(end) && !cx.any_punct(end, &['+', '-']) {
        return (None, at);
    }
    let sign = if cx.punct(end, '+') { 1 } else { -1 };
    if phrase.value == "UTC"
        && cx.any_punct(end, &['+', '-'])
        && cx.glued(end + 1)
        && let Some(hours) = cx.number(end + 1).and_then(|hours| i8::try_from(hours).ok()).filter(|hours| *hours <= 14)
        && let Ok(offset) = Offset::from_hours(sign * hours)
    {
        return (Some(TimeZone::fixed(offset)), end + 2);
    }
    let end = if open > 0 && cx.punct(end, ')') { end + 1 } else { end };
    (TimeZone::get(phrase.value).ok(), end)
}
