//! Text to tokens: the one tokeniser of the engine.
//!
//! Digits and letters are split (`3pm` is `3` `pm`), so that rules see numbers as numbers; `space_before` tells what
//! was typed together. Quoted text, links and `#labels` are one token each. Every token is a slice of the text, so
//! titles are always cut out of what was typed and never rebuilt from words.

use std::borrow::Cow;

/// Longest text that is read for attributes, in bytes; what comes after is kept but not looked at.
pub(crate) const MAX_READ_BYTES: usize = 65_536;

/// What a token is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum TokenKind {
    /// Letters, with inner apostrophes (`don't`) and, after the first letter, digits and underscores (`p1`).
    Word,
    /// ASCII digits.
    Number,
    /// One punctuation character.
    Punct,
    /// Text in quotes, with the quotes: literal.
    Quoted,
    /// One other character: an emoji, a currency sign.
    Symbol,
    /// `#name`; `norm` is the name in lower case.
    Tag,
    /// A link or an e-mail address: literal.
    Link,
}

/// A piece of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token<'t> {
    /// As typed.
    pub(crate) text: &'t str,
    /// First byte in the text.
    pub(crate) start: usize,
    /// One past the last byte in the text.
    pub(crate) end: usize,
    /// Lower case, with straight apostrophes; for a tag without the `#`, for quoted text without the quotes.
    pub(crate) norm: Cow<'t, str>,
    /// What it is made of.
    pub(crate) kind: TokenKind,
    /// Whether white space (or the beginning of the text) stands before it.
    pub(crate) space_before: bool,
    /// Whether a line break (or the beginning of the text) stands before it.
    pub(crate) line_start: bool,
}

impl Token<'_> {
    /// Whether this is the word, in lower case.
    pub(crate) fn is(&self, word: &str) -> bool {
        self.kind == TokenKind::Word && self.norm == word
    }

    /// Whether this is the punctuation character.
    pub(crate) fn is_punct(&self, c: char) -> bool {
        matches!(self.kind, TokenKind::Punct | TokenKind::Symbol) && self.text.starts_with(c)
    }

    /// The value of a number token that fits.
    pub(crate) fn number(&self) -> Option<u32> {
        if self.kind == TokenKind::Number && self.text.len() <= 9 { self.text.parse().ok() } else { None }
    }

    /// The text between the quotes of quoted text.
    pub(crate) fn unquoted(&self) -> Option<&str> {
        if self.kind != TokenKind::Quoted {
            return None;
        }
        let mut inner = self.text.chars();
        inner.next();
        inner.next_back();
        Some(inner.as_str().trim())
    }
}

/// Cuts a text into tokens.
pub(crate) fn tokenize(text: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::with_capacity(text.len().min(MAX_READ_BYTES) / 5 + 4);
    let limit = floor_boundary(text, MAX_READ_BYTES);
    let (mut at, mut space, mut line) = (0, true, true);
    while let Some(c) = text[at..limit].chars().next() {
        if c.is_whitespace() || is_invisible(c) {
            space |= c.is_whitespace();
            line |= c == '\n' || c == '\r' || c == '\u{2028}';
            at += c.len_utf8();
            continue;
        }
        let (kind, length) = measure(&text[at..limit], c, space, tokens.last());
        let slice = &text[at..at + length];
        tokens.push(Token {
            text: slice,
            start: at,
            end: at + length,
            norm: normalise(slice, kind),
            kind,
            space_before: space,
            line_start: line,
        });
        at += length;
        (space, line) = (false, false);
    }
    tokens
}

