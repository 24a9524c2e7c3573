//! Recurrence rules: the part of RFC 5545 §3.3.10 that to-do lists use.
//!
//! Supported: `FREQ` (`HOURLY` and slower), `INTERVAL`, `COUNT`, `UNTIL`, `BYDAY` (with ordinals), `BYMONTHDAY`,
//! `BYMONTH`, `BYSETPOS`; weeks begin on Monday. Everything else is refused rather than ignored.

use std::{fmt, str::FromStr};

use jiff::{
    Span, ToSpan,
    civil::{Date, DateTime, Weekday},
};
use serde::{Deserialize, Serialize};

/// Why a rule was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("The recurrence rule is not understood: {0}.")]
pub struct RRuleError(String);

fn refuse(what: impl Into<String>) -> RRuleError {
    RRuleError(what.into())
}

/// How often.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Frequency {
    /// Every hour.
    Hourly,
    /// Every day.
    Daily,
    /// Every week.
    Weekly,
    /// Every month.
    Monthly,
    /// Every year.
    Yearly,
}

impl Frequency {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Hourly => "HOURLY",
            Self::Daily => "DAILY",
            Self::Weekly => "WEEKLY",
            Self::Monthly => "MONTHLY",
            Self::Yearly => "YEARLY",
        }
    }
}

/// A weekday, or its n-th occurrence within the month or year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ByDay {
    /// 1 is the first, -1 the last, 0 every one.
    pub ordinal: i8,
    /// The weekday.
    pub weekday: Weekday,
}

/// The last moment an occurrence may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Until {
    /// This day included.
    Day(Date),
    /// This wall-clock moment included.
    Moment(DateTime),
}

/// A recurrence rule.
///
/// ```
/// use saydo_domain::RRule;
/// let rule: RRule = "FREQ=MONTHLY;BYDAY=-1FR".parse().unwrap();
/// let start = jiff::civil::date(2026, 3, 27).at(9, 0, 0, 0);
/// let (next, used) = rule.next_after(start, start).unwrap();
/// assert_eq!((next.date(), used), (jiff::civil::date(2026, 4, 24), 1));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RRule {
    /// How often.
    pub freq: Frequency,
    /// Every how many of those; at least 1.
    pub interval: u32,
    /// On which weekdays.
    pub by_day: Vec<ByDay>,
    /// On which days of the month; negative counts from the end.
    pub by_month_day: Vec<i8>,
    /// In which months.
    pub by_month: Vec<i8>,
    /// Which of the period's occurrences; negative counts from the end.
    pub by_set_pos: Vec<i16>,
    /// How many occurrences are left, this one included.
    pub count: Option<u32>,
    /// When it ends.
    pub until: Option<Until>,
}

impl RRule {
    /// A rule with a frequency and an interval and nothing else.
    #[must_use]
    pub const fn every(interval: u32, freq: Frequency) -> Self {
        Self {
            freq,
            interval,
            by_day: Vec::new(),
            by_month_day: Vec::new(),
            by_month: Vec::new(),
            by_set_pos: Vec::new(),
            count: None,
            until: None,
        }
    }

    /// Whether occurrences may come more than once a day.
    #[must_use]
    pub const fn is_subdaily(&self) -> bool {
        matches!(self.freq, Frequency::Hourly)
    }

    /// The first occurrence on or after `from`, taking `from` as the start of the pattern.
    #[must_use]
    pub fn first_on_or_after(&self, from: DateTime) -> Option<DateTime> {
        self.occurrences(from, 0).find(|at| *at >= from)
    }

    /// The first occurrence after `start` that is not before `not_before`, and how many occurrences that advances.
    #[must_use]
    pub fn next_after(&self, start: DateTime, not_before: DateTime) -> Option<(DateTime, u32)> {
        // Counting needs every occurrence; without a count the periods long past are stepped over.
        let first = if self.count.is_some() { 0 } else { self.whole_periods_between(start, not_before) };
        let mut used = 0;
        for at in self.occurrences(start, first) {
            if at <= start {
                continue;
            }
            used += 1;
            if self.count.is_some_and(|count| used >= count) {
                return None;
            }
            if at >= not_before {
                return Some((at, used));
            }
        }
        None
    }

