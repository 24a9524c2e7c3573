//! The client of the speech server.

use std::{fmt, sync::Arc, time::Duration};

use bytes::Bytes;
use futures_util::{StreamExt as _, stream, stream::BoxStream};
use reqwest::{
    Body, Client, RequestBuilder, Response, StatusCode, Url,
    header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue},
    multipart::{Form, Part},
};
use secrecy::ExposeSecret as _;
use serde::Deserialize;
use serde_json::json;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, timeout, timeout_at},
};

use super::{Recording, Speech, VoiceConfig, VoiceConfigError, VoiceError};
use crate::llm::{error_code, retry_after};

/// Most bytes read of an answer that is text; a recording of 25 MiB says far less.
const MAX_TEXT: usize = 1024 * 1024;
/// Most bytes of speech passed on: 4,096 characters as WAV have about 15 MB.
const MAX_SPEECH: usize = 64 * 1024 * 1024;

/// The speech server; cheap to clone.
#[derive(Clone)]
pub struct Voice(Arc<Inner>);

struct Inner {
    client: Client,
    transcriptions: Url,
    speech: Url,
    headers: HeaderMap,
    uploads: Arc<Semaphore>,
    config: VoiceConfig,
}

/// Speech as it comes in. After an error nothing more comes. Dropping it closes the connection.
pub struct SpokenAudio {
    /// Its content type.
    pub content_type: &'static str,
    /// Its bytes.
    pub bytes: BoxStream<'static, Result<Bytes, VoiceError>>,
}

impl fmt::Debug for Voice {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Nothing of the URL or the headers: both may hold keys.
        let VoiceConfig { transcribe_model, speech_model, .. } = &self.0.config;
        formatter.debug_tuple("Voice").field(transcribe_model).field(speech_model).finish()
    }
}

impl Voice {
    /// Reads the configuration.
    ///
    /// # Errors
    /// The base URL or the key cannot be used.
    pub fn new(config: &VoiceConfig) -> Result<Self, VoiceConfigError> {
        let base = config.base_url.as_deref().unwrap_or("https://api.openai.com/v1");
        let mut headers = HeaderMap::new();
        if let Some(key) = config.api_key.as_ref().filter(|key| !key.expose_secret().is_empty()) {
            let mut value = HeaderValue::from_str(&format!("Bearer {}", key.expose_secret()))
                .map_err(|_| VoiceConfigError("the key has unusable characters"))?;
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
        }
        let client = Client::builder()
            .connect_timeout(config.connect_timeout)
            // A redirect would take the key and the recording to a place nobody configured.
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("saydo/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|_| VoiceConfigError("TLS cannot be set up"))?;
        Ok(Self(Arc::new(Inner {
            client,
            transcriptions: address(base, "transcriptions")?,
            speech: address(base, "speech")?,
            headers,
            uploads: Arc::new(Semaphore::new(config.uploads)),
            config: config.clone(),
        })))
    }

    /// Whether speech can be turned into text.
    #[must_use]
    pub fn can_transcribe(&self) -> bool {
        self.0.config.transcribe_model.is_some()
    }

    /// Whether text can be read aloud.
    #[must_use]
    pub fn can_speak(&self) -> bool {
        self.0.config.speech_model.is_some()
    }

    /// A place for one recording in memory; `None` when all are taken. Given back on drop.
    #[must_use]
    pub fn upload(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.0.uploads).try_acquire_owned().ok()
    }

