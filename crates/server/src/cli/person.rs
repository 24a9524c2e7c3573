//! Throw-away people at a running server, over its own API: who `saydo smoke` and `saydo load` act as.

use std::{
    error::Error as _,
    net::IpAddr,
    time::{Duration, Instant},
};

use rand::Rng as _;
use reqwest::{
    Client, ClientBuilder, Method, RequestBuilder, StatusCode, Url,
    header::{HeaderMap, RETRY_AFTER, SET_COOKIE},
};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use uuid::Uuid;

use super::CliError;

/// How long a request that was put off is tried again.
const PATIENCE: Duration = Duration::from_mins(10);
/// The longest pause between two tries, whatever the server asks for.
const LONGEST_PAUSE: Duration = Duration::from_mins(1);

/// A running server.
#[derive(Debug, Clone)]
pub(crate) struct Site {
    http: Client,
    base: String,
    host: String,
}

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    /// Null for what is no JSON.
    pub(crate) json: Value,
    pub(crate) text: String,
    pub(crate) took: Duration,
}

impl Site {
    /// The server at this address. Redirects are not followed: nothing goes to a host that was not named.
    pub(crate) fn new(base_url: &str, timeout: Duration) -> Result<Self, CliError> {
        let wrong = |what: &str| CliError::Usage(format!("{base_url} is no address of a server: {what}"));
        let url = Url::parse(base_url).map_err(|error| wrong(&error.to_string()))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(wrong("it must begin with http:// or https://"));
        }
        let host = url.host_str().ok_or_else(|| wrong("it names no host"))?.to_owned();
        let mut site = Self { http: Client::new(), base: url.as_str().trim_end_matches('/').to_owned(), host };
        site.http = site.client(timeout)?;
        Ok(site)
    }

    fn client(&self, timeout: Duration) -> reqwest::Result<Client> {
        self.builder(timeout).build()
    }

    fn builder(&self, timeout: Duration) -> ClientBuilder {
        let builder = Client::builder().timeout(timeout).redirect(reqwest::redirect::Policy::none());
        // This machine as a proxy sees it is another one.
        if self.is_local() { builder.no_proxy() } else { builder }
    }

    /// Connections to whoever is there, with any certificate, which its answers tell: nothing secret goes over them.
    pub(crate) fn unverified(&self, timeout: Duration) -> Result<Client, CliError> {
        Ok(self.builder(timeout).tls_danger_accept_invalid_certs(true).tls_info(true).build()?)
    }

    /// The same server over new connections.
    pub(crate) fn afresh(&self, timeout: Duration) -> Result<Self, CliError> {
        Ok(Self { http: self.client(timeout)?, ..self.clone() })
    }

    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    /// Whether it is this machine.
    pub(crate) fn is_local(&self) -> bool {
        let address = self.host.trim_start_matches('[').trim_end_matches(']');
        address == "localhost" || address.parse().is_ok_and(|address: IpAddr| address.is_loopback())
    }

    /// A request by nobody.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.base)).header("x-timezone", "UTC")
    }
}

/// Sends a request once.
pub(crate) async fn send(request: RequestBuilder) -> Result<Answer, CliError> {
    let begun = Instant::now();
    let response = request.send().await.map_err(broken)?;
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let text = response.text().await.map_err(broken)?;
    let json = serde_json::from_str(&text).unwrap_or_default();
    Ok(Answer { status, headers, json, text, took: begun.elapsed() })
}

/// Sends a request, and again for as long as the server says that it is too much at once.
pub(crate) async fn send_patiently(request: RequestBuilder) -> Result<Answer, CliError> {
    let begun = Instant::now();
    loop {
        let again = request.try_clone();
        let answer = send(again.ok_or_else(|| CliError::Refused("a request cannot be sent twice".to_owned()))?).await?;
        let put_off = answer.status == StatusCode::TOO_MANY_REQUESTS.as_u16();
        if !put_off || begun.elapsed() > PATIENCE {
            return Ok(answer);
        }
        let seconds = answer.headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok()).unwrap_or(1);
        tokio::time::sleep(Duration::from_secs(seconds).clamp(Duration::from_millis(100), LONGEST_PAUSE)).await;
    }
}

