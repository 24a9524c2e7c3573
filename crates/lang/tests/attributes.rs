//! The corpora of dates and attributes are the specification of `parse_line`, `parse_due` and `parse_recurrence`.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at the first surprise")]

use jiff::Zoned;
use saydo_lang::{DateOrder, Moment, QuickAdd, SpanKind, parse_due, parse_line, parse_recurrence};

/// One meaning with its phrasings.
struct Block {
    moment: Moment,
    value: String,
    phrasings: Vec<String>,
}

fn blocks(corpus: &str) -> Vec<Block> {
    let mut now: Option<Moment> = None;
    let mut blocks: Vec<Block> = Vec::new();
    for line in corpus.lines() {
        if let Some(text) = line.strip_prefix("# now: ") {
            now = Some(Moment::new(text.trim().parse::<Zoned>().unwrap()));
        } else if line == "# order: month first" {
            now = now.map(|moment| Moment { order: DateOrder::MonthDay, ..moment });
        } else if let Some(value) = line.strip_prefix("= ") {
            let moment = now.clone().expect("a `# now:` line stands before the first block");
            blocks.push(Block { moment, value: value.trim().to_owned(), phrasings: Vec::new() });
        } else if !line.trim().is_empty() && !line.starts_with('#') {
            blocks.last_mut().expect("phrasings follow a value").phrasings.push(line.to_owned());
        }
    }
    blocks
}

fn report(name: &str, total: usize, failures: &[String]) {
    assert!(failures.is_empty(), "{name}: {} of {total} failed:\n{}", failures.len(), failures.join("\n"));
}

fn check_dates(name: &str, corpus: &str) {
    let (mut failures, mut total) = (Vec::new(), 0);
    for block in blocks(corpus) {
        for phrase in &block.phrasings {
            let (alone, phrase) = phrase.strip_prefix('~').map_or((false, phrase.as_str()), |phrase| (true, phrase));
            total += 1;
            let due = parse_due(phrase, &block.moment).map(|due| due.to_string());
            if due.as_deref() != Some(&block.value) {
                failures.push(format!("  {phrase:?} alone: {due:?}, expected {}", block.value));
            }
            if alone {
                continue;
            }
            let dot = if phrase.ends_with('.') { "" } else { "." };
            for line in [format!("call mom {phrase}"), format!("call mom {phrase}{dot}")] {
                let parsed = parse_line(&line, &block.moment);
                let due = parsed.due.map(|due| due.to_string());
                if due.as_deref() != Some(&block.value) || parsed.title != "call mom" || !parsed.problems.is_empty() {
                    failures.push(format!(
                        "  {line:?}: {due:?} {:?} {:?}, expected {}",
                        parsed.title, parsed.problems, block.value
                    ));
                }
            }
        }
    }
    report(name, total, &failures);
}

#[test]
fn dates_are_understood() {
    check_dates("dates", include_str!("../corpus/dates.txt"));
    check_dates("dates with the month first", include_str!("../corpus/dates_us.txt"));
}

#[test]
fn times_are_understood() {
    check_dates("times", include_str!("../corpus/dates_times.txt"));
}

/// The order of attributes does not matter, and no word of the title is lost.
#[test]
fn dates_are_understood_in_any_company() {
    let (mut failures, mut total) = (Vec::new(), 0);
    let corpora = [include_str!("../corpus/dates.txt"), include_str!("../corpus/dates_times.txt")];
    for block in corpora.into_iter().flat_map(blocks) {
        for phrase in block.phrasings.iter().filter(|phrase| !phrase.starts_with('~')) {
            let lines = [
                format!("p1 call mom {phrase} #home"),
                format!("call mom #home {phrase} !!"),
                format!("{phrase}: call mom p1 #home"),
                format!("{phrase}, call mom, #home, high priority"),
                format!("#home call mom p1 ({phrase})"),
                format!("urgent: call mom, {phrase}, #home"),
                format!("call mom {phrase}, label it home, urgent"),
            ];
            for line in lines {
                total += 1;
                let found = notation(&parse_line(&line, &block.moment));
                let expected = format!("call mom | due {} | high | #home", block.value);
                if found != expected {
                    failures.push(format!("  {line:?}\n    found    {found}\n    expected {expected}"));
                }
            }
        }
    }
    report("dates in company", total, &failures);
}

#[test]
fn look_alikes_stay_titles() {
    let (mut failures, mut total) = (Vec::new(), 0);
    for block in blocks(include_str!("../corpus/attributes_negative.txt")) {
        for line in &block.phrasings {
            total += 1;
            let parsed = parse_line(line, &block.moment);
            if parsed != (QuickAdd { title: line.trim().to_owned(), ..QuickAdd::default() }) {
                failures.push(format!("  {line:?}: {:?} {:?}", parsed.title, parsed.spans));
            }
        }
    }
    report("look-alikes", total, &failures);
}

