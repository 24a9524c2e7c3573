//! Private servers for tests and benches, real ones: each listens on 127.0.0.1 only, keeps its data in a folder of its
//! own, and is gone when the process that started it is, however that ends.
//!
//! Nothing here waits in an async way: starting and stopping takes a second at most, and tests may block.

#![expect(clippy::unwrap_used, clippy::panic, reason = "what a test needs and cannot have ends the test")]

mod haproxy;
mod pgbouncer;
mod postgres;
mod prometheus;
mod redis;
mod saydo;
mod script;

use std::net::TcpListener;

pub use haproxy::HaProxy;
pub use pgbouncer::PgBouncer;
pub use postgres::{Durability, Postgres, ROLE};
pub use prometheus::Prometheus;
pub use redis::Redis;
pub use saydo::{Running, Saydo};
pub use script::{Script, User};

/// A port of 127.0.0.1 that nobody listens on. Somebody else may take it before it is used: then starting fails, and
/// can be tried again with another one.
#[must_use]
pub fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}
