//! A message as the rules see it: units (words of the lexicon, numbers, the rest) over the tokens of the text.

use std::{cell::RefCell, ops::Range, rc::Rc};

use super::{
    fuel::Fuel,
    grammar::grammar,
    hash::QuickMap,
    verbs::{self, Forms},
    vocabulary::WordId,
};
use crate::{
    Edit, Moment, TaskFilter,
    attributes::{Extraction, Options, extract},
    token::{Token, TokenKind, tokenize},
};

/// A word as the rules see it; one token may be two of them (`don't` is `do` `not`).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Unit {
    /// Its number in the lexicon, if it is in there.
    pub(crate) word: Option<WordId>,
    /// What form of which verb it is.
    pub(crate) verb: Option<&'static Forms>,
    /// Its token.
    pub(crate) token: usize,
    /// Whether the word was guessed from a misspelling.
    pub(crate) typo: bool,
    /// Punctuation and symbols that a rule may pass over.
    pub(crate) skip: bool,
    /// Whether this is the `'s` of a word, which may be `is`, or only shows whose it is.
    pub(crate) clitic: bool,
}

/// The text, its tokens and its units.
#[derive(Debug)]
pub(crate) struct Message<'t> {
    /// As typed.
    pub(crate) text: &'t str,
    /// Its tokens.
    pub(crate) tokens: Vec<Token<'t>>,
    /// Its units.
    pub(crate) units: Vec<Unit>,
    /// What was found in runs of tokens: rules ask about the same ones again and again.
    pub(crate) known: Known,
    /// The work that may still be spent on it.
    pub(crate) fuel: Fuel,
}

/// What is known by what was asked.
type Memo<K, V> = RefCell<QuickMap<K, V>>;

/// Answers by token range.
#[derive(Debug, Default)]
pub(crate) struct Known {
    /// The edit that the tokens say.
    pub(crate) edits: Memo<Range<usize>, Option<Edit>>,
    /// The group of tasks that so many units over the tokens speak of, if they do.
    pub(crate) groups: Memo<(Range<usize>, usize), Option<TaskFilter>>,
    /// What the tokens say about when, how urgent and the like.
    attributes: Memo<(Range<usize>, Options), Rc<Extraction>>,
}

/// What follows `its` only where `it's` is meant.
const AFTER_IT_IS: [&str; 20] = [
    "not",
    "a",
    "an",
    "the",
    "too",
    "urgent",
    "important",
    "done",
    "finished",
    "really",
    "very",
    "so",
    "tomorrow",
    "at",
    "due",
    "on",
    "by",
    "for",
    "only",
    "actually",
];

/// A unit that is no word of the lexicon.
const fn bare_unit(token: usize) -> Unit {
    Unit { word: None, verb: None, token, typo: false, skip: false, clitic: false }
}

impl<'t> Message<'t> {
    /// Cuts a text up.
    pub(crate) fn new(text: &'t str) -> Self {
        let tokens = tokenize(text);
        let mut units = Vec::with_capacity(tokens.len() + 4);
        for (at, token) in tokens.iter().enumerate() {
            let possessive = token.norm == "s"
                && !token.space_before
                && at > 1
                && tokens[at - 1].is_punct('\'')
                && tokens[at - 2].kind == TokenKind::Number;
            // `its not that urgent`, typed without the apostrophe
            let after = |distance: usize| tokens.get(at + distance).map_or("", |next| &*next.norm);
            let field = after(1) == "due" && ["date", "day", "time"].contains(&after(2));
            let copula = token.norm == "its" && AFTER_IT_IS.contains(&after(1)) && !field;
            if copula {
                let word = |word| Unit { word: grammar().vocabulary.id(word), ..bare_unit(at) };
                units.extend([word("it"), word("is")]);
                continue;
            }
            push_units(&mut units, token, at);
            // `3's`
            if possessive && let Some(last) = units.last_mut() {
                (last.word, last.clitic) = (grammar().vocabulary.id("is"), true);
            }
        }
        let fuel = Fuel::new(text.len());
        Self { text, tokens, units, known: Known::default(), fuel }
    }

