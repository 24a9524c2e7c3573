//! Turns as streams: the events, reading them again, following them, what ends them.

use futures_util::StreamExt as _;
use reqwest::Method;
use scripted_model::{Fault, Reply, ScriptedModel};
use serde_json::{Value, json};

use super::{go_on, messages};
use crate::{
    support::{Answer, Client, TestApp, event, types},
    tasks::every,
};

/// A model that answers, and a server that asks it whatever is said.
async fn with_model() -> (ScriptedModel, TestApp, Client) {
    let model = ScriptedModel::start().await;
    let app = TestApp::with(&[("OPENAI_BASE_URL", &model.base_url()), ("SAYDO_PLANNER", "llm")]).await;
    let ada = app.user("ada").await;
    (model, app, ada)
}

/// A stream that is read while it comes.
struct Live {
    place: String,
    bytes: futures_util::stream::BoxStream<'static, Vec<u8>>,
    buffer: String,
}

impl Live {
    async fn begin(client: &Client, message: &str) -> Self {
        let request = client.request(Method::POST, &format!("/api/{}/chat", client.id));
        Self::of(request.header("accept", "text/event-stream").json(&json!({"message": message}))).await
    }

    async fn of(request: reqwest::RequestBuilder) -> Self {
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        let place = response.headers().get("location").map(|place| place.to_str().unwrap().to_owned());
        // A connection that breaks ends the stream.
        let bytes = response.bytes_stream().map(|chunk| chunk.map(|chunk| chunk.to_vec()).unwrap_or_default());
        Self { place: place.unwrap_or_default(), bytes: bytes.boxed(), buffer: String::new() }
    }

    async fn next(&mut self) -> Option<(i64, Value)> {
        loop {
            while let Some((block, rest)) = self.buffer.split_once("\n\n").map(|(b, r)| (b.to_owned(), r.to_owned())) {
                self.buffer = rest;
                if let Some(event) = event(&block) {
                    return Some(event);
                }
            }
            self.buffer.push_str(std::str::from_utf8(&self.bytes.next().await?).unwrap());
        }
    }

    /// Reads up to an event of this type.
    async fn until(&mut self, kind: &str) -> (i64, Value) {
        loop {
            let event = self.next().await.unwrap_or_else(|| panic!("no {kind}"));
            if event.1["type"] == kind {
                return event;
            }
        }
    }

    async fn rest(mut self) -> Vec<(i64, Value)> {
        let mut events = Vec::new();
        while let Some(event) = self.next().await {
            events.push(event);
        }
        events
    }
}

#[tokio::test]
async fn a_turn_streams_as_agui_events() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let answer = ada.stream(None, "buy milk tomorrow").await;
    assert_eq!(answer.header("cache-control"), "no-store, no-transform");
    assert_eq!((answer.header("x-accel-buffering"), answer.header("content-encoding")), ("no", ""));
    assert!(answer.text.starts_with("retry: 2000\n") || answer.text.contains("\nretry: 2000\n"), "{}", answer.text);
    let events = answer.events();
    let numbers: Vec<i64> = events.iter().map(|(number, _)| *number).collect();
    assert_eq!(numbers, (1..=i64::try_from(events.len()).unwrap()).collect::<Vec<_>>());
    assert_eq!(
        types(&events),
        [
            "RUN_STARTED",
            "TOOL_CALL_START",
            "TOOL_CALL_ARGS",
            "TOOL_CALL_END",
            "TOOL_CALL_RESULT",
            "TEXT_MESSAGE_START",
            "TEXT_MESSAGE_CONTENT",
            "TEXT_MESSAGE_END",
            "CUSTOM",
            "RUN_FINISHED"
        ]
    );
    let reply = &events[8].1["value"];
    assert_eq!((&events[8].1["name"], &reply["response"]), (&json!("saydo.reply"), &events[6].1["delta"]));
    assert_eq!(events[9].1["outcome"], json!({"type": "success"}));
    let (conversation, turn) = (events[0].1["threadId"].as_str().unwrap(), events[0].1["runId"].as_str().unwrap());
    assert_eq!(answer.header("location"), format!("/api/conversations/{conversation}/turns/{turn}/events"));
    // The same as JSON would have said, and in the conversation.
    let stored = messages(&ada, &reply["conversation_id"]).await;
    assert_eq!((stored.len(), &stored[1]["content"]), (2, &reply["response"]));
    let other = app.user("bob").await.say(None, "buy milk tomorrow").await.ok(200);
    let same = ["response", "pending", "answered_by", "conversation_id"];
    assert!(same.iter().all(|field| *field == "conversation_id" || other[field] == reply[field]), "{other} {reply}");
}

