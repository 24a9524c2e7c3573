//! New tasks: the title is what remains when the command and the attributes are taken away.

use super::Match;
use saydo_domain::Label;

use crate::{
    Draft, Intent, Reading,
    rules::{
        message::Unit,
        pattern::Slot,
        phrase::{self, in_class, is_any},
        things,
    },
    token::TokenKind,
};

pub(super) fn make(found: &Match<'_, '_, '_>) -> Option<Vec<Reading>> {
    let name = found.section.name;
    match name {
        "add-bare-verb" => return Some(vec![found.reading(Intent::AskTitle { verb: String::new() })]),
        "ask-object" => return ask_object(found),
        _ => {}
    }
    let text = phrase::trim(found.slot(Slot::Text)?);
    // `new year's eve` is a day.
    let new = found.units.first().is_some_and(|unit| is_any(unit, &["new"]));
    if new && super::edit::read(found.segment, found.units).is_some_and(|edit| edit.due_date_only) {
        return None;
    }
    if !addable(found, text) {
        return None;
    }
    let text = without_article(found, text);
    if name == "add-more" && !goes_on(found, text) {
        return None;
    }
    let label = labelled(found)?;
    // `ham to my shopping list`, but `forward the mail to the board list`
    if name == "add-labelled-bare"
        && text.iter().any(|unit| unit.verb.is_some_and(|verb| verb.is_base && !verb.is_past))
    {
        let shopping =
            label.as_ref().is_some_and(|label| matches!(label.as_str(), "shopping" | "grocery" | "groceries"));
        if !shopping {
            return None;
        }
    }
    if name == "add-remind"
        && let Some(draft) = super::situation::draft(found, text)
    {
        return Some(vec![found.reading(Intent::Add(vec![draft]))]);
    }
    let drafts = if found.behind_attributes {
        things::drafts_within(found.segment, text, explicit(found))
    } else {
        things::drafts(found.segment, text, explicit(found))
    };
    if drafts.is_empty() && found.behind_attributes {
        return None;
    }
    // `remind me again tomorrow`: of what?
    let again = |title: &str| title.eq_ignore_ascii_case("again");
    if drafts.is_empty() || drafts.iter().any(|draft| draft.title.is_empty() || again(&draft.title)) {
        let asks = matches!(name, "add-remind" | "add-command") && drafts.len() < 2;
        return asks.then(|| vec![found.reading(Intent::AskTitle { verb: String::new() })]);
    }
    let drafts: Vec<_> = drafts.into_iter().map(|draft| finished(found, draft, label.as_ref())).collect();
    let dated = drafts.iter().any(|draft| draft.due.is_some());
    let mut reading = found.reading(Intent::Add(drafts));
    reading.confidence = doubt(found, text.first()?, dated).unwrap_or(reading.confidence);
    Some(vec![reading])
}

/// `and butter too`: after something was added, this is to be added as well.
fn goes_on(found: &Match<'_, '_, '_>, text: &[Unit]) -> bool {
    let thing = |unit: &Unit| {
        found.segment.message.token(unit).kind == TokenKind::Word
            && !["pronoun", "command", "self", "me", "duefield", "prio"].iter().any(|class| in_class(unit, class))
    };
    found.segment.context.last_was_add && text.len() <= 4 && text.iter().all(thing)
}

/// The label that `under errands`, `to my car list` names; `Some(None)` where none is named, `None` where it is no label.
fn labelled(found: &Match<'_, '_, '_>) -> Option<Option<Label>> {
    let Some(units) = found.slot(Slot::Label) else { return Some(None) };
    let [only] = phrase::trim(units) else { return None };
    let token = found.segment.message.token(only);
    let plain = matches!(token.kind, TokenKind::Word | TokenKind::Tag | TokenKind::Quoted);
    let ours =
        ["det", "pronoun", "task", "tasks", "tasknoun", "list", "listname"].iter().any(|class| in_class(only, class));
    // `for Mia: the recorder` is no label.
    let headed = found.units.first().is_some_and(|unit| is_any(unit, &["for", "in"]));
    if headed && !in_class(only, "area") {
        return None;
    }
    if !plain
        || ours
        || crate::lexicon::is_day(&token.norm)
        || only.verb.is_some_and(|verb| verb.is_gerund) && token.norm != "shopping"
    {
        return None;
    }
    Some(Some(Label::new(token.unquoted().unwrap_or(&token.norm)).ok()?))
}

/// The draft with what the command itself says about it: its label, and that something is not to be done.
fn finished(found: &Match<'_, '_, '_>, mut draft: Draft, label: Option<&Label>) -> Draft {
    draft.labels.extend(label.filter(|label| !draft.labels.contains(label)).cloned());
    let [.., not, to] = found.captures.first().map_or(&[][..], |(_, range)| &found.units[..range.start]) else {
        return draft;
    };
    // `remind me not to park there`
    if found.section.name == "add-remind" && is_any(not, &["not"]) && is_any(to, &["to"]) {
        draft.title = format!("Don't {}", super::draft::lowered(&draft.title));
    }
    draft
}

