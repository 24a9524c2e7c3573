//! Small questions about runs of units: is it a member of a class, what class does it begin or end with, is it a number.

use super::{
    grammar::grammar,
    message::{Message, Unit},
};
use crate::token::TokenKind;

/// Whether the unit is this word of the lexicon.
pub(crate) fn is(unit: &Unit, word: &str) -> bool {
    unit.word.is_some_and(|id| grammar().spelling(id) == word)
}

/// Whether the unit is one of these words.
pub(crate) fn is_any(unit: &Unit, words: &[&str]) -> bool {
    unit.word.is_some_and(|id| words.contains(&grammar().spelling(id)))
}

/// Whether the unit alone is in the class.
pub(crate) fn in_class(unit: &Unit, class: &str) -> bool {
    unit.word.is_some_and(|word| grammar().vocabulary.is_in(word, grammar().class(class)))
}

/// The length of the longest member of the class that the units begin with.
pub(crate) fn prefix(units: &[Unit], class: &str) -> Option<usize> {
    let class = grammar().class(class);
    let vocabulary = &grammar().vocabulary;
    let first = units.first()?.word?;
    let single = vocabulary.is_in(first, class).then_some(1);
    let phrases = vocabulary.phrases(class, Some(first)).iter().filter(|phrase| {
        units.len() >= phrase.len() && units.iter().zip(phrase.iter()).all(|(unit, word)| unit.word == Some(*word))
    });
    phrases.map(|phrase| phrase.len()).max().max(single)
}

/// The length of the longest member of the class that the units end with.
pub(crate) fn suffix(units: &[Unit], class: &str) -> Option<usize> {
    let class = grammar().class(class);
    let vocabulary = &grammar().vocabulary;
    let last = units.last()?.word?;
    let single = vocabulary.is_in(last, class).then_some(1);
    let phrases = vocabulary.phrases_before(class, last).iter().filter(|phrase| {
        units.len() >= phrase.len()
            && phrase.last() == Some(&last)
            && units[units.len() - phrase.len()..]
                .iter()
                .zip(phrase.iter())
                .all(|(unit, word)| unit.word == Some(*word))
    });
    phrases.map(|phrase| phrase.len()).max().max(single)
}

/// Whether the units are exactly a member of the class.
pub(crate) fn whole(units: &[Unit], class: &str) -> bool {
    !units.is_empty() && prefix(units, class) == Some(units.len())
}

/// The units without punctuation and symbols at both ends.
pub(crate) fn trim(units: &[Unit]) -> &[Unit] {
    let start = units.iter().position(|unit| !unit.skip).unwrap_or(units.len());
    let end = units.iter().rposition(|unit| !unit.skip).map_or(start, |at| at + 1);
    &units[start..end]
}

/// A number of words or digits at the beginning, and how many units it takes. `one` counts only when `loose`.
pub(crate) fn number(message: &Message<'_>, units: &[Unit], loose: bool) -> Option<(u32, usize)> {
    let unit = units.first()?;
    let token = message.token(unit);
    if token.kind == TokenKind::Number {
        return token.number().map(|number| (number, 1));
    }
    let value = cardinal(grammar().spelling(unit.word?))?;
    if value == 1 && !loose {
        return None;
    }
    if value >= 20 && value % 10 == 0 {
        let hyphen = units.get(1).is_some_and(|unit| message.token(unit).is_punct('-'));
        let at = if hyphen { 2 } else { 1 };
        let small = units.get(at).and_then(|unit| cardinal(grammar().spelling(unit.word?)));
        if let Some(small @ 1..=9) = small {
            return Some((value + small, at + 1));
        }
    }
    Some((value, 1))
}

fn cardinal(word: &str) -> Option<u32> {
    const SMALL: [&str; 20] = [
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
        "twenty",
    ];
    if let Some(at) = SMALL.iter().position(|known| *known == word) {
        return u32::try_from(at + 1).ok();
    }
    match word {
        "thirty" => Some(30),
        "forty" => Some(40),
        "fifty" => Some(50),
        "couple" => Some(2),
        _ => None,
    }
}

/// A place in a row at the beginning (`third`, `3rd`), and how many units it takes.
pub(crate) fn ordinal(message: &Message<'_>, units: &[Unit]) -> Option<(u32, usize)> {
    const NAMES: [&str; 12] = [
        "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh",
        "twelfth",
    ];
    let unit = units.first()?;
    let token = message.token(unit);
    if token.kind == TokenKind::Number {
        let next = message.token(units.get(1)?);
        let glued = !next.space_before && ["st", "nd", "rd", "th"].contains(&&*next.norm);
        return if glued { Some((token.number()?, 2)) } else { None };
    }
    // `the third's done`
    let word = token.norm.strip_suffix("'s").unwrap_or(&token.norm);
    let at = NAMES.iter().position(|name| *name == word)?;
    Some((u32::try_from(at + 1).ok()?, 1))
}
