//! Dates by number: `2026-01-20`, `20/1`, `20 Jan`, `Jan 20th 2027`, `the 15th`, `the 20th of next month`.

use jiff::civil::{Date, DateTime};
use saydo_domain::Due;

use super::{
    cursor::Cx,
    number::{cardinal, ordinal},
    value::{Clock, Days, When, civil, plus_months},
};
use crate::DateOrder;

/// A date that names its month, in any of the written forms.
pub(crate) fn full_date(cx: &Cx<'_>, at: usize) -> Option<(When, usize)> {
    iso(cx, at).or_else(|| slashed(cx, at)).or_else(|| day_month(cx, at)).or_else(|| month_day(cx, at))
}

/// Any date by number.
pub(crate) fn absolute(cx: &Cx<'_>, at: usize) -> Option<(When, usize)> {
    full_date(cx, at).or_else(|| compact(cx, at)).or_else(|| day_alone(cx, at))
}

/// `2026-01-20`, `2026/1/20`, `2026-01-20T15:00`, `2026-01-20T15:00:00+01:00`.
fn iso(cx: &Cx<'_>, at: usize) -> Option<(When, usize)> {
    let (year, 4) = cx.digits(at)? else { return None };
    let separator = ['-', '/', '.'].into_iter().find(|c| cx.punct(at + 1, *c))?;
    let month = cx.number(at + 2).filter(|_| cx.glued(at + 1) && cx.glued(at + 2))?;
    let day = cx.number(at + 4).filter(|_| cx.punct(at + 3, separator) && cx.glued(at + 3) && cx.glued(at + 4))?;
    let date = civil(year.into(), month.into(), day.into())?;
    let days = dated(cx, date);
    if let Some(found) = iso_time(cx, at, days) {
        return Some(found);
    }
    Some((When::days("iso date", days), at + 5))
}

/// `20260602`, after a word like `by`.
fn compact(cx: &Cx<'_>, at: usize) -> Option<(When, usize)> {
    let (number @ 20_000_101..=20_991_231, 8) = cx.digits(at)? else { return None };
    let date = civil((number / 10_000).into(), (number / 100 % 100).into(), (number % 100).into())?;
    Some((When::days("compact date", dated(cx, date)).marked(), at + 1))
}

/// A date with its time in one piece of text.
fn iso_time(cx: &Cx<'_>, at: usize, days: Days) -> Option<(When, usize)> {
    let start = cx.tokens[at].start;
    let end = (at + 5..cx.tokens.len()).find(|i| cx.tokens[*i].space_before).unwrap_or(cx.tokens.len());
    let text = cx.text.get(start..cx.tokens[end - 1].end)?;
    let text = text.trim_end_matches([',', '.', ';', ')', '!', '?', ':']);
    let end = (at + 5..end).find(|i| cx.tokens[*i].end > start + text.len()).unwrap_or(end);
    if text.len() < 13 || text.len() > 40 || !text.is_ascii() {
        return None;
    }
    // `2026-03-20T10:00Z` leaves the seconds out.
    let seconds = |text: &str| match (text.get(..16), text.get(16..)) {
        (Some(minutes), Some(zone)) if zone.starts_with(['Z', '+', '-']) => format!("{minutes}:00{zone}"),
        _ => text.to_owned(),
    };
    if let Ok(Due::Moment { at: moment, .. }) = seconds(&text.to_ascii_uppercase()).parse() {
        return Some((When::instant("iso moment", moment), end));
    }
    let civil: DateTime = text.parse().ok()?;
    let clock = Clock::sure(civil.hour(), civil.minute());
    Some((When::clock("iso moment", clock).on(days), end))
}

/// A date with its year: past is past.
fn dated(cx: &Cx<'_>, date: Date) -> Days {
    if date < cx.today { Days::past(date) } else { Days::one(date) }
}

