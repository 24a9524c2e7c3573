//! Things numbered inside a line: `1. strip the beds 2. wash the towels`, `(1) hire a van (2) pack`.

use super::{
    frames::draft,
    message::{Message, Unit},
    phrase::{in_class, is_any, trim},
    segment::Segment,
    split::MOST_PARTS,
};
use crate::{Context, Draft, Intent, Reading, token::TokenKind};

/// The things as tasks; `None` when the message does not begin with 1 and count on.
pub(super) fn read(message: &Message<'_>, context: &Context) -> Option<Reading> {
    let marks = marks(message);
    if !(2..=MOST_PARTS).contains(&marks.len()) || !only_adds(message, marks[0].0) {
        return None;
    }
    let ends = marks.iter().skip(1).map(|(start, _)| *start).chain([message.tokens.len()]);
    let drafts: Vec<Draft> = marks
        .iter()
        .zip(ends)
        .map(|((_, from), to)| {
            let within = |unit: &&Unit| (*from..to).contains(&unit.token);
            let units: Vec<Unit> = message.units.iter().filter(within).copied().collect();
            let segment = Segment::new(message, &units, context);
            draft::draft(&segment, trim(&segment.units))
        })
        .collect();
    let named = |draft: &Draft| draft.title.chars().any(char::is_alphabetic);
    drafts.iter().all(named).then(|| Reading {
        intents: vec![Intent::Add(drafts)],
        confidence: 0.93,
        only_if_found: false,
        rule: "numbered",
    })
}

/// More tokens than these before the first mark are no head.
const LONGEST_HEAD: usize = 10;

/// Whether the tokens before the first mark only say that something is to be added: `please add:`.
fn only_adds(message: &Message<'_>, start: usize) -> bool {
    let head: Vec<Unit> = message.units.iter().filter(|unit| unit.token < start && !unit.skip).copied().collect();
    let known = |unit: &Unit| {
        ["addonly", "please", "the", "task", "tasks", "list", "self", "me", "need"]
            .iter()
            .any(|class| in_class(unit, class))
            || is_any(unit, &["to", "do", "these", "these", "following", "new", "can", "you", "could", "todo"])
    };
    head.iter().all(known)
}

/// The marks `1.`, `2)`, `(3)` in their order: where each begins, and where what it numbers does.
fn marks(message: &Message<'_>) -> Vec<(usize, usize)> {
    let tokens = &message.tokens;
    let mut marks: Vec<(usize, usize)> = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let closed = tokens.get(at + 1).is_some_and(|next| !next.space_before && matches!(next.text, "." | ")"));
        let apart = tokens.get(at + 2).is_some_and(|next| next.space_before);
        let next = (marks.len() + 1).to_string();
        if token.kind != TokenKind::Number || token.text != next || !closed || !apart {
            continue;
        }
        let open = at > 0 && tokens[at - 1].is_punct('(') && tokens[at + 1].is_punct(')');
        let start = if open { at - 1 } else { at };
        if marks.is_empty() && start > 0 && !(start < LONGEST_HEAD && tokens[start - 1].is_punct(':')) {
            return marks;
        }
        marks.push((start, at + 2));
    }
    marks
}
