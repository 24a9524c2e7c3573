//! From a message to ranked readings: named rules over units, each with a confidence from what it explained.
//!
//! `message` cuts the text up, `segment` peels politeness off, `grammar` holds the patterns of the tables in
//! `patterns/`, `matcher` finds them, and `frames` turns each match into a reading. Nothing here looks at tasks.

mod antecedent;
mod both_sides;
mod correction;
mod courtesy;
pub(crate) mod filter;
pub(crate) mod frames;
mod fuel;
pub(crate) mod grammar;
pub(crate) mod hash;
pub(crate) mod headed;
pub(crate) mod list_of_lines;
mod matcher;
pub(crate) mod message;
mod numbered;
mod pattern;
pub(crate) mod phrase;
mod run_on;
pub(crate) mod segment;
mod sequence;
pub(crate) mod split;
pub(crate) mod things;
mod understand;
pub(crate) mod verbs;
mod vocabulary;

pub use understand::understand;
pub(crate) use understand::{is_command, read_part};
