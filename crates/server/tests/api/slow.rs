//! Clients that begin to send and do not go on, over bare sockets.

use std::time::Duration;

use saydo_server::http::{Shutdown, Timeouts, router, serve_with};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

use crate::support::TestApp;

/// Sooner than anybody could wait for.
const SOON: Duration = Duration::from_millis(50);
/// Later than any test lasts.
const NEVER: Duration = Duration::from_secs(3600);

/// Another listener of this server with these timeouts; gives its address.
async fn listen(app: &TestApp, timeouts: Timeouts) -> std::net::SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(serve_with(listener, router(app.state.clone()), Shutdown::new(), timeouts));
    address
}

/// Connects and sends this.
async fn send(address: std::net::SocketAddr, text: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(text.as_bytes()).await.unwrap();
    stream
}

/// What comes until the server closes the connection.
async fn read_to_end(mut stream: TcpStream) -> String {
    let mut bytes = Vec::new();
    // A connection that is reset has ended too.
    let _ = stream.read_to_end(&mut bytes).await;
    String::from_utf8(bytes).unwrap()
}

#[tokio::test]
async fn headers_must_arrive() {
    let app = TestApp::start().await;
    let quick = listen(&app, Timeouts { headers: SOON, body: NEVER, reading: NEVER }).await;
    let patient = listen(&app, Timeouts { headers: NEVER, body: NEVER, reading: NEVER }).await;
    let half = "GET /livez HTTP/1.1\r\nhost: saydo\r\nx-more: ";
    let mut kept = send(patient, half).await;
    let nothing = send(quick, "").await;
    let dropped = send(quick, half).await;
    assert!(!read_to_end(dropped).await.contains("200 OK"));
    assert_eq!(read_to_end(nothing).await, "");
    // It was the timeout: without it the same request is waited for and answered.
    kept.write_all(b"yes\r\nconnection: close\r\n\r\n").await.unwrap();
    assert!(read_to_end(kept).await.starts_with("HTTP/1.1 200 OK"));
}

#[tokio::test]
async fn bodies_must_arrive() {
    let voice = [("SAYDO_SPEECH_BASE_URL", "http://127.0.0.1:1/v1"), ("OPENAI_TRANSCRIBE_MODEL", "ears")];
    let app = TestApp::with(&voice).await;
    let token = app.user("ada").await.token.unwrap();
    let quick = listen(&app, Timeouts { headers: NEVER, body: SOON, reading: NEVER }).await;
    let patient = listen(&app, Timeouts { headers: NEVER, body: NEVER, reading: NEVER }).await;
    let begin = |path: &str, headers: &str, body: &str| {
        format!(
            "POST {path} HTTP/1.1\r\nhost: saydo\r\nauthorization: Bearer {token}\r\ncontent-length: 14\r\n{headers}\
             connection: close\r\n\r\n{body}"
        )
    };
    let task = begin("/api/tasks", "", "{\"title\":");
    let mut kept = send(patient, &task).await;
    for request in [
        task,
        begin("/api/tasks", "idempotency-key: k\r\n", "{\"title\":"),
        begin("/api/auth/login", "", ""),
        begin("/api/voice/transcribe", "content-type: audio/webm\r\n", "\u{1}"),
        begin("/api/voice/transcribe", "content-type: multipart/form-data; boundary=x\r\n", "--x\r\n"),
    ] {
        let answer = read_to_end(send(quick, &request).await).await;
        assert!(answer.starts_with("HTTP/1.1 408 Request Timeout"), "{request}\n{answer}");
        assert!(answer.contains("The request took too long to arrive."), "{answer}");
    }
    kept.write_all(b"\"ok\"}").await.unwrap();
    assert!(read_to_end(kept).await.starts_with("HTTP/1.1 201 Created"));
}
