//! How long before another thing of the same message something is to be done: `school play thursday at 6 and remind me an
//! hour before to pack the costume`.

use jiff::{Span, ToSpan, civil::Date};
use saydo_domain::Due;

use crate::Draft;

/// Words that end the distance.
const BEFORE: [&str; 5] = ["before", "beforehand", "earlier", "ahead", "prior"];

/// A distance from a due.
#[derive(Clone, Copy)]
enum Lead {
    Minutes(i64),
    Days(i64),
}

/// Gives a draft without a due that says how long before the last dated one it is to be done its due, and its title without
/// these words.
pub(super) fn hang(draft: &mut Draft, before: &[Draft]) {
    if draft.due.is_some() || draft.recurrence.is_some() {
        return;
    }
    let Some((at, due)) = before.iter().enumerate().rev().find_map(|(at, other)| Some((at, other.due?))) else {
        return;
    };
    let Some((lead, title)) = read(&draft.title) else { return };
    let Some(due) = earlier(due, lead) else { return };
    draft.title = super::retitle::capitalised(&title);
    (draft.due, draft.relative_to) = (Some(due), Some(at));
}

/// The distance at the beginning or the end of a title, and the title without it.
fn read(title: &str) -> Option<(Lead, String)> {
    let words: Vec<&str> = title.split_whitespace().collect();
    let lower: Vec<String> = words.iter().map(|word| word.trim_matches(',').to_lowercase()).collect();
    let is_before = |word: &String| BEFORE.contains(&word.as_str());
    for at in 1..lower.len().min(5) {
        if is_before(&lower[at])
            && lower.get(at + 1).is_some_and(|word| word == "to")
            && let Some(lead) = distance(&lower[..at])
        {
            return Some((lead, words.get(at + 2..)?.join(" "))).filter(|(_, title)| !title.is_empty());
        }
    }
    let (last, rest) = lower.split_last()?;
    if !is_before(last) {
        return None;
    }
    // `2 hours`, `half an hour`, `a couple of days`: the longest that is a distance.
    let from = (1..rest.len()).rev().take(4).rev().find(|from| distance(&rest[*from..]).is_some())?;
    Some((distance(&rest[from..])?, words[..from].join(" ")))
}

fn distance(words: &[String]) -> Option<Lead> {
    let (unit, count) = words.split_last()?;
    let count = match count.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["half", "an"] | ["half", "a"] if unit == "hour" => return Some(Lead::Minutes(30)),
        ["a" | "an" | "one" | "the"] => 1,
        ["a", "couple", "of"] | ["a", "couple"] | ["couple", "of"] => 2,
        [number] => number.parse().ok().or_else(|| spelled(number)).filter(|count| (1..=366).contains(count))?,
        _ => return None,
    };
    Some(match unit.as_str() {
        "minute" | "minutes" | "min" | "mins" => Lead::Minutes(count),
        "hour" | "hours" | "hr" | "hrs" => Lead::Minutes(count * 60),
        "day" | "days" => Lead::Days(count),
        "week" | "weeks" => Lead::Days(count * 7),
        _ => return None,
    })
}

fn spelled(word: &str) -> Option<i64> {
    const NUMBERS: [&str; 9] = ["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];
    let at = NUMBERS.iter().position(|number| *number == word)?;
    i64::try_from(at + 2).ok()
}

/// Days before are whole days; hours before a whole day are that day.
fn earlier(due: Due, lead: Lead) -> Option<Due> {
    let days = |day: Date, count: i64| day.checked_sub(Span::new().try_days(count).ok()?).ok().map(Due::Day);
    match (due, lead) {
        (Due::Moment { at, offset }, Lead::Minutes(minutes)) => {
            Some(Due::Moment { at: at.checked_sub(minutes.minutes()).ok()?, offset })
        }
        (Due::Day(day), Lead::Minutes(_)) => Some(Due::Day(day)),
        (due, Lead::Days(count)) => days(due.local().date(), count),
    }
}
