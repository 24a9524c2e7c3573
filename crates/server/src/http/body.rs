//! Bodies: bounded in size and time, JSON, and every refusal named by field.

use std::error::Error;

use axum::{
    body::{Body, Bytes},
    extract::{FromRequest, Request},
    http::{HeaderMap, StatusCode, header},
};
use http_body_util::{LengthLimitError, Limited};
use serde::de::DeserializeOwned;

use super::{arrival::TooSlow, error::ApiError, problem::Problem};

/// Largest body, also after decompression.
pub(super) const MAX_BYTES: usize = 1024 * 1024;

/// A packed body may be as large as an unpacked one: of nothing, packed over and over, there is no end.
pub(super) async fn bound_packed(request: Request) -> Request {
    if !request.headers().contains_key(header::CONTENT_ENCODING) {
        return request;
    }
    request.map(|body| Body::new(Limited::new(body, MAX_BYTES)))
}

/// The largest body of a route whose bodies may be larger than others.
#[derive(Debug, Clone, Copy)]
pub(super) struct MostBytes(pub(super) usize);

/// Reads a whole body.
pub(super) async fn read(body: Body) -> Result<Bytes, Problem> {
    read_most(body, MAX_BYTES).await
}

/// Reads a whole body of at most so many bytes.
pub(super) async fn read_most(body: Body, most: usize) -> Result<Bytes, Problem> {
    axum::body::to_bytes(body, most).await.map_err(|error| unread(&error))
}

/// Why a body could not be read.
pub(super) fn unread(error: &dyn Error) -> Problem {
    let mut source = error.source();
    while let Some(error) = source {
        if error.is::<LengthLimitError>() {
            return Problem::of_status(StatusCode::PAYLOAD_TOO_LARGE);
        }
        if error.is::<TooSlow>() {
            return Problem::of_status(StatusCode::REQUEST_TIMEOUT);
        }
        source = error.source();
    }
    Problem::new(StatusCode::BAD_REQUEST, "bad_body", "The body cannot be read.")
}

/// A JSON body.
#[derive(Debug)]
pub(super) struct Json<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> Result<Self, Self::Rejection> {
        let (parts, body) = request.into_parts();
        must_be_json(&parts.headers)?;
        Ok(Self(parse(&read(body).await?)?))
    }
}

/// A JSON body that may be missing.
#[derive(Debug)]
pub(super) struct MaybeJson<T>(pub(super) Option<T>);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for MaybeJson<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> Result<Self, Self::Rejection> {
        let (parts, body) = request.into_parts();
        let bytes = read(body).await?;
        if bytes.iter().all(u8::is_ascii_whitespace) {
            return Ok(Self(None));
        }
        must_be_json(&parts.headers)?;
        Ok(Self(Some(parse(&bytes)?)))
    }
}

/// A body without a stated type is taken for JSON; one that says it is something else is not.
fn must_be_json(headers: &HeaderMap) -> Result<(), Problem> {
    let Some(kind) = headers.get(header::CONTENT_TYPE) else { return Ok(()) };
    let essence = kind.to_str().unwrap_or_default().split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let json = essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"));
    if json { Ok(()) } else { Err(Problem::of_status(StatusCode::UNSUPPORTED_MEDIA_TYPE)) }
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    // Serde would take an array for a struct, field by field.
    if bytes.iter().find(|byte| !byte.is_ascii_whitespace()) != Some(&b'{') {
        return Err(Problem::field("body", "Send a JSON object."));
    }
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| refused(&error, bytes))?;
    json.end().map_err(|_| Problem::field("body", "There is something after the end of the JSON."))?;
    Ok(value)
}

/// Names the field and says what is wrong with it, without positions and type names of the program.
fn refused(error: &serde_path_to_error::Error<serde_json::Error>, bytes: &[u8]) -> Problem {
    let inner = error.inner();
    let path = error.path().to_string();
    if !inner.is_data() {
        // Another type where a word of a list is expected is a mistake of syntax to serde, but not to the client.
        return match serde_json::from_slice::<serde::de::IgnoredAny>(bytes) {
            Ok(_) if path != "." => Problem::field(&path, "This value is not understood."),
            _ => Problem::field("body", "The body is not valid JSON."),
        };
    }
    let text = inner.to_string();
    let text = text.split(" at line ").next().unwrap_or_default();
    let quoted = text.split('`').nth(1).unwrap_or_default();
    let join = |name: &str| if path == "." { name.to_owned() } else { format!("{path}.{name}") };
    if text.starts_with("missing field") {
        Problem::field(&join(quoted), "This field is needed.")
    } else if text.starts_with("unknown field") {
        let field = if path.ends_with(quoted) { path } else { join(quoted) };
        Problem::field(&field, "There is no such field.")
    } else if text.starts_with("data did not match any variant") {
        Problem::field(&path, "This has neither of the forms it can have.")
    } else {
        let field = if path == "." { "body" } else { &path };
        Problem::field(field, plain(text))
    }
}

/// “invalid type: integer `5`, expected a string” as a sentence.
fn plain(text: &str) -> String {
    match text.rsplit_once(", expected ") {
        Some((_, expected)) => format!("Expected {}.", expected.trim_start_matches("struct ").trim_end_matches('.')),
        None => {
            let mut chars = text.chars();
            let first = chars.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
            format!("{first}{}.", chars.as_str().trim_end_matches('.'))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only parsed")]
    struct Input {
        title: String,
        labels: Option<Vec<String>>,
    }

    fn refusal(json: &str) -> (String, String) {
        let problem = parse::<Input>(json.as_bytes()).unwrap_err();
        assert_eq!(problem.status, StatusCode::UNPROCESSABLE_ENTITY);
        let error = problem.errors.first().cloned().unwrap();
        (error.field, error.message)
    }

    #[test]
    fn refusals_name_the_field() {
        let case = |json, field: &str, message: &str| {
            assert_eq!(refusal(json), (field.to_owned(), message.to_owned()), "{json}");
        };
        case("{}", "title", "This field is needed.");
        case(r#"{"title":"x","nope":1}"#, "nope", "There is no such field.");
        case(r#"{"title":5}"#, "title", "Expected a string.");
        case(r#"{"title":"x","labels":["a",5]}"#, "labels[1]", "Expected a string.");
        case(r#"{"title":"x"#, "body", "The body is not valid JSON.");
        case(r#"{"title":"x"} more"#, "body", "There is something after the end of the JSON.");
        case("", "body", "Send a JSON object.");
        case(r#"["x"]"#, "body", "Send a JSON object.");
        let deep = format!("{{\"title\":\"x\",\"labels\":{}1{}}}", "[".repeat(500), "]".repeat(500));
        case(&deep, "labels[0]", "Expected a string.");
    }

    #[test]
    fn only_json_is_taken() {
        let with = |kind: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, kind.parse().unwrap());
            must_be_json(&headers).is_ok()
        };
        assert!(
            with("application/json") && with("Application/JSON; charset=utf-8") && with("application/merge-patch+json")
        );
        assert!(!with("text/plain") && !with("application/x-www-form-urlencoded"));
    }
}
