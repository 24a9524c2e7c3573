//! A running server as it looks from outside: requests over its own API, and their answers.

use std::{
    error::Error as _,
    net::IpAddr,
    time::{Duration, Instant},
};

use reqwest::{
    Client, ClientBuilder, Method, RequestBuilder, StatusCode, Url,
    header::{HeaderMap, RETRY_AFTER},
};
use serde_json::Value;

use super::CliError;
use crate::{config::Config, operator::Passes};

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
    /// For who signs up where nobody may.
    passes: Option<Passes>,
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
        let mut site =
            Self { http: Client::new(), base: url.as_str().trim_end_matches('/').to_owned(), host, passes: None };
        site.http = site.client(timeout)?;
        Ok(site)
    }

    /// The same for who runs it, by these settings.
    pub(crate) fn for_operator(self, config: &Config) -> Self {
        Self { passes: Passes::needed(config), ..self }
    }

    /// What lets this e-mail sign up, where it takes something.
    pub(crate) fn pass(&self, email: &str) -> Option<String> {
        self.passes.as_ref().and_then(|passes| passes.seal(email))
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
