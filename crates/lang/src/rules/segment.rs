//! One command's worth of a message: politeness peeled off, attributes found once.

use std::{cell::OnceCell, rc::Rc};

use super::{
    filter::residual,
    message::{Message, Unit},
    phrase::{self, in_class, is_any, trim},
};
use crate::{
    Context,
    attributes::{Extraction, Options},
    token::TokenKind,
};

/// A part of a message that is read as one command.
#[derive(Debug)]
pub(crate) struct Segment<'a, 't> {
    /// The whole message.
    pub(crate) message: &'a Message<'t>,
    /// What it is read against.
    pub(crate) context: &'a Context,
    /// What is left without politeness.
    pub(crate) units: Vec<Unit>,
    /// Whether it ends with a question mark.
    pub(crate) question: bool,
    /// Whether it was put as a request (`can you …`).
    pub(crate) asked: bool,
    /// Whether it was put as a wish or a need (`I need to …`).
    pub(crate) wanted: bool,
    rest: OnceCell<(Vec<Unit>, Rc<Extraction>)>,
    adding: OnceCell<(Vec<Unit>, Rc<Extraction>)>,
}

impl<'a, 't> Segment<'a, 't> {
    /// The units as they are, for talk whose words would be peeled off.
    pub(crate) fn raw(message: &'a Message<'t>, units: &[Unit], context: &'a Context) -> Self {
        let question = units.iter().rev().take_while(|unit| unit.skip).any(|unit| message.token(unit).text == "?");
        let units = trim(units).to_vec();
        Self {
            message,
            context,
            units,
            question,
            asked: false,
            wanted: false,
            rest: OnceCell::new(),
            adding: OnceCell::new(),
        }
    }

    /// Peels politeness and fillers off the units.
    pub(crate) fn new(message: &'a Message<'t>, units: &[Unit], context: &'a Context) -> Self {
        let question = units.iter().rev().take_while(|unit| unit.skip).any(|unit| message.token(unit).text == "?");
        let (mut asked, mut wanted) = (false, false);
        let mut rest = trim(units);
        for _ in 0..8 {
            let before = rest.len();
            if let Some(length) = phrase::prefix(rest, "ask").filter(|length| asks(rest, *length)) {
                asked = true;
                rest = trim(&rest[length..]);
            }
            if let Some(length) = phrase::prefix(rest, "want").filter(|length| wants(rest, *length)) {
                wanted = true;
                rest = trim(&rest[length..]);
            }
            if let Some(length) = phrase::prefix(rest, "lead").filter(|length| leads(message, rest, *length)) {
                rest = trim(&rest[length..]);
            }
            if let Some(length) = phrase::suffix(rest, "politetail").filter(|length| trails(message, rest, *length)) {
                rest = trim(&rest[..rest.len() - length]);
            }
            if rest.len() == before {
                break;
            }
        }
        let question = !asked && !wanted && (question || asks_something(rest));
        let mut units = rest.to_vec();
        // `what the hell is due`
        if let [what, rest @ ..] = units.as_slice()
            && is_any(what, &["what", "which", "when", "where", "how", "why"])
            && let Some(length) = phrase::prefix(rest, "oath").filter(|length| *length < rest.len())
        {
            units.drain(1..=length);
        }
        // `move please the call`
        let orders = |unit: &Unit| {
            unit.verb.is_some_and(|verb| verb.is_base)
                || ["command", "moveonly", "deleteweak", "deletestrong"].iter().any(|class| in_class(unit, class))
        };
        if units.len() > 2 && orders(&units[0]) && in_class(&units[1], "please") {
            units.remove(1);
        }
        Self { message, context, units, question, asked, wanted, rest: OnceCell::new(), adding: OnceCell::new() }
    }

    /// The same with notes taken out too, for a new task.
    pub(crate) fn adding(&self) -> &(Vec<Unit>, Rc<Extraction>) {
        self.adding.get_or_init(|| {
            let range = self.message.token_range(&self.units);
            let first = range.start;
            let extraction = self.message.attributes(range, &self.context.moment, Options::default());
            (residual(&self.units, &extraction, first), extraction)
        })
    }

    /// The units whose words are no attributes, and the attributes.
    pub(crate) fn rest(&self) -> &(Vec<Unit>, Rc<Extraction>) {
        self.rest.get_or_init(|| {
            let past = self.units.iter().any(|unit| {
                is_any(unit, &["did", "have", "completed", "finished", "done", "was", "were", "ticked", "closed"])
            });
            let range = self.message.token_range(&self.units);
            let options = Options { past_is_fine: past, keep_description: true, ..Options::default() };
            let first = range.start;
            let extraction = self.message.attributes(range, &self.context.moment, options);
            (residual(&self.units, &extraction, first), extraction)
        })
    }
}

const SUBJECTS: [&str; 16] = [
    "i", "you", "he", "she", "it", "we", "they", "this", "that", "there", "these", "those", "everyone", "nobody",
    "anyone", "anybody",
];