/// A date without a year: this year's, or next year's when that is over.
pub(crate) fn yearless(cx: &Cx<'_>, month: u32, day: u32) -> Option<Days> {
    let mut coming = (0..9).filter_map(|ahead| civil(i64::from(cx.today.year()) + ahead, month.into(), day.into()));
    if cx.options.past_is_fine {
        let mut ago = (0..9).filter_map(|ago| civil(i64::from(cx.today.year()) - ago, month.into(), day.into()));
        return ago.find(|date| *date <= cx.today).map(Days::one);
    }
    let date = coming.find(|date| *date >= cx.today)?;
    Some(Days::rolling(date, coming.next()))
}

/// `20/1`, `20/1/26`, `20.1.2026`, `20-1-2026`; which number is the day is the reader's habit unless only one way fits.
fn slashed(cx: &Cx<'_>, at: usize) -> Option<(When, usize)> {
    let separator = ['/', '.', '-'].into_iter().find(|c| cx.punct(at + 1, *c) && cx.glued(at + 1))?;
    let (first, 1..=2) = cx.digits(at)? else { return None };
    let (second, 1..=2) = cx.digits(at + 2).filter(|_| cx.glued(at + 2))? else { return None };
    let (day, month) = sides(cx, first, second, separator)?;
    if cx.punct(at + 3, separator)
        && cx.glued(at + 3)
        && cx.glued(at + 4)
        && let Some((year, digits @ (2 | 4))) = cx.digits(at + 4)
    {
        let year = if digits == 2 { 2000 + year } else { year };
        let date = civil(year.into(), month.into(), day.into())?;
        return Some((When::days("numeric date", dated(cx, date)), at + 5));
    }
    let days = yearless(cx, month, day)?;
    // `3/4 of an hour`
    if separator == '/' && (cx.any(at + 3, &["of", "an"]) || cx.entry(at + 3).unit.is_some_and(|_| !cx.glued(at + 3))) {
        return None;
    }
    match separator {
        // `14-02`: a day that is no month, and a month written like one.
        '-' if (day > 24 || day > 12 && cx.tokens[at + 2].text.starts_with('0')) && cx.ends(at + 3) => {
            Some((When::days("numeric date", days).marked(), at + 3))
        }
        // Around the clock, and fractions of something.
        '/' if (first, second) != (24, 7) => Some((When::days("numeric date", days).weak(), at + 3)),
        '.' if cx.punct(at + 3, '.') && cx.glued(at + 3) && cx.ends(at + 4) => {
            Some((When::days("numeric date", days).weak(), at + 4))
        }
        _ => None,
    }
}

/// Day and month of two numbers.
fn sides(cx: &Cx<'_>, first: u32, second: u32, separator: char) -> Option<(u32, u32)> {
    let usual = match (cx.order, separator) {
        (DateOrder::MonthDay, '/' | '-') => (second, first),
        _ => (first, second),
    };
    let fits = |(day, month): (u32, u32)| (1..=31).contains(&day) && (1..=12).contains(&month);
    let swapped = (usual.1, usual.0);
    // Dots are written day first everywhere.
    if fits(usual) { Some(usual) } else { (separator != '.' && fits(swapped)).then_some(swapped) }
}

/// A month's name, whether it is an everyday word too, and the position after it (with the dot of `jan.`).
pub(crate) fn month_name(cx: &Cx<'_>, at: usize) -> Option<(u32, bool, usize)> {
    let entry = cx.entry(at);
    let month = u32::try_from(entry.month?).ok()?;
    let dotted = cx.punct(at + 1, '.') && cx.glued(at + 1) && at + 2 < cx.tokens.len();
    Some((month, entry.weak, if dotted { at + 2 } else { at + 1 }))
}

/// A day of the month: `15`, `15th`, `fifteenth`, with an optional `the`.
fn day_of(cx: &Cx<'_>, at: usize) -> Option<(u32, bool, usize)> {
    let start = cx.skip(at, &["the"]);
    if let Some((day @ 1..=31, end)) = ordinal(cx, start) {
        return Some((u32::try_from(day).ok()?, true, end));
    }
    let (day @ 1..=31, 1..=2) = cx.digits(start)? else { return None };
    Some((day, false, start + 1))
}

