//! Repetitions at the edge of a period: `end of every month`, `start of each week`, `every quarter end`.

use jiff::civil::Weekday;
use saydo_domain::{Frequency, RRule};

use super::{Pattern, weekly_on};
use crate::{dates::cursor::Cx, lexicon::Unit};

/// `end of every month`, `beginning of each month`, `every month end`.
pub(super) fn edge_of_month(cx: &Cx<'_>, at: usize) -> Option<(Pattern, bool)> {
    let start = cx.skip(at, &["at", "by", "on"]);
    let start = cx.skip(start, &["the"]);
    let (edge, end) = if cx.any(start, &["every", "each"]) {
        let month = start + 1;
        let end = cx.skip_hyphen(month + 1);
        let spelled = cx.any(month, &["month"]) && cx.any(end, &["end"]);
        let turned =
            cx.words(month, &["end", "of", "month"]).or_else(|| cx.words(month, &["end", "of", "the", "month"]));
        (-1, if spelled { end + 1 } else { turned.or_else(|| cx.words(month, &["eom"]))? })
    } else {
        let edge = match cx.word(start) {
            "end" => -1,
            "beginning" | "start" => 1,
            "middle" => 15,
            _ => return None,
        };
        let every = cx.skip(start + 1, &["of"]);
        (edge, cx.any(every, &["every", "each"]).then(|| cx.words(every + 1, &["month"]))??)
    };
    let rule = RRule { by_month_day: vec![edge], ..RRule::every(1, Frequency::Monthly) };
    Some((Pattern::new(rule, end, "edge of every month"), false))
}

/// `end of every quarter`, `start of each week`, `every quarter end`: months have more forms.
pub(super) fn edge_of_period(cx: &Cx<'_>, at: usize) -> Option<(Pattern, bool)> {
    let start = cx.skip(cx.skip(at, &["at", "by", "on"]), &["the"]);
    let (first, unit_at) = if cx.any(start, &["every", "each"]) {
        (false, start + 1)
    } else {
        let first = match cx.word(start) {
            "end" => false,
            "beginning" | "start" => true,
            _ => return None,
        };
        let every = cx.skip(start + 1, &["of"]);
        (first, if cx.any(every, &["every", "each"]) { every + 1 } else { return None })
    };
    let end = if unit_at == start + 1 {
        let end = cx.skip_hyphen(unit_at + 1);
        if cx.any(end, &["end"]) { end + 1 } else { return None }
    } else {
        unit_at + 1
    };
    let edge = if first { 1 } else { -1 };
    let months = |by_month: Vec<i8>| RRule { by_month, by_month_day: vec![edge], ..RRule::every(1, Frequency::Yearly) };
    let rrule = match cx.entry(unit_at).unit? {
        Unit::Week => weekly_on(&[if first { Weekday::Monday } else { Weekday::Friday }]),
        Unit::Quarter => months(if first { vec![1, 4, 7, 10] } else { vec![3, 6, 9, 12] }),
        Unit::Year => months(vec![if first { 1 } else { 12 }]),
        _ => return None,
    };
    Some((Pattern::new(rrule, end, "edge of every period"), false))
}
