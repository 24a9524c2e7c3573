//! Several commands in a row become one reading: what one says of `it` is about what the one before named.

use super::frames::{self, fallback::STATEMENT};
use crate::{Draft, Intent, Reading, TaskRef, Topic};

/// One reading of several commands in a row; adjacent adds become one.
pub(super) fn joined<'r>(
    parts: &'r [Vec<Reading>],
    choose: impl Fn(&'r Vec<Reading>) -> Option<&'r Reading>,
) -> Reading {
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
                // `that was a mistake, undo`, `I haven't done the gutters, put them back`
                (Some(Intent::Complete { completed: false, .. }), Intent::Undo { count: 1 }) => {}
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

/// `I forgot to pay the bill, remind me tonight`: of what was just named.
pub(super) fn remind_of_it(parts: &mut [Vec<Reading>]) {
    for at in 1..parts.len() {
        let adds = matches!(parts[at - 1].first().map(|reading| reading.intents.as_slice()), Some([Intent::Add(_)]));
        let asks =
            matches!(parts[at].first().map(|reading| reading.intents.as_slice()), Some([Intent::AskTitle { .. }]));
        let again = parts[at].iter().position(|reading| reading.rule == "update-due-again").filter(|_| adds && asks);
        if let Some(again) = again {
            parts[at].swap(0, again);
        }
    }
}

/// The tasks of a command.
fn targets(intent: &Intent) -> &[TaskRef] {
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
