//! The ends, beginnings and middles of periods: `end of june`, `mid-june`, `early next week`, `eom`, `year-end`.

use super::{Period, calendar::bare, of_unit, the_current, working_end};
use crate::{
    dates::{
        cursor::Cx,
        value::{Days, When, plus_days, plus_months},
    },
    lexicon::Unit,
};

/// `eom`, `eow`, `eoy`, `month end`, `year-end`.
pub(super) fn named_end(cx: &Cx<'_>, at: usize) -> Option<(When, usize)> {
    let at = cx.skip(at, &["the"]);
    let (unit, end) = match cx.word(at) {
        "eow" => (Unit::Week, at + 1),
        "eom" => (Unit::Month, at + 1),
        "eoq" => (Unit::Quarter, at + 1),
        "eoy" => (Unit::Year, at + 1),
        "week" | "month" | "quarter" | "year" | "week's" | "month's" | "year's" => {
            let end = cx.skip_hyphen(at + 1);
            if !cx.any(end, &["end"]) || !cx.followed_well(end + 1) {
                return None;
            }
            (cx.entry(at).unit?, end + 1)
        }
        _ => return None,
    };
    let period = of_unit(cx.today, unit, 0)?;
    let due = if unit == Unit::Week { working_end(period, cx.today) } else { period.last };
    Some((When::days("end of period", Days::one(due)), end))
}

/// Where in a period.
#[derive(Clone, Copy, PartialEq)]
enum Edge {
    Start,
    Early,
    Middle,
    Late,
    End,
}

/// `end of`, `the beginning of`, `mid`, `early`.
fn edge_words(cx: &Cx<'_>, at: usize) -> Option<(Edge, usize)> {
    let start = cx.skip(at, &["the"]);
    let start = cx.skip(start, &["very"]);
    let (edge, of) = match cx.word(start) {
        "end" => (Edge::End, true),
        "start" | "beginning" | "begin" => (Edge::Start, true),
        "middle" => (Edge::Middle, true),
        "mid" => (Edge::Middle, false),
        "early" => (Edge::Early, false),
        "late" | "later" => (Edge::Late, false),
        _ => return None,
    };
    let next = cx.skip_hyphen(start + 1);
    let end = cx.skip(next, &["of", "in"]);
    // `end june` is common, `end week` is not; `start march` could be anything.
    if of && end == next && !(edge == Edge::End && cx.entry(next).month.is_some()) {
        return cx.any(next, &["next"]).then_some((edge, next));
    }
    Some((edge, end))
}

/// `end of june`, `mid-june`, `early next week`, `end of the month`.
pub(super) fn edge(cx: &Cx<'_>, at: usize) -> Option<(When, usize)> {
    let (edge, period_at) = edge_words(cx, at)?;
    let (period, end) = bare(cx, period_at).or_else(|| the_current(cx, period_at))?;
    let (period, end) = (roll_edge(cx, period, edge), end);
    let (from_start, from_end) = match period.unit {
        Unit::Week => ([0, 1, 2, 3], 2),
        Unit::Weekend => ([0, 0, 0, 1], 0),
        Unit::Month => ([0, 4, 14, 24], 0),
        Unit::Quarter => ([0, 13, 44, 75], 0),
        _ => ([0, 30, 181, 319], 0),
    };
    let due = match edge {
        Edge::Start => period.first,
        Edge::Early => plus_days(period.first, from_start[1])?,
        Edge::Middle => plus_days(period.first, from_start[2])?,
        Edge::Late => plus_days(period.first, from_start[3])?,
        Edge::End if period.unit == Unit::Week => working_end(period, cx.today),
        Edge::End => plus_days(period.last, -from_end)?,
    };
    let rule = if edge == Edge::End { "end of period" } else { "part of period" };
    let days = Days { due, first: due, last: due, otherwise: None, past: due < cx.today };
    Some((When::days(rule, days), end))
}

/// An edge of the current month that is over means the next one's (`mid march` said on the 20th: next year's).
fn roll_edge(cx: &Cx<'_>, period: Period, edge: Edge) -> Period {
    let over = match edge {
        Edge::Start => period.first < cx.today,
        Edge::Early | Edge::Middle => plus_days(period.first, 14).is_some_and(|day| day < cx.today),
        Edge::Late | Edge::End => false,
    };
    if !over || period.last < cx.today {
        return period;
    }
    let next = match (period.unit, period.marked) {
        (Unit::Month, true) => {
            plus_months(period.first, 12).map(|first| Period { first, last: first.last_of_month(), ..period })
        }
        (unit, _) => of_unit(cx.today, unit, 1),
    };
    next.unwrap_or(period)
}
