//! A task as a row.

use jiff::Timestamp;
use saydo_domain::{Priority, Task, TaskNumber, UserId};

use crate::{StoreError, row::Row};

/// `SELECT` of whole tasks, followed by the rest of the statement.
macro_rules! select_tasks {
    ($rest:literal) => {
        concat!(
            "SELECT user_id, number, uid, title, description, completed_at, priority, due, zone, recurrence, repeat_of, \
             labels, created_at, updated_at, deleted_at, version FROM tasks ",
            $rest
        )
    };
}
pub(super) use select_tasks;

pub(super) fn task(row: &Row) -> Result<Task, StoreError> {
    Ok(Task {
        uid: row.parse("uid")?,
        user_id: UserId::new(row.text("user_id")?).map_err(|_| row.bad("user_id"))?,
        number: TaskNumber::new(row.int("number")?),
        title: row.make("title")?,
        description: row.make_opt("description")?,
        completed_at: row.time_opt("completed_at")?,
        priority: priority(row.int("priority")?).ok_or_else(|| row.bad("priority"))?,
        due: row.parse_opt("due")?,
        zone: row.text_opt("zone")?,
        recurrence: row.json_opt("recurrence")?,
        repeat_of: row.parse_opt("repeat_of")?,
        labels: row.json("labels")?,
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
        deleted_at: row.time_opt("deleted_at")?,
        version: row.int("version")?,
    })
}

fn priority(rank: i64) -> Option<Priority> {
    [Priority::High, Priority::Medium, Priority::Low].into_iter().find(|priority| priority.rank() == rank)
}

/// The task as it would be read back: instants are stored to the microsecond. The journal keeps this form, so that a
/// row that nobody touched compares equal to its snapshot.
pub(crate) fn as_stored(task: &Task) -> Task {
    let whole = |at: Timestamp| Timestamp::from_microsecond(at.as_microsecond()).unwrap_or(at);
    Task {
        completed_at: task.completed_at.map(whole),
        created_at: whole(task.created_at),
        updated_at: whole(task.updated_at),
        deleted_at: task.deleted_at.map(whole),
        ..task.clone()
    }
}

/// The title as it is sorted: case makes no difference.
pub(super) fn title_key(title: &str) -> String {
    title.to_lowercase()
}

/// What text filters look into: title and description, in lower case.
pub(super) fn search_text(task: &Task) -> String {
    let mut text = title_key(task.title.as_str());
    if let Some(description) = &task.description {
        text.push('\n');
        text.push_str(&description.as_str().to_lowercase());
    }
    text
}
