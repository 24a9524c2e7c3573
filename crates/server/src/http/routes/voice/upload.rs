//! A recording on its way in: as the body itself, or as the file of a form.

use axum::{
    RequestExt as _,
    body::Bytes,
    extract::{FromRequest as _, Multipart, Request, multipart::Field},
    http::{StatusCode, header},
};
use futures_util::{StreamExt as _, TryStreamExt as _, stream::BoxStream};
use saydo_app::voice::{AudioFormat, MAX_RECORDING};

use crate::http::{body, error::ApiResult, problem::Problem};

/// Longest `language` in a form; longer ones are none.
const MAX_LANGUAGE: usize = 64;

/// The form of a transcription, for the API's description.
#[derive(Debug, utoipa::ToSchema)]
#[expect(dead_code, reason = "forms are read piece by piece; this only describes them")]
pub(super) struct RecordingForm {
    /// The recording.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
    /// The language spoken (`en`, `de-AT`); found out when it is missing.
    language: Option<String>,
}

/// A recording as it came in.
#[derive(Default)]
pub(super) struct Upload {
    /// What it is said to be.
    pub(super) format: Option<AudioFormat>,
    pub(super) pieces: Vec<Bytes>,
    pub(super) language: Option<String>,
}

/// Reads a body: a form, or nothing but the recording.
pub(super) async fn upload(request: Request) -> ApiResult<Upload> {
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

pub(super) fn too_large() -> Problem {
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", "A recording has at most 25 MiB.")
}

pub(super) fn unknown_format() -> Problem {
    let detail = "Send a recording as WebM, MP4, Ogg, MP3, WAV or FLAC.";
    Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", detail)
}
