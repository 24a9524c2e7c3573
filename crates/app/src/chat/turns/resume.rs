//! Going on with a turn that broke off: the same request, under the same key, is carried to its end by whoever gets it.

use std::{sync::Arc, time::Duration};

use jiff::{SignedDuration, Timestamp};
use saydo_domain::{Turn, TurnStatus};
use saydo_store::{TurnRun, Tx};

use super::{
    Job, Recorder, TurnHandle,
    broken::{self, Then},
    events,
    hub::Watch,
    live::LiveTurn,
    model::Progress,
    recorder::Told,
};
use crate::{App, AppError, Caller, chat::TurnRequest, reply::talk};

/// Whoever asks again goes on with a turn that was silent for so long: three signs of life are missing. Should its run
/// live all the same, nothing it does counts any more.
const SILENCE: SignedDuration = SignedDuration::from_secs(15);
/// How often a turn that runs elsewhere is looked at.
const LOOK: Duration = Duration::from_secs(1);
/// More runs than this a turn does not get: something about it ends servers.
const MOST_RUNS: i64 = 5;
/// Events read at once.
const PAGE: u32 = 200;

/// What became of a turn that somebody wants to go on with.
enum TakenOver {
    /// It goes on.
    GoesOn(Box<Recovered>),
    /// It had changed nothing: the request can be made anew.
    Anew,
    /// It is over, and what it did is said.
    Over,
    /// Somebody else was first.
    Elsewhere,
}

/// A turn in new hands.
struct Recovered {
    run: TurnRun,
    /// The number of its last event.
    events: i64,
    told: Told,
    progress: Progress,
}

impl App {
    /// What a repeated request gets of the turn it means; `None` when it has to be made anew.
    pub(super) async fn turn_found(
        &self,
        caller: &Caller,
        request: &TurnRequest,
        turn: Turn,
    ) -> Result<Option<TurnHandle>, AppError> {
        let handle = self.handle(caller, turn.id, turn.conversation_id);
        let here = self.turns.find(turn.id).is_some();
        match turn.status {
            TurnStatus::Running if here => {}
            TurnStatus::Running if !self.is_silent(&turn) => {
                // However often it is asked for again: one look a second is enough.
                if let Some(watch) = self.turns.watch(turn.id) {
                    tokio::spawn(self.clone().turn_watch(caller.clone(), request.clone(), watch));
                }
            }
            TurnStatus::Running | TurnStatus::Interrupted => {
                return Ok(self.turn_go_on(caller, request, turn).await?.then_some(handle));
            }
            TurnStatus::Finished | TurnStatus::Failed | TurnStatus::Cancelled => {}
        }
        Ok(Some(handle))
    }

    fn is_silent(&self, turn: &Turn) -> bool {
        turn.heartbeat_at < self.silent_since()
    }

    fn silent_since(&self) -> Timestamp {
        self.clock.now().checked_sub(SILENCE).unwrap_or(Timestamp::MIN)
    }

    /// Goes on with a turn as soon as whoever runs it elsewhere is silent.
    async fn turn_watch(self, caller: Caller, request: TurnRequest, watch: Watch) {
        let id = watch.id;
        while !self.turns.is_closed() {
            tokio::time::sleep(LOOK).await;
            let found = match self.store.read().await {
                Ok(mut conn) => conn.turn_find(caller.id(), id).await,
                Err(error) => Err(error),
            };
            let turn = match found {
                Ok(Some(turn)) if turn.status == TurnStatus::Running && !self.is_silent(&turn) => continue,
                Ok(Some(turn)) if matches!(turn.status, TurnStatus::Running | TurnStatus::Interrupted) => turn,
                Ok(_) => return,
                // It can be looked at again.
                Err(_) => continue,
            };
            match Box::pin(self.turn_go_on(&caller, &request, turn)).await {
                Err(AppError::Throttled { .. } | AppError::TooMuchAtOnce { .. }) => continue,
                Err(error) => tracing::warn!(%error, turn = %id, "nobody could go on with a turn"),
                Ok(_) => {}
            }
            return;
        }
    }

    /// Goes on with a turn that broke off, unless somebody else does; `false` when it has to be made anew.
    async fn turn_go_on(&self, caller: &Caller, request: &TurnRequest, turn: Turn) -> Result<bool, AppError> {
        // In a task: a client that goes away now must not leave a turn that nobody runs.
        let (app, caller, request) = (self.clone(), caller.clone(), request.clone());
        let gone_on = tokio::spawn(async move { Box::pin(app.turn_resume(caller, request, turn)).await }).await;
        gone_on.map_err(|error| AppError::Internal(error.to_string()))?
    }

