//! Words for people, rendered from committed rows. Nothing here decides anything, and nothing reads these words back.

pub mod about;
pub mod due;
pub mod list;
pub mod receipt;
pub mod talk;
pub mod undone;
pub mod why;
