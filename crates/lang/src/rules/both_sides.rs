//! Cuts that only what stands on both sides can show: `5 done, 7 delete`, `I paid the rent and I need to call Bo`.

use super::{
    message::{Message, Unit},
    part::read_part,
    phrase::{self, is_any, trim},
};
use crate::{
    Context, Edit, Intent, Reading, TaskRef,
    reference::numbers::{is_number, names_only},
};

/// Whether a cut belongs between the two.
pub(super) fn cut(message: &Message<'_>, left: &[Unit], right: &[Unit], context: &Context) -> bool {
    let end = right.iter().position(|unit| joint(message, unit)).unwrap_or(right.len());
    let next = trim(&right[..end]);
    numbered(message, left, next, context)
        || moved_too(message, left, next, context)
        || reports(message, left, trim(right), context)
}

fn joint(message: &Message<'_>, unit: &Unit) -> bool {
    is_any(unit, &["and", "then", "also", "plus"])
        || matches!(message.token(unit).text, "," | ";" | "." | "!" | "&" | "?")
}

/// `5 done, 7 delete, 9 to friday`, `push 2 to thursday and 3 to saturday`: each names its task by number and says what
/// becomes of it.
fn numbered(message: &Message<'_>, left: &[Unit], right: &[Unit], context: &Context) -> bool {
    let number = |unit: &Unit| is_number(message, unit);
    let leads =
        |units: &[Unit]| units.len() > 1 && number(&units[0]) && !number(&units[1]) && !joint(message, &units[1]);
    if !leads(right) || left.len() < 2 || !left.iter().any(number) {
        return false;
    }
    // `move 1, 2 and 3 to friday`: what stands on the left only names tasks. `I finished 3, 4 isn't done` says so of each.
    let named = left.iter().position(number).unwrap_or(0);
    let told = is_any(&left[0], &["i", "we"]);
    if named > 0 && !told && names_only(message, &left[named..]) {
        return false;
    }
    let bare = phrase::prefix(left, "lead").map_or(left, |length| trim(&left[length..]));
    match (change(message, left, context), change(message, right, context)) {
        (Some(moved), Some(moves)) => leads(bare) || moved && moves || told,
        _ => false,
    }
}

/// `move the vet to friday and the haircut to saturday`: the verb is meant for both.
fn moved_too(message: &Message<'_>, left: &[Unit], right: &[Unit], context: &Context) -> bool {
    let to = |units: &[Unit]| units.iter().skip(1).any(|unit| is_any(unit, &["to", "till", "until"]));
    let bare = phrase::prefix(left, "lead").map_or(left, |length| trim(&left[length..]));
    let moves = phrase::prefix(bare, "move").is_some();
    let verb = right.first().is_none_or(|unit| unit.verb.is_some_and(|verb| verb.is_base));
    if !moves || !to(left) || !to(right) || verb && phrase::prefix(right, "move").is_none() {
        return false;
    }
    let moved = |units: &[Unit]| {
        read_part(message, units, context).first().is_some_and(|reading| {
            matches!(reading.intents.as_slice(), [Intent::Update { edit, .. }] if !edit.due.is_keep() && edit.title.is_none())
        })
    };
    moved(left) && moved(right)
}

/// Whether the units say for certain what becomes of tasks named by number; and if so, whether they change them.
fn change(message: &Message<'_>, units: &[Unit], context: &Context) -> Option<bool> {
    let reading = read_part(message, units, context).into_iter().next()?;
    let by_number = |targets: &[TaskRef]| targets.iter().all(|target| matches!(target, TaskRef::Number(_)));
    let sure = reading.confidence >= 0.9 && !reading.only_if_found;
    match reading.intents.as_slice() {
        [Intent::Update { targets, edit }] if sure && **edit != Edit::default() => by_number(targets).then_some(true),
        [Intent::Complete { targets, .. } | Intent::Delete { targets }] if sure => by_number(targets).then_some(false),
        _ => None,
    }
}

/// `I paid the rent and I need to call the landlord`: what is done, and what is to do.
fn reports(message: &Message<'_>, left: &[Unit], right: &[Unit], context: &Context) -> bool {
    let also = right.iter().take_while(|unit| is_any(unit, &["also", "now", "but", "still", "and"])).count();
    let subject = usize::from(right.get(also).is_some_and(|unit| is_any(unit, &["i", "we"])));
    let needs = right.len() > 3
        && right[also + subject..].iter().take(2).any(|unit| is_any(unit, &["need", "have", "must", "should"]));
    let done = |reading: &Reading| matches!(reading.intents.as_slice(), [Intent::Complete { completed: true, .. }]);
    needs && read_part(message, left, context).first().is_some_and(done)
}
