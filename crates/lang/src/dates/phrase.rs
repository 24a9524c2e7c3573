//! A whole phrase of time: an introducing word, days, a time, a stretch of the day, in any order people join them.

use super::{
    absolute::{self, absolute, day_range},
    cursor::Cx,
    holiday::holiday,
    marker::{joins, marker, rings, suits},
    offset::offset,
    period::{nth_within, period, week_within},
    relative::relative,
    shade::{self, shaded},
    time::{part, time},
    value::{Days, Strength, When, plus_days},
    weekday::weekday,
};
use crate::{lexicon::PhraseKind, token::TokenKind};

/// A recognised phrase of time.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Hit {
    /// First token.
    pub(crate) start: usize,
    /// One past the last token.
    pub(crate) end: usize,
    /// What it says.
    pub(crate) when: When,
    /// The table's name of the word that introduced it; empty without one.
    pub(crate) marker: &'static str,
}

/// How deep phrases may hang on each other (`a day before the day after …`).
const DEEPEST: u8 = 2;

/// The phrase of time that begins there.
pub(crate) fn phrase(cx: &Cx<'_>, at: usize) -> Option<Hit> {
    cx.open_at(at);
    phrase_within(cx, at, 0)
}

/// The same, at a depth of phrases that hang on each other. In `two days before two days before …` each hangs on the
/// next and asks for it in several ways: what hangs is read once.
pub(super) fn phrase_within(cx: &Cx<'_>, at: usize, depth: u8) -> Option<Hit> {
    match depth {
        _ if depth > DEEPEST || !cx.begins(at) => None,
        0 => read(cx, at, depth),
        _ => cx.hung(at, depth, || read(cx, at, depth)),
    }
}

fn read(cx: &Cx<'_>, at: usize, depth: u8) -> Option<Hit> {
    cx.note_try();
    if let Some((when, end)) = offset(cx, at, depth) {
        let (when, end) = extend(cx, when, end, at == 0);
        return done(cx, Hit { start: at, end, when, marker: "" });
    }
    if let Some((marker, after)) = marker(cx, at)
        && !cx.is_particle(at, after)
        && let Some((when, end)) = element(cx, after, marker, depth)
            .filter(|(when, end)| suits(cx, marker, when, *end) || marker == "for" && rings(cx, at, when))
        && let Some(hit) = whole(cx, at, when, end, marker)
    {
        return Some(hit);
    }
    let (when, end) = element(cx, at, "", depth)?;
    whole(cx, at, when, end, "")
}

/// Days or a time, in the order in which readings exclude each other.
pub(super) fn element(cx: &Cx<'_>, at: usize, marker: &str, depth: u8) -> Option<(When, usize)> {
    relative(cx, at)
        .or_else(|| shaded(cx, at))
        .or_else(|| shade::edge_of_day(cx, at))
        .or_else(|| part_of(cx, at))
        .or_else(|| if marker.is_empty() { None } else { offset(cx, at, depth) })
        .or_else(|| day_range(cx, at))
        .or_else(|| week_within(cx, at))
        .or_else(|| nth_within(cx, at))
        .or_else(|| weekday(cx, at))
        .or_else(|| absolute(cx, at))
        .or_else(|| holiday(cx, at))
        .or_else(|| period(cx, at))
        .or_else(|| time(cx, at, marker))
        .or_else(|| part(cx, at, marker, false))
        .filter(|(_, end)| cx.ends(*end) || cx.any_punct(*end, &['-', '–', '/']))
}

/// `the evening of the 20th`, `morning of march 3`.
fn part_of(cx: &Cx<'_>, at: usize) -> Option<(When, usize)> {
    let word = cx.skip(at, &["the"]);
    let part = cx.entry(word).part.filter(|_| cx.any(word + 1, &["of"]))?;
    let (when, end) = absolute(cx, word + 2).or_else(|| weekday(cx, word + 2)).or_else(|| holiday(cx, word + 2))?;
    Some((When { part: Some(part), strength: Strength::Strong, ..when }, end))
}

