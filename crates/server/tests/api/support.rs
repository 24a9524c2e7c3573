//! `TestApp`: a server of its own for each test, with a frozen clock, that hands out clients by identity.

use std::{collections::BTreeMap, sync::Arc};

use jiff::Timestamp;
use reqwest::{Method, RequestBuilder, header::HeaderMap};
use saydo_app::App;
use saydo_domain::{Email, PersonName, User, UserId};
use saydo_server::{
    config::{Config, Sources},
    http::{AppState, Shutdown, router, serve},
    setup,
};
use saydo_store::StoreError;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::database::{Engine, Home};

/// When every test takes place: a Wednesday morning.
pub(crate) const NOW: &str = "2026-03-11T09:00:00Z";
/// The secret that signs the tokens of test servers.
pub(crate) const SECRET: &str = "kX9-rT2.qLw7_vB4+nM1=cZ8/jH5?yD3!";
/// Everybody's password.
pub(crate) const PASSWORD: &str = "correct horse battery";
/// Its hash, of the cost that the product uses.
const HASH: &str = "$2b$12$1G8IIutpOLYxQkIhXXsdBerkjtSORvokhM63fLa08zfpnQ.iC2Gam";

/// A running server; it stops, and its data goes, when this is dropped.
pub(crate) struct TestApp {
    pub(crate) base: String,
    pub(crate) app: App,
    pub(crate) state: AppState,
    pub(crate) folder: Arc<Home>,
    shutdown: Shutdown,
}

impl TestApp {
    /// A server with limits off.
    pub(crate) async fn start() -> Self {
        Self::with(&[]).await
    }

    /// A server with these settings over the usual ones of a test.
    pub(crate) async fn with(settings: &[(&str, &str)]) -> Self {
        Self::on(Engine::of_run(), settings).await
    }

    /// A server for a test that is about this database in particular.
    pub(crate) async fn on(engine: Engine, settings: &[(&str, &str)]) -> Self {
        Self::in_folder(Arc::new(Home::new(engine)), settings).await
    }

    /// Ends this server and starts another on the same data.
    pub(crate) async fn restart(self, settings: &[(&str, &str)]) -> Self {
        self.shutdown.cancel();
        self.app.store.close().await;
        Self::in_folder(Arc::clone(&self.folder), settings).await
    }

    /// Another server on the same data, at the same time.
    pub(crate) async fn replica(&self) -> Self {
        self.replica_with(&[]).await
    }

    /// The same with these settings over the usual ones of a test.
    pub(crate) async fn replica_with(&self, settings: &[(&str, &str)]) -> Self {
        Self::in_folder(Arc::clone(&self.folder), settings).await
    }

    async fn in_folder(folder: Arc<Home>, settings: &[(&str, &str)]) -> Self {
        let env = Self::environment(&folder, settings);
        Self::of_sources(folder, &Sources { env, ..Sources::default() }).await
    }

    fn environment(folder: &Home, settings: &[(&str, &str)]) -> BTreeMap<String, String> {
        let data = folder.path().to_str().unwrap().to_owned();
        let usual = [
            ("SAYDO_DATA_DIR", data.as_str()),
            ("SAYDO_LISTEN", "127.0.0.1:0"),
            ("SAYDO_RATE_LIMITS", "off"),
            ("SAYDO_NOW", NOW),
            ("BETTER_AUTH_SECRET", SECRET),
        ];
        let url = folder.url();
        // No more connections than a test needs: all share one server.
        let postgres =
            [("DATABASE_URL", url.as_deref().unwrap_or_default()), ("DB_POOL_SIZE", "1"), ("DB_MAX_OVERFLOW", "9")];
        let postgres = postgres.iter().filter(|_| url.is_some());
        let pairs = usual.iter().chain(postgres).chain(settings);
        pairs.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    /// A server with a settings file, and these settings over the usual ones of a test.
    pub(crate) async fn of_file(file: &std::path::Path, settings: &[(&str, &str)]) -> Self {
        let folder = Arc::new(Home::new(Engine::of_run()));
        let file = Sources::of_process(Some(file), BTreeMap::new()).unwrap();
        let env = Self::environment(&folder, settings);
        Self::of_sources(folder, &Sources { env, dotenv: BTreeMap::new(), ..file }).await
    }

    async fn of_sources(folder: Arc<Home>, sources: &Sources) -> Self {
        let config = Config::parse(sources).unwrap();
        let app = setup::open_app(&config).await.unwrap();
        let listener = tokio::net::TcpListener::bind(config.http.listen).await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let state = AppState::new(app.clone(), &config);
        let shutdown = Shutdown::new();
        tokio::spawn(serve(listener, router(state.clone()), shutdown.clone()));
        Self { base, app, state, folder, shutdown }
    }

    /// Somebody without a token.
    pub(crate) fn anonymous(&self) -> Client {
        Client {
            http: reqwest::Client::new(),
            base: self.base.clone(),
            token: None,
            id: String::new(),
            email: String::new(),
        }
    }

    /// A new user with a token. Signing up would hash the password anew, which is slow for a reason.
    pub(crate) async fn user(&self, name: &str) -> Client {
        let email = format!("{name}@example.com");
        let user = User {
            id: UserId::from(Uuid::new_v4()),
            email: Some(Email::new(&email).unwrap()),
            name: PersonName::new(name).unwrap(),
            timezone: None,
            created_at: self.app.clock.now(),
        };
        let row = user.clone();
        let stored: Result<(), StoreError> =
            self.app.store.write(move |tx| Box::pin(async move { tx.user_insert(&row, Some(HASH)).await })).await;
        stored.unwrap();
        let session = self.app.accounts.admin_token(user).await.unwrap();
        let token = session.token.expose_secret().to_owned();
        Client { token: Some(token), id: session.user.id.to_string(), email, ..self.anonymous() }
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        self.shutdown.cancel();
    }
}

/// Somebody who calls the API.
#[derive(Clone)]
pub(crate) struct Client {
    pub(crate) http: reqwest::Client,
    pub(crate) base: String,
    pub(crate) token: Option<String>,
    pub(crate) id: String,
    pub(crate) email: String,
}

impl Client {
    /// Somebody with this token at this server.
    pub(crate) fn of(base: &str, token: &str) -> Self {
        let http = reqwest::Client::new();
        Self { http, base: base.to_owned(), token: Some(token.to_owned()), id: String::new(), email: String::new() }
    }

