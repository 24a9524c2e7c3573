//! `POST /api/voice/transcribe`: what comes in, what is passed on, what comes back.

use reqwest::multipart::{Form, Part};
use serde_json::json;

use super::{
    WEBM, send, send_form, send_raw,
    service::{Act, Asked},
    talking,
};

#[tokio::test]
async fn a_recording_becomes_words() {
    let (_app, service, ada) = talking(Act::Hear(" Buy milk tomorrow.\n"), &[]).await;
    let answer = send(&ada, "audio/webm;codecs=opus", WEBM).await;
    assert_eq!(answer.ok(200), json!({"text": "Buy milk tomorrow."}));
    assert_eq!(answer.header("cache-control"), "no-store");
    let [asked] = <[Asked; 1]>::try_from(service.asked()).unwrap();
    assert_eq!((asked.path.as_str(), asked.key.as_str()), ("/audio/transcriptions", "Bearer sk-speech"));
    assert_eq!(asked.file(), ("speech.webm", "audio/webm", WEBM));
    assert_eq!(asked.text("model").as_deref(), Some("ears"));
    assert_eq!(asked.text("response_format").as_deref(), Some("json"));
    assert_eq!(asked.text("language"), None);
    assert!(asked.length.is_some(), "small servers take no body of unknown length");
}

#[tokio::test]
async fn the_recording_may_be_the_whole_body() {
    let (_app, service, ada) = talking(Act::Hear("x"), &[]).await;
    let wav = b"RIFF\x24\0\0\0WAVEfmt ";
    send_raw(&ada, "", "audio/wav", wav).await.ok(200);
    send_raw(&ada, "?language=de-AT", "application/octet-stream", wav).await.ok(200);
    let asked = service.asked();
    for one in &asked {
        assert_eq!(one.file(), ("speech.wav", "audio/wav", &wav[..]));
    }
    let languages: Vec<_> = asked.iter().map(|one| one.text("language")).collect();
    assert_eq!(languages, [None, Some("de".to_owned())]);
}

#[tokio::test]
async fn a_form_may_name_the_language() {
    let (_app, service, ada) = talking(Act::Hear("x"), &[]).await;
    let part = || Part::bytes(WEBM).file_name("a.webm");
    send_form(&ada, Form::new().text("language", "fr").part("file", part())).await.ok(200);
    send_form(&ada, Form::new().part("file", part()).text("language", "fr-CH")).await.ok(200);
    for asked in service.asked() {
        assert_eq!(asked.text("language").as_deref(), Some("fr"));
        assert_eq!(asked.file(), ("speech.webm", "audio/webm", WEBM));
    }
}

#[tokio::test]
async fn the_largest_recording_arrives_whole() {
    let (_app, service, ada) = talking(Act::Hear("x"), &[]).await;
    let mut sound = WEBM.to_vec();
    sound.resize(25 * 1024 * 1024, 7);
    send(&ada, "audio/webm", sound.clone()).await.ok(200);
    send_raw(&ada, "", "audio/webm", sound.clone()).await.ok(200);
    for asked in service.asked() {
        assert!(asked.file().2 == sound);
    }
    sound.push(7);
    for answer in [send(&ada, "audio/webm", sound.clone()).await, send_raw(&ada, "", "audio/webm", sound).await] {
        assert_eq!(answer.problem(413).0, "A recording has at most 25 MiB.");
    }
    assert_eq!(service.asked().len(), 0);
}

#[tokio::test]
async fn what_is_no_recording_is_refused_before_anybody_hears_it() {
    let (_app, service, ada) = talking(Act::Hear("x"), &[]).await;
    for (kind, sound) in [
        ("audio/midi", WEBM),
        ("application/json", WEBM),
        ("text/plain", WEBM),
        ("audio/webm", b"OggS"),
        ("audio/mpeg", WEBM),
        ("audio/webm", b"<html>"),
        ("application/octet-stream", b"%PDF-1.7"),
    ] {
        for answer in [send(&ada, kind, sound).await, send_raw(&ada, "", kind, sound).await] {
            assert_eq!(answer.problem(415).1, "unsupported_media_type", "{kind}");
        }
    }
    let file = || Part::bytes(WEBM).file_name("a.webm");
    let refused = async |form| send_form(&ada, form).await.refused();
    assert_eq!(send(&ada, "audio/webm", b"").await.refused(), ["file"]);
    assert_eq!(send_raw(&ada, "", "audio/webm", b"").await.refused(), ["file"]);
    assert_eq!(refused(Form::new().text("language", "en")).await, ["file"]);
    assert_eq!(refused(Form::new().part("file", file()).part("file", file())).await, ["file"]);
    assert_eq!(refused(Form::new().text("model", "another")).await, ["model"]);
    for language in ["english", "e", "en\r\nx: y", &"e".repeat(100_000)] {
        let form = Form::new().text("language", language.to_owned()).part("file", file());
        assert_eq!(refused(form).await, ["language"], "{language}");
    }
    assert_eq!(send_raw(&ada, "?language=12", "audio/webm", WEBM).await.refused(), ["language"]);
    assert_eq!(send_raw(&ada, "?model=x", "audio/webm", WEBM).await.refused(), ["model"]);
    let broken = send_raw(&ada, "", "multipart/form-data; boundary=x", b"--x\r\nnonsense").await;
    assert_eq!(broken.problem(400).1, "bad_body");
    assert_eq!(send_raw(&ada, "", "multipart/form-data", b"x").await.problem(400).1, "bad_body");
    assert_eq!(service.asked().len(), 0);
}

#[tokio::test]
async fn an_idempotency_key_makes_no_difference() {
    let (_app, service, ada) = talking(Act::Hear("x"), &[]).await;
    for _ in 0..2 {
        let request = ada.request(reqwest::Method::POST, "/api/voice/transcribe").header("idempotency-key", "k");
        let mut sound = WEBM.to_vec();
        sound.resize(2 * 1024 * 1024, 7);
        crate::support::Answer::of(request.header("content-type", "audio/webm").body(sound)).await.ok(200);
    }
    assert_eq!(service.asked().len(), 2);
}
