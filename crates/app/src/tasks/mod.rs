//! The use cases of the task list, as REST and the web app call them. Chat and tools share the pieces.

pub mod input;
pub mod query;
mod trash;
mod write;

pub use input::{RecurrenceInput, TaskInput, TaskPatchInput};
pub(crate) use query::page;
pub use query::{TaskListInput, TaskPage};
pub use write::Changed;
pub(crate) use write::undo_view;