/// The kind and byte length of the token at the beginning of `rest`, which is not empty.
fn measure(rest: &str, first: char, space: bool, before: Option<&Token<'_>>) -> (TokenKind, usize) {
    let bracket = before.is_some_and(|token| token.is_punct('(') || token.is_punct('['));
    let open = space || bracket;
    if open {
        if (space || first.is_alphanumeric())
            && let Some(length) = link_length(rest, if space { 2000 } else { 300 })
        {
            return (TokenKind::Link, length);
        }
        if first == '#'
            && let Some(length) = tag_length(rest)
        {
            return (TokenKind::Tag, length);
        }
    }
    let quote_may_open = open || before.is_some_and(|token| token.kind == TokenKind::Punct);
    if quote_may_open && let Some(length) = quoted_length(rest, first) {
        return (TokenKind::Quoted, length);
    }
    if first.is_ascii_digit() {
        return (TokenKind::Number, run(rest, |c| c.is_ascii_digit()));
    }
    if is_letter(first) {
        return (TokenKind::Word, word_length(rest));
    }
    let kind = if is_punct(first) { TokenKind::Punct } else { TokenKind::Symbol };
    (kind, first.len_utf8())
}

fn run(rest: &str, wanted: impl Fn(char) -> bool) -> usize {
    rest.find(|c| !wanted(c)).unwrap_or(rest.len())
}

fn is_letter(c: char) -> bool {
    c.is_alphabetic() || is_mark(c)
}

/// Combining marks that continue a word.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{0300}'..='\u{036F}' | '\u{0900}'..='\u{0903}' | '\u{093A}'..='\u{094F}' | '\u{3099}'..='\u{309A}')
}

/// Zero-width characters and variation selectors that carry no meaning here.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}' | '\u{FE0E}' | '\u{FE0F}')
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’' | '‘' | 'ʼ')
}

fn is_punct(c: char) -> bool {
    c.is_ascii_punctuation() || matches!(c, '…' | '–' | '—' | '“' | '”' | '„' | '‘' | '’' | '«' | '»' | '•' | '·' | '‒')
}

fn word_length(rest: &str) -> usize {
    let mut end = 0;
    let mut chars = rest.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let inner = is_apostrophe(c) && at > 0 && chars.peek().is_some_and(|(_, next)| is_letter(*next));
        if !(is_letter(c) || c == '_' || c.is_numeric() || inner) {
            break;
        }
        end = at + c.len_utf8();
    }
    end.max(rest.chars().next().map_or(0, char::len_utf8))
}

/// The length of text in quotes. An apostrophe or an inch mark opens nothing: a quote opens before a visible
/// character and closes before white space, punctuation or the end of the text, in the same paragraph.
fn quoted_length(rest: &str, first: char) -> Option<usize> {
    let closers: &[char] = match first {
        '"' | '“' | '”' | '„' => &['"', '”', '“'],
        '\'' | '‘' | '’' => &['\'', '’'],
        '«' => &['»'],
        '`' => &['`'],
        _ => return None,
    };
    let body = &rest[first.len_utf8()..];
    if body.chars().next().is_none_or(char::is_whitespace) {
        return None;
    }
    for (at, c) in body.char_indices() {
        if c == '\n' {
            return None;
        }
        let after = at + c.len_utf8();
        if at > 0 && closers.contains(&c) && body[after..].chars().next().is_none_or(|next| !next.is_alphanumeric()) {
            return Some(first.len_utf8() + after);
        }
        if at > 500 {
            return None;
        }
    }
    None
}

fn link_length(rest: &str, longest: usize) -> Option<usize> {
    let rest = &rest[..floor_boundary(rest, longest)];
    let chunk = &rest[..run(rest, |c| !c.is_whitespace() && !matches!(c, '<' | '>' | '"' | '”'))];
    let scheme = chunk.find("://").is_some_and(|at| at > 0 && chunk[..at].chars().all(|c| c.is_ascii_alphanumeric()));
    let mail = || {
        chunk.split_once('@').is_some_and(|(name, host)| {
            !name.is_empty() && host.len() > 2 && host[1..].contains('.') && !host.ends_with('.')
                || chunk.starts_with("mailto:")
        })
    };
    if scheme || chunk.starts_with("www.") || (chunk.contains('@') && chunk.is_ascii() && mail()) {
        return Some(chunk.trim_end_matches([',', '.', ';', '!', '?', ')', ']', ':']).len())
            .filter(|length| *length > 0);
    }
    None
}

