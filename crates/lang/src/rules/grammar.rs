//! All rules, read once from the tables: classes of words, and sections of patterns.
//!
//! A section begins with `= name confidence [if-found] [residual]`; the lines after it are its patterns. `residual`
//! patterns are matched against what is left when dates and other attributes are taken out of the message.

use std::{
    collections::{HashMap, HashSet},
    sync::LazyLock,
};

use super::{
    hash::QuickMap,
    message::Unit,
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
const PATTERNS: [&str; 8] = [
    include_str!("patterns/trash.txt"),
    include_str!("patterns/skip.txt"),
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

/// A pattern of a section.
#[derive(Debug)]
pub(crate) struct Rule {
    /// Its section.
    pub(crate) section: usize,
    /// What to match.
    pub(crate) pattern: Pattern,
    /// The sets of words of which the message must have one each.
    needs: Box<[SetId]>,
}

/// A set of words that one place of a pattern may begin with.
type SetId = u16;

/// Which sets have a word in a run of units.
#[derive(Debug)]
pub(crate) struct Present(Vec<bool>);

/// Everything the rules know.
#[derive(Debug, Default)]
pub(crate) struct Grammar {
    /// The words.
    pub(crate) vocabulary: Vocabulary,
    /// The sections.
    pub(crate) sections: Vec<Section>,
    /// All patterns, in the order of the tables.
    pub(crate) rules: Vec<Rule>,
    /// By word: the sets that it is in.
    sets: Vec<Vec<SetId>>,
    set_count: usize,
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

    /// The rules that may match units, in the order of the tables: by how they begin, and by what they cannot be without.
    pub(crate) fn candidates<'g>(&'g self, units: &[Unit], present: &'g Present) -> impl Iterator<Item = &'g Rule> {
        let first = units.first();
        let by_word = first.and_then(|unit| self.by_word.get(&unit.word?)).map_or(&[][..], Vec::as_slice);
        let by_verb = if first.is_some_and(|unit| unit.verb.is_some()) { self.by_verb.as_slice() } else { &[] };
        let mut lists = [by_word, by_verb, &self.by_any];
        let ordered = std::iter::from_fn(move || {
            let next = *lists.iter().filter_map(|list| list.first()).min()?;
            for list in &mut lists {
                if let Some(rest) = list.strip_prefix(&[next]) {
                    *list = rest;
                }
            }
            Some(&self.rules[next])
        });
        ordered.filter(|rule| rule.needs.iter().all(|set| present.0[usize::from(*set)]))
    }

    /// The sets that have a word among the units.
    pub(crate) fn present(&self, units: &[Unit]) -> Present {
        let mut present = vec![false; self.set_count];
        for unit in units {
            for set in unit.word.and_then(|word| self.sets.get(usize::from(word))).into_iter().flatten() {
                present[usize::from(*set)] = true;
            }
            if let Some(verb) = unit.verb {
                for (set, is) in VERB_FORMS.into_iter().zip([verb.is_base, verb.is_past, verb.is_gerund]) {
                    present[usize::from(set)] |= is;
                }
            }
        }
        Present(present)
    }

    /// The class of that name; a missing one has no members.
    pub(crate) fn class(&self, name: &str) -> ClassId {
        self.vocabulary.class(name).unwrap_or(ClassId::MAX)
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
    grammar.vocabulary.finish();
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
    grammar.rules.push(Rule { section, pattern, needs: Box::default() });
    Some(())
}

/// The sets of the verb forms: base, past, gerund.
const VERB_FORMS: [SetId; 3] = [0, 1, 2];

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
    grammar.sets = vec![Vec::new(); vocabulary.len()];
    let mut known: HashMap<Vec<WordId>, SetId> = HashMap::new();
    for (i, rule) in grammar.rules.iter_mut().enumerate() {
        let mut needs = needed(vocabulary, &rule.pattern.nodes, |words| {
            let next = SetId::try_from(known.len() + VERB_FORMS.len()).ok()?;
            Some(*known.entry(words).or_insert(next))
        });
        needs.sort_unstable();
        needs.dedup();
        rule.needs = needs.into_boxed_slice();
        let firsts = firsts(vocabulary, &rule.pattern.nodes);
        if firsts.slot || firsts.empty {
            grammar.by_any.push(i);
            continue;
        }
        for word in firsts.words {
            grammar.by_word.entry(word).or_default().push(i);
        }
        if firsts.verb {
            grammar.by_verb.push(i);
        }
    }
    grammar.set_count = known.len() + VERB_FORMS.len();
    for (words, set) in known {
        for word in words {
            grammar.sets[usize::from(word)].push(set);
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

/// The sets of which a match needs a word each: those of the nodes that are certain.
fn needed(vocabulary: &Vocabulary, nodes: &[Node], mut set_of: impl FnMut(Vec<WordId>) -> Option<SetId>) -> Vec<SetId> {
    let set = |node: &Node| {
        if let Node::Verb(form) = node {
            return Some(VERB_FORMS[*form as usize]);
        }
        let one = first_of(vocabulary, node);
        if one.slot || one.empty || one.verb {
            return None;
        }
        let mut words: Vec<WordId> = one.words.into_iter().collect();
        words.sort_unstable();
        set_of(words)
    };
    nodes.iter().filter_map(set).collect()
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
        // The last one is that of a class that there is not.
        assert!(grammar().vocabulary.class_count() <= usize::from(ClassId::MAX));
    }
}
