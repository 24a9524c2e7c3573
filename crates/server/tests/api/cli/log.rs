//! The log: one JSON object a line, joined to answers by the request id, and never a secret or a person's words.

use std::{
    io::{BufRead as _, BufReader},
    process::Stdio,
    sync::Arc,
    time::Duration,
};

use serde_json::{Value, json};

use super::{Server, saydo};
use crate::{
    support::SECRET,
    voice::{
        WEBM,
        service::{Act, SpeechServer},
    },
};

/// Words that must never be seen in a log.
const EMAIL: &str = "canary-email@example.com";
const PASSWORD: &str = "canary-password-1";
const NAME: &str = "canary-name";
const TITLE: &str = "canary-title";
const MESSAGE: &str = "canary-message";
const QUERY: &str = "canary-query";
const SOUND: &str = "canary-sound";
const HEARD: &str = "canary-heard";
const SPOKEN: &str = "canary-spoken";
const KEY: &str = "canary-speech-key";
/// Secrets of settings.
const MODEL_KEY: &str = "canary-model-key";
const MODEL_URL: &str = "http://canary-name:canary-password-1@127.0.0.1:1/v1";
const REDIS: &str = "redis://:canary-redis-password@127.0.0.1:1/0";
const METRICS: &str = "canary-metrics-token";
const COLLECTOR: &str = "canary-collector-key";
const CLIENT: &str = "canary-client";
/// Whatever else a request can carry.
const CARRIED: [&str; 12] = [
    "canary-description",
    "canary-label",
    "canary-thread",
    "canary-run",
    "canary-words",
    "canary-path",
    "canary-bearer",
    "canary-cookie",
    "canary-key",
    "canary-zone",
    "canary-new-password",
    "canary-field",
];
const POSTGRES: &str = "postgresql://saydo:canary-postgres-password@127.0.0.1:1/saydo";

#[tokio::test(flavor = "multi_thread")]
async fn who_stops_reading_the_log_stops_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::start(folder.path(), &[("SAYDO_LOG", "debug"), ("SAYDO_RATE_LIMITS", "off")]);
    let reading = Arc::clone(&server.reading);
    let unread = reading.lock().await;
    let http = reqwest::Client::builder().timeout(Duration::from_mins(1)).build().unwrap();
    // Some times what a pipe holds.
    for _ in 0..1500 {
        let asked = http.get(format!("{}/api/tasks", server.base)).send().await;
        assert_eq!(asked.expect("an answer").status(), 401);
    }
    assert_eq!(server.signal("HUP"), Some(0), "a closed terminal is a wish to end");
    drop(unread);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_started_to_outlive_the_terminal_does() {
    let folder = tempfile::tempdir().unwrap();
    let settings = saydo(folder.path(), &[]);
    let mut command = std::process::Command::new("/bin/sh");
    command.args(["-c", "trap '' HUP; exec \"$0\" serve"]).arg(settings.get_program());
    command.env_clear().current_dir(folder.path());
    command.envs(settings.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let mut server = Server::of(command, &[]);
    let hung_up = std::process::Command::new("kill").args(["-HUP", &server.pid().to_string()]).status().unwrap();
    assert!(hung_up.success());
    let alive = reqwest::get(format!("{}/readyz", server.base)).await.expect("it goes on");
    assert_eq!(alive.status(), 200);
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.pid())).unwrap();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:")).unwrap().trim();
    assert_eq!(u64::from_str_radix(ignored, 16).unwrap() & 1, 1, "it is left alone: {ignored}");
    assert_eq!(server.signal("TERM"), Some(0));
}

