//! What is left of a line when its attributes are taken out.

use crate::token::{Token, TokenKind};

/// Words that are left hanging when what they introduced is taken out.
const HANGING: [&str; 18] = [
    "then",
    "but",
    "by",
    "due",
    "at",
    "and",
    "the",
    "from",
    "until",
    "before",
    "starting",
    "is",
    "maybe",
    "probably",
    "perhaps",
    "ideally",
    "preferably",
    "under",
];

/// The title as typed: only separators and words left hanging beside a gap are dropped, and white space is tidied.
pub(super) fn title(tokens: &[Token<'_>], consumed: &[bool]) -> String {
    let mut kept: Vec<usize> = (0..tokens.len()).filter(|at| !consumed.get(*at).copied().unwrap_or(false)).collect();
    drop_empty_brackets(tokens, &mut kept);
    drop_doubled_separators(tokens, &mut kept);
    while trim_end(tokens, &mut kept, consumed) {}
    let leading = kept.iter().take_while(|at| hangs_first(tokens, **at, consumed)).count();
    kept.drain(..leading);
    if let [only] = kept.as_slice()
        && let Some(text) = tokens[*only].unquoted().filter(|text| !text.is_empty())
    {
        return text.to_owned();
    }
    let mut title = String::new();
    let mut before: Option<usize> = None;
    for at in kept {
        let gap = before.is_some_and(|before| before + 1 != at);
        // A full stop after a gap stays with the words before, unless more is typed to it.
        let more = tokens.get(at + 1).is_some_and(|next| !next.space_before);
        let spaced = tokens[at].space_before || gap && (more || !closes(&tokens[at]));
        if before.is_some() && spaced {
            title.push(' ');
        }
        title.push_str(tokens[at].text);
        before = Some(at);
    }
    title
}

fn closes(token: &Token<'_>) -> bool {
    token.kind == TokenKind::Punct && matches!(token.text, "," | "." | ";" | ":" | "!" | "?" | ")" | "]")
}

fn separates(token: &Token<'_>) -> bool {
    token.kind == TokenKind::Punct && matches!(token.text, "," | ";" | ":" | "-" | "–" | "—" | "|" | "." | "/" | "@")
}

fn gap_before(at: usize, consumed: &[bool]) -> bool {
    at > 0 && consumed.get(at - 1).copied().unwrap_or(false)
}

/// `milk (tomorrow)` leaves no brackets behind.
fn drop_empty_brackets(tokens: &[Token<'_>], kept: &mut Vec<usize>) {
    let mut i = 0;
    while i + 1 < kept.len() {
        let pair = (tokens[kept[i]].text, tokens[kept[i + 1]].text);
        if matches!(pair, ("(", ")") | ("[", "]")) && kept[i + 1] > kept[i] + 1 {
            kept.drain(i..i + 2);
        } else {
            i += 1;
        }
    }
}

/// `meeting, friday, with bob` keeps one comma.
fn drop_doubled_separators(tokens: &[Token<'_>], kept: &mut Vec<usize>) {
    let mut i = 1;
    while i < kept.len() {
        let gap = kept[i] > kept[i - 1] + 1;
        if gap && separates(&tokens[kept[i]]) && separates(&tokens[kept[i - 1]]) {
            kept.remove(i);
        } else {
            i += 1;
        }
    }
}

fn trim_end(tokens: &[Token<'_>], kept: &mut Vec<usize>, consumed: &[bool]) -> bool {
    let Some(&last) = kept.last() else { return false };
    let token = &tokens[last];
    let open = matches!(token.text, "," | ";" | ":" | "-" | "–" | "—" | "|" | "@") && token.kind == TokenKind::Punct;
    let after_gap =
        gap_before(last, consumed) && (closes(token) && !matches!(token.text, ")" | "]") || separates(token));
    let hanging = last + 1 < tokens.len() && hangs(token);
    let alone = token.kind == TokenKind::Punct && kept.len() == 1;
    if open && (token.space_before || token.text != "-") || after_gap || hanging || alone {
        kept.pop();
        return true;
    }
    false
}

/// Whether a word means nothing when what it introduced is taken out.
pub(super) fn hangs(token: &Token<'_>) -> bool {
    HANGING.iter().any(|word| token.is(word))
}

/// Whether a token at the beginning of the title only tied it to what was taken out.
fn hangs_first(tokens: &[Token<'_>], first: usize, consumed: &[bool]) -> bool {
    let token = &tokens[first];
    let gap = gap_before(first, consumed);
    let separator = separates(token) && (gap || matches!(token.text, "," | ";" | ":" | "|"));
    let mark = gap && token.kind == TokenKind::Punct && matches!(token.text, "!" | "?" | ".");
    // `for the tomorrow: bring the keys`
    let taken = |at: usize| consumed.get(at).copied().unwrap_or(false);
    let next = (first + 1..tokens.len()).find(|at| !taken(*at));
    let article = token.is("the") && taken(first + 1) && next.is_some_and(|next| separates(&tokens[next]));
    separator || mark || article || gap && token.is("and")
}
