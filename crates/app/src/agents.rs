//! What programs did today in a person's place, and taking all of it back at once.

use jiff::Timestamp;
use saydo_domain::{AccessToken, AccessTokenId, Change};
use saydo_store::Tx;
use serde::Serialize;
use serde_json::json;

use crate::{
    App, AppError, Caller, Missing,
    audit::{AuditKind, Entry},
    execute::Journal,
    idempotency::{self, Answer},
    undo,
    view::{AccessTokenView, ObstacleView},
};

/// Changes that are taken back at once at most: what remains takes another call.
const MOST: u32 = 1000;

/// The tokens of a person, with what their programs did today.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct AgentsView {
    /// The tokens, newest first.
    pub tokens: Vec<AgentView>,
    /// Programs whose token is gone, and of whose changes of today some are in force.
    pub revoked: Vec<RevokedAgentView>,
}

/// A token, and what its program did today.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct AgentView {
    #[serde(flatten)]
    /// The token.
    pub token: AccessTokenView,
    /// Changes of today, by the caller's zone, that are in force.
    pub changes_today: u64,
}

/// A program whose token is gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct RevokedAgentView {
    /// The token's id.
    pub id: String,
    /// What it was called.
    pub name: String,
    /// Changes of today, by the caller's zone, that are in force.
    pub changes_today: u64,
}

/// What of a program's day was taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct UndoneTodayView {
    /// How many changes were put back.
    pub undone: u64,
    /// How many tasks they were about.
    pub tasks: usize,
    /// How many of today's changes are still in force.
    pub left: u64,
    /// One line that says what was done.
    pub summary: String,
    /// This undoing's own change: undoing that one brings everything back; `null` when nothing was put back.
    pub change_id: Option<String>,
    /// Where it stopped, if something is in the way: nothing older was put back.
    pub stopped: Option<StoppedView>,
}

/// The newest change that cannot be put back, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct StoppedView {
    /// The change.
    pub change_id: String,
    /// What it did.
    pub change: String,
    /// What is in the way, in a sentence.
    pub detail: String,
    /// The tasks, and the later changes that must be undone first.
    pub in_the_way: Vec<ObstacleView>,
}

/// What has been put back so far.
#[derive(Default)]
struct Progress {
    undone: Vec<Change>,
    stopped: Option<StoppedView>,
}

impl App {
    /// The tokens of this caller, with what their programs did today.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn agents(&self, caller: &Caller) -> Result<AgentsView, AppError> {
        let since = self.today(caller)?;
        let tokens = self.accounts.access_tokens_list(caller.id()).await?;
        let done = self.store.read().await?.changes_by_client(caller.id(), since).await?;
        let count = |token: &AccessToken| {
            let id = token.id.to_string();
            done.iter().find(|(client, _)| client.id == id).map_or(0, |(_, changes)| *changes)
        };
        let gone = |id: &str| tokens.iter().all(|token| token.id.to_string() != id);
        let revoked = done.iter().filter(|(client, _)| gone(&client.id)).map(|(client, changes)| RevokedAgentView {
            id: client.id.clone(),
            name: client.name.clone(),
            changes_today: *changes,
        });
        let view = |token: &AccessToken| AgentView { token: token.into(), changes_today: count(token) };
        Ok(AgentsView { tokens: tokens.iter().map(view).collect(), revoked: revoked.collect() })
    }

    /// Puts back what a program changed today and is in force, newest first, as one change. It stops at the first that
    /// cannot be put back and says what is in the way. What a program undid itself is left as it is.
    ///
    /// # Errors
    /// `NotFound` when this person has no such token, and none that is gone did anything today; store errors.
    pub async fn undo_today(&self, caller: &Caller, id: AccessTokenId) -> Result<UndoneTodayView, AppError> {
        let since = self.today(caller)?;
        let (tx_caller, clock, audit) = (caller.clone(), self.clock, self.accounts.audit().clone());
        let done: Result<(UndoneTodayView, Option<Entry>), AppError> = self
            .store
            .write(move |tx| {
                Box::pin(async move {
                    let mut journal = Journal::new(&tx_caller, clock, None);
                    let (name, all) = agent(tx, &tx_caller, id, since).await?;
                    let progress = put_back(tx, &tx_caller, &mut journal, (id, since)).await?;
                    let view = commit(tx, &tx_caller, journal, progress, (&name, all)).await?;
                    let details = json!({"token": id.to_string(), "undone": view.undone, "left": view.left});
                    let entry =
                        (view.undone > 0).then(|| audit.entry(AuditKind::AgentUndone, Some(tx_caller.id()), details));
                    if let Some(entry) = &entry {
                        entry.write(tx).await?;
                    }
                    let headers = view.change_id.iter().map(|id| ("x-change-id".to_owned(), id.clone())).collect();
                    idempotency::keep(tx, &tx_caller, clock.now(), Answer::json(200, headers, &view)?).await?;
                    Ok((view, entry))
                })
            })
            .await;
        let (view, entry) = done?;
        entry.iter().for_each(Entry::tell);
        Ok(view)
    }

    /// When the caller's day began.
    fn today(&self, caller: &Caller) -> Result<Timestamp, AppError> {
        let now = self.clock.now().to_zoned(caller.zone.clone());
        let midnight = now.start_of_day().map_err(|error| AppError::Internal(error.to_string()))?;
        Ok(midnight.timestamp())
    }
}

