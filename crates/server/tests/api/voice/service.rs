//! A speech server that does what a test tells it, and remembers what it was asked.

use std::sync::{Arc, Mutex};

use axum::{
    Json, Router,
    body::{Body, Bytes},
    extract::{DefaultBodyLimit, Multipart, Request, State},
    http::{HeaderMap, header},
    response::{IntoResponse as _, Response},
    routing::post,
};
use futures_util::{StreamExt as _, stream};
use serde_json::{Value, json};
use tokio::sync::Notify;

/// What the server does when it is asked.
#[derive(Clone)]
pub(crate) enum Act {
    /// It hears this.
    Hear(&'static str),
    /// It says these sounds, one after the other.
    Say(Vec<&'static str>),
    /// It says this, and when it is told so the connection breaks.
    Break(&'static str),
    /// It answers this.
    Answer(u16, &'static [(&'static str, &'static str)], Value),
    /// It never answers.
    Hang,
}

/// One part of a form: its name, file name, content type and bytes.
pub(crate) type FormPart = (String, Option<String>, Option<String>, Vec<u8>);

/// What it was asked.
#[derive(Debug, Clone, Default)]
pub(crate) struct Asked {
    pub(crate) path: String,
    pub(crate) key: String,
    pub(crate) length: Option<u64>,
    pub(crate) form: Vec<FormPart>,
    pub(crate) json: Value,
}

impl Asked {
    /// The text of a part that is no file.
    #[track_caller]
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        let mut parts = self.form.iter().filter(|part| part.0 == name);
        let text = parts.next().map(|part| String::from_utf8(part.3.clone()).unwrap());
        assert!(parts.next().is_none(), "{name} twice");
        text
    }

    /// The file's name, content type and bytes.
    pub(crate) fn file(&self) -> (&str, &str, &[u8]) {
        let file = self.form.iter().find(|part| part.0 == "file").unwrap();
        (file.1.as_deref().unwrap(), file.2.as_deref().unwrap(), &file.3)
    }
}

/// The server; it ends with the test.
pub(crate) struct SpeechServer {
    pub(crate) base: String,
    shared: Arc<Shared>,
    task: tokio::task::JoinHandle<()>,
}

struct Shared {
    act: Mutex<Act>,
    asked: Mutex<Vec<Asked>>,
    cut: Arc<Notify>,
}

impl SpeechServer {
    pub(crate) async fn start(act: Act) -> Self {
        let shared = Arc::new(Shared { act: Mutex::new(act), asked: Mutex::default(), cut: Arc::default() });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}/v1", listener.local_addr().unwrap());
        let doors = Router::new()
            .route("/v1/audio/transcriptions", post(transcriptions))
            .route("/v1/audio/speech", post(speech))
            .layer(DefaultBodyLimit::max(64 * 1024 * 1024))
            .with_state(Arc::clone(&shared));
        let task = tokio::spawn(async move { axum::serve(listener, doors).await.unwrap() });
        Self { base, shared, task }
    }

    /// What it does from now on.
    pub(crate) fn will(&self, act: Act) {
        *self.shared.act.lock().unwrap() = act;
    }

    /// Breaks the connection of [`Act::Break`].
    pub(crate) fn cut(&self) {
        self.shared.cut.notify_one();
    }

    /// What it was asked since this was asked last.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        std::mem::take(&mut *self.shared.asked.lock().unwrap())
    }
}

impl Drop for SpeechServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn asked(request_path: &str, headers: &HeaderMap) -> Asked {
    let text = |name| headers.get(name).map_or("", |value| value.to_str().unwrap()).to_owned();
    let length = text(header::CONTENT_LENGTH).parse().ok();
    Asked { path: request_path.to_owned(), key: text(header::AUTHORIZATION), length, ..Asked::default() }
}

async fn transcriptions(State(shared): State<Arc<Shared>>, headers: HeaderMap, mut form: Multipart) -> Response {
    let mut noted = asked("/audio/transcriptions", &headers);
    while let Some(field) = form.next_field().await.unwrap() {
        let own = |text: Option<&str>| text.map(str::to_owned);
        let (name, file, kind) = (own(field.name()), own(field.file_name()), own(field.content_type()));
        noted.form.push((name.unwrap(), file, kind, field.bytes().await.unwrap().to_vec()));
    }
    shared.answer(noted).await
}

async fn speech(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let mut noted = asked("/audio/speech", request.headers());
    let bytes = axum::body::to_bytes(request.into_body(), usize::MAX).await.unwrap();
    noted.json = serde_json::from_slice(&bytes).unwrap();
    shared.answer(noted).await
}

impl Shared {
    async fn answer(&self, noted: Asked) -> Response {
        self.asked.lock().unwrap().push(noted);
        let act = self.act.lock().unwrap().clone();
        let sound = |body: Body| ([(header::CONTENT_TYPE, "audio/mpeg")], body).into_response();
        match act {
            Act::Hear(text) => Json(json!({"text": text, "usage": {"type": "tokens"}})).into_response(),
            Act::Say(sounds) => {
                let sounds = stream::iter(sounds).map(|sound| Ok::<_, std::io::Error>(Bytes::from(sound)));
                sound(Body::from_stream(sounds))
            }
            Act::Break(first) => {
                let cut = Arc::clone(&self.cut);
                let broken = stream::once(async move {
                    cut.notified().await;
                    Err(std::io::Error::other("broken"))
                });
                sound(Body::from_stream(stream::iter([Ok(Bytes::from(first))]).chain(broken)))
            }
            Act::Answer(status, headers, body) => {
                let mut response = Json(body).into_response();
                *response.status_mut() = status.try_into().unwrap();
                for (name, value) in headers {
                    response.headers_mut().insert(*name, value.parse().unwrap());
                }
                response
            }
            Act::Hang => std::future::pending().await,
        }
    }
}
