//! One part of a message, read as one command.

use super::{
    frames,
    message::{Message, Unit},
    phrase,
    search::{ALL, Pass, matches, search},
    segment::Segment,
};
use crate::{Context, Intent, Reading};

/// All readings of the units as one command, best first.
pub(crate) fn read_part(message: &Message<'_>, units: &[Unit], context: &Context) -> Vec<Reading> {
    let mut readings = small_talk(message, units, context);
    readings.extend(read_segment(&Segment::new(message, units, context)));
    readings.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
    readings
}

/// Talk that politeness would be peeled off of, until nothing is left: `hey there`, `ok thanks`.
pub(super) fn small_talk(message: &Message<'_>, units: &[Unit], context: &Context) -> Vec<Reading> {
    let talk = |name: &str| matches!(name, "greeting" | "thanks" | "goodbye" | "how-are-you" | "acknowledgement");
    let raw = Segment::raw(message, units, context);
    if raw.units.len() > 10 { Vec::new() } else { matches(&raw, &[Pass::Whole], talk) }
}

/// Whether the units are a command by themselves, other than a bare thing to do, at least so surely.
pub(crate) fn is_command(message: &Message<'_>, units: &[Unit], context: &Context, confidence: f32) -> bool {
    let segment = Segment::new(message, units, context);
    let asks = phrase::prefix(&segment.units, "showstrict").is_some()
        || segment.units.first().is_some_and(|unit| phrase::is(unit, "what"));
    let wanted = |name: &str| match name {
        "show" => asks,
        name => !matches!(name, "bare-question" | "add-need" | "add-event" | "acknowledgement"),
    };
    let mut found = false;
    search(&segment, &ALL, wanted, &mut |made| {
        found |= made.iter().any(|reading| {
            reading.confidence >= confidence && (!reading.only_if_found || reading.rule == "complete-past")
        });
        !found
    });
    found
}

/// All readings of one command, best first.
pub(crate) fn read_segment(segment: &Segment<'_, '_>) -> Vec<Reading> {
    let mut readings = matches(segment, &ALL, |_| true);
    readings.extend(frames::fallback::read(segment, &readings));
    // Stable: of equally sure readings the one higher up in the tables wins.
    // Of new tasks the one whose words are explained best: with the shortest title.
    readings.sort_by(|a, b| b.confidence.total_cmp(&a.confidence).then(title_length(a).cmp(&title_length(b))));
    readings
}

/// The length of the titles of a reading that adds; the same for all others.
fn title_length(reading: &Reading) -> usize {
    let length = |intent: &Intent| {
        if let Intent::Add(drafts) = intent { drafts.iter().map(|draft| draft.title.len()).sum() } else { 0 }
    };
    reading.intents.iter().map(length).sum()
}
