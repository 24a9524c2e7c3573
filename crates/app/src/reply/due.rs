//! Due dates in words and in full.

use jiff::{Zoned, civil::Date};
use saydo_domain::Due;

/// `Thu 12 Mar`, with the year when it is not this one.
#[must_use]
pub fn full_date(date: Date, now: &Zoned) -> String {
    let format = if date.year() == now.year() { "%a %-d %b" } else { "%a %-d %b %Y" };
    date.strftime(format).to_string()
}

/// `today`, `tomorrow` or `yesterday`, where one of them fits.
#[must_use]
pub fn relative_day(date: Date, now: &Zoned) -> Option<&'static str> {
    match days_from_today(date, now) {
        0 => Some("today"),
        1 => Some("tomorrow"),
        -1 => Some("yesterday"),
        _ => None,
    }
}

/// Days from today to `date`, negative for the past.
#[must_use]
pub fn days_from_today(date: Date, now: &Zoned) -> i64 {
    now.date().duration_until(date).as_hours() / 24
}

/// `tomorrow (Thu 12 Mar)`, `tomorrow, Thu 12 Mar, 15:00`, `Fri 20 Mar`, `Fri 20 Mar, 09:00`.
#[must_use]
pub fn words(due: Due, now: &Zoned) -> String {
    let date = due.day_in(now.time_zone());
    let full = full_date(date, now);
    match (relative_day(date, now), due.instant()) {
        (None, None) => full,
        (Some(day), None) => format!("{day} ({full})"),
        (day, Some(at)) => {
            let time = at.to_zoned(now.time_zone().clone()).strftime("%H:%M").to_string();
            day.map_or_else(|| format!("{full}, {time}"), |day| format!("{day}, {full}, {time}"))
        }
    }
}

/// `Fri 20 Mar`, `Fri 20 Mar, 09:00`.
#[must_use]
pub fn full(due: Due, now: &Zoned) -> String {
    let date = full_date(due.day_in(now.time_zone()), now);
    let time = time(due, now);
    if time.is_empty() { date } else { format!("{date},{time}") }
}

/// As [`words`], within brackets: `overdue by 2 days, since Mon 9 Mar`, `tomorrow, Thu 12 Mar, 15:00`, `Fri 20 Mar`.
#[must_use]
pub fn inline(due: Due, now: &Zoned) -> String {
    late(due, now).unwrap_or_else(|| match (relative_day(due.day_in(now.time_zone()), now), due.instant()) {
        (Some(day), None) => format!("{day}, {}", full(due, now)),
        _ => words(due, now),
    })
}

/// The same under a heading that names the day: `overdue by 2 days, since Mon 9 Mar`, `today 15:00`, `Fri 20 Mar`.
#[must_use]
pub fn short(due: Due, now: &Zoned) -> String {
    late(due, now).unwrap_or_else(|| {
        let date = due.day_in(now.time_zone());
        let day = relative_day(date, now).map_or_else(|| full_date(date, now), ToOwned::to_owned);
        format!("{day}{}", time(due, now))
    })
}

/// ` 15:00`, or nothing for a whole day.
fn time(due: Due, now: &Zoned) -> String {
    let time = due.instant().map(|at| at.to_zoned(now.time_zone().clone()).strftime(" %H:%M").to_string());
    time.unwrap_or_default()
}

/// How late it is, if it is.
fn late(due: Due, now: &Zoned) -> Option<String> {
    let date = due.day_in(now.time_zone());
    let days = days_from_today(date, now);
    let time = time(due, now);
    if days < 0 {
        let plural = if days == -1 { "day" } else { "days" };
        return Some(format!("overdue by {} {plural}, since {}{time}", -days, full_date(date, now)));
    }
    due.is_overdue(now).then(|| format!("overdue since today{time}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Zoned {
        "2026-03-11T10:00:00+01:00[Europe/Berlin]".parse().unwrap()
    }

    fn words_of(due: &str) -> String {
        words(due.parse().unwrap(), &now())
    }

    #[test]
    fn says_the_day_in_words_and_in_full() {
        assert_eq!(words_of("2026-03-12"), "tomorrow (Thu 12 Mar)");
        assert_eq!(words_of("2026-03-12T15:00:00+01:00"), "tomorrow, Thu 12 Mar, 15:00");
        assert_eq!(words_of("2026-03-20"), "Fri 20 Mar");
        assert_eq!(words_of("2027-01-04T08:30:00Z"), "Mon 4 Jan 2027, 09:30");
    }

    #[test]
    fn a_list_line_says_how_late() {
        let short_of = |due: &str| short(due.parse().unwrap(), &now());
        assert_eq!(short_of("2026-03-09"), "overdue by 2 days, since Mon 9 Mar");
        assert_eq!(short_of("2026-03-11T08:00:00+01:00"), "overdue since today 08:00");
        assert_eq!(short_of("2026-03-11"), "today");
        let inline_of = |due: &str| inline(due.parse().unwrap(), &now());
        assert_eq!(inline_of("2026-03-12"), "tomorrow, Thu 12 Mar");
        assert_eq!(inline_of("2026-03-12T15:00:00+01:00"), "tomorrow, Thu 12 Mar, 15:00");
    }
}
