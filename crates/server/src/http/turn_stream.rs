//! A turn's events as a stream. What goes out is pulled one event at a time, so a slow reader holds nothing but its
//! place.

use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::{
    http::{HeaderMap, HeaderName, HeaderValue, header},
    response::{IntoResponse as _, Response, Sse, sse::Event},
};
use futures_util::{Stream, stream};
use saydo_app::chat::turns::{TurnHandle, TurnReader};
use saydo_domain::{ConversationId, TurnId};
use serde_json::{Value, json};

use super::{
    auth::SentToken,
    guard::{Cut, Guard, Told},
    state::AppState,
};

/// How long a stream may go on when the server stops; turns of this process have ended by then.
const LAST_CALL: Duration = Duration::from_millis(8500);
/// When a client should come back after its connection broke.
const COME_BACK: Duration = Duration::from_secs(2);

/// The last event of a stream that is cut. It has no number: whoever comes back goes on where the turn was.
fn last_event(cut: Cut) -> Event {
    Event::default().data(json!({ "type": "RUN_ERROR", "message": cut.message(), "code": cut.code() }).to_string())
}

/// The events of a turn for one reader.
pub(super) struct TurnEvents {
    guard: Guard,
    reader: TurnReader,
}

impl TurnEvents {
    pub(super) fn new(state: &AppState, token: SentToken, reader: TurnReader) -> Self {
        Self { guard: Guard::new(state, reader.user(), token, LAST_CALL), reader }
    }

    /// What comes next; `None` after the last.
    pub(super) async fn next(&mut self) -> Option<Told<(i64, Arc<str>)>> {
        self.guard.next(self.reader.next()).await
    }
}

/// The names an outside client gave to thread and run, for events that repeat them.
#[derive(Debug, Clone)]
pub(super) struct RunNames {
    pub(super) thread: String,
    pub(super) run: String,
}

impl RunNames {
    /// The event with the client's names where it had ours.
    fn put_into(&self, event: &str) -> String {
        let named = event.starts_with(r#"{"type":"RUN_STARTED""#) || event.starts_with(r#"{"type":"RUN_FINISHED""#);
        let parsed = if named { serde_json::from_str::<Value>(event).ok() } else { None };
        let Some(mut event) = parsed.filter(Value::is_object) else { return event.to_owned() };
        event["threadId"] = json!(self.thread);
        event["runId"] = json!(self.run);
        event.to_string()
    }
}

/// Whether a client asks for a stream instead of one JSON answer.
pub(super) fn is_wanted(headers: &HeaderMap) -> bool {
    let ranges = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    ranges.flat_map(|value| value.split(',')).any(|range| {
        let mut pieces = range.split(';').map(str::trim);
        let names_it = pieces.next().is_some_and(|kind| kind.eq_ignore_ascii_case("text/event-stream"));
        names_it && !pieces.any(|piece| ["q=0", "q=0.0", "q=0.00", "q=0.000"].contains(&piece))
    })
}

/// The answer that streams a turn from its beginning.
pub(super) fn of_turn(state: &AppState, token: SentToken, turn: TurnHandle, names: Option<RunNames>) -> Response {
    let place = location(turn.conversation_id, turn.turn_id);
    let mut response = of_reader(state, token, turn.events, names);
    if let Ok(place) = HeaderValue::from_str(&place) {
        response.headers_mut().insert(header::LOCATION, place);
    }
    response
}

/// Where a turn's events can be read again.
fn location(conversation: ConversationId, turn: TurnId) -> String {
    format!("/api/conversations/{conversation}/turns/{turn}/events")
}

/// The answer that streams what a reader reads.
pub(super) fn of_reader(state: &AppState, token: SentToken, reader: TurnReader, names: Option<RunNames>) -> Response {
    let events = TurnEvents::new(state, token, reader);
    let first = Event::default().retry(COME_BACK).comment("saydo");
    let rest = stream::unfold((events, names), |(mut events, names)| async move {
        let event = match events.next().await? {
            Told::Event((number, event)) => {
                let event = names.as_ref().map_or_else(|| event.to_string(), |names| names.put_into(&event));
                Event::default().id(number.to_string()).data(event)
            }
            Told::Heartbeat => Event::default().comment(""),
            Told::Cut(cut) => last_event(cut),
        };
        Some((Ok(event), (events, names)))
    });
    respond(stream::StreamExt::chain(stream::iter([Ok(first)]), rest))
}

/// A run in which nothing is to be done.
pub(super) fn of_nothing(names: &RunNames) -> Response {
    let RunNames { thread, run } = names;
    let event = |value: Value| Ok(Event::default().data(value.to_string()));
    respond(stream::iter([
        event(json!({ "type": "RUN_STARTED", "threadId": thread, "runId": run })),
        event(json!({
            "type": "RUN_FINISHED", "threadId": thread, "runId": run, "outcome": { "type": "success" }
        })),
    ]))
}

/// A stream that nobody on the way may keep or gather.
pub(super) fn respond(events: impl Stream<Item = Result<Event, Infallible>> + Send + 'static) -> Response {
    let mut response = Sse::new(events).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store, no-transform"));
    headers.insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_wanted_by_name() {
        let wanted = |accept: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, HeaderValue::from_static(accept));
            is_wanted(&headers)
        };
        assert!(wanted("text/event-stream") && wanted("application/json;q=0.5, Text/Event-Stream; q=0.9"));
        assert!(!wanted("*/*") && !wanted("application/json") && !wanted("text/event-stream; q=0"));
        assert!(!is_wanted(&HeaderMap::new()));
    }

    #[test]
    fn only_runs_are_renamed() {
        let names = RunNames { thread: "t".to_owned(), run: "r\"1".to_owned() };
        let started = names.put_into(r#"{"type":"RUN_STARTED","threadId":"1","runId":"2"}"#);
        let started: Value = serde_json::from_str(&started).unwrap_or_default();
        assert_eq!(started, json!({"type": "RUN_STARTED", "threadId": "t", "runId": "r\"1"}));
        let text = r#"{"type":"TEXT_MESSAGE_CONTENT","messageId":"m","delta":"{\"type\":\"RUN_STARTED\"}"}"#;
        assert_eq!(names.put_into(text), text);
    }
}