/// `june twenty three`: as dictation writes it.
fn spelled_day(cx: &Cx<'_>, at: usize) -> Option<(u32, bool, usize)> {
    let (day @ 1..=31, end) = cardinal(cx, at).filter(|_| cx.number(at).is_none())? else { return None };
    (cx.ends(end) && cx.followed_well(end)).then_some((day, false, end))
}

/// A year after a date: `2027`, `, 2027`.
fn year_after(cx: &Cx<'_>, end: usize) -> Option<(u32, usize)> {
    let at = if cx.punct(end, ',') { end + 1 } else { end };
    if cx.any_punct(at, &['\'', '’']) && cx.glued(at + 1) {
        let (year, 2) = cx.digits(at + 1)? else { return None };
        return cx.ends(at + 2).then_some((2000 + year, at + 2));
    }
    let (year, digits) = cx.digits(at)?;
    // `2 june 27`: two digits only for the years a plan reaches.
    let this = u32::try_from(cx.today.year()).ok()? % 100;
    if digits == 2 && (this..this + 10).contains(&year) && cx.followed_well(at + 1) && at == end {
        return Some((2000 + year, at + 1));
    }
    let year = (digits == 4 && (1900..=2999).contains(&year)).then_some(year)?;
    cx.ends(at + 1).then_some((year, at + 1))
}

fn with_year(cx: &Cx<'_>, month: u32, day: u32, end: usize, weak: bool) -> Option<(When, usize)> {
    if let Some((year, end)) = year_after(cx, end) {
        let date = civil(year.into(), month.into(), day.into())?;
        return Some((When::days("date", dated(cx, date)), end));
    }
    let ahead = cx.words(end, &["next", "year"]).or_else(|| cx.words(end, &["of", "next", "year"]));
    if let Some(end) = ahead {
        let date = civil(i64::from(cx.today.year()) + 1, month.into(), day.into())?;
        return Some((When::days("date", Days::one(date)), end));
    }
    let end = cx.words(end, &["this", "year"]).unwrap_or(end);
    let when = When::days("date", yearless(cx, month, day)?);
    Some((if weak { when.weak() } else { when }, end))
}

/// `20 Jan`, `20th of January`, `the 20th Jan 2027`, `20jan`, `20-Jan-2027`.
fn day_month(cx: &Cx<'_>, at: usize) -> Option<(When, usize)> {
    let (day, ordinal, end) = day_of(cx, at)?;
    let end = cx.skip(end, &["of"]);
    let joined = cx.skip_hyphen(end);
    let (month, weak, end) = month_name(cx, joined)?;
    let end = if joined > at + 1 && cx.any_punct(end, &['-']) { cx.skip_hyphen(end) } else { end };
    // `2 may` and `5 mar` could be other words; an ordinal or a capital tells.
    let weak = weak && !ordinal && !cx.tokens[joined].text.starts_with(char::is_uppercase);
    with_year(cx, month, day, end, weak)
}

/// `Jan 20`, `January the 20th, 2027`, `jan-20`.
fn month_day(cx: &Cx<'_>, at: usize) -> Option<(When, usize)> {
    let (month, weak, end) = month_name(cx, at)?;
    let (day, ordinal, end) = day_of(cx, cx.skip_hyphen(end)).or_else(|| spelled_day(cx, end))?;
    // `march 3pm` and `may 10 people` are no dates; `may 5 5pm` is one with its time.
    let timed = cx.number(end).is_some()
        && (cx.any(end + 1, &["am", "pm", "a", "p"]) && cx.glued(end + 1)
            || cx.punct(end + 1, ':') && cx.number(end + 2).is_some());
    if !cx.ends(end) || !ordinal && weak && !timed && !cx.followed_well(end) && year_after(cx, end).is_none() {
        return None;
    }
    // `ask april 2 questions`
    let asked = at > 0 && cx.entry_unblocked(at - 1).verb;
    if !ordinal && asked && !cx.followed_well(end) && year_after(cx, end).is_none() {
        return None;
    }
    with_year(cx, month, day, end, weak && !ordinal)
}

