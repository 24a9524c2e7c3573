//! When a repeating task comes next, where calendars and clocks are uneven: changes of summer time, month ends, leap days.
//!
//! The rules, from RFC 5545:
//! - §3.3.5: a wall-clock time that a change skips “is interpreted using the UTC offset before the gap”, one that
//!   it repeats “refers to the first occurrence”.
//! - §3.3.10: days that do not exist (30 February) “MUST be ignored”: the 31st skips short months, it does not
//!   move to their ends; who wants that says “the last day of the month”.

#![expect(clippy::expect_used, reason = "a test helper's bad table is a bug of the test")]

use jiff::{Timestamp, Zoned, tz::TimeZone};
use saydo_domain::{Due, Recurrence, RepeatFrom};

/// The dues that follow one another when each is completed at the moment it is due.
fn chain(zone: &str, rule: &str, due: &str, times: usize) -> Vec<String> {
    let zone = TimeZone::get(zone).expect("a known zone");
    let mut recurrence = Recurrence::from_rrule(rule).expect("a supported rule");
    let mut due: Due = due.parse().expect("a due");
    let mut told = Vec::new();
    for _ in 0..times {
        let completed = match due {
            Due::Day(date) => date.to_zoned(zone.clone()).expect("a day in the zone"),
            Due::Moment { at, .. } => at.to_zoned(zone.clone()),
        };
        let Some((next, rest)) = recurrence.next(Some(due), &zone, &completed) else { break };
        told.push(shown(next, &zone));
        (due, recurrence) = (next, rest);
    }
    told
}

/// As the wall clock of the zone shows it.
fn shown(due: Due, zone: &TimeZone) -> String {
    match due {
        Due::Day(date) => date.to_string(),
        Due::Moment { at, .. } => at.to_zoned(zone.clone()).strftime("%Y-%m-%dT%H:%M%:z").to_string(),
    }
}

fn completed_at(zone: &str, recurrence: &Recurrence, due: Option<&str>, completed: &str) -> Option<String> {
    let zone = TimeZone::get(zone).expect("a known zone");
    let completed: Zoned = completed.parse::<Timestamp>().expect("an instant").to_zoned(zone.clone());
    let due = due.map(|due| due.parse::<Due>().expect("a due"));
    recurrence.next(due, &zone, &completed).map(|(next, _)| shown(next, &zone))
}

#[test]
fn the_wall_clock_time_stays_when_summer_time_begins_and_ends() {
    for (zone, due, expected) in [
        ("Europe/Berlin", "2026-03-28T08:00:00+01:00", ["2026-03-29T08:00+02:00", "2026-03-30T08:00+02:00"]),
        ("Europe/Berlin", "2026-10-24T08:00:00+02:00", ["2026-10-25T08:00+01:00", "2026-10-26T08:00+01:00"]),
        ("America/New_York", "2026-03-07T23:15:00-05:00", ["2026-03-08T23:15-04:00", "2026-03-09T23:15-04:00"]),
        ("America/New_York", "2026-10-31T23:15:00-04:00", ["2026-11-01T23:15-05:00", "2026-11-02T23:15-05:00"]),
        ("Australia/Lord_Howe", "2026-10-03T06:00:00+10:30", ["2026-10-04T06:00+11:00", "2026-10-05T06:00+11:00"]),
        ("Australia/Lord_Howe", "2026-04-04T06:00:00+11:00", ["2026-04-05T06:00+10:30", "2026-04-06T06:00+10:30"]),
    ] {
        assert_eq!(chain(zone, "FREQ=DAILY", due, 2), expected, "{zone} {due}");
    }
}

