//! Dates and repetitions of a line: which of the phrases found make its due, and what they make together.

use crate::{
    Problem, SpanKind,
    attributes::{DueMatch, Extraction, Found},
    dates::{
        Bound, Cx, Days, Hint, Hit, Repeat, Settled, Strength, When, bound, extend, mended, phrase, repeat, settle,
        several_times,
    },
    lexicon::PhraseKind,
};

use super::repeating::{Timing, compose};

/// Everything about time that was found, in order.
#[derive(Debug, Default)]
struct Scan {
    hits: Vec<Hit>,
    /// What was said not to be meant (`not today but tomorrow`).
    negated: Vec<Hit>,
    repeat: Option<Repeat>,
    bound: Option<(Bound, usize, usize)>,
}

/// Takes out the due and the repetition.
pub(super) fn due(cx: &mut Cx<'_>, found: &mut Extraction) {
    let mut scan = scan(cx);
    let negated_hits = std::mem::take(&mut scan.negated);
    let hint = hint(cx);
    match scan.repeat {
        Some(_) => repeating(cx, found, scan, hint),
        None => once(cx, found, &scan.hits, hint),
    }
    if found.due.is_some() {
        for hit in negated_hits {
            let value = found.due.as_ref().map_or_else(String::new, |due| due.due.to_string());
            mark(cx, found, &hit, value);
        }
    }
}

/// Where `not`, `instead of` or `rather than` before a phrase begins.
fn negated(cx: &Cx<'_>, at: usize) -> Option<usize> {
    let before = at.checked_sub(1)?;
    if cx.any(before, &["not"]) {
        return Some(before);
    }
    let two = before.checked_sub(1)?;
    let instead =
        cx.any(two, &["instead"]) && cx.any(before, &["of"]) || cx.any(two, &["rather"]) && cx.any(before, &["than"]);
    instead.then_some(two)
}

fn scan(cx: &Cx<'_>) -> Scan {
    let mut scan = Scan::default();
    let mut at = 0;
    while at < cx.tokens.len() {
        // What ends a repetition at the beginning of the line may be followed by the title.
        cx.open_at(if scan.repeat.as_ref().is_some_and(|repeat| repeat.start == 0) { 0 } else { at });
        if cx.token(at).is_none() {
            at += 1;
        } else if let Some(found) = scan.repeat.is_none().then(|| repeat(cx, at)).flatten() {
            at = found.end;
            // What follows directly is its time: `every day 8am`.
            let counted = bound(cx, found.end).is_some();
            let (when, end) = extend(cx, When::days("", Days::one(cx.today)), found.end, found.start == 0);
            // The hours of the day in which something repeats by the hour are more than a rule can say.
            let hours = phrase(cx, found.end).filter(|hit| hit.when.rule == "time range" && found.rrule.is_subdaily());
            if let Some(hours) = hours {
                at = hours.end;
            } else if end > found.end && !counted {
                let when = When { days: None, rule: "time of a repetition", ..when };
                let (hit, after) = alone_or_first(cx, Hit { start: found.end, end, when, marker: "" });
                scan.hits.push(hit);
                at = after;
            }
            scan.repeat = Some(found);
        } else if let Some((bound, end)) =
            (scan.repeat.is_some() && scan.bound.is_none()).then(|| bound(cx, at)).flatten()
        {
            scan.bound = Some((bound, at, end));
            at = end;
        } else if let Some(hit) = phrase(cx, at).map(|hit| mended(cx, hit)) {
            let (hit, after) = alone_or_first(cx, hit);
            at = after;
            match negated(cx, hit.start) {
                Some(start) => scan.negated.push(Hit { start, ..hit }),
                None => scan.hits.push(hit),
            }
        } else {
            at += 1;
        }
    }
    scan
}

/// The phrase and the position after it; of several times the first counts, and all of them stay in the title.
fn alone_or_first(cx: &Cx<'_>, hit: Hit) -> (Hit, usize) {
    several_times(cx, &hit).unwrap_or_else(|| {
        let end = hit.end;
        (hit, end)
    })
}

