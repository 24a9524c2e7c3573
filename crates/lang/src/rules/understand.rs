//! The whole way of a message: answers to what was asked first, then commands; all readings ranked.

use super::{
    antecedent, correction, follow_up, frames, harmless, join, list_of_lines,
    message::Message,
    numbered,
    part::{read_part, read_segment, small_talk},
    phrase::trim,
    reason,
    search::{Pass, matches},
    segment::Segment,
    split,
};
use crate::{Context, Intent, Reading, Topic, Understanding, answer};

/// Readings kept.
const MOST_READINGS: usize = 8;

/// Understands a chat message.
#[must_use]
pub fn understand(text: &str, context: &Context) -> Understanding {
    let message = Message::new(text);
    let mut readings = Vec::new();
    if let Some(pending) = &context.pending {
        readings.extend(answer::read(&message, pending, context));
        if message.fuel.is_empty() {
            // What was read of it last must not count.
            readings.clear();
        }
    }
    readings.extend(commands(&message, context));
    rank(readings)
}

fn rank(mut readings: Vec<Reading>) -> Understanding {
    for reading in &mut readings {
        reading.confidence = reading.confidence.clamp(0.0, 1.0);
        if reading.intents.iter().any(adds_a_pronoun) {
            (reading.intents, reading.confidence) = (vec![Intent::Unknown], 0.3);
        }
        for intent in &mut reading.intents {
            if let Intent::Add(drafts) = intent {
                *drafts = frames::draft::settle(std::mem::take(drafts));
            }
        }
    }
    readings.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
    let mut kept: Vec<Reading> = Vec::new();
    for reading in readings {
        let known = kept
            .iter()
            .any(|other| other.intents == reading.intents && (!other.only_if_found || reading.only_if_found));
        if !known && kept.len() < MOST_READINGS {
            kept.push(reading);
        }
    }
    if kept.is_empty() {
        kept.push(Reading { intents: vec![Intent::Unknown], confidence: 0.0, only_if_found: false, rule: "lost" });
    }
    Understanding { readings: kept }
}

/// `them as separate things`, `its`, `ok friday`: words for what was talked about are never a new task.
fn adds_a_pronoun(intent: &Intent) -> bool {
    const PRONOUNS: [&str; 13] =
        ["it", "its", "it's", "them", "that", "this", "those", "these", "they", "both", "ok", "okay", "say"];
    let Intent::Add(drafts) = intent else { return false };
    drafts.iter().any(|draft| {
        let mut words = draft.title.split_whitespace();
        let first = words.next().unwrap_or_default().to_lowercase();
        first == "them" || PRONOUNS.contains(&&*first) && words.next().is_none()
    })
}

fn commands(message: &Message<'_>, context: &Context) -> Vec<Reading> {
    let readings = read(message, context);
    if message.fuel.is_empty() {
        // Some rules were not tried: what the others made of it must not count. It is one text.
        message.fuel.renew();
        return frames::fallback::read(&Segment::new(message, &message.units, context), &[]);
    }
    readings
}

fn read(message: &Message<'_>, context: &Context) -> Vec<Reading> {
    let units = trim(&message.units);
    if units.is_empty() {
        return symbols(message, context);
    }
    let whole = Segment::new(message, &message.units, context);
    if let Some(injection) = matches(&whole, &[Pass::Whole], |name| matches!(name, "injection" | "dislike")).pop() {
        return vec![injection];
    }
    if frames::code::alone(message, &whole.units) {
        let intents = vec![Intent::Unknown];
        return vec![Reading { intents, confidence: 0.3, only_if_found: false, rule: "code" }];
    }
    if let Some(question) = harmless::read(message, context).or_else(|| follow_up::read(message, context)) {
        return vec![question];
    }
    if let Some(renamed) = correction::another_name(message, context) {
        return vec![renamed];
    }
    if let Some(list) = list_of_lines::read(message, context) {
        return vec![list];
    }
    if let Some(list) = numbered::read(message, context) {
        return vec![list];
    }
    if let Some(corrected) = correction::read(message, context) {
        return corrected;
    }
    let segments = split::segments(message, context);
    if let [only] = segments.as_slice()
        && only.len() < message.units.len()
    {
        let mut readings = read_part(message, only, context);
        readings.extend(correction::of_another(&Segment::new(message, only, context), &readings));
        return readings;
    }
    if segments.len() < 2 {
        if let Some(readings) = reason::told_after(message, context) {
            return readings;
        }
        let mut readings = small_talk(message, &message.units, context);
        readings.extend(read_segment(&whole));
        readings.extend(correction::of_another(&whole, &readings));
        return readings;
    }
    let mut parts: Vec<Vec<Reading>> = segments.iter().map(|units| read_part(message, units, context)).collect();
    antecedent::resolve(message, context, &segments, &mut parts);
    join::remind_of_it(&mut parts);
    let mut readings = vec![join::joined(&parts, |readings| readings.first())];
    if readings.iter().any(|reading| reading.only_if_found) {
        let mut plain = join::joined(&parts, |readings| {
            readings.iter().find(|reading| !reading.only_if_found).or(readings.first())
        });
        // What was named comes before what is left when nothing of that name is found.
        plain.confidence = plain.confidence.min(readings[0].confidence - 0.005);
        readings.push(plain);
    }
    readings
}

/// A message of nothing but symbols: `✅` is done, a heart is talk.
fn symbols(message: &Message<'_>, context: &Context) -> Vec<Reading> {
    if message.text.contains(['👍', '👌', '🙂', '😊', '😀', '🙏', '❤', '😄', '🎉', '💪', '🙌']) {
        let intents = vec![Intent::Talk(Topic::Acknowledgement)];
        return vec![Reading { intents, confidence: 0.8, only_if_found: false, rule: "symbols" }];
    }
    let mut all = Segment::new(message, &message.units, context);
    all.units.clone_from(&message.units);
    matches(&all, &[Pass::Whole], |name| name == "complete-focus")
}