    /// What was said in a recording, in this language if the person names one.
    ///
    /// # Errors
    /// When no model is configured, or the speech server gives no text.
    pub async fn transcribe(&self, recording: Recording, language: Option<String>) -> Result<String, VoiceError> {
        let inner = &*self.0;
        let model = inner.config.transcribe_model.clone().ok_or(VoiceError::NotConfigured)?;
        let until = Instant::now() + inner.config.timeout;
        let length = recording.len();
        let format = recording.format;
        let pieces = stream::iter(recording.pieces.into_iter().map(Ok::<_, std::convert::Infallible>));
        let file = Part::stream_with_length(Body::wrap_stream(pieces), length)
            .file_name(format!("speech.{}", format.extension()))
            .mime_str(format.content_types()[0])
            .map_err(|_| VoiceError::Malformed("content type"))?;
        let mut form = Form::new().text("model", model).text("response_format", "json").part("file", file);
        if let Some(language) = language {
            form = form.text("language", language);
        }
        let response = inner.send(inner.client.post(inner.transcriptions.clone()).multipart(form), until).await?;
        let answer = read(response, MAX_TEXT, until).await?;
        #[derive(Deserialize)]
        struct Heard {
            text: String,
        }
        let heard: Heard = serde_json::from_slice(&answer).map_err(|_| VoiceError::Malformed("no text"))?;
        Ok(heard.text.trim().to_owned())
    }

    /// Reads a text aloud. Resolves when the first sound is there.
    ///
    /// # Errors
    /// When no model is configured, or the speech server gives no sound.
    pub async fn speak(&self, speech: &Speech) -> Result<SpokenAudio, VoiceError> {
        let inner = &*self.0;
        let model = inner.config.speech_model.as_deref().ok_or(VoiceError::NotConfigured)?;
        let until = Instant::now() + inner.config.timeout;
        let voice = speech.voice.as_deref().unwrap_or(&inner.config.speech_voice);
        let body = json!({"model": model, "voice": voice, "response_format": speech.format, "input": speech.text});
        let mut response = inner.send(inner.client.post(inner.speech.clone()).json(&body), until).await?;
        if !is_sound(response.headers()) {
            return Err(VoiceError::Malformed("not sound"));
        }
        let first = chunk(&mut response, until).await?.ok_or(VoiceError::Malformed("no sound"))?;
        let rest = rest(response, inner.config.idle_timeout, MAX_SPEECH.saturating_sub(first.len()));
        let bytes = stream::once(async move { Ok(first) }).chain(rest).boxed();
        Ok(SpokenAudio { content_type: speech.format.content_type(), bytes })
    }
}

impl Inner {
    /// Sends a request and waits for the head of a successful answer.
    async fn send(&self, request: RequestBuilder, until: Instant) -> Result<Response, VoiceError> {
        let response = timeout_at(until, request.headers(self.headers.clone()).send())
            .await
            .map_err(|_| VoiceError::Timeout)?
            // Words of our own: the library's have the URL in them.
            .map_err(|error| if error.is_timeout() { VoiceError::Timeout } else { VoiceError::Unreachable })?;
        if response.status().is_success() { Ok(response) } else { Err(refusal(response, until).await) }
    }
}

/// `audio/{what}` behind the base URL, whose query stays.
fn address(base: &str, what: &str) -> Result<Url, VoiceConfigError> {
    let wrong = || VoiceConfigError("the base URL is not an http or https URL");
    let mut url = Url::parse(base).map_err(|_| wrong())?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(wrong());
    }
    url.path_segments_mut().map_err(|()| wrong())?.pop_if_empty().extend(["audio", what]);
    url.set_fragment(None);
    Ok(url)
}

/// An answer without a type is taken for sound: some small servers send none.
fn is_sound(headers: &HeaderMap) -> bool {
    let Some(kind) = headers.get(CONTENT_TYPE) else { return true };
    let kind = kind.to_str().unwrap_or_default().to_ascii_lowercase();
    ["audio/", "video/", "application/octet-stream", "application/ogg"].iter().any(|start| kind.starts_with(start))
}

async fn chunk(response: &mut Response, until: Instant) -> Result<Option<Bytes>, VoiceError> {
    let chunk = timeout_at(until, response.chunk()).await.map_err(|_| VoiceError::Timeout)?;
    chunk.map_err(|_| VoiceError::Unreachable)
}

