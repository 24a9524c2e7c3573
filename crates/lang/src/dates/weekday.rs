//! Weekdays: `friday` is the next one (never today), `this friday` this week's, `next friday` next week's.

use jiff::civil::{Date, Weekday};

use super::{
    absolute,
    clock::clock,
    cursor::Cx,
    duration::duration,
    value::{Days, Strength, When, monday, next_weekday, plus_days},
};

/// A weekday's name, whether it is an everyday word too, and the position after it (with the dot of `wed.`).
pub(crate) fn name(cx: &Cx<'_>, at: usize) -> Option<(Weekday, bool, usize)> {
    let entry = cx.entry(at);
    let weekday = entry.weekday?;
    let short = cx.word(at).len() <= 5;
    let dotted = short && cx.punct(at + 1, '.') && cx.glued(at + 1) && cx.ends(at + 2);
    // A dot that ends the text is the sentence's.
    let end = if dotted && at + 2 < cx.tokens.len() { at + 2 } else { at + 1 };
    Some((weekday, entry.weak, end))
}

/// The weekday of the week that begins on a Monday.
pub(crate) fn of_week(monday: Date, weekday: Weekday) -> Option<Date> {
    plus_days(monday, i64::from(weekday.to_monday_zero_offset()))
}

/// A weekday with what tells which one.
pub(crate) fn weekday(cx: &Cx<'_>, at: usize) -> Option<(When, usize)> {
    if let Some(found) = led(cx, at) {
        return Some(found);
    }
    let (weekday, weak, end) = name(cx, at)?;
    if cx.after_determiner(at) && !(cx.word(at - 1) == "the" && cx.any(end, &["after", "before", "the"])) {
        return None;
    }
    if let Some(found) = dated(cx, weekday, end) {
        return Some(found);
    }
    // `friday the 13th movie`
    if cx.any(end, &["the"]) && cx.number(end + 1).is_some() && !cx.eager() {
        return None;
    }
    if let Some((day, end)) = trailed(cx, weekday, end) {
        return Some((When::days("weekday of a week", Days::one(day)), end));
    }
    if weak && at > 0 && cx.entry_unblocked(at - 1).no_date && !cx.eager() {
        return None;
    }
    let day = next_weekday(cx.today, weekday)?;
    let when = When::days("weekday", Days::one(day));
    Some((if weak { when.weak() } else { when }, end))
}

/// `this friday`, `next friday`, `last friday`, `coming friday`.
fn led(cx: &Cx<'_>, at: usize) -> Option<(When, usize)> {
    let the = cx.skip(at, &["the"]);
    if the > at
        && let Some((weekday, _, end)) = name(cx, the)
        && let Some((day, end)) = trailed(cx, weekday, end)
    {
        return Some((When::days("weekday of a week", Days::one(day)), end));
    }
    // `for the monday`, where nothing but a date is expected
    if the > at
        && cx.eager()
        && let Some((weekday, _, end)) = name(cx, the)
        && cx.followed_well(end)
    {
        return Some((When::days("weekday", Days::one(next_weekday(cx.today, weekday)?)), end));
    }
    let at = the;
    let lead = cx.word(at);
    let lead_end = match lead {
        "this" => cx.skip(at + 1, &["coming", "upcoming", "next"]),
        "next" | "nxt" | "nex" | "coming" | "upcoming" | "following" | "last" | "past" | "previous" => at + 1,
        _ => return None,
    };
    let (weekday, _, end) = name(cx, lead_end)?;
    let this_week = of_week(monday(cx.today), weekday)?;
    let end = cx.skip(end, &["coming"]);
    let days = match lead {
        "next" | "nxt" | "nex" | "following" => Days::one(plus_days(this_week, 7)?),
        "last" | "past" | "previous" => {
            let day = if this_week < cx.today { this_week } else { plus_days(this_week, -7)? };
            Days::past(day)
        }
        "this" if lead_end == at + 1 && this_week >= cx.today => Days::one(this_week),
        _ => Days::one(next_weekday(cx.today, weekday)?),
    };
    let rule = match lead {
        "next" | "nxt" | "nex" | "following" => "next weekday",
        "last" | "past" | "previous" => "last weekday",
        _ => "this weekday",
    };
    if let Some((when, end)) = dated(cx, weekday, end) {
        return Some((when, end));
    }
    Some((When::days(rule, days), end))
}

