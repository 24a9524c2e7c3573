//! Tries the patterns of the grammar on a segment, and gives the readings of those that match.

use super::{
    frames,
    grammar::{Grammar, Section, grammar},
    matcher,
    segment::Segment,
};
use crate::Reading;

/// Longer commands than this are no commands, only things to do.
const MOST_UNITS: usize = 250;

/// What a rule is matched against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pass {
    /// Everything.
    Whole,
    /// What is left when attributes are taken out.
    Residual,
    /// The same, for a new task with attributes before or inside the command.
    Behind,
}

/// All passes.
pub(super) const ALL: [Pass; 3] = [Pass::Whole, Pass::Residual, Pass::Behind];

impl Pass {
    fn takes(self, section: &Section) -> bool {
        match self {
            Self::Whole => !section.residual,
            Self::Residual => section.residual,
            Self::Behind => section.name.starts_with("add"),
        }
    }
}

/// The readings of the rules that match.
pub(super) fn matches(segment: &Segment<'_, '_>, passes: &[Pass], wanted: impl Fn(&str) -> bool) -> Vec<Reading> {
    let mut readings: Vec<Reading> = Vec::new();
    search(segment, passes, wanted, &mut |made| {
        readings.extend(made);
        true
    });
    readings
}

/// Gives the readings of each rule that matches away, until no more are wanted.
pub(super) fn search(
    segment: &Segment<'_, '_>,
    passes: &[Pass],
    wanted: impl Fn(&str) -> bool,
    more: &mut dyn FnMut(Vec<Reading>) -> bool,
) {
    let grammar: &Grammar = grammar();
    let fuel = &segment.message.fuel;
    let doubt = if segment.units.iter().any(|unit| unit.typo) { 0.03 } else { 0.0 };
    for pass in passes {
        let units = match pass {
            Pass::Whole => &segment.units,
            Pass::Residual => &segment.rest().0,
            Pass::Behind => &segment.adding().0,
        };
        if units.len() > MOST_UNITS || *pass == Pass::Behind && units.len() == segment.units.len() {
            continue;
        }
        let present = grammar.present(units);
        for rule in grammar.candidates(units, &present) {
            let section = &grammar.sections[rule.section];
            if !pass.takes(section) || !wanted(section.name) {
                continue;
            }
            let mut found = Vec::new();
            matcher::find(&grammar.vocabulary, &rule.pattern.nodes, units, fuel, &mut |captures| {
                found = frames::make(section, segment, units, captures, *pass == Pass::Behind);
                !found.is_empty()
            });
            if found.is_empty() {
                continue;
            }
            for reading in &mut found {
                reading.confidence -= doubt;
            }
            if !more(found) {
                return;
            }
        }
    }
}