/// Whether the words are a question without a question mark.
fn asks_something(units: &[Unit]) -> bool {
    let Some(first) = units.first() else { return false };
    let second = units.get(1);
    let wh = is_any(first, &["what", "who", "whom", "whose", "why", "how", "where", "when", "which"]);
    let auxiliary = is_any(
        first,
        &[
            "is", "are", "am", "was", "were", "do", "does", "did", "has", "have", "can", "could", "should", "would",
            "will",
        ],
    );
    // `do the dishes`, `have lunch with Ann`, `will for the notary`: no questions.
    let early = is_any(first, &["is", "are", "was", "were", "does", "am"]);
    // `do it tomorrow`, `have that fixed` are orders: a question would say `does` or `has`.
    let plural = is_any(first, &["do", "have"]) && second.is_some_and(|unit| is_any(unit, &["it", "this", "that"]));
    let short = plural || units.len() < 3 && is_any(first, &["did", "do"]);
    wh || auxiliary && !short && second.is_some_and(|unit| early && !is_any(unit, &["not"]) || is_any(unit, &SUBJECTS))
}

/// `can you …` with something after it.
fn asks(units: &[Unit], length: usize) -> bool {
    length < units.len()
}

/// `I need to …`, but not `I have to …` without a verb, nor `I need milk`.
fn wants(units: &[Unit], length: usize) -> bool {
    let ends_in_to = is_any(&units[length - 1], &["to", "wanna", "want", "need", "like"]);
    let command = units.get(length).is_some_and(|unit| in_class(unit, "command"));
    length < units.len() && (ends_in_to && command || is_any(&units[length - 1], &["me"]))
}

/// A filler, unless it is part of what follows (`first aid`, `just`, `next task`).
fn leads(message: &Message<'_>, units: &[Unit], length: usize) -> bool {
    if length >= units.len() {
        return false;
    }
    // `wrong task, it's 7` is a correction, `wrong one, undo` a command.
    if is_any(&units[0], &["wrong"])
        && !units[length..].iter().find(|unit| !unit.skip).is_some_and(|next| {
            next.verb.is_some_and(|verb| verb.is_base) || in_class(next, "command") || in_class(next, "undo")
        })
    {
        return false;
    }
    let Some(next) = units[length..].iter().find(|unit| !unit.skip) else { return false };
    let comma = message.token(&units[length]).text == ",";
    let command = ["command", "undo", "redo", "deletestrong", "deleteweak", "changeonly"]
        .iter()
        .any(|class| in_class(next, class));
    if is_any(&units[0], &["no", "nope", "nah"]) && length == 1 {
        return command;
    }
    // `I was thinking that I should …`, but not `I was thinking about …`
    if is_any(&units[0], &["i"]) && length > 1 && !comma {
        return is_any(next, &["i", "we", "my", "need", "should", "must", "have", "maybe", "that", "add", "remind"]);
    }
    // `fine, delete 9`, but not `fine print`
    if is_any(&units[0], &["fine", "whatever"]) && length == 1 {
        return comma || command;
    }
    // `first walk the dog, then take a shower`
    let verb = next.verb.is_some_and(|verb| verb.is_base);
    if is_any(&units[0], &["first", "firstly"])
        && length == 1
        && verb
        && units.iter().any(|unit| is_any(unit, &["then"]))
    {
        return true;
    }
    let starts = in_class(&units[0], "carefullead");
    if !starts || comma {
        return true;
    }
    // `ok delete 4`, `also buy milk`: a filler before a verb or a pronoun.
    let soft = in_class(&units[0], "softlead");
    let adds = || {
        let rest = trim(&units[length..]);
        ["addonly", "remindme", "dontforget"].iter().any(|class| phrase::prefix(rest, class).is_some())
    };
    let opens = next.verb.is_some_and(|verb| verb.is_base)
        || in_class(next, "command")
        || soft && adds()
        || in_class(next, "opener")
        || message.token(next).kind == TokenKind::Number;
    soft && opens
        && !(is_any(&units[0], &["next", "plus"]) && is_any(next, &["the", "my", "show", "check", "task", "on", "up"]))
        || length > 1 && !is_any(&units[0], &["first", "man", "god"])
}

/// A polite ending, unless it is the object (`call mate`).
fn trails(message: &Message<'_>, units: &[Unit], length: usize) -> bool {
    if length >= units.len() {
        return false;
    }
    let first = &units[units.len() - length];
    let plain = in_class(first, "politeword");
    let comma = units.get(units.len() - length - 1).is_some_and(|unit| message.token(unit).text == ",");
    let after_polite = units.len() > length && is_any(&units[units.len() - length - 1], &["please", "thanks", "pls"]);
    // `5 is done mate`, but not `call my mate`.
    let before = &units[units.len() - length - 1];
    let vocative = length == 1
        && in_class(first, "vocative")
        && units.len() > 2
        && !before.verb.is_some_and(|verb| verb.is_base)
        && !in_class(before, "det")
        && !is_any(before, &["with", "for", "to", "from", "about", "and", "of"]);
    vocative
        || after_polite
        || plain && units.len() - length > 0 && !is_any(&units[0], &["say"])
        || comma
        || length > 1 && units.len() - length > 1
}
