//! The wire shapes of what the use cases return: one shape for REST, chat results and tools.

mod account;
mod change;
mod chat;
mod task;
mod usage;

pub use account::{AccessTokenView, UserView};
pub(crate) use change::agent;
pub use change::{ChangeView, LaterChangeView, ObstacleView, UndoView};
pub use chat::{PendingTaskView, PendingView, TurnView};
pub use task::{RecurrenceView, TaskView};
pub use usage::UsageView;
