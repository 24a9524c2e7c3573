//! What a match means: one file per kind of command.

mod add;
mod announced;
pub(crate) mod code;
mod complete;
mod correct;
mod delete;
pub(crate) mod draft;
pub(crate) mod edit;
pub(crate) mod fallback;
mod known_task;
mod lead;
mod list;
mod nonsense;
mod relabel;
mod retitle;
mod situation;
mod skip;
mod talk;
mod trash;
mod update;

use super::{grammar::Section, matcher::Captures, message::Unit, pattern::Slot, segment::Segment};
use crate::{
    Intent, Reading, TaskRef,
    reference::{self, Reference, Strength},
};

/// A match to be turned into readings.
pub(crate) struct Match<'m, 's, 't> {
    /// The section of the rule.
    pub(crate) section: &'m Section,
    /// What it was found in.
    pub(crate) segment: &'m Segment<'s, 't>,
    /// The units that were matched.
    pub(crate) units: &'m [Unit],
    /// What the slots took.
    pub(crate) captures: &'m Captures,
    /// Whether the units are what is left of a new task when its attributes are taken out.
    pub(crate) behind_attributes: bool,
}

impl<'m> Match<'m, '_, '_> {
    /// The units a slot took.
    pub(crate) fn slot(&self, slot: Slot) -> Option<&'m [Unit]> {
        self.slots(slot).next()
    }

    /// The units of all slots of a kind, in order.
    pub(crate) fn slots(&self, slot: Slot) -> impl Iterator<Item = &'m [Unit]> {
        self.captures.iter().filter(move |(known, _)| *known == slot).map(|(_, range)| &self.units[range.clone()])
    }

    /// The text a slot took.
    pub(crate) fn text(&self, slot: Slot) -> Option<String> {
        self.slot(slot).map(|units| self.segment.message.cut(units)).filter(|text| !text.is_empty())
    }

    /// What the reference slot refers to; `Some(None)` when there is no such slot, `None` when it refers to nothing.
    pub(crate) fn reference(&self) -> Option<Option<Reference>> {
        let (message, context) = (self.segment.message, self.segment.context);
        if let Some(units) = self.slot(Slot::Hard) {
            let targets = reference::hard(message, units, context)?;
            return Some(Some(Reference { targets, strength: Strength::Hard, apart: None }));
        }
        if let [from, but] = *self.slots(Slot::Ref).collect::<Vec<_>>() {
            return self.but_not(from, but).map(Some);
        }
        match self.slot(Slot::Ref) {
            Some(units) => reference::parse(message, units, context).map(Some),
            None => Some(None),
        }
    }

    /// `move them to friday except 4`: what is left out is said at the end.
    fn but_not(&self, from: &[Unit], but: &[Unit]) -> Option<Reference> {
        let (message, context) = (self.segment.message, self.segment.context);
        let from = reference::hard(message, from, context)?;
        let but = reference::parse(message, but, context)?;
        let targets = from.into_iter().map(|from| reference::leaving_out(from, but.targets.clone(), context)).collect();
        Some(Reference { targets, strength: Strength::Hard, apart: None })
    }

    /// A reading by this section's rule.
    pub(crate) fn reading(&self, intent: Intent) -> Reading {
        Reading {
            intents: vec![intent],
            confidence: self.section.confidence,
            only_if_found: self.section.if_found,
            rule: self.section.name,
        }
    }

    /// Readings of a command about tasks: the words may be two tasks, and soft words make it less sure.
    pub(crate) fn about(&self, reference: Option<Reference>, intent: impl Fn(Vec<TaskRef>) -> Intent) -> Vec<Reading> {
        let Some(Reference { targets, strength, apart }) = reference else {
            return vec![self.reading(intent(Vec::new()))];
        };
        let mut reading = self.reading(intent(targets));
        if strength == Strength::Soft {
            reading.confidence -= 0.02;
        }
        if strength > Strength::Soft {
            reading.only_if_found = false;
        }
        let Some(apart) = apart else { return vec![reading] };
        let second = Reading { intents: vec![intent(apart)], confidence: reading.confidence - 0.01, ..reading.clone() };
        reading.only_if_found = true;
        vec![reading, second]
    }
}

/// The readings of a match; none when its slots hold something else.
pub(crate) fn make(
    section: &Section,
    segment: &Segment<'_, '_>,
    units: &[Unit],
    captures: &Captures,
    behind_attributes: bool,
) -> Vec<Reading> {
    let found = Match { section, segment, units, captures, behind_attributes };
    let name = section.name;
    let made = match name.split('-').next().unwrap_or(name) {
        "add" | "ask" => add::make(&found),
        "show" | "find" | "count" | "next" | "is" | "when" | "details" | "bare" => list::make(&found),
        "complete" | "reopen" => complete::make(&found),
        "update" => update::make(&found),
        "correct" => correct::make(&found),
        "delete" => delete::make(&found),
        "skip" => skip::make(&found),
        "restore" | "trash" => trash::make(&found),
        _ => talk::make(&found),
    };
    made.unwrap_or_default()
}