/// Joins what follows and checks that the words are a time at all.
pub(super) fn whole(cx: &Cx<'_>, start: usize, first: When, first_end: usize, marker: &'static str) -> Option<Hit> {
    let unmarked = first.strength == Strength::Marked && marker.is_empty() && !cx.eager();
    let hour = first.rule == "hour" && !cx.counts(start);
    // `late afternoon`; a lone `lunchtime` is part of the title, and so is what has an article.
    let part = first.rule == "named part";
    let shaded = part && first_end > start + 1 && !cx.any(start, &["the"]) && !cx.after_determiner(start);
    let timely = first.rule == "time range" || meant_as_time(cx, start, &first);
    if unmarked && !hour && !part && !timely {
        return None;
    }
    let strength = first.strength;
    let opening = start == 0;
    let (first, ranged_end) = range(cx, first, first_end, marker);
    let (mut when, end) = extend(cx, first, ranged_end, opening);
    // `8 in the morning`, `8 tonight`: the part of the day makes an hour of the number.
    let told = if part || timely { when.days.is_some() || shaded || when.part.is_some() } else { when.part.is_some() };
    if unmarked && !told {
        return None;
    }
    let well = end > first_end || cx.followed_well(first_end) || opening && !marker.is_empty();
    if strength != Strength::Strong && !well {
        return None;
    }
    if marker.is_empty() && in_a_noun(cx, start, end, &when) {
        return None;
    }
    if marker == "through" && when.clock.is_none() {
        when.days = when.days.map(|days| Days { due: days.last, ..days });
    }
    if marker == "after" && when.clock.is_none() && when.part.is_none() {
        when.days = when.days.and_then(|days| plus_days(days.last, 1)).map(Days::one);
    }
    done(cx, Hit { start, end, when, marker })
}

/// Whether a time without a word before it is one when a day follows: `7.30 tomorrow`, and after an appointment's word
/// a bare hour, too (`dentist 9 tomorrow`).
fn meant_as_time(cx: &Cx<'_>, start: usize, first: &When) -> bool {
    let paid = start > 0 && cx.any(start - 1, &["pay", "paid", "tip", "version", "costs", "transfer", "owe", "owes"]);
    let appointment = start > 0 && (cx.rings(start - 1) || cx.phrase(start - 1, PhraseKind::Hint).is_some());
    match first.rule {
        "clock time" | "dictated time" | "worded time" => !paid && !cx.counts(start),
        "hour" => appointment && !cx.counts(start),
        _ => false,
    }
}

/// Whether an unmarked date is part of a name or a topic: `plan sunday school`, `text jan about friday`.
fn in_a_noun(cx: &Cx<'_>, start: usize, end: usize, when: &When) -> bool {
    if start == 0 || cx.eager() {
        return false;
    }
    let before = start - 1;
    // `the 5:15 train`, `my 3pm call`
    if when.days.is_none() && cx.after_determiner(start) && !cx.followed_well(end) {
        return true;
    }
    let instead = before > 0 && cx.any(before - 1, &["instead", "rather"]);
    let topic = !instead && cx.entry_unblocked(before).topic && !cx.tokens[start].line_start;
    let named = when.rule == "weekday" && when.clock.is_none() && !cx.followed_well(end);
    let after_word = cx.tokens[before].kind == TokenKind::Word
        && !cx.any(before, &["me", "us", "please", "and", "after", "before", "from", "on", "to"]);
    topic || named && after_word && cx.tokens.get(end).is_some_and(|next| next.kind == TokenKind::Word)
}

/// `20 march (friday)`: the weekday says nothing new.
fn named_after(cx: &Cx<'_>, hit: &Hit) -> usize {
    let open = cx.punct(hit.end, '(');
    let dated = matches!(hit.when.rule, "date" | "numeric date" | "iso date");
    match super::weekday::name(cx, hit.end + 1).filter(|_| open && dated) {
        Some((_, _, end)) if cx.punct(end, ')') => end + 1,
        _ => hit.end,
    }
}

fn done(cx: &Cx<'_>, hit: Hit) -> Option<Hit> {
    // `from monday on`
    let onward = hit.marker == "from"
        && (cx.any(hit.end, &["onward", "onwards"])
            || cx.any(hit.end, &["on"]) && (hit.end + 1 == cx.tokens.len() || cx.any(hit.end + 1, &["every"])));
    if onward {
        return Some(Hit { end: hit.end + 1, ..hit });
    }
    let end = named_after(cx, &hit);
    let end = cx.phrase(end, PhraseKind::Tail).map_or(end, |(end, _)| end);
    cx.ends(end).then_some(Hit { end, ..hit })
}

