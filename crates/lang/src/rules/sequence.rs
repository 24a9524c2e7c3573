//! Things to do one after another: timed ones (`gym at 7 then breakfast at 9`), and those said in one breath
//! (`pay the rent call mom buy milk`).

use jiff::{Timestamp, Zoned};
use saydo_domain::Due;

use super::{
    frames::draft,
    message::{Message, Unit},
    phrase::{in_class, is_any, trim},
    segment::Segment,
    split::MOST_PARTS,
};
use crate::{
    Draft, Moment,
    attributes::{DueMatch, Options},
    token::TokenKind,
};

/// What a thing to do of its own does not begin with.
const TIED: [&str; 18] = [
    "from", "to", "at", "on", "by", "for", "with", "about", "until", "till", "of", "in", "via", "if", "when",
    "because", "again", "back",
];

/// The things to do when each has its own time or day and they follow one another; else `None`.
pub(super) fn timed(segment: &Segment<'_, '_>, units: &[Unit]) -> Option<Vec<Draft>> {
    let message = segment.message;
    // `between 9 and 11 on monday`: a joint inside of what says when parts nothing.
    let found = message.attributes(message.token_range(units), &segment.context.moment, Options::default());
    let inside = |unit: &Unit| {
        let token = message.token(unit);
        found.found.iter().any(|found| found.start < token.start && token.end < found.end)
    };
    let joint = |unit: &Unit| {
        (is_any(unit, &["then", "and", "also"]) || matches!(message.token(unit).text, "," | ";")) && !inside(unit)
    };
    let pieces: Vec<&[Unit]> = units.split(joint).map(trim).filter(|piece| !piece.is_empty()).collect();
    if pieces.len() < 2 || pieces.len() > MOST_PARTS || units.iter().take(1).any(|unit| is_any(unit, &["if", "when"])) {
        return None;
    }
    let then = units.iter().any(|unit| is_any(unit, &["then"]));
    let verb = |piece: &[Unit]| piece.first().is_some_and(|unit| unit.verb.is_some_and(|verb| verb.is_base));
    // A list of verbs is parted elsewhere.
    if !then && verb(pieces[0]) && pieces[1..].iter().any(|piece| verb(piece)) {
        return None;
    }
    // `meet Ana on monday and Bo on tuesday`: the verb is meant for both. `drop off the kids at 8, gym at 9`: not for the gym.
    let named = |piece: &&[Unit]| {
        let first = piece.first().map(|unit| message.token(unit));
        first.is_some_and(|token| token.text.starts_with(char::is_uppercase))
            || piece.first().is_some_and(|unit| in_class(unit, "det"))
    };
    let both = pieces.len() == 2 && !units.iter().any(|unit| message.token(unit).text == ",");
    let meant = both || pieces[1..].iter().all(named);
    let shared = if then || !verb(pieces[0]) || !meant { None } else { Some(with_particle(message, pieces[0])) };
    let mut drafts: Vec<Draft> = Vec::with_capacity(pieces.len());
    let mut moment = segment.context.moment.clone();
    for piece in pieces {
        let due = due(message, piece, &segment.context.moment)?;
        let own_day = due.explicit_date;
        let from = if own_day { &segment.context.moment } else { &moment };
        let mut draft = draft::draft_from(segment, piece, from);
        let named = draft.title.split_whitespace().any(|word| word.chars().any(char::is_alphabetic));
        if !named || piece.first().is_some_and(|unit| is_any(unit, &TIED)) {
            return None;
        }
        if let Some(due) = draft.due {
            moment = later(&moment, due);
        }
        if let Some(shared) = shared.as_ref().filter(|_| !drafts.is_empty()) {
            let name = piece.first().is_some_and(|unit| message.token(unit).text.starts_with(char::is_uppercase));
            let thing = if name { draft.title } else { draft::lowered(&draft.title) };
            draft.title = draft::titled(&format!("{shared} {thing}"));
        }
        drafts.push(draft);
    }
    Some(drafts)
}

/// The verb in front, with the `up` of `pick up`.
fn with_particle(message: &Message<'_>, piece: &[Unit]) -> String {
    let particle = piece.get(1).is_some_and(|unit| is_any(unit, &["up", "off", "out", "over", "down", "in", "back"]));
    message.cut(&piece[..if particle { 2 } else { 1 }])
}

/// The due that a piece says itself.
fn due(message: &Message<'_>, piece: &[Unit], moment: &Moment) -> Option<DueMatch> {
    let range = message.token_range(piece);
    let extraction = message.attributes(range, moment, Options::default());
    extraction.due.clone().filter(|_| extraction.recurrence.is_none() && extraction.shift.is_none())
}

