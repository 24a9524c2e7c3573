//! No file handles are left.

use std::net::TcpStream;

use futures_util::future::join_all;

use super::{PATIENCE, add, sign_up, tool};
use crate::{cli::Server, support::Client};

#[tokio::test]
async fn without_file_handles_those_who_are_connected_are_served() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &[]);
    let ada = sign_up(&server.base).await;
    add(&ada, "Before").await.ok(201);
    join_all((0..4).map(|_| ada.get("/api/tasks"))).await;
    let handles = format!("/proc/{}/fd", server.pid());
    let open = || std::fs::read_dir(&handles).unwrap().count();
    let most = open() + 2;
    tool("prlimit", &["--pid", &server.pid().to_string(), &format!("--nofile={most}:{most}")]);
    let address = server.base.trim_start_matches("http://");
    let crowd: Vec<TcpStream> = (0..20).map(|_| TcpStream::connect(address).unwrap()).collect();
    for number in 0..5 {
        add(&ada, &format!("Meanwhile {number}")).await.ok(201);
    }
    drop(crowd);
    let later = Client::of(&server.base, ada.token.as_deref().unwrap());
    let tasks = tokio::time::timeout(PATIENCE, later.get("/api/tasks")).await.unwrap().ok(200);
    assert_eq!(tasks.as_array().unwrap().len(), 6);
    let (code, log) = server.stop();
    assert_eq!(code, Some(0));
    let said = log.lines().filter(|line| line.contains("cannot accept a connection")).count();
    // Not a line for every try: that would fill the disk as well.
    assert!((1..=3).contains(&said), "{log}");
}