    /// The same person with another token.
    pub(crate) fn with_token(&self, token: impl Into<String>) -> Self {
        Self { token: Some(token.into()), ..self.clone() }
    }

    /// The same person at another server.
    pub(crate) fn at(&self, app: &TestApp) -> Self {
        Self { base: app.base.clone(), ..self.clone() }
    }

    /// The same place without a token, in a browser that keeps cookies.
    pub(crate) fn browser(&self) -> Self {
        let http = reqwest::Client::builder().cookie_store(true).build().unwrap();
        Self { http, token: None, ..self.clone() }
    }

    /// A request to be completed by the test.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.base));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// Where the server is.
    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        Answer::of(self.request(Method::GET, path)).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        Answer::of(self.request(Method::POST, path).json(&body)).await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> Answer {
        Answer::of(self.request(Method::PUT, path).json(&body)).await
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) -> Answer {
        Answer::of(self.request(Method::PATCH, path).json(&body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        Answer::of(self.request(Method::DELETE, path)).await
    }

    /// Says something like [`Self::say`], and reads the stream of the answer to its end.
    pub(crate) async fn stream(&self, conversation: Option<i64>, message: &str) -> Answer {
        let body = json!({"conversation_id": conversation, "message": message});
        let request = self.request(Method::POST, &format!("/api/{}/chat", self.id));
        Answer::of(request.header("accept", "text/event-stream").json(&body)).await
    }

    /// Says something in a new conversation, or in the named one.
    pub(crate) async fn say(&self, conversation: Option<i64>, message: &str) -> Answer {
        let body = json!({"conversation_id": conversation, "message": message});
        self.post(&format!("/api/{}/chat", self.id), body).await
    }
}

/// An answer, read to its end.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    /// Sends a request.
    pub(crate) async fn of(request: RequestBuilder) -> Self {
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Self { status, headers, text: response.text().await.unwrap() }
    }

    /// The body.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// The events of a stream: numbers and data.
    #[track_caller]
    pub(crate) fn events(&self) -> Vec<(i64, Value)> {
        assert_eq!((self.status, self.header("content-type")), (200, "text/event-stream"), "{}", self.text);
        self.text.split("\n\n").filter_map(event).collect()
    }

    /// A header, or an empty text.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The status and the body, checked for success.
    #[track_caller]
    pub(crate) fn ok(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        if self.text.is_empty() { Value::Null } else { self.json() }
    }

    /// The `detail` and `code` of a problem with this status.
    #[track_caller]
    pub(crate) fn problem(&self, status: u16) -> (String, String) {
        assert_eq!(self.status, status, "{}", self.text);
        assert_eq!(self.header("content-type"), "application/problem+json");
        let body = self.json();
        assert_eq!(body["status"], status);
        assert_eq!(body["request_id"], self.header("x-request-id"));
        let text = |key: &str| body[key].as_str().unwrap().to_owned();
        (text("detail"), text("code"))
    }

    /// The refused fields of a 422.
    #[track_caller]
    pub(crate) fn refused(&self) -> Vec<String> {
        self.problem(422);
        let body = self.json();
        let errors = body["errors"].as_array().cloned().unwrap_or_default();
        errors.iter().map(|error| error["field"].as_str().unwrap().to_owned()).collect()
    }

    /// The body without what differs between two equal requests.
    pub(crate) fn comparable(&self) -> Value {
        let mut body = self.json();
        body["request_id"] = Value::Null;
        body
    }
}

/// An event of a stream: its number, 0 without one, and its data; nothing for a comment.
pub(crate) fn event(block: &str) -> Option<(i64, Value)> {
    let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
    let data = field("data:")?;
    let id = field("id:").map_or(0, |id| id.parse().unwrap());
    Some((id, serde_json::from_str(data).unwrap_or_else(|_| json!(data))))
}

/// The `type` of each event.
pub(crate) fn types(events: &[(i64, Value)]) -> Vec<&str> {
    events.iter().map(|(_, event)| event["type"].as_str().unwrap()).collect()
}

/// The frozen instant.
pub(crate) fn now() -> Timestamp {
    NOW.parse().unwrap()
}

/// A token made by hand with the server's secret.
pub(crate) fn mint(claims: &Value) -> String {
    let key = jsonwebtoken::EncodingKey::from_secret(SECRET.as_bytes());
    jsonwebtoken::encode(&jsonwebtoken::Header::default(), claims, &key).unwrap()
}
