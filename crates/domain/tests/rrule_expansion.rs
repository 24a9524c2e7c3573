//! Our expansion of recurrence rules against an independent one (the `rrule` crate), over all supported parts.

#![expect(clippy::expect_used, clippy::panic, reason = "a test helper's bad table is a bug of the test")]

use jiff::civil::{Date, DateTime, date};
use proptest::{prelude::*, sample::subsequence};
use rrule::RRuleSet;
use saydo_domain::RRule;

/// How many occurrences are compared.
const MOST: u16 = 40;
/// Rules whose occurrences lie far apart are compared up to this year.
const LAST_YEAR: i16 = 2120;

const DAYS: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

/// A rule as text, by its parts.
#[derive(Debug, Clone)]
struct Parts {
    freq: &'static str,
    interval: u32,
    by_day: Vec<String>,
    by_month_day: Vec<i8>,
    by_month: Vec<i8>,
    by_set_pos: Vec<i16>,
    end: End,
}

#[derive(Debug, Clone)]
enum End {
    Never,
    Count(u32),
    Until(u16, bool),
}

impl Parts {
    /// The rule's text. `independent` writes UNTIL as the other expansion wants it: a moment in UTC.
    fn text(&self, start: DateTime, independent: bool) -> String {
        let mut text = format!("FREQ={};INTERVAL={}", self.freq, self.interval);
        let mut list = |name: &str, values: Vec<String>| {
            if !values.is_empty() {
                text.push_str(&format!(";{name}={}", values.join(",")));
            }
        };
        let strings = |values: &[i8]| values.iter().map(i8::to_string).collect::<Vec<_>>();
        list("BYDAY", self.by_day.clone());
        list("BYMONTHDAY", strings(&self.by_month_day));
        list("BYMONTH", strings(&self.by_month));
        // RFC 5545 §3.3.10: BYSETPOS only together with another BY part.
        if !(self.by_day.is_empty() && self.by_month_day.is_empty() && self.by_month.is_empty()) {
            list("BYSETPOS", self.by_set_pos.iter().map(i16::to_string).collect());
        }
        match self.end {
            End::Never => {}
            End::Count(count) => text.push_str(&format!(";COUNT={count}")),
            End::Until(days, whole_day) => {
                let last = start.checked_add(jiff::Span::new().days(days)).expect("a day in reach");
                text.push_str(&match (whole_day, independent) {
                    (true, false) => format!(";UNTIL={}", last.strftime("%Y%m%d")),
                    (true, true) => format!(";UNTIL={}T235959Z", last.strftime("%Y%m%d")),
                    (false, false) => format!(";UNTIL={}", last.strftime("%Y%m%dT%H%M%S")),
                    (false, true) => format!(";UNTIL={}", last.strftime("%Y%m%dT%H%M%SZ")),
                });
            }
        }
        text
    }
}

fn month_days() -> impl Strategy<Value = Vec<i8>> {
    let all: Vec<i8> = (-31..=31).filter(|day| *day != 0).collect();
    prop_oneof![2 => Just(Vec::new()), 1 => subsequence(all, 1..4).prop_shuffle()]
}

fn months() -> impl Strategy<Value = Vec<i8>> {
    prop_oneof![2 => Just(Vec::new()), 1 => subsequence((1..=12).collect::<Vec<i8>>(), 1..4).prop_shuffle()]
}

fn set_positions(most: i16) -> impl Strategy<Value = Vec<i16>> {
    let all: Vec<i16> = (-most..=most).filter(|place| *place != 0).collect();
    prop_oneof![2 => Just(Vec::new()), 1 => subsequence(all, 1..3).prop_shuffle()]
}

/// Weekdays, all with a number or none: the other expansion takes `MO,1TU` for what is both, where RFC 5545 means either.
fn week_days(ordinals: bool) -> impl Strategy<Value = Vec<String>> {
    let day = || prop::sample::select(DAYS.to_vec());
    let plain = prop::collection::vec(day().prop_map(str::to_owned), 1..4);
    let number = prop::sample::select(vec![1, 2, 3, 4, 5, -1, -2, -3, -4]);
    let numbered = prop::collection::vec((number, day()).prop_map(|(n, day)| format!("{n}{day}")), 1..4);
    let some = (plain, numbered, any::<bool>())
        .prop_map(move |(plain, numbered, number)| if ordinals && number { numbered } else { plain });
    prop_oneof![1 => Just(Vec::new()), 2 => some]
}

