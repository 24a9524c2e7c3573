//! The occurrences of a rule, on the wall clock.

use jiff::{
    Span, ToSpan, Unit,
    civil::{Date, DateTime},
};

use super::{ByDay, Frequency, RRule, Until};

impl RRule {
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
            Frequency::Minutely | Frequency::Hourly => 100_000,
            Frequency::Daily => 15_000,
            Frequency::Weekly | Frequency::Monthly | Frequency::Yearly => 3000,
        }
    }

    /// How many periods lie surely before `to`.
    fn whole_periods_between(&self, from: DateTime, to: DateTime) -> u32 {
        let (unit, whole): (Unit, fn(Span) -> i64) = match self.freq {
            Frequency::Minutely => (Unit::Minute, |span| span.get_minutes()),
            Frequency::Hourly => (Unit::Hour, |span| span.get_hours().into()),
            Frequency::Daily => (Unit::Day, |span| span.get_days().into()),
            Frequency::Weekly => (Unit::Week, |span| span.get_weeks().into()),
            Frequency::Monthly => (Unit::Month, |span| span.get_months().into()),
            Frequency::Yearly => (Unit::Year, |span| span.get_years().into()),
        };
        let units = from.until((unit, to)).map_or(0, whole);
        u32::try_from(units / i64::from(self.interval)).unwrap_or(0)
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
            Frequency::Minutely => {
                return Some(vec![start.checked_add(Span::new().try_minutes(step).ok()?).ok()?]);
            }
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

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use crate::RRule;

    fn rule(text: &str) -> RRule {
        text.parse().unwrap()
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

    /// However long ago it was due: what lies between is not looked at one by one.
    #[test]
    fn what_was_due_ages_ago_comes_back_now() {
        let now = date(2026, 3, 11).at(12, 0, 30, 0);
        for (text, start, next) in [
            ("FREQ=MINUTELY;INTERVAL=2", date(2024, 1, 1).at(8, 0, 0, 0), date(2026, 3, 11).at(12, 2, 0, 0)),
            ("FREQ=HOURLY;INTERVAL=5", date(1900, 1, 1).at(8, 0, 0, 0), date(2026, 3, 11).at(13, 0, 0, 0)),
            ("FREQ=DAILY", date(1900, 1, 1).at(8, 0, 0, 0), date(2026, 3, 12).at(8, 0, 0, 0)),
            ("FREQ=WEEKLY", date(1900, 1, 1).at(8, 0, 0, 0), date(2026, 3, 16).at(8, 0, 0, 0)),
            ("FREQ=MONTHLY", date(1500, 12, 5).at(8, 0, 0, 0), date(2026, 4, 5).at(8, 0, 0, 0)),
            ("FREQ=YEARLY", date(-2000, 12, 5).at(8, 0, 0, 0), date(2026, 12, 5).at(8, 0, 0, 0)),
        ] {
            assert_eq!(rule(text).next_after(start, now).map(|(at, _)| at), Some(next), "{text}");
        }
        // The year's turn is no year.
        let (december, january) = (date(2025, 12, 31).at(8, 0, 0, 0), date(2026, 1, 1).at(8, 0, 0, 0));
        assert_eq!(rule("FREQ=MONTHLY").next_after(december, january).unwrap().0.date(), date(2026, 1, 31));
    }

    #[test]
    fn a_yearly_rule_without_months_is_about_all_of_them() {
        let start = date(2026, 3, 13).at(0, 0, 0, 0);
        for (text, next) in [
            ("FREQ=YEARLY", date(2027, 3, 13)),
            ("FREQ=YEARLY;BYMONTHDAY=13", date(2026, 4, 13)),
            ("FREQ=YEARLY;BYDAY=FR", date(2026, 3, 20)),
        ] {
            assert_eq!(rule(text).next_after(start, start).unwrap().0.date(), next, "{text}");
        }
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
        let morning = date(2026, 1, 1).at(8, 0, 0, 0);
        assert!(rule("FREQ=DAILY;UNTIL=20260102T080000").next_after(morning, morning).is_some());
        assert_eq!(rule("FREQ=DAILY;UNTIL=20260102T075959").next_after(morning, morning), None);
    }
}
