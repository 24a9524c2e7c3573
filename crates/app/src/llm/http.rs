//! One request over HTTP: where it goes, with which key, and what a refusal means.

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use opentelemetry::trace::TraceContextExt as _;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, DATE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use reqwest::{Client, Response, StatusCode, Url};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use tokio::time::{Instant, timeout_at};
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

use super::wire::Dialect;
use super::{ModelError, ModelsConfig, Phase, ProviderConfig, ProviderKind};

/// Most bytes read of a refusal, to find its error code.
const MAX_REFUSAL: usize = 16 * 1024;

/// A provider that cannot be used as it is configured.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("provider {provider}: {what}")]
pub struct ProviderError {
    /// The provider's name.
    pub provider: String,
    /// What is wrong.
    pub what: &'static str,
}

/// The HTTP client all providers share, so that they share its settings and its connections.
///
/// # Errors
/// The TLS library cannot be set up.
pub(super) fn shared_client(config: &ModelsConfig) -> Result<Client, ProviderError> {
    Client::builder()
        .connect_timeout(config.connect_timeout)
        // A redirect would take the key and the tasks to a place nobody configured.
        .redirect(reqwest::redirect::Policy::none())
        .user_agent(concat!("saydo/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|_| ProviderError { provider: "(all)".to_owned(), what: "TLS cannot be set up" })
}

/// Where one provider's requests go.
#[derive(Clone)]
pub(super) struct Endpoint {
    client: Client,
    url: Url,
    headers: HeaderMap,
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Nothing else of the URL: passwords may stand before the host and keys in the query.
        formatter.debug_struct("Endpoint").field("host", &self.url.host_str()).finish_non_exhaustive()
    }
}

impl Endpoint {
    /// Reads a provider's configuration.
    ///
    /// # Errors
    /// The base URL or the key cannot be used.
    pub(super) fn new(client: Client, provider: &ProviderConfig) -> Result<(Self, Dialect), ProviderError> {
        let wrong = |what| ProviderError { provider: provider.name.clone(), what };
        let mut url = base_url(provider).ok_or_else(|| wrong("base_url is not an http or https URL"))?;
        let dialect =
            Dialect { kind: provider.kind, model: provider.model.clone(), is_openai: is_openai(url.host_str()) };
        let (path, query) = dialect.path();
        url.path_segments_mut()
            .map_err(|()| wrong("base_url is not an http or https URL"))?
            .pop_if_empty()
            .extend(path);
        if let Some(query) = query {
            let joined = url.query().map_or_else(|| query.to_owned(), |before| format!("{before}&{query}"));
            url.set_query(Some(&joined));
        }
        let mut headers = HeaderMap::new();
        if let Some(key) = provider.api_key.as_ref().filter(|key| !key.expose_secret().is_empty()) {
            let (name, value) =
                key_header(provider.kind, key).ok_or_else(|| wrong("the key has unusable characters"))?;
            headers.insert(name, value);
        }
        if provider.kind == ProviderKind::Anthropic {
            headers.insert("anthropic-version", HeaderValue::from_static("2023-06-01"));
        }
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        Ok((Self { client, url, headers }, dialect))
    }

    /// Sends a request and waits for the head of a successful answer.
    pub(super) async fn post(&self, body: Vec<u8>, first_byte: Instant) -> Result<Response, ModelError> {
        let mut headers = self.headers.clone();
        if let Some(parent) = traceparent() {
            headers.insert("traceparent", parent);
        }
        let request = self.client.post(self.url.clone()).headers(headers).body(body);
        let response = timeout_at(first_byte, request.send())
            .await
            .map_err(|_| ModelError::Timeout(Phase::FirstByte))?
            .map_err(|error| send_error(&error))?;
        if response.status().is_success() { Ok(response) } else { Err(refusal(response, first_byte).await) }
    }
}

/// The W3C trace context of what happens here: the model server's own spans can join the trace.
fn traceparent() -> Option<HeaderValue> {
    let context = tracing::Span::current().context();
    let span = context.span().span_context().clone();
    let parent = || format!("00-{}-{}-{:02x}", span.trace_id(), span.span_id(), span.trace_flags().to_u8());
    span.is_valid().then(|| HeaderValue::from_str(&parent()).ok()).flatten()
}

/// Where the API of a provider begins; `None` when its address cannot be used.
#[must_use]
pub fn base_url(provider: &ProviderConfig) -> Option<Url> {
    let own = match provider.kind {
        ProviderKind::ChatCompletions | ProviderKind::Responses => "https://api.openai.com/v1",
        ProviderKind::Anthropic => "https://api.anthropic.com/v1",
        ProviderKind::Gemini => "https://generativelanguage.googleapis.com/v1beta",
        ProviderKind::Ollama => "http://127.0.0.1:11434/v1",
    };
    let mut url = Url::parse(provider.base_url.as_deref().unwrap_or(own)).ok()?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        return None;
    }
    if provider.kind == ProviderKind::Ollama && url.path() == "/" {
        // People know Ollama by its bare address.
        url.set_path("/v1");
    }
    url.set_fragment(None);
    Some(url)
}

