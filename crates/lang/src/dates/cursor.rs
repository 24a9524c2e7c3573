//! What a rule sees: tokens with their meanings, the clock and the reader's habits.

use std::cell::{Cell, RefCell};

use jiff::{Zoned, civil::Date};

use crate::{
    DateOrder, Moment,
    attributes::{Mode, Options},
    dates::Hit,
    lexicon::{self, Entry, Phrase, PhraseKind},
    rules::hash::QuickMap,
    token::{Token, TokenKind},
};

/// What it costs to look at a token, and to look for a phrase of time at one: as much as so many steps of a match
/// (measured: 120 and 850 ns beside 6).
const TOKEN: usize = 20;
const TRY: usize = 140;

/// Whether a verb may follow what is read, because it begins the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Opening {
    No,
    SureVerb,
    AnyVerb,
}

/// The tokens of one extraction. Rules read at a position and give the position after what they read.
pub(crate) struct Cx<'a> {
    /// The tokens.
    pub(crate) tokens: &'a [Token<'a>],
    /// The whole text the tokens were cut from.
    pub(crate) text: &'a str,
    /// The meaning of each token; that of a blocked token is nothing.
    entries: Vec<&'static Entry>,
    /// Tokens no rule may read: literal, or already part of an attribute.
    pub(crate) blocked: Vec<bool>,
    /// The current moment in the user's zone.
    pub(crate) now: &'a Zoned,
    /// The current day there.
    pub(crate) today: Date,
    /// How slashed dates are read.
    pub(crate) order: DateOrder,
    /// How and what to read.
    pub(crate) options: Options,
    /// Whether the phrase that is read begins the line: then a verb may follow it.
    opening: Cell<Opening>,
    /// What was found by position and depth among the phrases that others hang on: they are asked for in several ways.
    hung: RefCell<QuickMap<(usize, u8), Option<Hit>>>,
    /// How often a phrase was looked for.
    tries: Cell<usize>,
}