    /// The token of a unit.
    pub(crate) fn token(&self, unit: &Unit) -> &Token<'t> {
        &self.tokens[unit.token]
    }

    /// The tokens from the first to the last unit, as a range.
    pub(crate) fn token_range(&self, units: &[Unit]) -> Range<usize> {
        match (units.first(), units.last()) {
            (Some(first), Some(last)) => first.token..last.token + 1,
            _ => 0..0,
        }
    }

    /// The attributes in a range of tokens; none when the work has become too much. Every range is read once.
    pub(crate) fn attributes(&self, range: Range<usize>, moment: &Moment, options: Options) -> Rc<Extraction> {
        let key = (range, options);
        if let Some(known) = self.known.attributes.borrow().get(&key) {
            return Rc::clone(known);
        }
        if self.fuel.is_empty() {
            return Rc::new(Extraction::empty(key.0.len()));
        }
        let extraction = Rc::new(extract(&self.tokens[key.0.clone()], self.text, moment, options));
        self.fuel.spend(extraction.work);
        self.known.attributes.borrow_mut().insert(key, Rc::clone(&extraction));
        extraction
    }

    /// The text of the units as typed, with single spaces, without punctuation at the ends.
    pub(crate) fn cut(&self, units: &[Unit]) -> String {
        let mut text = String::new();
        let mut last = None;
        for (at, unit) in units.iter().enumerate() {
            if last == Some(unit.token) {
                continue;
            }
            last = Some(unit.token);
            let token = self.token(unit);
            if token.space_before && !text.is_empty() {
                text.push(' ');
            }
            // `the report's done`: the `'s` is not the report's.
            let cut_off = self.has_clitic(unit) && units.get(at + 1).is_none_or(|next| next.token != unit.token);
            let bare = token.text.len().saturating_sub(2);
            text.push_str(if cut_off { token.text.get(..bare).unwrap_or(token.text) } else { token.text });
        }
        tidy(&text).to_owned()
    }

    /// Whether the unit is followed by the `'s` of its own token.
    fn has_clitic(&self, unit: &Unit) -> bool {
        let token = self.token(unit);
        !unit.clitic
            && token.norm.ends_with("'s")
            && token.text.ends_with(['s', 'S'])
            && self.units_of(unit.token).any(|other| other.clitic)
    }

    /// The units of a token.
    fn units_of(&self, token: usize) -> impl Iterator<Item = &Unit> {
        let first = self.units.partition_point(|unit| unit.token < token);
        self.units[first..].iter().take_while(move |unit| unit.token == token)
    }

    /// The text of the units in lower case, normalised.
    pub(crate) fn lower(&self, units: &[Unit]) -> String {
        self.cut(units).to_lowercase()
    }
}

/// Without separators at the ends.
pub(crate) fn tidy(text: &str) -> &str {
    let text = text.trim();
    let text = text.strip_suffix("()").or_else(|| text.strip_suffix('(')).unwrap_or(text);
    let separators: &[char] = &[' ', ',', ';', ':', '-', '–', '—', '.', '…', '!', '•', '·', '\t', '\n', '\r'];
    let start = text.trim_start_matches(separators);
    // An abbreviation and an ellipsis keep nothing here; a closing bracket or question mark belongs to the words.
    start.trim_end_matches(separators)
}

fn push_units(units: &mut Vec<Unit>, token: &Token<'_>, at: usize) {
    let plain = |word, verb, typo, skip| Unit { word, verb, token: at, typo, skip, clitic: false };
    match token.kind {
        TokenKind::Word => {
            let vocabulary = &grammar().vocabulary;
            let norm: &str = &token.norm;
            if let Some(parts) = vocabulary.contraction(norm) {
                units.extend(
                    parts.iter().map(|word| plain(Some(*word), verbs::form(grammar().spelling(*word)), false, false)),
                );
                return;
            }
            let verb = verbs::form(norm);
            if let Some(word) = vocabulary.id(norm) {
                units.push(plain(Some(word), verb, false, false));
                return;
            }
            if let Some(stem) = norm.strip_suffix("'s")
                && !stem.is_empty()
            {
                // `today's`, `mom's`: known by the word that has it.
                units.push(plain(vocabulary.id(stem), None, false, false));
                units.push(Unit { clitic: true, ..plain(vocabulary.id("is"), None, false, false) });
                return;
            }
            let stretched = stretched(norm);
            let guess = if verb.is_none() { stretched.or_else(|| vocabulary.nearest(norm)) } else { None };
            units.push(plain(guess, verb, guess.is_some(), false));
        }
        TokenKind::Punct | TokenKind::Symbol => {
            let word = grammar().vocabulary.id(&token.norm);
            let skip = !matches!(token.text, "#" | "+" | "✅" | "✔" | "✓" | "☑");
            units.push(plain(word, None, false, skip));
        }
        TokenKind::Number | TokenKind::Quoted | TokenKind::Tag | TokenKind::Link => {
            units.push(plain(None, None, false, false));
        }
    }
}

/// The word that was drawn out: `pleeease`, `hiiii`, `addd`.
fn stretched(word: &str) -> Option<WordId> {
    if word.len() > 40 || !word.as_bytes().windows(3).any(|three| three[0] == three[1] && three[1] == three[2]) {
        return None;
    }
    let squeeze = |most: usize| {
        let mut squeezed = String::new();
        let mut run = 0;
        for c in word.chars() {
            run = if squeezed.ends_with(c) { run + 1 } else { 1 };
            if run <= most {
                squeezed.push(c);
            }
        }
        squeezed
    };
    [2, 1].into_iter().find_map(|most| grammar().vocabulary.id(&squeeze(most)))
}
