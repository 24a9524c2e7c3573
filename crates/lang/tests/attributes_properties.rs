//! What holds for every text: no panic, spans in order and inside the text, titles made of the text's words.

#![expect(clippy::unwrap_used, clippy::too_many_lines, reason = "a test stops at the first surprise")]

use jiff::Zoned;
use proptest::prelude::*;
use saydo_lang::{DateOrder, Moment, QuickAdd, parse_due, parse_line, parse_recurrence};

/// Clocks at which calendars are interesting: an ordinary day, a leap day, a year's end, the eve of a change to
/// summer time, the hour that comes twice, the far east and the far west.
const CLOCKS: [&str; 7] = [
    "2026-03-11T10:00:00+01:00[Europe/Berlin]",
    "2028-02-29T23:59:59+00:00[Europe/London]",
    "2026-12-31T18:30:00-05:00[America/New_York]",
    "2026-03-28T22:00:00+01:00[Europe/Berlin]",
    "2026-11-01T01:30:00-04:00[America/New_York]",
    "2026-08-31T00:00:00+14:00[Pacific/Kiritimati]",
    "9999-12-29T12:00:00-11:00[Pacific/Pago_Pago]",
];

fn moments() -> impl Strategy<Value = Moment> {
    (prop::sample::select(CLOCKS.to_vec()), any::<bool>()).prop_map(|(clock, us)| Moment {
        now: clock.parse::<Zoned>().unwrap(),
        order: if us { DateOrder::MonthDay } else { DateOrder::DayMonth },
    })
}

/// Words that rules look at, glued together at random.
fn wordy() -> impl Strategy<Value = String> {
    let words = prop::sample::select(vec![
        "every",
        "other",
        "friday",
        "fri.",
        "mon-wed",
        "tomorrow",
        "at",
        "3",
        "3pm",
        "17:30",
        "half",
        "past",
        "six",
        "in",
        "an",
        "hour",
        "and",
        "a",
        "before",
        "after",
        "the",
        "20th",
        "day",
        "week",
        "from",
        "next",
        "last",
        "of",
        "month",
        "june",
        "may",
        "2026-02-30",
        "20/1",
        "31.4.",
        "99999999999",
        "1/0",
        "every!",
        "until",
        "for",
        "times",
        "p1",
        "!!",
        "!high",
        "urgent",
        "low",
        "priority",
        "#home",
        "tagged",
        "note:",
        "//",
        "\"friday\"",
        "'",
        "\"",
        "(",
        ")",
        ",",
        "-",
        "–",
        ":",
        ".",
        "call",
        "mom",
        "milk",
        "christmas",
        "noon",
        "midnight",
        "tonight",
        "2moro",
        "Q2",
        "eom",
        "24:00",
        "0",
        "00:00",
        "first",
        "second",
        "between",
        "1.5",
        "½",
        "\n",
        "🎂",
        "é",
        "\u{0301}",
        "ß",
        "İ",
        "T15:00",
        "Z",
        "+14",
    ]);
    let joints = prop::sample::select(vec![" ", " ", " ", "", "  ", "\t"]);
    prop::collection::vec((words, joints), 0..25)
        .prop_map(|pieces| pieces.into_iter().flat_map(|(word, joint)| [word, joint]).collect())
}

fn check_spans(text: &str, parsed: &QuickAdd) {
    let units: Vec<u16> = text.encode_utf16().collect();
    let mut before = 0;
    for span in &parsed.spans {
        assert!(span.start >= before && span.start < span.end && span.end <= units.len(), "{text:?}: {span:?}");
        assert!(String::from_utf16(&units[span.start..span.end]).is_ok(), "{text:?}: {span:?} splits a character");
        before = span.end;
    }
}

/// What was read can be written and read again.
fn check_wire(text: &str, parsed: &QuickAdd) {
    if let Some(due) = parsed.due {
        assert_eq!(due.to_string().parse(), Ok(due), "{text:?}");
    }
    if let Some(recurrence) = &parsed.recurrence {
        assert_eq!(recurrence.rrule.to_string().parse().as_ref(), Ok(&recurrence.rrule), "{text:?}");
        assert!(parsed.due.is_some(), "{text:?} repeats but never comes");
    }
}

/// A title is made of the words of the text, in their order.
fn check_title(text: &str, title: &str) {
    let mut rest = text;
    for word in title.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        let at = rest.find(word);
        assert!(at.is_some(), "{text:?}: {title:?} has {word:?}");
        rest = &rest[at.unwrap_or(0) + word.len()..];
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.max(2000), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read(text in ".{0,120}", moment in moments()) {
        let parsed = parse_line(&text, &moment);
        check_spans(&text, &parsed);
        let _ = (parse_due(&text, &moment), parse_recurrence(&text, &moment));
    }

    #[test]
    fn any_words_are_read(text in wordy(), moment in moments()) {
        let parsed = parse_line(&text, &moment);
        check_spans(&text, &parsed);
        check_title(&text, &parsed.title);
        check_wire(&text, &parsed);
        let _ = (parse_due(&text, &moment), parse_recurrence(&text, &moment));
    }

    #[test]
    fn a_written_date_is_read_back(days in -20000i64..20000, moment in moments()) {
        let day = "2026-01-01".parse::<jiff::civil::Date>().unwrap().checked_add(jiff::Span::new().days(days)).unwrap();
        let expected = Some(saydo_domain::Due::Day(day));
        for format in ["%Y-%m-%d", "%-d %B %Y", "%B %-d, %Y", "%-d %b %Y", "the %-d of %B %Y", "%d.%m.%Y"] {
            let text = day.strftime(format).to_string();
            // Years outside 1900 to 2999 are no years in words.
            if (1900..=2999).contains(&day.year()) {
                prop_assert_eq!(parse_due(&text, &moment), expected, "{}", text);
            }
        }
    }

    #[test]
    fn a_written_time_is_read_back(hour in 0i8..24, minute in 0i8..60) {
        let moment = Moment::new(CLOCKS[0].parse::<Zoned>().unwrap());
        let time = jiff::civil::Time::new(hour, minute, 0, 0).unwrap();
        for format in ["%H:%M", "%-I:%M%P", "%-I:%M %p", "%Hh%M"] {
            let text = format!("tomorrow at {}", time.strftime(format));
            // A bare `5:30` may be either half; only the forms above say which, but for 10 to 12 o'clock.
            let unsure = !format.contains('p') && !format.contains('P') && (10..=12).contains(&hour);
            let due = parse_due(&text, &moment).map(|due| due.local());
            let expected = moment.now.date().tomorrow().unwrap().to_datetime(time);
            if !unsure && (format != "%Hh%M" || hour > 12) {
                prop_assert_eq!(due, Some(expected), "{}", text);
            }
        }
    }
}

#[test]
fn long_texts_take_no_longer_than_their_length() {
    let moment = Moment::new(CLOCKS[0].parse::<Zoned>().unwrap());
    for unit in [
        "a day before ",
        "every friday ",
        "(",
        "\"a ",
        "1-",
        "in 99999999999 years ",
        "friday ",
        "😀",
        "#a ",
        "//",
        "a@",
    ] {
        let text = unit.repeat(10_000 / unit.len());
        check_spans(&text, &parse_line(&text, &moment));
    }
}