fn ends() -> impl Strategy<Value = End> {
    prop_oneof![
        2 => Just(End::Never),
        1 => (1_u32..60).prop_map(End::Count),
        1 => (0_u16..4000, any::<bool>()).prop_map(|(days, whole)| End::Until(days, whole)),
    ]
}

fn rules() -> impl Strategy<Value = Parts> {
    let freqs = vec![("HOURLY", 40_u32), ("DAILY", 20), ("WEEKLY", 8), ("MONTHLY", 14), ("YEARLY", 4)];
    prop::sample::select(freqs)
        .prop_flat_map(|(freq, most)| {
            let ordinals = matches!(freq, "MONTHLY" | "YEARLY");
            let places = match freq {
                "HOURLY" | "DAILY" => 1,
                "WEEKLY" => 7,
                "MONTHLY" => 31,
                _ => 60,
            };
            (Just(freq), 1..=most, week_days(ordinals), month_days(), months(), set_positions(places), ends())
        })
        .prop_map(|(freq, interval, by_day, by_month_day, mut by_month, by_set_pos, end)| {
            // A weekly rule has no BYMONTHDAY, and a yearly one needs BYMONTH for BYDAY with a number. BYSETPOS within
            // weeks is left to the table below: the other expansion cuts the first week at the start, where RFC 5545
            // §3.3.10 says that the set begins with the interval.
            let (by_month_day, by_set_pos) =
                if freq == "WEEKLY" { (Vec::new(), Vec::new()) } else { (by_month_day, by_set_pos) };
            let numbered = by_day.iter().any(|day: &String| day.len() > 2);
            if freq == "YEARLY" && numbered && by_month.is_empty() {
                by_month.push(11);
            }
            Parts { freq, interval, by_day, by_month_day, by_month, by_set_pos, end }
        })
}

fn starts() -> impl Strategy<Value = DateTime> {
    // The ends of months and leap years often.
    let day = prop_oneof![
        (2019_i16..2031, 1_i8..=12, 1_i8..=31).prop_map(|(y, m, d)| (y, m, d)),
        (2019_i16..2031, 1_i8..=12, 28_i8..=31).prop_map(|(y, m, d)| (y, m, d)),
    ];
    (day, 0_i8..24, 0_i8..60).prop_map(|((y, m, d), hour, minute)| {
        let last = date(y, m, 1).days_in_month();
        date(y, m, d.min(last)).at(hour, minute, 0, 0)
    })
}

/// What the other crate makes of it.
fn independent(rule: &str, start: DateTime) -> Vec<DateTime> {
    let text = format!("DTSTART:{}\nRRULE:{rule}", start.strftime("%Y%m%dT%H%M%SZ"));
    let set: RRuleSet = text.parse().unwrap_or_else(|error| panic!("{text}: {error}"));
    let dates = set.all(MOST).dates;
    dates
        .iter()
        .map(|at| at.format("%Y-%m-%dT%H:%M:%S").to_string().parse::<DateTime>().expect("a date-time"))
        .filter(|at| at.year() <= LAST_YEAR)
        .collect()
}

/// Our own, one step at a time, as completing a task does it.
fn walked(rule: &RRule, start: DateTime) -> Vec<DateTime> {
    let (mut rule, mut all) = (rule.clone(), vec![start]);
    while let Some((next, used)) = rule.next_after(*all.last().expect("the start"), start) {
        assert_eq!(used, 1, "{rule}: not before the start skips nothing");
        if let Some(count) = &mut rule.count {
            *count -= used;
        }
        all.push(next);
        if all.len() >= usize::from(MOST) || next.year() > LAST_YEAR {
            break;
        }
    }
    all.retain(|at| at.year() <= LAST_YEAR);
    all
}

