//! Bodies that are small on the wire and large in memory, in every encoding there is and at every door with a body.

use std::io::Write as _;

use flate2::{Compress, Compression, FlushCompress, write::GzEncoder};
use reqwest::{Method, RequestBuilder};
use serde_json::json;

use crate::{
    cli::Server,
    support::{Answer, Client, PASSWORD, TestApp},
};

const MEBIBYTE: usize = 1024 * 1024;
/// What a bomb unpacks to: more than any door takes.
const UNPACKED: usize = 64 * MEBIBYTE;
/// Bombs that go off at the same time.
const SALVO: usize = 24;
/// Memory that they may take together: far less than one bomb for each.
const SALVO_BYTES: usize = SALVO * UNPACKED / 8;
/// The beginning of a gzip file.
const HEAD: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];

/// A gzip file of blanks. One mebibyte is packed in earnest and repeated: what is flushed stands for itself.
fn bomb() -> Vec<u8> {
    let mut block = Vec::with_capacity(64 * 1024);
    let mut packer = Compress::new(Compression::best(), false);
    packer.compress_vec(&vec![b' '; MEBIBYTE], &mut block, FlushCompress::Full).unwrap();
    assert_eq!(packer.total_in(), MEBIBYTE as u64);
    let file = [&HEAD[..], &block.repeat(UNPACKED / MEBIBYTE)].concat();
    assert!(file.len() * 50 < UNPACKED, "{}", file.len());
    file
}

/// A gzip file that is larger than what it holds: nothing, over and over.
fn nothing() -> Vec<u8> {
    [&HEAD[..], &[0, 0, 0, 255, 255].repeat(2 * MEBIBYTE / 5)].concat()
}

fn packed(request: RequestBuilder, kind: &str, body: Vec<u8>) -> RequestBuilder {
    let request = request.header("accept", "application/json, text/event-stream").header("content-encoding", "gzip");
    request.header("content-type", kind).body(body)
}

#[tokio::test]
async fn no_door_unpacks_without_end() {
    let voice = [("SAYDO_SPEECH_BASE_URL", "http://127.0.0.1:1/v1"), ("OPENAI_TRANSCRIBE_MODEL", "ears")];
    let app = TestApp::with(&voice).await;
    let ada = app.user("ada").await;
    let chat = format!("/api/{}/chat", ada.id);
    let json = "application/json";
    let doors = [
        ("/api/auth/login", json),
        ("/api/auth/signup", json),
        ("/api/tasks", json),
        ("/api/parse", json),
        (chat.as_str(), json),
        ("/api/agui", json),
        ("/api/undo", json),
        ("/api/import", "text/plain"),
        ("/mcp", json),
        ("/v1/chat/completions", json),
        ("/api/voice/transcribe", "audio/webm"),
        ("/api/voice/transcribe", "multipart/form-data; boundary=x"),
    ];
    for (path, kind) in doors {
        for (what, body) in [("large", bomb()), ("nothing", nothing())] {
            let answer = Answer::of(packed(ada.request(Method::POST, path), kind, body)).await;
            // A form without a beginning is given up at once.
            let form = kind.starts_with("multipart") && (400..500).contains(&answer.status);
            assert!(answer.status == 413 || form, "{path} {kind} {what}: {} {}", answer.status, answer.text);
        }
        let keyed = ada.request(Method::POST, path).header("idempotency-key", "k");
        let status = Answer::of(packed(keyed, kind, bomb())).await.status;
        assert!((400..500).contains(&status), "{path} {status}");
    }
    ada.get("/api/tasks").await.ok(200);
}

#[tokio::test]
async fn other_encodings_are_not_unpacked() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let send = async |encoding: &str, body: Vec<u8>| {
        let request = ada.request(Method::POST, "/api/tasks").header("content-encoding", encoding);
        Answer::of(request.header("content-type", "application/json").body(body)).await
    };
    for encoding in ["br", "deflate", "zstd", "compress", "x-gzip", "gzip, gzip", "gzip,br", "identity, gzip", "*", "x"]
    {
        assert_eq!(send(encoding, bomb()).await.problem(415).1, "unsupported_media_type", "{encoding}");
    }
    send("identity", br#"{"title":"Plain"}"#.to_vec()).await.ok(201);
    for broken in [HEAD.to_vec(), HEAD[..5].to_vec(), Vec::new(), [&HEAD[..], &[7; 100]].concat()] {
        let status = send("gzip", broken).await.status;
        assert!([400, 422].contains(&status), "{status}");
    }
}

/// The most memory this process ever had, in bytes.
fn peak(pid: u32) -> usize {
    memory(pid, "VmHWM:")
}

fn memory(pid: u32, what: &str) -> usize {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(what)).unwrap();
    line.trim().trim_end_matches(" kB").parse::<usize>().unwrap() * 1024
}

#[tokio::test]
async fn many_at_once_cost_no_memory() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &[("SAYDO_RATE_LIMITS", "off")]);
    let nobody = Client::of(&server.base, "").browser();
    nobody.post("/api/auth/signup", json!({"email": "ada@example.com", "password": PASSWORD})).await.ok(201);
    let before = peak(server.pid());
    let login = || packed(nobody.request(Method::POST, "/api/auth/login"), "application/json", bomb());
    let salvo = futures_util::future::join_all((0..SALVO).map(|_| Answer::of(login()))).await;
    assert!(salvo.iter().all(|answer| answer.status == 413), "{salvo:?}");
    let more = peak(server.pid()) - before;
    assert!(more < SALVO_BYTES, "{more} bytes for {SALVO} bombs");
    assert_eq!(server.stop().0, Some(0));
}

/// Failed logins are counted for an hour: by something of the same size, whatever was typed.
#[tokio::test]
async fn what_was_typed_is_not_kept() {
    const LOGINS: usize = 12;
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &[("SAYDO_TRUST_PROXY", "on")]);
    let nobody = Client::of(&server.base, "").browser();
    let login = async |n: usize| {
        let email = format!("{n}{}", "a".repeat(MEBIBYTE - 100));
        let mut packer = GzEncoder::new(Vec::new(), Compression::best());
        packer.write_all(json!({"email": email, "password": "not this one"}).to_string().as_bytes()).unwrap();
        let request = nobody.request(Method::POST, "/api/auth/login").header("x-forwarded-for", format!("192.0.2.{n}"));
        Answer::of(packed(request, "application/json", packer.finish().unwrap())).await.problem(401);
    };
    // What a request takes while it is answered is there from then on.
    for n in 0..2 {
        login(n).await;
    }
    let before = memory(server.pid(), "VmRSS:");
    for n in 2..2 + LOGINS {
        login(n).await;
    }
    let more = memory(server.pid(), "VmRSS:").saturating_sub(before);
    assert!(more < LOGINS * MEBIBYTE / 2, "{more} bytes of {LOGINS} logins are kept");
    assert_eq!(server.stop().0, Some(0));
}
