//! Sentences of nothing but politeness: `good morning dear`, `thank you kindly`, `have a lovely day`.

use super::{
    message::{Message, Unit},
    phrase::{self, trim},
};

const CLASSES: [&str; 8] = ["lead", "greeting", "thanks", "politetail", "vocative", "ask", "ack", "bye"];

/// What people wish each other good ones of.
const TIMES: [&str; 18] = [
    "day",
    "one",
    "evening",
    "morning",
    "afternoon",
    "night",
    "week",
    "weekend",
    "time",
    "holiday",
    "holidays",
    "break",
    "trip",
    "journey",
    "flight",
    "summer",
    "christmas",
    "easter",
];

/// What may stand around it: `the rest of your lovely day ahead, too`.
const AROUND: [&str; 38] = [
    "a",
    "an",
    "the",
    "your",
    "yourself",
    "rest",
    "of",
    "very",
    "really",
    "good",
    "great",
    "nice",
    "lovely",
    "fine",
    "wonderful",
    "fantastic",
    "pleasant",
    "beautiful",
    "brilliant",
    "amazing",
    "awesome",
    "super",
    "fab",
    "fabulous",
    "splendid",
    "relaxing",
    "restful",
    "happy",
    "safe",
    "cosy",
    "sunny",
    "blessed",
    "ahead",
    "too",
    "there",
    "all",
    "everyone",
    "now",
];

/// Whether the units are nothing but politeness.
pub(super) fn courteous(message: &Message<'_>, units: &[Unit]) -> bool {
    let mut rest = trim(units);
    while !rest.is_empty() {
        let known = CLASSES.iter().filter_map(|class| phrase::prefix(rest, class)).max();
        let Some(length) = known.max(wish(message, rest)) else { return false };
        rest = trim(&rest[length..]);
    }
    true
}

/// The length of a wish at the beginning: `have a lovely day`, `enjoy the rest of your weekend`.
fn wish(message: &Message<'_>, units: &[Unit]) -> Option<usize> {
    let norm = |unit: &Unit| &*message.token(unit).norm;
    let lead = units.iter().take_while(|unit| matches!(norm(unit), "and" | "do" | "please" | "also" | "so")).count();
    let wishes = units.get(lead).is_some_and(|unit| matches!(norm(unit), "have" | "enjoy" | "wishing" | "wish"));
    let you = units.get(lead + 1).is_some_and(|unit| norm(unit) == "you");
    let start = lead + if wishes { 1 + usize::from(you) } else { 0 };
    let rest = units.get(start..)?;
    let length = rest.iter().take_while(|unit| TIMES.contains(&norm(unit)) || AROUND.contains(&norm(unit))).count();
    let what = rest[..length].iter().any(|unit| TIMES.contains(&norm(unit)));
    // `have a nice day out with the kids` is something else.
    let whole = rest.get(length).is_none_or(|unit| unit.skip);
    (wishes && what && whole).then_some(start + length)
}
