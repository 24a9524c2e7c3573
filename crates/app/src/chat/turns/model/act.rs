//! One round of calls: read, judged, and carried out in one transaction.

use std::{collections::BTreeMap, sync::Arc};

use saydo_domain::{ChangeId, Task, TaskNumber, ToolCallRecord};
use saydo_store::{Failpoint, Tx};
use serde_json::{Value, json};

use super::{End, ModelTurn, Next, hear::Answer, prompt};
use crate::{
    AppError,
    chat::{say, turns::Recorder, turns::recorder::gone},
    execute::Journal,
    llm::{ModelMessage, RequestedCall},
    tools::{Done, ToolCall, ToolRun, catalogue},
};

/// The calls of a round on their way into the transaction.
struct Round {
    recorder: Arc<Recorder>,
    run: ToolRun,
    calls: Vec<ToolCall>,
    change: Option<ChangeId>,
}

/// What came of them.
struct Ran {
    records: Vec<ToolCallRecord>,
    done: Vec<Done>,
    change: Option<ChangeId>,
}

impl ModelTurn<'_> {
    pub(super) async fn act(&mut self, answer: Answer) -> Result<Next, AppError> {
        let Answer { text, calls: requested } = answer;
        let most = usize::try_from(self.limits.max_calls).unwrap_or(usize::MAX);
        let too_many = self.calls + requested.len() > most;
        let calls: Vec<Result<ToolCall, String>> = requested
            .iter()
            .enumerate()
            .map(|(at, call)| if self.calls + at < most { read(call) } else { Err(TOO_MANY.to_owned()) })
            .collect();
        self.calls += requested.len();
        let tasks = self.tasks_of(&calls).await?;
        let verdict = self.ledger.judge(calls, &tasks);

        let runnable: Vec<ToolCall> = verdict.calls.iter().flatten().flatten().cloned().collect();
        let known = self.records.len();
        if !runnable.is_empty() {
            self.run_round(runnable).await?;
        }
        if let Some(question) = verdict.card {
            return Ok(Next::End(End::Card(question)));
        }
        if too_many {
            return Ok(Next::End(End::Limit));
        }
        let all_ran = verdict.calls.iter().all(|call| matches!(call, Some(Ok(_))));
        if all_ran && self.done[known..].iter().all(is_plain_change) {
            return Ok(Next::End(End::Answered));
        }
        let mut ran = self.records[known..].iter();
        let contents: Vec<String> = verdict
            .calls
            .iter()
            .map(|call| match call {
                Some(Err(sentence)) => prompt::result(&json!({ "error": sentence })),
                _ => ran.next().map(|record| prompt::result(&record.result)).unwrap_or_default(),
            })
            .collect();
        let results = requested.iter().zip(contents);
        let results = results.map(|(call, content)| ModelMessage::ToolResult { call_id: call.id.clone(), content });
        let results: Vec<ModelMessage> = results.collect();
        self.messages.push(ModelMessage::Assistant { text, calls: requested });
        self.messages.extend(results);
        Ok(Next::Round)
    }

    /// The tasks that calls would change, as they are now.
    async fn tasks_of(&self, calls: &[Result<ToolCall, String>]) -> Result<BTreeMap<TaskNumber, Task>, AppError> {
        let mut numbers: Vec<TaskNumber> =
            calls.iter().flatten().filter_map(ToolCall::changes).map(TaskNumber::new).collect();
        numbers.sort_unstable();
        numbers.dedup();
        if numbers.is_empty() {
            return Ok(BTreeMap::new());
        }
        let found = self.app.store.read().await?.tasks_find(self.job.caller.id(), &numbers).await?;
        Ok(found.into_iter().map(|task| (task.number, task)).collect())
    }

    async fn run_round(&mut self, calls: Vec<ToolCall>) -> Result<(), AppError> {
        let caller = self.job.caller.clone();
        let clock = self.app.clock;
        let round = Round {
            recorder: Arc::clone(&self.job.recorder),
            change: self.change,
            calls,
            run: ToolRun {
                journal: Journal::new(&caller, clock, Some(self.job.recorder.turn.conversation))
                    .by_model(self.model_name()),
                caller,
                clock,
                moment: self.moment.clone(),
                one_change: false,
                in_the_way: Vec::new(),
                records: self.records.clone(),
                done: self.done.clone(),
            },
        };
        let Ran { records, done, change } = self.app.store.write(move |tx| Box::pin(round.run(tx))).await?;
        Failpoint::BetweenRounds.pass();
        (self.records, self.done, self.change) = (records, done, change);
        self.job.recorder.calls(&self.records);
        Ok(())
    }
}

impl Round {
    async fn run(self, tx: &mut Tx) -> Result<Ran, AppError> {
        let Self { recorder, mut run, calls, change } = self;
        let before = run.done.len();
        for call in calls {
            run.run(tx, call).await?;
        }
        let ToolRun { journal, records, done, moment, .. } = run;
        let summary = say::deed(&done, &moment.now).unwrap_or_default();
        let undone = done.iter().rev().find_map(|done| match done {
            Done::Undone(undone) => Some(undone.id),
            _ => None,
        });
        let change = match change {
            Some(change) => {
                let part = say::deed(&done[before..], &moment.now).unwrap_or_default();
                journal.extend(tx, change, &summary, &part).await?
            }
            None => journal.commit(tx, &summary).await?.or(undone),
        };
        let turn = &recorder.turn;
        let runs = match change {
            Some(change) => tx.turn_set_change(&turn.user, turn.run(), change).await?,
            None => true,
        };
        // Declared interrupted, or its conversation deleted: what it did must not be.
        if runs { Ok(Ran { records, done, change }) } else { Err(gone()) }
    }
}

const TOO_MANY: &str = "That is one call too many for one message.";

/// A call as the model wrote it.
fn read(call: &RequestedCall) -> Result<ToolCall, String> {
    if catalogue::find(&call.name).is_some_and(|spec| !spec.for_planner) {
        return ToolCall::parse("", &Value::Null);
    }
    let arguments: Value =
        serde_json::from_str(&call.arguments).map_err(|_| "The arguments are not valid JSON.".to_owned())?;
    ToolCall::parse(&call.name, &arguments).map_err(|sentence| sentence.chars().take(MOST_MISTAKE).collect())
}

/// Characters of a mistake's description: it may quote what the model wrote.
const MOST_MISTAKE: usize = 500;

/// Whether a receipt says all there is to say about it.
fn is_plain_change(done: &Done) -> bool {
    match done {
        Done::Outcome(outcome) => outcome.changed,
        Done::Undone(_) | Done::TakenBack(_) => true,
        Done::Listed(_) | Done::Found(_) | Done::Refused(_) => false,
    }
}
