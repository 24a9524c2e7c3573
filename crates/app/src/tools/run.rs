//! Carrying out tool calls inside a turn's transaction.

use saydo_domain::{Change, ChangeId, FieldError, Task, TaskNumber, ToolCallRecord};
use saydo_lang::Moment;
use saydo_store::{Conn, Tx};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tracing::Instrument as _;

use crate::{
    AppError, Caller, Clock,
    command::{Action, Command},
    execute::{Journal, Outcome},
    fair::Desk,
    figures,
    tools::{
        Listing, ToolCall, add_task, complete_task, delete_task, find_task, list_tasks, search, undo, update_task,
    },
    undo::{Obstacle, PutBack, Undone},
    view::ObstacleView,
};

/// What a tool call did, for the receipt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Done {
    /// It ran a command on a task.
    Outcome(Box<Outcome>),
    /// It put a change back.
    Undone(Box<Undone>),
    /// It put a change back as a part of this turn's own change.
    TakenBack(Box<PutBack>),
    /// It listed tasks.
    Listed(Listing),
    /// It found tasks.
    Found(Vec<Task>),
    /// It could not be done; nothing was changed. One plain sentence.
    Refused(String),
}

/// The tool calls of one turn, carried out one after the other.
#[derive(Debug)]
pub struct ToolRun {
    /// Who asks.
    pub caller: Caller,
    /// The only source of the current time.
    pub clock: Clock,
    /// How words in arguments are read.
    pub moment: Moment,
    /// The turn's journal.
    pub journal: Journal,
    /// Whether an undo of a named change is a part of this turn's own change.
    pub one_change: bool,
    /// What would have to be undone before what could not be, newest first.
    pub in_the_way: Vec<ChangeId>,
    /// The calls so far with their results.
    pub records: Vec<ToolCallRecord>,
    /// What they did, in order.
    pub done: Vec<Done>,
}

impl ToolRun {
    /// Carries out one call. What the caller may have got wrong becomes [`Done::Refused`].
    ///
    /// # Errors
    /// Only what is fatal to the turn: the store, or a bug.
    pub async fn run(&mut self, tx: &mut Tx, call: ToolCall) -> Result<(), AppError> {
        let (tool, params) = (call.name(), call.params());
        let span = tracing::info_span!("tool", tool);
        let (done, result) = match Box::pin(self.dispatch(tx, call)).instrument(span).await {
            Ok(done) => done,
            Err(AppError::InTheWay { detail, obstacles }) => {
                self.in_the_way = undo_first(&obstacles);
                let obstacles: Vec<ObstacleView> = obstacles.iter().map(ObstacleView::from).collect();
                (Done::Refused(detail.clone()), json!({ "error": detail, "in_the_way": obstacles }))
            }
            Err(error) => {
                let sentence = refusal(error).inspect_err(|_| figures::tool(tool, "failed"))?;
                (Done::Refused(sentence.clone()), json!({ "error": sentence }))
            }
        };
        figures::tool(tool, if matches!(done, Done::Refused(_)) { "refused" } else { "done" });
        let id = format!("call_{}", self.records.len() + 1);
        self.records.push(ToolCallRecord { id, tool: tool.to_owned(), params, result });
        self.done.push(done);
        Ok(())
    }

    /// Takes a task out of the trash, as a part of the turn's change.
    ///
    /// # Errors
    /// Only what is fatal to the turn.
    pub(crate) async fn restore(&mut self, tx: &mut Tx, number: TaskNumber) -> Result<(), AppError> {
        let done = match self.journal.run(tx, Command::change(number, Action::Restore)).await {
            Ok(outcome) => Done::Outcome(Box::new(outcome)),
            Err(error) => Done::Refused(refusal(error)?),
        };
        self.done.push(done);
        Ok(())
    }

    async fn dispatch(&mut self, tx: &mut Tx, call: ToolCall) -> Result<(Done, Value), AppError> {
        match call {
            ToolCall::AddTask(args) => add_task::run(self, tx, *args).await,
            ToolCall::CompleteTask(args) => complete_task::run(self, tx, args).await,
            ToolCall::UpdateTask(args) => update_task::run(self, tx, *args).await,
            ToolCall::DeleteTask(args) => delete_task::run(self, tx, args).await,
            ToolCall::Undo(args) => undo::run(self, tx, args).await,
            // No desk: what happens in a transaction waits for nobody.
            read => look(&self.caller, &self.moment, tx, read, None).await,
        }
    }

    /// The tasks this turn changed or found, for “it” and “them”.
    #[must_use]
    pub fn focus(&self) -> Vec<TaskNumber> {
        let mut focus = Vec::new();
        for done in &self.done {
            match done {
                Done::Outcome(outcome) => focus.push(outcome.task.number),
                Done::Undone(undone) => focus.extend(undone.put_back.tasks.iter().map(|task| task.number)),
                Done::TakenBack(_) | Done::Listed(_) | Done::Found(_) | Done::Refused(_) => {}
            }
        }
        focus
    }
}

/// The changes that hold, newest first; none when that would not help.
fn undo_first(obstacles: &[Obstacle]) -> Vec<ChangeId> {
    if obstacles.iter().any(|obstacle| obstacle.changes.is_empty()) {
        return Vec::new();
    }
    let mut changes: Vec<&Change> = obstacles.iter().flat_map(|obstacle| &obstacle.changes).collect();
    changes.sort_by_key(|change| std::cmp::Reverse(change.seq));
    changes.dedup_by_key(|change| change.seq);
    changes.into_iter().map(|change| change.id).collect()
}

/// Carries out a call that changes nothing, on any connection; what takes a processor at the desk, if there is one.
///
/// # Errors
/// As the tool; `Internal` for a call that would change something.
pub(super) async fn look(
    caller: &Caller,
    moment: &Moment,
    conn: &mut Conn,
    call: ToolCall,
    desk: Option<&Desk>,
) -> Result<(Done, Value), AppError> {
    match call {
        ToolCall::ListTasks(args) => list_tasks::run(caller, moment, conn, &args).await,
        ToolCall::FindTask(args) => find_task::run(caller, conn, &args, desk).await,
        ToolCall::Search(args) => search::search(caller, moment, conn, &args, desk).await,
        ToolCall::Fetch(args) => search::fetch(caller, moment, conn, &args).await,
        other => Err(AppError::Internal(format!("{} is no reading tool", other.name()))),
    }
}

/// A mistake as a sentence for the planner and the person; what is fatal stays an error.
pub(super) fn refusal(error: AppError) -> Result<String, AppError> {
    match error {
        AppError::Invalid(invalid) => {
            let messages: Vec<String> = invalid.errors.into_iter().map(|FieldError { message, .. }| message).collect();
            Ok(messages.join(" "))
        }
        AppError::NotFound(missing) => Ok(missing.sentence().to_owned()),
        AppError::Conflict { detail, .. } | AppError::InTheWay { detail, .. } => Ok(detail),
        AppError::Stale { .. } => Ok(error.to_string()),
        fatal => Err(fatal),
    }
}