/// `#name` with at least one letter: `#5` is a task's number, not a label.
fn tag_length(rest: &str) -> Option<usize> {
    let name = &rest[1..];
    let length = run(name, |c| c.is_alphanumeric() || is_mark(c) || c == '-' || c == '_');
    let name = name[..length].trim_end_matches('-');
    name.chars().any(char::is_alphabetic).then_some(1 + name.len())
}

fn normalise(slice: &str, kind: TokenKind) -> Cow<'_, str> {
    let slice = match kind {
        TokenKind::Tag => &slice[1..],
        TokenKind::Number | TokenKind::Punct | TokenKind::Symbol => return Cow::Borrowed(slice),
        _ => slice,
    };
    if slice.chars().all(|c| c.is_lowercase() && c.is_ascii() || c == '\'') {
        return Cow::Borrowed(slice);
    }
    Cow::Owned(slice.chars().map(|c| if is_apostrophe(c) { '\'' } else { c }).flat_map(char::to_lowercase).collect())
}

/// The largest char boundary that is not past `limit`.
fn floor_boundary(text: &str, limit: usize) -> usize {
    if text.len() <= limit {
        return text.len();
    }
    (0..=limit).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// Turns byte offsets into UTF-16 offsets, in one pass when they come in order.
pub(crate) struct Utf16<'t> {
    text: &'t str,
    byte: usize,
    units: usize,
}

impl<'t> Utf16<'t> {
    /// At the beginning of the text.
    pub(crate) const fn new(text: &'t str) -> Self {
        Self { text, byte: 0, units: 0 }
    }

    /// The UTF-16 offset of a byte offset that is on a char boundary.
    pub(crate) fn at(&mut self, byte: usize) -> usize {
        if byte < self.byte {
            (self.byte, self.units) = (0, 0);
        }
        self.units += self.text.get(self.byte..byte).unwrap_or_default().chars().map(char::len_utf16).sum::<usize>();
        self.byte = byte;
        self.units
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<(&str, TokenKind)> {
        tokenize(text).into_iter().map(|token| (token.text, token.kind)).collect()
    }

    #[test]
    fn splits_numbers_from_letters_but_keeps_words() {
        use TokenKind::{Number, Punct, Word};
        assert_eq!(kinds("3pm"), [("3", Number), ("pm", Word)]);
        assert_eq!(kinds("p1 don’t"), [("p1", Word), ("don’t", Word)]);
        assert_eq!(kinds("17:30"), [("17", Number), (":", Punct), ("30", Number)]);
    }

    #[test]
    fn quotes_links_and_tags_are_one_token() {
        use TokenKind::{Link, Number, Punct, Quoted, Tag, Word};
        assert_eq!(kinds("say \"on friday\""), [("say", Word), ("\"on friday\"", Quoted)]);
        assert_eq!(kinds("5\" nails"), [("5", Number), ("\"", Punct), ("nails", Word)]);
        assert_eq!(kinds("the dogs' bowl"), [("the", Word), ("dogs", Word), ("'", Punct), ("bowl", Word)]);
        assert_eq!(kinds("see https://a.b/2026//x."), [("see", Word), ("https://a.b/2026//x", Link), (".", Punct)]);
        assert_eq!(kinds("a@b.com #Home-2 #5"), [("a@b.com", Link), ("#Home-2", Tag), ("#", Punct), ("5", Number)]);
    }

    #[test]
    fn counts_utf16_units() {
        let mut utf16 = Utf16::new("a😀é");
        assert_eq!((utf16.at(5), utf16.at(1), utf16.at(7)), (3, 1, 4));
    }
}
