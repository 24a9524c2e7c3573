//! Several things to do in one command: `buy milk and call mom`, `eggs, bread and butter`.

use std::sync::LazyLock;

use super::{
    dated::{behind_date, drafts_behind, occasion},
    frames::draft,
    headed,
    message::{Message, Unit},
    phrase::{is_any, trim},
    segment::Segment,
    sequence,
    split::MOST_PARTS,
    vocabulary::lines,
};
use crate::Draft;

/// Words that cannot be in the middle of a list of things.
const TIES: [&str; 16] = [
    "with", "for", "about", "between", "from", "to", "by", "via", "that", "because", "if", "of", "at", "as", "than",
    "while",
];

static PAIRS: LazyLock<Vec<(&'static str, &'static str)>> = LazyLock::new(|| {
    let entries = lines(include_str!("lexicon/pairs.txt")).flat_map(|line| line.split(','));
    entries.filter_map(|pair| pair.trim().split_once(' ')).collect()
});

/// The things to do that the units name: usually one.
pub(crate) fn drafts(segment: &Segment<'_, '_>, units: &[Unit], explicit: bool) -> Vec<Draft> {
    let apart = headed::drafts(segment, units).or_else(|| sequence::timed(segment, units));
    if let Some(drafts) = apart.or_else(|| occasion(segment, units)) {
        return drafts;
    }
    let parts = parts(segment, units, explicit);
    let mut drafts: Vec<Draft> = parts.iter().map(|part| draft::draft(segment, part)).collect();
    if drafts.len() > 1 && drafts.iter().any(|draft| draft.title.is_empty()) {
        return vec![draft::draft(segment, units)];
    }
    let all = drafts.len() > 1 && drafts.last_mut().is_some_and(strip_all);
    if (explicit || all) && drafts.len() > 1 {
        share(&mut drafts);
    }
    drafts
}

/// `…, order cake - all by friday`: takes the word off; what is said holds for all of them.
fn strip_all(last: &mut Draft) -> bool {
    let bare = [" - all", " – all", " all"].iter().find_map(|tail| last.title.strip_suffix(tail)).map(str::to_owned);
    let said = last.due.is_some() && bare.is_some();
    if let Some(bare) = bare.filter(|_| said) {
        last.title = bare;
    }
    said
}

/// The same for units that were freed of attributes, which hold for all of them.
pub(crate) fn drafts_within(segment: &Segment<'_, '_>, units: &[Unit], explicit: bool) -> Vec<Draft> {
    let parts = parts(segment, units, explicit);
    let dated = |part: &&[Unit]| behind_date(segment, part).len() < part.len();
    if segment.adding().1.found.len() > 1 || parts.iter().skip(1).any(dated) {
        let apart = drafts_behind(segment, units, explicit);
        if apart.len() > 1 {
            return apart;
        }
    }
    if parts.len() > 1 && segment.adding().1.found.len() > 1 {
        return Vec::new();
    }
    parts.iter().map(|part| draft::draft_within(segment, part)).collect()
}

/// What the last of a list says about when, how urgent and which label holds for the others too.
fn share(drafts: &mut [Draft]) {
    let Some((last, others)) = drafts.split_last_mut() else { return };
    let plain = others.iter().all(|draft| {
        draft.due.is_none() && draft.recurrence.is_none() && draft.priority.is_none() && draft.labels.is_empty()
    });
    if plain {
        for draft in others {
            (draft.due, draft.priority) = (last.due, last.priority);
            draft.recurrence.clone_from(&last.recurrence);
            draft.labels.clone_from(&last.labels);
            draft.problems.clone_from(&last.problems);
        }
    }
}