/// Lives a little on a server that logs everything, and returns the log and the ids to look for.
async fn live(level: &str) -> (String, String, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    let speech = SpeechServer::start(Act::Hear(HEARD)).await;
    let settings = [
        ("SAYDO_LOG", level),
        ("SAYDO_SPEECH_BASE_URL", &speech.base),
        ("SAYDO_SPEECH_API_KEY", KEY),
        ("OPENAI_API_KEY", MODEL_KEY),
        ("OPENAI_BASE_URL", MODEL_URL),
        ("REDIS_URL", REDIS),
        ("SAYDO_METRICS_TOKEN", METRICS),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "authorization=canary-collector-key"),
        ("OPENAI_TRANSCRIBE_MODEL", "ears"),
        ("OPENAI_SPEECH_MODEL", "mouth"),
    ];
    let server = Server::start(folder.path(), &settings);
    let http = reqwest::Client::new();
    let url = |path: &str| format!("{}{path}", server.base);
    let account = json!({"email": EMAIL, "password": PASSWORD, "name": NAME});
    http.post(url("/api/auth/signup")).json(&account).send().await.unwrap();
    let login = json!({"email": EMAIL, "password": PASSWORD});
    let login: Value = http.post(url("/api/auth/login")).json(&login).send().await.unwrap().json().await.unwrap();
    let (token, id) =
        (login["access_token"].as_str().unwrap().to_owned(), login["user"]["id"].as_str().unwrap().to_owned());
    let task = http.post(url("/api/tasks")).bearer_auth(&token).json(&json!({"title": TITLE}));
    let request_id = task.send().await.unwrap().headers()["x-request-id"].to_str().unwrap().to_owned();
    let say = json!({"message": format!("add {MESSAGE}")});
    http.post(url(&format!("/api/{id}/chat"))).bearer_auth(&token).json(&say).send().await.unwrap();
    http.get(url(&format!("/api/tasks?q={QUERY}"))).bearer_auth(&token).send().await.unwrap();
    let lost = json!({"message": format!("could you philosophise about {MESSAGE}?")});
    http.post(url(&format!("/api/{id}/chat"))).bearer_auth(&token).json(&lost).send().await.unwrap();
    http.get(url("/metrics")).bearer_auth(METRICS).send().await.unwrap();
    http.get(url("/api/account/export")).bearer_auth(&token).header("user-agent", CLIENT).send().await.unwrap();
    http.get(url(&format!("/{EMAIL}"))).send().await.unwrap();
    http.post(url("/api/tasks")).bearer_auth(&token).body(format!("{{\"{TITLE}\":1}}")).send().await.unwrap();
    let wrong = json!({"email": EMAIL, "password": format!("{PASSWORD}x")});
    http.post(url("/api/auth/login")).json(&wrong).send().await.unwrap();
    let robot = http.post(url("/api/tokens")).bearer_auth(&token).json(&json!({"name": NAME, "scope": "write"}));
    let robot: Value = robot.send().await.unwrap().json().await.unwrap();
    let robot = robot["token"].as_str().unwrap().to_owned();
    let hello = json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"protocolVersion": "2025-11-25",
        "capabilities": {}, "clientInfo": {"name": NAME, "version": "1"}}});
    let mcp = || http.post(url("/mcp")).bearer_auth(&robot).header("accept", "application/json, text/event-stream");
    let session = mcp().json(&hello).send().await.unwrap().headers()["mcp-session-id"].clone();
    for (tool, arguments) in [("add_task", json!({"title": TITLE})), ("talk", json!({"message": MESSAGE}))] {
        let call = json!({"jsonrpc": "2.0", "id": 2, "method": "tools/call",
            "params": {"name": tool, "arguments": arguments}});
        let answer = mcp().header("mcp-session-id", &session).json(&call).send().await.unwrap().text().await.unwrap();
        assert!(answer.contains("structuredContent"), "{answer}");
    }
    talk(&http, &server.base, &token, &speech).await;
    carry(&http, &server.base, &token).await;
    drop(http);
    let (code, log) = server.stop();
    assert_eq!(code, Some(0));
    (log, request_id, vec![token, robot])
}

