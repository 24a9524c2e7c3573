//! `POST /api/voice/speak`: text becomes sound, as it comes.

use serde_json::{Value, json};

use super::{service::Act, speak, talking};

#[tokio::test]
async fn a_text_is_read_aloud() {
    let (_app, service, ada) = talking(Act::Say(vec!["one ", "two ", "three"]), &[]).await;
    let answer = speak(&ada, "  Added “Buy milk”. ").await;
    assert_eq!((answer.status, answer.text.as_str()), (200, "one two three"));
    assert_eq!(answer.header("content-type"), "audio/mpeg");
    assert_eq!(answer.header("cache-control"), "no-store");
    let asked = service.asked();
    assert_eq!((asked[0].path.as_str(), asked[0].key.as_str()), ("/audio/speech", "Bearer sk-speech"));
    let expected = json!({"model": "mouth", "input": "Added “Buy milk”.", "voice": "coral", "response_format": "mp3"});
    assert_eq!(asked[0].json, expected);
    for (format, kind) in [("opus", "audio/ogg"), ("aac", "audio/aac"), ("flac", "audio/flac"), ("wav", "audio/wav")] {
        let body = json!({"text": "hello", "voice": "sage", "format": format});
        let answer = ada.post("/api/voice/speak", body).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, kind));
        let asked = service.asked().remove(0).json;
        assert_eq!((&asked["response_format"], &asked["voice"]), (&json!(format), &json!("sage")));
    }
}

#[tokio::test]
async fn sound_is_not_compressed_again() {
    let long = "canary ".repeat(1000).leak();
    let (_app, _service, ada) = talking(Act::Say(vec![long]), &[]).await;
    let request = ada.request(reqwest::Method::POST, "/api/voice/speak").header("accept-encoding", "br, gzip");
    let answer = crate::support::Answer::of(request.json(&json!({"text": "x"}))).await;
    assert_eq!((answer.header("content-encoding"), answer.text.as_str()), ("", &*long));
}

#[tokio::test]
async fn texts_have_bounds() {
    let (_app, service, ada) = talking(Act::Say(vec!["x"]), &[]).await;
    let refused = async |body: Value| ada.post("/api/voice/speak", body).await.refused();
    assert_eq!(speak(&ada, &"日".repeat(4096)).await.status, 200);
    assert_eq!(service.asked().len(), 1);
    for text in [json!("日".repeat(4097)), json!(""), json!(" \n"), json!(5), Value::Null] {
        assert_eq!(refused(json!({"text": text})).await, ["text"]);
    }
    assert_eq!(refused(json!({})).await, ["text"]);
    for voice in [json!(""), json!("a\nb"), json!("x".repeat(65)), json!(5)] {
        assert_eq!(refused(json!({"text": "x", "voice": voice})).await, ["voice"], "{voice}");
    }
    assert_eq!(refused(json!({"text": "x", "format": "pcm"})).await, ["format"]);
    assert_eq!(refused(json!({"text": "x", "model": "another"})).await, ["model"]);
    assert_eq!(service.asked().len(), 0);
}

#[tokio::test]
async fn a_speech_that_breaks_off_does_not_look_whole() {
    let (_app, service, ada) = talking(Act::Break("one "), &[]).await;
    let request = ada.request(reqwest::Method::POST, "/api/voice/speak").json(&json!({"text": "x"}));
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), 200);
    service.cut();
    assert!(response.bytes().await.is_err());
}
