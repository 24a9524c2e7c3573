//! Prints what lines mean: `cargo run -p saydo-lang --example parse < lines.txt`. A line `@ 2026-…[Zone]` sets the clock.

use std::io::{BufRead, Write};

use saydo_lang::{Moment, parse_line};

fn main() -> std::io::Result<()> {
    let clock = "2026-03-11T10:00:00+01:00[Europe/Berlin]";
    let mut moment = Moment::new(clock.parse().unwrap_or_default());
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        if let Some(now) = line.strip_prefix("@ ").and_then(|text| text.parse().ok()) {
            moment = Moment::new(now);
            continue;
        }
        let found = parse_line(&line, &moment);
        write!(out, "{line:50} | {}", found.title)?;
        if let Some(due) = found.due {
            write!(out, " | {due}")?;
        }
        if let Some(recurrence) = found.recurrence {
            write!(out, " | {} {:?}", recurrence.rrule, recurrence.from)?;
        }
        if let Some(priority) = found.priority {
            write!(out, " | {priority}")?;
        }
        for label in &found.labels {
            write!(out, " | #{label}")?;
        }
        if let Some(note) = found.description {
            write!(out, " | note {note:?}")?;
        }
        for problem in &found.problems {
            write!(out, " | {problem:?}")?;
        }
        writeln!(out)?;
    }
    Ok(())
}
