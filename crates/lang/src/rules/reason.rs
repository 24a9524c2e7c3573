//! An order, and why: `put the vet back on my list, he cancelled`.

use super::{
    join::is_idle,
    message::Message,
    part::read_part,
    phrase::{self, trim},
};
use crate::{Context, Intent, Reading};

/// The readings of an order about a task that there is, when what follows its last comma only says why.
pub(super) fn told_after(message: &Message<'_>, context: &Context) -> Option<Vec<Reading>> {
    let units = trim(&message.units);
    let comma = units.iter().rposition(|unit| message.token(unit).text == ",").filter(|_| units.len() <= 40)?;
    let (order, reason) = (&units[..comma], trim(&units[comma..]));
    let subjects = ["he", "she", "they", "it", "i", "we", "there"];
    let told = reason.len() > 1 && reason.first().is_some_and(|unit| phrase::is_any(unit, &subjects));
    // `delete 3, we said we would not`: who knows.
    let denied = reason.iter().any(|unit| phrase::is_any(unit, &["not", "never"]));
    if !told || denied || !read_part(message, reason, context).first().is_some_and(is_idle) {
        return None;
    }
    let readings = read_part(message, order, context);
    let best = readings.first()?;
    let acts =
        matches!(best.intents.as_slice(), [Intent::Complete { .. } | Intent::Delete { .. } | Intent::Update { .. }]);
    (acts && best.confidence >= 0.9).then_some(readings)
}
