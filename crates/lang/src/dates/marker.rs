//! Words that introduce a time: which of them go with what, and which join a time to its day.

use super::{
    cursor::Cx,
    value::{Strength, When},
};
use crate::{lexicon::PhraseKind, token::TokenKind};

/// The words that introduce a time, as one: of several the one that says most.
pub(super) fn marker(cx: &Cx<'_>, at: usize) -> Option<(&'static str, usize)> {
    let (mut end, phrase) = cx.phrase(at, PhraseKind::Marker)?;
    let mut marker = phrase.value;
    for _ in 0..2 {
        end = if cx.punct(end, ':') { end + 1 } else { end };
        let Some((after, next)) = cx.phrase(end, PhraseKind::Marker) else { break };
        if rank(next.value) > rank(marker) {
            marker = next.value;
        }
        end = after;
    }
    Some((marker, end))
}

fn rank(marker: &str) -> u8 {
    match marker {
        "some" => 0,
        "on" | "at" | "for" | "about" | "come" => 1,
        "in" | "during" => 2,
        _ => 3,
    }
}

/// `set an alarm for 6`: after few words a bare hour may follow `for`.
pub(super) fn rings(cx: &Cx<'_>, at: usize, when: &When) -> bool {
    at > 0 && when.rule == "hour" && cx.rings(at - 1)
}

/// Whether the introducing word goes with what follows: `in friday` leaves `in` to the title.
pub(super) fn suits(cx: &Cx<'_>, marker: &str, when: &When, end: usize) -> bool {
    let marked = when.strength == Strength::Marked;
    let clock_only = when.days.is_none() && when.clock.is_some();
    match marker {
        "during" if clock_only => when.rule == "named time",
        "in" | "during" => matches!(
            when.rule,
            "period"
                | "month"
                | "week"
                | "weekend"
                | "week of a date"
                | "this week"
                | "part of the day"
                | "named part"
                | "half of a period"
                | "part of period"
                | "end of period"
                | "holiday"
        ),
        "about" => clock_only,
        "for" => !marked && (!clock_only || cx.followed_well(end)),
        "some" => when.strength == Strength::Strong,
        "come" => when.days.is_some(),
        "on" => !(marked && clock_only),
        "at" => !(marked && when.rule == "period"),
        "by" => !(marked && clock_only && scales(cx, end)),
        _ => true,
    }
}

/// `increase by 10`, `cut a 2 by 4`: an amount and no hour.
fn scales(cx: &Cx<'_>, end: usize) -> bool {
    let from = end.saturating_sub(6);
    (from..end).any(|at| cx.entry_unblocked(at).scales)
        || end >= 3 && cx.tokens[end - 3].kind == TokenKind::Number && cx.any(end - 2, &["by"])
}

/// Words that join a time to its day; others begin something new.
pub(super) fn joins(marker: &str) -> bool {
    matches!(marker, "at" | "on" | "by" | "in" | "during" | "about" | "from" | "between" | "for" | "before" | "after")
}
