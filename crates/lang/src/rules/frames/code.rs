//! Text for machines: program code, JSON, markup, log lines. Alone it is nothing to do.

use crate::{
    rules::{
        message::{Message, Unit},
        phrase,
    },
    token::TokenKind,
};

/// Pieces that people do not write in what they have to do.
const PIECES: [&str; 15] = [
    "</", "();", "() {", "println", "<script", "{}", "--;", "&&", "||", "/*", "#include", "<?php", "${", "):\n",
    "HTTP/1",
];

/// Pieces that stand in the tasks of programmers, too: `fix std::move`.
const LIKELY: [&str; 6] = ["=>", "::", "==", "!=", "printf(", "console."];

/// What log lines and traces begin with or hold, in capitals.
const LEVELS: [&str; 7] = ["ERROR", "WARN", "WARNING", "INFO", "DEBUG", "FATAL", "TRACE"];

/// Words that begin a line of a program and cannot begin anything else before what follows them.
const OPENERS: [(&str, &[&str]); 9] = [
    ("select ", &[" from "]),
    ("insert into ", &["("]),
    ("update ", &[" set ", "="]),
    ("delete from ", &[" where ", ";"]),
    ("drop table ", &[""]),
    ("for ", &[" in ", "):", "("]),
    ("def ", &["(", ")"]),
    ("import ", &[";"]),
    ("rm -", &[""]),
];

/// Whether the message is code, data or a log line rather than words.
///
/// An order (`verb`) may hold some of it.
pub(super) fn is_code(message: &Message<'_>, verb: bool) -> bool {
    let text = message.text.trim();
    let holds = |piece: &&str| text.contains(*piece) && !only_in_links(message, piece);
    PIECES.iter().any(&holds)
        || is_path(text)
        || !verb && LIKELY.iter().any(holds)
        || braced(text)
        || logged(message)
        || opens(text)
}

/// Whether a message is nothing but code: not what somebody wants to be added.
pub(crate) fn alone(message: &Message<'_>, units: &[Unit]) -> bool {
    let ours = ["addonly", "remindme", "dontforget", "remember", "task", "desc"];
    let verb = units.first().is_some_and(|unit| unit.verb.is_some_and(|verb| verb.is_base));
    !ours.iter().any(|class| phrase::prefix(units, class).is_some()) && is_code(message, verb)
}

/// `/usr/local/bin`, `~/notes`, `C:\\temp`: a place of a computer and nothing else.
fn is_path(text: &str) -> bool {
    let rooted = ["/", "~/", "./", "../", "C:\\", "D:\\"].iter().any(|root| text.starts_with(root));
    rooted && !text.contains(char::is_whitespace) && text[1..].contains(['/', '\\']) && !text.starts_with("//")
}

/// `https://example.com/?a==1` is an address.
fn only_in_links(message: &Message<'_>, piece: &str) -> bool {
    let links: usize = message
        .tokens
        .iter()
        .filter(|token| matches!(token.kind, TokenKind::Link | TokenKind::Quoted))
        .map(|token| token.text.matches(piece).count())
        .sum();
    links == message.text.matches(piece).count()
}

/// `{"a": 1}`, `[1, 2, 3]`
fn braced(text: &str) -> bool {
    let inside = |open: char, close: char| text.strip_prefix(open).and_then(|rest| rest.strip_suffix(close));
    inside('{', '}').is_some()
        || inside('[', ']').is_some_and(|inner| inner.contains([',', '"', '{']))
        || inside('<', '>').is_some_and(|inner| inner.contains(['<', '=', '/']))
}

/// A level or a bracketed moment, together with a clock to the second.
fn logged(message: &Message<'_>) -> bool {
    let level = message.tokens.iter().take(12).any(|token| LEVELS.contains(&token.text));
    let seconds = message.text.split_whitespace().take(4).any(|word| {
        let digits = |part: &str| part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
        let word = word.split_once('T').map_or(word, |(_, clock)| clock);
        let word = word.split(['.', ',', 'Z', ']']).next().unwrap_or(word);
        word.split(':').count() == 3 && word.split(':').all(digits)
    });
    let trace = ["Traceback (", "panicked at", "Exception in thread", "stack trace:"];
    level && seconds || trace.iter().any(|piece| message.text.contains(piece))
}

fn opens(text: &str) -> bool {
    let lower = text.to_lowercase();
    OPENERS.iter().any(|(opener, needs)| {
        lower.strip_prefix(opener).is_some_and(|rest| needs.iter().all(|piece| rest.contains(piece)))
    })
}
