//! Names of books, films and songs that hold a date: `read Monday Begins on Saturday`, `rewatch The Day After Tomorrow`.

use crate::{dates::Cx, token::TokenKind};

/// Verbs whose object is often such a name.
const MEDIA: [&str; 15] = [
    "read", "reread", "watch", "rewatch", "stream", "play", "practise", "practice", "learn", "listen", "hear",
    "record", "review", "download", "borrow",
];

/// Small words inside of a name.
const INSIDE: [&str; 18] = [
    "the", "a", "an", "of", "on", "in", "at", "and", "to", "for", "with", "from", "by", "after", "before", "is", "or",
    "vs",
];

/// Verbs whose object is sometimes one: then its first word must show it (`see Anna Monday` is no name).
const OTHERS: [&str; 6] = ["see", "buy", "get", "return", "rent", "finish"];

/// Words that begin a name when they stand in upper case inside a sentence.
const FIRST: [&str; 7] = ["the", "a", "an", "one", "last", "my", "our"];

/// Longer names than this are sentences.
const LONGEST: usize = 12;

/// Keeps the words of such names from being read as anything else. What follows a date in upper case shows that the
/// date is a part of the name; `watch Arsenal Saturday` ends with a date.
pub(super) fn protect(cx: &mut Cx<'_>) {
    let first = |verbs: &[&str]| (0..cx.tokens.len().min(6)).find(|at| cx.any(*at, verbs));
    let media = first(&MEDIA);
    let Some(verb) = media.or_else(|| first(&OTHERS)) else { return };
    let from = cx.skip(verb + 1, &["to", "the", "my", "with"]);
    let capital = |at: usize| {
        cx.token(at).is_some_and(|token| token.kind == TokenKind::Word && token.text.starts_with(char::is_uppercase))
    };
    let dated = |at: usize| cx.entry(at).is_temporal() || cx.entry(at).weekdays.is_some();
    if !capital(from) {
        return;
    }
    let mut end = from + 1;
    while end < from + LONGEST {
        let small = (end..end + 3).take_while(|at| cx.any(*at, &INSIDE) && !capital(*at)).count();
        if !capital(end + small) {
            break;
        }
        end += small + 1;
    }
    let first_date = (from..end).find(|at| dated(*at));
    let followed = first_date.is_some_and(|date| (date + 1..end).any(|at| capital(at) && !dated(at)));
    let titled = first_date.is_some() && end > from + 1 && cx.any(from, &FIRST);
    if followed && media.is_some() || titled {
        cx.block(from, end);
    }
}
