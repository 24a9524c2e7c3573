//! Times told from another: `in 3 days`, `two hours before noon`, `a week from monday`, `the day before christmas`.

use jiff::civil::Weekday;
use saydo_domain::Due;

use super::{
    cursor::Cx,
    duration::{Amount, duration, unit},
    number::cardinal,
    phrase::phrase_within,
    resolve::{Settled, settle},
    value::{Days, When, monday, next_weekday, plus_days},
    weekday,
};
use crate::lexicon::{Part, Unit};

/// A time told by its distance.
pub(crate) fn offset(cx: &Cx<'_>, at: usize, depth: u8) -> Option<(When, usize)> {
    counted_weekdays(cx, at)
        .or_else(|| ahead(cx, at))
        .or_else(|| bare_minutes(cx, at))
        .or_else(|| within_the(cx, at))
        .or_else(|| from_anchor(cx, at, depth))
        .or_else(|| beside_anchor(cx, at, depth))
}

/// `in two tuesdays`, `two fridays from now`: that many such days ahead.
fn counted_weekdays(cx: &Cx<'_>, at: usize) -> Option<(When, usize)> {
    let start = cx.skip(at, &["in"]);
    let (count @ 1..=53, day_at) = cardinal(cx, start)? else { return None };
    let weekday = cx.entry(day_at).weekdays?;
    let now = cx.words(day_at + 1, &["from", "now"]);
    let end = if start > at { now.unwrap_or(day_at + 1) } else { now? };
    let first = next_weekday(cx.today, weekday)?;
    Some((When::days("counted weekdays", Days::one(plus_days(first, 7 * i64::from(count - 1))?)), end))
}

/// `remind me in 5`, `try again in 10`: minutes go without saying.
fn bare_minutes(cx: &Cx<'_>, at: usize) -> Option<(When, usize)> {
    if at == 0 || !cx.any(at, &["in"]) || !cx.any(at - 1, &["me", "again", "back", "us"]) {
        return None;
    }
    let minutes = cx.number(at + 1).filter(|minutes| (1..=60).contains(minutes))?;
    let minutes = i64::from(minutes) * 1000;
    (cx.ends(at + 2) && cx.followed_well(at + 2))
        .then_some((from_now(cx, Amount::of(minutes, Unit::Minute), "in minutes")?, at + 2))
}

/// `in 3 days`, `in an hour and a half`, `within 2 weeks`, `in 2 weeks' time`, `in the next 3 days`, `3 days from now`.
fn ahead(cx: &Cx<'_>, at: usize) -> Option<(When, usize)> {
    let lead = match cx.word(at) {
        "in" | "within" | "after" | "over" => Some(cx.word(at)),
        _ => None,
    };
    let next = if lead.is_some() { cx.words(at + 1, &["the", "next"]).unwrap_or(at + 1) } else { at };
    let next = cx.skip(next, &["about", "around", "approximately", "roughly", "like", "abt", "bout", "maybe", "just"]);
    let next = cx.skip(next, &["exactly", "under"]);
    let next = [["less", "than"], ["at", "most"], ["more", "than"]]
        .iter()
        .find_map(|words| cx.words(next, words))
        .unwrap_or(next);
    let next = if cx.punct(next, '~') && lead.is_some() { next + 1 } else { next };
    let (amount, end) = duration(cx, next)?;
    let tail = cx
        .words(end, &["from", "now"])
        .or_else(|| cx.words(end, &["from", "today"]))
        .or_else(|| cx.any(end, &["hence"]).then_some(end + 1));
    let past = cx.any(end, &["ago"]);
    let in_time = cx.any(end, &["time"]);
    let end = match (lead, tail) {
        (_, Some(end)) => end,
        (None, None) if past => end + 1,
        (None, None) if in_time && !cx.glued(end) => return None,
        (None, None) => return None,
        (Some("after" | "over"), None) if next == at + 1 && !cx.followed_well(end) => return None,
        (Some("over"), None) if next == at + 1 => return None,
        (Some(_), None) => cx.skip(end, &["time"]),
    };
    // `in 2 days before the party` hangs on something else.
    if cx.any(end, &["before", "after", "prior"]) && lead.is_none() {
        return None;
    }
    let amount = if past { amount.negated() } else { amount };
    if let Some(found) = weekday_of(cx, amount, end) {
        return Some(found);
    }
    Some((from_now(cx, amount, if past { "ago" } else { "in a time" })?, end))
}

