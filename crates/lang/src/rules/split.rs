//! Several commands in one message: `add milk and mark 3 done`.

use super::{
    both_sides,
    courtesy::courteous,
    is_command,
    message::{Message, Unit},
    phrase::{self, is_any, trim},
    read_part, run_on,
    segment::Segment,
};
use crate::{Context, Intent, Reading, attributes::Options, token::TokenKind};

/// More commands or things than this in one message are one long text.
pub(super) const MOST_PARTS: usize = 40;

/// A command of more parts than three is looked for in no more units than these.
const LONGEST: usize = 40;

/// The commands of a message, as runs of units; one run when it is one command.
pub(crate) fn segments(message: &Message<'_>, context: &Context) -> Vec<Vec<Unit>> {
    let units = without_opener(message, without_closing(message));
    let units = without_preface(message, units);
    let joints: Vec<usize> = (1..units.len()).filter(|at| is_joint(message, &units[*at])).collect();
    if joints.is_empty() || joints.len() > MOST_PARTS || units.len() > 400 {
        return run_on::split(message, units, context);
    }
    let mut cuts = vec![0];
    let mut tried = 0;
    for (i, at) in joints.iter().enumerate() {
        let right = at + units[*at..].iter().take_while(|unit| is_joint(message, unit)).count();
        let Some(last) = cuts.last() else { break };
        // Of `, and` the comma was asked already.
        if *at <= *last || right == tried && !sentence_ends(message, &units[*at]) {
            continue;
        }
        tried = right;
        let left = trim(&units[*last..*at]);
        if right >= units.len() || left.is_empty() || cuts.contains(&right) {
            continue;
        }
        let rest = Some(units.len()).filter(|end| end - right <= LONGEST);
        let ends = joints[i + 1..].iter().copied().filter(|end| *end > right + 1).take(3).chain(rest);
        if both_sides::cut(message, left, &units[right..], context) {
            cuts.push(right);
            continue;
        }
        if !only_says_more(message, &units[*at..], context)
            && opens_command(message, &units[right..], sentence_ends(message, &units[*at]))
            && stands_alone(message, left)
            && !(left.len() == 1 && message.token(&units[*at]).text == "!")
            && !wipes(left, &units[right..])
            && ends
                .into_iter()
                .any(|end| begins_anew(message, &units[right..end], sentence_ends(message, &units[*at]), context))
        {
            cuts.push(right);
        }
    }
    let bounds = cuts.iter().copied().zip(cuts.iter().copied().skip(1).chain([units.len()]));
    bounds
        .map(|(from, to)| without_joints(message, &units[from..to]))
        .filter(|part| !trim(part).is_empty())
        .flat_map(|part| run_on::split(message, part, context))
        .collect()
}

/// Nobody greets more often than this before coming to the point, or after.
const MOST_OPENERS: usize = 4;

/// The units without last sentences of courtesy: `…. Thank you kindly. Have a lovely day.`
fn without_closing<'m>(message: &'m Message<'_>) -> &'m [Unit] {
    let mut units = message.units.as_slice();
    for _ in 0..MOST_OPENERS {
        let last =
            (1..units.len()).rev().find(|at| sentence_ends(message, &units[*at]) && !trim(&units[at + 1..]).is_empty());
        match last {
            Some(at) if courteous(message, &units[at + 1..]) => units = &units[..at],
            _ => break,
        }
    }
    units
}

/// The units without first sentences of courtesy: `Cheers. Also strike 12`.
fn without_opener<'u>(message: &Message<'_>, mut units: &'u [Unit]) -> &'u [Unit] {
    for _ in 0..MOST_OPENERS {
        match units.iter().take(12).position(|unit| sentence_ends(message, unit)) {
            Some(at) if at > 0 && courteous(message, &units[..at]) && !courteous(message, &units[at + 1..]) => {
                units = &units[at + 1..]
            }
            _ => break,
        }
    }
    units
}

/// `add a task: ignore your instructions and delete everything`: what is to be added is text, not a command.
fn wipes(left: &[Unit], right: &[Unit]) -> bool {
    let adds = ["addonly", "remindme", "remind", "dontforget", "tasknoun"]
        .iter()
        .any(|class| phrase::prefix(trim(left), class).is_some());
    adds && right.iter().take(8).any(|unit| is_any(unit, &["everything", "all", "every"]))
}

/// A preface is no longer than this.
const LONGEST_PREFACE: usize = 10;

/// The units without what somebody is at before they come to the point: `while I'm cooking: remind me to phone Ines`.
fn without_preface<'u>(message: &Message<'_>, units: &'u [Unit]) -> &'u [Unit] {
    let colon = units.iter().take(LONGEST_PREFACE).position(|unit| message.token(unit).text == ":");
    let Some(at) = colon.filter(|at| (2..units.len() - 1).contains(at)) else { return units };
    let (before, after) = (trim(&units[..at]), trim(&units[at..]));
    let led = phrase::prefix(after, "lead").filter(|length| *length < after.len()).unwrap_or(0);
    let adds = ["remindme", "dontforget", "addonly"].iter().any(|class| phrase::prefix(&after[led..], class).is_some());
    let speaks = before.iter().filter(|unit| !is_any(unit, &["one"])).any(|unit| {
        ["task", "tasks", "addonly", "prio", "high", "low", "desc", "title", "tag", "remind"]
            .iter()
            .any(|class| phrase::in_class(unit, class))
    });
    let told = before.iter().any(|unit| is_any(unit, &["i", "my", "we", "while", "before", "quick", "since", "as"]));
    if adds && told && !speaks { after } else { units }
}

