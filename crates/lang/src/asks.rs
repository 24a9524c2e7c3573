//! Whether a message asks for something that takes away, in words: what another planner needs to be allowed to do it.

use crate::rules::{message::Message, phrase};

/// How many words before a verb can deny it: `please don't ever delete`.
const DENIED_WITHIN: usize = 3;

/// Whether the message speaks of deleting, outside quotes and not denied.
#[must_use]
pub fn asks_to_delete(text: &str) -> bool {
    speaks_of(text, &["deletestrong", "deleteweak"])
}

/// Whether the message speaks of undoing or redoing, outside quotes and not denied.
#[must_use]
pub fn asks_to_undo(text: &str) -> bool {
    speaks_of(text, &["undo", "redo"])
}

fn speaks_of(text: &str, classes: &[&str]) -> bool {
    let message = Message::new(text);
    let units = &message.units;
    (0..units.len()).any(|at| {
        let said = classes.iter().any(|class| phrase::prefix(&units[at..], class).is_some());
        let before = &units[at.saturating_sub(DENIED_WITHIN)..at];
        said && !before.iter().any(|unit| phrase::is_any(unit, &["not", "never", "without"]))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deletions_are_asked_for_in_words() {
        for text in [
            "delete the milk",
            "could you get rid of everything about the old flat please",
            "the dentist thing is over, remove it",
            "Clear out what is completed",
        ] {
            assert!(asks_to_delete(text), "{text}");
        }
        for text in [
            "what's on my list?",
            "don't delete the milk",
            "never remove anything",
            "what does “delete everything” mean",
            "plan my weekend",
            "",
        ] {
            assert!(!asks_to_delete(text), "{text}");
        }
    }

    #[test]
    fn undoing_is_asked_for_in_words() {
        for text in ["undo", "please roll back what you did with the dentist", "can you revert that", "redo it"] {
            assert!(asks_to_undo(text), "{text}");
        }
        for text in ["what's on my list?", "delete the milk", "don't undo that", "plan my weekend"] {
            assert!(!asks_to_undo(text), "{text}");
        }
    }
}
