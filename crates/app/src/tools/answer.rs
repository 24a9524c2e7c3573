//! One tool call from outside a chat: its own transaction, its own change.

use saydo_domain::ChangeId;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    Done, ToolCall, ToolRun,
    run::{look, refusal},
};
use crate::{
    App, AppError, Caller,
    chat::say,
    execute::Journal,
    idempotency::{self, Answer},
};

/// What a tool call came to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ToolAnswer {
    /// The result, or `{"error": …}`.
    pub value: Value,
    /// Whether it could not be done; nothing was changed then.
    pub refused: bool,
    /// What was done, in our words; empty when nothing was.
    pub receipt: String,
    /// What `undo` puts back, if anything changed.
    #[serde(default)]
    pub change_id: Option<ChangeId>,
}

impl ToolAnswer {
    fn refuse(sentence: &str) -> Self {
        Self { value: json!({ "error": sentence }), refused: true, receipt: String::new(), change_id: None }
    }
}

impl App {
    /// Carries out one tool call. What the caller got wrong is an answer, not an error.
    ///
    /// # Errors
    /// When the store refuses, or when a repeated request's answer was stored meanwhile.
    pub async fn tool_call(&self, caller: &Caller, call: ToolCall) -> Result<ToolAnswer, AppError> {
        let moment = self.moment(caller);
        if !call.may_change() {
            // Each may read everything the person has, as a search does.
            let ticket = self.fair.searches.queue(caller.id())?;
            let _searching = ticket.work().await?;
            let mut conn = self.store.read().await?;
            return match look(caller, &moment, &mut conn, call, Some(&self.fair.desk)).await {
                Ok((_, value)) => Ok(ToolAnswer { value, refused: false, receipt: String::new(), change_id: None }),
                Err(error) => Ok(ToolAnswer::refuse(&refusal(error)?)),
            };
        }
        let (caller, clock) = (caller.clone(), self.clock);
        self.store
            .write(move |tx| {
                Box::pin(async move {
                    let journal = Journal::new(&caller, clock, None);
                    let mut run = ToolRun {
                        caller,
                        clock,
                        moment,
                        journal,
                        one_change: false,
                        in_the_way: Vec::new(),
                        records: Vec::new(),
                        done: Vec::new(),
                    };
                    run.run(tx, call).await?;
                    let ToolRun { caller, moment, journal, records, done, .. } = run;
                    let receipt = say::deed(&done, &moment.now).unwrap_or_default();
                    let committed = journal.commit(tx, &receipt).await?;
                    let undone = done.iter().find_map(|done| match done {
                        Done::Undone(undone) => Some(undone.id),
                        _ => None,
                    });
                    let answer = ToolAnswer {
                        value: records.into_iter().next().map(|record| record.result).unwrap_or_default(),
                        refused: done.iter().any(|done| matches!(done, Done::Refused(_))),
                        receipt,
                        change_id: committed.or(undone),
                    };
                    idempotency::keep(tx, &caller, clock.now(), Answer::json(200, Vec::new(), &answer)?).await?;
                    Ok(answer)
                })
            })
            .await
    }
}