/// What broke, with its cause: the outermost error only says that a request failed.
fn broken(error: reqwest::Error) -> CliError {
    let timeout = if error.is_timeout() { "; it took too long" } else { "" };
    let mut cause = error.source();
    while let Some(deeper) = cause.and_then(std::error::Error::source) {
        cause = Some(deeper);
    }
    let cause = cause.map(|cause| format!(": {cause}")).unwrap_or_default();
    let text = format!("{error}{cause}{timeout}");
    if error.is_connect() { CliError::Unreachable(text) } else { CliError::Refused(text) }
}

impl Answer {
    /// What kind of content it is; empty when it does not say.
    pub(crate) fn kind(&self) -> &str {
        self.headers.get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or_default()
    }

    /// What a header says, if it is a number.
    pub(crate) fn number(&self, name: &str) -> Option<u64> {
        self.headers.get(name)?.to_str().ok()?.parse().ok()
    }

    /// An answer that must have this status.
    pub(crate) fn expect(self, status: u16) -> Result<Self, CliError> {
        if self.status == status {
            return Ok(self);
        }
        Err(CliError::Refused(format!("the answer was {}, not {status}: {}", self.status, self.told())))
    }

    /// What a refusal says.
    fn told(&self) -> String {
        let detail = self.json["detail"].as_str().map(str::to_owned);
        detail.unwrap_or_else(|| self.text.chars().take(120).collect())
    }
}

/// Somebody with an account.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    site: Site,
    pub(crate) email: String,
    password: SecretString,
    id: String,
    token: Option<SecretString>,
    /// Whether a sign-up was tried: it may have gone through even if it was not answered.
    tried: bool,
}

impl Person {
    /// Somebody new, who has no account yet. The name begins with what makes them.
    pub(crate) fn new(site: &Site, name: &str) -> Self {
        let email = format!("{name}@example.com");
        let password = SecretString::from(Uuid::new_v4().to_string());
        Self { site: site.clone(), email, password, id: String::new(), token: None, tried: false }
    }

    /// Somebody who has an account already.
    pub(crate) fn known(site: &Site, email: String, password: SecretString) -> Self {
        Self { site: site.clone(), email, password, id: String::new(), token: None, tried: false }
    }

    /// Whoever this token belongs to.
    pub(crate) async fn of_token(site: &Site, token: SecretString) -> Result<Self, CliError> {
        let nobody = Self::known(site, String::new(), SecretString::default());
        let mut person = Self { token: Some(token), ..nobody };
        let me = person.get("/api/auth/me").await?.expect(200)?;
        person.id = text(&me.json["id"]);
        person.email = text(&me.json["email"]);
        Ok(person)
    }

    /// Makes the account, and is signed in with it as the web app is: in one request.
    pub(crate) async fn sign_up(&mut self) -> Result<Answer, CliError> {
        let name = self.email.split('@').next().unwrap_or_default();
        let body = json!({"email": self.email, "password": self.password.expose_secret(), "name": name});
        let request = self.site.request(Method::POST, "/api/auth/signup").header("x-saydo-client", "web").json(&body);
        self.tried = true;
        let answer = send_patiently(request).await.inspect_err(|error| {
            self.tried = !matches!(error, CliError::Unreachable(_));
        });
        let answer = answer?.expect(201)?;
        self.id = text(&answer.json["id"]);
        let cookies = answer.headers.get_all(SET_COOKIE).iter().filter_map(|cookie| cookie.to_str().ok());
        let session = cookies.filter_map(|cookie| cookie.split(';').next()?.split_once("saydo_session="));
        self.token = session.map(|(_, token)| SecretString::from(token)).next();
        match self.token {
            Some(_) => Ok(answer),
            None => Err(CliError::Refused("the sign-up made no session".to_owned())),
        }
    }

