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
    assert_due("09:00:00", "this morning", "2026-03-11T09:00:00+01:00", false);
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
fn in_the_night_what_is_still_to_come_tonight_is_today() {
    assert_due("02:00:00", "tonight at 3", "2026-03-11T03:00:00+01:00", false);
    assert_due("02:00:00", "at 1am tonight", "2026-03-12T01:00:00+01:00", false);
    assert_due("01:00:00", "at 1am tonight", "2026-03-12T01:00:00+01:00", false);
    assert_due("04:30:00", "at 1am tonight", "2026-03-12T01:00:00+01:00", false);
    assert_due("01:00:00", "at 2 at night", "2026-03-11T02:00:00+01:00", false);
    assert_due("03:00:00", "at 2 at night", "2026-03-12T02:00:00+01:00", false);
    assert_due("00:30:00", "tonight at 11", "2026-03-11T23:00:00+01:00", false);
}

#[test]
fn a_bare_hour_is_in_its_usual_half_unless_that_is_over() {
    assert_due("10:00:00", "today at 10", "2026-03-11T10:00:00+01:00", false);
    assert_due("10:00:01", "today at 10", "2026-03-11T22:00:00+01:00", false);
    assert_due("21:00:00", "today at 9", "2026-03-11T21:00:00+01:00", false);
    assert_due("21:00:01", "today at 9", "2026-03-11T09:00:00+01:00", true);
    assert_due("20:00:00", "today at 7", "2026-03-11T19:00:00+01:00", true);
    assert_due("13:00:00", "today at 12", "2026-03-11T12:00:00+01:00", true);
}

#[test]
fn a_date_that_is_today_is_the_next_one_when_its_time_has_passed() {
    assert_due("10:00:00", "on march 11 at 9am", "2027-03-11T09:00:00+01:00", false);
    assert_due("10:00:00", "on march 11 at 10am", "2026-03-11T10:00:00+01:00", false);
    assert_due("10:00:00", "on the 11th at 11am", "2026-03-11T11:00:00+01:00", false);
    assert_due("10:00:01", "on the 11th at 10am", "2026-04-11T10:00:00+02:00", false);
}

#[test]
fn a_day_is_past_when_it_is_over() {
    assert_due("10:00:00", "on 2026-03-10", "2026-03-10", true);
    assert_due("10:00:00", "yesterday", "2026-03-10", true);
    assert_due("10:00:00", "on 2026-03-11", "2026-03-11", false);
}

#[test]
fn the_title_decides_about_bare_hours_alone() {
    assert_due("10:00:00", "about dinner at 7am", "2026-03-12T07:00:00+01:00", false);
    assert_due("10:00:00", "about dinner at 11", "2026-03-11T23:00:00+01:00", false);
    assert_due("10:00:00", "about breakfast at 5", "2026-03-12T05:00:00+01:00", false);
    assert_due("10:00:00", "about breakfast at 4", "2026-03-11T16:00:00+01:00", false);
    assert_due("10:00:00", "about the meeting at 7", "2026-03-11T19:00:00+01:00", false);
    assert_due("10:00:00", "about the meeting at 8", "2026-03-12T08:00:00+01:00", false);
}

#[test]
fn a_time_without_a_day_is_the_next_such_time() {
    assert_due("08:00:00", "at 8", "2026-03-11T20:00:00+01:00", false);
    assert_due("07:59:59", "at 8", "2026-03-11T08:00:00+01:00", false);
    assert_due("20:00:00", "at 8", "2026-03-12T08:00:00+01:00", false);
    assert_due("04:00:00", "at 11:30pm new york time", "2026-03-11T04:30:00+01:00", false);
    assert_due("12:00:00", "at 12", "2026-03-12T12:00:00+01:00", false);
    assert_due("17:00:00", "at 5", "2026-03-12T17:00:00+01:00", false);
}

#[test]
fn an_instant_is_past_when_it_has_passed() {
    assert_due("10:00:00", "2 hours ago", "2026-03-11T08:00:00+01:00", true);
    assert_due("10:00:00", "in 2 hours", "2026-03-11T12:00:00+01:00", false);
    assert_due("10:00:00", "at 2026-03-11T09:00:00Z", "2026-03-11T10:00:00+01:00", false);
    assert_due("10:00:00", "at 2026-03-11T08:59:59Z", "2026-03-11T09:59:59+01:00", true);
}
