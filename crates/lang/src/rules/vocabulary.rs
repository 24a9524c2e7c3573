//! The closed lexicon of command words: numbers for words, classes of words, contractions, misspellings.
//!
//! Only words of this lexicon are ever understood in spite of a typo; the words of titles are never touched.

use super::hash::QuickMap;

/// A word of the lexicon.
pub(crate) type WordId = u16;

/// A class of words and phrases (`$delete`).
pub(crate) type ClassId = u8;

/// A set of classes, a bit for each.
#[derive(Debug, Default, Clone, Copy)]
struct ClassSet([u64; 4]);

impl ClassSet {
    const fn insert(&mut self, class: ClassId) {
        self.0[(class >> 6) as usize] |= 1 << (class & 63);
    }

    const fn contains(self, class: ClassId) -> bool {
        self.0[(class >> 6) as usize] & 1 << (class & 63) != 0
    }
}

/// A class: its single words are bits on the words, its phrases are kept here.
#[derive(Debug, Default)]
struct Class {
    phrases: Vec<Box<[WordId]>>,
    firsts: Vec<WordId>,
}

/// All words the rules know.
#[derive(Debug, Default)]
pub(crate) struct Vocabulary {
    ids: QuickMap<&'static str, WordId>,
    bits: Vec<ClassSet>,
    /// By word: the classes that have a phrase beginning with it, and those that have one ending with it.
    edges: Vec<(ClassSet, ClassSet)>,
    classes: Vec<Class>,
    class_ids: QuickMap<&'static str, ClassId>,
    contractions: QuickMap<&'static str, Box<[WordId]>>,
    /// Words that are understood in spite of a slip, with the set of their letters.
    fuzzy: Vec<(&'static str, WordId, u32)>,
}

impl Vocabulary {
    /// The number of a word, made when new.
    pub(crate) fn intern(&mut self, word: &'static str) -> WordId {
        if let Some(id) = self.ids.get(word) {
            return *id;
        }
        let id = WordId::try_from(self.bits.len()).unwrap_or(WordId::MAX);
        self.ids.insert(word, id);
        self.bits.push(ClassSet::default());
        id
    }

    /// A phrase's words, contractions spelled out.
    pub(crate) fn intern_phrase(&mut self, phrase: &'static str) -> Vec<WordId> {
        let mut words = Vec::new();
        for word in phrase.split_whitespace() {
            match self.contractions.get(word) {
                Some(parts) => words.extend_from_slice(parts),
                None => {
                    // The tokeniser cuts `to-do` at the hyphen.
                    for (at, part) in word.split('-').enumerate() {
                        if at > 0 {
                            words.push(self.intern("-"));
                        }
                        if !part.is_empty() {
                            words.push(self.intern(part));
                        }
                    }
                }
            }
        }
        words
    }

    /// Reads `a, b: c d` lines.
    pub(crate) fn read_contractions(&mut self, table: &'static str) {
        for (words, meaning) in lines(table).filter_map(|line| line.split_once(':')) {
            let ids: Box<[WordId]> = meaning.split_whitespace().map(|word| self.intern(word)).collect();
            for word in words.split(',').map(str::trim) {
                self.contractions.insert(word, ids.clone());
            }
        }
    }

    /// Reads `class: word, phrase of words` lines; `class~` allows for typos in its words.
    pub(crate) fn read_classes(&mut self, table: &'static str) {
        for (name, words) in lines(table).filter_map(|line| line.split_once(':')) {
            let (name, fuzzy) = name.strip_suffix('~').map_or((name, false), |name| (name, true));
            for phrase in words.split(',').map(str::trim).filter(|phrase| !phrase.is_empty()) {
                self.add_to_class(name, phrase, fuzzy);
            }
        }
    }

    /// Puts a word or phrase into a class.
    pub(crate) fn add_to_class(&mut self, name: &'static str, phrase: &'static str, fuzzy: bool) {
        let class = self.class_or_new(name);
        let words = self.intern_phrase(phrase);
        if fuzzy {
            for (word, id) in phrase.split_whitespace().zip(&words) {
                if word.len() >= 4
                    && word.bytes().all(|b| b.is_ascii_lowercase())
                    && !self.fuzzy.iter().any(|(known, ..)| *known == word)
                {
                    self.fuzzy.push((word, *id, letters(word)));
                }
            }
        }
        match words.as_slice() {
            [] => {}
            [word] => self.bits[usize::from(*word)].insert(class),
            [first, ..] => {
                self.classes[usize::from(class)].firsts.push(*first);
                self.classes[usize::from(class)].phrases.push(words.into_boxed_slice());
            }
        }
    }

    fn class_or_new(&mut self, name: &'static str) -> ClassId {
        if let Some(id) = self.class_ids.get(name) {
            return *id;
        }
        // 256 classes fit the bits of a word; a test counts them.
        let id = ClassId::try_from(self.classes.len()).unwrap_or(ClassId::MAX);
        self.class_ids.insert(name, id);
        self.classes.push(Class::default());
        id
    }

