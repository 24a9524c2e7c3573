//! The place in a list where the next page begins: the sort key and number of the last task seen.

use std::{fmt, str::FromStr};

use saydo_domain::Task;

use super::{
    query::{SortDirection, TaskSort, TaskSortKey},
    row::title_key,
};
use crate::cursor::{CursorError, read_hex, write_hex};

/// A place in a list. As text it is opaque: clients pass it back as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskCursor {
    pub(super) sort: TaskSort,
    pub(super) key: Key,
    pub(super) number: i64,
}

/// The sort key of the last task seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Key {
    Int(i64),
    Text(String),
}

impl TaskCursor {
    /// The place right after this task in this order.
    #[must_use]
    pub fn after(task: &Task, sort: TaskSort) -> Self {
        let key = match sort.key {
            TaskSortKey::Created | TaskSortKey::Number => Key::Int(task.number.get()),
            TaskSortKey::Updated => Key::Int(task.updated_at.as_microsecond()),
            TaskSortKey::Due => Key::Int(task.due.map_or_else(|| no_due(sort.direction), |due| due.local_seconds())),
            TaskSortKey::Priority => Key::Int(task.priority.rank()),
            TaskSortKey::Title => Key::Text(title_key(task.title.as_str())),
        };
        Self { sort, key, number: task.number.get() }
    }

    /// Whether it was made for this order; in another one it means nothing.
    #[must_use]
    pub fn fits(&self, sort: TaskSort) -> bool {
        self.sort == sort
    }
}

/// The sort key of a task without a due: last, whatever the direction.
pub(super) const fn no_due(direction: SortDirection) -> i64 {
    match direction {
        SortDirection::Ascending => i64::MAX,
        SortDirection::Descending => i64::MIN,
    }
}

/// The letter that stands for an order; upper case when it is descending.
const LETTERS: [(TaskSortKey, char); 6] = [
    (TaskSortKey::Created, 'c'),
    (TaskSortKey::Updated, 'u'),
    (TaskSortKey::Due, 'd'),
    (TaskSortKey::Priority, 'p'),
    (TaskSortKey::Title, 't'),
    (TaskSortKey::Number, 'n'),
];

/// `order letter, number, ".", key`, as hexadecimal digits so that it survives any URL.
impl fmt::Display for TaskCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let letter = LETTERS.iter().find(|(key, _)| *key == self.sort.key).map_or('c', |(_, letter)| *letter);
        let letter = match self.sort.direction {
            SortDirection::Ascending => letter,
            SortDirection::Descending => letter.to_ascii_uppercase(),
        };
        let plain = match &self.key {
            Key::Int(key) => format!("{letter}{}.{key}", self.number),
            Key::Text(key) => format!("{letter}{}.{key}", self.number),
        };
        write_hex(f, &plain)
    }
}

impl FromStr for TaskCursor {
    type Err = CursorError;

    fn from_str(text: &str) -> Result<Self, CursorError> {
        let plain = read_hex(text)?;
        let letter = plain.chars().next().ok_or(CursorError)?;
        let (number, key) = plain[letter.len_utf8()..].split_once('.').ok_or(CursorError)?;
        let found = LETTERS.iter().find(|(_, known)| *known == letter.to_ascii_lowercase());
        let sort = TaskSort {
            key: found.ok_or(CursorError)?.0,
            direction: if letter.is_ascii_uppercase() { SortDirection::Descending } else { SortDirection::Ascending },
        };
        let key = match sort.key {
            TaskSortKey::Title => Key::Text(key.to_owned()),
            _ => Key::Int(key.parse().map_err(|_| CursorError)?),
        };
        Ok(Self { sort, key, number: number.parse().map_err(|_| CursorError)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_what_it_reads() {
        for direction in [SortDirection::Ascending, SortDirection::Descending] {
            for (key, _) in LETTERS {
                let value = if key == TaskSortKey::Title { Key::Text("é.ü 🥛".to_owned()) } else { Key::Int(-7) };
                let cursor = TaskCursor { sort: TaskSort { key, direction }, key: value, number: 12 };
                assert_eq!(cursor.to_string().parse(), Ok(cursor));
            }
        }
    }

    #[test]
    fn refuses_what_it_did_not_write() {
        for text in ["", "0", "zz", "é", "+1", "63", "6331", "63312e", "63312e78", "78312e31", "ff312e31", "74312e00"]
        {
            assert_eq!(text.parse::<TaskCursor>(), Err(CursorError), "{text}");
        }
    }
}
