//! What goes out of the house: keys, tasks and recordings go to the addresses that were configured, and nowhere else.

use std::{
    io::{ErrorKind, Read as _, Write as _},
    net::TcpListener,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use reqwest::Method;

use crate::{
    support::{Answer, TestApp},
    voice::WEBM,
};

/// A server that sends everybody on to another; gives its address and how many came.
fn signpost(to: &str) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}/v1", listener.local_addr().unwrap());
    let (came, to) = (Arc::new(AtomicUsize::new(0)), to.to_owned());
    let count = Arc::clone(&came);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            count.fetch_add(1, Ordering::AcqRel);
            let mut request = [0; 64 * 1024];
            // Whoever came has said enough.
            let _ = stream.read(&mut request);
            let answer = format!(
                "HTTP/1.1 307 Temporary Redirect\r\nlocation: {to}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
            );
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    (base, came)
}

#[tokio::test]
async fn nobody_can_send_keys_or_tasks_elsewhere() {
    let elsewhere = TcpListener::bind("127.0.0.1:0").unwrap();
    elsewhere.set_nonblocking(true).unwrap();
    let to = format!("http://{}/v1/caught", elsewhere.local_addr().unwrap());
    let ((model, asked), (speech, spoken)) = (signpost(&to), signpost(&to));
    let app = TestApp::with(&[
        ("OPENAI_API_KEY", "sk-model"),
        ("OPENAI_BASE_URL", &model),
        ("SAYDO_PLANNER", "llm"),
        ("SAYDO_SPEECH_BASE_URL", &speech),
        ("SAYDO_SPEECH_API_KEY", "sk-speech"),
        ("OPENAI_TRANSCRIBE_MODEL", "ears"),
    ])
    .await;
    let ada = app.user("ada").await;
    ada.say(None, "could you philosophise about my day?").await.ok(200);
    let record = ada.request(Method::POST, "/api/voice/transcribe").header("content-type", "audio/webm").body(WEBM);
    Answer::of(record).await.problem(502);
    assert!(asked.load(Ordering::Acquire) > 0 && spoken.load(Ordering::Acquire) > 0);
    // Whoever followed would have knocked before there was an answer.
    assert_eq!(elsewhere.accept().unwrap_err().kind(), ErrorKind::WouldBlock);
}
