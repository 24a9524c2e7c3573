//! Which task do these words mean? Stems, synonyms, typos and word order against the titles, with a margin: one clear
//! task, several close ones, or none.

mod prefilter;
mod words;

use prefilter::Prefilter;
use words::{Term, likeness, terms};

/// From here on a title is worth mentioning.
const PLAUSIBLE: f32 = 0.45;
/// From here on a title is meant, if no other is as close.
const CLEAR: f32 = 0.66;
/// How much better the best must be than the second.
const MARGIN: f32 = 0.08;
/// Most that are offered as a choice.
const MOST: usize = 10;

/// A task a reference by words may mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate<'a> {
    /// Its number.
    pub number: saydo_domain::TaskNumber,
    /// Its title.
    pub title: &'a str,
    /// Whether it is done.
    pub completed: bool,
}

/// A candidate with its score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scored {
    /// The task's number.
    pub number: saydo_domain::TaskNumber,
    /// 0 (nothing in common) to 1 (the same words).
    pub score: f32,
}

/// What a reference by words resolves to.
#[derive(Debug, Clone, PartialEq)]
pub enum Match {
    /// One clear task.
    One(Scored),
    /// Several close ones, best first, at most ten.
    Several(Vec<Scored>),
    /// None.
    None,
}

/// All candidates that plausibly match the words, best first.
#[must_use]
pub fn rank(words: &str, candidates: &[Candidate<'_>]) -> Vec<Scored> {
    let query = terms(words);
    if query.is_empty() {
        return Vec::new();
    }
    let found = scan(&query, candidates, &Prefilter::beginnings(&query));
    // Nothing begins alike: a slip in the first letters.
    if found.is_empty() { scan(&query, candidates, &Prefilter::letters(&query)) } else { found }
}

fn scan(query: &[Term<'_>], candidates: &[Candidate<'_>], filter: &Prefilter) -> Vec<Scored> {
    let mut found: Vec<Scored> = candidates
        .iter()
        .filter(|candidate| filter.admits(candidate.title))
        .filter_map(|candidate| {
            let mut score = score(query, &terms(candidate.title));
            if candidate.completed {
                score -= 0.1;
            }
            (score >= PLAUSIBLE).then_some(Scored { number: candidate.number, score })
        })
        .collect();
    found.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.number.cmp(&b.number)));
    found
}

/// How well a title fits: mostly how much of the query it explains, a little how much of it the query names, and
/// whether the words stand in the same order.
fn score(query: &[Term<'_>], title: &[Term<'_>]) -> f32 {
    let (mut explained, mut asked) = (0.0, 0.0);
    let (mut best_word, mut in_order, mut pairs, mut last) = (0.0_f32, 0.0, 0.0, None);
    let mut named = vec![0.0_f32; title.len()];
    for term in query {
        asked += term.weight;
        let mut best: Option<(usize, f32)> = None;
        for (at, other) in title.iter().enumerate() {
            let alike = likeness(term, other);
            if alike > best.map_or(0.0, |(_, alike)| alike) {
                best = Some((at, alike));
            }
        }
        if let Some((at, alike)) = best {
            explained += alike * term.weight;
            named[at] = named[at].max(alike);
            if term.weight > 0.3 {
                best_word = best_word.max(alike * term.weight);
                if let Some(before) = last {
                    pairs += 1.0;
                    in_order += f32::from(u8::from(at > before));
                }
                last = Some(at);
            }
        }
    }
    if asked <= 0.0 || best_word <= 0.0 && title.iter().any(|term| term.weight > 0.3) {
        return 0.0;
    }
    let whole: f32 = title.iter().map(|term| term.weight).sum();
    let said: f32 = title.iter().zip(&named).map(|(term, alike)| term.weight * alike).sum();
    let (of_query, of_title) = (explained / asked, if whole > 0.0 { said / whole } else { 0.0 });
    let order = if pairs > 0.0 { in_order / pairs } else { 1.0 };
    let score = 0.72 * of_query + 0.24 * of_title + 0.04 * order;
    // A verb alone names nothing: `buy` fits every purchase.
    if best_word < 0.5 && title.len() > 1 { score * 0.8 } else { score }
}

/// Which candidate the words mean: clear match, a tie to ask about, or none.
#[must_use]
pub fn resolve(words: &str, candidates: &[Candidate<'_>]) -> Match {
    let ranked = rank(words, candidates);
    let Some(best) = ranked.first().copied() else { return Match::None };
    let close: Vec<Scored> = ranked.iter().take_while(|other| best.score - other.score < MARGIN).copied().collect();
    let exact = best.score > 0.985 && close.get(1).is_none_or(|second| second.score <= 0.985);
    if best.score >= CLEAR && (close.len() == 1 || exact) {
        return Match::One(best);
    }
    let floor = (best.score - 0.2).max(PLAUSIBLE);
    let near =
        if best.score >= CLEAR { close } else { ranked.into_iter().take_while(|other| other.score >= floor).collect() };
    Match::Several(near.into_iter().take(MOST).collect())
}