    /// Periods looked at before a rule is taken to have no further occurrence: a leap day on a monday comes every
    /// 28 years, around 2100 every 40, and `BYMONTHDAY=31;BYMONTH=2` would never end.
    const fn most_periods(&self) -> u32 {
        match self.freq {
            Frequency::Hourly => 100_000,
            Frequency::Daily => 15_000,
            Frequency::Weekly | Frequency::Monthly | Frequency::Yearly => 3000,
        }
    }

    /// How many periods lie surely before `to`.
    fn whole_periods_between(&self, from: DateTime, to: DateTime) -> u32 {
        let (a, b) = (from.date(), to.date());
        let days = a.duration_until(b).as_hours() / 24;
        let years = i64::from(b.year()) - i64::from(a.year());
        let units = match self.freq {
            Frequency::Hourly => days * 24,
            Frequency::Daily => days,
            Frequency::Weekly => days / 7,
            Frequency::Monthly => years * 12 + i64::from(b.month()) - i64::from(a.month()),
            Frequency::Yearly => years,
        };
        u32::try_from(units / i64::from(self.interval) - 1).unwrap_or(0)
    }

    /// The occurrences of the pattern that begins with `start`'s period, from the period `first` on, in order,
    /// bounded. `COUNT` is not applied.
    fn occurrences(&self, start: DateTime, first: u32) -> impl Iterator<Item = DateTime> + '_ {
        let last = first.saturating_add(self.most_periods());
        (first..last).map_while(move |n| self.period(start, n)).flatten().take_while(|at| match self.until {
            None => true,
            Some(Until::Day(day)) => at.date() <= day,
            Some(Until::Moment(moment)) => *at <= moment,
        })
    }

    /// The occurrences of the n-th period after `start`'s, in order; `None` past the calendar's end.
    fn period(&self, start: DateTime, n: u32) -> Option<Vec<DateTime>> {
        let step = i64::from(n) * i64::from(self.interval);
        let date = start.date();
        let time = start.time();
        let mut days = match self.freq {
            Frequency::Hourly => {
                let at = start.checked_add(Span::new().try_hours(step).ok()?).ok()?;
                let fits = self.day_fits(at.date()) && self.position_fits(0, 1);
                return Some(if fits { vec![at] } else { Vec::new() });
            }
            Frequency::Daily => vec![date.checked_add(Span::new().try_days(step).ok()?).ok()?],
            Frequency::Weekly => {
                let monday = monday_of(date)?.checked_add(Span::new().try_weeks(step).ok()?).ok()?;
                let own = [ByDay { ordinal: 0, weekday: date.weekday() }];
                let wanted = if self.by_day.is_empty() { &own[..] } else { &self.by_day };
                week_of(monday)?.into_iter().filter(|day| wanted.iter().any(|by| by.weekday == day.weekday())).collect()
            }
            Frequency::Monthly => {
                let first = date.first_of_month().checked_add(Span::new().try_months(step).ok()?).ok()?;
                self.days_of_month(first, date.day())
            }
            Frequency::Yearly => {
                let first = date.first_of_year().checked_add(Span::new().try_years(step).ok()?).ok()?;
                self.days_of_year(first, date)
            }
        };
        days.retain(|day| self.day_fits(*day));
        Some(self.positions(days).into_iter().map(|day| day.to_datetime(time)).collect())
    }

    /// The parts that only ever limit.
    fn day_fits(&self, day: Date) -> bool {
        let month_fits = self.by_month.is_empty() || self.by_month.contains(&day.month());
        let limits_by_day = matches!(self.freq, Frequency::Hourly | Frequency::Daily);
        let day_fits =
            !limits_by_day || self.by_day.is_empty() || self.by_day.iter().any(|by| by.weekday == day.weekday());
        let month_day_fits = !limits_by_day || self.by_month_day.is_empty() || self.month_day_fits(day);
        month_fits && day_fits && month_day_fits
    }

    fn month_day_fits(&self, day: Date) -> bool {
        let from_end = day.day() - day.days_in_month() - 1;
        self.by_month_day.iter().any(|wanted| *wanted == day.day() || *wanted == from_end)
    }

    fn days_of_month(&self, first: Date, own_day: i8) -> Vec<Date> {
        let days = || first.series(1.day()).take(usize::try_from(first.days_in_month()).unwrap_or(31));
        if self.by_day.is_empty() && self.by_month_day.is_empty() {
            return days().filter(|day| day.day() == own_day).collect();
        }
        days()
            .filter(|day| self.by_month_day.is_empty() || self.month_day_fits(*day))
            .filter(|day| self.by_day.is_empty() || self.by_day.iter().any(|by| nth_weekday_fits(*by, *day)))
            .collect()
    }

    fn days_of_year(&self, first: Date, own: Date) -> Vec<Date> {
        let months: Vec<i8> = match (self.by_month.is_empty(), self.by_day.is_empty() && self.by_month_day.is_empty()) {
            (false, _) => self.by_month.clone(),
            (true, true) => vec![own.month()],
            (true, false) => (1..=12).collect(),
        };
        let mut days: Vec<Date> = months
            .into_iter()
            .filter_map(|month| first.with().month(month).build().ok())
            .flat_map(|first| self.days_of_month(first, own.day()))
            .collect();
        days.sort_unstable();
        // A month named twice is one month.
        days.dedup();
        days
    }

    fn positions(&self, days: Vec<Date>) -> Vec<Date> {
        let length = i16::try_from(days.len()).unwrap_or(i16::MAX);
        (0..length).zip(days).filter(|(i, _)| self.position_fits(*i, length)).map(|(_, day)| day).collect()
    }

    /// Whether the `i`-th (from 0) of `length` occurrences of a period is wanted.
    fn position_fits(&self, i: i16, length: i16) -> bool {
        self.by_set_pos.is_empty() || self.by_set_pos.iter().any(|wanted| *wanted == i + 1 || *wanted == i - length)
    }
}

