//! `/api/voice`: speech in and out. Nothing heard or said is kept or logged, and nothing is changed: there is no use
//! for an `Idempotency-Key` here.

mod upload;

use std::time::Duration;

use axum::{
    Json as Answer,
    body::Body,
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use futures_util::TryStreamExt as _;
use saydo_app::{
    AppError,
    voice::{AudioFormat, MAX_CHARACTERS, MAX_RECORDING, Recording, Speech, SpeechFormat, Voice, VoiceError, language},
};
use serde::{Deserialize, Serialize};

use crate::http::{auth::Me, body::Json, error::ApiResult, problem::Problem, query::Params, state::AppState};

use self::upload::{RecordingForm, too_large, unknown_format, upload};

/// Largest body of a transcription: the recording and the form around it.
pub(in crate::http) const MAX_BODY: usize = MAX_RECORDING + 64 * 1024;
/// When to try again if too many recordings are on their way.
const COME_BACK: Duration = Duration::from_secs(5);

/// What can be done with speech here.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(in crate::http) struct VoiceView {
    /// Whether speech can be turned into text.
    transcribe: bool,
    /// Whether text can be read aloud.
    speak: bool,
    /// Content types recordings come in.
    formats: Vec<&'static str>,
    /// Formats speech is given in.
    speech_formats: [SpeechFormat; SpeechFormat::ALL.len()],
    /// Largest recording.
    max_bytes: usize,
    /// Longest text that is read aloud.
    max_characters: usize,
}

/// The query string of a transcription.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct LanguageInput {
    /// The language spoken (`en`, `de-AT`); found out when it is missing.
    language: Option<String>,
}

/// What was said.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(in crate::http) struct Transcript {
    /// The words.
    text: String,
}

/// The body of `POST /api/voice/speak`.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"text": "Added “Buy milk”.", "format": "mp3"}))]
pub(in crate::http) struct SpeechInput {
    /// What to read aloud: 1 to 4,096 characters after trimming.
    #[schema(example = "Added “Buy milk”.")]
    text: String,
    /// A voice of the speech server; the configured one when it is missing.
    #[serde(default)]
    voice: Option<String>,
    /// `mp3` when it is missing.
    #[serde(default)]
    format: Option<SpeechFormat>,
}

/// What can be done with speech here.
#[utoipa::path(get, operation_id = "voice", path = "/api/voice", tag = "voice",
    responses((status = 200, description = "What is configured, and its limits", body = VoiceView)))]
pub(in crate::http) async fn about(State(state): State<AppState>) -> Answer<VoiceView> {
    let voice = state.app.voice.as_ref();
    Answer(VoiceView {
        transcribe: voice.is_some_and(Voice::can_transcribe),
        speak: voice.is_some_and(Voice::can_speak),
        formats: AudioFormat::ALL.iter().flat_map(|format| format.content_types()).copied().collect(),
        speech_formats: SpeechFormat::ALL,
        max_bytes: MAX_RECORDING,
        max_characters: MAX_CHARACTERS,
    })
}

/// Turn a recording into text.
///
/// The recording is the body, with its own content type, or the `file` of a form.
#[utoipa::path(post, operation_id = "transcribe", path = "/api/voice/transcribe", tag = "voice", params(LanguageInput),
    request_body(content = inline(RecordingForm), content_type = "multipart/form-data"),
    responses((status = 200, description = "What was said", body = Transcript),
        (status = 404, description = "No model is configured for it"),
        (status = 413, description = "The recording has more than 25 MiB"),
        (status = 415, description = "Not a recording, or of an unknown format"),
        (status = 502, description = "The speech service does not work"),
        (status = 503, description = "Too much to do; `Retry-After` says when to come back"),
        (status = 504, description = "The speech service took too long")))]
pub(in crate::http) async fn transcribe(
    State(state): State<AppState>,
    _caller: Me,
    Params(query): Params<LanguageInput>,
    request: Request,
) -> ApiResult<Answer<Transcript>> {
    let voice = state.app.voice.as_ref().filter(|voice| voice.can_transcribe());
    let voice = voice.ok_or_else(|| not_configured("OPENAI_TRANSCRIBE_MODEL"))?;
    let _place = voice.upload().ok_or_else(|| Problem {
        retry_after: Some(COME_BACK),
        ..Problem::of_status(StatusCode::SERVICE_UNAVAILABLE)
    })?;
    let upload = upload(request).await?;
    let recording = Recording::new(upload.format, upload.pieces).ok_or_else(unknown_format)?;
    let spoken = upload.language.or(query.language).map(|tag| language(&tag)).transpose().map_err(AppError::from)?;
    let text = voice.transcribe(recording, spoken).await.map_err(|error| match error {
        VoiceError::Refused { status: 413, .. } => too_large(),
        VoiceError::Refused { status: 400 | 415 | 422, .. } => {
            Problem::field("file", "The speech service cannot read this recording.")
        }
        error => failed(&error),
    })?;
    Ok(Answer(Transcript { text }))
}

/// Read a text aloud.
#[utoipa::path(post, operation_id = "speak", path = "/api/voice/speak", tag = "voice", request_body = SpeechInput,
    responses((status = 200, description = "The sound, as it comes", content_type = "audio/mpeg", body = Vec<u8>),
        (status = 404, description = "No model is configured for it"),
        (status = 502, description = "The speech service does not work"),
        (status = 503, description = "The speech service has too much to do; `Retry-After` says when to come back"),
        (status = 504, description = "The speech service took too long")))]
pub(in crate::http) async fn speak(
    State(state): State<AppState>,
    _caller: Me,
    Json(input): Json<SpeechInput>,
) -> ApiResult<Response> {
    let voice = state.app.voice.as_ref().filter(|voice| voice.can_speak());
    let voice = voice.ok_or_else(|| not_configured("OPENAI_SPEECH_MODEL"))?;
    let own_voice = input.voice.is_some();
    let speech = Speech::new(&input.text, input.voice, input.format.unwrap_or_default()).map_err(AppError::from)?;
    let audio = voice.speak(&speech).await.map_err(|error| match error {
        VoiceError::Refused { status: 400 | 404 | 422, .. } if own_voice => {
            Problem::field("voice", "The speech service does not take this voice for this text.")
        }
        error => failed(&error),
    })?;
    // It began well, so all that is left to do is to break off: the client sees that the sound is not whole.
    let bytes = audio.bytes.inspect_err(|error| tracing::warn!(%error, "speech broke off"));
    let mut response = Body::from_stream(bytes).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(audio.content_type));
    Ok(response)
}

fn not_configured(setting: &str) -> Problem {
    let detail = format!("Voice is not set up on this server; set {setting} to switch it on.");
    Problem::new(StatusCode::NOT_FOUND, "voice_not_configured", detail)
}

fn failed(error: &VoiceError) -> Problem {
    let (status, code, detail) = match error {
        VoiceError::Timeout => {
            (StatusCode::GATEWAY_TIMEOUT, "speech_timeout", "The speech service took too long; try again.")
        }
        VoiceError::Busy { .. } => {
            (StatusCode::SERVICE_UNAVAILABLE, "speech_busy", "The speech service has too much to do; try again soon.")
        }
        _ => (
            StatusCode::BAD_GATEWAY,
            "speech_unavailable",
            "The speech service does not work at the moment; type instead, or try again later.",
        ),
    };
    let retry_after = if let VoiceError::Busy { retry_after } = error { *retry_after } else { None };
    Problem { retry_after, cause: Some(error.to_string()), ..Problem::new(status, code, detail) }
}
