//! Putting changes back, exactly; undoing an undo redoes.

use saydo_domain::{Change, ChangeId, Effect, Task, TaskNumber};
use saydo_store::Tx;
use serde::{Deserialize, Serialize};

use crate::{AppError, Caller, Clock, Missing, execute::Journal};

/// Later changes named for one task at most.
const MOST_NAMED: u32 = 20;

/// What was put back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PutBack {
    /// The change that was put back.
    pub change: Change,
    /// The tasks as they are now; those taken out of existence are missing here.
    pub tasks: Vec<Task>,
    /// The same tasks as they were before this; those that were not there are missing here.
    pub was: Vec<Task>,
    /// The titles of those taken out of existence.
    pub gone: Vec<String>,
}

/// An undo: what was put back, and its own change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undone {
    /// What was put back.
    pub put_back: PutBack,
    /// The undo's own change.
    pub id: ChangeId,
}

/// A task because of which a change cannot be put back, and what holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Obstacle {
    /// The task.
    pub number: TaskNumber,
    /// What it is called, or was before it was gone.
    pub title: String,
    /// The later changes of it that hold, newest first; none when the task is gone for good.
    pub changes: Vec<Change>,
}

/// Which change to put back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// The newest that can be.
    Newest,
    /// This one.
    Id(ChangeId),
    /// The newest undo: redo.
    NewestUndo,
}

/// Puts a change back inside a transaction.
///
/// # Errors
/// [`AppError::NotFound`] for an unknown id; [`AppError::Conflict`] when there is nothing to undo or it was
/// undone already; [`AppError::InTheWay`] when something later touched the same tasks (it says which).
pub async fn undo(tx: &mut Tx, caller: &Caller, clock: Clock, which: Which) -> Result<Undone, AppError> {
    let change = pick(tx, caller, which).await?;
    let mut journal = Journal::new(caller, clock, change.conversation_id);
    let put_back = put_back(tx, caller, &mut journal, change).await?;
    let change = &put_back.change;
    let summary = format!("Undo: {}", change.summary);
    let id = journal
        .commit_as(tx, &summary, Some(change.id))
        .await?
        .ok_or_else(|| AppError::Internal("a change without effects".to_owned()))?;
    // The undo of an undo: what that one put back is in force again.
    tx.changes_release(caller.id(), change.id).await?;
    tx.change_mark_undone(caller.id(), change.id, Some(id)).await?;
    Ok(Undone { put_back, id })
}

/// Puts a change back as a part of what the journal collects: for a turn that takes something back and does it
/// better. The change counts as done still: undoing the turn brings it back, and it can be undone after that.
///
/// # Errors
/// As [`undo`].
pub async fn within(tx: &mut Tx, caller: &Caller, journal: &mut Journal, id: ChangeId) -> Result<PutBack, AppError> {
    let change = pick(tx, caller, Which::Id(id)).await?;
    put_back(tx, caller, journal, change).await
}

async fn put_back(tx: &mut Tx, caller: &Caller, journal: &mut Journal, change: Change) -> Result<PutBack, AppError> {
    let effects = tx.change_effects(caller.id(), change.seq).await?;
    let mut currents = Vec::with_capacity(effects.len());
    let mut obstacles = Vec::new();
    for effect in &effects {
        let current = tx.task_find_any(caller.id(), effect.number).await?;
        if !unchanged_since(current.as_ref(), effect.after.as_ref()) {
            obstacles.push(obstacle(tx, caller, &change, effect, current.as_ref()).await?);
        }
        currents.push(current);
    }
    if let Some(first) = obstacles.first() {
        return Err(AppError::InTheWay { detail: first.sentence(), obstacles });
    }
    let (mut tasks, mut was, mut gone) = (Vec::new(), Vec::new(), Vec::new());
    // Last effect first, as the inverse of a sequence is the reversed sequence of inverses.
    for (effect, current) in effects.into_iter().zip(currents).rev() {
        match journal.put(tx, effect.number, current.clone(), effect.before).await? {
            Some(task) => {
                tasks.push(task);
                was.extend(current);
            }
            None => gone.extend(current.map(|task| task.title.to_string())),
        }
    }
    tasks.reverse();
    was.reverse();
    gone.reverse();
    Ok(PutBack { change, tasks, was, gone })
}

async fn pick(tx: &mut Tx, caller: &Caller, which: Which) -> Result<Change, AppError> {
    let nothing = |code, detail: &str| AppError::Conflict { code, detail: detail.to_owned() };
    match which {
        Which::Newest => {
            let newest = tx.changes_undoable(caller.id(), 1, None).await?.into_iter().next();
            newest.ok_or_else(|| nothing("nothing_to_undo", "There is nothing to undo."))
        }
        Which::NewestUndo => tx
            .change_newest_undo(caller.id())
            .await?
            .ok_or_else(|| nothing("nothing_to_redo", "There is nothing to redo.")),
        Which::Id(id) => {
            let change = tx.change_find(caller.id(), id).await?.ok_or(AppError::NotFound(Missing::Change))?;
            if change.undone_by.is_some() {
                return Err(nothing("already_undone", "This was undone already."));
            }
            Ok(change)
        }
    }
}

fn unchanged_since(current: Option<&Task>, after: Option<&Task>) -> bool {
    match (current, after) {
        (None, None) => true,
        (Some(current), Some(after)) => current.same_content(after),
        _ => false,
    }
}

async fn obstacle(
    tx: &mut Tx,
    caller: &Caller,
    change: &Change,
    effect: &Effect,
    current: Option<&Task>,
) -> Result<Obstacle, AppError> {
    let changes = tx.changes_in_force_after(caller.id(), effect.number, change.seq, MOST_NAMED).await?;
    let named = current.or(effect.after.as_ref()).or(effect.before.as_ref());
    let title = named.map(|task| task.title.to_string()).unwrap_or_default();
    Ok(Obstacle { number: effect.number, title, changes })
}

impl Obstacle {
    fn sentence(&self) -> String {
        let Self { number, title, changes } = self;
        let deed = |change: &Change| change.summary.trim_end_matches('.').to_owned();
        match changes.as_slice() {
            [] => format!("“{title}” (#{number}) is gone for good."),
            [one] => format!("“{title}” (#{number}) was changed again since ({}); undo that change first.", deed(one)),
            [newest, ..] => format!(
                "“{title}” (#{number}) was changed {} times since (last: {}); undo those changes first.",
                changes.len(),
                deed(newest)
            ),
        }
    }
}
