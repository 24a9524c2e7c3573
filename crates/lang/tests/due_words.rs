//! Where the words for a due turn: which half of the day, which day, and what is past.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use saydo_lang::{Moment, Problem, parse_line};

/// Said at this time of Wednesday, 11 March 2026, in Berlin; `past` is what the person is asked about first.
#[track_caller]
fn assert_due(time: &str, said: &str, due: &str, past: bool) {
    let now = format!("2026-03-11T{time}+01:00[Europe/Berlin]").parse().unwrap();
    let parsed = parse_line(&format!("call mom {said}"), &Moment::new(now));
    let asked = parsed.problems.iter().any(|problem| matches!(problem, Problem::PastDate(_)));
    let got = (parsed.due.map(|due| due.to_string()), asked);
    assert_eq!(got, (Some(due.to_owned()), past), "{said} at {time}");
}

#[test]
fn a_part_of_the_day_is_over_at_its_end() {
    assert_due("10:00:00", "this morning", "2026-03-11", false);
    assert_due("11:59:59", "this morning", "2026-03-11", false);
    assert_due("12:00:00", "this morning", "2026-03-11", true);
    assert_due("17:59:59", "this afternoon", "2026-03-11", false);
    assert_due("18:00:00", "this afternoon", "2026-03-11", true);
    assert_due("23:30:00", "this evening", "2026-03-11", false);
    assert_due("23:30:00", "tonight", "2026-03-11", false);
}

#[test]
fn the_small_hours_belong_to_the_night_before() {
    assert_due("10:00:00", "tonight at 12", "2026-03-12T00:00:00+01:00", false);
    assert_due("10:00:00", "tonight at 1", "2026-03-12T01:00:00+01:00", false);
    assert_due("10:00:00", "tonight at 4", "2026-03-12T04:00:00+01:00", false);
    assert_due("10:00:00", "tonight at 5", "2026-03-11T17:00:00+01:00", false);
    assert_due("05:00:00", "at 1am tonight", "2026-03-12T01:00:00+01:00", false);
    assert_due("00:30:00", "at 1am tonight", "2026-03-11T01:00:00+01:00", false);
    assert_due("00:30:00", "at 1am tomorrow night", "2026-03-13T01:00:00+01:00", false);
    assert_due("10:00:00", "at 1am tomorrow night", "2026-03-13T01:00:00+01:00", false);
}

#[test]
fn an_instant_is_past_when_it_has_passed() {
    assert_due("10:00:00", "2 hours ago", "2026-03-11T08:00:00+01:00", true);
    assert_due("10:00:00", "in 2 hours", "2026-03-11T12:00:00+01:00", false);
    assert_due("10:00:00", "at 2026-03-11T09:00:00Z", "2026-03-11T10:00:00+01:00", false);
    assert_due("10:00:00", "at 2026-03-11T08:59:59Z", "2026-03-11T09:59:59+01:00", true);
}
