//! A person with a list, and a model that does as it is told.

use std::{num::NonZeroU32, path::Path};

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use saydo_app::{
    App, Caller, Clock, IdempotencyKey,
    accounts::{Accounts, AccountsConfig, ProfileInput, Throttling},
    chat::{ChatReply, PlannerChoice, TurnRequest, turns::TurnHandle},
    counters::Counters,
    llm::{Models, ModelsConfig, Price, ProviderConfig, ProviderKind, TurnLimits},
    tasks::TaskListInput,
    tools::ToolCall,
};
use saydo_domain::{ConversationId, Door, Email, Field, MessageText, PersonName, TurnId, TurnStatus, User, UserId};
use saydo_store::{Store, StoreConfig};
use scripted_model::{Fault, Reply, ScriptedModel};
use serde_json::{Value, json};

/// What must never reach a model.
pub(crate) const KEY: &str = "sk-very-secret-key";
pub(crate) const SECRET: &str = "a signing secret of more than thirty-two characters";
pub(crate) const EMAIL: &str = "ana.secret@example.org";

pub(crate) struct World {
    pub(crate) app: App,
    pub(crate) caller: Caller,
    pub(crate) model: ScriptedModel,
    pub(crate) folder: tempfile::TempDir,
    pub(crate) conversation: Option<ConversationId>,
}

pub(crate) fn now() -> Timestamp {
    "2026-03-11T09:00:00Z".parse().unwrap()
}

pub(crate) async fn open(folder: &Path, now: Timestamp) -> App {
    open_bounded(folder, now, None).await
}

/// The same list, of which only so much may be changed on a day.
pub(crate) async fn open_bounded(folder: &Path, now: Timestamp, changes_per_day: Option<NonZeroU32>) -> App {
    let config = StoreConfig { changes_per_day, ..StoreConfig::new(folder.join("saydo.db").to_string_lossy()) };
    let store = Store::open(config).await.unwrap();
    store.migrate_up().await.unwrap();
    let clock = Clock::Frozen(now);
    let config = AccountsConfig {
        secret: SECRET.to_owned().into(),
        trusted_issuers: Vec::new(),
        administrators: Vec::new(),
        token_life: SignedDuration::from_hours(24),
        throttling: Throttling::Off,
        counters: Counters::in_process(),
        backups: None,
    };
    App::new(store.clone(), clock, Accounts::new(store, clock, config))
}

pub(crate) fn models(base_url: &str, turn: TurnLimits) -> Models {
    let provider = ProviderConfig {
        name: "scripted".into(),
        kind: ProviderKind::ChatCompletions,
        base_url: Some(base_url.into()),
        api_key: Some(KEY.into()),
        model: "scripted".into(),
        price: Price { input: 1.0, cached: 0.5, output: 10.0 },
    };
    let config = ModelsConfig { providers: vec![provider], turn, retries: 0, ..ModelsConfig::default() };
    Models::new(&config).unwrap()
}

pub(crate) async fn user(app: &App, id: &str, email: Option<&str>) -> Caller {
    let user = User {
        id: UserId::new(id).unwrap(),
        email: email.map(|email| Email::new(email).unwrap()),
        name: PersonName::new("Ana").unwrap(),
        timezone: None,
        created_at: app.clock.now(),
    };
    let made = user.clone();
    app.store.write(move |tx| Box::pin(async move { tx.user_insert(&made, None).await })).await.unwrap();
    Caller {
        user,
        token_id: "the-token-id".to_owned(),
        zone: TimeZone::get("Europe/Berlin").unwrap(),
        order: saydo_lang::DateOrder::DayMonth,
        door: Door::Chat,
        client: None,
        idempotency: None,
    }
}

impl World {
    /// Everything goes to the model.
    pub(crate) async fn new() -> Self {
        Self::with(PlannerChoice::Llm, TurnLimits::default()).await
    }