/// `in two weeks on friday`: that day of the week so far ahead.
fn weekday_of(cx: &Cx<'_>, amount: Amount, end: usize) -> Option<(When, usize)> {
    let weeks = amount.is_whole_days() && amount.days > 0 && amount.days % 7 == 0;
    let (weekday, _, after) = weekday::name(cx, cx.skip(end, &["on"])).filter(|_| weeks)?;
    let day = weekday::of_week(monday(amount.after_day(cx.today)?), weekday)?;
    cx.ends(after).then_some((When::days("weekday of a week", Days::one(day)), after))
}

/// So far from now, without the word that says so.
pub(super) fn counted(cx: &Cx<'_>, at: usize) -> Option<(When, usize)> {
    let (amount, end) = duration(cx, at)?;
    Some((from_now(cx, amount, "in a time")?, end))
}

/// So far from now: a day for whole days, else a moment.
fn from_now(cx: &Cx<'_>, amount: Amount, rule: &'static str) -> Option<When> {
    if amount.is_whole_days() {
        let day = amount.after_day(cx.today)?;
        let days = if day < cx.today { Days::past(day) } else { Days::one(day) };
        return Some(When::days(rule, days));
    }
    let at = amount.after_moment(cx.now)?;
    let past = Days::past(at.to_zoned(cx.now.time_zone().clone()).date());
    let when = When::instant(rule, at);
    Some(if at < cx.now.timestamp() { when.on(past) } else { when })
}

/// `within the hour`, `in the next week`, `within a day` is a length already.
fn within_the(cx: &Cx<'_>, at: usize) -> Option<(When, usize)> {
    if !cx.any(at, &["in", "within", "over", "during"]) {
        return None;
    }
    let the = if cx.any(at + 1, &["the", "this"]) { at + 2 } else { return None };
    let next = cx.skip(the, &["next", "coming", "following"]);
    if next == the && !cx.any(at, &["within"]) {
        return None;
    }
    let (unit, end) = unit(cx, next)?;
    // `in the next week` covers seven days from now, where `next week` is the calendar's.
    Some((from_now(cx, Amount::of(1000, unit), "within a time")?, end))
}

/// `two hours before noon`, `3 days after friday`, `a week from monday`, `a week on friday`, `two weeks tomorrow`.
fn from_anchor(cx: &Cx<'_>, at: usize, depth: u8) -> Option<(When, usize)> {
    // `at least two weeks before the 16th`
    let start = cx.words(at, &["at", "least"]).unwrap_or(at);
    let (amount, end) = duration(cx, start).or_else(|| bare_unit(cx, at))?;
    let (sign, anchor) = direction(cx, end).or_else(|| {
        let weeks = amount.is_whole_days() && amount.days > 0 && amount.days % 7 == 0;
        let months = amount.months > 0 && amount.days == 0 && cx.entry(end).near.is_some();
        let near = cx.entry(end).near.is_some() || cx.entry(end).weekday.is_some();
        let anchor = cx.skip(end, &["on"]);
        if months {
            return Some((1, end));
        }
        (weeks && (near || anchor > end && cx.entry(anchor).weekday.is_some())).then_some((1, anchor))
    })?;
    let hit = phrase_within(cx, anchor, depth + 1).or_else(|| eager_phrase(cx, anchor, depth))?;
    let mut settled = settle(cx, &hit.when, None)?;
    // Read with its introducing word, `after friday` is the day after already.
    if hit.marker == "after" && hit.start < anchor {
        settled.due = one_day_less(settled.due)?;
    }
    let amount = if sign < 0 { amount.negated() } else { amount };
    Some((moved(cx, &settled, amount)?, hit.end))
}

fn one_day_less(due: Due) -> Option<Due> {
    match due {
        Due::Day(day) => plus_days(day, -1).map(Due::Day),
        Due::Moment { .. } => Some(due),
    }
}

/// `week` in `week on friday`.
fn bare_unit(cx: &Cx<'_>, at: usize) -> Option<(Amount, usize)> {
    if !cx.any(at, &["week", "fortnight"]) || !cx.any(at + 1, &["on", "from"]) {
        return None;
    }
    let (unit, end) = unit(cx, at)?;
    Some((Amount::of(1000, unit), end))
}

