//! Words as the resolver compares them: stems, groups of synonyms, and how much a word says.

use std::{borrow::Cow, sync::LazyLock};

use rust_stemmers::{Algorithm, Stemmer};

use super::effort::{self, Effort};
use crate::rules::{hash::QuickMap, verbs};

static STEMMER: LazyLock<Stemmer> = LazyLock::new(|| Stemmer::create(Algorithm::English));

/// What is known about everyday words.
#[derive(Debug, Default)]
struct Everyday {
    /// Groups of synonyms; some words are in two (`call`).
    groups: Vec<u16>,
    /// Its weight when it says little.
    weight: Option<f32>,
}

static EVERYDAY: LazyLock<QuickMap<&'static str, Everyday>> = LazyLock::new(|| {
    let mut words: QuickMap<&'static str, Everyday> = QuickMap::default();
    let lines = include_str!("synonyms.txt").lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
    for (group, line) in (0u16..).zip(lines) {
        for word in line.split(',').map(str::trim) {
            words.entry(word).or_default().groups.push(group);
        }
    }
    for (list, weight) in [(TIME, 0.2), (STOP, 0.05)] {
        for word in list.split_whitespace() {
            words.entry(word).or_default().weight = Some(weight);
        }
    }
    words
});

/// Words that say nothing about which task is meant.
const STOP: &str = "the a an my our your his her their its this that these those to of for in on at by with from about \
    and or is are was be been it i we some any all up off out so do did done have has had will need must please one \
    task tasks todo thing item reminder just already finally now going go went gone also as then damn bloody fucking freaking stupid goddamn darn effing";

/// Words of time: a title rarely has them.
const TIME: &str = "today tomorrow yesterday tonight morning afternoon evening night week month year day monday tuesday \
    wednesday thursday friday saturday sunday weekend next last am pm earlier later ago recently yet";

/// A word of the query or of a title.
#[derive(Debug, Clone)]
pub(super) struct Term<'t> {
    /// In lower case.
    pub(super) word: Cow<'t, str>,
    /// Its base form and stem.
    pub(super) stem: Cow<'t, str>,
    /// Its groups of synonyms.
    pub(super) groups: &'static [u16],
    /// How much it says: 1 for most words, less for verbs, next to nothing for `the`.
    pub(super) weight: f32,
    /// Which letters it has.
    letters: u32,
}

/// Words of a text that are looked at, at most.
pub(super) const MOST_WORDS: usize = 64;

/// The words of a text, as typed.
pub(super) fn split(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_alphanumeric() || matches!(c, '\'' | '’' | '-' | '_' | '+' | '\u{0300}'..='\u{036F}')))
        .map(|word| word.trim_matches(['-', '\'', '’', '_', '+']))
        .filter(|word| !word.is_empty())
        .take(MOST_WORDS)
}

/// Takes the first words of a text, so many at most: what [`split`] gives, quicker for plain texts.
pub(super) fn each_word(text: &str, most: usize, mut take: impl FnMut(&str)) {
    if !text.is_ascii() {
        return split(text).take(most).for_each(take);
    }
    let within = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'\'' | b'-' | b'_' | b'+');
    let (bytes, mut begin, mut taken) = (text.as_bytes(), 0, 0);
    while taken < most && begin < bytes.len() {
        let length = bytes[begin..].iter().position(|byte| !within(*byte)).unwrap_or(bytes.len() - begin);
        let word = text[begin..begin + length].trim_matches(['-', '\'', '_', '+']);
        if !word.is_empty() {
            take(word);
            taken += 1;
        }
        begin += length + 1;
    }
}

/// A word in lower case, with one kind of apostrophe.
pub(super) fn lower(word: &str) -> String {
    word.to_lowercase().replace('’', "'")
}

/// What is known of a word of many titles: all of a [`Term`] but the word.
#[derive(Debug)]
pub(super) struct Known {
    /// When it is not the word itself.
    stem: Option<Box<str>>,
    groups: &'static [u16],
    weight: f32,
    letters: u32,
}

impl Known {
    /// Of a word in lower case.
    pub(super) fn of(word: &str) -> Self {
        let Term { stem, groups, weight, letters, .. } = term(word);
        let stem = (stem != word).then(|| Box::from(stem));
        Self { stem, groups, weight, letters }
    }

    /// The term of that word.
    pub(super) fn term<'t>(&'t self, word: &'t str) -> Term<'t> {
        let stem = Cow::Borrowed(self.stem.as_deref().unwrap_or(word));
        let Self { groups, weight, letters, .. } = *self;
        Term { word: Cow::Borrowed(word), stem, groups, weight, letters }
    }
}

/// Which letters a word has.
fn letters(word: &str) -> u32 {
    word.bytes().fold(0, |letters, b| letters | 1 << (b & 31))
}

/// How the words begin that can be like a query's for another reason than their spelling: stems and synonyms begin as
/// the word does, but for the forms of some verbs.
#[derive(Debug)]
pub(super) struct Kin([bool; 256]);

