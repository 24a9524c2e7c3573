//! No file handles left.

use tokio::net::TcpStream;

use super::{PATIENCE, add, after, sign_up, tool};
use crate::{cli::Server, tasks::every};

#[tokio::test]
async fn without_handles_nobody_new_comes_in_until_others_leave() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::of(after(&[], ":", folder.path()), &[]);
    let ada = sign_up(&server.base).await;
    add(&ada, "Milk").await.ok(201);
    let open = std::fs::read_dir(format!("/proc/{}/fd", server.pid())).unwrap().count();
    tool("prlimit", &["--pid", &server.pid().to_string(), &format!("--nofile={}:", open + 10)]);
    let address = server.base.strip_prefix("http://").unwrap();
    let mut crowd = Vec::new();
    for _ in 0..200 {
        crowd.push(TcpStream::connect(address).await.unwrap());
    }
    let complaints = || server.log().matches("cannot accept a connection").count();
    let full = async {
        while complaints() == 0 {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, full).await.unwrap();
    // Who is in is served.
    for title in ["Bread", "Eggs"] {
        add(&ada, title).await.ok(201);
    }
    assert_eq!(every(&ada, "title").await, ["Milk", "Bread", "Eggs"]);
    drop(crowd);
    // Another person's connection.
    let new = tokio::time::timeout(PATIENCE, ada.browser().get("/livez")).await.unwrap();
    assert_eq!(new.status, 200);
    assert_eq!(complaints(), 1, "it is said once");
    assert_eq!(server.stop().0, Some(0));
}
