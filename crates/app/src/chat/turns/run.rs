//! The task of a tracked turn.

use std::{panic::AssertUnwindSafe, time::Instant};

use futures_util::FutureExt as _;
use saydo_domain::TurnStatus;

use super::{
    Job, Recorder,
    broken::{self, Then},
    hub::Place,
    recorder::gone,
};
use crate::{
    App, AppError, Missing,
    chat::{
        choice::Way,
        turn::{Before, Said},
    },
    figures,
    planner::offline::Proposal,
    reply::talk,
};

/// The code of a turn that met a bug.
pub(super) const INTERNAL: &str = "internal";
/// The code of a turn that somebody else ended, or whose conversation was deleted.
pub(super) const GONE: &str = "turn_gone";

/// The code of a turn that was more than a day has room for.
const TOO_MANY: &str = "too_many_requests";

/// Said when too many turns of the person are with a model already.
const MODEL_BUSY: &str =
    "(The language model is still busy with your other messages, so I answered this one without it.)";

impl App {
    pub(super) async fn turn_run(self, place: Place, job: Job) {
        let recorder = job.recorder.clone();
        let work = AssertUnwindSafe(Box::pin(self.turn_work(&job))).catch_unwind();
        let done = tokio::select! {
            done = work => done.unwrap_or_else(|_| Err(AppError::Internal("a turn panicked".to_owned()))),
            () = recorder.keep_up() => Err(AppError::Internal("a turn lost its recorder".to_owned())),
        };
        if let Err(error) = done {
            figures::turn_failed(&error);
            tracing::error!(%error, turn = %place.turn.id, "a turn failed");
            if let Err(error) = self.turn_failed(&recorder, &error).await {
                tracing::warn!(%error, turn = %place.turn.id, "a failed turn could not be noted");
            }
        }
        drop(place);
    }

    async fn turn_work(&self, job: &Job) -> Result<(), AppError> {
        match self.turn_once(job).await {
            // Somebody else answered the question first: what is said now is read without it.
            Err(AppError::NotFound(Missing::Pending)) if job.answer.is_none() => self.turn_once(job).await,
            done => done,
        }
    }

    async fn turn_once(&self, job: &Job) -> Result<(), AppError> {
        let Job { caller, request, answer, .. } = job;
        let at_work = job.ticket.work().await?;
        let before = self.before(caller, request.conversation).await?;
        let Before { memory, pending, expired } = &before;
        if let Some((id, _)) = answer
            && pending.as_ref().is_none_or(|pending| pending.id != *id)
        {
            return Err(AppError::NotFound(Missing::Pending));
        }
        let decision = answer.as_ref().map(|(_, answer)| answer);
        let message = &request.message;
        if !job.earlier.rounds.is_empty() {
            // Only its model knows what is left to do; what the engine would propose is done in part already.
            let proposal = self.propose(caller, memory, None, None, message, None).await?;
            drop(at_work);
            return Box::pin(self.turn_by_model(job, before, proposal)).await;
        }
        let proposal = self.propose(caller, memory, pending.as_ref(), expired.as_ref(), message, decision).await?;
        let way = match decision {
            Some(_) => Way::Offline { note: None },
            None => self.way(caller, request.planner, &proposal).await?,
        };
        let (place, note) = match way {
            Way::Offline { note } => (None, note),
            Way::Model => {
                let longest = self.models.limits().timeout;
                (self.turns.model_place(caller.id(), longest).await, Some(MODEL_BUSY))
            }
        };
        let Some(place) = place else { return self.turn_by_proposal(job, before, proposal, note).await };
        // While a model thinks, the person's other turns go on.
        drop(at_work);
        let done = Box::pin(self.turn_by_model(job, before, proposal)).await;
        drop(place);
        done
    }

    /// The turn as the offline engine proposes it.
    pub(super) async fn turn_by_proposal(
        &self,
        job: &Job,
        before: Before,
        proposal: Proposal,
        note: Option<&'static str>,
    ) -> Result<(), AppError> {
        let Before { memory, pending, expired } = before;
        let Job { caller, request, recorder, .. } = job;
        let said = Said {
            conversation: request.conversation,
            message: request.message.clone(),
            note,
            recorder: Some(recorder.clone()),
        };
        let began = Instant::now();
        let writing = recorder.lock().await;
        let ended = self.commit(caller, said, proposal, memory, pending.or(expired)).await;
        let events = ended?.events;
        figures::turn("offline", "answered", began.elapsed());
        recorder.stored(events);
        drop(writing);
        Ok(())
    }

    /// Tells the readers and the conversation that the turn failed, and what its earlier transactions have done.
    async fn turn_failed(&self, recorder: &std::sync::Arc<Recorder>, error: &AppError) -> Result<(), AppError> {
        let code = match error {
            AppError::Store(_) => "unavailable",
            AppError::TooManyChanges { .. } => TOO_MANY,
            AppError::NotFound(_) | AppError::Conflict { .. } | AppError::InTheWay { .. } => GONE,
            _ => INTERNAL,
        };
        let writing = recorder.lock().await;
        let (job, now) = (recorder.clone(), self.clock.now());
        let stored = self.store.write(move |tx| {
            Box::pin(async move {
                // Nobody could be told that the day has no room left if this needed some.
                tx.lift_daily_bound();
                let turn = tx.turn_find(&job.turn.user, job.turn.id).await?.ok_or_else(gone)?;
                let reply = broken::answer(tx, &turn, talk::TROUBLE, Then::Over, now).await?;
                let events = job.failing(Some(&reply).filter(|reply| reply.change_id.is_some()), talk::TROUBLE, code);
                job.append(tx, &events).await?;
                job.finish(tx, TurnStatus::Failed, None, None).await?;
                Ok::<_, AppError>(events)
            })
        });
        let (events, stored) = match stored.await {
            Ok(events) => (events, Ok(())),
            Err(error) => (recorder.failing(None, talk::TROUBLE, code), Err(error)),
        };
        recorder.stored(events);
        drop(writing);
        stored
    }
}
