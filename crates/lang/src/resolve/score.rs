//! How well titles fit a query. Titles share most of their words, so each word is compared with the query only once.

use super::words::{Term, likeness, split, term};
use crate::rules::hash::QuickMap;

/// A word of some title, compared with every word of the query.
#[derive(Debug)]
struct Known {
    weight: f32,
    /// How alike it is to each word of the query, in order.
    alike: Box<[f32]>,
    /// Whether it is like none of them.
    stranger: bool,
}

/// Scores titles against one query.
#[derive(Debug)]
pub(super) struct Scorer<'q, 't> {
    query: &'q [Term<'q>],
    asked: f32,
    places: QuickMap<&'t str, u32>,
    known: Vec<Known>,
    title: Vec<u32>,
    named: Vec<f32>,
    /// Whether the query has no number: then all numbers are the same stranger.
    no_numbers: bool,
}

impl<'q, 't> Scorer<'q, 't> {
    /// A scorer for a query.
    pub(super) fn new(query: &'q [Term<'q>]) -> Self {
        let asked = query.iter().map(|term| term.weight).sum();
        let no_numbers = !query.iter().any(|term| starts_with_digit(&term.word));
        Self {
            query,
            asked,
            places: QuickMap::default(),
            known: Vec::new(),
            title: Vec::new(),
            named: Vec::new(),
            no_numbers,
        }
    }

    fn place(&mut self, word: &'t str) -> u32 {
        let word = if self.no_numbers && starts_with_digit(word) { "0" } else { word };
        if let Some(place) = self.places.get(word) {
            return *place;
        }
        let other = term(word);
        let alike: Box<[f32]> = self.query.iter().map(|term| likeness(term, &other)).collect();
        let stranger = alike.iter().all(|alike| *alike <= 0.0);
        self.known.push(Known { weight: other.weight, alike, stranger });
        let place = u32::try_from(self.known.len() - 1).unwrap_or(u32::MAX);
        self.places.insert(word, place);
        place
    }

    /// 0 to 1: mostly how much of the query the title explains, a little how much of the title the query names, and
    /// whether the words stand in the same order.
    pub(super) fn score(&mut self, title: &'t str) -> f32 {
        self.title.clear();
        let mut friends = false;
        for word in split(title) {
            let place = self.place(word);
            friends |= !self.known[place as usize].stranger;
            self.title.push(place);
        }
        if !friends || self.asked <= 0.0 {
            return 0.0;
        }
        self.compare()
    }

    fn compare(&mut self) -> f32 {
        self.named.clear();
        self.named.resize(self.title.len(), 0.0);
        let (mut explained, mut best_word) = (0.0, 0.0_f32);
        let (mut in_order, mut pairs, mut last) = (0.0, 0.0, None);
        for (at, term) in self.query.iter().enumerate() {
            let alike = |place: &u32| self.known[*place as usize].alike[at];
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
        let weight = |place: &u32| self.known[*place as usize].weight;
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
