//! The runs: each kills something over and over while users work.

pub(crate) mod backups;
mod end;
pub(crate) mod kills;
pub(crate) mod outage;
pub(crate) mod race;
pub(crate) mod replicas;
