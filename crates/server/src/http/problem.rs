//! The one form of an error answer: RFC 9457 problem details.

use std::{borrow::Cow, time::Duration};

use axum::{
    body::Body,
    http::{HeaderValue, Response, StatusCode, header},
    response::IntoResponse,
};
use saydo_app::view::ObstacleView;
use saydo_domain::FieldError;
use serde::Serialize;

/// A problem on its way out. It travels in the response's extensions; the context layer writes the body, because
/// only that layer knows the request id.
#[derive(Debug, Clone)]
pub(super) struct Problem {
    pub(super) status: StatusCode,
    pub(super) code: &'static str,
    pub(super) detail: Cow<'static, str>,
    pub(super) errors: Box<[FieldError]>,
    pub(super) in_the_way: Box<[ObstacleView]>,
    pub(super) retry_after: Option<Duration>,
    /// What the log should say and the client should not see.
    pub(super) cause: Option<String>,
}

/// The body of every error answer (`application/problem+json`).
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Problem)]
pub(super) struct ProblemBody<'a> {
    /// What kind of problem; `about:blank`: the status says it.
    #[schema(value_type = String, example = "about:blank")]
    r#type: &'static str,
    /// The status in words.
    #[schema(value_type = String, example = "Not Found")]
    title: &'a str,
    /// The HTTP status.
    #[schema(example = 404)]
    status: u16,
    /// One plain sentence for a person.
    #[schema(value_type = String, example = "Task not found")]
    detail: &'a str,
    /// A stable word for programs.
    #[schema(value_type = String, example = "not_found")]
    code: &'a str,
    /// The request, as the log knows it.
    #[schema(value_type = String)]
    request_id: &'a str,
    /// The refused fields, when there are any.
    #[serde(skip_serializing_if = "<[FieldError]>::is_empty")]
    #[schema(value_type = Vec<FieldProblem>, required = false)]
    errors: &'a [FieldError],
    /// The tasks because of which a change cannot be undone, when that is the problem.
    #[serde(skip_serializing_if = "<[ObstacleView]>::is_empty")]
    #[schema(value_type = Vec<ObstacleView>, required = false)]
    in_the_way: &'a [ObstacleView],
}

/// One refused field.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct FieldProblem {
    /// The field's name as it stands in the request.
    field: String,
    /// One plain sentence.
    message: String,
}

impl Problem {
    pub(super) fn new(status: StatusCode, code: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        let (errors, in_the_way) = (Box::default(), Box::default());
        Self { status, code, detail: detail.into(), errors, in_the_way, retry_after: None, cause: None }
    }

    /// The problem that a bare status is, for answers made by layers that know nothing of problems.
    pub(super) fn of_status(status: StatusCode) -> Self {
        let (code, detail) = match status {
            StatusCode::BAD_REQUEST => ("bad_request", "The request cannot be understood."),
            StatusCode::UNAUTHORIZED => ("unauthorized", "Not authenticated"),
            StatusCode::FORBIDDEN => ("forbidden", "This is not allowed."),
            StatusCode::NOT_FOUND => ("not_found", "There is nothing here."),
            StatusCode::METHOD_NOT_ALLOWED => ("method_not_allowed", "This address does not take this method."),
            StatusCode::REQUEST_TIMEOUT => ("timeout", "The request took too long to arrive."),
            StatusCode::PAYLOAD_TOO_LARGE => ("too_large", "The request is larger than 1 MiB."),
            StatusCode::UNSUPPORTED_MEDIA_TYPE => {
                ("unsupported_media_type", "Send JSON, plain or compressed with gzip.")
            }
            StatusCode::URI_TOO_LONG => ("too_large", "The address is too long."),
            StatusCode::SERVICE_UNAVAILABLE => ("unavailable", "Saydo is busy; try again in a moment."),
            status if status.is_client_error() => ("bad_request", "The request cannot be understood."),
            _ => ("internal", "Something went wrong on our side."),
        };
        Self::new(status, code, detail)
    }

    /// Something that is our fault; the cause goes to the log.
    pub(super) fn internal(cause: impl Into<String>) -> Self {
        Self { cause: Some(cause.into()), ..Self::of_status(StatusCode::INTERNAL_SERVER_ERROR) }
    }

    /// One refused field.
    pub(super) fn field(field: &str, message: impl Into<String>) -> Self {
        Self::fields(vec![FieldError { field: field.to_owned(), message: message.into() }])
    }

    /// Refused fields.
    pub(super) fn fields(errors: Vec<FieldError>) -> Self {
        let detail = errors.iter().map(|error| error.message.as_str()).collect::<Vec<_>>().join(" ");
        Self { errors: errors.into(), ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, "validation_failed", detail) }
    }

    /// The finished answer.
    pub(super) fn write(&self, request_id: &str) -> Response<Body> {
        let body = ProblemBody {
            r#type: "about:blank",
            title: self.status.canonical_reason().unwrap_or("Error"),
            status: self.status.as_u16(),
            detail: &self.detail,
            code: self.code,
            request_id,
            errors: &self.errors,
            in_the_way: &self.in_the_way,
        };
        let text = serde_json::to_vec(&body).unwrap_or_default();
        let mut response = Response::new(Body::from(text));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(wait) = self.retry_after {
            // Rounded up: whoever comes back on the second must be let in.
            headers.insert(header::RETRY_AFTER, HeaderValue::from(wait.as_millis().div_ceil(1000).max(1) as u64));
        }
        response
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> axum::response::Response {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = self.status;
        response.extensions_mut().insert(self);
        response
    }
}