    /// The class of that name.
    pub(crate) fn class(&self, name: &str) -> Option<ClassId> {
        self.class_ids.get(name).copied()
    }

    /// Whether the word alone is in the class.
    pub(crate) fn is_in(&self, word: WordId, class: ClassId) -> bool {
        self.bits.get(usize::from(word)).is_some_and(|classes| classes.contains(class))
    }

    /// The phrases of several words in the class that begin with a word.
    pub(crate) fn phrases(&self, class: ClassId, first: Option<WordId>) -> &[Box<[WordId]>] {
        let Some(first) = first.filter(|first| self.edges[usize::from(*first)].0.contains(class)) else {
            return &[];
        };
        let Some(class) = self.classes.get(usize::from(class)) else { return &[] };
        let start = class.phrases.partition_point(|phrase| phrase[0] < first);
        let count = class.phrases[start..].partition_point(|phrase| phrase[0] == first);
        &class.phrases[start..start + count]
    }

    /// The phrases of several words in the class, if any of them ends with a word.
    pub(crate) fn phrases_before(&self, class: ClassId, last: WordId) -> &[Box<[WordId]>] {
        if !self.edges[usize::from(last)].1.contains(class) {
            return &[];
        }
        self.classes.get(usize::from(class)).map_or(&[], |class| &class.phrases)
    }

    /// Puts the phrases in order and notes where they begin and end, when all are read.
    pub(crate) fn finish(&mut self) {
        self.edges = vec![<(ClassSet, ClassSet)>::default(); self.bits.len()];
        for (id, class) in (0..=ClassId::MAX).zip(&mut self.classes) {
            class.phrases.sort_unstable();
            for phrase in &class.phrases {
                if let [first, .., last] = **phrase {
                    self.edges[usize::from(first)].0.insert(id);
                    self.edges[usize::from(last)].1.insert(id);
                }
            }
        }
    }

    /// All words a class's members begin with.
    pub(crate) fn firsts(&self, class: ClassId) -> impl Iterator<Item = WordId> {
        let single = (0..self.bits.len()).filter_map(move |word| {
            let word = WordId::try_from(word).ok()?;
            self.is_in(word, class).then_some(word)
        });
        let phrases = self.classes.get(usize::from(class)).into_iter().flat_map(|class| class.firsts.iter().copied());
        single.chain(phrases)
    }

    /// The number of a word in lower case.
    pub(crate) fn id(&self, word: &str) -> Option<WordId> {
        self.ids.get(word).copied()
    }

    /// All words with their numbers.
    pub(crate) fn words(&self) -> impl Iterator<Item = (&'static str, WordId)> {
        self.ids.iter().map(|(word, id)| (*word, *id))
    }

    /// What a contraction stands for.
    pub(crate) fn contraction(&self, word: &str) -> Option<&[WordId]> {
        self.contractions.get(word).map(AsRef::as_ref)
    }

    /// How many classes there are.
    #[cfg(test)]
    pub(crate) const fn class_count(&self) -> usize {
        self.classes.len()
    }

    /// How many words there are.
    pub(crate) fn len(&self) -> usize {
        self.bits.len()
    }

    /// The command word that was meant by a misspelt one: swapped neighbours, one letter too many, too few or wrong.
    pub(crate) fn nearest(&self, word: &str) -> Option<WordId> {
        if !(4..=14).contains(&word.len()) || !word.bytes().all(|b| b.is_ascii_lowercase()) {
            return None;
        }
        let distance = |known: &str| -> Option<usize> {
            // A plural or another form is no slip.
            if word.strip_prefix(known).is_some_and(|rest| matches!(rest, "s" | "es" | "er" | "ers" | "ing" | "d")) {
                return None;
            }
            let same_start = known.as_bytes().first() == word.as_bytes().first();
            let slips = if known.len() >= 8 { 2 } else { 1 };
            if known.len().abs_diff(word.len()) > slips {
                return None;
            }
            let distance = strsim::osa_distance(known, word);
            let swapped = distance == 1 && known.len() == word.len() && strsim::levenshtein(known, word) == 2;
            (swapped || known.len() >= 6 && same_start && distance <= slips).then_some(distance)
        };
        let own = letters(word);
        let close = self.fuzzy.iter().filter_map(|(known, id, letters)| {
            // Two slips change at most four letters of the set.
            let apart = (own ^ letters).count_ones();
            if apart > 4 { None } else { Some((distance(known)?, known.len(), *id)) }
        });
        close.min().map(|(_, _, id)| id)
    }
}

/// The set of a word's letters.
fn letters(word: &str) -> u32 {
    word.bytes().fold(0, |letters, b| letters | 1 << (b & 31))
}

/// The lines of a table that say something.
pub(crate) fn lines(table: &'static str) -> impl Iterator<Item = &'static str> {
    table.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
}
