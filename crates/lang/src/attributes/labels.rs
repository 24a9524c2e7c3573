//! Labels: `#home`, `tagged errands and calls`, `label it work`, `labels: a, b`.

use saydo_domain::Label;

use crate::{
    SpanKind,
    attributes::{Extraction, Found},
    dates::Cx,
    lexicon::PhraseKind,
    token::TokenKind,
};

/// Takes out all labels.
pub(super) fn labels(cx: &mut Cx<'_>, found: &mut Extraction) {
    let mut at = 0;
    while at < cx.tokens.len() && found.labels.len() < MOST {
        at = match one(cx, found, at) {
            Some(end) => end,
            None => at + 1,
        };
    }
}

/// Labels taken out of one text; what comes after stays in the title.
const MOST: usize = 100;

fn one(cx: &mut Cx<'_>, found: &mut Extraction, at: usize) -> Option<usize> {
    let token = &cx.tokens[at];
    if token.kind == TokenKind::Tag && !found.consumed[at] {
        let label = Label::new(&token.norm).ok()?;
        take(cx, found, at, at + 1, vec![label], "hash label");
        return Some(at + 1);
    }
    let (names_at, several) = words(cx, at)?;
    let (labels, end) = names(cx, &found.consumed, names_at, several)?;
    take(cx, found, at, end, labels, "label words");
    Some(end)
}

fn take(cx: &mut Cx<'_>, found: &mut Extraction, at: usize, end: usize, labels: Vec<Label>, rule: &'static str) {
    let value = labels.iter().map(Label::as_str).collect::<Vec<_>>().join(",");
    let (start_byte, end_byte) = (cx.tokens[at].start, cx.tokens[end - 1].end);
    found.found.push(Found { start: start_byte, end: end_byte, kind: SpanKind::Label, value, rule });
    for label in labels {
        if !found.labels.contains(&label) {
            found.labels.push(label);
        }
    }
    found.consume(at, end);
    cx.block(at, end);
}

/// The words before label names, and whether several names may follow without a comma.
fn words(cx: &Cx<'_>, at: usize) -> Option<(usize, bool)> {
    if !cx.begins(at) {
        return None;
    }
    let start = cx.skip(at, &["and"]);
    let start = cx.skip(start, &["with", "under", "add", "using", "has"]);
    // `add label maker to cart` is a title.
    let introduced = start > at && !(at == 0 && cx.any(at, &["add"]));
    let start = cx.skip(start, &["the", "a"]);
    let (word, next) = (cx.word(start), start + 1);
    let colon = cx.punct(next, ':');
    match word {
        "label" | "labels" | "tag" | "tags" if colon => Some((next + 1, word.ends_with('s'))),
        "label" | "tag" if cx.any(next, &["it", "this", "that"]) => {
            let end = cx.skip(next + 1, &["as", "with"]);
            Some((cx.skip(end, &["label", "tag"]), false))
        }
        // `clean the grill, tag patio`
        "label" | "labels" | "tag" | "tags" if set_apart(cx, at, next) => Some((next, word.ends_with('s'))),
        "label" | "labels" | "tag" | "tags" if introduced => Some((next, false)),
        "tagged" | "labelled" | "labeled" if !introduced => {
            let end = cx.skip(next, &["as", "with", "under"]);
            Some((if cx.punct(end, ':') { end + 1 } else { end }, false))
        }
        _ => None,
    }
}

/// Whether `label garden` stands alone between a comma and another mark or an end.
fn set_apart(cx: &Cx<'_>, at: usize, name: usize) -> bool {
    // `buy tape, label maker`: one more thing.
    if cx.any(0, &["buy", "get", "order", "bring", "pack", "collect", "fetch", "grab", "add", "need"]) {
        return false;
    }
    let several = cx.any(name.saturating_sub(1), &["labels", "tags"]);
    let closes = |at: usize| cx.token(at).is_none() || cx.any_punct(at, &[',', ':', ';', '.']);
    at > 0 && cx.any_punct(at - 1, &[',', ';']) && (closes(name + 1) || several && cx.any(name + 1, &["and"]))
}

/// Label names: joined by commas and `and`.
fn names(cx: &Cx<'_>, consumed: &[bool], at: usize, several: bool) -> Option<(Vec<Label>, usize)> {
    let (first, mut end) = name(cx, consumed, at)?;
    let mut labels = vec![first];
    loop {
        let comma = if cx.any_punct(end, &[',', '/', '&', '+']) { end + 1 } else { end };
        let next = cx.skip(comma, &["and"]);
        // `tagged errands, call mom` goes on with something else: after a comma the name must end the list.
        let Some((label, after)) = name(cx, consumed, next).filter(|_| next > end || several) else { break };
        // `label work, high priority`
        if cx.phrase(next, PhraseKind::Priority).is_some() {
            break;
        }
        let closes = cx.tokens.get(after).is_none_or(|token| token.kind == TokenKind::Punct || token.line_start)
            || cx.any(after, &["and"])
            || cx.followed_well(after);
        if !closes && !several {
            break;
        }
        labels.push(label);
        end = after;
    }
    Some((labels, end))
}

/// One label's name: a tag, a word with hyphens, or a quoted one.
fn name(cx: &Cx<'_>, consumed: &[bool], at: usize) -> Option<(Label, usize)> {
    let token = cx.tokens.get(at).filter(|_| !consumed[at])?;
    match token.kind {
        TokenKind::Tag => Some((Label::new(&token.norm).ok()?, at + 1)),
        TokenKind::Quoted => Some((Label::new(&token.unquoted()?.replace(' ', "-")).ok()?, at + 1)),
        TokenKind::Word => {
            let entry = cx.entry(at);
            if entry.stop || entry.det {
                return None;
            }
            let mut end = at + 1;
            while (cx.any_punct(end, &['-', '_']) && cx.glued(end) && cx.glued(end + 1))
                || (cx.glued(end)
                    && cx.token(end).is_some_and(|t| matches!(t.kind, TokenKind::Word | TokenKind::Number)))
            {
                end += 1;
            }
            let text = cx.text.get(token.start..cx.tokens[end - 1].end)?;
            Some((Label::new(text).ok()?, end))
        }
        _ => None,
    }
}
