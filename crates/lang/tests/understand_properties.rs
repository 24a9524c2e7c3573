//! Whatever is typed, there is a reading, titles are not empty, and nothing panics.

#![expect(clippy::expect_used, clippy::too_many_lines, reason = "a test stops at the first surprise")]

use proptest::prelude::*;
use saydo_domain::{PendingKind, TaskNumber};
use saydo_lang::{Candidate, Context, Intent, Moment, PendingContext, resolve, understand};

fn context(kind: Option<PendingKind>) -> Context {
    let now = "2026-03-11T10:00:00+01:00[Europe/Berlin]".parse().expect("a moment");
    let tasks = vec![(TaskNumber::new(3), "Buy milk".to_owned()), (TaskNumber::new(5), "Call mom".to_owned())];
    Context {
        pending: kind.map(|kind| PendingContext { kind, tasks, deletes: false }),
        listing: vec![TaskNumber::new(3), TaskNumber::new(5)],
        focus: vec![TaskNumber::new(3)],
        last_was_add: true,
        ..Context::new(Moment::new(now))
    }
}

fn check(text: &str) {
    for kind in [None, Some(PendingKind::Confirm), Some(PendingKind::Choose), Some(PendingKind::Ask)] {
        let understanding = understand(text, &context(kind));
        assert!(!understanding.readings.is_empty(), "{text:?}");
        for reading in &understanding.readings {
            assert!((0.0..=1.0).contains(&reading.confidence), "{text:?}");
            assert!(!reading.intents.is_empty(), "{text:?}");
            for intent in &reading.intents {
                if let Intent::Add(drafts) = intent {
                    assert!(!drafts.is_empty(), "{text:?}");
                    for (at, draft) in drafts.iter().enumerate() {
                        assert!(!draft.title.is_empty(), "{text:?}");
                        assert!(draft.relative_to.is_none_or(|other| other < at), "{text:?}");
                    }
                }
            }
        }
    }
}

/// Words that commands are made of, in any order.
fn word() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "add",
        "task",
        "delete",
        "mark",
        "done",
        "as",
        "the",
        "5",
        "2",
        "and",
        ",",
        "milk",
        "call",
        "mom",
        "to",
        "friday",
        "3pm",
        "change",
        "it",
        "all",
        "but",
        "not",
        "what",
        "is",
        "my",
        "next",
        "undo",
        "last",
        "two",
        "no",
        "i",
        "meant",
        "rename",
        "priority",
        "high",
        "of",
        "\"x\"",
        "#home",
        "every",
        "day",
        "remind",
        "me",
        "in",
        "20",
        "minutes",
        "?",
        ".",
        "!",
        "\n",
        "- ",
        "notes",
        "first",
        "one",
        "due",
        "remove",
        "from",
        "list",
        "before",
        "that",
        "'s",
        "✅",
        "don't",
        "99999999999999999999",
        "tomorrow",
        "buy",
        "everything",
        "except",
        "show",
        "how",
        "many",
        "overdue",
        "until",
    ])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_text_has_a_reading(text in "\\PC{0,120}") {
        check(&text);
    }

    #[test]
    fn any_order_of_command_words_has_a_reading(words in prop::collection::vec(word(), 0..24)) {
        check(&words.join(" "));
    }

    #[test]
    fn any_words_resolve_without_panic(words in "\\PC{0,60}", title in "\\PC{0,60}") {
        let candidates = [Candidate { number: TaskNumber::new(1), title: &title, completed: false }];
        let _ = resolve(&words, &candidates);
    }
}

#[test]
fn long_texts_are_read_within_bounds() {
    for piece in [
        "add milk and ",
        "delete 5, ",
        "mark ",
        "the ",
        "remind me to ",
        "\n- ",
        "no ",
        "not ",
        "\"",
        "((",
        "5 ",
        "change 3 to ",
        "and ",
    ] {
        check(&piece.repeat(4_000 / piece.len()));
    }
}
