//! The whole way: answers first, then commands, ranked.

use super::{
    antecedent, correction, frames,
    grammar::{Grammar, Section, grammar},
    list_of_lines, matcher,
    message::{Message, Unit},
    numbered,
    phrase::{self, trim},
    segment::Segment,
    split,
};
use crate::{Context, Draft, Intent, Reading, TaskRef, Topic, Understanding, answer};

/// Longer commands than this are no commands, only things to do.
const MOST_UNITS: usize = 250;
/// The rule of what somebody only tells.
pub(super) const STATEMENT: &str = "statement";
/// The rule of what speaks of a task by its number in words that we do not know.
pub(super) const UNCLEAR_NUMBER: &str = "unclear-number";
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
        return read_part(message, only, context);
    }
    if segments.len() < 2 {
        if let Some(readings) = with_reason(message, context) {
            return readings;
        }
        let mut readings = small_talk(message, &message.units, context);
        readings.extend(read_segment(&whole));
        return readings;
    }
    let mut parts: Vec<Vec<Reading>> = segments.iter().map(|units| read_part(message, units, context)).collect();
    antecedent::resolve(message, context, &segments, &mut parts);
    let mut readings = vec![joined(&parts, |readings| readings.first())];
    if readings.iter().any(|reading| reading.only_if_found) {
        let mut plain =
            joined(&parts, |readings| readings.iter().find(|reading| !reading.only_if_found).or(readings.first()));
        // What was named comes before what is left when nothing of that name is found.
        plain.confidence = plain.confidence.min(readings[0].confidence - 0.005);
        readings.push(plain);
    }
    readings
}

/// `put the vet back on my list, he cancelled`: an order about a task that there is, and why.
fn with_reason(message: &Message<'_>, context: &Context) -> Option<Vec<Reading>> {
    let units = trim(&message.units);
    let comma = units.iter().rposition(|unit| message.token(unit).text == ",").filter(|_| units.len() <= 40)?;
    let (order, reason) = (&units[..comma], trim(&units[comma..]));
    let subjects = ["he", "she", "they", "it", "i", "we", "there"];
    let told = reason.len() > 1 && reason.first().is_some_and(|unit| phrase::is_any(unit, &subjects));
    // `delete 3, we said we would not`: who knows.
    let denied = reason.iter().any(|unit| phrase::is_any(unit, &["not", "never"]));
    if !told || denied || !read_part(message, reason, context).first().is_some_and(is_idle) {
        return None;
    }
    let readings = read_part(message, order, context);
    let best = readings.first()?;
    let acts =
        matches!(best.intents.as_slice(), [Intent::Complete { .. } | Intent::Delete { .. } | Intent::Update { .. }]);
    (acts && best.confidence >= 0.9).then_some(readings)
}

pub(crate) fn read_part(message: &Message<'_>, units: &[Unit], context: &Context) -> Vec<Reading> {
    let mut readings = small_talk(message, units, context);
    readings.extend(read_segment(&Segment::new(message, units, context)));
    readings.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
    readings
}

