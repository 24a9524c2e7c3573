//! The nouns of Saydo.
//!
//! This crate owns what a task, a due date, a recurrence, a conversation and a change *are*, and what
//! makes them valid. It never does I/O, never reads a clock and never draws a random number: instants and
//! ids come in as arguments.

mod access;
mod change;
mod conversation;
mod due;
mod error;
mod event;
mod ids;
mod patch;
mod pending;
mod priority;
mod recurrence;
mod rrule;
mod task;
mod text;
mod turn;
mod user;

pub use access::{AccessToken, TokenScope};
pub use change::{Change, Client, Door, Effect};
pub use conversation::{AnsweredBy, Conversation, ConversationSummary, Message, Role, ToolCallRecord};
pub use due::{Due, DueParseError};
pub use error::{FieldError, ValidationError};
pub use event::{EventKind, NewEvent, Subject, UserEvent};
pub use ids::{
    AccessTokenId, ChangeId, ConversationId, IdParseError, MessageId, PendingId, TaskNumber, TaskUid, TurnId, UserId,
};
pub use patch::Field;
pub use pending::{PendingAction, PendingKind, PendingTask};
pub use priority::Priority;
pub use recurrence::{Recurrence, RepeatFrom};
pub use rrule::{ByDay, Frequency, RRule, RRuleError, Until};
pub use task::{NewTask, Task, TaskPatch};
pub use text::{
    ConversationTitle, DESCRIPTION_MAX, Description, Email, LABEL_MAX, Label, MESSAGE_MAX, MessageText, PersonName,
    TITLE_MAX, Title, TokenName,
};
pub use turn::{Turn, TurnKey, TurnStatus};
pub use user::User;
