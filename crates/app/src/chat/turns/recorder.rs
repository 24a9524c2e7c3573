//! The writing side of a turn's events: what was told so far, kept in memory and in the store.

use std::{sync::Arc, time::Duration};

use saydo_domain::{AnsweredBy, ChangeId, MessageId, ToolCallRecord, TurnStatus};
use saydo_store::{Signal, Store, Tx};
use tokio::sync::Mutex;

use super::{
    events::{self, Event},
    live::{Cut, LiveTurn},
};
use crate::{AppError, Clock, chat::ChatReply, reply::talk};

/// How long events may wait to be stored, so that several share a transaction.
const GATHER: Duration = Duration::from_millis(250);
/// How often a turn gives a sign of life.
const BEAT: Duration = Duration::from_secs(5);

/// Tells a turn's events.
#[derive(Debug)]
pub(in crate::chat) struct Recorder {
    store: Store,
    clock: Clock,
    pub(super) turn: Arc<LiveTurn>,
    told: std::sync::Mutex<Told>,
    /// Held while events are written: their numbers must not be written twice.
    writing: Mutex<()>,
}

/// What readers were told.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// Tool calls.
    calls: usize,
    /// Text messages begun.
    messages: u32,
    /// The text of the message that is open; `None` when none is.
    text: Option<String>,
}

impl Recorder {
    pub(super) fn new(store: Store, clock: Clock, turn: Arc<LiveTurn>) -> Self {
        Self { store, clock, turn, told: std::sync::Mutex::default(), writing: Mutex::default() }
    }

    /// For a turn that goes on: readers were told this much, and hear the reply so far once more, in a message that
    /// can become the whole.
    pub(super) fn going_on(self, told: Told, reply: &str) -> Self {
        *self.told() = told;
        let cut_off = self.told().end(&self.id());
        self.turn.push(cut_off);
        self.text(reply);
        self
    }

    fn told(&self) -> std::sync::MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn id(&self) -> String {
        self.turn.id.to_string()
    }

    /// Tells more of the reply's text.
    pub(super) fn text(&self, delta: &str) {
        let events = self.told().say(&self.id(), delta);
        self.turn.push(events);
    }

    /// The text told so far in the message that is open.
    pub(super) fn text_so_far(&self) -> String {
        self.told().text.clone().unwrap_or_default()
    }

    /// Tells the calls that were not told yet.
    pub(super) fn calls(&self, records: &[ToolCallRecord]) {
        let mut told = self.told();
        let events: Vec<String> = told.call(&self.id(), records);
        drop(told);
        self.turn.push(events);
    }

    /// What is still to be told of a reply, up to the last event.
    pub(in crate::chat) fn closing(&self, reply: &ChatReply, status: TurnStatus) -> Vec<String> {
        let mut events = self.answering(reply);
        let (id, thread) = (self.id(), self.turn.conversation.to_string());
        if status == TurnStatus::Interrupted {
            events.push(Event::RunError { message: talk::SERVER_STOPPED, code: "server_stopping" }.json());
            return events;
        }
        let outcome = match status {
            TurnStatus::Cancelled => events::cancelled(),
            _ => events::outcome(reply.pending.as_ref()),
        };
        events.push(Event::RunFinished { thread_id: &thread, run_id: &id, outcome }.json());
        events
    }

    /// What is still to be told of a reply, without the last event.
    fn answering(&self, reply: &ChatReply) -> Vec<String> {
        let id = self.id();
        let mut told = self.told();
        let mut events = told.call(&id, &reply.tool_calls);
        let rest = told.text.as_deref().map_or(Some(reply.response.as_str()), |text| reply.response.strip_prefix(text));
        match rest.map(ToOwned::to_owned) {
            Some(rest) => events.extend(told.say(&id, &rest)),
            None => {
                // What was told is not what holds: the reply is a message of its own.
                events.extend(told.end(&id));
                events.extend(told.say(&id, &reply.response));
            }
        }
        events.extend(told.end(&id));
        events.push(Event::Custom { name: events::REPLY, value: reply }.json());
        events
    }

    /// What is to be told when a turn fails; with what it had changed before, if it had.
    pub(super) fn failing(&self, changed: Option<&ChatReply>, message: &str, code: &str) -> Vec<String> {
        let mut events = match changed {
            Some(reply) => self.answering(reply),
            None => self.told().end(&self.id()).into_iter().collect(),
        };
        events.push(Event::RunError { message, code }.json());
        events
    }

    /// Keeps anybody else from writing events; goes with [`Self::append`].
    pub(super) async fn lock(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.writing.lock().await
    }

    /// Writes what is not stored yet and these events in somebody's transaction.
    pub(in crate::chat) async fn append(&self, tx: &mut Tx, more: &[String]) -> Result<(), AppError> {
        let (first, mut events) = self.turn.unstored();
        events.extend_from_slice(more);
        Ok(tx.turn_events_append(&self.turn.user, self.turn.id, first, &events, self.clock.now()).await?)
    }

    /// Notes the turn's end in somebody's transaction.
    ///
    /// # Errors
    /// When it does not run any more: what it did in this transaction must not be.
    pub(in crate::chat) async fn finish(
        &self,
        tx: &mut Tx,
        status: TurnStatus,
        change: Option<ChangeId>,
        answered_by: Option<&AnsweredBy>,
    ) -> Result<(), AppError> {
        let (turn, now) = (&self.turn, self.clock.now());
        match tx.turn_finish(&turn.user, turn.run(), status, change, answered_by, now).await? {
            true => Ok(()),
            false => Err(gone()),
        }
    }

