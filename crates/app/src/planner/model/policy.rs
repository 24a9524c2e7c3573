//! Which calls of a model run. Over the whole turn, not call by call: what is too much for one message stays too much
//! when it comes in small pieces.

use std::collections::{BTreeMap, BTreeSet};

use saydo_domain::{Task, TaskNumber};
use serde::{Deserialize, Serialize};

use crate::{
    planner::{
        Plan, Question,
        offline::{
            Proposal,
            policy::{MOST_CHANGES, MOST_DELETIONS, card_for},
        },
    },
    tools::ToolCall,
};

/// More undos than this are never done by one message to a model.
const MOST_UNDOS: usize = 5;

/// What the person's own words allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Allowed {
    /// To delete a task.
    pub delete: bool,
    /// To undo or redo a change.
    pub undo: bool,
    /// To add and to change: not when all that was asked for is to look.
    pub change: bool,
}

impl Allowed {
    /// What a message allows, said in answer to a question about a deletion or not, and taken by the offline engine
    /// as this.
    #[must_use]
    pub fn by(message: &str, asked_about_deletion: bool, proposal: &Proposal) -> Self {
        let calls = &proposal.plan.calls;
        let looks = proposal.sure && !calls.is_empty() && !calls.iter().any(ToolCall::may_change);
        Self {
            delete: asked_about_deletion || saydo_lang::asks_to_delete(message),
            undo: saydo_lang::asks_to_undo(message),
            change: !looks,
        }
    }
}

/// What a turn's calls did so far.
#[derive(Debug)]
pub struct Ledger {
    allowed: Allowed,
    changed: BTreeSet<i64>,
    deletions: usize,
    undos: usize,
    others: bool,
}

/// What is done with a round of calls.
#[derive(Debug)]
pub struct Verdict {
    /// Each call in its place: to run, or refused with a sentence for the model; `None` for those on the card.
    pub calls: Vec<Option<Result<ToolCall, String>>>,
    /// What the person is asked before anything else; the turn ends with it.
    pub card: Option<Question>,
}

impl Ledger {
    /// The ledger of a turn that has done nothing yet.
    #[must_use]
    pub const fn new(allowed: Allowed) -> Self {
        Self { allowed, changed: BTreeSet::new(), deletions: 0, undos: 0, others: false }
    }

    /// What the person's words allow.
    #[must_use]
    pub const fn allowed(&self) -> Allowed {
        self.allowed
    }

    /// Lets this, instead of what was allowed before.
    pub const fn allow(&mut self, allowed: Allowed) {
        self.allowed = allowed;
    }

    /// Judges a round of calls and enters those that will run. `tasks` are the tasks the calls name, as they are now;
    /// calls about others find nothing.
    pub fn judge(&mut self, calls: Vec<Result<ToolCall, String>>, tasks: &BTreeMap<TaskNumber, Task>) -> Verdict {
        let calls: Vec<Result<ToolCall, String>> = self.without_wrong_undos(calls);
        let exists = |call: &ToolCall| call.changes().is_none_or(|id| tasks.contains_key(&TaskNumber::new(id)));
        let real: Vec<&ToolCall> = calls.iter().flatten().filter(|call| exists(call)).collect();
        let deletions = real.iter().filter(|call| is_delete(call)).count();
        let changed: BTreeSet<i64> = real.iter().filter_map(|call| call.changes()).collect();
        let bulk = changed.union(&self.changed).count() > MOST_CHANGES || self.deletions + deletions > MOST_DELETIONS;
        let asks = |call: &ToolCall| {
            let change = call.may_change() && !is_undo(call);
            exists(call) && (change && (bulk || !self.allowed.change) || is_delete(call) && !self.allowed.delete)
        };
        let (mut carded, mut kept) = (Vec::new(), Vec::new());
        for call in calls {
            match call {
                Ok(call) if asks(&call) => {
                    carded.push(call);
                    kept.push(None);
                }
                call => kept.push(Some(call)),
            }
        }
        for call in kept.iter().flatten().flatten() {
            self.enter(call);
        }
        Verdict { calls: kept, card: card(carded, tasks) }
    }

    /// Enters a call that has run.
    pub fn enter(&mut self, call: &ToolCall) {
        self.changed.extend(call.changes());
        self.deletions += usize::from(is_delete(call));
        self.undos += usize::from(is_undo(call));
        self.others |= call.may_change() && !is_undo(call);
    }

    /// An undo needs the person's words, and goes alone: a turn's own changes are one change, which it would not be a
    /// part of.
    fn without_wrong_undos(&self, calls: Vec<Result<ToolCall, String>>) -> Vec<Result<ToolCall, String>> {
        let others = self.others || calls.iter().flatten().any(|call| call.may_change() && !is_undo(call));
        let undone = self.undos > 0 || self.allowed.undo && calls.iter().flatten().any(is_undo) && !others;
        let mut undos = self.undos;
        let judge = |call: Result<ToolCall, String>| {
            let call = call?;
            if !is_undo(&call) {
                return if undone && call.may_change() { Err(ONLY_UNDO.to_owned()) } else { Ok(call) };
            }
            undos += 1;
            match () {
                () if !self.allowed.undo => Err("The person did not ask to undo anything.".to_owned()),
                () if others => Err(ONLY_UNDO.to_owned()),
                () if undos > MOST_UNDOS => Err(format!("At most {MOST_UNDOS} changes are undone at once.")),
                () => Ok(call),
            }
        };
        calls.into_iter().map(judge).collect()
    }
}

const ONLY_UNDO: &str = "Undo and other changes don't go together: the person has to ask for one after the other.";

const fn is_delete(call: &ToolCall) -> bool {
    matches!(call, ToolCall::DeleteTask(_))
}

const fn is_undo(call: &ToolCall) -> bool {
    matches!(call, ToolCall::Undo(_))
}

fn card(calls: Vec<ToolCall>, tasks: &BTreeMap<TaskNumber, Task>) -> Option<Question> {
    if calls.is_empty() {
        return None;
    }
    let numbers: BTreeSet<TaskNumber> = calls.iter().filter_map(ToolCall::changes).map(TaskNumber::new).collect();
    let tasks = numbers.iter().filter_map(|number| tasks.get(number)).cloned().collect();
    card_for(Plan { calls, tasks, ..Plan::default() }, None).question
}
