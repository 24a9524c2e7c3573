//! Notes: `with description: …`, `note: …`, `// …`, and the lines after the first. What is in a note stays as typed.

use crate::{
    SpanKind,
    attributes::{Extraction, Found},
    dates::Cx,
    token::TokenKind,
};

/// Takes out the note, which reaches to the end of the text unless it is quoted.
pub(super) fn description(cx: &mut Cx<'_>, found: &mut Extraction) {
    let further = (1..cx.tokens.len()).find(|at| cx.tokens[*at].line_start);
    let first_line = further.unwrap_or(cx.tokens.len());
    let mut pieces = Vec::new();
    if let Some((start, note, end, rule)) = (1..first_line).find_map(|at| introduced(cx, at, first_line)) {
        take(cx, found, (start, note, end), rule, &mut pieces);
    }
    if let Some(start) = further {
        take(cx, found, (start, start, cx.tokens.len()), "further lines", &mut pieces);
    }
    if !pieces.is_empty() {
        found.description = Some(pieces.join("\n"));
    }
}

/// Marks the tokens from `start`, of which those from `note` to `end` are the note's text.
fn take(
    cx: &mut Cx<'_>,
    found: &mut Extraction,
    (start, note, end): (usize, usize, usize),
    rule: &'static str,
    pieces: &mut Vec<String>,
) {
    let last_of_text = end == cx.tokens.len();
    let from = cx.tokens[note].start;
    let to = if last_of_text { cx.text.len().min(from.max(limit(cx))) } else { cx.tokens[end - 1].end };
    // `(note: …)` is taken out with its brackets.
    let bracketed = start > 0 && cx.punct(start - 1, '(') && cx.tokens[end - 1].is_punct(')');
    let start = if bracketed { start - 1 } else { start };
    let text = match (end - note, cx.tokens[note].unquoted()) {
        (1, Some(text)) => text,
        _ => cx.text.get(from..to).unwrap_or_default().trim(),
    };
    let text = if bracketed { text.strip_suffix(')').unwrap_or(text).trim_end() } else { text };
    if text.is_empty() {
        return;
    }
    found.found.push(Found {
        start: cx.tokens[start].start,
        end: cx.tokens[end - 1].end,
        kind: SpanKind::Description,
        value: text.to_owned(),
        rule,
    });
    pieces.push(text.to_owned());
    found.consume(start, end);
    cx.block(start, end);
}

/// The end of the last token.
fn limit(cx: &Cx<'_>) -> usize {
    cx.tokens.last().map_or(0, |token| token.end)
}

/// Where a note begins: its first token, the first of its text, the end, the rule.
fn introduced(cx: &Cx<'_>, at: usize, line_end: usize) -> Option<(usize, usize, usize, &'static str)> {
    if cx.punct(at, '/') && cx.punct(at + 1, '/') && cx.tokens[at].space_before && cx.glued(at + 1) && at + 2 < line_end
    {
        return Some((at, at + 2, line_end, "slashes"));
    }
    if !cx.begins(at) {
        return None;
    }
    let start = cx.skip(at, &["and"]);
    let with = cx.skip(start, &["with", "add", "including"]);
    let word = cx.skip(with, &["the", "a", "an", "following"]);
    let word = cx.skip(word, &["following"]);
    if !cx.any(word, &["description", "desc", "descr", "note", "notes", "details", "detail", "comment", "memo"]) {
        return None;
    }
    let led = with > start;
    let noted = cx.skip(word + 1, &["saying", "being", "that", "of", "is", "as", "reading", "says"]);
    let colon =
        cx.any_punct(noted, &[':', '=', '-', '–', '—']) && (cx.punct(noted, ':') || cx.tokens[noted].space_before);
    let quoted = cx.tokens.get(noted).is_some_and(|token| token.kind == TokenKind::Quoted);
    let note = if colon { noted + 1 } else { noted };
    // `write the description of the product` and `add a comment` are titles.
    let spoken = cx.any(word + 1, &["being"]) && at > 0 && cx.punct(at - 1, ',')
        // `… and note that he is only in before 9`
        || start > at && cx.any(start, &["note"]) && cx.any(start + 1, &["that"])
        || led
            && cx.any(start, &["with"])
            && (noted > word + 1 || cx.any(word, &["description", "desc", "note", "notes"]));
    // `take notes: chapter 3`
    let object = ["take", "write", "review", "share", "send", "make", "read", "type", "my", "the", "meeting", "leave"];
    if start == at && cx.tokens[at].space_before && cx.any(at.saturating_sub(1), &object) {
        return None;
    }
    if !(colon || quoted && led || spoken) || note >= line_end {
        return None;
    }
    if cx.tokens[note].kind == TokenKind::Quoted {
        return Some((at, note, note + 1, "description"));
    }
    Some((at, note, line_end, "description"))
}
