//! Things numbered inside a line: `1. strip the beds 2. wash the towels`, `(1) hire a van (2) pack`.

use super::{
    frames::draft,
    message::{Message, Unit},
    phrase::trim,
    segment::Segment,
    split::MOST_PARTS,
};
use crate::{Context, Draft, Intent, Reading, token::TokenKind};

/// The things as tasks; `None` when the message does not begin with 1 and count on.
pub(super) fn read(message: &Message<'_>, context: &Context) -> Option<Reading> {
    let marks = marks(message);
    if !(2..=MOST_PARTS).contains(&marks.len()) {
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
        if marks.is_empty() && start > 0 {
            return marks;
        }
        marks.push((start, at + 2));
    }
    marks
}
