//! `saydo chat`: the same conversation in a terminal, over the same API.

use std::{
    io::{IsTerminal as _, Write as _},
    time::Duration,
};

use reqwest::{
    Client, RequestBuilder, Response,
    header::{ACCEPT, CONTENT_TYPE, HeaderValue},
};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    CliError,
    events::{Event, Events},
    local_url, plain, read_line, read_password,
};
use crate::config::Config;

/// How often a turn is asked for again when its connection breaks.
const RECONNECTS: u32 = 5;
/// Words that end the conversation in the terminal.
const LEAVING: [&str; 8] = ["quit", "exit", "bye", "goodbye", "bye bye", ":q", "/quit", "/exit"];
const RECONNECT_AFTER: Duration = Duration::from_secs(1);

#[derive(Debug, clap::Args)]
pub(super) struct Chat {
    /// Where the server is; what SAYDO_LISTEN says when not given
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
    /// A token instead of e-mail and password
    #[arg(long, env = "SAYDO_TOKEN", hide_env_values = true, value_name = "TOKEN")]
    token: Option<SecretString>,
    /// A conversation to go on with
    #[arg(long, value_name = "ID")]
    conversation: Option<i64>,
    /// Say this and leave, instead of asking line by line
    message: Vec<String>,
}

/// A signed-in terminal.
struct Session {
    client: Client,
    base: String,
    token: SecretString,
    user_id: String,
    zone: String,
    conversation: Option<i64>,
}

impl Chat {
    pub(super) async fn run(self, config: &Config) -> Result<(), CliError> {
        let base = self.base_url.unwrap_or_else(|| local_url(config.http.listen)).trim_end_matches('/').to_owned();
        let client = Client::new();
        // Before anybody types a password for nothing.
        if client.get(format!("{base}/")).send().await.is_err_and(|error| error.is_connect()) {
            return Err(CliError::Refused(format!("Nothing answers at {base}: is the server running?")));
        }
        let token = match self.token {
            Some(token) => token,
            None => log_in(&client, &base).await?,
        };
        let me = client.get(format!("{base}/api/auth/me")).bearer_auth(token.expose_secret());
        let user_id = answer(me).await?["id"].as_str().unwrap_or_default().to_owned();
        let zone = jiff::tz::TimeZone::system().iana_name().unwrap_or("UTC").to_owned();
        let mut session = Session { client, base, token, user_id, zone, conversation: self.conversation };
        if !self.message.is_empty() {
            return session.say(&self.message.join(" ")).await;
        }
        session.talk().await
    }
}

impl Session {
    async fn talk(&mut self) -> Result<(), CliError> {
        let terminal = std::io::stdin().is_terminal();
        if terminal {
            println!("Say what you have to do. “quit” or Ctrl-D ends.");
        }
        loop {
            let line = tokio::task::spawn_blocking(move || prompt_line(terminal)).await;
            let line = line.map_err(|error| CliError::Refused(error.to_string()))??;
            match line.as_deref().map(str::trim) {
                None => return Ok(()),
                Some("") => {}
                Some(word) if LEAVING.iter().any(|known| word.eq_ignore_ascii_case(known)) => {
                    println!("Goodbye. Your list is safe here.");
                    return Ok(());
                }
                // A refused message is shown; the conversation goes on.
                Some(text) => match self.say(text).await {
                    Err(CliError::Refused(detail)) if terminal => println!("{detail}"),
                    result => result?,
                },
            }
        }
    }

    /// One turn, printed as it comes. A server that does not stream answers with JSON.
    async fn say(&mut self, text: &str) -> Result<(), CliError> {
        let request = self
            .client
            .post(format!("{}/api/{}/chat", self.base, self.user_id))
            .bearer_auth(self.token.expose_secret())
            .header(ACCEPT, "text/event-stream, application/json;q=0.5")
            .header("x-timezone", &self.zone)
            .header("idempotency-key", Uuid::new_v4().to_string())
            .json(&json!({"message": text, "conversation_id": self.conversation}));
        let response = accepted(request.send().await?).await?;
        if !is_stream(&response) {
            let reply: Value = response.json().await?;
            self.conversation = reply["conversation_id"].as_i64();
            println!("{}", plain::text(reply["response"].as_str().unwrap_or_default()));
            return Ok(());
        }
        let mut told = Told::default();
        let mut events = Events::of(response);
        for _ in 0..=RECONNECTS {
            while let Some(event) = events.next().await {
                told.hear(&event)?;
            }
            self.conversation = told.conversation.or(self.conversation);
            match told.place.as_ref().filter(|_| !told.ended) {
                None => return Ok(()),
                Some(place) => events = self.again(place, told.number).await?,
            }
        }
        Err(CliError::Refused("The connection broke; the turn goes on without you.".to_owned()))
    }

