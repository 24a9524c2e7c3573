//! Priorities: `p1`, `!high`, `!!`, `urgent`, `low priority`, `whenever`.

use saydo_domain::Priority;

use crate::{
    Problem, SpanKind,
    attributes::{Extraction, Found},
    dates::Cx,
    lexicon::PhraseKind,
    token::TokenKind,
};

/// Takes out what is a priority wherever it stands.
pub(super) fn clear(cx: &mut Cx<'_>, found: &mut Extraction) {
    scan(cx, found, |cx, _, at| marks(cx, at).or_else(|| phrase(cx, at, false)));
}

/// Takes out everyday words that are a priority by their place; run when all else is taken out.
pub(super) fn by_place(cx: &mut Cx<'_>, found: &mut Extraction) {
    // What is taken out may set another one free (`urgent, someday`).
    for _ in 0..2 {
        scan(cx, found, |cx, found, at| {
            let (priority, end) = phrase(cx, at, true)?;
            placed_well(cx, found, at, end).then_some((priority, end))
        });
    }
}

/// Attributes taken out of one text; what comes after stays in the title.
const MOST: usize = 200;

type Rule = fn(&Cx<'_>, &Extraction, usize) -> Option<(Priority, usize)>;

fn scan(cx: &mut Cx<'_>, found: &mut Extraction, rule: Rule) {
    let mut at = 0;
    // Nobody says a priority a hundred times.
    while at < cx.tokens.len() && found.found.len() < MOST {
        let Some((priority, end)) = rule(cx, found, at).filter(|(_, end)| *end > at) else {
            at += 1;
            continue;
        };
        match found.priority {
            Some(other) if other != priority => {
                if !found.problems.contains(&Problem::PriorityContradiction) {
                    found.problems.push(Problem::PriorityContradiction);
                }
            }
            _ => found.priority = Some(priority),
        }
        found.found.push(Found {
            start: cx.tokens[at].start,
            end: cx.tokens[end - 1].end,
            kind: SpanKind::Priority,
            value: priority.to_string(),
            rule: "priority",
        });
        found.consume(at, end);
        cx.block(at, end);
        at = end;
    }
}

/// `!!`, `!high`, `!1`, `!p2`: typed as a word of their own.
fn marks(cx: &Cx<'_>, at: usize) -> Option<(Priority, usize)> {
    if let Some(found) = bracketed(cx, at).or_else(|| heading(cx, at)) {
        return Some(found);
    }
    if !cx.punct(at, '!') || !cx.tokens[at].space_before {
        return None;
    }
    let count = (at..cx.tokens.len()).take_while(|i| cx.punct(*i, '!') && (*i == at || cx.glued(*i))).count();
    let end = at + count;
    if cx.glued(end) && cx.ends(end + 1) {
        let priority = match (cx.word(end), cx.number(end)) {
            ("high" | "hi" | "h" | "p1" | "urgent" | "important", _) | (_, Some(1)) => Priority::High,
            ("medium" | "med" | "m" | "p2" | "normal", _) | (_, Some(2)) => Priority::Medium,
            ("low" | "lo" | "l" | "p3" | "p4", _) | (_, Some(3 | 4)) => Priority::Low,
            _ => return None,
        };
        return Some((priority, end + 1));
    }
    (count >= 2 && cx.ends(end)).then_some((Priority::High, end))
}

/// `(high)`, `[low]`.
fn bracketed(cx: &Cx<'_>, at: usize) -> Option<(Priority, usize)> {
    let closes = (cx.punct(at, '(') && cx.punct(at + 2, ')')) || (cx.punct(at, '[') && cx.punct(at + 2, ']'));
    if !closes {
        return None;
    }
    let priority = match cx.word(at + 1) {
        "high" => Priority::High,
        "medium" | "normal" => Priority::Medium,
        "low" => Priority::Low,
        _ => return None,
    };
    Some((priority, at + 3))
}

/// `medium: …` at the beginning.
fn heading(cx: &Cx<'_>, at: usize) -> Option<(Priority, usize)> {
    let spaced = cx.token(2).is_some_and(|next| next.space_before);
    let priority = match cx.word(at) {
        _ if at > 0 || !cx.punct(1, ':') || !spaced => return None,
        "high" => Priority::High,
        "medium" | "normal" => Priority::Medium,
        "low" => Priority::Low,
        _ => return None,
    };
    Some((priority, 2))
}

fn phrase(cx: &Cx<'_>, at: usize, weak: bool) -> Option<(Priority, usize)> {
    if !cx.begins(at) {
        return None;
    }
    let (mut end, phrase) = cx.phrase(at, PhraseKind::Priority)?;
    while cx.punct(end, '!') && cx.glued(end) {
        end += 1;
    }
    (phrase.weak == weak && cx.ends(end)).then_some(())?;
    // `p1` right after a slash or in `p1.2` is something else; `prio: high` brings its colon.
    Some((phrase.value.parse().ok()?, end))
}

/// Whether the words stand where no noun can follow or come before: at the beginning or the end, or set apart.
fn placed_well(cx: &Cx<'_>, found: &Extraction, at: usize, end: usize) -> bool {
    let kept = |i: usize| !found.consumed[i];
    let is_mark = |i: usize| cx.tokens[i].kind == TokenKind::Punct;
    let before = (0..at).rev().find(|i| kept(*i));
    let after = (end..cx.tokens.len()).find(|i| kept(*i));
    // `… and urgent` after something taken out
    let joined = |i: usize| cx.tokens[i].is("and") && i > 0 && !kept(i - 1);
    let opens = before.is_none_or(|i| is_mark(i) || joined(i));
    let closes = after.is_none_or(is_mark);
    if closes && !opens {
        let word = before.unwrap_or(0);
        let entry = cx.entry_unblocked(word);
        let vague = [
            "something",
            "anything",
            "nothing",
            "more",
            "most",
            "less",
            "very",
            "so",
            "how",
            "what",
            "be",
            "are",
            "of",
        ];
        return !(entry.stop || entry.det || vague.iter().any(|vague| cx.tokens[word].is(vague)));
    }
    // `urgent call mom` but `important papers`: an adjective before a noun stays unless it is set apart.
    // `super urgent ring the bank` as well as `urgent ring the bank`
    let adverb =
        (at..end).any(|word| cx.any(word, &["urgent", "urgently", "someday", "asap", "eventually", "immediately"]));
    // `very important sign the slip`: a verb and its object are no sign that is important.
    let verb = after
        .is_some_and(|i| cx.entry_unblocked(i).verb && cx.token(i + 1).is_some_and(|_| cx.entry_unblocked(i + 1).det));
    let intense = verb && cx.any(at, &["very", "really", "super", "so", "extremely"]);
    // `not important but return the jars`
    let joined_on = cx.any(end.saturating_sub(1), &["but"]);
    opens && (closes || adverb || intense || joined_on) && cx.tokens.len() > end - at
}
