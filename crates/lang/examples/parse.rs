//! Prints what lines mean in the notation of `corpus/attributes.txt`, so that a checked line can be pasted there:
//! `cargo run -p saydo-lang --example parse < lines.txt`. A line `# now: 2026-…[Zone]` sets the clock.

use std::io::{BufRead, Write};

use saydo_lang::{Moment, QuickAdd, parse_line};

fn main() -> std::io::Result<()> {
    let clock = "2026-03-11T10:00:00+01:00[Europe/Berlin]";
    let mut moment = Moment::new(clock.parse().unwrap_or_default());
    let mut out = std::io::stdout().lock();
    let mut before = String::new();
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        if let Some(now) = line.strip_prefix("# now: ").and_then(|text| text.parse().ok()) {
            moment = Moment::new(now);
            writeln!(out, "\n{line}")?;
            continue;
        }
        let found = notation(&parse_line(&line.replace("\\n", "\n"), &moment));
        if found != before {
            writeln!(out, "\n= {found}")?;
        }
        writeln!(out, "{line}")?;
        before = found;
    }
    Ok(())
}

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
