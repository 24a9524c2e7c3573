//! A question that a turn leaves open: it is shown again with the answer, or done away with. None waits unseen, so
//! that a “yes” is never taken for something nobody has before their eyes.

use jiff::Zoned;
use saydo_domain::{ConversationId, PendingAction, PendingKind, Task, TaskNumber};
use saydo_lang::Topic;
use saydo_store::Tx;

use crate::{
    AppError, Caller,
    planner::{PendingPlan, Plan},
    reply::{list, talk},
    tools::ToolCall,
};

/// Said of a reply that is no answer to what is asked.
const NO_ANSWER: &str = "I'm not sure what you mean, so nothing was changed yet.";
/// Said of “great”, which is no clear yes.
const NOTHING_YET: &str = "Nothing was changed yet.";

/// A question that still waits, with its tasks as they are now.
pub(super) struct Waiting {
    pub(super) question: PendingAction,
    tasks: Vec<Task>,
}

impl Waiting {
    /// The question that this turn leaves open; one that is over, or would only offer something, is done away with.
    pub(super) async fn find(
        tx: &mut Tx,
        caller: &Caller,
        conversation: ConversationId,
        plan: &Plan,
        now: &Zoned,
    ) -> Result<Option<Self>, AppError> {
        let Some(question) = tx.pending_find(caller.id(), conversation).await? else { return Ok(None) };
        let numbers: Vec<TaskNumber> = question.tasks.iter().map(|task| task.number).collect();
        let tasks = tx.tasks_find(caller.id(), &numbers).await?;
        let bye = plan.says.iter().any(|said| said == talk::about(Topic::Goodbye));
        let as_shown = tasks.len() == question.tasks.len()
            && question
                .tasks
                .iter()
                .all(|shown| tasks.iter().any(|task| task.number == shown.number && task.version == shown.version));
        if question.expires_at <= now.timestamp() || bye || !as_shown || only_offers(&question) {
            tx.pending_clear(caller.id(), conversation).await?;
            return Ok(None);
        }
        let place = |task: &Task| numbers.iter().position(|number| *number == task.number);
        let mut tasks = tasks;
        tasks.sort_by_key(place);
        Ok(Some(Self { question, tasks }))
    }

    /// What the turn says besides, in words that do not sound as if the question were answered.
    pub(super) fn reword(&self, plan: &mut Plan) {
        for said in &mut plan.says {
            if *said == talk::LOST {
                NO_ANSWER.clone_into(said);
            } else if *said == talk::about(Topic::Acknowledgement) && self.question.kind != PendingKind::Ask {
                NOTHING_YET.clone_into(said);
            }
        }
    }

    /// The question as it was asked.
    pub(super) fn prompt(&self, now: &Zoned) -> String {
        let numbered = self.question.kind != PendingKind::Ask && !self.tasks.is_empty();
        let choices = if numbered { list::choices(&self.tasks, now) } else { String::new() };
        format!("{}{choices}", self.question.prompt)
    }
}

/// Whether the answer would change nothing that exists: “would you like to see your list?” need not be asked twice.
fn only_offers(question: &PendingAction) -> bool {
    match serde_json::from_value(question.action.clone()) {
        Ok(PendingPlan::Run { calls }) => !calls.iter().any(ToolCall::may_change),
        Ok(PendingPlan::Title { verb }) => verb.is_empty(),
        Ok(_) => false,
        Err(_) => true,
    }
}
