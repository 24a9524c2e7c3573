//! A repetition's first occurrence and its end.

use jiff::{SignedDuration, civil::DateTime};
use saydo_domain::{Due, Frequency, RRule, Recurrence, RepeatFrom, Until};

use crate::dates::{Amount, Bound, Cx, Days, Hint, Repeat, When, last_of, plus_days, settle};

/// What was said about a repetition's time.
pub(super) struct Timing<'h> {
    /// When it begins.
    pub(super) start: Option<&'h When>,
    /// At what time of day.
    pub(super) time: Option<&'h When>,
    /// When it ends.
    pub(super) until: Option<&'h When>,
    /// The period it stays within (`every day this week`).
    pub(super) within: Option<Days>,
    /// After how many or how long it ends.
    pub(super) bound: Option<Bound>,
    /// What the title says about bare hours.
    pub(super) hint: Option<Hint>,
}

/// The recurrence with its end, and its first occurrence: the first on or after its beginning or now, for a time of
/// day the first still to come.
pub(super) fn compose(cx: &Cx<'_>, repeat: &Repeat, timing: &Timing<'_>) -> Option<(Recurrence, Due)> {
    let mut rrule = repeat.rrule.clone();
    let first = first(cx, &rrule, repeat, timing)?;
    limit(cx, &mut rrule, timing, first);
    Some((Recurrence { rrule, from: repeat.from, text: String::new() }, first))
}

fn first(cx: &Cx<'_>, rrule: &RRule, repeat: &Repeat, timing: &Timing<'_>) -> Option<Due> {
    let start = timing.start.and_then(|when| settle(cx, when, timing.hint));
    // `tomorrow` is an instant already when it was said as one (`in 2 hours`).
    let start_day = match &start {
        Some(start) if start.days.0 < start.days.1 => Some(start.days.0),
        Some(start) => Some(start.due.day_in(cx.now.time_zone())),
        None => None,
    };
    let said = timing.time.or(timing.start.filter(|when| when.clock.is_some() || when.part.is_some()));
    let when = match (said, &repeat.part) {
        (Some(time), Some(part)) if time.part.is_none() => Some(time.clone().with(part.clone())),
        (Some(time), _) => Some(time.clone()),
        (None, part) => part.clone(),
    };
    // The pattern begins with its first day, whatever the interval: `every 4 weeks on monday` begins next monday.
    let pattern = RRule { interval: 1, ..rrule.clone() };
    let day = start_day.unwrap_or(cx.today).max(cx.today);
    let Some(when) = when else {
        if rrule.is_subdaily() && start_day.is_none() {
            let minutes = if rrule.freq == Frequency::Hourly { 60 } else { 1 };
            let next = cx.now.checked_add(SignedDuration::from_mins(minutes * i64::from(rrule.interval))).ok()?;
            return Some(Due::from_zoned(&next));
        }
        return Some(Due::Day(pattern.first_on_or_after(day.at(0, 0, 0, 0))?.date()));
    };
    // On a day to come, so that nothing rolls.
    let sample = plus_days(day, 1)?;
    let when = When { days: Some(Days::one(sample)), ..when };
    let at = settle(cx, &when, timing.hint)?.due.instant()?.to_zoned(cx.now.time_zone().clone()).datetime();
    let ahead = sample.duration_until(at.date()).as_hours() / 24;
    let from: DateTime = plus_days(day, ahead)?.to_datetime(at.time());
    let from = if from <= cx.now.datetime() { plus_days(from.date(), 1)?.to_datetime(from.time()) } else { from };
    let first = match repeat.from {
        RepeatFrom::Completion => from,
        RepeatFrom::Due => pattern.first_on_or_after(from)?,
    };
    Some(Due::from_zoned(&first.to_zoned(cx.now.time_zone().clone()).ok()?))
}

fn limit(cx: &Cx<'_>, rrule: &mut RRule, timing: &Timing<'_>, first: Due) {
    let first_day = first.day_in(cx.now.time_zone());
    let range = timing.within.filter(|days| days.first < days.last).map(|days| days.last);
    // `every hour until 6pm`
    if let Some(when) = timing.until.filter(|when| when.days.is_none())
        && let Some(last) = settle(cx, when, timing.hint).and_then(|settled| settled.due.instant())
    {
        rrule.until = Some(Until::Moment(last.to_zoned(cx.now.time_zone().clone()).datetime()));
        return;
    }
    let until = timing.until.and_then(|when| when.days).map(|days| days.due).or(range);
    match (until, timing.bound) {
        (Some(day), _) if day >= first_day => rrule.until = Some(Until::Day(day)),
        (None, Some(Bound::Count(count))) => rrule.count = Some(count),
        (None, Some(Bound::Rest(unit))) => rrule.until = last_of(cx.today, unit).map(Until::Day),
        (None, Some(Bound::For(amount))) => rrule.until = last_day(first_day, amount).map(Until::Day),
        _ => {}
    }
}

/// The last day of a stretch that begins with the first occurrence.
fn last_day(first: jiff::civil::Date, amount: Amount) -> Option<jiff::civil::Date> {
    plus_days(amount.after_day(first)?, -1)
}
