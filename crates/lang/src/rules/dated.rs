//! Several things to do, and the days said with them: one in front of all, one before each, one in passing.

use saydo_domain::Due;

use super::{
    frames::draft,
    headed,
    message::Unit,
    phrase::{is_any, trim},
    segment::Segment,
    things::{drafts, place},
};
use crate::{Draft, attributes::Options};

/// `today I have to post the letter and tomorrow fetch the parcel`: each says when itself, and the first by what stands in
/// front of all.
pub(super) fn drafts_behind(segment: &Segment<'_, '_>, units: &[Unit], explicit: bool) -> Vec<Draft> {
    let Some(start) = units.first().map(|first| place(&segment.units, Some(first))).filter(|start| *start > 0) else {
        return Vec::new();
    };
    let head = draft::draft(segment, &segment.units[..start]);
    let mut drafts = drafts(segment, &segment.units[start..], explicit);
    if let Some(drafts) = behind_day(segment, &head, &drafts) {
        return drafts;
    }
    let dated = |draft: &Draft| draft.due.is_some() || draft.recurrence.is_some();
    if drafts.len() < 2 || !drafts.iter().skip(1).any(dated) || dated(&drafts[0]) {
        return Vec::new();
    }
    let mut said = head;
    for draft in &mut drafts {
        if dated(draft) {
            said = Draft { title: String::new(), labels: Vec::new(), ..draft.clone() };
        } else {
            *draft = headed::within(std::mem::take(draft), &said);
        }
    }
    drafts
}

/// `tomorrow morning I have to drop the car off at 8 and then ring the school`: the hour is the first one's, the day that of
/// all.
fn behind_day(segment: &Segment<'_, '_>, head: &Draft, drafts: &[Draft]) -> Option<Vec<Draft>> {
    let (first, others) = drafts.split_first()?;
    let whole = segment.adding().1.due.as_ref()?.due;
    let (day, timed) = (head.due?.local().date(), first.due.filter(Due::has_time)?);
    let free = |draft: &Draft| draft.due.is_none() && draft.recurrence.is_none();
    // Said alone, `at 8` may be the evening.
    let clock = |due: Due| (due.local().hour() % 12, due.local().minute());
    let fits = whole.local().date() == day && whole.has_time() && clock(whole) == clock(timed);
    if others.is_empty() || !fits || !others.iter().all(free) {
        return None;
    }
    let first = Draft { due: Some(whole), ..first.clone() };
    let others = others.iter().map(|draft| Draft { due: Some(Due::Day(day)), ..draft.clone() });
    Some(std::iter::once(first).chain(others).collect())
}

/// `mum's birthday is on the 30th, I need to order a cake`: what is then, and what is to be done for it.
pub(super) fn occasion(segment: &Segment<'_, '_>, units: &[Unit]) -> Option<Vec<Draft>> {
    let message = segment.message;
    let comma = units.iter().position(|unit| message.token(unit).text == ",").filter(|at| *at > 2)?;
    let (left, right) = (trim(&units[..comma]), trim(&units[comma + 1..]));
    let who = right.iter().take_while(|unit| is_any(unit, &["i", "we", "so", "and", "also", "still"])).count();
    let [need, to, todo @ ..] = &right[who..] else { return None };
    let needs = is_any(need, &["need", "have", "want", "got", "ought"]) && is_any(to, &["to"]);
    let verb = todo.first().is_some_and(|unit| unit.verb.is_some_and(|verb| verb.is_base));
    let is = left
        .iter()
        .rposition(|unit| !unit.clitic && is_any(unit, &["is", "are"]))
        .filter(|at| *at > 0 && at + 1 < left.len())?;
    if !needs || !verb || left[..is].iter().any(|unit| is_any(unit, &["i", "you", "he", "she", "it", "they", "that"])) {
        return None;
    }
    let when = draft::draft(segment, left);
    let name = draft::draft(segment, &left[..is]);
    when.due.filter(|_| name.due.is_none() && when.title.len() <= name.title.len() + 4)?;
    Some(vec![Draft { title: name.title, ..when }, draft::draft(segment, todo)])
}

/// The chunk without the day that it begins with: `tomorrow return the shoes`.
pub(super) fn behind_date<'u>(segment: &Segment<'_, '_>, chunk: &'u [Unit]) -> &'u [Unit] {
    let message = segment.message;
    let dated = chunk.first().is_some_and(|unit| {
        unit.verb.is_none() && (is_any(unit, &["on", "in"]) || crate::lexicon::is_day(&message.token(unit).norm))
    });
    if !dated {
        return chunk;
    }
    let range = message.token_range(chunk);
    let found = message.attributes(range.clone(), &segment.context.moment, Options::default());
    let taken = chunk.iter().take_while(|unit| found.consumed[unit.token - range.start]).count();
    if found.due.is_some() && taken < chunk.len() { &chunk[taken..] } else { chunk }
}
