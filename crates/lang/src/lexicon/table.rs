//! Reads the tables.

use std::collections::HashMap;

use jiff::civil::Weekday;

use super::{Entry, Part, Phrase, PhraseKind, Unit};

const TABLES: [&str; 9] = [
    include_str!("words/calendar.txt"),
    include_str!("words/units.txt"),
    include_str!("words/numbers.txt"),
    include_str!("words/times.txt"),
    include_str!("words/holidays.txt"),
    include_str!("words/markers.txt"),
    include_str!("words/priorities.txt"),
    include_str!("words/zones.txt"),
    include_str!("words/glue.txt"),
];

/// All words, and the lines that were not understood (none: a test sees to it).
pub(super) fn read() -> (HashMap<&'static str, Entry>, Vec<&'static str>) {
    let (mut words, mut refused) = (HashMap::new(), Vec::new());
    for line in TABLES.iter().flat_map(|table| table.lines()) {
        let line = line.trim();
        if !line.is_empty() && !line.starts_with('#') && read_line(line, &mut words).is_none() {
            refused.push(line);
        }
    }
    for entry in words.values_mut() {
        entry.phrases.sort_by_key(|phrase| std::cmp::Reverse(phrase.rest.len()));
    }
    (words, refused)
}

fn read_line(line: &'static str, words: &mut HashMap<&'static str, Entry>) -> Option<()> {
    let (head, list) = line.split_once(": ").or_else(|| line.split_once(':'))?;
    let (kind, value) = head.split_once(' ').unwrap_or((head, ""));
    for item in list.split(',').map(str::trim).filter(|item| !item.is_empty()) {
        let (item, weak) = item.strip_suffix('~').map_or((item, false), |item| (item, true));
        let mut parts = pieces(item);
        let first = parts.next()?;
        let rest: Box<[&'static str]> = parts.collect();
        let entry = words.entry(first).or_default();
        if let Some(kind) = phrase_kind(kind, !rest.is_empty()) {
            entry.phrases.push(Phrase { kind, value, rest, weak });
        } else {
            entry.weak |= weak && !matches!(kind, "unit");
            set(entry, kind, value, weak)?;
        }
    }
    Some(())
}

/// A phrase's words, cut as the tokeniser cuts: digits apart from letters, punctuation by itself.
fn pieces(item: &'static str) -> impl Iterator<Item = &'static str> {
    crate::token::tokenize(item).into_iter().map(|token| token.text)
}

fn phrase_kind(kind: &str, several: bool) -> Option<PhraseKind> {
    Some(match kind {
        "clock" => PhraseKind::Clock,
        "after" => PhraseKind::After,
        "before" => PhraseKind::Before,
        "holiday" => PhraseKind::Holiday,
        "marker" => PhraseKind::Marker,
        "tail" => PhraseKind::Tail,
        "mend" => PhraseKind::Mend,
        "priority" => PhraseKind::Priority,
        "zone" => PhraseKind::Zone,
        "hint" => PhraseKind::Hint,
        "unit" if several => PhraseKind::Unit,
        "near" if several => PhraseKind::Near,
        _ => return None,
    })
}

fn set(entry: &mut Entry, kind: &str, value: &str, weak: bool) -> Option<()> {
    match kind {
        "weekday" => entry.weekday = Some(weekday(value)?),
        "weekdays" => entry.weekdays = Some(weekday(value)?),
        "month" => entry.month = Some(value.parse().ok()?),
        "unit" => {
            entry.unit = Some(unit(value)?);
            entry.unit_letter = weak;
        }
        "number" => entry.number = Some(value.parse().ok()?),
        "ordinal" => entry.ordinal = Some(value.parse().ok()?),
        "part" => entry.part = Some(part(value)?),
        "near" => entry.near = Some(value.parse().ok()?),
        "stop" => entry.stop = true,
        "det" => entry.det = true,
        "nodate" => entry.no_date = true,
        "counts" => entry.counts = true,
        "verb" => entry.verb = true,
        "noun" => entry.noun = true,
        "scales" => entry.scales = true,
        "topic" => entry.topic = true,
        "particle" => entry.particle = true,
        _ => return None,
    }
    Some(())
}

/// A weekday by its first three letters.
pub(crate) fn weekday(text: &str) -> Option<Weekday> {
    Some(match text {
        "mon" => Weekday::Monday,
        "tue" => Weekday::Tuesday,
        "wed" => Weekday::Wednesday,
        "thu" => Weekday::Thursday,
        "fri" => Weekday::Friday,
        "sat" => Weekday::Saturday,
        "sun" => Weekday::Sunday,
        _ => return None,
    })
}

/// A unit by its name in the table.
pub(crate) fn unit(text: &str) -> Option<Unit> {
    Some(match text {
        "second" => Unit::Second,
        "minute" => Unit::Minute,
        "hour" => Unit::Hour,
        "day" => Unit::Day,
        "night" => Unit::Night,
        "workday" => Unit::Workday,
        "week" => Unit::Week,
        "fortnight" => Unit::Fortnight,
        "weekend" => Unit::Weekend,
        "month" => Unit::Month,
        "quarter" => Unit::Quarter,
        "year" => Unit::Year,
        "decade" => Unit::Decade,
        _ => return None,
    })
}

fn part(text: &str) -> Option<Part> {
    Some(match text {
        "morning" => Part::Morning,
        "afternoon" => Part::Afternoon,
        "evening" => Part::Evening,
        "night" => Part::Night,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_understood() {
        assert_eq!(read().1, Vec::<&str>::new());
    }

    #[test]
    fn a_word_may_mean_several_things() {
        let words = read().0;
        let second = &words["second"];
        assert_eq!((second.unit, second.ordinal), (Some(Unit::Second), Some(2)));
        assert!(words["may"].weak && words["sat"].weak && !words["friday"].weak);
    }
}
