//! What a user asks for next.

use rand::{Rng as _, rngs::StdRng, seq::IndexedRandom as _};

use crate::ledger::{Ledger, ask::Ask, marker, task::Task};

const THINGS: [&str; 6] = ["shelf", "lamp", "globe", "crate", "vase", "carpet"];
const PRIORITIES: [&str; 3] = ["high", "medium", "low"];
/// A user with more open tasks than this deletes rather than adds.
const MANY: usize = 40;

/// The next request, one that can be carried out as the ledger stands.
pub(crate) fn next(ledger: &Ledger, draw: &mut StdRng) -> Ask {
    let drawn = draw.random_range(0..100);
    let wanted = match drawn {
        0..12 => change(ledger, draw, |task| !task.in_trash).map(|number| update(ledger, draw, number)),
        12..24 => change(ledger, draw, |task| !task.in_trash).map(|number| Ask::Toggle { number }),
        24..31 => change(ledger, draw, |task| !task.in_trash).map(|number| Ask::Delete { number }),
        31..35 => change(ledger, draw, |task| task.in_trash).map(|number| Ask::Restore { number }),
        35..47 => undo(ledger, draw),
        47..52 => change(ledger, draw, |task| !task.in_trash && !task.completed).map(|number| Ask::Tick { number }),
        52..65 => Some(say(ledger, draw, false)),
        65..72 => Some(say(ledger, draw, true)),
        72..78 => Some(Ask::Wonder { subject: ledger.marker() }),
        _ => None,
    };
    let crowded = ledger.tasks.values().filter(|task| !task.in_trash).count() > MANY;
    let room = if crowded { change(ledger, draw, |task| !task.in_trash) } else { None };
    let adds = |ask: &Ask| matches!(ask, Ask::Create { .. } | Ask::Say { .. });
    let ask = wanted.unwrap_or_else(|| create(ledger, draw));
    match room {
        Some(number) if adds(&ask) && draw.random_ratio(3, 4) => Ask::Delete { number },
        _ => ask,
    }
}

fn change(ledger: &Ledger, draw: &mut StdRng, fits: impl Fn(&Task) -> bool) -> Option<i64> {
    let numbers: Vec<i64> = ledger.tasks.iter().filter(|(_, task)| fits(task)).map(|(number, _)| *number).collect();
    numbers.choose(draw).copied()
}

fn priority(draw: &mut StdRng) -> &'static str {
    PRIORITIES[draw.random_range(0..PRIORITIES.len())]
}

fn title(ledger: &Ledger, draw: &mut StdRng, at: usize) -> String {
    let thing = THINGS[draw.random_range(0..THINGS.len())];
    format!("Dust {thing} {}", marker::of_title(&ledger.marker(), at))
}

fn create(ledger: &Ledger, draw: &mut StdRng) -> Ask {
    let described = draw.random_ratio(1, 3);
    Ask::Create {
        title: format!("{} – “Übertopf” 🪴", title(ledger, draw, 0)),
        description: described.then(|| "line one\nline 'two'; DROP TABLE tasks".to_owned()),
        priority: priority(draw),
        labels: if draw.random() { vec!["home".to_owned(), "soon".to_owned()] } else { Vec::new() },
    }
}

fn update(ledger: &Ledger, draw: &mut StdRng, number: i64) -> Ask {
    Ask::Update { number, title: title(ledger, draw, 0), priority: priority(draw) }
}

fn say(ledger: &Ledger, draw: &mut StdRng, stream: bool) -> Ask {
    let titles = (0..draw.random_range(2..=4)).map(|at| title(ledger, draw, at)).collect();
    let replies = ledger.entries.iter().rev().filter(|entry| !entry.ask.is_tracked());
    let last = replies.filter_map(|entry| entry.reply.as_ref()).map(|reply| reply.conversation).next();
    Ask::Say { titles, conversation: last.filter(|_| !stream && draw.random()), stream }
}

/// The newest change in force; or, right after an undo, sometimes that undo.
fn undo(ledger: &Ledger, draw: &mut StdRng) -> Option<Ask> {
    let last = ledger.entries.last()?;
    if matches!(last.ask, Ask::Undo { .. }) && draw.random_ratio(1, 3) {
        return Some(Ask::Undo { change: last.change.clone()?, named: true, effects: last.effects.clone() });
    }
    let newest = &ledger.entries[*ledger.in_force.last()?];
    // A turn that was cut off may have made a newer change: then the newest is not ours to say.
    let named = !ledger.loose.is_empty() || draw.random();
    Some(Ask::Undo { change: newest.change.clone()?, named, effects: newest.effects.clone() })
}
