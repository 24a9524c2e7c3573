//! Clients that ask and do not read.

use saydo_server::http::{Shutdown, Timeouts, router, serve_with};
use std::time::Duration;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _, Interest},
    net::{TcpListener, TcpStream},
};

use super::PATIENCE;
use crate::{support::TestApp, tasks::make_all};

/// Requests sent at once; their answers are more than what the systems in between hold.
const MANY: usize = 2000;

async fn ask(app: &TestApp, reading: Duration, requests: &str) -> TcpStream {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let timeouts = Timeouts { reading, ..Timeouts::default() };
    tokio::spawn(serve_with(listener, router(app.state.clone()), Shutdown::new(), timeouts));
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(requests.as_bytes()).await.unwrap();
    stream
}

#[tokio::test]
async fn who_does_not_read_is_given_up() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let titles: Vec<String> = (0..50).map(|n| format!("{n} {}", "long ".repeat(35))).collect();
    make_all(&ada, &titles.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let request = format!(
        "GET /api/tasks?limit=50 HTTP/1.1\r\nhost: saydo\r\nauthorization: Bearer {}\r\nx-padding: {}\r\n\r\n",
        ada.token.clone().unwrap(),
        "x".repeat(300)
    );
    let requests = request.repeat(MANY);
    let stream = ask(&app, Duration::from_millis(100), &requests).await;
    let given_up = async {
        while !stream.ready(Interest::READABLE).await.unwrap().is_read_closed() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(PATIENCE, given_up).await.unwrap();
    // Who does read gets them all: it was the patience.
    let mut stream = ask(
        &app,
        PATIENCE,
        &format!("{}{}", request.repeat(99), request.replace("x-padding", "connection: close\r\nx-padding")),
    )
    .await;
    let mut answers = String::new();
    stream.read_to_string(&mut answers).await.unwrap();
    assert_eq!(answers.matches("HTTP/1.1 200 OK").count(), 100);
}
