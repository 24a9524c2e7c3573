//! How well titles fit a query. Titles share most of their words, so each word is compared with the query only once.

use super::{
    effort::{self, Effort},
    vocabulary::Vocabulary,
    words::{Known, Term, likeness},
};

/// A word that was not compared yet.
const UNKNOWN: u32 = u32::MAX;

/// A word of some title, compared with every word of the query.
#[derive(Debug)]
struct Compared {
    weight: f32,
    /// Where its likenesses to the words of the query begin; nowhere when it is like none of them.
    alike: Option<usize>,
}

/// Scores titles against one query.
#[derive(Debug)]
pub(super) struct Scorer<'q, 't> {
    query: &'q [Term<'q>],
    asked: f32,
    vocabulary: &'t Vocabulary,
    known: &'t mut [Option<Known>],
    effort: &'t mut Effort,
    /// Where each word of the vocabulary is in `compared`.
    places: Vec<u32>,
    compared: Vec<Compared>,
    /// How alike a word is to each word of the query, in order.
    alike: Vec<f32>,
    title: Vec<u32>,
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
            places: vec![UNKNOWN; vocabulary.len()],
            compared: Vec::new(),
            alike: Vec::new(),
            title: Vec::new(),
            named: Vec::new(),
            no_numbers: !query.iter().any(|term| starts_with_digit(&term.word)),
        }
    }

    /// Whether no more work may go into this.
    pub(super) const fn is_spent(&self) -> bool {
        self.effort.is_spent()
    }

    fn place(&mut self, number: u32) -> u32 {
        let known = self.places[number as usize];
        if known != UNKNOWN {
            return known;
        }
        let compared = self.compare_word(number as usize);
        let place = u32::try_from(self.compared.len()).unwrap_or(UNKNOWN);
        self.compared.push(compared);
        self.places[number as usize] = place;
        place
    }

    fn compare_word(&mut self, number: usize) -> Compared {
        let word = self.vocabulary.word(number);
        if self.no_numbers && starts_with_digit(word) {
            return Compared { weight: 1.0, alike: None };
        }
        let Self { query, effort, alike, .. } = self;
        let known = self.known[number].get_or_insert_with(|| {
            effort.spend(effort::WORD);
            Known::of(word)
        });
        let term = known.term(word);
        effort.spend(query.len() * effort::WORDS);
        let begin = alike.len();
        alike.extend(query.iter().map(|asked| likeness(asked, &term, effort)));
        let friend = alike[begin..].iter().any(|alike| *alike > 0.0);
        if !friend {
            alike.truncate(begin);
        }
        Compared { weight: term.weight, alike: friend.then_some(begin) }
    }

    /// 0 to 1: mostly how much of the query the title explains, a little how much of the title the query names, and
    /// whether the words stand in the same order.
    pub(super) fn score(&mut self, title: &[u32]) -> f32 {
        self.title.clear();
        let mut friends = false;
        for word in title {
            let place = self.place(*word);
            friends |= self.compared[place as usize].alike.is_some();
            self.title.push(place);
        }
        if !friends || self.asked <= 0.0 {
            return 0.0;
        }
        self.effort.spend(self.query.len() * title.len());
        self.compare()
    }

    fn compare(&mut self) -> f32 {
        self.named.clear();
        self.named.resize(self.title.len(), 0.0);
        let (mut explained, mut best_word) = (0.0, 0.0_f32);
        let (mut in_order, mut pairs, mut last) = (0.0, 0.0, None);
        for (at, term) in self.query.iter().enumerate() {
            let alike = |place: &u32| self.compared[*place as usize].alike.map_or(0.0, |begin| self.alike[begin + at]);
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
        let weight = |place: &u32| self.compared[*place as usize].weight;
        if best_word <= 0.0 && self.title.iter().any(|place| weight(place) > 0.3) {
            return 0.0;
        }
        let whole: f32 = self.title.iter().map(weight).sum();
        let said: f32 = self.title.iter().zip(&self.named).map(|(place, alike)| weight(place) * alike).sum();
        let of_title = if whole > 0.0 { said / whole } else { 0.0 };
        let order = if pairs > 0.0 { in_order / pairs } else { 1.0 };
        let score = 0.72 * (explained / self.asked) + 0.24 * of_title + 0.04 * order;
        // A verb alone names nothing: `buy` fits every purchase.
        if best_word < 0.5 && self.title.len() > 1 { score * 0.8 } else { score }
    }
}

fn starts_with_digit(word: &str) -> bool {
    word.as_bytes().first().is_some_and(u8::is_ascii_digit)
}