    async fn turn_resume(self, caller: Caller, request: TurnRequest, turn: Turn) -> Result<bool, AppError> {
        let ticket = self.fair.turns.queue(caller.id())?;
        // It went to a model, and may do so again: the bounds of a turn that begins are its bounds too.
        let longest = self.models.limits().timeout;
        let Some(model_place) = self.turns.model_place(caller.id(), longest).await else {
            return Err(AppError::Throttled { retry_after: LOOK });
        };
        let affordable = !self.over_budget(caller.id()).await?;
        let (clock, since, found) = (self.clock, self.silent_since(), turn.clone());
        let taken = self
            .store
            .write(move |tx| Box::pin(async move { take_over(tx, &found, since, affordable, clock.now()).await }));
        let Recovered { run, events, told, progress } = match taken.await? {
            TakenOver::GoesOn(recovered) => *recovered,
            TakenOver::Anew => return Ok(false),
            TakenOver::Over | TakenOver::Elsewhere => return Ok(true),
        };
        tracing::info!(turn = %turn.id, attempt = run.attempt, "a turn that broke off goes on");
        let live = Arc::new(LiveTurn::after(turn.user_id, turn.conversation_id, run, events));
        let heard = progress.rounds.last().map(|round| round.told().to_owned()).unwrap_or_default();
        let recorder = Recorder::new(self.store.clone(), self.clock, Arc::clone(&live)).going_on(told, &heard);
        let place = self.turns.enter(live);
        let request = TurnRequest { conversation: Some(turn.conversation_id), ..request };
        let (began, recorder) = (turn.started_at, Arc::new(recorder));
        let job = Job { caller, request, answer: None, began, earlier: progress, recorder, ticket };
        let running = self.turn_run(place, job);
        tokio::spawn(async move {
            running.await;
            drop(model_place);
        });
        Ok(true)
    }
}

/// Makes a turn that broke off one's own, with all it had come to; ends it when no model can be afforded for it.
async fn take_over(
    tx: &mut Tx,
    turn: &Turn,
    since: Timestamp,
    affordable: bool,
    now: Timestamp,
) -> Result<TakenOver, AppError> {
    let user = &turn.user_id;
    let last = TurnRun { id: turn.id, attempt: turn.attempt };
    let Some(run) = tx.turn_take_over(user, last, since, now).await? else { return Ok(TakenOver::Elsewhere) };
    // Since it was found, somebody may have declared it interrupted, and said so in the conversation.
    let Some(turn) = &tx.turn_find(user, turn.id).await? else { return Ok(TakenOver::Elsewhere) };
    let change = match turn.change_id {
        Some(id) => tx.change_find(user, id).await?,
        None => None,
    };
    let progress = Progress::read(tx.turn_rounds(user, turn.id).await?);
    let holds = change.as_ref().is_some_and(|change| change.undone_by.is_none());
    let (number, told) = heard(tx, turn).await?;
    match progress {
        Ok(progress) if affordable && holds && !progress.rounds.is_empty() && last.attempt < MOST_RUNS => {
            if let Some(interim) = turn.reply_id {
                tx.message_delete(user, turn.conversation_id, interim).await?;
                tx.turn_set_reply(user, turn.id, None).await?;
            }
            Ok(TakenOver::GoesOn(Box::new(Recovered { run, events: number, told, progress })))
        }
        _ => {
            let reply = broken::answer(tx, turn, talk::SERVER_STOPPED, Then::Over, now).await?;
            let last_words = events::broken_off(&reply);
            tx.turn_events_append(user, turn.id, number + 1, &last_words, now).await?;
            tx.turn_finish(user, run, TurnStatus::Failed, None, None, now).await?;
            Ok(if turn.change_id.is_none() { TakenOver::Anew } else { TakenOver::Over })
        }
    }
}

/// How many events there are, and what they have told. The one that said that the turn was over is taken back.
async fn heard(tx: &mut Tx, turn: &Turn) -> Result<(i64, Told), AppError> {
    let (mut last, mut told) = (0, Told::default());
    loop {
        let page = tx.turn_events_after(&turn.user_id, turn.id, last, PAGE).await?;
        let Some((number, event)) = page.last() else { return Ok((last, told)) };
        last = *number;
        if events::is_last(event) {
            tx.turn_event_delete(&turn.user_id, turn.id, last).await?;
        }
        page.iter().for_each(|(_, event)| told.heard(event));
    }
}
