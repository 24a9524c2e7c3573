//! `early tomorrow`, `late tonight`, `early on friday morning`, `tomorrow early`: an hour towards one end of the day.

use super::{
    cursor::Cx,
    relative::relative,
    value::{Clock, When},
    weekday::weekday,
};
use crate::lexicon::Part;

/// Before `early` these show that somebody goes or stops before the usual time; that stays in the title.
const LEAVING: [&str; 14] = [
    "bed", "up", "leave", "leaving", "finish", "close", "stop", "quit", "arrive", "retire", "home", "off", "out", "in",
];

/// A day with `early` or `late` before it.
pub(super) fn shaded(cx: &Cx<'_>, at: usize) -> Option<(When, usize)> {
    let late = lateness(cx, at)?;
    let day = cx.skip(at + 1, &["on"]);
    let (when, end) = relative(cx, day).or_else(|| weekday(cx, day)).filter(|(when, _)| when.instant.is_none())?;
    let part = cx.entry(end).part;
    let end = if part.is_some() { end + 1 } else { end };
    let clock = hour(late, part.or(when.part))?;
    Some((When { part: None, ..When::clock(when.rule, clock).on(when.days?) }, end))
}

/// `end of friday`, `the start of tomorrow`: of the working day.
pub(super) fn edge_of_day(cx: &Cx<'_>, at: usize) -> Option<(When, usize)> {
    let start = cx.skip(at, &["the"]);
    // `watch the end of friday night lights`
    let led = at > 0 && cx.any(at - 1, &["at", "by", "before", "until", "till", "from"]);
    if start > at && at > 0 && !led || cx.after_determiner(at) {
        return None;
    }
    let hour = match cx.word(start) {
        "end" | "close" => 17,
        "start" | "beginning" => 9,
        _ => return None,
    };
    let day = if cx.any(start + 1, &["of"]) { start + 2 } else { return None };
    let (when, end) = relative(cx, day).or_else(|| weekday(cx, day))?;
    if when.part.is_some() || when.clock.is_some() || !cx.followed_well(end) {
        return None;
    }
    Some((When::clock(when.rule, Clock::sure(hour, 0)).on(when.days?), end))
}

/// `early` after its day.
pub(super) fn after_day(cx: &Cx<'_>, at: usize) -> Option<(When, usize)> {
    let early = lateness(cx, at).is_some_and(|late| !late) && cx.followed_well(at + 1);
    Some((When::clock("named part", hour(false, None).filter(|_| early)?), at + 1))
}

fn lateness(cx: &Cx<'_>, at: usize) -> Option<bool> {
    let late = match cx.word(at) {
        "early" => false,
        "late" => true,
        _ => return None,
    };
    (at == 0 || !cx.any(at - 1, &LEAVING)).then_some(late)
}

/// The hour at that end of a stretch of the day, as in the table of times.
const fn hour(late: bool, part: Option<Part>) -> Option<Clock> {
    let hour = match (late, part) {
        (false, None | Some(Part::Morning)) => 7,
        (false, Some(Part::Afternoon)) => 13,
        (false, Some(Part::Evening)) => 18,
        (false, Some(Part::Night)) => 19,
        (true, None) => return None,
        (true, Some(Part::Morning)) => 11,
        (true, Some(Part::Afternoon)) => 17,
        (true, Some(Part::Evening)) => 21,
        (true, Some(Part::Night)) => 22,
    };
    Some(Clock::sure(hour, 0))
}
