//! A cheap look at a title before it is cut into words: with ten thousand tasks most titles are turned away here.

use super::words::Term;

/// How a word begins, in a small table.
#[derive(Debug)]
pub(super) struct Prefilter {
    table: [u64; 64],
    letters: usize,
}

impl Prefilter {
    /// Admits titles with a word that begins like a word of the query, its base form or one of its synonyms.
    pub(super) fn beginnings(query: &[Term<'_>]) -> Self {
        let mut filter = Self { table: [0; 64], letters: 3 };
        let says_something = query.iter().any(|term| term.weight > 0.3);
        for term in query.iter().filter(|term| term.weight > 0.3 || !says_something) {
            filter.learn(&term.word);
            filter.learn(&term.stem);
            for word in super::words::others(term) {
                filter.learn(word);
            }
        }
        filter
    }

    /// Admits titles with a word that begins with the same letter, or with the query's second letter.
    pub(super) fn letters(query: &[Term<'_>]) -> Self {
        let mut filter = Self { table: [0; 64], letters: 1 };
        for term in query.iter().filter(|term| term.weight > 0.3) {
            filter.learn(&term.word);
            let second = term.word.char_indices().nth(1).map_or("", |(at, _)| &term.word[at..]);
            filter.learn(second);
        }
        filter
    }

    fn learn(&mut self, word: &str) {
        let key = key(word.as_bytes(), self.letters);
        self.table[key / 64] |= 1 << (key % 64);
    }

    /// Whether the title may fit.
    pub(super) fn admits(&self, title: &str) -> bool {
        let bytes = title.as_bytes();
        let mut inside = false;
        for (at, byte) in bytes.iter().enumerate() {
            let letter = byte.is_ascii_alphanumeric() || *byte >= 0x80;
            if letter && !inside {
                let key = key(&bytes[at..], self.letters);
                if self.table[key / 64] & (1 << (key % 64)) != 0 {
                    return true;
                }
            }
            inside = letter;
        }
        false
    }
}

/// The first letters of a word as a number below 4096; letters outside ASCII all count as one.
fn key(bytes: &[u8], letters: usize) -> usize {
    let mut key = 0;
    for place in 0..letters {
        let code = match bytes.get(place) {
            Some(byte) if byte.is_ascii_alphabetic() => usize::from(byte.to_ascii_lowercase() - b'a') % 15 + 1,
            Some(byte) if byte.is_ascii_digit() => usize::from(byte - b'0') % 15 + 1,
            // Accents may be written in two ways: what follows counts for nothing.
            Some(byte) if *byte >= 0x80 => return key,
            _ => 0,
        };
        key = key << 4 | code;
    }
    key
}
