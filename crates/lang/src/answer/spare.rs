//! Some of what was asked about is to be left alone: `the figs can stay`, `yes but keep the milk`, `never mind the dentist`.

use saydo_domain::PendingKind;

use super::{
    EXACT,
    pick::{MOST_WORDS, here, indices, without_hedges},
    reading,
};
use crate::{
    Answer, Candidate, Context, PendingContext, Reading, reference, resolve,
    rules::{
        message::{Message, Unit},
        phrase::{self, is_any, trim},
    },
};

/// All but some: `yes but keep the milk`; those left over may be none.
pub(super) fn sparing(
    message: &Message<'_>,
    raw: &[Unit],
    pending: &PendingContext,
    context: &Context,
) -> Option<Reading> {
    if pending.tasks.is_empty() {
        return None;
    }
    let here = here(pending, context);
    let Spared { kept, ordered } = except(message, without_hedges(raw), pending, &here)
        .or_else(|| staying(message, without_hedges(raw), pending, &here))?;
    let answer = match kept.is_empty() {
        true => Answer::Reject,
        // Nobody has said yes yet.
        false if !ordered && pending.kind == PendingKind::Confirm => Answer::Narrow(kept),
        false => Answer::Pick(kept),
    };
    Some(reading(answer, EXACT))
}

/// Longer names of none of the tasks shown are no names.
const MOST_NAMED: usize = 2;

/// What is left when some are taken out.
struct Spared {
    /// The places of those that are left.
    kept: Vec<usize>,
    /// Whether it is said that something is to be done with these: `yes but keep the milk`.
    ordered: bool,
}

/// `the figs can stay`, `Ana's stays please`
fn staying(message: &Message<'_>, units: &[Unit], pending: &PendingContext, here: &Context) -> Option<Spared> {
    if pending.kind != PendingKind::Confirm {
        return None;
    }
    let length = phrase::suffix(units, "stays").filter(|length| *length < units.len())?;
    let mut named = trim(&units[..units.len() - length]);
    while let Some(length) = phrase::prefix(named, "no").or_else(|| phrase::prefix(named, "hedge"))
        && length < named.len()
    {
        named = trim(&named[length..]);
    }
    spared(message, named, pending, here)
}

/// All but those named; all of them when none of those shown is.
fn spared(message: &Message<'_>, named: &[Unit], pending: &PendingContext, here: &Context) -> Option<Spared> {
    let but = reference::parse(message, named, here)?;
    let left_out = indices(&but.targets, pending).unwrap_or_default();
    // `leave a note for the postman` is something else.
    if left_out.is_empty() && named.len() > MOST_NAMED {
        return None;
    }
    let kept = (0..pending.tasks.len()).filter(|index| !left_out.contains(index)).collect();
    Some(Spared { kept, ordered: false })
}

/// `never mind the dentist`, `forget the call`: what was asked about is to be left alone.
pub(super) fn forgets(message: &Message<'_>, units: &[Unit], pending: &PendingContext) -> bool {
    let units = without_hedges(units);
    let Some(length) = phrase::prefix(units, "forgets").filter(|length| *length < units.len()) else { return false };
    let named = trim(&units[length..]);
    let the = named.iter().take_while(|unit| is_any(unit, &["the", "my", "about"])).count();
    let named = &named[the.min(named.len())..];
    let candidates: Vec<Candidate<'_>> =
        pending.tasks.iter().map(|(number, title)| Candidate { number: *number, title, completed: false }).collect();
    !named.is_empty() && named.len() <= MOST_WORDS && !resolve::rank(&message.cut(named), &candidates).is_empty()
}

/// `both but not the milk`, `all except 3`, `yes but keep the second`, `not the milk`.
fn except(message: &Message<'_>, units: &[Unit], pending: &PendingContext, here: &Context) -> Option<Spared> {
    let told = |kept| Some(Spared { kept, ordered: true });
    for at in 0..units.len() {
        let spared = phrase::prefix(&units[at..], "spare");
        let Some(length) = spared.max(phrase::prefix(&units[at..], "except")) else { continue };
        let head = trim(&units[..at]);
        let all = head.is_empty() && (spared.is_some() || is_any(&units[at], &["not", "except", "without"]))
            || phrase::whole(head, "both")
            || phrase::whole(head, "yes")
            || phrase::whole(head, "everything")
            || phrase::whole(head, "pronoun");
        if !all {
            continue;
        }
        let rest = trim(&units[at + length..]);
        // `not the bank, Anna`: what follows is what is meant.
        if head.is_empty() && pending.kind == PendingKind::Choose && is_any(&units[at], &["not"]) {
            let comma = rest.iter().rposition(|unit| message.token(unit).text == ",");
            let meant = comma.and_then(|comma| reference::parse(message, trim(&rest[comma..]), here));
            if let Some(picked) =
                meant.and_then(|meant| indices(&meant.targets, pending)).filter(|picked| picked.len() == 1)
            {
                return told(picked);
            }
        }
        if spared.is_some() && ["pronoun", "allshown", "everything"].iter().any(|class| phrase::whole(rest, class)) {
            return told(Vec::new());
        }
        if head.is_empty() && pending.kind == PendingKind::Confirm {
            return self::spared(message, rest, pending, here);
        }
        let but = reference::parse(message, rest, here)?;
        let left_out = indices(&but.targets, pending)?;
        let kept: Vec<usize> = (0..pending.tasks.len()).filter(|index| !left_out.contains(index)).collect();
        return (!left_out.is_empty()).then_some(Spared { kept, ordered: true });
    }
    None
}
