//! All rules, read once from the tables: classes of words, and sections of patterns.
//!
//! A section begins with `= name confidence [if-found] [residual]`; the lines after it are its patterns. `residual`
//! patterns are matched against what is left when dates and other attributes are taken out of the message.

use std::{collections::HashSet, sync::LazyLock};

use super::{
    hash::QuickMap,
    pattern::{Node, Pattern, Slot, VerbForm, compile},
    vocabulary::{ClassId, Vocabulary, WordId, lines},
};

const CONTRACTIONS: &str = include_str!("lexicon/contractions.txt");
const CLASSES: [&str; 5] = [
    include_str!("lexicon/classes.txt"),
    include_str!("lexicon/commands.txt"),
    include_str!("lexicon/talk.txt"),
    include_str!("lexicon/known.txt"),
    include_str!("lexicon/small.txt"),
];
const PATTERNS: [&str; 6] = [
    include_str!("patterns/talk.txt"),
    include_str!("patterns/list.txt"),
    include_str!("patterns/complete.txt"),
    include_str!("patterns/delete.txt"),
    include_str!("patterns/update.txt"),
    include_str!("patterns/add.txt"),
];

/// A group of patterns with one meaning.
#[derive(Debug)]
pub(crate) struct Section {
    /// Its name: the rule of the readings it makes, and what tells how.
    pub(crate) name: &'static str,
    /// The confidence of a reading it makes, when all is clear.
    pub(crate) confidence: f32,
    /// Whether the reading holds only if its tasks are found.
    pub(crate) if_found: bool,
    /// Whether attributes are taken out before matching.
    pub(crate) residual: bool,
}

/// A pattern of a section, with the words one of which must be there.
#[derive(Debug)]
pub(crate) struct Rule {
    /// Its section.
    pub(crate) section: usize,
    /// What to match.
    pub(crate) pattern: Pattern,
    /// For a pattern that begins with a slot: the words of which one is needed, as bits.
    pub(crate) needs: Option<Box<[u64]>>,
}

/// Everything the rules know.
#[derive(Debug, Default)]
pub(crate) struct Grammar {
    /// The words.
    pub(crate) vocabulary: Vocabulary,
    /// The sections.
    pub(crate) sections: Vec<Section>,
    /// All patterns, in the order of the tables.
    pub(crate) rules: Vec<Rule>,
    /// The patterns that may begin with a word.
    by_word: QuickMap<WordId, Vec<usize>>,
    /// The patterns that may begin with a verb of things to do.
    by_verb: Vec<usize>,
    /// The patterns that may begin with anything.
    by_any: Vec<usize>,
    spellings: Vec<&'static str>,
    /// Lines that were not understood: none, a test sees to it.
    pub(crate) refused: Vec<&'static str>,
}

static GRAMMAR: LazyLock<Grammar> = LazyLock::new(read);

/// The grammar.
pub(crate) fn grammar() -> &'static Grammar {
    &GRAMMAR
}