fn direction(cx: &Cx<'_>, at: usize) -> Option<(i64, usize)> {
    match cx.word(at) {
        "before" => Some((-1, at + 1)),
        "prior" if cx.any(at + 1, &["to"]) => Some((-1, at + 2)),
        "ahead" if cx.any(at + 1, &["of"]) => Some((-1, at + 2)),
        "after" | "from" | "past" => Some((1, at + 1)),
        _ => None,
    }
}

/// What an anchor may be though it would need an introducing word: `before christmas`, `after the 20th`, `before 5`.
fn eager_phrase(cx: &Cx<'_>, anchor: usize, depth: u8) -> Option<super::phrase::Hit> {
    // The word that says the direction introduces it too.
    let marker = anchor.checked_sub(1)?;
    cx.any(marker, &["before", "after", "from", "of"]).then(|| phrase_within(cx, marker, depth + 1)).flatten()
}

/// A settled time moved by an amount.
fn moved(cx: &Cx<'_>, settled: &Settled, amount: Amount) -> Option<When> {
    let rule = "from another time";
    if !settled.due.has_time() {
        if amount.is_whole_days() {
            let day = amount.after_day(settled.due.day_in(cx.now.time_zone()))?;
            return Some(When::days(rule, if day < cx.today { Days::past(day) } else { Days::one(day) }));
        }
        let start = settled.due.day_in(cx.now.time_zone()).to_zoned(cx.now.time_zone().clone()).ok()?;
        return Some(When::instant(rule, amount.after_moment(&start)?));
    }
    let from = settled.due.instant()?.to_zoned(cx.now.time_zone().clone());
    Some(When::instant(rule, amount.after_moment(&from)?))
}

/// `the day before christmas`, `the night before the 20th`, `the monday after easter`, `the week after the 5th`.
fn beside_anchor(cx: &Cx<'_>, at: usize, depth: u8) -> Option<(When, usize)> {
    let start = cx.skip(at, &["the"]);
    let weekday = weekday::name(cx, start);
    let direction_at = weekday.map_or(start + 1, |(_, _, end)| end);
    let before = match cx.word(direction_at) {
        "before" => true,
        "after" | "following" => false,
        _ => return None,
    };
    let unit = cx.entry(start).unit;
    let part = cx.entry(start).part;
    if weekday.is_none() && unit.is_none() && part.is_none() || depth > 1 {
        return None;
    }
    let hit = phrase_within(cx, direction_at + 1, depth + 1).or_else(|| eager_phrase(cx, direction_at + 1, depth))?;
    let dated = hit.when.days.is_some() || hit.when.instant.is_some();
    let anchor = settle(cx, dated.then_some(&hit.when)?, None)?.due.day_in(cx.now.time_zone());
    // Read with its introducing word, `after christmas` is the day after already.
    let anchor = if hit.start == direction_at && !before { plus_days(anchor, -1)? } else { anchor };
    let step = if before { -1 } else { 1 };
    let day = match (weekday, unit) {
        (Some((weekday, ..)), _) => {
            (1..=7).filter_map(|n| plus_days(anchor, n * step)).find(|day| day.weekday() == weekday)?
        }
        (None, Some(unit @ (Unit::Week | Unit::Day | Unit::Month | Unit::Night | Unit::Year | Unit::Fortnight))) => {
            Amount::of(1000 * step, unit).after_day(anchor)?
        }
        (None, Some(Unit::Weekend)) => (1..=8)
            .filter_map(|n| plus_days(anchor, n * step))
            // The weekend before a sunday is not the one it is part of.
            .find(|day| day.weekday() == Weekday::Saturday && plus_days(*day, 1) != Some(anchor))?,
        (None, None) => Amount::of(1000 * step, Unit::Day).after_day(anchor)?,
        _ => return None,
    };
    let days = if day < cx.today { Days::past(day) } else { Days::one(day) };
    let when = When::days("beside another day", days);
    let night = part.or((unit == Some(Unit::Night)).then_some(Part::Night));
    // `the day before christmas at 9`
    Some((When { part: night.or(hit.when.part), clock: hit.when.clock, ..when }, hit.end))
}