/// Whether the text is something to add at all.
fn addable(found: &Match<'_, '_, '_>, text: &[Unit]) -> bool {
    let name = found.section.name;
    let Some(first) = text.first() else { return false };
    if text.iter().all(|unit| unit.skip || in_class(unit, "addnoun")) || placeholder(text) {
        return false;
    }
    // `add #school to the permission slip`
    let tagged = found.segment.message.token(first).kind == TokenKind::Tag;
    let to = if tagged { text.get(1) } else { text.first().filter(|_| found.behind_attributes) };
    let whose = text.get(1 + usize::from(tagged)).is_some_and(|unit| in_class(unit, "det"));
    if name == "add-command" && whose && to.is_some_and(|unit| is_any(unit, &["to"])) {
        return false;
    }
    if matches!(name, "add-remind" | "add-need" | "add-event") && in_class(first, "asksword") {
        return false;
    }
    let verb = first.verb.is_some_and(|verb| verb.is_base);
    // `the next thing is broken` tells something, `the next thing is to pay Bo` asks for it.
    if name == "add-next" && !verb {
        return false;
    }
    if name == "add-need" && !is_need(found, text) || name == "add-command" && !is_added(found, text) {
        return false;
    }
    let minded = found.units.first().is_some_and(|unit| is_any(unit, &["mind"]));
    if found.segment.question && !found.segment.asked && !minded && name != "add-remind" {
        return false;
    }
    // `set task 5 to …`
    let numbered = found.segment.message.token(first).kind == TokenKind::Number;
    let after_noun = found
        .captures
        .first()
        .is_some_and(|(_, range)| range.start > 0 && is_any(&found.units[range.start - 1], &["task", "item"]));
    let adds = found.units.first().is_some_and(|unit| is_any(unit, &["add", "create", "new"]));
    !(numbered && after_noun && !adds)
}

/// Whether what somebody needs is something to do: neither told nor a change of a task by number.
fn is_need(found: &Match<'_, '_, '_>, text: &[Unit]) -> bool {
    let Some(first) = text.first() else { return false };
    let verb = first.verb.is_some_and(|verb| verb.is_base);
    // `I've sent the invoice` reports.
    let have = found.captures.first().and_then(|(_, range)| found.units.get(range.start.checked_sub(1)?));
    let reported = have.is_some_and(|unit| is_any(unit, &["have"]));
    if first.verb.is_some_and(|verb| verb.is_past && (!verb.is_base || reported)) {
        return false;
    }
    if !verb && is_any(first, &["when", "you", "know", "say", "see", "help", "be", "talk", "ask"]) {
        return false;
    }
    // `I promised Dave I'd help`: what is to be done is not told by these words.
    if text.iter().skip(1).take(2).any(|unit| is_any(unit, &["i", "he", "she", "they"])) {
        return false;
    }
    let number = |unit: &Unit| found.segment.message.token(unit).kind == TokenKind::Number;
    let numbered = text.get(1).is_some_and(number);
    // `maybe I should move 3, I don't know`
    let changes = ["deletestrong", "moveonly", "doneverb", "reopen", "move"].iter().any(|class| in_class(first, class))
        && text.get(2).is_none_or(|unit| unit.skip);
    // `I'll do 4 later`
    let does = is_any(first, &["do", "start", "tackle", "handle", "finish", "get"])
        && text.get(2).is_none_or(|unit| unit.skip || is_any(unit, &["later", "soon", "now", "next", "after", "then"]));
    !(numbered && (changes || does))
}

/// Whether what stands after `add` is to be added, and says nothing about a task that there is.
fn is_added(found: &Match<'_, '_, '_>, text: &[Unit]) -> bool {
    // `add the label home to the grill`, unlike `add label maker to cart`
    let determined = text.first().is_some_and(|unit| is_any(unit, &["the", "a"]));
    let field = text.iter().skip(1).take(2).any(|unit| in_class(unit, "tag"));
    let onto = text.iter().skip(2).any(|unit| is_any(unit, &["to", "on"]));
    // `add up the receipts`
    let adds_up = found.units.len() > 2 && is_any(&found.units[0], &["add"]) && is_any(&found.units[1], &["up"]);
    // `put milk back on the list`: it was there.
    let back = text.len() > 1 && text.last().is_some_and(|unit| is_any(unit, &["back"]));
    !(determined && field && onto || adds_up || back)
}