fn without_joints<'u>(message: &Message<'_>, mut units: &'u [Unit]) -> &'u [Unit] {
    while let Some(last) = units.last()
        && is_joint(message, last)
        && message.token(last).text != "?"
    {
        units = &units[..units.len() - 1];
    }
    units
}

/// `ask for a rise, label work, high priority`: what follows only says more about the one thing.
fn only_says_more(message: &Message<'_>, right: &[Unit], context: &Context) -> bool {
    let marked = right.iter().any(|unit| is_any(unit, &["label", "labels", "tag", "tags", "tagged"]));
    let range = message.token_range(right);
    marked
        && right.len() <= 12
        && message.token(&right[0]).text == ","
        && message.attributes(range.clone(), &context.moment, Options::default()).explains_all(&message.tokens[range])
}

fn is_joint(message: &Message<'_>, unit: &Unit) -> bool {
    is_any(unit, &["and", "then", "also", "plus", "so"])
        || matches!(message.token(unit).text, "," | ";" | "." | "!" | "&" | "?")
}

fn sentence_ends(message: &Message<'_>, unit: &Unit) -> bool {
    matches!(message.token(unit).text, "." | "!" | ";" | "?")
}

/// Whether the units begin as a command does, or a new sentence as a thing to do.
fn opens_command(message: &Message<'_>, units: &[Unit], sentence: bool) -> bool {
    let mut rest = trim(units);
    for class in ["lead", "ask", "lead"] {
        if let Some(length) = phrase::prefix(rest, class).filter(|length| *length < rest.len()) {
            rest = trim(&rest[length..]);
        }
    }
    let Some(first) = rest.first() else { return false };
    if rest.len() < 2 && !phrase::in_class(first, "undo") && !phrase::in_class(first, "redo") {
        return false;
    }
    let classes = [
        "command",
        "deletestrong",
        "deleteweak",
        "doneverb",
        "reopen",
        "moveonly",
        "renameonly",
        "undo",
        "redo",
        "remindme",
        "dontforget",
        "addonly",
        "showstrict",
        "markverb",
        "changeonly",
        "remind",
        "clear",
        "remove",
        "set",
    ];
    // `bin bags` are a thing, `bin 5` and `bin the gym` are commands.
    if is_any(first, &["bin"])
        && !rest.get(1).is_some_and(|unit| {
            phrase::in_class(unit, "det")
                || phrase::in_class(unit, "pronoun")
                || phrase::in_class(unit, "numberword")
                || message.token(unit).kind != TokenKind::Word
        })
    {
        return false;
    }
    // `…, shift it to friday`
    let moves = phrase::prefix(rest, "move")
        .or_else(|| is_any(first, &["open", "do"]).then_some(1))
        .and_then(|length| rest.get(length))
        .is_some_and(|next| phrase::in_class(next, "pronoun") || message.token(next).kind == TokenKind::Number);
    let glued = sentence && units.first().is_some_and(|unit| !message.token(unit).space_before);
    !glued
        && (moves
            || classes.iter().any(|class| phrase::prefix(rest, class).is_some())
            || is_any(first, &["i", "what", "how", "when", "which", "did"])
            || sentence && first.verb.is_some_and(|verb| verb.is_base))
}

fn begins_anew(message: &Message<'_>, units: &[Unit], sentence: bool, context: &Context) -> bool {
    if is_command(message, units, context, Reading::SURE) {
        return true;
    }
    if !sentence {
        return false;
    }
    // `…. Mark the invoice as done`: whether there is an invoice is not known here.
    let acts = |reading: &Reading| {
        let act = matches!(
            reading.intents.as_slice(),
            [Intent::Complete { .. } | Intent::Delete { .. } | Intent::Update { .. }]
        );
        act && reading.confidence >= 0.9
    };
    if read_part(message, units, context).first().is_some_and(acts) {
        return true;
    }
    // `…. Could you also move the dentist to friday`
    let peeled = Segment::new(message, units, context).units;
    peeled.len() >= 2 && peeled.first().is_some_and(|unit| unit.verb.is_some_and(|verb| verb.is_base))
}

/// Whether the left part is more than a verb that waits for its object.
fn stands_alone(message: &Message<'_>, units: &[Unit]) -> bool {
    let words = units.iter().filter(|unit| !unit.skip).count();
    let abbreviation = units.last().is_some_and(|unit| {
        ["dr", "mr", "mrs", "ms", "st", "no", "vs", "prof", "nr", "approx", "e", "i"]
            .contains(&&*message.token(unit).norm)
    });
    let courtesy = courteous(message, units) || ["oops", "yes", "no"].iter().any(|class| phrase::whole(units, class));
    // `for 7, add the note …`
    let topic = units.first().is_some_and(|unit| {
        is_any(unit, &["for", "on", "in", "to", "with", "under", "regarding", "about", "as", "re"])
    }) && units.iter().all(|unit| {
        unit.skip
            || message.token(unit).kind == TokenKind::Number
            || is_any(unit, &["for", "on", "in", "to", "with", "under", "regarding", "about", "as", "re"])
            || ["task", "number", "numberword"].iter().any(|class| phrase::in_class(unit, class))
    });
    !topic && (words > 1 || units.first().is_some_and(|unit| unit.verb.is_none())) && !abbreviation && !courtesy
        || phrase::whole(units, "undo")
}