/// Talk that politeness would be peeled off of, until nothing is left: `hey there`, `ok thanks`.
fn small_talk(message: &Message<'_>, units: &[Unit], context: &Context) -> Vec<Reading> {
    let talk = |name: &str| matches!(name, "greeting" | "thanks" | "goodbye" | "how-are-you" | "acknowledgement");
    let raw = Segment::raw(message, units, context);
    if raw.units.len() > 10 { Vec::new() } else { matches(&raw, &[Pass::Whole], talk) }
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

/// One reading of several commands in a row; adjacent adds become one.
fn joined<'r>(parts: &'r [Vec<Reading>], choose: impl Fn(&'r Vec<Reading>) -> Option<&'r Reading>) -> Reading {
    let mut intents: Vec<Intent> = Vec::new();
    let mut confidence: f32 = 1.0;
    let mut only_if_found = false;
    let chosen: Vec<&Reading> = parts.iter().filter_map(choose).collect();
    // `only the last may stay, delete the others`: which others depends on what stays.
    let kept = chosen.iter().any(|reading| reading.rule == "leave-alone");
    let others = |intent: &Intent| targets(intent).contains(&TaskRef::Other);
    if kept && chosen.iter().any(|reading| reading.intents.iter().any(others)) {
        return Reading { intents: vec![Intent::Unknown], confidence: 0.3, only_if_found: false, rule: "several" };
    }
    let acts = |reading: &&&Reading| !is_idle(reading);
    let any = chosen.iter().any(|reading| acts(&reading) && reading.confidence >= Reading::SURE);
    for reading in chosen.iter().filter(|reading| !any || acts(reading)) {
        confidence = confidence.min(reading.confidence);
        only_if_found |= reading.only_if_found;
        for intent in &reading.intents {
            match (intents.last_mut(), intent) {
                (Some(Intent::Add(drafts)), Intent::Add(more)) => append(drafts, more),
                // `add milk and make it urgent`: it is what was just named.
                (Some(Intent::Add(drafts)), Intent::Update { targets, edit })
                    if targets == &[TaskRef::Focus] && frames::draft::can_take(edit) =>
                {
                    if let Some(draft) = drafts.last_mut() {
                        frames::draft::take(draft, edit);
                    }
                }
                // `that was the wrong one, I meant the garage one`
                (Some(Intent::Instead { targets: none }), Intent::Instead { targets }) if none.is_empty() => {
                    none.clone_from(targets);
                }
                // `that was a mistake, undo`
                (Some(Intent::Undo { count: 1 }), Intent::Undo { count: 1 }) => {}
                (Some(last), intent) if speaks_of_it(intent) && !targets(last).is_empty() => {
                    // `6 isn't important, set it to low`: what the command before was about.
                    let mut intent = intent.clone();
                    let same = targets(last).to_vec();
                    match &mut intent {
                        Intent::Complete { targets, .. }
                        | Intent::Delete { targets }
                        | Intent::Update { targets, .. } => {
                            *targets = same;
                        }
                        _ => {}
                    }
                    if *last != intent {
                        intents.push(intent);
                    }
                }
                _ => intents.push(intent.clone()),
            }
        }
    }
    Reading { intents, confidence, only_if_found, rule: "several" }
}

/// The tasks of a command.
pub(super) fn targets(intent: &Intent) -> &[TaskRef] {
    match intent {
        Intent::Complete { targets, .. } | Intent::Delete { targets } | Intent::Update { targets, .. } => targets,
        _ => &[],
    }
}

pub(super) fn speaks_of_it(intent: &Intent) -> bool {
    targets(intent) == [TaskRef::Focus]
}

/// A sentence that only tells something or is polite: beside a command it asks for nothing.
pub(super) fn is_idle(reading: &Reading) -> bool {
    reading.rule == STATEMENT
        || matches!(
            reading.intents.as_slice(),
            [Intent::Talk(Topic::Acknowledgement | Topic::Greeting | Topic::Thanks | Topic::HowAreYou)]
        )
}

fn append(drafts: &mut Vec<Draft>, more: &[Draft]) {
    for draft in more {
        let draft = frames::draft::hang_on(draft.clone(), drafts);
        drafts.push(draft);
    }
}

/// Whether the units are a command by themselves, other than a bare thing to do, at least so surely.
pub(crate) fn is_command(message: &Message<'_>, units: &[Unit], context: &Context, confidence: f32) -> bool {
    let segment = Segment::new(message, units, context);
    let asks =
        segment.units.first().is_some_and(|unit| phrase::in_class(unit, "showstrict") || phrase::is(unit, "what"));
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

/// What a rule is matched against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pass {
    /// Everything.
    Whole,
    /// What is left when attributes are taken out.
    Residual,
    /// The same, for a new task with attributes before or inside the command.
    Behind,
}

/// All passes.
const ALL: [Pass; 3] = [Pass::Whole, Pass::Residual, Pass::Behind];

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
fn matches(segment: &Segment<'_, '_>, passes: &[Pass], wanted: impl Fn(&str) -> bool) -> Vec<Reading> {
    let mut readings: Vec<Reading> = Vec::new();
    search(segment, passes, wanted, &mut |made| {
        readings.extend(made);
        true
    });
    readings
}

/// Gives the readings of each rule that matches away, until no more are wanted.
fn search(
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
