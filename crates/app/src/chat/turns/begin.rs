//! How a tracked turn begins: its row, its message and its first event in one transaction, then its task.

use std::sync::Arc;

use jiff::Timestamp;
use saydo_domain::{ConversationId, ConversationTitle, MessageText, PendingId, Role, Turn, TurnId, TurnKey};
use saydo_lang::Answer;
use saydo_store::{Failpoint, NewTurn, StoreError, Tx};
use tracing::Instrument as _;
use uuid::Uuid;

use super::{Job, Recorder, TurnHandle, live::LiveTurn, model::Progress};
use crate::{
    App, AppError, Caller, Missing,
    chat::{TurnRequest, turn::Before},
    fair::Ticket,
};

/// What is written when a turn begins.
struct Beginning {
    caller: Caller,
    began: Timestamp,
    id: TurnId,
    conversation: Option<ConversationId>,
    thread: Option<String>,
    message: MessageText,
}

impl App {
    /// Begins a turn. It runs to its end whether or not anybody reads its events.
    ///
    /// # Errors
    /// `NotFound` for a conversation or a question that is missing or somebody else's; `Conflict` when the
    /// idempotency key was used for another request; `TooMuchAtOnce`; store errors.
    pub async fn turn_begin(&self, caller: &Caller, request: TurnRequest) -> Result<TurnHandle, AppError> {
        if self.turns.is_closed() {
            return Err(StoreError::Unavailable("the server is stopping".to_owned()).into());
        }
        if let Some(turn) = self.turn_of_key(caller).await?
            && let Some(handle) = self.turn_found(caller, &request, turn).await?
        {
            return Ok(handle);
        }
        let (request, answer) = self.decided(caller, request).await?;
        let ticket = self.fair.turns.queue(caller.id())?;
        // In a task: a client that goes away now must not leave a turn that nobody runs.
        let (app, owner) = (self.clone(), caller.clone());
        let begun = tokio::spawn(
            async move { Box::pin(app.turn_start(owner, request, answer, ticket)).await }.in_current_span(),
        )
        .await;
        match begun.map_err(|error| AppError::Internal(error.to_string()))? {
            // The same request came in twice at once.
            Err(AppError::Store(StoreError::Conflict(what))) if what == "turn.key" => {
                let turn = self.turn_of_key(caller).await?.ok_or(StoreError::Conflict(what))?;
                Ok(self.handle(caller, turn.id, turn.conversation_id))
            }
            begun => begun,
        }
    }

    /// The turn that was asked for with the caller's idempotency key.
    ///
    /// # Errors
    /// `Conflict` when the key was used for another request; store errors.
    pub async fn turn_of_key(&self, caller: &Caller) -> Result<Option<Turn>, AppError> {
        let Some(key) = &caller.idempotency else { return Ok(None) };
        let found = self.store.read().await?.turn_find_by_key(caller.id(), &key.key).await?;
        let same = |turn: &Turn| turn.key.as_ref().is_some_and(|known| known.fingerprint == key.fingerprint);
        match found {
            Some(turn) if !same(&turn) => Err(AppError::Conflict {
                code: "idempotency_key_reused",
                detail: "This Idempotency-Key was used for another request.".to_owned(),
            }),
            found => Ok(found),
        }
    }

    /// A decision becomes the message that stands for it.
    async fn decided(
        &self,
        caller: &Caller,
        mut request: TurnRequest,
    ) -> Result<(TurnRequest, Option<(PendingId, Answer)>), AppError> {
        if let (None, Some(thread)) = (request.conversation, &request.thread) {
            request.conversation = self.store.read().await?.conversation_find_thread(caller.id(), thread).await?;
        }
        let Some((id, decision)) = request.decision.take() else { return Ok((request, None)) };
        let Before { pending, .. } = self.before(caller, request.conversation).await?;
        let pending = pending.filter(|pending| pending.id == id).ok_or(AppError::NotFound(Missing::Pending))?;
        let (answer, message) = decision.answer(&pending, &self.moment(caller))?;
        Ok((TurnRequest { message, ..request }, Some((id, answer))))
    }

    async fn turn_start(
        self,
        caller: Caller,
        request: TurnRequest,
        answer: Option<(PendingId, Answer)>,
        ticket: Ticket,
    ) -> Result<TurnHandle, AppError> {
        let (id, began) = (TurnId::new(Uuid::now_v7()), self.clock.now());
        let beginning = Beginning {
            caller: caller.clone(),
            began,
            id,
            conversation: request.conversation,
            thread: request.thread.clone(),
            message: request.message.clone(),
        };
        let conversation = self.store.write(move |tx| Box::pin(beginning.run(tx))).await?;
        Failpoint::TurnBegun.pass();
        let turn = Arc::new(LiveTurn::new(caller.id().clone(), conversation, id));
        let recorder = Arc::new(Recorder::new(self.store.clone(), self.clock, Arc::clone(&turn)));
        recorder.stored(vec![recorder.turn.started()]);
        let place = self.turns.enter(turn);
        let handle = self.handle(&caller, id, conversation);
        let request = TurnRequest { conversation: Some(conversation), ..request };
        let span = tracing::info_span!("turn", turn = %id, conversation_id = conversation.get());
        let job = Job { caller, request, answer, began, earlier: Progress::default(), recorder, ticket };
        tokio::spawn(self.turn_run(place, job).instrument(span));
        Ok(handle)
    }
}

impl Beginning {
    async fn run(self, tx: &mut Tx) -> Result<ConversationId, AppError> {
        let (user, now) = (self.caller.id(), self.began);
        let conversation = self.conversation(tx).await?;
        tx.message_insert(user, conversation, Role::User, self.message.as_str(), &[], now).await?;
        let key = self.caller.idempotency.as_ref();
        let key = key.map(|key| TurnKey { key: key.key.clone(), fingerprint: key.fingerprint.clone() });
        let (id, user_id) = (self.id, user.clone());
        tx.turn_insert(&NewTurn { id, user_id, conversation_id: conversation, key, started_at: now }).await?;
        let live = LiveTurn::new(user.clone(), conversation, id);
        tx.turn_events_append(user, id, 1, &[live.started()], now).await?;
        tx.conversation_touch(user, conversation, now).await?;
        Ok(conversation)
    }

    async fn conversation(&self, tx: &mut Tx) -> Result<ConversationId, AppError> {
        let user = self.caller.id();
        if let Some(id) = self.conversation {
            let found = tx.conversation_find(user, id).await?;
            return found.map(|_| id).ok_or(AppError::NotFound(Missing::Conversation));
        }
        if let Some(thread) = &self.thread
            && let Some(id) = tx.conversation_find_thread(user, thread).await?
        {
            return Ok(id);
        }
        let title = ConversationTitle::from_message(&self.message);
        let id = tx.conversation_insert(user, &title, self.began).await?;
        if let Some(thread) = &self.thread {
            tx.conversation_set_thread(user, id, thread).await?;
        }
        Ok(id)
    }
}
