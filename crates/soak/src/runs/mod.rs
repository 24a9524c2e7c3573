//! The runs: each kills something over and over while users work.

pub(crate) mod kills;

