//! The conversation: a turn is one user message up to its reply.
//!
//! ```text
//! read (conversation, question, memory) ─► propose (planner) ─► one transaction:
//!     use up the question · run the calls · journal · messages · new question · memory · stored answer
//! ```
//! All state is in the database: another replica, or this one after a restart, goes on mid-question.

pub(crate) mod choice;
mod commit;
mod conversations;
mod decision;
mod ending;
pub mod memory;
mod pages;
pub(crate) mod say;
mod turn;
pub mod turns;
mod waiting;

pub use choice::PlannerChoice;
pub use conversations::{
    ConversationDeleted, ConversationList, ConversationView, ConversationsDeleted, LatestView, MessageView,
    MessagesView,
};
pub use decision::{Decision, PendingDecision};
pub use pages::{Page, PageInput};
pub use turn::{ChatReply, TurnRequest};