fn parts<'u>(segment: &Segment<'_, '_>, units: &'u [Unit], explicit: bool) -> Vec<&'u [Unit]> {
    let message = segment.message;
    let chunks: Vec<&[Unit]> =
        chunks(message, units).into_iter().flat_map(|chunk| sequence::in_one_breath(message, chunk)).collect();
    if chunks.len() < 2 || chunks.len() > MOST_PARTS {
        return vec![units];
    }
    let is_todo = |chunk: &[Unit]| {
        let chunk = behind_date(segment, chunk);
        // `pick up and drop off the kids`
        let hangs =
            matches!(chunk, [_, particle] if is_any(particle, &["up", "off", "out", "down", "in", "over", "away"]));
        let verb = chunk.first().is_some_and(|unit| unit.verb.is_some_and(|verb| verb.is_base));
        verb && chunk.len() > 1 && !hangs && !is_compound(message, chunk)
    };
    if !is_todo(chunks[0]) {
        return if things(segment, units, &chunks, explicit) { chunks } else { vec![units] };
    }
    if heads_its_own(message, chunks[0]) {
        return vec![units];
    }
    // A verb with its object begins a new one; everything else continues the one before.
    let commas = units.iter().filter(|unit| message.token(unit).text == ",").count();
    let listed = commas > 1 || commas == 1 && chunks.len() > 2;
    let mut starts = vec![0];
    for (i, chunk) in chunks.iter().enumerate().skip(1) {
        let before = &chunks[*starts.last().unwrap_or(&0)..i];
        let added = chunk.first().and_then(|unit| place(units, Some(unit)).checked_sub(1)).map(|at| &units[at]);
        let apart = listed || added.is_some_and(|unit| is_any(unit, &["plus", "then", "that"]));
        if is_todo(chunk) && !depends(before[0], behind_date(segment, chunk), apart) {
            starts.push(i);
        }
    }
    let first = |chunk: &[Unit]| place(units, chunk.first());
    let ends = starts.iter().skip(1).map(|next| place(units, chunks[next - 1].last()) + 1).chain([units.len()]);
    starts.iter().zip(ends).map(|(at, end)| strip_joints(message, &units[first(chunks[*at])..end])).collect()
}

static COMPOUNDS: LazyLock<Vec<(&'static str, &'static str)>> = LazyLock::new(|| {
    lines(include_str!("lexicon/compounds.txt"))
        .flat_map(|line| line.split(','))
        .filter_map(|pair| pair.trim().split_once(' '))
        .collect()
});

/// `post office`: a noun of two words, though the first is a verb as well.
fn is_compound(message: &Message<'_>, chunk: &[Unit]) -> bool {
    let word = |unit: &Unit| message.token(unit).norm.clone();
    let [first, second, ..] = chunk else { return false };
    let (first, second) = (word(first), word(second));
    COMPOUNDS.iter().any(|(a, b)| *a == &*first && *b == &*second)
}

/// Where a unit stands.
pub(super) fn place(units: &[Unit], unit: Option<&Unit>) -> usize {
    units.iter().position(|other| unit.is_some_and(|unit| unit.token == other.token)).unwrap_or(0)
}

fn strip_joints<'u>(message: &Message<'_>, units: &'u [Unit]) -> &'u [Unit] {
    let mut units = trim(units);
    while let Some(last) = units.last()
        && units.len() > 1
        && (is_chunk_joint(message, last) || is_any(last, &["also", "then", "to"]))
    {
        units = trim(&units[..units.len() - 1]);
    }
    units
}

fn is_chunk_joint(message: &Message<'_>, unit: &Unit) -> bool {
    is_any(unit, &["and", "plus", "then"]) || matches!(message.token(unit).text, "," | ";" | "&" | "+")
}

fn chunks<'u>(message: &Message<'_>, units: &'u [Unit]) -> Vec<&'u [Unit]> {
    let pieces = units.split(|unit| is_chunk_joint(message, unit));
    pieces.map(trim).filter(|chunk| !chunk.is_empty()).map(strip_also).collect()
}

/// Without `also`, `then`, `oh` and a new `I have to` in front.
fn strip_also(chunk: &[Unit]) -> &[Unit] {
    match chunk {
        [first, rest @ ..] if !rest.is_empty() && is_any(first, &["also", "then", "to", "oh", "so"]) => {
            strip_also(rest)
        }
        // `first walk the dog then shower`
        [first, next, ..]
            if is_any(first, &["first", "firstly", "finally", "lastly", "afterwards"])
                && next.verb.is_some_and(|verb| verb.is_base) =>
        {
            &chunk[1..]
        }
        [after, that, rest @ ..] if !rest.is_empty() && is_any(after, &["after"]) && is_any(that, &["that"]) => rest,
        // `… and a second task to call Joe`
        [another, which, task, to, rest @ ..]
            if !rest.is_empty()
                && is_any(another, &["a", "another", "one"])
                && is_any(which, &["second", "third", "new", "separate", "other", "further", "more"])
                && is_any(task, &["task", "reminder", "one"])
                && is_any(to, &["to"]) =>
        {
            rest
        }
        [another, task, to, rest @ ..]
            if !rest.is_empty()
                && is_any(another, &["a", "another"])
                && is_any(task, &["task", "reminder", "one"])
                && is_any(to, &["to"]) =>
        {
            rest
        }
        [subject, rest @ ..] if is_any(subject, &["i", "we"]) => {
            let skip = rest.iter().take_while(|unit| is_any(unit, &["also", "still", "then", "really"])).count();
            match &rest[skip..] {
                [need, to, rest @ ..] if is_any(need, &["need", "have", "got", "want"]) && is_any(to, &["to"]) => rest,
                [must, rest @ ..] if is_any(must, &["must", "should", "gotta"]) && !rest.is_empty() => rest,
                _ => chunk,
            }
        }
        _ => chunk,
    }
}