/// Whether the title speaks of an evening or a morning.
fn hint(cx: &Cx<'_>) -> Option<Hint> {
    (0..cx.tokens.len()).find_map(|at| match cx.phrase(at, PhraseKind::Hint)?.1.value {
        "pm" => Some(Hint::Evening),
        "am" => Some(Hint::Morning),
        _ => Some(Hint::WorkingDay),
    })
}

/// One due without a repetition.
fn once(cx: &mut Cx<'_>, found: &mut Extraction, hits: &[Hit], hint: Option<Hint>) {
    let Some((chosen, contradiction)) = choose(cx, hits) else { return };
    let when = chosen.iter().skip(1).fold(hits[chosen[0]].when.clone(), |when, i| {
        if when.fits(&hits[*i].when) { when.with(hits[*i].when.clone()) } else { when }
    });
    let Some(settled) = settle(cx, &when, hint) else { return };
    if contradiction {
        found.problems.push(Problem::DateContradiction);
    }
    let first = chosen.iter().map(|i| &hits[*i]).min_by_key(|hit| hit.start);
    let tokens = first.map_or((0, 0), |hit| (hit.start, hit.end));
    let marker = chosen.iter().map(|i| hits[*i].marker).find(|marker| !marker.is_empty());
    for hit in chosen.iter().map(|i| &hits[*i]) {
        mark(cx, found, hit, settled.due.to_string());
    }
    set(cx, found, &settled, tokens, marker, when.rule);
}

fn set(
    cx: &Cx<'_>,
    found: &mut Extraction,
    settled: &Settled,
    tokens: (usize, usize),
    marker: Option<&'static str>,
    rule: &'static str,
) {
    if settled.past && !cx.options.past_is_fine {
        found.problems.push(Problem::PastDate(settled.due));
    }
    found.due = Some(DueMatch {
        due: settled.due,
        explicit_date: settled.explicit_date,
        explicit_time: settled.explicit_time,
        days: settled.days,
        tokens,
        marker,
        rule,
    });
}

fn mark(cx: &mut Cx<'_>, found: &mut Extraction, hit: &Hit, value: String) {
    if hit.start == hit.end {
        return;
    }
    found.found.push(Found {
        start: cx.tokens[hit.start].start,
        end: cx.tokens[hit.end - 1].end,
        kind: SpanKind::Due,
        value,
        rule: hit.when.rule,
    });
    found.consume(hit.start, hit.end);
    cx.block(hit.start, hit.end);
}

/// The phrase that is the due, with one that completes it (`tomorrow … at 3`), and whether another one contradicts.
fn choose(cx: &Cx<'_>, hits: &[Hit]) -> Option<(Vec<usize>, bool)> {
    let dated = |hit: &Hit| hit.when.days.is_some() || hit.when.instant.is_some();
    let best = (0..hits.len()).max_by_key(|i| (dated(&hits[*i]), weight(cx, &hits[*i]), std::cmp::Reverse(*i)))?;
    let mut chosen = vec![best];
    if let Some(other) = (0..hits.len()).find(|i| *i != best && hits[*i].when.fits(&hits[best].when)) {
        chosen.push(other);
    }
    // What says the same again, or where an end began, goes with it.
    for i in 0..hits.len() {
        let alone = hits[i].when.clock.is_none() && hits[i].when.part.is_none() && hits[i].when.instant.is_none();
        let same = hits[i].when.days.map(|days| days.due) == hits[best].when.days.map(|days| days.due);
        let began = hits[best].marker == "until" && hits[i].marker == "from";
        if !chosen.contains(&i)
            && alone
            && hits[i].when.strength == Strength::Strong
            && dated(&hits[i])
            && (same || began)
        {
            chosen.push(i);
        }
    }
    let contradiction = (0..hits.len()).any(|i| {
        !chosen.contains(&i)
            && dated(&hits[i])
            && hits[i].when.days.map(|days| days.due) != hits[best].when.days.map(|days| days.due)
            && weight(cx, &hits[best]) - weight(cx, &hits[i]) <= 1
            && hits[i].marker != "for"
    });
    Some((chosen, contradiction))
}

