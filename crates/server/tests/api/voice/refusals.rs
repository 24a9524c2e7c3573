//! The speech server fails in every way it can.

use serde_json::{Value, json};

use super::{
    WEBM, send,
    service::{Act, SpeechServer},
    speak, talking,
};
use crate::support::{Answer, Client};

/// What both doors say when the speech server does this.
async fn both(client: &Client, service: &SpeechServer, act: Act) -> [Answer; 2] {
    service.will(act);
    [send(client, "audio/webm", WEBM).await, speak(client, "canary-text").await]
}

fn refuses(status: u16, body: Value) -> Act {
    Act::Answer(status, &[], body)
}

#[tokio::test]
async fn faults_are_told_in_plain_sentences() {
    let (_app, service, ada) = talking(Act::Hang, &[]).await;
    let echo = json!({"error": {"message": "canary-upstream sk-speech", "code": "invalid_api_key"}});
    for act in [
        refuses(500, echo.clone()),
        refuses(502, json!("<html>")),
        refuses(401, echo.clone()),
        refuses(403, echo.clone()),
        refuses(429, json!({"error": {"code": "insufficient_quota"}})),
        refuses(302, json!({})),
        refuses(200, json!({"nothing": "canary-upstream"})),
    ] {
        for answer in both(&ada, &service, act).await {
            let (detail, code) = answer.problem(502);
            assert_eq!(code, "speech_unavailable");
            assert_eq!(detail, "The speech service does not work at the moment; type instead, or try again later.");
            assert!(!answer.text.contains("canary") && !answer.text.contains("sk-"), "{}", answer.text);
        }
    }
    service.will(Act::Say(vec![]));
    assert_eq!(speak(&ada, "x").await.problem(502).1, "speech_unavailable", "no sound at all");
    for (headers, wait) in [(&[("retry-after", "7")][..], "7"), (&[][..], "")] {
        for answer in both(&ada, &service, Act::Answer(429, headers, echo.clone())).await {
            assert_eq!(answer.problem(503).1, "speech_busy");
            assert_eq!(answer.header("retry-after"), wait);
        }
    }
}

#[tokio::test]
async fn what_the_speech_server_cannot_use_is_the_clients_to_mend() {
    let (_app, service, ada) = talking(refuses(400, json!({"error": {"code": "invalid_value"}})), &[]).await;
    assert_eq!(send(&ada, "audio/webm", WEBM).await.refused(), ["file"]);
    let named = ada.post("/api/voice/speak", json!({"text": "x", "voice": "nobody"})).await;
    assert_eq!(named.refused(), ["voice"]);
    assert_eq!(speak(&ada, "x").await.problem(502).1, "speech_unavailable", "our own voice is not the client's affair");
    service.will(refuses(413, json!({})));
    send(&ada, "audio/webm", WEBM).await.problem(413);
}

#[tokio::test]
async fn a_server_that_does_not_answer_is_not_waited_for() {
    let (_app, service, ada) = talking(Act::Hang, &[("SAYDO_SPEECH_TIMEOUT", "1")]).await;
    for answer in both(&ada, &service, Act::Hang).await {
        let (detail, code) = answer.problem(504);
        assert_eq!(
            (detail.as_str(), code.as_str()),
            ("The speech service took too long; try again.", "speech_timeout")
        );
    }
}

#[tokio::test]
async fn a_server_that_is_not_there() {
    let (_app, service, ada) = talking(Act::Hang, &[]).await;
    drop(service);
    for answer in [send(&ada, "audio/webm", WEBM).await, speak(&ada, "x").await] {
        assert_eq!(answer.problem(502).1, "speech_unavailable");
    }
}
