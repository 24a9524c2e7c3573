//! What is particular to PostgreSQL.

mod cluster;
mod migrations;
mod notices;
mod plans;
mod policies;
mod sessions;

pub(crate) use cluster::Opened;