    /// Notes in somebody's transaction that the turn broke off: a repeated request goes on with it, or is a new turn
    /// when it changed nothing.
    pub(in crate::chat) async fn broke_off(
        &self,
        tx: &mut Tx,
        change: Option<ChangeId>,
        reply: MessageId,
    ) -> Result<(), AppError> {
        let turn = &self.turn;
        match change {
            None => Ok(tx.turn_free_key(&turn.user, turn.id).await?),
            Some(_) => Ok(tx.turn_set_reply(&turn.user, turn.id, Some(reply)).await?),
        }
    }

    /// Tells events that are stored already.
    pub(super) fn stored(&self, events: Vec<String>) {
        self.turn.push(events);
        self.turn.set_stored(*self.turn.progress().borrow());
    }

    /// Stores what was told so far.
    async fn flush(&self) -> Result<(), AppError> {
        let _writing = self.lock().await;
        let (first, events) = self.turn.unstored();
        if events.is_empty() {
            return Ok(());
        }
        let last = first + i64::try_from(events.len()).unwrap_or(0) - 1;
        let (turn, now) = (Arc::clone(&self.turn), self.clock.now());
        let job = self.store.write(move |tx| {
            Box::pin(async move {
                // The numbers belong to whoever goes on with the turn.
                tx.turn_beat(&turn.user, turn.run(), now).await?.ok_or_else(gone)?;
                Ok::<_, AppError>(tx.turn_events_append(&turn.user, turn.id, first, &events, now).await?)
            })
        });
        job.await?;
        self.turn.set_stored(last);
        Ok(())
    }

    async fn beat(&self) -> Result<(), AppError> {
        let (turn, now) = (Arc::clone(&self.turn), self.clock.now());
        let job = self.store.write(move |tx| Box::pin(async move { tx.turn_beat(&turn.user, turn.run(), now).await }));
        // Whoever does not count any more stops as well: nothing it did from now on would be kept.
        if job.await?.unwrap_or(true) {
            self.turn.cut(Cut::Stopped);
        }
        Ok(())
    }

    /// Stops if that was asked for on another replica, or if this run does not count any more.
    async fn obey(&self) -> Result<(), AppError> {
        let turn = self.store.read().await?.turn_find(&self.turn.user, self.turn.id).await?;
        let goes_on = |turn: saydo_domain::Turn| {
            turn.status != TurnStatus::Interrupted && !turn.stop_requested && turn.attempt == self.turn.run().attempt
        };
        if !turn.is_some_and(goes_on) {
            self.turn.cut(Cut::Stopped);
        }
        Ok(())
    }

    /// Stores events and gives signs of life for as long as it is polled.
    pub(super) async fn keep_up(&self) {
        let mut progress = self.turn.progress();
        let mut stops = self.store.watch(Signal::Stops, &self.turn.user);
        let mut every = tokio::time::interval(BEAT);
        every.tick().await;
        loop {
            let done = tokio::select! {
                changed = progress.changed() => {
                    if changed.is_err() {
                        return;
                    }
                    tokio::time::sleep(GATHER).await;
                    self.flush().await
                }
                _ = every.tick() => self.beat().await,
                () = stops.changed() => self.obey().await,
            };
            // Readers here lose nothing by it, and it is tried again.
            if let Err(error) = done {
                tracing::warn!(%error, turn = %self.turn.id, "a turn could not be noted");
            }
        }
    }
}

/// The turn was declared interrupted, or its conversation was deleted.
pub(super) fn gone() -> AppError {
    AppError::Conflict { code: "turn_gone", detail: "This turn is over.".to_owned() }
}

impl Told {
    /// Adds what a stored event told.
    pub(super) fn heard(&mut self, event: &str) {
        let is = |kind: &str| event.strip_prefix(r#"{"type":""#).is_some_and(|rest| rest.starts_with(kind));
        match () {
            () if is("TEXT_MESSAGE_START") => {
                self.messages += 1;
                self.text = Some(String::new());
            }
            () if is("TEXT_MESSAGE_END") => self.text = None,
            () if is("TOOL_CALL_START") => self.calls += 1,
            () => {}
        }
    }

    fn say(&mut self, turn: &str, delta: &str) -> Vec<String> {
        if delta.is_empty() {
            return Vec::new();
        }
        let mut events = Vec::new();
        if self.text.is_none() {
            self.messages += 1;
            let message_id = &self.message(turn);
            events.push(Event::TextMessageStart { message_id, role: "assistant" }.json());
        }
        self.text.get_or_insert_default().push_str(delta);
        events.push(Event::TextMessageContent { message_id: &self.message(turn), delta }.json());
        events
    }

    fn end(&mut self, turn: &str) -> Option<String> {
        self.text.take()?;
        Some(Event::TextMessageEnd { message_id: &self.message(turn) }.json())
    }

    fn call(&mut self, turn: &str, records: &[ToolCallRecord]) -> Vec<String> {
        let new = records.get(self.calls..).unwrap_or_default();
        self.calls = records.len().max(self.calls);
        new.iter().flat_map(|record| events::tool_call(turn, record)).collect()
    }

    fn message(&self, turn: &str) -> String {
        format!("{turn}.text_{}", self.messages)
    }
}