/// `friday 13 march`, `friday the 13th`, `fri, 20/3`: the date decides, the weekday helps to find it.
fn dated(cx: &Cx<'_>, weekday: Weekday, end: usize) -> Option<(When, usize)> {
    let open = cx.punct(end, '(');
    let at = if cx.punct(end, ',') || open { end + 1 } else { end };
    let at = cx.skip(at, &["on"]);
    if let Some((when, end)) = absolute::full_date(cx, at).filter(|(_, end)| !open || cx.punct(*end, ')')) {
        let end = if open { end + 1 } else { end };
        return Some((When { strength: Strength::Strong, ..when }, end));
    }
    if let Some(found) = bare_day(cx, weekday, at) {
        return Some(found);
    }
    let (day, end) = absolute::day_number(cx, at)?;
    let timed = || {
        clock(cx, end, false)
            .is_some_and(|clock| clock.strength == Strength::Strong || cx.any_punct(clock.end, &['-', '–']))
    };
    if !cx.ends(end) || !(cx.followed_well(end) || timed()) {
        return None;
    }
    let date = absolute::day_of_months(cx.today, day).find(|date| date.weekday() == weekday)?;
    Some((When::days("weekday and day", Days::one(date)), end))
}

/// `mon 16`: a number that is no usual hour is the date of the next such day or the one after it.
fn bare_day(cx: &Cx<'_>, weekday: Weekday, at: usize) -> Option<(When, usize)> {
    let (number @ 13..=31, 2) = cx.digits(at)? else { return None };
    let day = i8::try_from(number).ok()?;
    let next = next_weekday(cx.today, weekday)?;
    let date = [Some(next), plus_days(next, 7)].into_iter().flatten().find(|date| date.day() == day)?;
    let alone = cx.ends(at + 1) && cx.followed_well(at + 1);
    alone.then_some((When::days("weekday and day", Days::one(date)), at + 1))
}

/// `friday week`, `friday next week`, `monday after next`, `friday in two weeks`.
fn trailed(cx: &Cx<'_>, weekday: Weekday, end: usize) -> Option<(Date, usize)> {
    let upcoming = next_weekday(cx.today, weekday)?;
    let this_monday = monday(cx.today);
    // `dentist wed week 2pm`
    let timed = || clock(cx, end + 1, false).is_some_and(|clock| clock.strength == Strength::Strong);
    if cx.any(end, &["week"]) && (cx.followed_well(end + 1) || timed()) {
        return Some((plus_days(upcoming, 7)?, end + 1));
    }
    // `sunday coming`, and `sunday next` as the British say it
    let unled = cx.followed_well(end + 1) && cx.entry(end + 1).unit.is_none() && !cx.any(end + 1, &["to"]);
    if cx.any(end, &["coming", "next"]) && unled {
        return Some((upcoming, end + 1));
    }
    if cx.any(end, &["fortnight"]) {
        return Some((plus_days(upcoming, 14)?, end + 1));
    }
    let week = cx.skip(end, &["of", "in"]);
    let week = cx.skip(week, &["the"]);
    for (words, ahead) in [(["next", "week"], 7), (["following", "week"], 7), (["this", "week"], 0)] {
        if let Some(end) = cx.words(week, &words) {
            let day = of_week(plus_days(this_monday, ahead)?, weekday)?;
            return Some((if day < cx.today { upcoming } else { day }, end));
        }
    }
    if let Some(end) = cx.words(end, &["after", "next"]) {
        return Some((plus_days(upcoming, 7)?, end));
    }
    if cx.any(end, &["in"])
        && let Some((amount, after)) = duration(cx, end + 1)
        && amount.is_whole_days()
        && amount.days % 7 == 0
        && amount.days > 0
    {
        return Some((of_week(monday(amount.after_day(cx.today)?), weekday)?, after));
    }
    None
}
