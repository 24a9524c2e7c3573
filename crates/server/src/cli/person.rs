//! Throw-away people at a running server: who `saydo smoke`, `saydo load` and `saydo ready` act as.

use rand::Rng as _;
use reqwest::{Method, RequestBuilder, StatusCode, header::SET_COOKIE};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    CliError,
    site::{Answer, Site, send, send_patiently},
};
use crate::operator;

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
        let request = match self.site.pass(&self.email) {
            Some(pass) => request.header(operator::HEADER, pass),
            None => request,
        };
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
