//! A long history: the same work for a turn, and only the newest messages at once.

use std::sync::{Arc, Mutex};

use saydo_domain::{ConversationId, Role, UserId};
use serde_json::json;
use tracing::{Event, Metadata, Subscriber, field::Visit, span};

use super::{go_on, messages};
use crate::support::{Client, TestApp, now};

/// The names of the statements that ran.
#[derive(Clone, Default)]
struct Statements(Arc<Mutex<Vec<String>>>);

impl Statements {
    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

impl Visit for Statements {
    fn record_str(&mut self, field: &tracing::field::Field, value: &str) {
        if field.name() == "query" {
            self.0.lock().unwrap().push(value.to_owned());
        }
    }

    fn record_debug(&mut self, _: &tracing::field::Field, _: &dyn std::fmt::Debug) {}
}

impl Subscriber for Statements {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "saydo_store::sql"
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &Event<'_>) {
        event.record(&mut self.clone());
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

/// Fills a conversation with messages, past the doors.
async fn fill(app: &TestApp, client: &Client, conversation: i64, count: usize) {
    let user = UserId::new(client.id.clone()).unwrap();
    let conversation = ConversationId::new(conversation);
    let job = app.app.store.write(move |tx| {
        Box::pin(async move {
            for n in 0..count {
                let role = if n % 2 == 0 { Role::User } else { Role::Assistant };
                tx.message_insert(&user, conversation, role, &format!("message {n}"), &[], now()).await?;
            }
            Ok::<_, saydo_store::StoreError>(())
        })
    });
    job.await.unwrap();
}

#[tokio::test]
async fn ten_thousand_messages_make_a_turn_no_longer() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let short = ada.say(None, "hello").await.ok(200);
    let long = ada.say(None, "hello").await.ok(200);
    fill(&app, &ada, long["conversation_id"].as_i64().unwrap(), 10_000).await;
    let statements = Statements::default();
    // Two dispatchers, so that `tracing` asks each time whether a line is of interest, whatever other tests run.
    let collector = tracing::Dispatch::new(statements.clone());
    let _another = tracing::Dispatch::new(Statements::default());
    let _guard = tracing::dispatcher::set_default(&collector);
    let pairs = [
        ("buy milk", "buy milk"),
        ("show my tasks", "show my tasks"),
        ("mark 1 done", "mark 2 done"),
        ("undo", "undo"),
        ("hello", "hello"),
    ];
    for (message, the_same) in pairs {
        statements.take();
        go_on(&ada, &short, message).await;
        let few = statements.take();
        go_on(&ada, &long, the_same).await;
        let many = statements.take();
        assert!(few.iter().any(|name| name == "message.insert"), "{few:?}");
        assert_eq!(few, many, "{message}");
        // Statements whose work grows with the messages.
        assert!(!many.iter().any(|name| name == "message.all" || name == "message.count"), "{many:?}");
    }
}

#[tokio::test]
async fn the_newest_messages_are_given_oldest_first() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let reply = ada.say(None, "hello").await.ok(200);
    fill(&app, &ada, reply["conversation_id"].as_i64().unwrap(), 1500).await;
    let last = go_on(&ada, &reply, "buy milk").await;
    let told = messages(&ada, &reply["conversation_id"]).await;
    assert_eq!(told.len(), 1000);
    assert_eq!(told[0]["content"], "message 502");
    assert_eq!((&told[998]["content"], &told[999]["content"]), (&json!("buy milk"), &last["response"]));
    let list = ada.get("/api/conversations").await.ok(200);
    assert_eq!(list["conversations"][0]["message_count"], 1504);
}