/// The moment of a due: what follows it is later.
fn later(moment: &Moment, due: Due) -> Moment {
    let zone = moment.now.time_zone().clone();
    let at: Option<Zoned> = match due {
        Due::Day(day) => day.to_zoned(zone).ok(),
        Due::Moment { at, .. } => Some(Timestamp::to_zoned(at, zone)),
    };
    let now = at.filter(|at| *at > moment.now).unwrap_or_else(|| moment.now.clone());
    Moment { now, order: moment.order }
}

/// Verbs that are hardly ever anything else: one in the middle begins the next thing.
const CLEAR: [&str; 22] = [
    "buy", "collect", "renew", "bring", "send", "submit", "cancel", "write", "fetch", "hoover", "vacuum", "grab",
    "mow", "unload", "defrost", "donate", "arrange", "organise", "organize", "prepare", "pick", "remember",
];

/// Verbs that are nouns as well: they need an object that is clearly one, or company.
const LIKELY: [&str; 28] = [
    "call", "pay", "email", "text", "ring", "book", "wash", "feed", "water", "clean", "walk", "fix", "return", "check",
    "order", "phone", "message", "empty", "charge", "print", "cook", "bake", "post", "finish", "do", "sign", "drop",
    "get",
];

/// After these a verb belongs to what stands before it.
const BINDING: [&str; 40] = [
    "to", "and", "or", "not", "can", "will", "should", "must", "could", "would", "might", "let", "help", "make", "i",
    "you", "we", "they", "he", "she", "it", "who", "that", "which", "how", "where", "what", "when", "if", "before",
    "after", "while", "until", "because", "so", "please", "the", "a", "an", "do",
];

/// Verbs whose object does something itself: `help Ana pay the rent`.
const CAUSING: [&str; 12] =
    ["help", "let", "have", "watch", "see", "hear", "ask", "tell", "remind", "make", "learn", "check"];

/// Objects that make the word before them a verb.
const OBJECTS: [&str; 36] = [
    "the",
    "my",
    "a",
    "our",
    "his",
    "her",
    "their",
    "some",
    "mom",
    "mum",
    "mam",
    "dad",
    "gran",
    "nan",
    "grandma",
    "grandpa",
    "granny",
    "boss",
    "rent",
    "bill",
    "bills",
    "tax",
    "taxes",
    "council",
    "plumber",
    "landlord",
    "doctor",
    "dentist",
    "vet",
    "school",
    "bank",
    "electrician",
    "garage",
    "kids",
    "dog",
    "cat",
];

/// The chunk as the things to do that it runs together; itself when it is one.
pub(super) fn in_one_breath<'u>(message: &Message<'_>, chunk: &'u [Unit]) -> Vec<&'u [Unit]> {
    let Some(first) = chunk.first() else { return vec![chunk] };
    if !first.verb.is_some_and(|verb| verb.is_base) || is_any(first, &CAUSING) {
        return vec![chunk];
    }
    let candidates: Vec<usize> =
        (2..chunk.len().saturating_sub(1)).filter(|at| may_begin(message, chunk, *at)).collect();
    let is_clear = |at: &usize| one_of(message, &chunk[*at], &CLEAR) || one_of(message, &chunk[at + 1], &OBJECTS);
    let all = candidates.len() > 1 && candidates.iter().any(is_clear);
    let mut cuts = vec![0];
    for at in candidates.into_iter().filter(|at| all || is_clear(at)) {
        // A verb and something it is done to.
        if cuts.last().is_some_and(|last| at >= last + 2) {
            cuts.push(at);
        }
    }
    let ends = cuts.iter().skip(1).copied().chain([chunk.len()]);
    cuts.iter().zip(ends).map(|(from, to)| trim(&chunk[*from..to])).collect()
}

fn one_of(message: &Message<'_>, unit: &Unit, words: &[&str]) -> bool {
    words.contains(&&*message.token(unit).norm)
}

/// Whether a verb of the lists stands here, free of what is before it and with something after it.
fn may_begin(message: &Message<'_>, chunk: &[Unit], at: usize) -> bool {
    let (before, unit, after) = (&chunk[at - 1], &chunk[at], &chunk[at + 1]);
    let word = |unit: &Unit| matches!(message.token(unit).kind, TokenKind::Word | TokenKind::Quoted);
    let free = word(before)
        && !one_of(message, before, &BINDING)
        && !one_of(message, before, &TIED)
        && !before.verb.is_some_and(|verb| verb.is_base && !verb.is_past && one_of(message, before, &CLEAR))
        && !in_class(before, "det");
    let object = word(after) && !one_of(message, after, &TIED) && message.token(after).space_before;
    free && object && !unit.typo && (one_of(message, unit, &CLEAR) || one_of(message, unit, &LIKELY))
}