fn monday_of(date: Date) -> Option<Date> {
    date.checked_sub(Span::new().try_days(date.weekday().to_monday_zero_offset()).ok()?).ok()
}

fn week_of(monday: Date) -> Option<Vec<Date>> {
    (0..7).map(|i| monday.checked_add(Span::new().try_days(i).ok()?).ok()).collect()
}

fn nth_weekday_fits(by: ByDay, day: Date) -> bool {
    if by.weekday != day.weekday() {
        return false;
    }
    let from_start = (day.day() - 1) / 7 + 1;
    let from_end = -((day.days_in_month() - day.day()) / 7 + 1);
    by.ordinal == 0 || by.ordinal == from_start || by.ordinal == from_end
}

const WEEKDAYS: [(&str, Weekday); 7] = [
    ("MO", Weekday::Monday),
    ("TU", Weekday::Tuesday),
    ("WE", Weekday::Wednesday),
    ("TH", Weekday::Thursday),
    ("FR", Weekday::Friday),
    ("SA", Weekday::Saturday),
    ("SU", Weekday::Sunday),
];

impl fmt::Display for RRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fn list<T>(f: &mut fmt::Formatter<'_>, name: &str, values: &[T], text: impl Fn(&T) -> String) -> fmt::Result {
            if values.is_empty() {
                return Ok(());
            }
            write!(f, ";{name}={}", values.iter().map(text).collect::<Vec<_>>().join(","))
        }
        write!(f, "FREQ={}", self.freq.as_str())?;
        if self.interval != 1 {
            write!(f, ";INTERVAL={}", self.interval)?;
        }
        list(f, "BYMONTH", &self.by_month, i8::to_string)?;
        list(f, "BYMONTHDAY", &self.by_month_day, i8::to_string)?;
        list(f, "BYDAY", &self.by_day, |by| {
            let name = WEEKDAYS[usize::try_from(by.weekday.to_monday_zero_offset()).unwrap_or(0)].0;
            if by.ordinal == 0 { name.to_owned() } else { format!("{}{name}", by.ordinal) }
        })?;
        list(f, "BYSETPOS", &self.by_set_pos, i16::to_string)?;
        if let Some(count) = self.count {
            write!(f, ";COUNT={count}")?;
        }
        match self.until {
            None => Ok(()),
            Some(Until::Day(day)) => write!(f, ";UNTIL={}", day.strftime("%Y%m%d")),
            Some(Until::Moment(at)) => write!(f, ";UNTIL={}", at.strftime("%Y%m%dT%H%M%S")),
        }
    }
}

