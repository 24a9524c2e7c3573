//! What was deleted: `restore gym`, `bring the gym back`, `show deleted`.

use super::{Match, complete::speakable};
use crate::{
    Intent, Reading, TaskRef,
    reference::Strength,
    rules::{message::Unit, pattern::Slot, phrase::is_any},
};

pub(super) fn make(found: &Match<'_, '_, '_>) -> Option<Vec<Reading>> {
    if found.section.name == "trash" {
        return Some(vec![found.reading(Intent::ShowTrash)]);
    }
    let first = found.units.first()?;
    let units = found.slot(Slot::Ref)?;
    let reference = found.reference()??;
    let one = |target: &TaskRef| matches!(target, TaskRef::Number(_) | TaskRef::Words(_) | TaskRef::Place(_));
    // `bring back the task I just deleted`: the last change.
    let last = |unit: &Unit| is_any(unit, &["deleted", "removed", "last", "just"]);
    if found.segment.question && !found.segment.asked
        || found.section.name != "restore-from" && units.iter().any(last)
        || !reference.targets.iter().all(one)
        || reference.strength == Strength::Soft && (!speakable(units) || units.len() > 8)
    {
        return None;
    }
    let reading = found.reading(Intent::Restore { targets: reference.targets });
    // What is restored was deleted, even when nothing of that name is found; other verbs may be things to do.
    let only = is_any(first, &["undelete", "un", "unbin", "undo"]) || found.section.name == "restore-from";
    Some(vec![Reading { only_if_found: !only, ..reading }])
}
