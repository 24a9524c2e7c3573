//! One request and what comes of it.

use std::time::Duration;

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use reqwest::{Client, Response, header};
use serde_json::{Value, json};

use crate::{
    ledger::{Pending, ask::Sent},
    trouble::Tried,
};

/// The secret that servers of the harness share.
pub(crate) const SECRET: &str = "mB7-qP2.xWd9_rT4+kJ1=sV8/yN5?gL3!";
/// Whose tokens they take: users come into being at first sight, without a password that takes its time.
pub(crate) const ISSUER: &str = "soak";
/// When tokens end: in 2100.
const EXPIRY: u64 = 4_102_444_800;
/// No request takes as long as this while there is a server.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long a turn that was cut off is waited for, when it is asked for again.
const PATIENCE_WITH_TURN: Duration = Duration::from_secs(3);

/// A complete answer.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// The change that the headers name.
    pub(crate) change: Option<String>,
    pub(crate) body: String,
}

/// What came of sending a request.
#[derive(Debug)]
pub(crate) enum Came {
    /// The server answered for good.
    Answer(Answer),
    /// It is not known whether the request was carried out.
    Nothing,
    /// The same of a tracked turn, on a server that is there: it was cut off, or still goes on.
    Cut,
    /// What no server should say.
    Wrong(String),
}

/// A user's way to a server.
#[derive(Debug)]
pub(crate) struct Line {
    client: Client,
    base: String,
    user: String,
    token: String,
}

impl Answer {
    /// Whether both say the same.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        let value = |answer: &Self| serde_json::from_str::<Value>(&answer.body).ok();
        self.status == other.status && value(self) == value(other)
    }
}

impl Line {
    pub(crate) fn new(base: String, user: &str) -> Tried<Self> {
        let claims = json!({ "sub": user, "iss": ISSUER, "exp": EXPIRY });
        let key = EncodingKey::from_secret(SECRET.as_bytes());
        let token = jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &key)?;
        let client = Client::builder().connect_timeout(Duration::from_secs(5)).timeout(PATIENCE).build()?;
        Ok(Self { client, base, user: user.to_owned(), token })
    }

    /// The same user at another server.
    pub(crate) fn at(&self, base: String) -> Self {
        Self { client: self.client.clone(), base, user: self.user.clone(), token: self.token.clone() }
    }

    /// Sends a request; after so many cuts, a tracked turn's answer is asked for without the stream.
    pub(crate) async fn send(&self, pending: &Pending, cuts: u32) -> Came {
        let Sent { method, path, body, stream } = pending.ask.sent(&self.user);
        let mut request = self.client.request(method, format!("{}{path}", self.base));
        request = request.bearer_auth(&self.token).header("idempotency-key", &pending.key);
        if let Some(body) = &body {
            request = request.json(body);
        }
        let again = pending.attempts > 1 && stream;
        if again {
            request = request.timeout(PATIENCE_WITH_TURN);
        }
        let streams = stream && cuts == 0;
        if streams {
            request = request.header(header::ACCEPT, "text/event-stream");
        }
        let response = match request.send().await {
            Ok(response) => response,
            Err(error) if again && error.is_timeout() => return Came::Cut,
            Err(_) => return Came::Nothing,
        };
        match response.status().as_u16() {
            200 if is_stream(&response) => self.follow(response).await,
            429 | 502 | 503 | 504 => Came::Nothing,
            _ => whole(response).await,
        }
    }

    /// Reads a turn's events to the last.
    async fn follow(&self, response: Response) -> Came {
        let text = match response.text().await {
            Ok(text) => text,
            Err(error) if error.is_timeout() => return Came::Cut,
            Err(_) => return Came::Nothing,
        };
        let events = text.lines().filter_map(|line| line.strip_prefix("data:"));
        let events: Vec<Value> = events.filter_map(|data| serde_json::from_str(data).ok()).collect();
        let reply = events.iter().find(|event| event["name"] == "saydo.reply").map(|event| event["value"].clone());
        match (events.last().and_then(|event| event["type"].as_str()), reply) {
            (Some("RUN_FINISHED"), Some(reply)) => {
                Came::Answer(Answer { status: 200, change: None, body: reply.to_string() })
            }
            (Some("RUN_FINISHED"), None) => Came::Wrong(format!("a stream without a reply: {text}")),
            (Some("RUN_ERROR"), _) => Came::Cut,
            _ => Came::Nothing,
        }
    }

    /// What the server's clock says.
    pub(crate) async fn time(&self) -> Tried<String> {
        let health: Value = self.client.get(format!("{}/health", self.base)).send().await?.json().await?;
        Ok(health["timestamp"].as_str().unwrap_or_default().to_owned())
    }

    /// Whether the server says that it is ready.
    pub(crate) async fn is_ready(&self) -> bool {
        let asked = self.client.get(format!("{}/readyz", self.base)).timeout(Duration::from_secs(2));
        asked.send().await.is_ok_and(|answer| answer.status().is_success())
    }
}

fn is_stream(response: &Response) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE).map(header::HeaderValue::as_bytes);
    kind.is_some_and(|kind| kind.starts_with(b"text/event-stream"))
}

async fn whole(response: Response) -> Came {
    let status = response.status().as_u16();
    let change = response.headers().get("x-change-id").and_then(|value| value.to_str().ok()).map(ToOwned::to_owned);
    match response.text().await {
        Ok(body) if status == 500 => Came::Wrong(format!("500 {body}")),
        // Its first sending is still being carried out.
        Ok(body) if status == 409 && body.contains("idempotency_in_flight") => Came::Nothing,
        Ok(body) => Came::Answer(Answer { status, change, body }),
        Err(_) => Came::Nothing,
    }
}