    /// The rest of a turn whose connection broke.
    async fn again(&self, place: &str, number: i64) -> Result<Events, CliError> {
        tokio::time::sleep(RECONNECT_AFTER).await;
        let request = self.client.get(format!("{}{place}", self.base)).bearer_auth(self.token.expose_secret());
        let response = request.header("last-event-id", number.to_string()).send().await?;
        Ok(Events::of(accepted(response).await?))
    }
}

/// What was told of a turn so far.
#[derive(Default)]
struct Told {
    conversation: Option<i64>,
    /// Where its events can be read again.
    place: Option<String>,
    number: i64,
    /// Whether a line is open in the terminal.
    in_line: bool,
    ended: bool,
}

impl Told {
    fn hear(&mut self, event: &Event) -> Result<(), CliError> {
        self.number = event.number.unwrap_or(self.number);
        let data: Value = serde_json::from_str(&event.data).unwrap_or_default();
        let text = |field: &str| data[field].as_str().unwrap_or_default();
        match text("type") {
            "RUN_STARTED" => {
                self.conversation = text("threadId").parse().ok();
                self.place = Some(format!("/api/conversations/{}/turns/{}/events", text("threadId"), text("runId")));
            }
            "TEXT_MESSAGE_CONTENT" => {
                print!("{}", plain::text(text("delta")));
                self.in_line = true;
                std::io::stdout().flush()?;
            }
            "TEXT_MESSAGE_END" => self.end_line(),
            "RUN_FINISHED" => {
                self.ended = true;
                self.end_line();
            }
            "RUN_ERROR" => {
                self.ended = true;
                self.end_line();
                return Err(CliError::Refused(text("message").to_owned()));
            }
            _ => {}
        }
        Ok(())
    }

    fn end_line(&mut self) {
        if std::mem::take(&mut self.in_line) {
            println!();
        }
    }
}

async fn log_in(client: &Client, base: &str) -> Result<SecretString, CliError> {
    if std::io::stdin().is_terminal() {
        print!("E-mail: ");
        std::io::stdout().flush()?;
    }
    let email =
        tokio::task::spawn_blocking(read_line).await.map_err(|error| CliError::Refused(error.to_string()))??;
    let password = read_password("Password: ").await?;
    let body = json!({"email": email, "password": password.expose_secret()});
    let login = answer(client.post(format!("{base}/api/auth/login")).json(&body)).await?;
    Ok(SecretString::from(login["access_token"].as_str().unwrap_or_default()))
}

/// The JSON of an answer, or its `detail` as an error.
async fn answer(request: RequestBuilder) -> Result<Value, CliError> {
    Ok(accepted(request.send().await?).await?.json().await?)
}

/// A response that is no refusal.
async fn accepted(response: Response) -> Result<Response, CliError> {
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    let body: Value = response.json().await?;
    let detail = body["detail"].as_str().unwrap_or("The server gave no reason.");
    Err(CliError::Refused(format!("{detail} ({})", status.as_u16())))
}

fn is_stream(response: &Response) -> bool {
    let kind = response.headers().get(CONTENT_TYPE).map(HeaderValue::as_bytes);
    kind.is_some_and(|kind| kind.starts_with(b"text/event-stream"))
}

/// The next line, or nothing at the end of input.
fn prompt_line(terminal: bool) -> std::io::Result<Option<String>> {
    if terminal {
        print!("> ");
        std::io::stdout().flush()?;
    }
    let mut line = String::new();
    Ok((std::io::stdin().read_line(&mut line)? > 0).then_some(line))
}