#[test]
fn a_skipped_time_moves_forward_once_and_then_is_itself_again() {
    for (zone, due, expected) in [
        (
            "Europe/Berlin",
            "2026-03-28T02:30:00+01:00",
            ["2026-03-29T03:30+02:00", "2026-03-30T02:30+02:00", "2026-03-31T02:30+02:00"],
        ),
        (
            "America/New_York",
            "2026-03-07T02:30:00-05:00",
            ["2026-03-08T03:30-04:00", "2026-03-09T02:30-04:00", "2026-03-10T02:30-04:00"],
        ),
        (
            "Australia/Lord_Howe",
            "2026-10-03T02:15:00+10:30",
            ["2026-10-04T02:45+11:00", "2026-10-05T02:15+11:00", "2026-10-06T02:15+11:00"],
        ),
    ] {
        assert_eq!(chain(zone, "FREQ=DAILY", due, 3), expected, "{zone} {due}");
    }
}

#[test]
fn a_repeated_time_is_the_first_of_the_two() {
    for (zone, due, expected) in [
        ("Europe/Berlin", "2026-10-24T02:30:00+02:00", ["2026-10-25T02:30+02:00", "2026-10-26T02:30+01:00"]),
        ("America/New_York", "2026-10-31T01:30:00-04:00", ["2026-11-01T01:30-04:00", "2026-11-02T01:30-05:00"]),
        ("Australia/Lord_Howe", "2026-04-04T01:45:00+11:00", ["2026-04-05T01:45+11:00", "2026-04-06T01:45+10:30"]),
    ] {
        assert_eq!(chain(zone, "FREQ=DAILY", due, 2), expected, "{zone} {due}");
    }
}

#[test]
fn hours_and_minutes_are_those_that_pass() {
    assert_eq!(
        chain("Europe/Berlin", "FREQ=HOURLY", "2026-03-29T01:30:00+01:00", 2),
        ["2026-03-29T03:30+02:00", "2026-03-29T04:30+02:00"]
    );
    assert_eq!(
        chain("Europe/Berlin", "FREQ=HOURLY", "2026-10-25T01:30:00+02:00", 3),
        ["2026-10-25T02:30+02:00", "2026-10-25T02:30+01:00", "2026-10-25T03:30+01:00"]
    );
    assert_eq!(
        chain("Europe/Berlin", "FREQ=MINUTELY;INTERVAL=45", "2026-03-29T01:30:00+01:00", 2),
        ["2026-03-29T03:15+02:00", "2026-03-29T04:00+02:00"]
    );
    assert_eq!(
        chain("America/New_York", "FREQ=HOURLY;INTERVAL=12", "2026-10-31T20:00:00-04:00", 2),
        ["2026-11-01T07:00-05:00", "2026-11-01T19:00-05:00"]
    );
}

#[test]
fn days_that_do_not_exist_are_skipped() {
    for (rule, due, expected) in [
        ("FREQ=MONTHLY", "2026-01-31", vec!["2026-03-31", "2026-05-31", "2026-07-31", "2026-08-31"]),
        ("FREQ=MONTHLY", "2026-01-30", vec!["2026-03-30", "2026-04-30"]),
        ("FREQ=MONTHLY", "2028-01-29", vec!["2028-02-29", "2028-03-29"]),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", "2027-12-31", vec!["2028-01-31", "2028-02-29", "2028-03-31", "2028-04-30"]),
        ("FREQ=MONTHLY;INTERVAL=6", "2026-08-31", vec!["2027-08-31", "2028-08-31"]),
        ("FREQ=MONTHLY;BYDAY=5MO", "2026-03-30", vec!["2026-06-29", "2026-08-31"]),
        ("FREQ=MONTHLY;BYDAY=-1FR", "2026-01-30", vec!["2026-02-27", "2026-03-27"]),
        (
            "FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1",
            "2026-01-31",
            vec!["2026-02-28", "2026-03-31", "2026-04-30"],
        ),
        ("FREQ=YEARLY", "2028-02-29", vec!["2032-02-29", "2036-02-29"]),
        ("FREQ=YEARLY", "2096-02-29", vec!["2104-02-29", "2108-02-29"]),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1", "2026-02-28", vec!["2027-02-28", "2028-02-29", "2029-02-28"]),
        ("FREQ=YEARLY", "2026-12-31", vec!["2027-12-31", "2028-12-31"]),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR", "2026-12-28", vec!["2027-01-01", "2027-01-11", "2027-01-15"]),
        ("FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR", "2026-02-27", vec!["2026-03-02", "2026-03-03"]),
    ] {
        assert_eq!(chain("Europe/Berlin", rule, due, expected.len()), expected, "{rule} {due}");
    }
}

