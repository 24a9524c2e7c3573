//! Errors in OpenAI's shape: what the clients of this door read.

use axum::{
    Json as Answer,
    body::Body,
    extract::Request,
    http::{Response, StatusCode, header},
    middleware::Next,
    response::IntoResponse as _,
};
use serde_json::{Value, json};

use crate::http::problem::Problem;

/// An error as OpenAI's clients know it.
pub(super) fn body(message: &str, kind: &str, param: Option<&str>, code: &str) -> Value {
    json!({ "error": { "message": message, "type": kind, "param": param, "code": code } })
}

/// Stands around this door: problems leave in its own shape.
pub(in crate::http) async fn errors(request: Request, next: Next) -> Response<Body> {
    let mut response = next.run(request).await;
    let Some(mut problem) = response.extensions_mut().remove::<Problem>() else { return response };
    if problem.status == StatusCode::UNPROCESSABLE_ENTITY {
        problem.status = StatusCode::BAD_REQUEST;
    }
    let kind = match problem.status.as_u16() {
        401 => "authentication_error",
        403 => "permission_error",
        429 => "rate_limit_error",
        500.. => "server_error",
        _ => "invalid_request_error",
    };
    let param = problem.errors.first().map(|error| error.field.as_str());
    let mut told = (problem.status, Answer(body(&problem.detail, kind, param, problem.code))).into_response();
    if let Some(cause) = &problem.cause {
        tracing::error!(cause, "a completion failed");
    }
    // What problems say in headers, and what other layers did.
    for (name, value) in problem.write("").headers().iter().chain(response.headers()) {
        if ![header::CONTENT_TYPE, header::CONTENT_LENGTH].contains(name) && !told.headers().contains_key(name) {
            told.headers_mut().insert(name, value.clone());
        }
    }
    told
}