fn is_openai(host: Option<&str>) -> bool {
    host.is_some_and(|host| host == "api.openai.com" || host.ends_with(".azure.com"))
}

fn key_header(kind: ProviderKind, key: &SecretString) -> Option<(HeaderName, HeaderValue)> {
    let key = key.expose_secret();
    let (name, value) = match kind {
        ProviderKind::Anthropic => (HeaderName::from_static("x-api-key"), HeaderValue::from_str(key)),
        ProviderKind::Gemini => (HeaderName::from_static("x-goog-api-key"), HeaderValue::from_str(key)),
        _ => (AUTHORIZATION, HeaderValue::from_str(&format!("Bearer {key}"))),
    };
    let mut value = value.ok()?;
    value.set_sensitive(true);
    Some((name, value))
}

/// Why sending failed, in words of our own: the library's have the URL in them.
fn send_error(error: &reqwest::Error) -> ModelError {
    match (error.is_connect(), error.is_timeout()) {
        (true, true) => ModelError::Timeout(Phase::Connect),
        (true, false) => ModelError::Connect("no connection".to_owned()),
        (false, _) => ModelError::Connect("the connection broke before an answer".to_owned()),
    }
}

async fn refusal(mut response: Response, until: Instant) -> ModelError {
    let status = response.status();
    let retry_after = retry_after(response.headers());
    let mut body = Vec::new();
    while let Ok(Ok(Some(chunk))) = timeout_at(until, response.chunk()).await {
        body.extend_from_slice(&chunk);
        if body.len() > MAX_REFUSAL {
            break;
        }
    }
    let code = error_code(&body);
    match status {
        // Waiting brings no money.
        StatusCode::TOO_MANY_REQUESTS if code == "insufficient_quota" => ModelError::Refused(429, code),
        StatusCode::TOO_MANY_REQUESTS => ModelError::RateLimited { retry_after },
        StatusCode::SERVICE_UNAVAILABLE if retry_after.is_some() => ModelError::RateLimited { retry_after },
        StatusCode::REQUEST_TIMEOUT => ModelError::Server(408),
        status if status.is_server_error() => ModelError::Server(status.as_u16()),
        status => ModelError::Refused(status.as_u16(), code),
    }
}

/// How long a server asks to wait: `retry-after-ms`, or `Retry-After` as seconds or as a date, counted from the
/// server's own `Date` so that clocks need not agree.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let header = |name: &str| headers.get(name)?.to_str().ok().map(str::trim);
    let seconds = |text: &str| text.parse::<f64>().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    if let Some(millis) = header("retry-after-ms").and_then(|text| text.parse().ok()) {
        return Some(Duration::from_millis(millis));
    }
    let text = header(RETRY_AFTER.as_str())?;
    seconds(text).or_else(|| {
        let date = |text: &str| rfc2822::parse(text).ok().map(|date| date.timestamp());
        let (until, now): (Timestamp, Timestamp) = (date(text)?, date(header(DATE.as_str())?)?);
        Some(Duration::try_from(until.duration_since(now)).unwrap_or(Duration::ZERO))
    })
}