impl<'a> Cx<'a> {
    /// A view with all literal tokens blocked.
    pub(crate) fn new(tokens: &'a [Token<'a>], text: &'a str, moment: &'a Moment, options: Options) -> Self {
        let literal = |token: &Token<'_>| matches!(token.kind, TokenKind::Quoted | TokenKind::Link | TokenKind::Tag);
        let entry = |token: &Token<'_>| match token.kind {
            TokenKind::Word | TokenKind::Number | TokenKind::Punct => lexicon::look_up(&token.norm),
            _ => lexicon::nothing(),
        };
        Self {
            tokens,
            text,
            entries: tokens.iter().map(entry).collect(),
            blocked: tokens.iter().map(literal).collect(),
            now: &moment.now,
            today: moment.now.date(),
            order: moment.order,
            options,
            opening: Cell::new(Opening::No),
            hung: RefCell::default(),
            tries: Cell::default(),
        }
    }

    /// Takes tokens out of reach of the rules that come after.
    pub(crate) fn block(&mut self, from: usize, to: usize) {
        self.hung.get_mut().clear();
        for at in from..to.min(self.tokens.len()) {
            self.blocked[at] = true;
        }
    }

    /// Notes where the phrase that is read begins.
    pub(crate) fn open_at(&self, at: usize) {
        let opens = at == 0 || self.tokens.get(at).is_some_and(|token| token.line_start);
        self.set_opening(if opens { Opening::AnyVerb } else { Opening::No });
    }

    /// After `weekly` and its like at the beginning only a word that is never a noun shows that a title begins.
    pub(crate) fn open_strictly(&self) {
        if self.opening.get() == Opening::AnyVerb {
            self.set_opening(Opening::SureVerb);
        }
    }

    /// What was found before depends on the opening: it is kept as long as that stays.
    fn set_opening(&self, opening: Opening) {
        if self.opening.replace(opening) != opening {
            self.hung.borrow_mut().clear();
        }
    }

    /// Notes that a phrase is looked for.
    pub(super) fn note_try(&self) {
        self.tries.set(self.tries.get() + 1);
    }

    /// The work done so far, in steps of a match.
    pub(crate) fn work(&self) -> usize {
        TOKEN * self.tokens.len() + TRY * self.tries.get()
    }

    /// The phrase at a position and depth, looked for once.
    pub(super) fn hung(&self, at: usize, depth: u8, find: impl FnOnce() -> Option<Hit>) -> Option<Hit> {
        if let Some(known) = self.hung.borrow().get(&(at, depth)) {
            return known.clone();
        }
        let found = find();
        self.hung.borrow_mut().insert((at, depth), found.clone());
        found
    }

    /// Whether a title begins there, after a phrase that began the line: a verb and its object.
    fn opens_title(&self, at: usize) -> bool {
        let object = self.tokens.get(at + 1).is_some_and(|token| {
            !matches!(token.kind, TokenKind::Punct | TokenKind::Symbol) && !self.entry_unblocked(at + 1).stop
        });
        // `send in the reading`
        let apart =
            self.any(at + 1, &["in", "on", "up", "out", "off", "over", "back"]) && self.entry_unblocked(at + 2).det;
        let entry = self.entry_unblocked(at);
        let opening = self.opening.get();
        let verb = entry.verb && (opening == Opening::AnyVerb || opening == Opening::SureVerb && !entry.noun);
        verb && (object || apart)
    }

    /// Whether bare look-alikes count.
    pub(crate) fn eager(&self) -> bool {
        self.options.mode == Mode::Value
    }

    /// The token, unless it is blocked.
    pub(crate) fn token(&self, at: usize) -> Option<&'a Token<'a>> {
        if *self.blocked.get(at)? { None } else { self.tokens.get(at) }
    }

    /// The word in lower case; empty when there is none.
    pub(crate) fn word(&self, at: usize) -> &'a str {
        self.token(at).filter(|token| token.kind == TokenKind::Word).map_or("", |token| &token.norm)
    }

    /// Whether one of the words stands there.
    pub(crate) fn any(&self, at: usize, words: &[&str]) -> bool {
        let word = self.word(at);
        !word.is_empty() && words.contains(&word)
    }

    /// The position after the words, if they stand there one after the other.
    pub(crate) fn words(&self, at: usize, words: &[&str]) -> Option<usize> {
        words.iter().enumerate().all(|(i, word)| self.word(at + i) == *word).then_some(at + words.len())
    }

    /// The position after one of the words, or the same position.
    pub(crate) fn skip(&self, at: usize, words: &[&str]) -> usize {
        if self.any(at, words) { at + 1 } else { at }
    }

    /// What the token means.
    pub(crate) fn entry(&self, at: usize) -> &'static Entry {
        if self.token(at).is_none() {
            return lexicon::nothing();
        }
        self.entries.get(at).copied().unwrap_or_else(lexicon::nothing)
    }

    /// What the token means, blocked or not.
    pub(crate) fn entry_unblocked(&self, at: usize) -> &'static Entry {
        self.entries.get(at).copied().unwrap_or_else(lexicon::nothing)
    }

    /// The digits there as a number.
    pub(crate) fn number(&self, at: usize) -> Option<u32> {
        self.token(at)?.number()
    }

    /// The digits there as a number, with how many digits were typed.
    pub(crate) fn digits(&self, at: usize) -> Option<(u32, usize)> {
        let token = self.token(at)?;
        Some((token.number()?, token.text.len()))
    }

    /// Whether the punctuation character stands there.
    pub(crate) fn punct(&self, at: usize, c: char) -> bool {
        self.token(at).is_some_and(|token| token.is_punct(c))
    }

    /// Whether one of the punctuation characters stands there.
    pub(crate) fn any_punct(&self, at: usize, chars: &[char]) -> bool {
        chars.iter().any(|c| self.punct(at, *c))
    }

    /// Whether the token follows the one before without white space.
    pub(crate) fn glued(&self, at: usize) -> bool {
        self.token(at).is_some_and(|token| !token.space_before)
    }

    /// The position after a hyphen that joins two words, or the same position.
    pub(crate) fn skip_hyphen(&self, at: usize) -> usize {
        if self.any_punct(at, &['-', '‒', '–']) && self.glued(at) && self.glued(at + 1) { at + 1 } else { at }
    }

    /// The longest phrase of a kind there, and the position after it.
    pub(crate) fn phrase(&self, at: usize, kind: PhraseKind) -> Option<(usize, &'static Phrase)> {
        let fits = |phrase: &&Phrase| {
            phrase.kind == kind
                && phrase
                    .rest
                    .iter()
                    .enumerate()
                    .all(|(i, word)| self.token(at + 1 + i).is_some_and(|token| token.norm == *word))
        };
        let phrase = self.entry(at).phrases.iter().find(fits)?;
        Some((at + 1 + phrase.rest.len(), phrase))
    }

    /// Whether a token may begin an attribute: it is not the rest of something typed together.
    pub(crate) fn begins(&self, at: usize) -> bool {
        let Some(token) = self.tokens.get(at) else { return false };
        if token.space_before || at == 0 {
            return true;
        }
        let before = &self.tokens[at - 1];
        match before.kind {
            TokenKind::Punct => {
                let opens =
                    matches!(before.text, "(" | "[" | "," | ";" | ":" | "–" | "—" | "…" | "!" | "?" | "•" | "@" | "*");
                let inside_number = at >= 2 && self.tokens[at - 2].kind == TokenKind::Number && !before.space_before;
                opens && !inside_number || (before.text == "-" || before.text == "+") && before.space_before && at == 1
            }
            TokenKind::Symbol => !before.text.starts_with(|c: char| c.is_ascii() || matches!(c, '€' | '£' | '¥' | '₹')),
            TokenKind::Quoted => true,
            _ => false,
        }
    }

    /// Whether something may end before the token: it is not the beginning of something typed together.
    pub(crate) fn ends(&self, at: usize) -> bool {
        let Some(token) = self.tokens.get(at) else { return true };
        if token.space_before {
            return !(token.text == "%" || token.text == "°");
        }
        let next_glued = self
            .tokens
            .get(at + 1)
            .is_some_and(|next| !next.space_before && matches!(next.kind, TokenKind::Word | TokenKind::Number));
        match token.kind {
            TokenKind::Punct => match token.text {
                // `1,5`
                "," if self.tokens[at - 1].kind == TokenKind::Number => {
                    !(next_glued && self.tokens[at + 1].kind == TokenKind::Number)
                }
                "," | ";" | "!" | "?" | ")" | "]" | "…" | "—" | "–" => true,
                "." | ":" => !next_glued,
                // `tomorrow@5`, `friday/5pm`
                "@" => next_glued && self.tokens[at + 1].kind == TokenKind::Number,
                "/" => next_glued && self.entry_unblocked(at + 1).is_temporal(),
                "\"" | "”" | "*" | "'" => !next_glued,
                _ => false,
            },
            TokenKind::Symbol => {
                !token.text.starts_with(|c: char| c.is_ascii() || matches!(c, '€' | '£' | '¥' | '°' | '₹'))
            }
            _ => false,
        }
    }

    /// Whether what follows shows that the words before were not part of a noun (`at 3 to call` but not `at 3 shops`).
    pub(crate) fn followed_well(&self, at: usize) -> bool {
        let Some(token) = self.tokens.get(at) else { return true };
        if token.line_start || self.blocked[at] {
            return true;
        }
        match token.kind {
            TokenKind::Punct => {
                !matches!(token.text, "%" | "/" | "+" | "&" | "-") || token.space_before && token.text == "-"
            }
            TokenKind::Word => {
                let entry = self.entry_unblocked(at);
                let goes_on = |phrase: &Phrase| match phrase.kind {
                    PhraseKind::Priority => true,
                    PhraseKind::Tail | PhraseKind::Mend => self.phrase(at, phrase.kind).is_some(),
                    _ => false,
                };
                entry.stop || self.opens_title(at) || entry.is_temporal() || entry.phrases.iter().any(goes_on)
            }
            TokenKind::Number => false,
            TokenKind::Symbol => !token.text.starts_with(|c: char| c.is_ascii() || matches!(c, '€' | '£' | '¥' | '°')),
            TokenKind::Quoted | TokenKind::Tag | TokenKind::Link => true,
        }
    }

    /// Whether a number there counts or numbers something (`chapter 8`, `buy 8`) rather than being an hour.
    pub(crate) fn counts(&self, at: usize) -> bool {
        at > 0 && (self.entry_unblocked(at - 1).counts || self.tokens[at - 1].kind == TokenKind::Number)
    }

    /// Whether a word names something that has an hour (`alarm`, `gym`).
    pub(crate) fn rings(&self, at: usize) -> bool {
        let rings = ["alarm", "reminder", "timer", "meeting", "appointment", "call", "standup", "it", "gym", "yoga"];
        self.any(at, &rings)
    }

    /// Whether `in` or `on` belongs to a verb before it (`move in next week`, `turn the lights on tomorrow`).
    pub(crate) fn is_particle(&self, at: usize, after: usize) -> bool {
        let near = self.entry(after).near.is_some()
            || self.any(after, &["this", "next", "tonight"])
            || self.entry(after).weekday.is_some() && self.any(at, &["in"]);
        // `check in from 3pm`: what introduces the time follows.
        let apart = after > at + 1 && self.phrase(at + 1, PhraseKind::Marker).is_some();
        let back = if self.any(at, &["in"]) && !apart { 1 } else { 4 };
        (near && after == at + 1 || apart)
            && self.any(at, &["in", "on"])
            && (at.saturating_sub(back)..at).any(|before| self.entry_unblocked(before).particle)
    }

    /// Whether the word before shows that a noun comes (`the sun`, `my friday`).
    pub(crate) fn after_determiner(&self, at: usize) -> bool {
        at > 0 && self.entry_unblocked(at - 1).det && !self.eager() && !self.takes_back(at - 1)
    }

    /// Whether a `no` takes back what was said before it (`friday, no, saturday`).
    fn takes_back(&self, at: usize) -> bool {
        let said = |before: usize| {
            let entry = self.entry_unblocked(before);
            let mends = entry.phrases.iter().any(|phrase| phrase.kind == PhraseKind::Mend);
            entry.is_temporal() || mends || matches!(self.tokens[before].kind, TokenKind::Punct | TokenKind::Number)
        };
        self.any(at, &["no"]) && at > 0 && said(at - 1)
    }
}
