//! Days told from today: `tomorrow`, `the day after tomorrow`, `tonight`.

use super::{
    cursor::Cx,
    duration::{Amount, unit},
    value::{Clock, Days, When, monday, plus_days},
};
use crate::lexicon::{Part, PhraseKind, Unit};

/// A day near today.
pub(crate) fn relative(cx: &Cx<'_>, at: usize) -> Option<(When, usize)> {
    tonight(cx, at)
        .or_else(|| same_next(cx, at))
        .or_else(|| midweek(cx, at))
        .or_else(|| beyond(cx, at))
        .or_else(|| near(cx, at))
        .or_else(|| right_now(cx, at))
}

/// Days from today of a word like `tomorrow`, whether it is an everyday word too, and the position after it.
fn near_word(cx: &Cx<'_>, at: usize) -> Option<(i64, bool, usize)> {
    if let Some((end, phrase)) = cx.phrase(at, PhraseKind::Near) {
        return Some((phrase.value.parse().ok()?, phrase.weak, end));
    }
    let entry = cx.entry(at);
    Some((i64::from(entry.near?), entry.weak, at + 1))
}

fn near(cx: &Cx<'_>, at: usize) -> Option<(When, usize)> {
    let (mut ahead, weak, mut end) = near_word(cx, at)?;
    if cx.any(end, &["week"]) && ahead >= 0 && cx.followed_well(end + 1) {
        (ahead, end) = (ahead + 7, end + 1);
    }
    if weak && !cx.eager() && is_a_name(cx, at) {
        return None;
    }
    let day = plus_days(cx.today, ahead)?;
    let days = if ahead < 0 { Days::past(day) } else { Days::one(day) };
    let rule = match ahead {
        0 => "today",
        1 => "tomorrow",
        -1 => "yesterday",
        _ => "near day",
    };
    let when = When::days(rule, days);
    Some((if weak { when.weak() } else { when }, end))
}

/// `tom` is a name unless a time stands beside it and nobody is called, asked or met.
fn is_a_name(cx: &Cx<'_>, at: usize) -> bool {
    let half = |at: usize| cx.any(at, &["am", "pm"]);
    let timed = cx.number(at + 1).is_some() && half(at + 2) || at > 0 && half(at - 1);
    let before = (at > 0).then(|| cx.entry_unblocked(at - 1));
    let person = before.is_none_or(|entry| entry.verb || entry.stop);
    !timed || person || cx.tokens[at].text.starts_with(char::is_uppercase)
}

/// `tonight`: today at 20:00 unless a time is said.
fn tonight(cx: &Cx<'_>, at: usize) -> Option<(When, usize)> {
    let end = match cx.word(at) {
        "tonight" | "tonite" | "tonigt" | "tonihgt" | "2night" => at + 1,
        "this" if cx.any(at + 1, &["night", "nite"]) => at + 2,
        "later" if cx.any(at + 1, &["tonight", "tonite"]) => at + 2,
        _ if cx.number(at) == Some(2) && cx.glued(at + 1) && cx.any(at + 1, &["nite", "night"]) => at + 2,
        _ => return None,
    };
    Some((When::part("tonight", Part::Night).on(Days::one(cx.today)), end))
}

/// `this time next week`, `the same day next month`.
fn same_next(cx: &Cx<'_>, at: usize) -> Option<(When, usize)> {
    let the = cx.skip(at, &["the"]);
    let timed = cx.any(the + 1, &["time"]);
    if !cx.any(the, &["this", "same"]) || !(timed || cx.any(the + 1, &["day"])) || !cx.any(the + 2, &["next"]) {
        return None;
    }
    let (unit, end) = unit(cx, the + 3).filter(|(unit, _)| matches!(unit, Unit::Week | Unit::Month | Unit::Year))?;
    let days = Days::one(Amount::of(1000, unit).after_day(cx.today)?);
    let clock = Clock::sure(cx.now.hour(), cx.now.minute());
    Some((if timed { When::clock("same time", clock).on(days) } else { When::days("same day", days) }, end))
}

/// `midweek`: the wednesday of this week or, when it is over, of the next.
fn midweek(cx: &Cx<'_>, at: usize) -> Option<(When, usize)> {
    let end = if cx.any(at, &["midweek"]) { at + 1 } else { return None };
    let wednesday = plus_days(monday(cx.today), 2)?;
    let day = if wednesday < cx.today { plus_days(wednesday, 7)? } else { wednesday };
    Some((When::days("midweek", Days::one(day)).weak(), end))
}

/// `(the) day after tomorrow`, `day before yesterday`.
fn beyond(cx: &Cx<'_>, at: usize) -> Option<(When, usize)> {
    let day = cx.skip(at, &["the"]);
    let after = cx.any(day + 1, &["after", "aftr", "afer", "aftter"]);
    if !cx.any(day, &["day"]) || !(after || cx.any(day + 1, &["before"])) {
        return None;
    }
    // `submit it day after`, as people in India say it
    let cut_short = after && day == at && day + 2 == cx.tokens.len() && at > 0;
    let (ahead, _, end) = near_word(cx, day + 2).or_else(|| cut_short.then_some((1, false, day + 2)))?;
    let ahead = if after { ahead + 1 } else { ahead - 1 };
    let date = plus_days(cx.today, ahead)?;
    let days = if ahead < 0 { Days::past(date) } else { Days::one(date) };
    Some((When::days("day after", days), end))
}

/// `right now`: an exact moment.
fn right_now(cx: &Cx<'_>, at: usize) -> Option<(When, usize)> {
    let end = if cx.eager() { cx.words(at, &["now"]) } else { None }.or_else(|| cx.words(at, &["right", "now"]))?;
    Some((When::instant("now", cx.now.timestamp()), end))
}