/// `mon-wed`, `from 3 june to 5 june`, `between friday and sunday`, `tue or wed`: due is the end.
fn range(cx: &Cx<'_>, first: When, end: usize, marker: &str) -> (When, usize) {
    let Some(days) = first.days.filter(|_| first.clock.is_none() && first.part.is_none()) else { return (first, end) };
    let joins = cx.any_punct(end, &['-', '–', '—', '/'])
        || cx.any(end, &["to", "through", "thru", "or"])
        || cx.any(end, &["maybe", "possibly", "perhaps"]) && cx.entry(end + 1).weekday.is_some()
        || cx.any(end, &["until", "till", "til"]) && marker == "from"
        || cx.any(end, &["and"]) && marker == "between"
        || (cx.any(end, &["and"]) || cx.punct(end, '&'))
            && first.rule == "weekday"
            && cx.entry(end + 1).weekday.is_some();
    if !joins {
        return (first, end);
    }
    let next = if cx.any(end + 1, &["maybe", "possibly", "perhaps"]) { end + 2 } else { end + 1 };
    let Some((second, second_end)) = day_range(cx, next)
        .or_else(|| weekday(cx, next))
        .or_else(|| absolute(cx, next))
        .or_else(|| relative(cx, next))
        .or_else(|| period(cx, next).filter(|_| matches!(marker, "from" | "between")))
        .filter(|(_, end)| cx.ends(*end))
    else {
        return (first, end);
    };
    let Some(mut last) = second.days else { return (first, end) };
    let mut days = days;
    if last.due < days.due && second.rule == "weekday" {
        // A range that begins with today's weekday begins today.
        if plus_days(cx.today, 7) == Some(days.due) {
            days = Days::one(cx.today);
        } else {
            last = plus_days(last.due, 7).map_or(last, Days::one);
        }
    }
    if last.due < days.due || second.strength == Strength::Marked && marker.is_empty() {
        return (first, end);
    }
    let when = When { days: Some(Days::range(days, last)), rule: "date range", ..first };
    (When { part: second.part, clock: second.clock, ..when }, second_end)
}

/// Joins the parts that follow: `friday` `at` `3pm`, `3pm` `on friday`, `tomorrow` `morning`.
/// At the `opening` of a line a title follows, so anything may.
pub(crate) fn extend(cx: &Cx<'_>, first: When, first_end: usize, opening: bool) -> (When, usize) {
    let (mut when, mut end) = (first, first_end);
    for _ in 0..4 {
        let Some((more, after)) = next_part(cx, &when, end, opening) else { break };
        (when, end) = (when.with(more), after);
    }
    (when, end)
}

fn next_part(cx: &Cx<'_>, when: &When, end: usize, opening: bool) -> Option<(When, usize)> {
    if when.instant.is_some() {
        return None;
    }
    let open = if cx.any_punct(end, &[',', '(']) { end + 1 } else { end };
    if !cx.begins(open) && !cx.punct(open, '@') {
        return None;
    }
    let (marker, after) = marker(cx, open).filter(|(marker, _)| joins(marker)).unwrap_or(("", open));
    [(marker, after), ("", open)].into_iter().find_map(|(marker, at)| {
        let (more, after) = element_after(cx, when, at, marker)?;
        let bare = ["hour", "time range", "clock time", "24-hour time", "named part", "dictated time"];
        let digits = bare.contains(&more.rule) && when.days.is_some();
        let weak = more.strength == Strength::Marked && marker.is_empty() && !digits && !cx.eager();
        // `every weekday 8.45 team sync`
        let named = cx.token(after).is_some_and(|next| next.kind == TokenKind::Word && next.text.len() > 2);
        let timely = opening && more.rule == "clock time" && named && cx.entry(after).unit.is_none();
        let well =
            more.strength == Strength::Strong || cx.followed_well(after) || opening && !marker.is_empty() || timely;
        let closed = if open > end && cx.punct(end, '(') && cx.punct(after, ')') { after + 1 } else { after };
        (when.fits(&more) && !weak && well && cx.ends(after)).then_some((more, closed))
    })
}

fn element_after(cx: &Cx<'_>, when: &When, at: usize, marker: &'static str) -> Option<(When, usize)> {
    if when.days.is_none()
        && let Some((days, end)) = relative(cx, at)
            .or_else(|| day_range(cx, at))
            .or_else(|| nth_within(cx, at))
            .or_else(|| weekday(cx, at))
            .or_else(|| absolute(cx, at))
            .or_else(|| holiday(cx, at))
            .or_else(|| period(cx, at))
            .filter(|(when, end)| suits(cx, marker, when, *end) || marker.is_empty())
    {
        return Some(range(cx, days, end, marker));
    }
    // Beside a day two bare hours are a range: `mon 9-11`.
    let beside = if marker.is_empty() && when.days.is_some() { "on" } else { marker };
    // `from 1 april` after a repetition is its beginning.
    if when.days.is_some() && absolute::full_date(cx, at).is_some() {
        return None;
    }
    if when.clock.is_none()
        && let Some(found) =
            time(cx, at, beside).filter(|(when, end)| marker.is_empty() || suits(cx, marker, when, *end))
    {
        return Some(found);
    }
    if when.part.is_some() {
        return None;
    }
    part(cx, at, marker, true)
        .or_else(|| shade::after_day(cx, at).filter(|_| when.days.is_some() && when.clock.is_none()))
}
