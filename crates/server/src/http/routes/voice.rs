//! `/api/voice`: speech in and out. Nothing heard or said is kept or logged, and nothing is changed: there is no use
//! for an `Idempotency-Key` here.

use std::time::Duration;

use axum::{
    Json as Answer, RequestExt as _,
    body::{Body, Bytes},
    extract::{FromRequest as _, Multipart, Request, State, multipart::Field},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use futures_util::{StreamExt as _, TryStreamExt as _, stream::BoxStream};
use saydo_app::{
    AppError,
    voice::{AudioFormat, MAX_CHARACTERS, MAX_RECORDING, Recording, Speech, SpeechFormat, Voice, VoiceError, language},
};
use serde::{Deserialize, Serialize};

use crate::http::{
    auth::Me,
    body::{self, Json},
    error::ApiResult,
    problem::Problem,
    query::Params,
    state::AppState,
};

/// Largest body of a transcription: the recording and the form around it.
pub(in crate::http) const MAX_BODY: usize = MAX_RECORDING + 64 * 1024;
/// Longest `language` in a form; longer ones are none.
const MAX_LANGUAGE: usize = 64;
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

/// The form of a transcription, for the API's description.
#[derive(Debug, utoipa::ToSchema)]
#[expect(dead_code, reason = "forms are read piece by piece; this only describes them")]
pub(in crate::http) struct RecordingForm {
    /// The recording.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
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

fn too_large() -> Problem {
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", "A recording has at most 25 MiB.")
}

fn unknown_format() -> Problem {
    let detail = "Send a recording as WebM, MP4, Ogg, MP3, WAV or FLAC.";
    Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", detail)
}

/// A recording as it came in.
#[derive(Default)]
struct Upload {
    /// What it is said to be.
    format: Option<AudioFormat>,
    pieces: Vec<Bytes>,
    language: Option<String>,
}

/// Reads a body: a form, or nothing but the recording.
async fn upload(request: Request) -> ApiResult<Upload> {
    let kind = request.headers().get(header::CONTENT_TYPE).map(|kind| kind.to_str().unwrap_or_default().to_owned());
    if kind.as_deref().is_some_and(|kind| kind.trim_start().to_ascii_lowercase().starts_with("multipart/form-data")) {
        let form = Multipart::from_request(request, &()).await;
        return form_upload(form.map_err(|_| bad_form())?).await;
    }
    let format = said(kind.as_deref())?;
    let stream = request.with_limited_body().into_body().into_data_stream();
    let pieces = pieces(stream.map_err(|error| of_body(&error)).boxed(), MAX_RECORDING).await?;
    Ok(not_empty(Upload { format, pieces, language: None })?)
}

/// The format a content type names; `None` where it names none.
fn said(kind: Option<&str>) -> Result<Option<AudioFormat>, Problem> {
    let Some(kind) = kind.filter(|kind| !kind.trim().to_ascii_lowercase().starts_with("application/octet-stream"))
    else {
        return Ok(None);
    };
    AudioFormat::of_content_type(kind).map(Some).ok_or_else(unknown_format)
}

async fn form_upload(mut form: Multipart) -> ApiResult<Upload> {
    let mut upload = Upload::default();
    while let Some(field) = form.next_field().await.map_err(|error| of_form(&error))? {
        match field.name() {
            Some("file") if upload.pieces.is_empty() => {
                upload.format = said(field.content_type())?;
                upload.pieces = field_pieces(field, MAX_RECORDING).await?;
            }
            Some("file") => return Err(Problem::field("file", "Send one recording at a time.").into()),
            Some("language") => {
                let text = field_pieces(field, MAX_LANGUAGE).await.map_err(|_| bad_language())?.concat();
                upload.language = Some(String::from_utf8(text).map_err(|_| bad_language())?);
            }
            other => return Err(Problem::field(other.unwrap_or("body"), "There is no such field.").into()),
        }
    }
    Ok(not_empty(upload)?)
}

fn not_empty(upload: Upload) -> Result<Upload, Problem> {
    if upload.pieces.is_empty() { Err(Problem::field("file", "There is no recording.")) } else { Ok(upload) }
}

async fn field_pieces(field: Field<'_>, most: usize) -> Result<Vec<Bytes>, Problem> {
    pieces(field.map_err(|error| of_form(&error)).boxed(), most).await
}

/// Keeps what comes, in its pieces: a recording is in memory once.
async fn pieces(mut stream: BoxStream<'_, Result<Bytes, Problem>>, most: usize) -> Result<Vec<Bytes>, Problem> {
    let (mut pieces, mut length) = (Vec::new(), 0);
    while let Some(piece) = stream.next().await {
        let piece = piece?;
        length += piece.len();
        if length > most {
            return Err(too_large());
        }
        if !piece.is_empty() {
            pieces.push(piece);
        }
    }
    Ok(pieces)
}

fn of_body(error: &axum::Error) -> Problem {
    let problem = body::unread(error);
    if problem.status == StatusCode::PAYLOAD_TOO_LARGE { too_large() } else { problem }
}

fn of_form(error: &axum::extract::multipart::MultipartError) -> Problem {
    match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => too_large(),
        _ => match body::unread(error) {
            slow if slow.status == StatusCode::REQUEST_TIMEOUT => slow,
            _ => bad_form(),
        },
    }
}

fn bad_form() -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "bad_body", "The form cannot be read.")
}

fn bad_language() -> Problem {
    Problem::field("language", "A language is a code like en or de-AT.")
}