/// The error code of a refusal's body: an identifier or nothing, as bodies may repeat what was sent.
pub(crate) fn error_code(body: &[u8]) -> String {
    let Ok(body) = serde_json::from_slice::<Value>(body) else { return String::new() };
    let error = body.get("error").unwrap_or(&body);
    let words = ["code", "type", "status"].iter().filter_map(|key| error.get(key).and_then(Value::as_str));
    words.map(identifier).find(|word| !word.is_empty()).unwrap_or_default()
}

/// A short identifier, or nothing if the text is none.
pub(super) fn identifier(text: &str) -> String {
    let letters = |letter: char| letter.is_ascii_alphabetic() || matches!(letter, '_' | '.' | '-');
    if text.len() <= 48 && text.chars().all(letters) { text.to_owned() } else { String::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn retry_after_in_all_its_forms() {
        let wait = |pairs: &[_]| retry_after(&headers(pairs)).map(|wait| wait.as_millis());
        assert_eq!(wait(&[("retry-after", "2")]), Some(2000));
        assert_eq!(wait(&[("retry-after", "0.5")]), Some(500));
        assert_eq!(wait(&[("retry-after", "9"), ("retry-after-ms", "120")]), Some(120));
        let date = "Wed, 21 Oct 2026 07:28:30 GMT";
        assert_eq!(wait(&[("retry-after", date), ("date", "Wed, 21 Oct 2026 07:28:00 GMT")]), Some(30_000));
        assert_eq!(wait(&[("retry-after", date), ("date", "Wed, 21 Oct 2026 07:29:00 GMT")]), Some(0));
        assert_eq!(wait(&[("retry-after", "soon")]), None);
        assert_eq!(wait(&[("retry-after", "-1")]), None);
        assert_eq!(wait(&[]), None);
    }

    fn provider(kind: ProviderKind, base_url: Option<&str>) -> ProviderConfig {
        ProviderConfig {
            name: "p".into(),
            kind,
            base_url: base_url.map(Into::into),
            api_key: Some("very-secret".into()),
            model: "m".into(),
            price: super::super::Price::default(),
        }
    }

    fn endpoint(kind: ProviderKind, base_url: Option<&str>) -> Result<Endpoint, ProviderError> {
        let client = shared_client(&ModelsConfig::default()).unwrap();
        Endpoint::new(client, &provider(kind, base_url)).map(|(endpoint, _)| endpoint)
    }

    #[test]
    fn urls() {
        let url = |kind, base| endpoint(kind, base).map(|endpoint| endpoint.url.to_string());
        use ProviderKind::*;
        let cases = [
            (ChatCompletions, None, "https://api.openai.com/v1/chat/completions"),
            (ChatCompletions, Some("http://h:1/v1/"), "http://h:1/v1/chat/completions"),
            (Responses, Some("http://h/openai/v1?api-version=x"), "http://h/openai/v1/responses?api-version=x"),
            (Anthropic, None, "https://api.anthropic.com/v1/messages"),
            (Gemini, Some("http://h/v1?k=1"), "http://h/v1/models/m:streamGenerateContent?k=1&alt=sse"),
            (Ollama, Some("http://box:11434"), "http://box:11434/v1/chat/completions"),
        ];
        for (kind, base, expected) in cases {
            assert_eq!(url(kind, base).as_deref(), Ok(expected));
        }
        for bad in ["", "host", "ftp://h", "data:x"] {
            assert!(url(ChatCompletions, Some(bad)).is_err(), "{bad}");
        }
    }

    #[test]
    fn nothing_secret_is_printed() {
        let endpoint =
            endpoint(ProviderKind::ChatCompletions, Some("http://u:very-secret@h/v1?key=very-secret")).unwrap();
        let printed = format!("{endpoint:?} {:?}", endpoint.headers);
        assert!(!printed.contains("very-secret"), "{printed}");
        assert!(!format!("{:?}", provider(ProviderKind::Gemini, None)).contains("very-secret"));
        assert_eq!(error_code(br#"{"error": {"code": "your key very-secret is wrong"}}"#), "");
        assert_eq!(error_code(br#"{"error": {"code": "invalid_api_key"}}"#), "invalid_api_key");
    }
}