/// An answer to its end, if it is no longer than this.
async fn read(mut response: Response, most: usize, until: Instant) -> Result<Vec<u8>, VoiceError> {
    let mut body = Vec::new();
    while let Some(chunk) = chunk(&mut response, until).await? {
        if body.len() + chunk.len() > most {
            return Err(VoiceError::Malformed("too long"));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// What follows the first sound: a silence that is too long and a speech without an end are errors.
fn rest(
    response: Response,
    idle: Duration,
    room: usize,
) -> impl futures_util::Stream<Item = Result<Bytes, VoiceError>> + Send {
    stream::unfold(Some((response, room)), move |state| async move {
        let (mut response, room) = state?;
        match timeout(idle, response.chunk()).await {
            Err(_) => Some((Err(VoiceError::Timeout), None)),
            Ok(Err(_)) => Some((Err(VoiceError::Unreachable), None)),
            Ok(Ok(None)) => None,
            Ok(Ok(Some(chunk))) => match room.checked_sub(chunk.len()) {
                Some(room) => Some((Ok(chunk), Some((response, room)))),
                None => Some((Err(VoiceError::Malformed("too long")), None)),
            },
        }
    })
}

async fn refusal(response: Response, until: Instant) -> VoiceError {
    let status = response.status();
    let retry_after = retry_after(response.headers());
    let code = error_code(&read(response, MAX_TEXT, until).await.unwrap_or_default());
    match status {
        // Waiting brings no money.
        StatusCode::TOO_MANY_REQUESTS if code != "insufficient_quota" => VoiceError::Busy { retry_after },
        StatusCode::SERVICE_UNAVAILABLE if retry_after.is_some() => VoiceError::Busy { retry_after },
        StatusCode::REQUEST_TIMEOUT | StatusCode::GATEWAY_TIMEOUT => VoiceError::Timeout,
        status if status.is_client_error() => VoiceError::Refused { status: status.as_u16(), code },
        status => VoiceError::Server(status.as_u16()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn voice(base_url: &str, key: &str) -> Result<Voice, VoiceConfigError> {
        Voice::new(&VoiceConfig {
            base_url: Some(base_url.to_owned()),
            api_key: Some(key.into()),
            ..VoiceConfig::default()
        })
    }

    #[test]
    fn addresses() {
        let of = |base| voice(base, "k").map(|voice| voice.0.transcriptions.to_string());
        assert_eq!(of("http://h:1/v1").as_deref(), Ok("http://h:1/v1/audio/transcriptions"));
        assert_eq!(of("http://h/v1/?version=2#x").as_deref(), Ok("http://h/v1/audio/transcriptions?version=2"));
        for bad in ["", "h", "ftp://h/v1", "data:x"] {
            assert!(of(bad).is_err(), "{bad}");
        }
        assert!(voice("http://h/v1", "a\nb").is_err());
    }

    #[test]
    fn nothing_secret_is_printed() {
        let voice = voice("http://u:very-secret@h/v1?key=very-secret", "very-secret").unwrap();
        let printed = format!("{voice:?} {:?} {:?}", voice.0.headers, voice.0.config.api_key);
        assert!(!printed.contains("very-secret"), "{printed}");
    }

    #[test]
    fn what_is_sound() {
        let sound =
            |kind: &'static str| is_sound(&HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(kind))]));
        assert!(sound("audio/mpeg") && sound("Application/Octet-Stream") && is_sound(&HeaderMap::new()));
        assert!(!sound("application/json") && !sound("text/html"));
    }

    #[test]
    fn places_for_recordings_are_counted() {
        let voice = Voice::new(&VoiceConfig { uploads: 1, ..VoiceConfig::default() }).unwrap();
        let first = voice.upload();
        assert!(first.is_some() && voice.upload().is_none());
        drop(first);
        assert!(voice.upload().is_some());
    }
}