/// Sends the rest of the canaries, each where it belongs, and erases the account.
async fn carry(http: &reqwest::Client, base: &str, token: &str) {
    let to =
        |method: &str, path: &str| http.request(method.parse().unwrap(), format!("{base}{path}")).bearer_auth(token);
    let said = json!([{"role": "user", "content": "canary-words"}]);
    let task = json!({"title": TITLE, "description": "canary-description", "labels": ["canary-label"]});
    let changed = json!({"current_password": "canary-new-password", "new_password": "canary-new-password"});
    let spoilt = to("POST", "/api/tasks").header("content-type", "application/json").header("content-encoding", "gzip");
    let requests = vec![
        (201, to("POST", "/api/tasks").header("idempotency-key", "canary-key").json(&task)),
        (200, to("GET", "/api/tasks?label=canary-label&due_before=2026-01-01").header("x-timezone", "canary-zone")),
        (422, to("GET", "/api/tasks?cursor=canary-field&sort=canary-field")),
        (422, to("POST", "/api/tasks").json(&json!({"canary-field": "canary-field"}))),
        (400, spoilt.body("canary-words")),
        (200, to("PATCH", "/api/conversations/1").json(&json!({"title": TITLE}))),
        (200, to("PATCH", "/api/auth/me").json(&json!({"name": NAME}))),
        (200, to("POST", "/v1/chat/completions").json(&json!({"model": "saydo", "messages": said}))),
        (404, to("POST", "/v1/chat/completions").json(&json!({"model": "canary-words", "messages": said}))),
        (
            200,
            to("POST", "/api/agui")
                .json(&json!({"threadId": "canary-thread", "runId": "canary-run", "messages": said})),
        ),
        (200, to("POST", "/api/parse").json(&json!({"text": "canary-words"}))),
        (422, to("GET", "/api/tasks/canary-path")),
        (404, to("GET", "/canary-path?canary-field=canary-field")),
        (403, to("POST", "/api/canary-path/chat").json(&json!({"message": MESSAGE}))),
        (401, http.get(format!("{base}/api/tasks")).bearer_auth("canary-bearer")),
        (401, http.get(format!("{base}/api/tasks")).header("cookie", "saydo_session=canary-cookie")),
        (401, http.get(format!("{base}/api/tasks")).basic_auth("canary-bearer", Some(PASSWORD))),
        (403, to("POST", "/mcp").header("origin", "https://canary-field.example")),
        (422, to("POST", "/api/auth/password").json(&changed)),
        (200, to("POST", "/api/undo")),
        (204, to("DELETE", "/api/account").json(&json!({"password": PASSWORD}))),
    ];
    for (status, request) in requests {
        let answer = request.send().await.unwrap();
        let case = answer.url().path().to_owned();
        assert_eq!(answer.status(), status, "{case}");
        answer.bytes().await.unwrap();
    }
}

/// Speaks and listens, well and badly.
async fn talk(http: &reqwest::Client, base: &str, token: &str, speech: &SpeechServer) {
    assert!(String::from_utf8_lossy(WEBM).contains(SOUND));
    let said = json!({"text": SPOKEN, "voice": SPOKEN});
    let refusal = Act::Answer(400, &[], json!({"error": {"code": "invalid_value", "message": SPOKEN}}));
    for (act, heard, spoken) in [(Act::Hear(HEARD), 200, 502), (Act::Say(vec![SOUND]), 502, 200), (refusal, 422, 422)] {
        speech.will(act);
        let record = http.post(format!("{base}/api/voice/transcribe")).header("content-type", "audio/webm");
        assert_eq!(record.bearer_auth(token).body(WEBM).send().await.unwrap().status(), heard);
        let speak = http.post(format!("{base}/api/voice/speak")).bearer_auth(token).json(&said);
        let answer = speak.send().await.unwrap();
        assert_eq!(answer.status(), spoken);
        answer.bytes().await.unwrap();
    }
}