/// A lower confidence, when the words could well mean something else.
fn doubt(found: &Match<'_, '_, '_>, text: &Unit, dated: bool) -> Option<f32> {
    let first = found.units.first()?;
    let is_verb = |unit: &Unit| unit.verb.is_some_and(|verb| verb.is_base);
    match found.section.name {
        // `it is raining`
        "add-event" if !dated => Some(if is_any(first, &["it"]) { 0.3 } else { 0.5 }),
        // `new batteries for the remote` are not only batteries.
        "add-command" if is_any(first, &["new"]) && plain_text(found) => (!is_verb(text)).then_some(0.5),
        // `include the receipts`, `capture the flag`: as likely the thing to do itself.
        "add-command" => (is_verb(first) && !is_any(first, &["add", "create"]) && plain_text(found)).then_some(0.6),
        "add-need" => {
            let short = found.units.iter().take(4).any(|unit| is_any(unit, &["out", "low"]));
            // `I have to have the brakes looked at`
            let auxiliary = is_any(text, &["have", "be"]);
            (!is_verb(text) && !auxiliary && !dated && !short && wishes(found)).then_some(0.55)
        }
        _ => None,
    }
}

/// `something`, `buy something`: there is nothing to add yet.
fn placeholder(text: &[Unit]) -> bool {
    let nothing = |unit: &Unit| in_class(unit, "nothing");
    let skip = text.iter().take_while(|unit| is_any(unit, &["to", "about"])).count();
    match &text[skip..] {
        [only] => nothing(only) || only.verb.is_some_and(|verb| verb.is_base) && lone(only),
        [verb, object] => {
            verb.verb.is_some_and(|verb| verb.is_base)
                && nothing(object)
                && !is_any(object, &["it", "that", "this", "them"])
        }
        _ => false,
    }
}

/// Without `a` or `an` before a noun: `add a dentist appointment` is about the appointment.
fn without_article<'u>(found: &Match<'_, '_, '_>, text: &'u [Unit]) -> &'u [Unit] {
    let named = matches!(found.section.name, "add-need" | "add-event" | "add-command");
    match text {
        [article, rest @ ..]
            if named
                && !rest.is_empty()
                && is_any(article, &["a", "an"])
                && !is_any(&rest[0], &["few", "bit", "lot", "couple"]) =>
        {
            rest
        }
        _ => text,
    }
}

/// Whether the command was nothing but a verb before the text.
fn plain_text(found: &Match<'_, '_, '_>) -> bool {
    found.captures.first().is_some_and(|(_, range)| range.start <= 1 && range.end == found.units.len())
}

/// Wishes are not tasks: `I want a pony`.
fn wishes(found: &Match<'_, '_, '_>) -> bool {
    found
        .units
        .iter()
        .take(3)
        .any(|unit| is_any(unit, &["want", "would", "like", "will", "love", "am", "got", "have", "should", "better"]))
}

/// Whether the person said that this is to be added.
fn explicit(found: &Match<'_, '_, '_>) -> bool {
    matches!(found.section.name, "add-command" | "add-list" | "add-labelled" | "add-labelled-bare")
}

/// Whether the verb waits for its object. These are whole by themselves, or nouns: `exercise`, `laundry`, `lunch`.
fn lone(unit: &Unit) -> bool {
    const WHOLE: &[&str] = &[
        "exercise",
        "meditate",
        "jog",
        "swim",
        "run",
        "sleep",
        "relax",
        "study",
        "train",
        "vote",
        "pray",
        "stretch",
        "rest",
        "nap",
        "shower",
        "shave",
        "hoover",
        "vacuum",
        "dust",
        "iron",
        "pack",
        "unpack",
        "cook",
        "floss",
        "mop",
        "garden",
        "journal",
        "revise",
        "practice",
        "practise",
        "rehearse",
        "declutter",
        "dance",
        "ski",
        "hike",
        "declutter",
        "lunch",
        "work",
        "mow",
        "sweep",
        "walk",
        "tidy",
        "homework",
        "bake",
        "knit",
        "bathe",
        "budget",
        "plan",
    ];
    unit.verb.is_some_and(|verb| !WHOLE.contains(&verb.base))
}

fn ask_object(found: &Match<'_, '_, '_>) -> Option<Vec<Reading>> {
    // `stop`, `sound`: talk.
    let said = phrase::trim(&found.segment.message.units);
    if ["ack", "no", "bye"].iter().any(|class| phrase::whole(said, class)) {
        return None;
    }
    let unit = found.units.iter().find(|unit| {
        unit.verb.is_some_and(|verb| verb.is_base) && !is_any(unit, &["add", "remind", "need", "have", "want"])
    })?;
    if found.segment.question && !found.segment.asked {
        return None;
    }
    let verb = found.segment.message.token(unit).norm.to_string();
    if !lone(unit) || in_class(unit, "command") && !is_any(unit, &["make", "write", "check"]) {
        return None;
    }
    if found.units.len() == 1 && in_class(unit, "yes") {
        return None;
    }
    Some(vec![found.reading(Intent::AskTitle { verb })])
}
