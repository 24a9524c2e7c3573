//! Several servers on one PostgreSQL are one, whatever database this run is about: nothing that a second server needs
//! is kept in the first.

mod conversation;
mod race;
mod session;

use crate::{
    database::Engine,
    support::{Client, TestApp},
};

/// Three servers on one database.
async fn three() -> [TestApp; 3] {
    let first = TestApp::on(Engine::Postgres, &[]).await;
    let (second, third) = (first.replica().await, first.replica().await);
    [first, second, third]
}

/// The same person at each of them.
fn everywhere(person: &Client, replicas: &[TestApp; 3]) -> [Client; 3] {
    replicas.each_ref().map(|replica| person.at(replica))
}
