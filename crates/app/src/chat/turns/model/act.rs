//! One round of calls: read, judged, and carried out in one transaction.

use std::{collections::BTreeMap, sync::Arc};

use jiff::civil::Date;
use saydo_domain::{ChangeId, Task, TaskNumber, ToolCallRecord};
use saydo_store::{Failpoint, Tx, UsageDelta};
use serde_json::{Value, json};

use super::{
    End, ModelTurn, Next,
    hear::Answer,
    prompt,
    rounds::{LastWords, Round},
};
use crate::{
    AppError,
    chat::{say, turns::Recorder, turns::recorder::gone},
    execute::Journal,
    figures,
    llm::{ModelMessage, ModelName, RequestedCall},
    planner::{Question, model::policy::Allowed},
    tools::{Done, ToolCall, ToolRun, catalogue},
};

/// A round on its way into its transaction.
struct RoundRun {
    recorder: Arc<Recorder>,
    run: ToolRun,
    change: Option<ChangeId>,
    /// What the model said, and what it asked for.
    text: String,
    requested: Vec<RequestedCall>,
    /// Each call in its place: to run, or refused; `None` for those on the card.
    calls: Vec<Option<Result<ToolCall, String>>>,
    card: Option<Question>,
    too_many: bool,
    model: String,
    allowed: Allowed,
    told: String,
    place: i64,
    tokens: u64,
    elapsed_ms: u64,
    /// What was used since the round before, and the day it counts for.
    usage: Vec<(ModelName, UsageDelta)>,
    day: Date,
}

/// What came of it.
struct Ran {
    records: Vec<ToolCallRecord>,
    done: Vec<Done>,
    round: Round,
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
        self.rounds += 1;
        let runs = verdict.calls.iter().flatten().any(Result::is_ok);
        if !runs && (verdict.card.is_some() || too_many) {
            // Nothing is done: there is nothing to go on with later.
            return Ok(Next::End(verdict.card.map_or(End::Limit, End::Card)));
        }
        let run = self.round_run(text, requested, verdict.calls, verdict.card, too_many);
        let usage = std::mem::take(&mut self.usage);
        let ran = self.app.store.write(move |tx| Box::pin(run.run(tx))).await;
        let Ran { records, done, round } = ran.inspect_err(|_| self.usage.clone_from(&usage))?;
        for (model, used) in &usage {
            figures::model_usage(model, used);
        }
        self.spent = self.spent.saturating_add(super::tokens(&usage));
        (self.records, self.done, self.change) = (records, done, round.change);
        self.job.recorder.calls(&self.records);
        if let Some(words) = round.end {
            return Ok(Next::End(End::from(words)));
        }
        Failpoint::BetweenRounds.pass();
        let Round { text, calls, results, .. } = round;
        let ids: Vec<String> = calls.iter().map(|call| call.id.clone()).collect();
        self.messages.push(ModelMessage::Assistant { text, calls });
        let results = ids.into_iter().zip(results);
        self.messages.extend(results.map(|(call_id, content)| ModelMessage::ToolResult { call_id, content }));
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

    fn round_run(
        &self,
        text: String,
        requested: Vec<RequestedCall>,
        calls: Vec<Option<Result<ToolCall, String>>>,
        card: Option<Question>,
        too_many: bool,
    ) -> RoundRun {
        let (caller, clock) = (self.job.caller.clone(), self.app.clock);
        let journal = Journal::new(&caller, clock, Some(self.job.recorder.turn.conversation));
        let run = ToolRun {
            journal: journal.by_model(self.model_name()),
            caller,
            clock,
            moment: self.moment.clone(),
            one_change: false,
            in_the_way: Vec::new(),
            records: self.records.clone(),
            done: self.done.clone(),
        };
        RoundRun {
            recorder: Arc::clone(&self.job.recorder),
            run,
            change: self.change,
            text,
            requested,
            calls,
            card,
            too_many,
            model: self.model_name(),
            allowed: self.ledger.allowed(),
            told: self.job.recorder.text_so_far(),
            place: i64::from(self.rounds),
            tokens: self.tokens(),
            elapsed_ms: u64::try_from(self.elapsed().as_millis()).unwrap_or(u64::MAX),
            usage: self.usage.clone(),
            day: self.app.usage_today(),
        }
    }
}

impl RoundRun {
    async fn run(mut self, tx: &mut Tx) -> Result<Ran, AppError> {
        let (turn, now) = (Arc::clone(&self.recorder.turn), self.run.clock.now());
        // Declared interrupted, gone on with elsewhere, or its conversation deleted: what it does must not be.
        tx.turn_beat(&turn.user, turn.run(), now).await?.ok_or_else(gone)?;
        let known = self.run.done.len();
        let ran: Vec<ToolCall> = self.calls.iter().flatten().flatten().cloned().collect();
        for call in ran.clone() {
            self.run.run(tx, call).await?;
        }
        let (results, end) = (self.results(known), self.end(known));
        let Self { run, change, text, requested, model, allowed, told, place, tokens, elapsed_ms, usage, day, .. } =
            self;
        let ToolRun { journal, records, done, moment, .. } = run;
        let summary = say::deed(&done, &moment.now).unwrap_or_default();
        let undone = done.iter().rev().find_map(|done| match done {
            Done::Undone(undone) => Some(undone.id),
            _ => None,
        });
        let change = match change {
            Some(change) => {
                let part = say::deed(&done[known..], &moment.now).unwrap_or_default();
                journal.extend(tx, change, &summary, &part).await?
            }
            None => journal.commit(tx, &summary).await?.or(undone),
        };
        if let Some(change) = change {
            tx.turn_set_change(&turn.user, turn.run(), change).await?;
        }
        for (model, used) in &usage {
            tx.usage_add(&turn.user, day, model, used).await?;
        }
        let round = Round {
            model,
            text,
            calls: requested,
            results,
            ran,
            records: records[known..].to_vec(),
            done: done[known..].to_vec(),
            allowed,
            change,
            told,
            end,
        };
        tx.turn_round_insert(&turn.user, turn.id, &round.stored(place, tokens, elapsed_ms)?, now).await?;
        Ok(Ran { records, done, round })
    }

    /// What the model gets for each call.
    fn results(&self, known: usize) -> Vec<String> {
        let mut ran = self.run.records[known..].iter();
        let result = |call: &Option<Result<ToolCall, String>>| match call {
            Some(Err(sentence)) => prompt::result(&json!({ "error": sentence })),
            _ => ran.next().map(|record| prompt::result(&record.result)).unwrap_or_default(),
        };
        self.calls.iter().map(result).collect()
    }

    fn end(&self, known: usize) -> Option<LastWords> {
        if let Some(question) = self.card.clone() {
            return Some(LastWords::Card { question });
        }
        let all_ran = self.calls.iter().all(|call| matches!(call, Some(Ok(_))));
        match () {
            () if self.too_many => Some(LastWords::Limit),
            () if all_ran && self.run.done[known..].iter().all(is_plain_change) => Some(LastWords::Answered),
            () => None,
        }
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
