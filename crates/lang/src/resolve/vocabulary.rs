//! The words of many titles, each kept once and known by its number.

use std::{
    hash::{BuildHasher as _, RandomState},
    ops::Range,
};

/// Hashes short words with a secret: a product of two halves for each eight bytes.
#[derive(Debug)]
struct Secret([u64; 2]);

impl Secret {
    fn new() -> Self {
        let random = RandomState::new();
        Self([random.hash_one(0), random.hash_one(1) | 1])
    }

    fn hash(&self, word: &[u8]) -> usize {
        let fold = |hash: u64, part: u64| {
            let product = u128::from(hash ^ part) * u128::from(self.0[1]);
            let (low, high) = (product & u128::from(u64::MAX), product >> 64);
            u64::try_from(low ^ high).unwrap_or_default()
        };
        let (parts, rest) = word.as_chunks::<8>();
        let hash = parts.iter().fold(self.0[0], |hash, part| fold(hash, u64::from_le_bytes(*part)));
        let rest = rest.iter().fold(word.len() as u64, |part, byte| part << 8 | u64::from(*byte));
        usize::try_from(fold(hash, rest) >> 32).unwrap_or_default()
    }
}

/// A place of the table that is free.
const FREE: u32 = u32::MAX;

/// Words by number. The titles are the person's, who could choose words that collide: the hasher has a secret of its
/// own each time.
#[derive(Debug)]
pub(super) struct Vocabulary {
    /// All words, one after the other.
    text: String,
    /// Where each ends.
    ends: Vec<u32>,
    /// Numbers of words, where their hashes lead; twice as many places as words.
    table: Vec<u32>,
    secret: Secret,
    /// A word in lower case, while it is looked up.
    lower: String,
}

impl Default for Vocabulary {
    fn default() -> Self {
        let table = vec![FREE; 1024];
        Self { text: String::new(), ends: Vec::new(), table, secret: Secret::new(), lower: String::new() }
    }
}

impl Vocabulary {
    /// How many words there are.
    pub(super) const fn len(&self) -> usize {
        self.ends.len()
    }

    /// The word of a number.
    pub(super) fn word(&self, number: usize) -> &str {
        self.ends.get(number).map_or("", |_| &self.text[self.range(number)])
    }

    fn range(&self, number: usize) -> Range<usize> {
        let end = |number: usize| self.ends[number] as usize;
        number.checked_sub(1).map_or(0, end)..end(number)
    }

    /// The number of a word as it is typed; upper and lower case are the same.
    pub(super) fn learn(&mut self, word: &str) -> u32 {
        let mut lower = std::mem::take(&mut self.lower);
        lower.clear();
        if word.is_ascii() {
            lower.push_str(word);
            lower.make_ascii_lowercase();
        } else {
            lower.push_str(&super::words::lower(word));
        }
        let number = self.number(&lower);
        self.lower = lower;
        number
    }

    fn number(&mut self, word: &str) -> u32 {
        let place = self.place(word);
        if self.table[place] != FREE {
            return self.table[place];
        }
        let (Ok(number), Ok(end)) = (u32::try_from(self.ends.len()), u32::try_from(self.text.len() + word.len()))
        else {
            // Four gigabytes of words: what comes after is like the first.
            return 0;
        };
        self.table[place] = number;
        self.text.push_str(word);
        self.ends.push(end);
        if self.ends.len() * 2 > self.table.len() {
            self.grow();
        }
        number
    }

    /// Where a word is in the table, or belongs.
    fn place(&self, word: &str) -> usize {
        let mask = self.table.len() - 1;
        let mut place = self.secret.hash(word.as_bytes()) & mask;
        while self.table[place] != FREE && self.word(self.table[place] as usize) != word {
            place = (place + 1) & mask;
        }
        place
    }

    fn grow(&mut self) {
        self.table = vec![FREE; self.table.len() * 4];
        for (number, at) in (0..self.len()).zip(0u32..) {
            let place = self.place(self.word(number));
            self.table[place] = at;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_keep_their_numbers_however_many_come() {
        let mut vocabulary = Vocabulary::default();
        let words: Vec<String> = (0..5_000).map(|n| format!("word{n}")).collect();
        let numbers: Vec<u32> = words.iter().map(|word| vocabulary.learn(word)).collect();
        assert_eq!(numbers, (0..5_000).collect::<Vec<u32>>());
        assert_eq!(vocabulary.learn("WORD4711"), 4711);
        assert_eq!((vocabulary.word(4711), vocabulary.len()), ("word4711", 5_000));
        assert_eq!(vocabulary.learn("Ärger"), vocabulary.learn("ärger"));
    }
}
