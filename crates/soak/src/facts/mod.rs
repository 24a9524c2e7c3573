//! What a database holds, read past the server: rows, and the engine's own checks.

mod postgres;
mod sqlite;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{
    ledger::task::{Task, Tasks},
    trouble::{Tried, Trouble},
};

pub(crate) use postgres::Postgres;
pub(crate) use sqlite::Sqlite;

/// Columns of a row as texts; both engines can show any value so.
pub(crate) type Columns = Vec<Option<String>>;

/// One user's rows.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    /// The number that the next task gets.
    pub(crate) next_number: i64,
    pub(crate) tasks: Tasks,
    /// Messages by conversation, in order.
    pub(crate) conversations: BTreeMap<i64, Vec<Message>>,
    /// The journal, oldest first.
    pub(crate) changes: Vec<Change>,
    /// Stored answers by key.
    pub(crate) answers: BTreeMap<String, Stored>,
    pub(crate) turns: Vec<Turn>,
}

#[derive(Debug)]
pub(crate) struct Message {
    pub(crate) is_user: bool,
    pub(crate) text: String,
    pub(crate) change: Option<String>,
}

#[derive(Debug)]
pub(crate) struct Change {
    pub(crate) seq: i64,
    pub(crate) id: String,
    pub(crate) undone_by: Option<String>,
    pub(crate) effects: Vec<Snapshots>,
}

/// A task before and after a change, as the journal has it.
#[derive(Debug)]
pub(crate) struct Snapshots {
    pub(crate) number: i64,
    pub(crate) before: Option<Value>,
    pub(crate) after: Option<Value>,
}

#[derive(Debug)]
pub(crate) struct Stored {
    pub(crate) status: u16,
    pub(crate) change: Option<String>,
    pub(crate) body: String,
}

#[derive(Debug)]
pub(crate) struct Turn {
    pub(crate) conversation: i64,
    pub(crate) status: String,
    pub(crate) change: Option<String>,
}

/// All users' rows.
pub(crate) type Everything = BTreeMap<String, Facts>;

/// The tables that are read: of each, the statement and what becomes of a row.
type Reader = (&'static str, fn(&mut Everything, &Columns) -> Option<()>);

/// One text for both engines: every column as a text. (PostgreSQL orders by that text unless the column is meant.)
const READERS: [Reader; 8] = [
    ("SELECT id, CAST(next_task_number AS TEXT) FROM users", |all, row| {
        all.entry(text(row, 0)?).or_default().next_number = number(row, 1)?;
        Some(())
    }),
    (
        "SELECT user_id, CAST(number AS TEXT), title, description, CAST(completed_at AS TEXT), \
         CAST(priority AS TEXT), labels, CAST(deleted_at AS TEXT), CAST(version AS TEXT) FROM tasks",
        |all, row| {
            let priority = match number(row, 5)? {
                1 => "high",
                2 => "medium",
                _ => "low",
            };
            let task = Task {
                title: text(row, 2)?,
                description: text(row, 3),
                completed: row.get(4)?.is_some(),
                priority: priority.to_owned(),
                labels: serde_json::from_str(&text(row, 6)?).ok()?,
                in_trash: row.get(7)?.is_some(),
                version: number(row, 8)?,
            };
            all.get_mut(&text(row, 0)?)?.tasks.insert(number(row, 1)?, task);
            Some(())
        },
    ),
    ("SELECT user_id, CAST(id AS TEXT) FROM conversations", |all, row| {
        all.get_mut(&text(row, 0)?)?.conversations.insert(number(row, 1)?, Vec::new());
        Some(())
    }),
    (
        "SELECT user_id, CAST(conversation_id AS TEXT), role, content, change_id FROM messages ORDER BY id",
        |all, row| {
            let message = Message { is_user: text(row, 2)? == "user", text: text(row, 3)?, change: text(row, 4) };
            all.get_mut(&text(row, 0)?)?.conversations.get_mut(&number(row, 1)?)?.push(message);
            Some(())
        },
    ),
    ("SELECT user_id, CAST(seq AS TEXT), id, undone_by FROM changes ORDER BY user_id, changes.seq", |all, row| {
        let change = Change { seq: number(row, 1)?, id: text(row, 2)?, undone_by: text(row, 3), effects: Vec::new() };
        all.get_mut(&text(row, 0)?)?.changes.push(change);
        Some(())
    }),
    (
        "SELECT user_id, CAST(seq AS TEXT), CAST(number AS TEXT), before_task, after_task FROM change_effects \
         ORDER BY user_id, change_effects.seq, ordinal",
        |all, row| {
            let json = |at| text(row, at).map(|text| serde_json::from_str(&text).ok());
            let (before, after) = (json(3), json(4));
            let effect = Snapshots {
                number: number(row, 2)?,
                before: before.map_or(Some(None), |json| json.map(Some))?,
                after: after.map_or(Some(None), |json| json.map(Some))?,
            };
            let changes = &mut all.get_mut(&text(row, 0)?)?.changes;
            let seq = number(row, 1)?;
            let at = changes.binary_search_by_key(&seq, |change| change.seq).ok()?;
            changes[at].effects.push(effect);
            Some(())
        },
    ),
    ("SELECT user_id, key, CAST(status AS TEXT), headers, body FROM idempotency_keys", |all, row| {
        let headers: Vec<(String, String)> = serde_json::from_str(&text(row, 3)?).ok()?;
        let change = headers.into_iter().find(|(name, _)| name == "x-change-id").map(|(_, id)| id);
        let stored = Stored { status: number(row, 2)?.try_into().ok()?, change, body: text(row, 4)? };
        all.get_mut(&text(row, 0)?)?.answers.insert(text(row, 1)?, stored);
        Some(())
    }),
    ("SELECT user_id, CAST(conversation_id AS TEXT), status, change_id FROM turns ORDER BY id", |all, row| {
        let turn = Turn { conversation: number(row, 1)?, status: text(row, 2)?, change: text(row, 3) };
        all.get_mut(&text(row, 0)?)?.turns.push(turn);
        Some(())
    }),
];

fn text(row: &Columns, at: usize) -> Option<String> {
    row.get(at)?.clone()
}

fn number(row: &Columns, at: usize) -> Option<i64> {
    row.get(at)?.as_ref()?.parse().ok()
}

/// Where rows come from.
pub(crate) trait Source {
    /// The rows of a statement.
    async fn rows(&mut self, sql: &'static str) -> Tried<Vec<Columns>>;

    /// What the engine itself finds wrong with the database.
    async fn faults(&mut self) -> Tried<Vec<String>>;

    /// Reads all of it.
    async fn everything(&mut self) -> Tried<Everything> {
        let mut all = Everything::new();
        for (sql, take) in READERS {
            for row in self.rows(sql).await? {
                take(&mut all, &row)
                    .ok_or_else(|| Trouble::Other(format!("{sql}: a row that belongs to none: {row:?}")))?;
            }
        }
        Ok(all)
    }
}