impl FromStr for RRule {
    type Err = RRuleError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() > 500 {
            return Err(refuse("it is too long"));
        }
        let text = text.trim().to_ascii_uppercase();
        let text = text.strip_prefix("RRULE:").unwrap_or(&text);
        let mut freq = None;
        let mut rule = Self::every(1, Frequency::Daily);
        for part in text.split(';').filter(|part| !part.is_empty()) {
            let (name, value) = part.split_once('=').ok_or_else(|| refuse(format!("“{part}” has no value")))?;
            match name {
                "FREQ" => freq = Some(parse_frequency(value)?),
                "INTERVAL" => rule.interval = number(name, value, 1, 1000)?,
                "COUNT" => rule.count = Some(number(name, value, 1, 100_000)?),
                "UNTIL" => rule.until = Some(parse_until(value)?),
                "BYDAY" => rule.by_day = value.split(',').map(parse_by_day).collect::<Result<_, _>>()?,
                "BYMONTHDAY" => rule.by_month_day = numbers(name, value, -31, 31)?,
                "BYMONTH" => rule.by_month = numbers(name, value, 1, 12)?,
                "BYSETPOS" => rule.by_set_pos = numbers(name, value, -366, 366)?,
                "WKST" if value == "MO" => {}
                _ => return Err(refuse(format!("“{name}” is not supported"))),
            }
        }
        rule.freq = freq.ok_or_else(|| refuse("FREQ is missing"))?;
        if rule.count.is_some() && rule.until.is_some() {
            return Err(refuse("COUNT and UNTIL exclude each other"));
        }
        if rule.freq == Frequency::Weekly && !rule.by_month_day.is_empty() {
            return Err(refuse("BYMONTHDAY does not go with FREQ=WEEKLY"));
        }
        let ordinals = rule.by_day.iter().any(|by| by.ordinal != 0);
        if ordinals && !matches!(rule.freq, Frequency::Monthly | Frequency::Yearly) {
            return Err(refuse("BYDAY with a number needs FREQ=MONTHLY or YEARLY"));
        }
        if ordinals && rule.freq == Frequency::Yearly && rule.by_month.is_empty() {
            return Err(refuse("BYDAY with a number in a yearly rule needs BYMONTH"));
        }
        Ok(rule)
    }
}

fn parse_frequency(value: &str) -> Result<Frequency, RRuleError> {
    Ok(match value {
        "HOURLY" => Frequency::Hourly,
        "DAILY" => Frequency::Daily,
        "WEEKLY" => Frequency::Weekly,
        "MONTHLY" => Frequency::Monthly,
        "YEARLY" => Frequency::Yearly,
        _ => return Err(refuse(format!("FREQ={value} is not supported"))),
    })
}

fn parse_until(value: &str) -> Result<Until, RRuleError> {
    let bad = |_| refuse("UNTIL is a date like 20261231");
    if value.len() == 8 {
        return Date::strptime("%Y%m%d", value).map(Until::Day).map_err(bad);
    }
    DateTime::strptime("%Y%m%dT%H%M%S", value.trim_end_matches('Z')).map(Until::Moment).map_err(bad)
}

