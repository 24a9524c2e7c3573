//! Planners propose tool calls. The offline engine is just another planner; the model is the next one.
//!
//! A plan is data: calls, things to say, and at most one question. Planning reads the database but never writes.

pub mod candidates;
pub mod edit;
pub mod model;
pub mod offline;
pub mod plan;
pub mod targets;

pub use plan::{Part, PendingPlan, Plan, Question, TargetAction};
