//! Tasks by number: `task 5`, `#5`, `2, 4 and 7`, `tasks 3 to 6`, `number five`.
//!
//! Whatever must know a list of task numbers asks here: where it ends (`names_only`), and whether one would tear it
//! apart (`runs_over`).

use saydo_domain::TaskNumber;

use super::is_separator;
use crate::{
    TaskRef,
    rules::{
        message::{Message, Unit},
        phrase::{self, in_class, is_any, number},
    },
    token::TokenKind,
};

/// More numbers than this in one range or list are not meant.
const MOST_NUMBERS: i64 = 200;

/// `task 5`, `#5`, `no. 5`, `2, 4 and 7`, `tasks 3 to 6`, `number five`.
pub(crate) fn numbers(message: &Message<'_>, units: &[Unit]) -> Option<Vec<TaskRef>> {
    // `2 and` of `2 and 3 can wait`
    if units.last().is_some_and(|unit| is_any(unit, &["and", "or"])) {
        return None;
    }
    let (mut at, mut found) = (0, Vec::new());
    // `one, two and three`: in company, `one` is a number.
    let mut introduced = units.iter().filter(|unit| in_class(unit, "numberword")).count() > 1;
    while at < units.len() {
        let unit = &units[at];
        let text = message.token(unit).text;
        let introduces = in_class(unit, "introducer");
        // `delete 3 no 4` takes something back.
        let apart = at.checked_sub(1).is_none_or(|before| is_separator(message, &units[before]));
        if is_any(unit, &["no"]) && !found.is_empty() && !apart {
            return None;
        }
        if introduces || text == "#" || text == "." && at > 0 {
            introduced |= introduces && !is_any(unit, &["the", "both"]) || text == "#";
            at += 1;
        } else if is_separator(message, unit) {
            if found.is_empty() && text != "," {
                return None;
            }
            at += 1;
        } else {
            let (value, length) = long_number(message, &units[at..], introduced)?;
            at += length;
            let range = units.get(at).filter(|unit| {
                is_any(unit, &["to", "through", "thru", "till", "until"])
                    || matches!(message.token(unit).text, "-" | "–" | "—")
            });
            let end = range.and_then(|_| long_number(message, &units[at + 1..], introduced));
            match end {
                Some((last, length)) if last > value && last - value <= MOST_NUMBERS => {
                    found.extend((value..=last).map(TaskNumber::new));
                    at += length + 1;
                }
                _ => found.push(TaskNumber::new(value)),
            }
            if i64::try_from(found.len()).is_ok_and(|count| count > MOST_NUMBERS) {
                return None;
            }
        }
    }
    (!found.is_empty()).then(|| found.into_iter().map(TaskRef::Number).collect())
}

/// Whether the unit is a number, in digits or in words.
pub(crate) fn is_number(message: &Message<'_>, unit: &Unit) -> bool {
    message.token(unit).kind == TokenKind::Number || in_class(unit, "numberword")
}

/// Whether the units name tasks by number and say nothing else: `1, 2 and 3` of `move 1, 2 and 3 to friday`.
pub(crate) fn names_only(message: &Message<'_>, units: &[Unit]) -> bool {
    numbers(message, phrase::trim(units)).is_some()
}

/// Whether a list of numbers runs over the border between the two: `make 1, 2 and` | `3 urgent`, `postpone 1` | `and 2 by
/// a day`. (`move 1,` | `2 days` names an amount.)
pub(crate) fn runs_over(message: &Message<'_>, before: &[Unit], after: &[Unit]) -> bool {
    let number = |unit: &Unit| message.token(unit).kind == TokenKind::Number;
    let joint = |unit: &&Unit| is_separator(message, unit);
    let (ended, begun) = (before.iter().rev().take_while(joint).count(), after.iter().take_while(joint).count());
    ended + begun > 0
        && after.get(begun).is_some_and(number)
        && !after.get(begun + 1).is_some_and(|unit| is_any(unit, &MEASURES))
        && before[..before.len() - ended].last().is_some_and(number)
}

/// What is counted or told by a number that names no task.
const MEASURES: [&str; 19] = [
    "am", "pm", "o'clock", "oclock", "ish", "h", "min", "mins", "minute", "minutes", "hour", "hours", "day", "days",
    "week", "weeks", "month", "months", "years",
];

fn long_number(message: &Message<'_>, units: &[Unit], introduced: bool) -> Option<(i64, usize)> {
    let token = message.token(units.first()?);
    if token.kind == TokenKind::Number {
        let glued = units.get(1).is_some_and(|next| {
            let next = message.token(next);
            next.kind == TokenKind::Word && !next.space_before
        });
        return if glued { None } else { token.text.parse().ok().map(|number| (number, 1)) };
    }
    let (number, length) = number(message, units, introduced)?;
    (!phrase::is(units.first()?, "couple")).then_some((i64::from(number), length))
}
