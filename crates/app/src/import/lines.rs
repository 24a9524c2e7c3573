//! Plain text and Markdown: one task a line, with or without a bullet or a box; an indented line without one below a
//! task that has one is its note. Dates, labels and priorities in a line are read as in quick add.

use jiff::Timestamp;
use saydo_domain::{Description, NewTask, Title, ValidationError};
use saydo_lang::Moment;

use super::sheet::Sheet;

/// Longer lines are no tasks: there is no need to understand them.
const LONGEST: usize = 2000;

/// A line without what stands in front of it.
struct Line<'t> {
    text: &'t str,
    indented: bool,
    bullet: bool,
    done: bool,
}

pub(super) fn read(text: &str, moment: &Moment, sheet: &mut Sheet) -> Result<(), ValidationError> {
    let mut below_bullet = false;
    for (whole, row) in text.lines().zip(1..) {
        let line = measure(whole);
        if line.text.is_empty() {
            continue;
        }
        if is_heading(whole.trim()) {
            sheet.ignored += 1;
            below_bullet = false;
        } else if line.indented && !line.bullet && below_bullet {
            sheet.note(row, line.text);
        } else {
            below_bullet = line.bullet;
            sheet.take(row, task(&line, moment))?;
        }
    }
    Ok(())
}

/// `# Errands`, or a line that is drawn.
fn is_heading(line: &str) -> bool {
    let hashes = line.bytes().take_while(|byte| *byte == b'#').count();
    let titled = (1..=6).contains(&hashes) && line[hashes..].starts_with(char::is_whitespace);
    titled || line.len() >= 3 && line.chars().all(|c| matches!(c, '-' | '=' | '*' | '_' | ' '))
}

fn measure(line: &str) -> Line<'_> {
    let inner = line.trim();
    let after_bullet = bullet(inner);
    let rest = after_bullet.unwrap_or(inner);
    let boxed = ["[ ]", "[]", "[x]", "[X]", "☐", "☑", "☒"].into_iter().find_map(|mark| {
        let after = rest.strip_prefix(mark)?;
        (after.is_empty() || after.starts_with(char::is_whitespace)).then_some((mark, after))
    });
    Line {
        text: boxed.map_or(rest, |(_, after)| after).trim(),
        indented: line.starts_with([' ', '\t']),
        bullet: after_bullet.is_some() || boxed.is_some(),
        done: boxed.is_some_and(|(mark, _)| ["[x]", "[X]", "☑", "☒"].contains(&mark)),
    }
}

/// What comes after `-`, `*`, `+`, `•`, `1.` or `1)`.
fn bullet(text: &str) -> Option<&str> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let after = match digits {
        0 => text.strip_prefix(['-', '*', '+', '•', '–'])?,
        1..=4 => text[digits..].strip_prefix(['.', ')'])?,
        _ => return None,
    };
    (after.is_empty() || after.starts_with(char::is_whitespace)).then(|| after.trim_start())
}

fn task(line: &Line<'_>, moment: &Moment) -> Result<(NewTask, Option<Timestamp>), ValidationError> {
    let done = line.done.then(|| moment.now.timestamp());
    if line.text.len() > LONGEST {
        return Title::new(line.text).map(|title| (NewTask::titled(title), done));
    }
    let read = saydo_lang::parse_line(line.text, moment);
    // A line that is nothing but a date is called what it says.
    let title = if read.title.trim().is_empty() { line.text } else { &read.title };
    let task = NewTask {
        title: Title::new(title)?,
        description: read.description.as_deref().map(Description::new).transpose()?,
        priority: read.priority.unwrap_or_default(),
        due: read.due,
        recurrence: read.recurrence,
        labels: read.labels,
    };
    Ok((task, done))
}
