//! Titles cut into words once, and looked through for one name after the other.
//!
//! ```text
//! titles ─► split ─► Vocabulary   each word once: its beginning, stem, likeness to the name
//!              └───► sequence     the titles as numbers of words ─► Scorer ─► ranked
//! ```

use saydo_domain::TaskNumber;

use super::{
    Candidate, Match, PLAUSIBLE, Scored, decide,
    effort::{self, Effort},
    prefilter::Prefilter,
    score::Scorer,
    vocabulary::Vocabulary,
    words::{Known, MOST_WORDS, Term, each_word, split, term},
};

/// About how many words of all titles together are looked at: of ten thousand tasks the first thirty of each title, and
/// so on down to the [`LEAST`].
const WORDS: usize = 300_000;
/// So many words of each title are always looked at.
const LEAST: usize = 8;
/// A task, and where its words end in the sequence of all.
#[derive(Debug)]
struct Entry {
    number: TaskNumber,
    completed: bool,
    end: usize,
}

/// A task that fits, with its state.
#[derive(Debug, Clone, Copy)]
struct Hit {
    scored: Scored,
    completed: bool,
}

/// Titles that are ready to be looked through. All that is looked up in them together has a bound.
#[derive(Debug, Default)]
pub struct Titles {
    entries: Vec<Entry>,
    /// The words of all titles, one title after the other.
    sequence: Vec<u32>,
    vocabulary: Vocabulary,
    /// What is known of each word; found out when it is first needed.
    known: Vec<Option<Known>>,
    effort: Effort,
}

impl Titles {
    /// Cuts titles into words.
    #[must_use]
    pub fn new(candidates: &[Candidate<'_>]) -> Self {
        let most = (WORDS / candidates.len().max(1)).clamp(LEAST, MOST_WORDS);
        let mut titles = Self::default();
        for Candidate { number, title, completed } in candidates {
            let Self { sequence, vocabulary, .. } = &mut titles;
            each_word(title, most, |word| sequence.push(vocabulary.learn(word)));
            let end = titles.sequence.len();
            titles.entries.push(Entry { number: *number, completed: *completed, end });
        }
        titles.known.resize_with(titles.vocabulary.len(), || None);
        titles
    }

    /// All that plausibly match the words, best first.
    pub fn rank(&mut self, words: &str) -> Vec<Scored> {
        self.rank_within(words, &[&|_, _| true])
    }

    /// Which task the words mean within the first of these scopes that has any: clear match, a tie to ask about, or
    /// none. A scope says by number and state whether a task belongs to it. Nothing when all that was looked up has
    /// taken too much work.
    pub fn resolve(&mut self, words: &str, scopes: &[&dyn Fn(TaskNumber, bool) -> bool]) -> Option<Match> {
        let ranked = self.rank_within(words, scopes);
        (!self.effort.is_spent()).then(|| decide(ranked))
    }

    fn rank_within(&mut self, words: &str, scopes: &[&dyn Fn(TaskNumber, bool) -> bool]) -> Vec<Scored> {
        let query: Vec<Term<'_>> = split(words).map(term).collect();
        if query.is_empty() {
            return Vec::new();
        }
        let near = self.scan(&query, &Prefilter::beginnings(&query));
        let mut far = None;
        for scope in scopes {
            let fits = |hit: &&Hit| scope(hit.scored.number, hit.completed);
            let found: Vec<Scored> = near.iter().filter(fits).map(|hit| hit.scored).collect();
            if !found.is_empty() {
                return found;
            }
            // Nothing begins alike: a slip in the first letters.
            let far = far.get_or_insert_with(|| self.scan(&query, &Prefilter::letters(&query)));
            let found: Vec<Scored> = far.iter().filter(fits).map(|hit| hit.scored).collect();
            if !found.is_empty() {
                return found;
            }
        }
        Vec::new()
    }

    /// The titles that fit among those with a word that the filter admits, best first.
    fn scan(&mut self, query: &[Term<'_>], filter: &Prefilter) -> Vec<Hit> {
        let Self { entries, sequence, vocabulary, known, effort } = self;
        effort.spend(vocabulary.len() + sequence.len() + query.len() * effort::WORD);
        if effort.is_spent() {
            return Vec::new();
        }
        let admitted: Vec<bool> = (0..vocabulary.len()).map(|word| filter.admits(vocabulary.word(word))).collect();
        let mut scorer = Scorer::new(query, vocabulary, known, effort);
        let (mut found, mut begin) = (Vec::new(), 0);
        for Entry { number, completed, end } in entries {
            let title = &sequence[begin..*end];
            begin = *end;
            if scorer.is_spent() {
                break;
            }
            if !title.iter().any(|word| admitted[*word as usize]) {
                continue;
            }
            let mut score = scorer.score(title);
            if *completed {
                score -= 0.1;
            }
            if score >= PLAUSIBLE {
                found.push(Hit { scored: Scored { number: *number, score }, completed: *completed });
            }
        }
        found.sort_by(|Hit { scored: a, .. }, Hit { scored: b, .. }| {
            b.score.total_cmp(&a.score).then(a.number.cmp(&b.number))
        });
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn titles(titles: &[String]) -> Titles {
        let candidate = |(number, title)| Candidate { number: TaskNumber::new(number), title, completed: false };
        Titles::new(&(1..).zip(titles).map(|(number, title)| candidate((number, title.as_str()))).collect::<Vec<_>>())
    }

    #[test]
    fn a_name_is_found_within_the_first_scope_that_has_it() {
        let candidate = |number, title, completed| Candidate { number: TaskNumber::new(number), title, completed };
        let mut titles = Titles::new(&[candidate(1, "Pay the rent", true), candidate(2, "Rend the veil", false)]);
        let open: &dyn Fn(TaskNumber, bool) -> bool = &|_, completed| !completed;
        let number = |found: Option<Match>| match found {
            Some(Match::One(one)) => one.number.get(),
            other => panic!("{other:?}"),
        };
        assert_eq!(number(titles.resolve("rent", &[open, &|_, _| true])), 1);
        assert_eq!(number(titles.resolve("veil", &[open, &|_, _| true])), 2);
        assert_eq!(titles.resolve("rent", &[open]), Some(Match::None));
        assert_eq!(titles.resolve("", &[open]), Some(Match::None));
    }

    #[test]
    fn what_is_looked_up_has_a_bound_that_no_titles_and_no_names_get_past() {
        // All words differ, and all are nearly what is asked for.
        let word = |n: usize| {
            format!(
                "abc{}",
                (0..5).map(|place| char::from(b'a' + (n / 7_usize.pow(place) % 7) as u8)).collect::<String>()
            )
        };
        let made: Vec<String> =
            (0..2_000).map(|n| (0..8).map(|place| word(n * 8 + place)).collect::<Vec<_>>().join(" ")).collect();
        let mut titles = titles(&made);
        let name: Vec<String> = (0..64).map(|n| word(n * 250)).collect();
        let (name, mut names) = (name.join(" "), 0);
        while titles.resolve(&name, &[&|_, _| true]).is_some() {
            names += 1;
            assert!(names < 100, "there is no bound");
        }
        // What is over stays over, and costs nothing.
        assert_eq!(titles.resolve("milk", &[&|_, _| true]), None);
        assert!(titles.effort.is_spent());
    }
}