    pub(crate) async fn with(planner: PlannerChoice, limits: TurnLimits) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let model = ScriptedModel::start().await;
        let app = open(folder.path(), now()).await.with_models(models(&model.base_url(), limits), planner);
        let caller = user(&app, "ana", Some(EMAIL)).await;
        Self { app, caller, model, folder, conversation: None }
    }

    /// Puts tasks on the list, past any planner.
    pub(crate) async fn tasks(&self, titles: &[&str]) {
        for title in titles {
            add(&self.app, &self.caller, title).await;
        }
    }

    pub(crate) async fn choose(&self, planner: PlannerChoice) {
        let input = ProfileInput { planner: Field::Set(planner), ..ProfileInput::default() };
        self.app.accounts.update(&self.caller.user, input).await.unwrap();
    }

    pub(crate) fn request(&self, message: &str) -> TurnRequest {
        TurnRequest { conversation: self.conversation, ..TurnRequest::new(MessageText::new(message).unwrap()) }
    }

    pub(crate) async fn say(&mut self, message: &str) -> ChatReply {
        let reply = self.app.turn(&self.caller, self.request(message)).await.unwrap();
        self.conversation = Some(ConversationId::new(reply.conversation_id));
        reply
    }

    pub(crate) async fn begin(&self, message: &str) -> TurnHandle {
        self.app.turn_begin(&self.caller, self.request(message)).await.unwrap()
    }

    /// The list: number, title, and what is special about each.
    pub(crate) async fn list(&self) -> Vec<String> {
        list(&self.app, &self.caller).await
    }

    /// The text of the messages of the conversation, as they were stored.
    pub(crate) async fn messages(&self) -> Vec<String> {
        let id = self.conversation.expect("a conversation");
        let view = self.app.conversation_messages(&self.caller, id).await.unwrap();
        view.messages.into_iter().map(|message| message.content).collect()
    }
}

pub(crate) async fn add(app: &App, caller: &Caller, title: &str) {
    let call = ToolCall::parse("add_task", &json!({ "title": title })).unwrap();
    assert!(!app.tool_call(caller, call).await.unwrap().refused);
}

pub(crate) async fn list(app: &App, caller: &Caller) -> Vec<String> {
    let input = TaskListInput { sort: Some("id".to_owned()), ..TaskListInput::default() };
    let page = app.task_list(caller, &input).await.unwrap();
    let line = |task: &saydo_app::view::TaskView| {
        let done = if task.completed { " done" } else { "" };
        let due = task.due_date.map(|due| format!(" due {due}")).unwrap_or_default();
        format!("{} {}{done}{due}", task.id, task.title)
    };
    page.tasks.iter().map(line).collect()
}

/// All events of a turn, from its first to its last.
pub(crate) async fn events(mut handle: TurnHandle) -> Vec<(i64, Value)> {
    let mut events = Vec::new();
    while let Some((number, event)) = handle.events.next().await.unwrap() {
        events.push((number, serde_json::from_str(&event).unwrap()));
    }
    events
}

pub(crate) fn types(events: &[(i64, Value)]) -> Vec<&str> {
    events.iter().map(|(_, event)| event["type"].as_str().unwrap()).collect()
}

/// Reads until the text has begun to come.
pub(crate) async fn until_text(handle: &mut TurnHandle) {
    while let Some((_, event)) = handle.events.next().await.unwrap() {
        if event.contains("TEXT_MESSAGE_CONTENT") {
            return;
        }
    }
    panic!("no text came");
}

/// The idempotency key of a request with this content.
#[expect(clippy::unnecessary_wraps, reason = "what a caller holds")]
pub(crate) fn key(fingerprint: &str) -> Option<IdempotencyKey> {
    Some(IdempotencyKey { key: "once".to_owned(), fingerprint: fingerprint.to_owned() })
}

/// How a turn of this person stands.
pub(crate) async fn status(world: &World, id: TurnId) -> TurnStatus {
    world.app.store.read().await.unwrap().turn_find(world.caller.id(), id).await.unwrap().unwrap().status
}

/// An answer that begins and never ends.
pub(crate) fn endless() -> Reply {
    Reply::text("One thing.\nAnother thing.\n".repeat(20)).with_fault(Fault::HangAfter(6))
}
