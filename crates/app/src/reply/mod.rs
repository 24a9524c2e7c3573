//! Words for people, rendered from committed rows. Nothing here decides anything, and nothing reads these words back.

pub mod due;
pub mod list;
pub mod receipt;
pub mod talk;
pub mod undone;