impl Kin {
    pub(super) fn of(query: &[Term<'_>]) -> Self {
        let mut kin = Self([false; 256]);
        for term in query {
            kin.learn(&term.word);
            kin.learn(&term.stem);
            others(term).for_each(|word| kin.learn(word));
        }
        kin
    }

    fn learn(&mut self, word: &str) {
        if let Some(first) = word.as_bytes().first() {
            self.0[usize::from(*first)] = true;
        }
    }

    /// Whether a word, in lower case, can be.
    pub(super) fn has(&self, word: &str) -> bool {
        let first = word.as_bytes().first().is_some_and(|first| self.0[usize::from(*first)]);
        first || verbs::form(word.strip_suffix("'s").unwrap_or(word)).is_some()
    }
}

/// How alike a query's word and another are that is no [`Kin`].
pub(super) fn unrelated_likeness(asked: &Term<'_>, word: &str, effort: &mut Effort) -> f32 {
    if asked.word.len().min(word.len()) < 4 {
        return 0.0;
    }
    spelt_alike((&asked.word, asked.letters), (word, letters(word)), effort)
}

/// A word as a term.
pub(super) fn term(word: &str) -> Term<'_> {
    let word: Cow<'_, str> = if word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()) {
        Cow::Borrowed(word)
    } else {
        Cow::Owned(lower(word))
    };
    let letters = letters(&word);
    if word.as_bytes().first().is_some_and(u8::is_ascii_digit) {
        return Term { stem: word.clone(), groups: &[], weight: 1.0, word, letters };
    }
    let bare = word.strip_suffix("'s").unwrap_or(&word);
    let form = verbs::form(bare);
    let base = form.map_or(bare, |form| form.base);
    let stem = if base.len() > 2 && base.is_ascii() { STEMMER.stem(base).into_owned() } else { base.to_owned() };
    let known = EVERYDAY.get(bare);
    let grouped = |entry: &&'static Everyday| !entry.groups.is_empty();
    let related = known.filter(grouped).or_else(|| EVERYDAY.get(base).filter(grouped));
    let groups = related.or_else(|| EVERYDAY.get(stem.as_str())).map_or(&[][..], |entry| entry.groups.as_slice());
    let verb = if form.is_some() { 0.55 } else { 1.0 };
    let weight = known.and_then(|entry| entry.weight).unwrap_or(verb);
    Term { stem: Cow::Owned(stem), groups, weight, word, letters }
}

/// How alike two words are, 0 to 1.
pub(super) fn likeness(a: &Term<'_>, b: &Term<'_>, effort: &mut Effort) -> f32 {
    if a.word == b.word {
        return 1.0;
    }
    if a.stem == b.stem {
        return 0.97;
    }
    if a.groups.iter().any(|group| b.groups.contains(group)) {
        return 0.85;
    }
    spelt_alike((&a.word, a.letters), (&b.word, b.letters), effort)
}

/// How alike two words with these letters are by their spelling.
fn spelt_alike(a: (&str, u32), b: (&str, u32), effort: &mut Effort) -> f32 {
    let ((short, _), (long, _)) = if a.0.len() < b.0.len() { (a, b) } else { (b, a) };
    if short.len() < 4 {
        return 0.0;
    }
    if long.starts_with(short) {
        return 0.8;
    }
    // Two slips change at most four letters of the set; a digit is never a slip of another.
    let apart = (a.1 ^ b.1).count_ones();
    if long.len() - short.len() > 2 || long.len() > 32 || apart > 4 || has_digit(short) || has_digit(long) {
        return 0.0;
    }
    effort.spend(effort::SLIPS);
    match (strsim::osa_distance(a.0, b.0), long.len()) {
        (1, 5..) => 0.85,
        (1, _) if strsim::levenshtein(a.0, b.0) == 2 => 0.8,
        (2, 8..) => 0.75,
        _ => 0.0,
    }
}

fn has_digit(word: &str) -> bool {
    word.bytes().any(|b| b.is_ascii_digit())
}

/// The other words of a term's groups.
pub(super) fn others(term: &Term<'_>) -> impl Iterator<Item = &'static str> {
    let groups = term.groups;
    EVERYDAY
        .iter()
        .filter(move |(_, known)| known.groups.iter().any(|group| groups.contains(group)))
        .map(|(word, _)| *word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_texts_have_the_same_words_read_quickly() {
        for text in
            ["Buy milk", " -- a_b, c+d; 'e' --f-- ", "", "x", "Tom's 2nd-hand (bike)!", "Müller’s – bill", "+-+"]
        {
            let mut words = Vec::new();
            each_word(text, MOST_WORDS, |word| words.push(word.to_owned()));
            assert_eq!(words, split(text).collect::<Vec<_>>(), "{text}");
        }
        let mut words = Vec::new();
        each_word("one two three", 2, |word| words.push(word.to_owned()));
        assert_eq!(words, ["one", "two"]);
    }
}
