//! `saydo chat`: the same conversation in a terminal, over the same API.

use std::io::{IsTerminal as _, Write as _};

use reqwest::{Client, RequestBuilder};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{CliError, local_url, read_line, read_password};
use crate::config::Config;

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
        let base = self.base_url.unwrap_or_else(|| local_url(config)).trim_end_matches('/').to_owned();
        let client = Client::new();
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
            println!("Say what you have to do. Ctrl-D ends.");
        }
        loop {
            let line = tokio::task::spawn_blocking(move || prompt_line(terminal)).await;
            let line = line.map_err(|error| CliError::Refused(error.to_string()))??;
            match line.as_deref().map(str::trim) {
                None => return Ok(()),
                Some("") => {}
                // A refused message is shown; the conversation goes on.
                Some(text) => match self.say(text).await {
                    Err(CliError::Refused(detail)) if terminal => println!("{detail}"),
                    result => result?,
                },
            }
        }
    }

    async fn say(&mut self, text: &str) -> Result<(), CliError> {
        let request = self
            .client
            .post(format!("{}/api/{}/chat", self.base, self.user_id))
            .bearer_auth(self.token.expose_secret())
            .header("x-timezone", &self.zone)
            .header("idempotency-key", Uuid::new_v4().to_string())
            .json(&json!({"message": text, "conversation_id": self.conversation}));
        let reply = answer(request).await?;
        self.conversation = reply["conversation_id"].as_i64();
        println!("{}", reply["response"].as_str().unwrap_or_default());
        Ok(())
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
    let response = request.send().await?;
    let status = response.status();
    let body: Value = response.json().await?;
    if status.is_success() {
        return Ok(body);
    }
    let detail = body["detail"].as_str().unwrap_or("The server gave no reason.");
    Err(CliError::Refused(format!("{detail} ({})", status.as_u16())))
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