#[tokio::test]
async fn lines_are_json_objects_that_say_what_happened() {
    let (log, request_id, _) = live("info").await;
    let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let made = lines.iter().find(|line| line["request_id"] == request_id.as_str()).unwrap();
    assert_eq!(made["operation"], "POST /api/tasks");
    assert_eq!(made["status"], 201);
    assert!(made["duration_ms"].is_f64());
    assert_eq!(made["user"].as_str().unwrap().len(), 16);
    let chat = lines.iter().find(|line| line["operation"] == "POST /api/{user_id}/chat").unwrap();
    assert_eq!(chat["conversation_id"], 1);
    assert_eq!(lines.last().unwrap()["message"], "saydo has stopped");
}

#[tokio::test]
async fn no_level_tells_secrets_or_what_people_wrote() {
    let (log, _, tokens) = live("trace").await;
    let tokens = tokens.iter().map(String::as_str);
    let people = [EMAIL, PASSWORD, NAME, TITLE, MESSAGE, QUERY, SOUND, HEARD, SPOKEN, CLIENT];
    let settings = [KEY, SECRET, MODEL_KEY, "canary-redis-password", METRICS, COLLECTOR];
    for canary in people.into_iter().chain(settings).chain(CARRIED).chain(tokens) {
        let line = log.lines().find(|line| line.contains(canary));
        assert_eq!(line, None, "{canary}");
    }
}

#[test]
fn a_database_that_is_away_is_not_named_with_its_password() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = super::saydo(folder.path(), &["serve"]);
    command.env("DATABASE_URL", POSTGRES).env("SAYDO_LOG", "trace").env("DB_POOL_TIMEOUT", "1");
    let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
    let mut said = String::new();
    let lines = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    // It tries for half a minute, each time alike.
    for line in lines.inspect(|line| said.push_str(line)).filter(|line| line.contains("waiting for it")).take(2) {
        assert!(line.contains("127.0.0.1:1"), "{line}");
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(said.contains("database") && !said.contains("canary"), "{said}");
}

/// What every line of every server's log must be: one flat JSON object, whose known fields are of their kind.
pub(super) fn check(log: &str) {
    for line in log.lines() {
        let Ok(Value::Object(fields)) = serde_json::from_str(line) else { panic!("not an object: {line}") };
        let text = |name: &str| fields.get(name).and_then(Value::as_str);
        assert!(text("timestamp").is_some_and(|at| at.parse::<jiff::Timestamp>().is_ok()), "{line}");
        assert!(
            text("level").is_some_and(|level| ["ERROR", "WARN", "INFO", "DEBUG", "TRACE"].contains(&level)),
            "{line}"
        );
        assert!(text("target").is_some(), "{line}");
        assert!(fields.values().all(|value| !value.is_object() && !value.is_array()), "{line}");
        let ours = text("target").is_some_and(|target| target.starts_with("saydo"));
        let hex = |value: &Value, length| {
            value.as_str().is_some_and(|text| text.len() == length && text.bytes().all(|b| b.is_ascii_hexdigit()))
        };
        for (name, value) in fields.iter().filter(|_| ours) {
            let good = match name.as_str() {
                "message" | "request_id" | "operation" | "turn" | "audit" | "cause" => value.is_string(),
                "trace_id" => hex(value, 32),
                "user" | "actor" | "origin" => hex(value, 16),
                "conversation_id" => value.is_i64(),
                "status" => value.as_u64().is_some_and(|status| (100..600).contains(&status)),
                "duration_ms" => value.is_number(),
                _ => true,
            };
            assert!(good, "{name}: {line}");
        }
        if text("message") == Some("request") && text("target") == Some("saydo_server::http::context") {
            for name in ["request_id", "trace_id", "operation", "status", "duration_ms"] {
                assert!(fields.contains_key(name), "{name} is missing: {line}");
            }
        }
    }
}
