//! From a message to ranked readings: named rules over units, each with a confidence from what it explained.
//!
//! `understand` is the whole way: `message` cuts the text up, `split` into parts, `segment` peels politeness off each, `grammar`
//! holds the patterns of the tables in `patterns/`, `search` tries them by `matcher`, `frames` turns each match into a
//! reading, and `join` puts the parts together. Nothing here looks at tasks.

mod antecedent;
mod both_sides;
mod correction;
mod courtesy;
mod dated;
pub(crate) mod filter;
mod follow_up;
pub(crate) mod frames;
mod fuel;
pub(crate) mod grammar;
mod harmless;
pub(crate) mod hash;
pub(crate) mod headed;
mod join;
pub(crate) mod list_of_lines;
mod matcher;
pub(crate) mod message;
mod numbered;
mod part;
mod pattern;
pub(crate) mod phrase;
mod reason;
mod run_on;
mod search;
pub(crate) mod segment;
mod sequence;
pub(crate) mod split;
pub(crate) mod things;
mod understand;
pub(crate) mod verbs;
mod vocabulary;

pub(crate) use part::{is_command, read_part};
pub use understand::understand;
