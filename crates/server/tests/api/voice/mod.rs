//! `/api/voice`, with a speech server behind it.

mod refusals;
pub(crate) mod service;
mod speak;
mod transcribe;

use reqwest::{
    Method,
    multipart::{Form, Part},
};
use serde_json::json;

use self::service::{Act, SpeechServer};
use crate::support::{Answer, Client, TestApp};

/// The beginning of a recording as Chromium makes it.
pub(crate) const WEBM: &[u8] = b"\x1A\x45\xDF\xA3\x9F\x42\x86\x81 canary-sound";

/// A server with speech, the speech server, and somebody who talks.
async fn talking(act: Act, settings: &[(&str, &str)]) -> (TestApp, SpeechServer, Client) {
    let service = SpeechServer::start(act).await;
    let usual = [
        ("SAYDO_SPEECH_BASE_URL", service.base.as_str()),
        ("SAYDO_SPEECH_API_KEY", "sk-speech"),
        ("OPENAI_TRANSCRIBE_MODEL", "ears"),
        ("OPENAI_SPEECH_MODEL", "mouth"),
        ("OPENAI_SPEECH_VOICE", "coral"),
    ];
    let app = TestApp::with(&[&usual[..], settings].concat()).await;
    let ada = app.user("ada").await;
    (app, service, ada)
}

/// Sends a form with this recording.
async fn send(client: &Client, kind: &str, sound: impl Into<Vec<u8>>) -> Answer {
    let part = Part::bytes(sound.into()).file_name("whatever.bin").mime_str(kind).unwrap();
    send_form(client, Form::new().part("file", part)).await
}

async fn send_form(client: &Client, form: Form) -> Answer {
    Answer::of(client.request(Method::POST, "/api/voice/transcribe").multipart(form)).await
}

/// Sends a recording as the body.
async fn send_raw(client: &Client, query: &str, kind: &str, sound: impl Into<Vec<u8>>) -> Answer {
    let request = client.request(Method::POST, &format!("/api/voice/transcribe{query}"));
    Answer::of(request.header("content-type", kind).body(sound.into())).await
}

async fn speak(client: &Client, text: &str) -> Answer {
    client.post("/api/voice/speak", json!({"text": text})).await
}

#[tokio::test]
async fn what_is_configured_is_told() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let off = ada.get("/api/voice").await.ok(200);
    assert_eq!((&off["transcribe"], &off["speak"]), (&json!(false), &json!(false)));
    for (path, setting) in [("transcribe", "OPENAI_TRANSCRIBE_MODEL"), ("speak", "OPENAI_SPEECH_MODEL")] {
        let answer = ada.post(&format!("/api/voice/{path}"), json!({"text": "x"})).await;
        let (detail, code) = answer.problem(404);
        assert!(detail.contains(setting) && code == "voice_not_configured", "{detail}");
    }
    let (_app, _service, ada) = talking(Act::Hang, &[("OPENAI_SPEECH_MODEL", "")]).await;
    let half = ada.get("/api/voice").await.ok(200);
    assert_eq!((&half["transcribe"], &half["speak"]), (&json!(true), &json!(false)));
    assert!(half["formats"].as_array().unwrap().contains(&json!("audio/webm")));
    assert_eq!(half["speech_formats"], json!(["mp3", "opus", "aac", "flac", "wav"]));
    assert_eq!((half["max_bytes"].as_u64(), half["max_characters"].as_u64()), (Some(26_214_400), Some(4096)));
    assert_eq!(speak(&ada, "hello").await.problem(404).1, "voice_not_configured");
}

#[tokio::test]
async fn it_is_limited_as_the_chat_is() {
    let (_app, _service, ada) =
        talking(Act::Hear("milk"), &[("SAYDO_RATE_LIMITS", "on"), ("SAYDO_CHAT_PER_MINUTE", "2")]).await;
    send(&ada, "audio/webm", WEBM).await.ok(200);
    ada.say(None, "hello").await.ok(200);
    let refused = send(&ada, "audio/webm", WEBM).await;
    assert_eq!(refused.problem(429).1, "too_many_requests");
    assert_ne!(refused.header("retry-after"), "");
    ada.get("/api/voice").await.ok(200);
}
