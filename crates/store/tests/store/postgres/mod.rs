//! What is particular to PostgreSQL.

mod cluster;
mod migrations;
mod notices;
mod plans;
mod policies;
mod sessions;
mod silence;

pub(crate) use cluster::Opened;