#[test]
fn what_has_passed_is_skipped_and_the_phase_kept() {
    let every_other_week = Recurrence::from_rrule("FREQ=WEEKLY;INTERVAL=2").expect("a supported rule");
    for (due, completed, expected) in [
        ("2026-01-05", "2026-01-05T09:00:00Z", "2026-01-19"),
        // Early: the one after the one done.
        ("2026-01-05", "2026-01-02T09:00:00Z", "2026-01-19"),
        // Late, on a day of the pattern: that very day.
        ("2026-01-05", "2026-02-16T09:00:00Z", "2026-02-16"),
        ("2026-01-05", "2026-02-17T09:00:00Z", "2026-03-02"),
        // In Berlin it is the 17th already.
        ("2026-01-05", "2026-02-16T23:30:00Z", "2026-03-02"),
    ] {
        let next = completed_at("Europe/Berlin", &every_other_week, Some(due), completed);
        assert_eq!(next.as_deref(), Some(expected), "{due} completed {completed}");
    }
}

#[test]
fn counting_from_completion_keeps_the_time_of_day() {
    let mut rule = Recurrence::from_rrule("FREQ=DAILY;INTERVAL=3").expect("a supported rule");
    rule.from = RepeatFrom::Completion;
    for (due, completed, expected) in [
        (Some("2026-03-26T08:00:00+01:00"), "2026-03-27T20:00:00Z", "2026-03-30T08:00+02:00"),
        (Some("2026-02-25"), "2028-02-27T12:00:00Z", "2028-03-01"),
        (None, "2026-02-27T12:00:00Z", "2026-03-02"),
    ] {
        assert_eq!(completed_at("Europe/Berlin", &rule, due, completed).as_deref(), Some(expected), "{due:?}");
    }
}

#[test]
fn a_count_is_used_up_and_an_end_is_kept() {
    assert_eq!(chain("Europe/Berlin", "FREQ=DAILY;COUNT=3", "2026-03-28", 9), ["2026-03-29", "2026-03-30"]);
    assert_eq!(
        chain("Europe/Berlin", "FREQ=DAILY;UNTIL=20260330", "2026-03-28T02:30:00+01:00", 9),
        ["2026-03-29T03:30+02:00", "2026-03-30T02:30+02:00"]
    );
}

#[test]
fn hours_from_completion_begin_at_that_moment() {
    let mut rule = Recurrence::from_rrule("FREQ=HOURLY;INTERVAL=6").expect("a supported rule");
    rule.from = RepeatFrom::Completion;
    let (due, completed) = (Some("2026-02-26T08:00:00+01:00"), "2026-02-27T11:20:00Z");
    assert_eq!(completed_at("Europe/Berlin", &rule, due, completed).as_deref(), Some("2026-02-27T18:20+01:00"));
}

#[test]
fn a_rule_without_a_date_begins_with_its_first_day() {
    let rule = Recurrence::from_rrule("FREQ=WEEKLY;BYDAY=FR").expect("a supported rule");
    let first = |from: &str| rule.first_on_or_after(from.parse().expect("a time")).map(|at| at.to_string());
    assert_eq!(first("2026-03-11T09:00:00").as_deref(), Some("2026-03-13T09:00:00"));
    assert_eq!(first("2026-03-13T00:00:00").as_deref(), Some("2026-03-13T00:00:00"));
    assert_eq!(String::from(rule.rrule), "FREQ=WEEKLY;BYDAY=FR");
}