/// Without an end, that is to say: the occurrence to begin at.
fn aligned(parts: &Parts, start: DateTime) -> Option<DateTime> {
    let endless = Parts { end: End::Never, ..parts.clone() };
    let rule: RRule = endless.text(start, false).parse().expect("a supported rule");
    rule.first_on_or_after(start)
}

/// Rules as somebody might write them who does not know how: numbers with signs and spaces, too long, too short.
fn written_anyhow() -> impl Strategy<Value = String> {
    let until = "UNTIL=[-+ ]?[0-9]{2,4}(0[1-9]|1[0-2]|[1-9])([012][1-9]|[1-9])(T[0-2]?[0-9]{3,5}Z{0,2})?";
    let number = "(INTERVAL|COUNT|BYMONTH|BYMONTHDAY|BYSETPOS)=[-+ ]?0?[0-9]{1,2}";
    let day = "BYDAY=[-+ ]?[0-5]?(MO|SU)";
    let part = prop_oneof![4 => until, 1 => number, 1 => day];
    let parts = prop::collection::vec(part, 1..3);
    ("FREQ=(DAILY|MONTHLY|YEARLY)", parts).prop_map(|(freq, parts)| format!("{freq};{}", parts.join(";")))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 5000, failure_persistence: None, ..ProptestConfig::default() })]

    /// What is kept is the text: a rule that could not be read again would take its task out of every list.
    #[test]
    fn whatever_is_read_is_written_so_that_it_is_read_again(text in written_anyhow()) {
        if let Ok(rule) = text.parse::<RRule>() {
            let written = rule.to_string();
            prop_assert!(written.len() <= text.len(), "{} becomes {}", text, written);
            prop_assert_eq!(written.parse(), Ok(rule), "{} becomes {}", text, written);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn walking_equals_the_independent_expansion(parts in rules(), start in starts()) {
        if let Some(first) = aligned(&parts, start).filter(|first| first.year() <= LAST_YEAR) {
            let ours = parts.text(first, false);
            let rule: RRule = ours.parse().expect("a supported rule");
            prop_assert_eq!(walked(&rule, first), independent(&parts.text(first, true), first), "{} from {}", ours, first);
        }
    }

    #[test]
    fn the_first_occurrence_equals_the_independent_one(parts in rules(), start in starts()) {
        let endless = Parts { end: End::Never, ..parts };
        let text = endless.text(start, false);
        let rule: RRule = text.parse().expect("a supported rule");
        let ours = rule.first_on_or_after(start).filter(|at| at.year() <= LAST_YEAR);
        prop_assert_eq!(ours, independent(&text, start).first().copied(), "{} from {}", text, start);
    }

    #[test]
    fn skipping_what_has_passed_lands_on_the_same_occurrence(parts in rules(), start in starts(), days in 0_i64..3000) {
        if let Some(first) = aligned(&parts, start).filter(|first| first.year() <= LAST_YEAR) {
            let rule: RRule = parts.text(first, false).parse().expect("a supported rule");
            let not_before = first.checked_add(jiff::Span::new().days(days)).expect("a day in reach");
            // The expansion is bounded, so only what it reaches can be compared.
            let all = independent(&parts.text(first, true), first);
            let expected = all.iter().position(|at| *at > first && *at >= not_before).map(|at| (all[at], at));
            let found = rule.next_after(first, not_before);
            if let Some((at, steps)) = expected {
                prop_assert_eq!(found.map(|(next, _)| next), Some(at), "{} from {} not before {}", rule, first, not_before);
                if rule.count.is_some() {
                    prop_assert_eq!(found.map(|(_, used)| used), u32::try_from(steps).ok());
                }
            } else if all.len() < usize::from(MOST) {
                // Some rules meet only every few centuries: `FREQ=DAILY;INTERVAL=16` on a Thursday the 6th of November.
                let within_reach = found.filter(|(next, _)| next.year() <= LAST_YEAR);
                prop_assert_eq!(within_reach, None, "{} from {} not before {}", rule, first, not_before);
            }
        }
    }

    #[test]
    fn every_rule_is_written_as_it_is_read(parts in rules(), start in starts()) {
        let rule: RRule = parts.text(start, false).parse().expect("a supported rule");
        prop_assert_eq!(rule.to_string().parse::<RRule>(), Ok(rule));
    }
}

/// Two rules that expansions differ about, then examples of RFC 5545 §3.8.5.3 with the dates printed there.
#[test]
fn the_standards_own_examples() {
    let table: [(&str, Date, &[Date]); 11] = [
        ("FREQ=WEEKLY;BYDAY=MO,TU;BYSETPOS=1", date(2019, 4, 30), &[date(2019, 5, 6), date(2019, 5, 13)]),
        ("FREQ=MONTHLY;BYDAY=MO,1TU", date(2019, 1, 1), &[date(2019, 1, 7), date(2019, 1, 14)]),
        ("FREQ=DAILY;INTERVAL=10;COUNT=5", date(1997, 9, 2), &[date(1997, 9, 12), date(1997, 9, 22)]),
        (
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH;COUNT=8",
            date(1997, 9, 2),
            &[date(1997, 9, 4), date(1997, 9, 16), date(1997, 9, 18), date(1997, 9, 30)],
        ),
        ("FREQ=MONTHLY;BYDAY=1FR;COUNT=10", date(1997, 9, 5), &[date(1997, 10, 3), date(1997, 11, 7)]),
        ("FREQ=MONTHLY;INTERVAL=2;BYDAY=1SU,-1SU", date(1997, 9, 7), &[date(1997, 9, 28), date(1997, 11, 2)]),
        ("FREQ=MONTHLY;BYMONTHDAY=-3", date(1997, 9, 28), &[date(1997, 10, 29), date(1997, 11, 28)]),
        ("FREQ=MONTHLY;BYDAY=TU,WE,TH;BYSETPOS=3;COUNT=3", date(1997, 9, 4), &[date(1997, 10, 7), date(1997, 11, 6)]),
        (
            "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2",
            date(1997, 9, 29),
            &[date(1997, 10, 30), date(1997, 11, 27), date(1997, 12, 30)],
        ),
        ("FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", date(1998, 2, 13), &[date(1998, 3, 13), date(1998, 11, 13)]),
        (
            "FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8",
            date(1996, 11, 5),
            &[date(2000, 11, 7), date(2004, 11, 2)],
        ),
    ];
    for (text, start, next) in table {
        let rule: RRule = text.parse().expect("a supported rule");
        let all = walked(&rule, start.at(9, 0, 0, 0));
        let days: Vec<Date> = all.iter().skip(1).take(next.len()).map(|at| at.date()).collect();
        assert_eq!(days, next, "{text}");
    }
}

/// Rare occurrences are found, however finely the rule steps.
#[test]
fn rare_occurrences_are_found() {
    let start = date(2027, 1, 1).at(9, 0, 0, 0);
    for (text, first) in [
        ("FREQ=HOURLY;BYMONTH=12", date(2027, 12, 1).at(0, 0, 0, 0)),
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=29;BYDAY=SU", date(2032, 2, 29).at(9, 0, 0, 0)),
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO", date(2044, 2, 29).at(9, 0, 0, 0)),
        ("FREQ=YEARLY;INTERVAL=3;BYMONTH=2;BYMONTHDAY=29", date(2036, 2, 29).at(9, 0, 0, 0)),
    ] {
        let rule: RRule = text.parse().expect("a supported rule");
        assert_eq!(rule.first_on_or_after(start).map(|at| at.date()), Some(first.date()), "{text}");
    }
}

/// RFC 5545 §3.3.10 forbids BYMONTHDAY in weekly rules, so it is refused, not ignored; naming a month twice means nothing more.
#[test]
fn what_means_nothing_is_refused_and_what_is_said_twice_counts_once() {
    assert!("FREQ=WEEKLY;BYMONTHDAY=3".parse::<RRule>().is_err());
    let start = date(2026, 1, 1).at(9, 0, 0, 0);
    let twice: RRule = "FREQ=YEARLY;BYMONTH=3,3;BYMONTHDAY=1,5;BYSETPOS=2".parse().expect("a supported rule");
    assert_eq!(twice.first_on_or_after(start).map(|at| at.date()), Some(date(2026, 3, 5)));
}
