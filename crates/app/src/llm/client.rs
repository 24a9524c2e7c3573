//! A model behind HTTP: sends the request in its server's wire format and reads the answer as it comes.

use std::time::Duration;

use futures_util::future::BoxFuture;
use futures_util::stream;
use reqwest::Response;
use reqwest::header::CONTENT_TYPE;
use tokio::time::{Instant, timeout_at};

use super::answer::Answer;
use super::http::{Endpoint, ProviderError};
use super::sse::{SseDecoder, SseEvent};
use super::wire::Dialect;
use super::{ModelClient, ModelError, ModelEvent, ModelRequest, ModelStream, ModelsConfig, Phase, ProviderConfig};

/// Most bytes of one answer, framing included.
const MAX_ANSWER: usize = 1024 * 1024;
/// How long an answer that has ended is waited on for its usage and its proper end.
const GRACE: Duration = Duration::from_secs(2);

/// A model at a configured provider.
#[derive(Debug, Clone)]
pub(super) struct HttpModel {
    endpoint: Endpoint,
    dialect: Dialect,
    first_byte_timeout: Duration,
    idle_timeout: Duration,
}

impl HttpModel {
    /// Reads a provider's configuration.
    ///
    /// # Errors
    /// The base URL or the key cannot be used.
    pub(super) fn new(
        client: reqwest::Client,
        provider: &ProviderConfig,
        config: &ModelsConfig,
    ) -> Result<Self, ProviderError> {
        let (endpoint, dialect) = Endpoint::new(client, provider)?;
        Ok(Self { endpoint, dialect, first_byte_timeout: config.first_byte_timeout, idle_timeout: config.idle_timeout })
    }
}

impl ModelClient for HttpModel {
    fn model(&self) -> &str {
        &self.dialect.model
    }

    fn stream(&self, request: ModelRequest) -> BoxFuture<'static, Result<ModelStream, ModelError>> {
        let this = self.clone();
        Box::pin(async move {
            let body = this.dialect.write(&request).to_string().into_bytes();
            let answer = Answer::new(&request, body.len());
            let first_byte = Instant::now() + this.first_byte_timeout;
            let response = this.endpoint.post(body, first_byte).await?;
            let reader = Reader::new(response, this.dialect, answer, first_byte, this.idle_timeout);
            let events = stream::unfold(reader, |mut reader| async move {
                let event = reader.next().await?;
                Some((event, reader))
            });
            Ok(Box::pin(events) as ModelStream)
        })
    }
}

/// Reads one answer.
struct Reader {
    /// Gone when the answer has ended.
    response: Option<Response>,
    dialect: Dialect,
    answer: Answer,
    decoder: SseDecoder,
    /// The body so far, if the server answers with one JSON document instead of a stream.
    whole: Option<Vec<u8>>,
    received: usize,
    first_byte: Instant,
    idle_timeout: Duration,
    failure: Option<ModelError>,
}

impl Reader {
    fn new(response: Response, dialect: Dialect, answer: Answer, first_byte: Instant, idle_timeout: Duration) -> Self {
        let content_type = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
        let is_whole = content_type.trim_start().to_ascii_lowercase().starts_with("application/json");
        Self {
            response: Some(response),
            dialect,
            answer,
            decoder: SseDecoder::default(),
            whole: is_whole.then(Vec::new),
            received: 0,
            first_byte,
            idle_timeout,
            failure: None,
        }
    }

    async fn next(&mut self) -> Option<Result<ModelEvent, ModelError>> {
        loop {
            if let Some(event) = self.answer.next() {
                return Some(Ok(event));
            }
            if self.answer.is_closed() {
                return self.failure.take().map(Err);
            }
            match self.read().await {
                Ok(false) => {}
                Ok(true) => self.close(),
                // The answer was whole: what failed is only its trimmings.
                Err(_) if self.answer.is_stopped() => self.close(),
                Err(error) => {
                    self.answer.abandon();
                    self.failure = Some(error);
                    self.response = None;
                }
            }
        }
    }

    fn close(&mut self) {
        self.response = None;
        self.answer.close();
    }

    /// Reads a piece; true at the end of the answer.
    async fn read(&mut self) -> Result<bool, ModelError> {
        let Some(response) = self.response.as_mut() else { return Ok(true) };
        let (until, phase) = match (self.received, self.answer.is_stopped()) {
            (0, _) => (self.first_byte, Phase::FirstByte),
            (_, true) => (Instant::now() + GRACE.min(self.idle_timeout), Phase::Idle),
            (_, false) => (Instant::now() + self.idle_timeout, Phase::Idle),
        };
        let chunk = timeout_at(until, response.chunk())
            .await
            .map_err(|_| ModelError::Timeout(phase))?
            .map_err(|_| ModelError::Truncated)?;
        let Some(chunk) = chunk else {
            self.end_of_body()?;
            return if self.answer.is_stopped() { Ok(true) } else { Err(ModelError::Truncated) };
        };
        self.received += chunk.len();
        if self.received > MAX_ANSWER {
            return Err(ModelError::Malformed("more than 1 MiB".to_owned()));
        }
        if let Some(whole) = self.whole.as_mut() {
            whole.extend_from_slice(&chunk);
            return Ok(false);
        }
        let mut events = Vec::new();
        self.decoder.feed(&chunk, |event| events.push(event));
        events.iter().try_for_each(|event| self.take(event))?;
        Ok(self.answer.is_complete())
    }

    fn end_of_body(&mut self) -> Result<(), ModelError> {
        if let Some(whole) = self.whole.take() {
            if whole.is_empty() {
                return Err(ModelError::Truncated);
            }
            let body = serde_json::from_slice(&whole)
                .map_err(|_| ModelError::Malformed("a body that is no JSON".to_owned()))?;
            return self.dialect.read_whole(&body, &mut self.answer);
        }
        match self.decoder.finish() {
            // A piece of an event tells no more than that the rest is missing.
            Some(event) => self.take(&event).map_err(|_| ModelError::Truncated),
            None => Ok(()),
        }
    }

    fn take(&mut self, event: &SseEvent) -> Result<(), ModelError> {
        let data = event.data.trim();
        if data.is_empty() || self.answer.is_complete() {
            return Ok(());
        }
        if data == "[DONE]" {
            self.answer.stop(super::StopReason::Finished);
            self.answer.complete();
            return Ok(());
        }
        let data =
            serde_json::from_str(data).map_err(|_| ModelError::Malformed("an event that is no JSON".to_owned()))?;
        self.dialect.read(&event.name, &data, &mut self.answer)
    }
}
