//! Path and query parameters, refused as problems that name them.

use std::str::FromStr;

use axum::{
    extract::{FromRequestParts, Path, Query, rejection::QueryRejection},
    http::request::Parts,
};
use serde::de::DeserializeOwned;

use super::{error::ApiError, problem::Problem};

/// The parameter `{id}` of a path.
#[derive(Debug)]
pub(super) struct Id<T>(pub(super) T);

impl<S: Send + Sync, T: FromStr> FromRequestParts<S> for Id<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        let params = Path::<std::collections::HashMap<String, String>>::from_request_parts(parts, state).await;
        let text = params.ok().and_then(|Path(params)| params.get("id").cloned()).unwrap_or_default();
        text.parse().map(Self).map_err(|_| Problem::field("id", "This is not a valid id.").into())
    }
}

/// The query string.
#[derive(Debug)]
pub(super) struct Params<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Params<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        match Query::<T>::from_request_parts(parts, state).await {
            Ok(Query(value)) => Ok(Self(value)),
            Err(error) => Err(refused(&error).into()),
        }
    }
}

fn refused(error: &QueryRejection) -> Problem {
    let text = error.body_text();
    let text = text.strip_prefix("Failed to deserialize query string: ").unwrap_or(&text);
    if let Some(rest) = text.split_once("unknown field `").map(|(_, rest)| rest) {
        let name = rest.split('`').next().unwrap_or_default();
        return Problem::field(name, "There is no such parameter.");
    }
    match text.split_once(": ") {
        Some((field, _)) if !field.contains(' ') => Problem::field(field, "This value is not understood."),
        _ => Problem::field("query", "The query string is not understood."),
    }
}
