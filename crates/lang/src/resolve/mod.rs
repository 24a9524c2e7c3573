//! Which task do these words mean? Stems, synonyms, typos and word order against the titles, with a margin: one clear
//! task, several close ones, or none.

mod effort;
mod prefilter;
mod score;
mod titles;
mod vocabulary;
mod words;

pub use titles::Titles;

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
    Titles::new(candidates).rank(words)
}

/// Which candidate the words mean: clear match, a tie to ask about, or none.
#[must_use]
pub fn resolve(words: &str, candidates: &[Candidate<'_>]) -> Match {
    decide(rank(words, candidates))
}

/// What the best of these make clear.
fn decide(ranked: Vec<Scored>) -> Match {
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
