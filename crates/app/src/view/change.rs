//! What was changed, what was put back, and what stands in the way of that.

use saydo_domain::Change;
use serde::Serialize;

use super::TaskView;
use crate::undo::Obstacle;

/// What an undo (or redo) did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct UndoView {
    /// The undo's own change: undoing that one redoes.
    pub change_id: String,
    /// The change that was put back.
    pub undone: String,
    /// One line that says what was put back.
    pub summary: String,
    /// The tasks as they are now (those that still exist).
    pub tasks: Vec<TaskView>,
}

/// A task because of which a change cannot be put back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ObstacleView {
    /// The task's number.
    pub task_id: i64,
    /// What it is called.
    pub title: String,
    /// The later changes that must be undone first, newest first; none when the task is gone for good.
    pub changes: Vec<LaterChangeView>,
}

/// A change that stands in the way of undoing an earlier one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct LaterChangeView {
    /// What to undo first.
    pub change_id: String,
    /// One line that says what was done.
    pub summary: String,
    /// When (RFC 3339, UTC).
    pub at: String,
    /// The way it came in.
    pub door: &'static str,
    /// The program or the language model that made it; `null` when the person did.
    pub agent: Option<String>,
}

impl From<&Obstacle> for ObstacleView {
    fn from(obstacle: &Obstacle) -> Self {
        Self {
            task_id: obstacle.number.get(),
            title: obstacle.title.clone(),
            changes: obstacle.changes.iter().map(LaterChangeView::from).collect(),
        }
    }
}

impl From<&Change> for LaterChangeView {
    fn from(change: &Change) -> Self {
        Self {
            change_id: change.id.to_string(),
            summary: change.summary.clone(),
            at: change.created_at.to_string(),
            door: change.door.as_str(),
            agent: agent(change),
        }
    }
}

/// Who made a change in the person's place: a program by the name of its token, else the language model.
pub(crate) fn agent(change: &Change) -> Option<String> {
    change.client.as_ref().map(|client| client.name.clone()).or_else(|| change.model.clone())
}

/// One line of the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ChangeView {
    /// Its id.
    pub id: String,
    /// The way it came in.
    pub door: &'static str,
    /// The program or the language model that made it; `null` when the person did.
    pub agent: Option<String>,
    /// One line that says what was done.
    pub summary: String,
    /// The change this one put back, if it is an undo.
    pub undoes: Option<String>,
    /// The change that put this one back, if any.
    pub undone_by: Option<String>,
    /// When (RFC 3339, UTC).
    pub created_at: String,
}

impl From<&Change> for ChangeView {
    fn from(change: &Change) -> Self {
        Self {
            id: change.id.to_string(),
            door: change.door.as_str(),
            agent: agent(change),
            summary: change.summary.clone(),
            undoes: change.undoes.map(|id| id.to_string()),
            undone_by: change.undone_by.map(|id| id.to_string()),
            created_at: change.created_at.to_string(),
        }
    }
}