/// Whether there is room is known when the turn is committed: by then its stream has begun.
#[tokio::test]
async fn a_turn_that_the_day_has_no_room_for_ends_and_says_so() {
    let mut cut_off = 0;
    for most in ["1", "2", "3", "4"] {
        let app = TestApp::with(&[("SAYDO_RATE_LIMITS", "on"), ("SAYDO_CHANGES_PER_DAY", most)]).await;
        let ada = app.user("ada").await;
        let refused = loop {
            let answer = ada.stream(None, "add milk and add bread").await;
            if answer.status != 200 {
                break answer.problem(429).1;
            }
            let (_, last) = answer.events().pop().unwrap();
            if last["type"] != "RUN_FINISHED" {
                cut_off += 1;
                break last["code"].as_str().unwrap().to_owned();
            }
        };
        assert_eq!(refused, "too_many_requests", "{most} changes a day");
    }
    assert!(cut_off > 0, "each was refused before its stream began");
}

#[tokio::test]
async fn a_question_is_an_interrupt() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    go_on(&ada, &json!({}), "add milk and add bread").await;
    let events = ada.stream(None, "delete all tasks").await.events();
    let (_, last) = events.last().unwrap();
    let (interrupt, pending) = (&last["outcome"]["interrupts"][0], &events[events.len() - 2].1["value"]["pending"]);
    assert_eq!((&last["outcome"]["type"], &interrupt["id"]), (&json!("interrupt"), &pending["id"]));
    assert_eq!(interrupt["metadata"]["tasks"], pending["tasks"]);
}

#[tokio::test]
async fn refusals_come_before_the_stream() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    assert_eq!(ada.stream(None, " ").await.problem(400).0, "Message cannot be empty");
    assert_eq!(ada.stream(Some(99), "hello").await.problem(404).0, "Conversation not found");
}

#[tokio::test]
async fn a_turn_is_read_again_from_any_place_on_any_replica() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let first = ada.stream(None, "buy milk").await;
    let (place, events) = (first.header("location"), first.events());
    let replica = app.replica().await;
    for client in [&ada, &ada.at(&replica)] {
        assert_eq!(client.get(place).await.events(), events);
        let after = Answer::of(client.request(Method::GET, place).header("last-event-id", "4")).await;
        assert_eq!(after.events(), events[4..]);
    }
    for odd in ["-1", "x", "1.5", "9223372036854775807"] {
        let answer = Answer::of(ada.request(Method::GET, place).header("last-event-id", odd)).await;
        assert_eq!(answer.refused(), ["Last-Event-ID"], "{odd}");
    }
    ada.get(&place.replace("/events", "x/events")).await.problem(404);
    // A stopped turn that is over stays as it is.
    ada.post(&place.replace("/events", "/stop"), json!({})).await.ok(204);
    assert_eq!(ada.get(place).await.events(), events);
}

#[tokio::test]
async fn who_goes_away_loses_nothing() {
    let (model, _app, ada) = with_model().await;
    model.reply(Reply::text("One two three four five six.").slowly(std::time::Duration::from_millis(30)));
    let mut live = Live::begin(&ada, "tell me something").await;
    let (number, _) = live.until("TEXT_MESSAGE_CONTENT").await;
    let place = live.place.clone();
    drop(live);
    let request = ada.request(Method::GET, &place).header("last-event-id", number.to_string());
    let rest = Live::of(request).await.rest().await;
    assert_eq!(rest[0].0, number + 1);
    assert_eq!(rest.last().unwrap().1["type"], "RUN_FINISHED");
    let all = ada.get(&place).await.events();
    let text: String = all.iter().filter_map(|(_, event)| event["delta"].as_str()).collect();
    assert_eq!(text, "One two three four five six.");
    assert_eq!(all[usize::try_from(number).unwrap()..], rest);
}

#[tokio::test]
async fn a_turn_is_stopped() {
    let (model, _app, ada) = with_model().await;
    model.reply(Reply::text("Some words.").with_fault(Fault::HangAfter(2)));
    let mut live = Live::begin(&ada, "tell me something").await;
    live.until("RUN_STARTED").await;
    ada.post(&live.place.replace("/events", "/stop"), json!({})).await.ok(204);
    let (_, last) = live.rest().await.pop().unwrap();
    assert_eq!((&last["type"], &last["outcome"]), (&json!("RUN_FINISHED"), &json!({"type": "cancelled"})));
}

