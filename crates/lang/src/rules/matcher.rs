//! Matches patterns against units, by backtracking within a budget of steps.

use std::ops::Range;

use super::{
    fuel::Fuel,
    message::Unit,
    pattern::{Node, Slot, VerbForm},
    vocabulary::Vocabulary,
};

/// Steps after which a pattern is given up: far more than any sentence needs.
const MOST_STEPS: u32 = 3_000;
/// What it costs to look at a match, beside the units in its slots.
const ACCEPTING: usize = 75;

/// The slots of a match: what they take and which units they took.
pub(crate) type Captures = Vec<(Slot, Range<usize>)>;

/// What is left to match.
#[derive(Clone, Copy)]
struct Rest<'a> {
    nodes: &'a [Node],
    next: Option<&'a Rest<'a>>,
}

struct Run<'a, 'f> {
    vocabulary: &'a Vocabulary,
    units: &'a [Unit],
    captures: Captures,
    steps: u32,
    fuel: &'a Fuel,
    accept: &'f mut dyn FnMut(&Captures) -> bool,
}

/// Tries all ways to match the nodes to all of the units until `accept` takes one, or the fuel is used up; shortest slots
/// first.
pub(crate) fn find(
    vocabulary: &Vocabulary,
    nodes: &[Node],
    units: &[Unit],
    fuel: &Fuel,
    accept: &mut dyn FnMut(&Captures) -> bool,
) {
    let mut run = Run { vocabulary, units, captures: Captures::new(), steps: 0, fuel, accept };
    run.step(Rest { nodes, next: None }, 0);
}

impl Run<'_, '_> {
    fn step(&mut self, rest: Rest<'_>, at: usize) -> bool {
        if !self.walk() {
            return false;
        }
        let Some((node, nodes)) = rest.nodes.split_first() else {
            return match rest.next {
                Some(next) => self.step(*next, at),
                None => self.units[at..].iter().all(|unit| unit.skip) && self.accepted(),
            };
        };
        let after = Rest { nodes, next: rest.next };
        match node {
            Node::Maybe(inner) => self.step(Rest { nodes: inner, next: Some(&after) }, at) || self.step(after, at),
            Node::Either(options) => {
                options.iter().any(|option| self.step(Rest { nodes: option, next: Some(&after) }, at))
            }
            Node::Slot(slot) => self.slot(*slot, after, at),
            Node::Word(_) | Node::Class(_) | Node::Verb(_) => self.word(node, after, at),
        }
    }

    /// Counts a step; false when there were too many.
    fn walk(&mut self) -> bool {
        self.steps += 1;
        self.steps <= MOST_STEPS && self.fuel.spend(1)
    }

    /// Whether the match is taken: what its slots hold is looked at unit by unit.
    fn accepted(&mut self) -> bool {
        let looked_at: usize = self.captures.iter().map(|(_, range)| range.len()).sum();
        self.fuel.spend(ACCEPTING + looked_at) && (self.accept)(&self.captures)
    }

    fn word(&mut self, node: &Node, after: Rest<'_>, mut at: usize) -> bool {
        loop {
            let Some(unit) = self.units.get(at) else { return false };
            let hit = match node {
                Node::Word(word) => unit.word == Some(*word),
                Node::Class(class) => unit.word.is_some_and(|word| self.vocabulary.is_in(word, *class)),
                Node::Verb(form) => unit.verb.is_some_and(|verb| match form {
                    VerbForm::Base => verb.is_base,
                    VerbForm::Past => verb.is_past,
                    VerbForm::Gerund => verb.is_gerund,
                }),
                _ => false,
            };
            if let Node::Class(class) = node {
                let vocabulary = self.vocabulary;
                for phrase in vocabulary.phrases(*class, unit.word) {
                    let end = at + phrase.len();
                    let same = |units: &[Unit]| units.iter().zip(phrase).all(|(unit, word)| unit.word == Some(*word));
                    if self.units.get(at..end).is_some_and(same) && self.step(after, end) {
                        return true;
                    }
                }
            }
            if hit && self.step(after, at + 1) {
                return true;
            }
            if hit || !(unit.skip || unit.clitic) || !self.walk() {
                return false;
            }
            at += 1;
        }
    }

    fn slot(&mut self, slot: Slot, after: Rest<'_>, mut at: usize) -> bool {
        while self.units.get(at).is_some_and(|unit| unit.skip) {
            at += 1;
        }
        let last_of_all = after.nodes.is_empty() && after.next.is_none();
        let first = if last_of_all { self.units.len() } else { at + 1 };
        let last = self.units.len().min(at.saturating_add(slot.most_units()));
        for end in first..=last {
            if end <= at || self.steps > MOST_STEPS || self.fuel.is_empty() {
                return false;
            }
            self.captures.push((slot, at..end));
            if self.step(after, end) {
                return true;
            }
            self.captures.pop();
        }
        false
    }
}
