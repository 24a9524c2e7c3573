//! What a model gets to see: the conversation, and the tasks that may matter for what was said.

use saydo_domain::{Role, Task, TaskNumber};
use saydo_lang::Moment;

use crate::{
    App, AppError, Caller,
    chat::{turn::Before, turns::Job},
    llm::ModelMessage,
    planner::{
        candidates,
        model::prompt::{self, MOST_MESSAGES, MOST_TASKS, Situation},
    },
    tools::{DueWindow, ListTasksArgs, Status, list},
};

/// Tasks taken for what was named by words at most.
const MOST_NAMED: usize = 15;

impl App {
    pub(super) async fn model_messages(
        &self,
        job: &Job,
        before: &Before,
        moment: &Moment,
    ) -> Result<Vec<ModelMessage>, AppError> {
        let said = job.request.message.as_str();
        let (caller, conversation) = (&job.caller, job.recorder.turn.conversation);
        let tasks = self.relevant_tasks(caller, before, moment, said).await?;
        let mut conn = self.store.read().await?;
        // One more: the newest is what was just said.
        let mut history = conn.messages_newest(caller.id(), conversation, MOST_MESSAGES + 1).await?;
        let own = history.iter().rposition(|message| message.content == said);
        history.truncate(own.unwrap_or(history.len()));
        // What another turn is just answering must not be done twice.
        while history.pop_if(|message| message.role == Role::User).is_some() {}
        let counts = conn.task_counts(caller.id(), &moment.now).await?;
        let situation = Situation {
            now: &moment.now,
            tasks: &tasks,
            open: counts.open,
            overdue: counts.overdue,
            pending: before.pending.as_ref(),
        };
        Ok(prompt::messages(&history, &situation, said))
    }

    /// Those named, those talked about or shown, those due today or earlier: in this order, each once.
    async fn relevant_tasks(
        &self,
        caller: &Caller,
        before: &Before,
        moment: &Moment,
        said: &str,
    ) -> Result<Vec<Task>, AppError> {
        let mut conn = self.store.read().await?;
        let mut numbers: Vec<TaskNumber> = said
            .split(|c: char| !c.is_ascii_digit())
            .filter_map(|digits| digits.parse().ok().map(TaskNumber::new))
            .take(MOST_NAMED)
            .collect();
        let named = candidates::rank(&mut conn, caller.id(), said, Some(&self.fair.desk)).await?;
        numbers.extend(named.iter().take(MOST_NAMED).map(|scored| scored.number));
        numbers.extend(before.memory.focus.iter().chain(&before.memory.listing));
        for due in [DueWindow::Overdue, DueWindow::Today] {
            let args = ListTasksArgs {
                status: Some(Status::Pending),
                due: Some(due),
                limit: u32::try_from(MOST_TASKS).ok(),
                ..ListTasksArgs::default()
            };
            numbers.extend(list(caller, moment, &mut conn, &args).await?.tasks.iter().map(|task| task.number));
        }
        let mut seen = std::collections::BTreeSet::new();
        numbers.retain(|number| seen.insert(*number));
        let mut tasks = conn.tasks_find(caller.id(), &numbers).await?;
        tasks.truncate(MOST_TASKS);
        Ok(tasks)
    }
}