#[tokio::test]
async fn a_conversation_names_the_turn_that_runs_in_it() {
    let (model, app, ada) = with_model().await;
    model.reply(Reply::text("Some words.").with_fault(Fault::HangAfter(2)));
    let mut live = Live::begin(&ada, "tell me something").await;
    let (_, started) = live.until("RUN_STARTED").await;
    let messages = format!("/api/conversations/{}/messages", started["threadId"].as_str().unwrap());
    assert_eq!(ada.get(&messages).await.ok(200)["running_turn_id"], started["runId"]);
    app.user("bob").await.get(&messages).await.problem(404);
    ada.post(&live.place.replace("/events", "/stop"), json!({})).await.ok(204);
    live.rest().await;
    assert_eq!(ada.get(&messages).await.ok(200)["running_turn_id"], Value::Null);
}

#[tokio::test]
async fn a_stream_ends_with_its_token() {
    let (model, app, ada) = with_model().await;
    let sign_in = async || {
        let user = app.app.accounts.admin_find(&ada.id).await.unwrap();
        let session = app.app.accounts.admin_token(user).await.unwrap();
        ada.with_token(secrecy::ExposeSecret::expose_secret(&session.token))
    };
    for path in ["/api/auth/logout", "/api/auth/logout-all"] {
        model.reply(Reply::text("Some words.").with_fault(Fault::HangAfter(2)));
        let (one, other) = (sign_in().await, sign_in().await);
        let mut live = Live::begin(&one, "tell me something").await;
        live.until("RUN_STARTED").await;
        let all = path.ends_with("all");
        if !all {
            // Somebody else's token ends: this stream goes on.
            other.post(path, json!({})).await.ok(204);
            one.post(&live.place.replace("/events", "/stop"), json!({})).await.ok(204);
            live.until("RUN_FINISHED").await;
            model.reply(Reply::text("Some words.").with_fault(Fault::HangAfter(2)));
            live = Live::begin(&one, "tell me something").await;
            live.until("RUN_STARTED").await;
        }
        one.post(path, json!({})).await.ok(204);
        // At once, not only when the next heartbeat would look.
        let ended = tokio::time::timeout(std::time::Duration::from_secs(10), live.rest()).await;
        let (number, last) = ended.unwrap().pop().unwrap();
        assert_eq!((number, &last["type"], &last["code"]), (0, &json!("RUN_ERROR"), &json!("unauthorized")));
    }
}

#[tokio::test]
async fn a_repeated_request_streams_the_same_turn() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let send = async |key: &str, message: &str, accept: &str| {
        let request = ada.request(Method::POST, &format!("/api/{}/chat", ada.id));
        let request = request.header("accept", accept).header("idempotency-key", key);
        Answer::of(request.json(&json!({"message": message}))).await
    };
    let first = send("k1", "buy milk", "text/event-stream").await;
    let again = send("k1", "buy milk", "text/event-stream").await;
    assert_eq!((again.events(), again.header("idempotency-replayed")), (first.events(), "true"));
    let plain = send("k1", "buy milk", "application/json").await;
    assert_eq!(plain.ok(200), first.events()[8].1["value"]);
    assert_eq!(send("k1", "buy bread", "text/event-stream").await.problem(422).1, "idempotency_key_reused");
    // What was answered as JSON has no events: it is given as it was.
    let plain = send("k2", "buy eggs", "application/json").await;
    let streamed = send("k2", "buy eggs", "text/event-stream").await;
    assert_eq!((streamed.ok(200), streamed.header("idempotency-replayed")), (plain.ok(200), "true"));
    assert_eq!(every(&ada, "title").await, ["Buy milk", "Buy eggs"]);
}

#[tokio::test]
async fn a_repeated_request_joins_the_turn_at_work() {
    let (model, _app, ada) = with_model().await;
    model.reply(Reply::text("One two three four.").slowly(std::time::Duration::from_millis(50)));
    let send = |message: &str| {
        let request = ada.request(Method::POST, &format!("/api/{}/chat", ada.id));
        let request = request.header("accept", "text/event-stream").header("idempotency-key", "k1");
        request.json(&json!({"message": message}))
    };
    let mut first = Live::of(send("tell me something")).await;
    let started = first.until("RUN_STARTED").await;
    assert_eq!(Answer::of(send("tell me more")).await.problem(422).1, "idempotency_key_reused");
    let again = Live::of(send("tell me something")).await.rest().await;
    assert_eq!(again[0], started);
    assert_eq!(again[1..], first.rest().await);
    assert_eq!(model.requests().len(), 1);
}
