//! How well titles fit a query. Titles share most of their words, so each word is compared with the query only once.

use super::{
    effort::{self, Effort},
    vocabulary::Vocabulary,
    words::{Kin, Known, Term, likeness, unrelated_likeness},
};

/// A word that was not compared with the query yet.
const UNKNOWN: u32 = u32::MAX;
/// A word that is like none of the query's.
const STRANGER: u32 = u32::MAX - 1;

/// Scores titles against one query.
#[derive(Debug)]
pub(super) struct Scorer<'q, 't> {
    query: &'q [Term<'q>],
    asked: f32,
    vocabulary: &'t Vocabulary,
    known: &'t mut [Option<Known>],
    effort: &'t mut Effort,
    kin: Kin,
    /// Where the likenesses of each word of the vocabulary begin.
    places: Vec<u32>,
    /// How alike a word is to each word of the query, in order.
    alike: Vec<f32>,
    /// The title at hand, by the places of its words.
    title: Vec<u32>,
    weights: Vec<f32>,
    named: Vec<f32>,
    /// Whether the query has no number: then all numbers are strangers.
    no_numbers: bool,
}

impl<'q, 't> Scorer<'q, 't> {
    /// A scorer for a query.
    pub(super) fn new(
        query: &'q [Term<'q>],
        vocabulary: &'t Vocabulary,
        known: &'t mut [Option<Known>],
        effort: &'t mut Effort,
    ) -> Self {
        Self {
            query,
            asked: query.iter().map(|term| term.weight).sum(),
            vocabulary,
            known,
            effort,
            kin: Kin::of(query),
            places: vec![UNKNOWN; vocabulary.len()],
            alike: Vec::new(),
            title: Vec::new(),
            weights: Vec::new(),
            named: Vec::new(),
            no_numbers: !query.iter().any(|term| starts_with_digit(&term.word)),
        }
    }

    /// Whether no more work may go into this.
    pub(super) const fn is_spent(&self) -> bool {
        self.effort.is_spent()
    }

    fn place(&mut self, number: u32) -> u32 {
        let number = number as usize;
        if self.places[number] == UNKNOWN {
            self.places[number] = self.compare_word(number);
        }
        self.places[number]
    }

    fn compare_word(&mut self, number: usize) -> u32 {
        let Self { query, vocabulary, kin, alike, effort, .. } = self;
        let (word, begin) = (vocabulary.word(number), alike.len());
        if self.no_numbers && starts_with_digit(word) {
            return STRANGER;
        }
        effort.spend(query.len() * effort::WORDS);
        if kin.has(word) {
            let term = look_closely(self.known, number, effort, word);
            alike.extend(query.iter().map(|asked| likeness(asked, &term, effort)));
        } else {
            alike.extend(query.iter().map(|asked| unrelated_likeness(asked, word, effort)));
        }
        if alike[begin..].iter().all(|alike| *alike <= 0.0) {
            alike.truncate(begin);
            return STRANGER;
        }
        u32::try_from(begin).unwrap_or(STRANGER)
    }

    /// 0 to 1: mostly how much of the query the title explains, a little how much of the title the query names, and
    /// whether the words stand in the same order.
    pub(super) fn score(&mut self, title: &[u32]) -> f32 {
        self.title.clear();
        let mut friends = false;
        for word in title {
            let place = self.place(*word);
            friends |= place != STRANGER;
            self.title.push(place);
        }
        if !friends || self.asked <= 0.0 {
            return 0.0;
        }
        self.effort.spend(self.query.len() * title.len());
        self.weights.clear();
        for word in title {
            let (number, word) = (*word as usize, self.vocabulary.word(*word as usize));
            self.weights.push(look_closely(self.known, number, self.effort, word).weight);
        }
        self.compare()
    }

    fn compare(&mut self) -> f32 {
        self.named.clear();
        self.named.resize(self.title.len(), 0.0);
        let (mut explained, mut best_word) = (0.0, 0.0_f32);
        let (mut in_order, mut pairs, mut last) = (0.0, 0.0, None);
        for (at, term) in self.query.iter().enumerate() {
            let alike = |place: &u32| if *place == STRANGER { 0.0 } else { self.alike[*place as usize + at] };
            let mut best: Option<(usize, f32)> = None;
            for (there, place) in self.title.iter().enumerate() {
                if alike(place) > best.map_or(0.0, |(_, alike)| alike) {
                    best = Some((there, alike(place)));
                }
            }
            let Some((there, alike)) = best else { continue };
            explained += alike * term.weight;
            self.named[there] = self.named[there].max(alike);
            if term.weight > 0.3 {
                best_word = best_word.max(alike * term.weight);
                if let Some(before) = last {
                    pairs += 1.0;
                    in_order += f32::from(u8::from(there > before));
                }
                last = Some(there);
            }
        }
        if best_word <= 0.0 && self.weights.iter().any(|weight| *weight > 0.3) {
            return 0.0;
        }
        let whole: f32 = self.weights.iter().sum();
        let said: f32 = self.weights.iter().zip(&self.named).map(|(weight, alike)| weight * alike).sum();
        let of_title = if whole > 0.0 { said / whole } else { 0.0 };
        let order = if pairs > 0.0 { in_order / pairs } else { 1.0 };
        let score = 0.72 * (explained / self.asked) + 0.24 * of_title + 0.04 * order;
        // `I finished the book` is not about “Book train tickets”: a noun that is the verb of an order is no name.
        let mut named = self.query.iter().filter(|term| term.weight > 0.3);
        let noun = named.next().is_some_and(|term| THINGS.contains(&&*term.word))
            && named.next().is_none()
            && last == Some(0)
            && self.named[0] >= 1.0
            && self.weights.iter().skip(1).any(|weight| *weight > 0.3);
        let score = if noun { score * 0.75 } else { score };
        // A verb alone names nothing: `buy` fits every purchase.
        if best_word < 0.5 && self.title.len() > 1 { score * 0.8 } else { score }
    }
}

/// Verbs that are, as nouns, not what is done but a thing of their own; the call and the email are done by calling and
/// writing.
const THINGS: [&str; 20] = [
    "book", "water", "iron", "plant", "train", "paint", "oil", "film", "fish", "ship", "wax", "glue", "sand", "park",
    "bin", "dust", "mop", "hoover", "light", "file",
];

/// What is known of a word, found out when it is first needed.
fn look_closely<'k>(known: &'k mut [Option<Known>], number: usize, effort: &mut Effort, word: &'k str) -> Term<'k> {
    let known = known[number].get_or_insert_with(|| {
        effort.spend(effort::WORD);
        Known::of(word)
    });
    known.term(word)
}

fn starts_with_digit(word: &str) -> bool {
    word.as_bytes().first().is_some_and(u8::is_ascii_digit)
}