/// `call`, `text`: after another such verb `text Carol` is one as well, and no noun.
fn messages(unit: &Unit) -> bool {
    is_any(unit, &["call", "text", "email", "phone", "ring", "message", "mail", "ping"])
}

/// `plan the party: invite kids, book the hall`: a task, and what belongs to it.
fn heads_its_own(message: &Message<'_>, chunk: &[Unit]) -> bool {
    let colon = |unit: &Unit| {
        message.token(unit).text == ":" && message.tokens.get(unit.token + 1).is_some_and(|next| next.space_before)
    };
    chunk.iter().position(colon).is_some_and(|at| at > 1)
}

/// Whether the second verb is a part of the first thing: `call mom and ask her`, `go to the shop and buy milk`.
fn depends(left: &[Unit], right: &[Unit], listed: bool) -> bool {
    let Some((verb, next)) = left.first().zip(right.first()) else { return false };
    let going = is_any(
        verb,
        &[
            "go", "drive", "walk", "run", "try", "meet", "visit", "sit", "log", "take", "bring", "head", "stop",
            "come", "open",
        ],
    );
    let telling = is_any(
        next,
        &[
            "ask",
            "tell",
            "see",
            "discuss",
            "talk",
            "check",
            "find",
            "give",
            "let",
            "thank",
            "show",
            "explain",
            "say",
            "confirm",
            "wish",
            "invite",
            "congratulate",
            "make",
            "get",
            "have",
            "request",
            "try",
            "arrange",
        ],
    );
    let pronoun = right.get(1).is_some_and(|unit| is_any(unit, &["it", "them", "her", "him", "that", "those", "one"]));
    let noun = right.get(1).is_some_and(|unit| is_any(unit, &["and"]))
        || next.verb.is_some_and(|verb| {
            [
                "water", "light", "oil", "book", "fish", "paint", "text", "film", "record", "report", "label", "light",
                "heat", "fuel", "form", "file", "mail", "phone", "plant",
            ]
            .contains(&verb.base)
                && right.len() < 3
                && !(listed && messages(&left[0]) && messages(&right[0]))
        });
    let wipes = right.iter().take(3).any(|unit| is_any(unit, &["everything", "all"]));
    wipes
        || going && !listed
        || telling && !listed && !is_any(verb, &["buy", "pay", "clean", "wash", "water", "book"])
        || pronoun
        || noun
}

/// Whether the chunks are a list of things, each a task.
fn things(segment: &Segment<'_, '_>, units: &[Unit], chunks: &[&[Unit]], explicit: bool) -> bool {
    let message = segment.message;
    let commas = units.iter().filter(|unit| matches!(message.token(unit).text, "," | ";" | "+")).count();
    let short = |chunk: &&[Unit]| {
        let date_free: Vec<&Unit> = chunk.iter().filter(|unit| !unit.skip).collect();
        date_free.len() <= 8
    };
    let last = chunks.len() - 1;
    let tied = chunks[..last].iter().any(|chunk| chunk.iter().skip(1).any(|unit| is_any(unit, &TIES)));
    let wiping = chunks.iter().any(|chunk| chunk.iter().any(|unit| is_any(unit, &["everything"])));
    if wiping || !(explicit || commas > 1) || !chunks.iter().all(short) || tied {
        return false;
    }
    let verbs =
        chunks.iter().skip(1).filter(|chunk| chunk.len() > 1 && chunk[0].verb.is_some_and(|verb| verb.is_base)).count();
    if commas == 0 && chunks.len() == 2 && verbs == 0 {
        return !pair(message, chunks[0], chunks[1]);
    }
    commas > 0 || chunks.len() == 2 || chunks.len() > 2
}

/// Whether the two belong together: `salt and pepper`.
pub(super) fn pair(message: &Message<'_>, left: &[Unit], right: &[Unit]) -> bool {
    let word = |unit: Option<&Unit>| {
        unit.map_or(String::new(), |unit| message.token(unit).norm.trim_end_matches("'s").to_owned())
    };
    let (last, first) = (word(left.last()), word(right.first()));
    let known = |a: &str, b: &str| PAIRS.iter().any(|(x, y)| (*x, *y) == (a, b) || (*x, *y) == (b, a));
    // The head of the second may stand at its end: `soap and hot water`.
    known(&last, &first) || known(&last, &word(right.last()))
        // `mom and dad's anniversary`: the possessive binds both.
        || right.first().is_some_and(|unit| message.token(unit).norm.ends_with("'s")) && right.len() > 1
}