    /// Signs in with the password.
    pub(crate) async fn log_in(&mut self) -> Result<Answer, CliError> {
        let answer = self.try_password(self.password.expose_secret()).await?.expect(200)?;
        self.id = text(&answer.json["user"]["id"]);
        self.token = Some(SecretString::from(text(&answer.json["access_token"])));
        Ok(answer)
    }

    /// What a login with some password is answered.
    pub(crate) async fn try_password(&self, password: &str) -> Result<Answer, CliError> {
        let body = json!({"email": self.email, "password": password});
        send_patiently(self.site.request(Method::POST, "/api/auth/login").json(&body)).await
    }

    /// What changing the password is answered when the one in force is guessed wrong. It stays what it is.
    pub(crate) async fn guess_password(&self) -> Result<Answer, CliError> {
        let body =
            json!({"current_password": Uuid::new_v4().to_string(), "new_password": self.password.expose_secret()});
        send(self.request(Method::POST, "/api/auth/password").json(&body)).await
    }

    /// Whether the account may exist.
    pub(crate) const fn may_exist(&self) -> bool {
        self.tried
    }

    /// Erases the account, also one of which nobody knows whether it was made.
    pub(crate) async fn erase(&mut self) -> Result<(), CliError> {
        if self.token.is_none() {
            let login = self.try_password(self.password.expose_secret()).await?;
            if login.status == StatusCode::UNAUTHORIZED.as_u16() {
                return Ok(());
            }
            self.token = Some(SecretString::from(text(&login.expect(200)?.json["access_token"])));
        }
        let body = json!({"password": self.password.expose_secret()});
        send_patiently(self.request(Method::DELETE, "/api/account").json(&body)).await?.expect(204)?;
        let still = self.get("/api/auth/me").await?;
        match still.status {
            401 => Ok(()),
            status => Err(CliError::Refused(format!("the account is still there: its token is answered {status}"))),
        }
    }

    /// Whether a token is all that is known of them.
    pub(crate) fn is_known_by_token(&self) -> bool {
        self.password.expose_secret().is_empty()
    }

    /// The token, if there is one.
    pub(crate) fn token(&self) -> &str {
        self.token.as_ref().map_or("", |token| token.expose_secret())
    }

    /// A request to the same server by nobody.
    pub(crate) fn stranger(&self, method: Method, path: &str) -> RequestBuilder {
        self.site.request(method, path)
    }

    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// The same person over new connections.
    pub(crate) fn at(&self, site: Site) -> Self {
        Self { site, ..self.clone() }
    }

    /// A request with the token, if there is one.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.site.request(method, path);
        match &self.token {
            Some(token) => request.bearer_auth(token.expose_secret()),
            None => request,
        }
    }

    /// Something to say, in a new conversation or in the named one.
    pub(crate) fn message(&self, conversation: Option<i64>, message: &str) -> RequestBuilder {
        let body = json!({"conversation_id": conversation, "message": message});
        self.request(Method::POST, &format!("/api/{}/chat", self.id)).json(&body)
    }

    pub(crate) async fn get(&self, path: &str) -> Result<Answer, CliError> {
        send_patiently(self.request(Method::GET, path)).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Result<Answer, CliError> {
        send_patiently(self.request(Method::POST, path).json(&body)).await
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) -> Result<Answer, CliError> {
        send_patiently(self.request(Method::PATCH, path).json(&body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Result<Answer, CliError> {
        send_patiently(self.request(Method::DELETE, path)).await
    }
}

/// The text of a JSON value, or nothing.
fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// A word nobody uses, so that what is looked for is what was made.
pub(crate) fn made_up_word() -> String {
    let mut random = rand::rng();
    let mut letter = |letters: &[u8]| char::from(letters[random.random_range(0..letters.len())]);
    (0..4).flat_map(|_| [letter(b"bdfgklmnprtvz"), letter(b"aiou")]).collect()
}

/// Resolves when the person at the terminal, or a service manager, wants an end.
pub(crate) async fn interrupted() {
    #[cfg(unix)]
    if let Ok(mut terminate) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = tokio::signal::ctrl_c() => {}
        }
        return;
    }
    drop(tokio::signal::ctrl_c().await);
}