fn parse_by_day(value: &str) -> Result<ByDay, RRuleError> {
    let bad = || refuse(format!("“{value}” is not a weekday like MO or -1FR"));
    let split = value.len().checked_sub(2).filter(|at| value.is_char_boundary(*at)).ok_or_else(bad)?;
    let (ordinal, name) = value.split_at(split);
    let weekday = WEEKDAYS.iter().find(|(known, _)| *known == name).ok_or_else(bad)?.1;
    let ordinal = if ordinal.is_empty() { 0 } else { number::<i8>("BYDAY", ordinal, -5, 5)? };
    if !value[..split].is_empty() && ordinal == 0 {
        return Err(bad());
    }
    Ok(ByDay { ordinal, weekday })
}

fn number<T: FromStr + PartialOrd + fmt::Display>(name: &str, value: &str, min: T, max: T) -> Result<T, RRuleError> {
    let bad = || refuse(format!("{name} is a number from {min} to {max}"));
    let number: T = value.parse().map_err(|_| bad())?;
    if number < min || number > max { Err(bad()) } else { Ok(number) }
}

fn numbers<T: FromStr + PartialOrd + fmt::Display + Copy + Default>(
    name: &str,
    value: &str,
    min: T,
    max: T,
) -> Result<Vec<T>, RRuleError> {
    let list: Vec<T> = value.split(',').map(|value| number(name, value, min, max)).collect::<Result<_, _>>()?;
    if list.iter().any(|n| *n == T::default()) {
        return Err(refuse(format!("{name} cannot be 0")));
    }
    Ok(list)
}

impl TryFrom<String> for RRule {
    type Error = RRuleError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<RRule> for String {
    fn from(rule: RRule) -> Self {
        rule.to_string()
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn rule(text: &str) -> RRule {
        text.parse().unwrap()
    }

    #[test]
    fn writes_what_it_reads() {
        for text in [
            "FREQ=DAILY",
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH",
            "FREQ=MONTHLY;BYDAY=-1FR;COUNT=3",
            "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=25;UNTIL=20301231",
            "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
        ] {
            assert_eq!(rule(text).to_string(), text);
        }
    }

    #[test]
    fn refuses_what_it_would_ignore() {
        for text in [
            "",
            "FREQ=MINUTELY",
            "INTERVAL=2",
            "FREQ=DAILY;INTERVAL=0",
            "FREQ=DAILY;BYHOUR=3",
            "FREQ=WEEKLY;BYDAY=2MO",
            "FREQ=DAILY;COUNT=2;UNTIL=20300101",
            "FREQ=MONTHLY;BYMONTHDAY=0",
            "FREQ=WEEKLY;BYDAY=é",
            "FREQ=WEEKLY;BYDAY=0MO",
        ] {
            assert!(text.parse::<RRule>().is_err(), "{text}");
        }
    }

    #[test]
    fn the_31st_skips_short_months() {
        let start = date(2026, 1, 31).at(0, 0, 0, 0);
        let (next, used) = rule("FREQ=MONTHLY").next_after(start, start).unwrap();
        assert_eq!((next.date(), used), (date(2026, 3, 31), 1));
    }

    #[test]
    fn a_long_overdue_daily_task_comes_back_today() {
        let start = date(1990, 1, 1).at(8, 0, 0, 0);
        let now = date(2026, 3, 11).at(12, 0, 0, 0);
        assert_eq!(rule("FREQ=DAILY").next_after(start, now).unwrap().0, date(2026, 3, 12).at(8, 0, 0, 0));
        assert_eq!(rule("FREQ=WEEKLY;INTERVAL=2").next_after(start, now).unwrap().0.date(), date(2026, 3, 23));
    }

    #[test]
    fn an_impossible_rule_ends() {
        let start = date(2026, 1, 1).at(0, 0, 0, 0);
        assert_eq!(rule("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31").next_after(start, start), None);
    }

    #[test]
    fn count_and_until_end_it() {
        let start = date(2026, 1, 1).at(0, 0, 0, 0);
        assert_eq!(rule("FREQ=DAILY;COUNT=1").next_after(start, start), None);
        assert_eq!(rule("FREQ=DAILY;UNTIL=20260101").next_after(start, start), None);
        assert!(rule("FREQ=DAILY;UNTIL=20260102").next_after(start, start).is_some());
    }
}