/// What a program is called, and how many of its changes since then are in force.
async fn agent(tx: &mut Tx, caller: &Caller, id: AccessTokenId, since: Timestamp) -> Result<(String, u64), AppError> {
    let done = tx.changes_by_client(caller.id(), since).await?;
    if let Some((client, changes)) = done.into_iter().find(|(client, _)| client.id == id.to_string()) {
        return Ok((client.name, changes));
    }
    let tokens = tx.access_tokens_list(caller.id()).await?;
    let token = tokens.into_iter().find(|token| token.id == id).ok_or(AppError::NotFound(Missing::Token))?;
    Ok((token.name.to_string(), 0))
}

/// Puts the changes of a program back until something is in the way.
async fn put_back(
    tx: &mut Tx,
    caller: &Caller,
    journal: &mut Journal,
    (id, since): (AccessTokenId, Timestamp),
) -> Result<Progress, AppError> {
    let changes = tx.changes_of_client(caller.id(), &id.to_string(), since, MOST).await?;
    let mut progress = Progress::default();
    // What is taken back was counted when it was done.
    tx.lift_daily_bound();
    for change in changes {
        match undo::within(tx, caller, journal, change.id).await {
            Ok(_) => progress.undone.push(change),
            Err(AppError::InTheWay { detail, obstacles }) => {
                progress.stopped = Some(StoppedView {
                    change_id: change.id.to_string(),
                    change: change.summary,
                    detail,
                    in_the_way: obstacles.iter().map(ObstacleView::from).collect(),
                });
                break;
            }
            Err(error) => return Err(error),
        }
    }
    Ok(progress)
}

/// Writes the one change, and marks those that it put back.
async fn commit(
    tx: &mut Tx,
    caller: &Caller,
    journal: Journal,
    progress: Progress,
    (name, all): (&str, u64),
) -> Result<UndoneTodayView, AppError> {
    let Progress { undone, stopped } = progress;
    let (count, tasks) = (undone.len(), journal.touched());
    let changes = if count == 1 { "1 change".to_owned() } else { format!("{count} changes") };
    let whole = if stopped.is_none() { "what" } else { "the newest of what" };
    let summary = match count {
        0 => format!("Nothing of what “{name}” did today was undone."),
        _ => format!("Undid {whole} “{name}” did today: {changes}."),
    };
    let change = journal.commit(tx, &summary).await?;
    for put_back in &undone {
        tx.change_mark_undone(caller.id(), put_back.id, change).await?;
        if let Some(redone) = put_back.undoes {
            tx.change_mark_undone(caller.id(), redone, None).await?;
        }
    }
    let undone = u64::try_from(count).unwrap_or(u64::MAX);
    let left = all.saturating_sub(undone);
    Ok(UndoneTodayView { undone, tasks, left, summary, change_id: change.map(|id| id.to_string()), stopped })
}