impl Grammar {
    /// The word with this number.
    pub(crate) fn spelling(&self, word: WordId) -> &'static str {
        self.spellings.get(usize::from(word)).copied().unwrap_or("")
    }

    /// The rules that may match something that begins so, in the order of the tables.
    pub(crate) fn candidates(&self, first: Option<WordId>, verb: bool) -> Vec<usize> {
        let mut found = self.by_any.clone();
        if let Some(rules) = first.and_then(|word| self.by_word.get(&word)) {
            found.extend(rules);
        }
        if verb {
            found.extend(&self.by_verb);
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The class of that name; a missing one has no members.
    pub(crate) fn class(&self, name: &str) -> ClassId {
        self.vocabulary.class(name).unwrap_or(127)
    }
}

fn read() -> Grammar {
    let mut grammar = Grammar::default();
    grammar.vocabulary.read_contractions(CONTRACTIONS);
    for table in CLASSES {
        grammar.vocabulary.read_classes(table);
    }
    for line in PATTERNS.iter().flat_map(|table| lines(table)) {
        if read_line(&mut grammar, line).is_none() {
            grammar.refused.push(line);
        }
    }
    grammar.vocabulary.sort();
    grammar.spellings = vec![""; grammar.vocabulary.len()];
    for (word, id) in grammar.vocabulary.words() {
        if let Some(place) = grammar.spellings.get_mut(usize::from(id)) {
            *place = word;
        }
    }
    index(&mut grammar);
    grammar
}

fn read_line(grammar: &mut Grammar, line: &'static str) -> Option<()> {
    if let Some(head) = line.strip_prefix("= ") {
        let mut words = head.split_whitespace();
        let name = words.next()?;
        let confidence = words.next()?.parse().ok()?;
        let flags: Vec<&str> = words.collect();
        if flags.iter().any(|flag| !["if-found", "residual"].contains(flag)) {
            return None;
        }
        let (if_found, residual) = (flags.contains(&"if-found"), flags.contains(&"residual"));
        grammar.sections.push(Section { name, confidence, if_found, residual });
        return Some(());
    }
    let section = grammar.sections.len().checked_sub(1)?;
    let pattern = compile(line, &mut grammar.vocabulary)?;
    grammar.rules.push(Rule { section, pattern, needs: None });
    Some(())
}

fn bits(words: &HashSet<WordId>, count: usize) -> Box<[u64]> {
    let mut bits = vec![0; count / 64 + 1];
    for word in words {
        bits[usize::from(*word) / 64] |= 1 << (word % 64);
    }
    bits.into_boxed_slice()
}

impl Rule {
    /// Whether the word is one of those that are needed.
    pub(crate) fn needs(&self, word: WordId) -> bool {
        let bits = self.needs.as_deref().and_then(|bits| bits.get(usize::from(word) / 64));
        bits.is_some_and(|bits| bits & (1 << (word % 64)) != 0)
    }
}

/// What a sequence may begin with.
#[derive(Debug, Default)]
struct Firsts {
    words: HashSet<WordId>,
    verb: bool,
    slot: bool,
    empty: bool,
}

fn index(grammar: &mut Grammar) {
    let vocabulary = &grammar.vocabulary;
    for (i, rule) in grammar.rules.iter_mut().enumerate() {
        let firsts = firsts(vocabulary, &rule.pattern.nodes);
        if firsts.slot || firsts.empty {
            grammar.by_any.push(i);
            rule.needs = needed(vocabulary, &rule.pattern.nodes).map(|words| bits(&words, vocabulary.len()));
            continue;
        }
        for word in firsts.words {
            grammar.by_word.entry(word).or_default().push(i);
        }
        if firsts.verb {
            grammar.by_verb.push(i);
        }
    }
}

fn firsts(vocabulary: &Vocabulary, nodes: &[Node]) -> Firsts {
    let mut all = Firsts { empty: true, ..Firsts::default() };
    for node in nodes {
        let one = first_of(vocabulary, node);
        all.words.extend(one.words);
        all.verb |= one.verb;
        all.slot |= one.slot;
        if !one.empty {
            all.empty = false;
            break;
        }
    }
    all
}

fn first_of(vocabulary: &Vocabulary, node: &Node) -> Firsts {
    match node {
        Node::Word(word) => Firsts { words: HashSet::from([*word]), ..Firsts::default() },
        Node::Class(class) => Firsts { words: vocabulary.firsts(*class).collect(), ..Firsts::default() },
        Node::Verb(VerbForm::Base | VerbForm::Past | VerbForm::Gerund) => Firsts { verb: true, ..Firsts::default() },
        Node::Slot(Slot::Text | Slot::Ref | _) => Firsts { slot: true, ..Firsts::default() },
        Node::Maybe(inner) => Firsts { empty: true, ..firsts(vocabulary, inner) },
        Node::Either(options) => options.iter().fold(Firsts::default(), |mut all, option| {
            let one = firsts(vocabulary, option);
            all.words.extend(one.words);
            all.verb |= one.verb;
            all.slot |= one.slot;
            all.empty |= one.empty;
            all
        }),
    }
}

/// The words one of which must be there: those of the first node that is certain.
fn needed(vocabulary: &Vocabulary, nodes: &[Node]) -> Option<HashSet<WordId>> {
    nodes.iter().find_map(|node| {
        let one = first_of(vocabulary, node);
        (!one.slot && !one.empty && !one.verb).then_some(one.words)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_understood() {
        assert_eq!(grammar().refused, Vec::<&str>::new());
    }

    #[test]
    fn classes_fit_the_bits_of_a_word() {
        assert!(grammar().vocabulary.class_count() < 127);
    }
}
