//! Answers in the shapes of Chat Completions: one whole completion, or chunks as the turn goes on.

use std::{collections::VecDeque, convert::Infallible};

use axum::{
    Json as Answer,
    response::{IntoResponse as _, Response, sse::Event},
};
use futures_util::stream;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Keeping, error::body};
use crate::http::{
    guard::Told,
    state::AppState,
    turn_stream::{self, TurnEvents},
};

/// What all chunks of an answer have in common.
#[derive(Debug, Clone)]
struct Head {
    id: String,
    model: &'static str,
    created: i64,
}

impl Head {
    fn new(state: &AppState, id: &str, model: &'static str) -> Self {
        Self { id: format!("chatcmpl-{id}"), model, created: state.app.now().as_second() }
    }

    fn chunk(&self, delta: &Value, finish: Option<&str>) -> Event {
        let Self { id, model, created } = self;
        let choice = json!({ "index": 0, "delta": delta, "logprobs": null, "finish_reason": finish });
        let chunk = json!({
            "id": id, "object": "chat.completion.chunk", "created": created, "model": model, "choices": [choice]
        });
        Event::default().data(chunk.to_string())
    }

    fn first(&self) -> Event {
        self.chunk(&json!({ "role": "assistant", "content": "" }), None)
    }

    fn text(&self, text: &str) -> Event {
        self.chunk(&json!({ "content": text }), None)
    }

    fn last(&self) -> [Event; 2] {
        [self.chunk(&json!({}), Some("stop")), Event::default().data("[DONE]")]
    }
}

/// An answer that is known as a whole.
pub(super) fn whole(model: &'static str, state: &AppState, id: &str, text: &str, streams: bool) -> Response {
    let head = Head::new(state, id, model);
    if streams {
        let [end, done] = head.last();
        return turn_stream::respond(stream::iter([head.first(), head.text(text), end, done].map(Ok)));
    }
    let message = json!({ "role": "assistant", "content": text, "refusal": null });
    let choice = json!({ "index": 0, "message": message, "logprobs": null, "finish_reason": "stop" });
    let Head { id, model, created } = head;
    Answer(json!({
        "id": id, "object": "chat.completion", "created": created, "model": model, "choices": [choice]
    }))
    .into_response()
}

/// The events of a turn that matter to this door.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "SCREAMING_SNAKE_CASE")]
enum TurnEvent {
    TextMessageStart,
    TextMessageContent {
        delta: String,
    },
    RunFinished,
    RunError {
        message: String,
        code: String,
    },
    #[serde(other)]
    Other,
}

/// A turn on its way to the client.
struct Chunks {
    head: Head,
    events: TurnEvents,
    keeping: Keeping,
    /// The text so far.
    text: String,
    ready: VecDeque<Event>,
    ended: bool,
}

/// An answer as it comes.
pub(super) fn stream(model: &'static str, id: &str, events: TurnEvents, keeping: Keeping) -> Response {
    let head = Head::new(&keeping.keeper.state, id, model);
    let ready = VecDeque::from([head.first()]);
    let chunks = Chunks { head, events, keeping, text: String::new(), ready, ended: false };
    turn_stream::respond(stream::unfold(chunks, |mut chunks| async move {
        let event = chunks.next().await?;
        Some((Ok::<_, Infallible>(event), chunks))
    }))
}

impl Chunks {
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Some(event);
            }
            if self.ended {
                return None;
            }
            match self.events.next().await {
                None => self.ended = true,
                Some(Told::Heartbeat) => return Some(Event::default().comment("")),
                Some(Told::Cut(cut)) => self.fail(cut.message(), cut.code()),
                Some(Told::Event((_, event))) => {
                    self.hear(serde_json::from_str(&event).unwrap_or(TurnEvent::Other)).await;
                }
            }
        }
    }

    async fn hear(&mut self, event: TurnEvent) {
        match event {
            // What was said first did not hold: what follows does.
            TurnEvent::TextMessageStart if !self.text.is_empty() => self.say("\n\n"),
            TurnEvent::TextMessageContent { delta } => self.say(&delta),
            TurnEvent::RunFinished => {
                self.keeping.keep(&self.text).await;
                self.ready.extend(self.head.last());
            }
            TurnEvent::RunError { message, code } => self.fail(&message, &code),
            TurnEvent::TextMessageStart | TurnEvent::Other => {}
        }
    }

    fn say(&mut self, text: &str) {
        self.text.push_str(text);
        self.ready.push_back(self.head.text(text));
    }

    fn fail(&mut self, message: &str, code: &str) {
        let error = body(message, "server_error", None, code);
        self.ready.push_back(Event::default().data(error.to_string()));
        self.ended = true;
    }
}
