//! A row of the list: a requirement, what was found, and what that means.

use jiff::Timestamp;
use saydo_app::Clock;
use serde::Serialize;

/// A requirement and how it is found out whether it is met. One rule holds for all: what is needed and is not met, or
/// cannot be found out, is a NO-GO; what is not needed is a warning then.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Check {
    /// The requirement's id in `docs/requirements.toml`.
    pub(crate) id: &'static str,
    /// What it is about.
    pub(crate) title: &'static str,
    /// What must hold.
    pub(crate) target: &'static str,
    /// What was asked.
    pub(crate) by: &'static str,
    pub(crate) need: Need,
}

/// Whether an installation may do without it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    Must,
    Should,
}

/// What became of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum State {
    /// It holds.
    Ok,
    /// It does not hold, and one can live with that.
    Warning,
    /// It does not hold.
    Failed,
    /// It must be known and could not be found out.
    NotChecked,
    /// Only people can say.
    Yours,
}

/// A requirement and what was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = ReadyRow)]
pub(crate) struct Row {
    /// The requirement's id.
    #[schema(value_type = String, example = "D4")]
    pub(crate) id: &'static str,
    /// The part of the list it belongs to.
    #[schema(value_type = String, example = "Configuration and operation")]
    pub(crate) group: &'static str,
    /// What it is about.
    #[schema(value_type = String, example = "Schema at head")]
    pub(crate) title: &'static str,
    /// What became of it.
    pub(crate) state: State,
    /// What was found.
    pub(crate) evidence: String,
    /// What must hold.
    #[schema(value_type = String)]
    pub(crate) target: &'static str,
    /// What was asked.
    #[schema(value_type = String)]
    pub(crate) by: &'static str,
    /// When (RFC 3339, UTC).
    #[schema(value_type = String)]
    pub(crate) at: Timestamp,
    /// What to do; empty when nothing is.
    pub(crate) help: String,
}

impl Check {
    pub(crate) const fn must(id: &'static str, title: &'static str, target: &'static str, by: &'static str) -> Self {
        Self { id, title, target, by, need: Need::Must }
    }

    pub(crate) const fn should(id: &'static str, title: &'static str, target: &'static str, by: &'static str) -> Self {
        Self { id, title, target, by, need: Need::Should }
    }

    fn row(self, state: State, evidence: impl Into<String>, help: impl Into<String>) -> Row {
        let Self { id, title, target, by, .. } = self;
        let (evidence, help, at) = (evidence.into(), help.into(), Clock::System.now());
        Row { id, group: group(id), title, state, evidence, target, by, at, help }
    }

    /// It holds.
    pub(crate) fn holds(self, evidence: impl Into<String>) -> Row {
        self.row(State::Ok, evidence, "")
    }

    /// It does not hold.
    pub(crate) fn fails(self, evidence: impl Into<String>, help: impl Into<String>) -> Row {
        let state = if self.need == Need::Must { State::Failed } else { State::Warning };
        self.row(state, evidence, help)
    }

    /// It could not be found out.
    pub(crate) fn unknown(self, why: impl std::fmt::Display, help: impl Into<String>) -> Row {
        let state = if self.need == Need::Must { State::NotChecked } else { State::Warning };
        self.row(state, format!("not checked: {why}"), help)
    }

    /// Only people can say.
    pub(crate) fn yours(self, evidence: impl Into<String>, help: impl Into<String>) -> Row {
        self.row(State::Yours, evidence, help)
    }

    /// It holds or not, with the same evidence.
    pub(crate) fn judge(self, holds: bool, evidence: impl Into<String>, help: impl Into<String>) -> Row {
        if holds { self.holds(evidence) } else { self.fails(evidence, help) }
    }
}

/// The parts of the list, as the requirements have them.
pub(crate) const GROUPS: [&str; 6] = [
    "Accounts and isolation",
    "Chat and performance",
    "Observability",
    "Configuration and operation",
    "Documents and people",
    "Other",
];

const fn group(id: &str) -> &'static str {
    match id.as_bytes() {
        [b'S', ..] => GROUPS[0],
        [b'C' | b'P' | b'R', ..] => GROUPS[1],
        [b'O', ..] => GROUPS[2],
        [b'D', ..] => GROUPS[3],
        [b'X', ..] => GROUPS[4],
        _ => GROUPS[5],
    }
}
