//! More than one time of day: `at 7am and 7pm`, `at 8, noon and 6pm`. A task has one: the first is its due, and the
//! title keeps them all.

use super::{clock::clock, cursor::Cx, phrase::Hit, time::time, value::Strength};

/// The phrase without its times, and the position after them all; `None` when only one time is said.
pub(crate) fn several_times(cx: &Cx<'_>, hit: &Hit) -> Option<(Hit, usize)> {
    hit.when.clock?;
    let (mut end, mut last) = (hit.end, None);
    for _ in 0..12 {
        let and = cx.any(end, &["and", "n"]) || cx.punct(end, '&');
        if !(and || cx.punct(end, ',')) {
            break;
        }
        let next = if and { end + 1 } else { cx.skip(end + 1, &["and"]) };
        let bare = cx.skip(next, &["at"]);
        let Some(more) = clock(cx, bare, true).filter(|more| cx.ends(more.end)) else { break };
        end = more.end;
        // `at 3 and 4 friends` says one time.
        let sure = and || more.strength == Strength::Strong;
        last = (sure && cx.followed_well(end)).then_some(end);
    }
    let end = last?;
    let times = (hit.start..hit.end).find(|at| time(cx, *at, "at").is_some_and(|(_, end)| end == hit.end))?;
    let led = times > hit.start && cx.any(times - 1, &["at", "by", "around", "about"]);
    Some((Hit { end: if led { times - 1 } else { times }, ..hit.clone() }, end))
}