/// How much a phrase looks like the due of the task and not like a part of its title.
fn weight(cx: &Cx<'_>, hit: &Hit) -> i32 {
    let marker = match hit.marker {
        "by" | "before" | "due" | "until" | "through" => 8,
        "for" => 1,
        "" => 4,
        _ => 6,
    };
    let reminded = hit.start >= 2 && cx.any(hit.start - 2, &["remind"]) && cx.any(hit.start - 1, &["me"]);
    let at_edge = hit.start == 0 || hit.end == cx.tokens.len();
    marker + i32::from(at_edge) + 4 * i32::from(reminded) - i32::from(!cx.followed_well(hit.end))
}

/// A repetition with its time, beginning and end.
fn repeating(cx: &mut Cx<'_>, found: &mut Extraction, scan: Scan, hint: Option<Hint>) {
    let Some(repeat) = scan.repeat else { return };
    let subdaily = repeat.rrule.is_subdaily();
    let until = scan.hits.iter().position(|hit| {
        matches!(hit.marker, "until" | "through") && (hit.when.days.is_some() || subdaily && hit.when.clock.is_some())
    });
    let start = scan.hits.iter().position(|hit| {
        (hit.when.days.is_some() || hit.when.instant.is_some()) && !matches!(hit.marker, "until" | "through")
    });
    let time = scan.hits.iter().position(|hit| {
        hit.when.days.is_none()
            && (hit.when.clock.is_some() || hit.when.part.is_some())
            && !matches!(hit.marker, "until" | "through")
    });
    let when = |at: Option<usize>| at.map(|at| &scan.hits[at].when);
    let within = start.map(|at| &scan.hits[at]).filter(|hit| hit.marker != "from" || hit.when.rule == "date range");
    let timing = Timing {
        within: within.and_then(|hit| hit.when.days),
        start: when(start),
        time: when(time),
        until: when(until),
        bound: scan.bound.map(|(bound, ..)| bound),
        hint,
    };
    let Some((recurrence, first)) = compose(cx, &repeat, &timing) else { return };
    let words = spoken(cx, &repeat, scan.bound.map(|(_, start, end)| (start, end)));
    let rrule = recurrence.rrule.to_string();
    let explicit = (start.is_some(), time.is_some() || repeat.part.is_some());
    for hit in [until, start, time].into_iter().flatten().map(|at| scan.hits[at].clone()) {
        mark(cx, found, &hit, first.to_string());
    }
    let ranges = [Some((repeat.start, repeat.taken)), scan.bound.map(|(_, start, end)| (start, end))];
    for (start, end) in ranges.into_iter().flatten().filter(|(start, end)| start < end) {
        let (from, to) = (cx.tokens[start].start, cx.tokens[end - 1].end);
        let kind = SpanKind::Recurrence;
        found.found.push(Found { start: from, end: to, kind, value: rrule.clone(), rule: repeat.rule });
        found.consume(start, end);
        cx.block(start, end);
    }
    found.recurrence = Some(saydo_domain::Recurrence { text: words, ..recurrence });
    let day = first.day_in(cx.now.time_zone());
    let settled = Settled {
        due: first,
        days: (day, day),
        explicit_date: explicit.0,
        explicit_time: explicit.1 || first.has_time(),
        past: first.is_overdue(cx.now),
    };
    set(cx, found, &settled, (repeat.start, repeat.end), None, "first occurrence");
}

/// The words of a repetition, tidied.
fn spoken(cx: &Cx<'_>, repeat: &Repeat, bound: Option<(usize, usize)>) -> String {
    let mut words = String::new();
    for (start, end) in [Some((repeat.start, repeat.end)), bound].into_iter().flatten() {
        for token in &cx.tokens[start..end] {
            if words.is_empty() && matches!(&*token.norm, "repeat" | "repeats" | "repeating" | "recurring") {
                continue;
            }
            if !words.is_empty() && token.space_before {
                words.push(' ');
            }
            words.push_str(&token.norm);
        }
    }
    words
}
