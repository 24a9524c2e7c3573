//! The whole list and its verdict.

use jiff::Timestamp;
use serde::Serialize;

use super::row::{GROUPS, Row, State};

/// Whether to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Verdict {
    /// Everything that must hold does.
    Go,
    /// Something that must hold does not, or could not be found out.
    NoGo,
}

/// How many rows there are of each kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = ReadyCounts)]
pub(crate) struct Counts {
    pub(crate) ok: usize,
    pub(crate) warning: usize,
    pub(crate) failed: usize,
    pub(crate) not_checked: usize,
    pub(crate) yours: usize,
}

/// The list of readiness.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = ReadyReport)]
pub(crate) struct Report {
    /// Whether to go.
    pub(crate) verdict: Verdict,
    /// How the server was reached.
    pub(crate) base_url: String,
    /// The version of the program that looked.
    #[schema(value_type = String)]
    pub(crate) version: &'static str,
    /// When it began (RFC 3339, UTC).
    #[schema(value_type = String)]
    pub(crate) began_at: Timestamp,
    /// When it ended (RFC 3339, UTC).
    #[schema(value_type = String)]
    pub(crate) ended_at: Timestamp,
    /// How many rows there are of each kind.
    pub(crate) counts: Counts,
    /// The rows, in the order of the requirements.
    pub(crate) rows: Vec<Row>,
}

impl Report {
    pub(crate) fn new(base_url: &str, began_at: Timestamp, ended_at: Timestamp, mut rows: Vec<Row>) -> Self {
        rows.sort_by_key(order);
        let count = |state| rows.iter().filter(|row| row.state == state).count();
        let counts = Counts {
            ok: count(State::Ok),
            warning: count(State::Warning),
            failed: count(State::Failed),
            not_checked: count(State::NotChecked),
            yours: count(State::Yours),
        };
        let verdict = if counts.failed + counts.not_checked == 0 { Verdict::Go } else { Verdict::NoGo };
        Self { verdict, base_url: base_url.to_owned(), version: crate::VERSION, began_at, ended_at, counts, rows }
    }
}

/// Parts of the list first, then the ids by their numbers.
fn order(row: &Row) -> (usize, u8, u32) {
    let part = GROUPS.iter().position(|group| *group == row.group).unwrap_or(GROUPS.len());
    let letter = row.id.bytes().next().unwrap_or_default();
    (part, letter, row.id.get(1..).and_then(|number| number.parse().ok()).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::{
        super::row::{Check, Need},
        *,
    };

    const MUST: Check = Check::must("S10", "one", "that it holds", "a test");
    const SHOULD: Check = Check { need: Need::Should, id: "S2", ..MUST };

    fn verdict(rows: Vec<Row>) -> Verdict {
        Report::new("http://x", Timestamp::UNIX_EPOCH, Timestamp::UNIX_EPOCH, rows).verdict
    }

    #[test]
    fn what_must_hold_decides_and_nothing_else() {
        let go = [
            MUST.holds(""),
            SHOULD.holds(""),
            SHOULD.fails("", ""),
            SHOULD.unknown("", ""),
            MUST.yours("", ""),
            SHOULD.yours("", ""),
        ];
        for row in &go {
            assert_eq!(verdict(vec![row.clone()]), Verdict::Go, "{row:?}");
        }
        for row in [MUST.fails("", ""), MUST.unknown("", "")] {
            let all = go.iter().cloned().chain([row]).collect();
            assert_eq!(verdict(all), Verdict::NoGo);
        }
    }

    #[test]
    fn rows_stand_in_the_order_of_the_requirements() {
        let check = |id| Check { id, ..MUST };
        let rows = ["X1", "S10", "D4", "P1", "S2", "C1", "O3"].map(|id| check(id).holds(""));
        let report = Report::new("http://x", Timestamp::UNIX_EPOCH, Timestamp::UNIX_EPOCH, rows.into());
        let ids: Vec<&str> = report.rows.iter().map(|row| row.id).collect();
        assert_eq!(ids, ["S2", "S10", "C1", "P1", "O3", "D4", "X1"]);
    }
}
