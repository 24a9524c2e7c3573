//! Tasks by place in the list last shown: `the second one`, `the last`, `the top three`.

use super::is_separator;
use crate::{
    Place, TaskRef,
    rules::{
        message::{Message, Unit},
        phrase::{self, in_class, is_any, number, ordinal},
    },
};

/// `the second one`, `the last`, `the top three`, `first and third`.
pub(super) fn places(message: &Message<'_>, units: &[Unit]) -> Option<Vec<TaskRef>> {
    let mut places = Vec::new();
    let mut rest = units;
    while !rest.is_empty() {
        let skip = rest
            .iter()
            .take_while(|unit| is_separator(message, unit) || is_any(unit, &["the", "my", "that", "task", "number"]))
            .count();
        rest = &rest[skip..];
        if rest.is_empty() {
            break;
        }
        let (place, length) = place(message, rest)?;
        places.push(TaskRef::Place(place));
        rest = &rest[length..];
        let noun = rest.iter().take_while(|unit| in_class(unit, "placenoun")).count();
        rest = &rest[noun..];
        rest = &rest[phrase::prefix(rest, "placetail").unwrap_or(0)..];
    }
    (!places.is_empty()).then_some(places)
}

fn place(message: &Message<'_>, units: &[Unit]) -> Option<(Place, usize)> {
    let word = |at: usize| units.get(at).map_or("", |unit| &*message.token(unit).norm);
    let counted = |at: usize| units.get(at..).and_then(|rest| number(message, rest, true));
    match word(0) {
        "last" | "final" | "bottom" => {
            if word(1) == "but" && word(2) == "one" {
                return Some((Place::FromEnd(2), 3));
            }
            return Some(match counted(1) {
                Some((count @ 2.., length)) => (Place::Bottom(count), 1 + length),
                _ => (Place::FromEnd(1), 1),
            });
        }
        "penultimate" => return Some((Place::FromEnd(2), 1)),
        "next" if word(1) == "to" && word(2) == "last" => return Some((Place::FromEnd(2), 3)),
        "top" | "first" | "upper" | "topmost" => {
            return Some(match counted(1) {
                Some((count @ 2.., length)) => (Place::Top(count), 1 + length),
                _ => (Place::Nth(1), 1),
            });
        }
        "one" if word(1) == "at" && word(2) == "the" => {
            return match word(3) {
                "top" | "beginning" | "start" => Some((Place::Nth(1), 4)),
                "bottom" | "end" => Some((Place::FromEnd(1), 4)),
                _ => None,
            };
        }
        _ => {}
    }
    let (nth, length) = ordinal(message, units)?;
    let at = if matches!(word(length), "to" | "from") { length + 1 } else { length };
    if word(at) == "last" || word(length) == "from" && matches!(word(at), "bottom" | "end") {
        return Some((Place::FromEnd(nth), at + 1));
    }
    (nth > 0).then_some((Place::Nth(nth), length))
}
