//! All SQL of Saydo: every statement, transaction and migration.
//!
//! ```text
//! Store ── read() ───► Conn   read methods on a pooled connection
//!       ├─ snapshot() ► Conn   the same, but every statement sees one instant
//!       └─ write(job) ► Tx     everything a Conn has, plus writing, inside a transaction
//! ```
//!
//! Owner first: every method takes the [`saydo_domain::UserId`] first and every statement has it in its predicate,
//! so somebody else's number simply does not exist. The few methods without an owner are in `system` and say why.
//! Statements are portable SQL (`$1`, `RETURNING`, `ON CONFLICT`, `BIGINT` and `TEXT`); whatever SQLite or
//! PostgreSQL do in their own way stands in `engine` and in their migrations folders. This crate never decides
//! anything: no policy, no clock, no HTTP.

mod access_tokens;
mod audit;
pub mod backup;
mod changes;
mod classify;
mod clients;
mod config;
mod conn;
mod consents;
mod conversations;
pub mod copy;
mod cursor;
mod day;
mod engine;
mod erased;
mod error;
mod failpoint;
mod forgetful;
mod history;
mod idempotency;
mod leases;
mod messages;
mod migrate;
mod notify;
mod outbox;
mod own;
mod pending;
mod row;
mod server;
mod statement;
mod store;
mod system;
mod tasks;
mod tokens;
mod turn_events;
mod turn_rounds;
mod turns;
mod usage;
mod user_events;
mod users;
mod writer;

pub use audit::{AuditEvent, AuditQuery, NewAuditEvent};
pub use changes::NewChange;
pub use config::StoreConfig;
pub use conn::{Conn, Tx};
pub use cursor::{ConversationCursor, CursorError, HistoryCursor, MessageCursor};
pub use erased::erased_mark;
pub use error::StoreError;
pub use failpoint::Failpoint;
pub use history::HistoryEntry;
pub use idempotency::StoredAnswer;
pub use leases::{Lease, NewLease};
pub use messages::ReplyFacts;
pub use migrate::{MigrationStatus, SchemaState};
pub use notify::{Hearing, Signal, Watcher};
pub use own::OwnRow;
pub use server::{RowSecurity, ServerFacts};
pub use store::{PoolStatus, Store};
pub use tasks::{
    CompletedScope, DueFilter, SortDirection, TaskCounts, TaskCursor, TaskQuery, TaskSort, TaskSortKey, TitleRow,
};
pub use tokens::{Session, TokenState};
pub use turn_rounds::TurnRound;
pub use turns::{NewTurn, TurnRun};
pub use usage::{UsageDelta, UsageRow};
pub use user_events::EventsPage;
