//! Tasks: finding, listing, writing. What a change of a task means is decided elsewhere.

mod cursor;
mod find;
mod list;
mod query;
mod row;
mod write;

pub use cursor::TaskCursor;
pub use find::{CompletedScope, TaskCounts, TitleRow};
pub use query::{DueFilter, SortDirection, TaskQuery, TaskSort, TaskSortKey};

pub(crate) use row::as_stored;