/// A line's attributes in the notation of the corpus: `title | due … | high | #a #b | RRULE | completion | note …`.
fn notation(parsed: &QuickAdd) -> String {
    let mut parts = vec![parsed.title.clone()];
    parts.extend(parsed.due.map(|due| format!("due {due}")));
    parts.extend(parsed.priority.map(|priority| priority.to_string()));
    if !parsed.labels.is_empty() {
        parts.push(parsed.labels.iter().map(|label| format!("#{label}")).collect::<Vec<_>>().join(" "));
    }
    if let Some(recurrence) = &parsed.recurrence {
        parts.push(recurrence.rrule.to_string());
        if recurrence.from == saydo_domain::RepeatFrom::Completion {
            parts.push("completion".to_owned());
        }
    }
    parts.extend(parsed.description.as_ref().map(|note| format!("note {}", note.replace('\n', "\\n"))));
    parts.extend(parsed.problems.iter().map(|problem| format!("problem {problem:?}")));
    parts.join(" | ")
}

#[test]
fn lines_are_understood() {
    let (mut failures, mut total) = (Vec::new(), 0);
    let corpora = [
        include_str!("../corpus/attributes.txt"),
        include_str!("../corpus/attributes_lines.txt"),
        include_str!("../corpus/attributes_clocks.txt"),
    ];
    for block in corpora.into_iter().flat_map(blocks) {
        for line in &block.phrasings {
            total += 1;
            let found = notation(&parse_line(&line.replace("\\n", "\n"), &block.moment));
            if found.trim() != block.value {
                failures.push(format!("  {line:?}\n    found    {found}\n    expected {}", block.value));
            }
        }
    }
    report("lines", total, &failures);
}

#[test]
fn repetitions_are_understood() {
    let (mut failures, mut total) = (Vec::new(), 0);
    for block in blocks(include_str!("../corpus/attributes_recurrence.txt")) {
        let (_, rule) = block.value.split_once(' ').unwrap();
        for phrase in &block.phrasings {
            total += 1;
            let (line_only, phrase) =
                phrase.strip_prefix('~').map_or((false, phrase.as_str()), |phrase| (true, phrase));
            if !line_only {
                let found = parse_recurrence(phrase, &block.moment).map(|found| found.rrule.to_string());
                if found.as_deref() != Some(rule) {
                    failures.push(format!("  {phrase:?} alone: {found:?}, expected {rule}"));
                }
            }
            let parsed = parse_line(&format!("water plants {phrase}"), &block.moment);
            let found = format!(
                "{} {}",
                parsed.due.map(|due| due.to_string()).unwrap_or_default(),
                parsed.recurrence.map(|found| found.rrule.to_string()).unwrap_or_default()
            );
            if found != block.value || parsed.title != "water plants" {
                failures.push(format!("  {phrase:?}: {:?} {found}, expected {}", parsed.title, block.value));
            }
        }
    }
    report("repetitions", total, &failures);
}

#[test]
fn values_alone_are_read_eagerly_and_nothing_else_is() {
    let moment = Moment::new("2026-03-11T10:00:00+01:00[Europe/Berlin]".parse().unwrap());
    let due = |text| parse_due(text, &moment).map(|due| due.to_string());
    for (text, expected) in [
        ("may", Some("2026-05-01")),
        ("sat", Some("2026-03-14")),
        ("christmas", Some("2026-12-25")),
        ("the 15th", Some("2026-03-15")),
        ("15th", Some("2026-03-15")),
        ("5", Some("2026-03-11T17:00:00+01:00")),
        ("2026-03-12", Some("2026-03-12")),
        ("2026-03-12T15:00:00+01:00", Some("2026-03-12T15:00:00+01:00")),
        ("on friday, please", None),
        ("friday p1", None),
        ("every friday", None),
        ("\"friday\"", None),
        ("soon", None),
        ("", None),
        ("2026-02-30", None),
    ] {
        assert_eq!(due(text).as_deref(), expected, "{text}");
    }
    let rule = |text| parse_recurrence(text, &moment).map(|found| (found.rrule.to_string(), found.text));
    assert_eq!(rule("Every  Friday"), Some(("FREQ=WEEKLY;BYDAY=FR".to_owned(), "every friday".to_owned())));
    assert_eq!(rule("friday"), None);
    assert_eq!(rule("every friday call mom"), None);
}

#[test]
fn spans_are_in_utf16_units() {
    let moment = Moment::new("2026-03-11T10:00:00+01:00[Europe/Berlin]".parse().unwrap());
    let parsed = parse_line("🎂 Kuchen für Zoë tomorrow #fête p1", &moment);
    let spans: Vec<_> =
        parsed.spans.iter().map(|span| (span.start, span.end, span.kind, span.value.as_str())).collect();
    assert_eq!(parsed.title, "🎂 Kuchen für Zoë");
    assert_eq!(
        spans,
        [
            (18, 26, SpanKind::Due, "2026-03-12"),
            (27, 32, SpanKind::Label, "fête"),
            (33, 35, SpanKind::Priority, "high"),
        ]
    );
}