/// `jan 3-5`, `3-5 jan`, `3rd to 5th of june`: due is the end.
pub(crate) fn day_range(cx: &Cx<'_>, at: usize) -> Option<(When, usize)> {
    let joined = |end: usize| cx.any_punct(end, &['-', '–', '—']) || cx.any(end, &["to", "and", "through"]);
    if let Some((month, _, end)) = month_name(cx, at) {
        let (first, _, end) = day_of(cx, end).filter(|(.., end)| joined(*end))?;
        let (last, _, end) = day_of(cx, end + 1).filter(|(last, _, end)| *last > first && cx.ends(*end))?;
        return of_days(cx, month, first, last, end);
    }
    let (first, _, end) = day_of(cx, at).filter(|(.., end)| joined(*end))?;
    let (last, _, end) = day_of(cx, end + 1).filter(|(last, ..)| *last > first)?;
    let (month, _, end) = month_name(cx, cx.skip(end, &["of"]))?;
    of_days(cx, month, first, last, end)
}

fn of_days(cx: &Cx<'_>, month: u32, first: u32, last: u32, end: usize) -> Option<(When, usize)> {
    let (when, end) = with_year(cx, month, last, end, false)?;
    let end_days = when.days?;
    let days = Days { first: end_days.due.with().day(i8::try_from(first).ok()?).build().ok()?, ..end_days };
    Some((When { rule: "date range", ..When::days("date range", days) }, end))
}

/// `the 15th`, `15th`: the day of the month, and the position after it.
pub(crate) fn day_number(cx: &Cx<'_>, at: usize) -> Option<(i8, usize)> {
    let at = cx.skip(at, &["the"]);
    let (day @ 1..=31, end) = ordinal(cx, at)? else { return None };
    if cx.any(end, &["half", "quarter", "thing"]) {
        return None;
    }
    // Words like `second` and `first` are too common to be days without `on the`.
    let the = at > 0 && cx.any(at - 1, &["the"]);
    let led = the && (day > 3 || at > 1 && cx.any(at - 2, &["on", "by", "before", "until", "till", "due", "from"]));
    let of_month = cx.words(end, &["of", "the", "month"]).is_some();
    (cx.number(at).is_some() || led || of_month).then_some((day, end))
}

/// That day of this month and of the months that follow, from today on.
pub(crate) fn day_of_months(today: Date, day: i8) -> impl Iterator<Item = Date> {
    (0..15)
        .filter_map(move |ahead| plus_months(today.first_of_month(), ahead))
        .filter_map(move |first| first.with().day(day).build().ok())
        .filter(move |date| *date >= today)
}

/// `the 15th`, `the 15th of next month`; `15th` without `the` needs a word like `by`.
fn day_alone(cx: &Cx<'_>, at: usize) -> Option<(When, usize)> {
    let (day, end) = day_number(cx, at)?;
    let of = cx.skip(end, &["of", "in"]);
    let of = cx.skip(of, &["the"]);
    for (words, ahead) in [(["next", "month"], 1), (["this", "month"], 0), (["following", "month"], 1)] {
        if let Some(end) = cx.words(of, &words) {
            let first = plus_months(cx.today.first_of_month(), ahead)?;
            return Some((When::days("day of a month", dated(cx, first.with().day(day).build().ok()?)), end));
        }
    }
    let (the_month, end) = cx.words(end, &["of", "the", "month"]).map_or((false, end), |end| (true, end));
    let mut coming = day_of_months(cx.today, day);
    let when = When::days("day of the month", Days::rolling(coming.next()?, coming.next()));
    Some((if the_month || cx.any(at, &["the"]) { when.weak() } else { when.marked() }, end))
}
