//! What the client may know about a failed use case.

use std::time::Duration;

use axum::{http::StatusCode, response::IntoResponse};
use saydo_app::{AppError, view::ObstacleView};
use saydo_store::StoreError;

use super::problem::Problem;

/// A failed request.
#[derive(Debug)]
pub(super) struct ApiError(pub(super) Box<Problem>);

/// What handlers return.
pub(super) type ApiResult<T> = Result<T, ApiError>;

impl ApiError {
    /// The same as the chat says it: a database that is away has a fixed sentence there.
    pub(super) fn in_chat(mut self) -> Self {
        if self.0.status == StatusCode::SERVICE_UNAVAILABLE {
            self.0.detail = "Failed to process chat message".into();
        }
        self
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> axum::response::Response {
        self.0.into_response()
    }
}

impl From<Problem> for ApiError {
    fn from(problem: Problem) -> Self {
        Self(Box::new(problem))
    }
}

impl From<AppError> for ApiError {
    fn from(error: AppError) -> Self {
        let detail = error.to_string();
        let problem = match error {
            AppError::Invalid(error) => Problem::fields(error.errors),
            AppError::NotFound(_) => Problem::new(StatusCode::NOT_FOUND, "not_found", detail),
            // The key's first request is still at work, as a turn.
            AppError::Conflict { code: code @ "idempotency_key_reused", detail } => {
                Problem::new(StatusCode::UNPROCESSABLE_ENTITY, code, detail)
            }
            AppError::Conflict { code, detail } => Problem::new(StatusCode::CONFLICT, code, detail),
            AppError::InTheWay { obstacles, .. } => Problem {
                in_the_way: obstacles.iter().map(ObstacleView::from).collect(),
                ..Problem::new(StatusCode::CONFLICT, "undo_conflict", detail)
            },
            AppError::Stale { .. } => Problem::new(StatusCode::PRECONDITION_FAILED, "stale", detail),
            AppError::Unauthorized => Problem::of_status(StatusCode::UNAUTHORIZED),
            AppError::FreshSignInNeeded => Problem::new(StatusCode::FORBIDDEN, "fresh_sign_in_needed", detail),
            AppError::InvalidCredentials => Problem::new(StatusCode::UNAUTHORIZED, "invalid_credentials", detail),
            AppError::EmailKept(_) => Problem::new(StatusCode::FORBIDDEN, "email_kept", detail),
            AppError::EmailTaken => Problem::new(StatusCode::BAD_REQUEST, "email_taken", detail),
            AppError::Throttled { retry_after }
            | AppError::TooManyChanges { retry_after }
            | AppError::TooMuchAtOnce { retry_after } => too_many(retry_after, detail),
            AppError::Store(error) => of_store(&error),
            AppError::Internal(cause) => Problem::internal(cause),
        };
        problem.into()
    }
}

/// The same for doors that answer in words alone; what is our fault is logged.
pub(crate) fn sentence(error: AppError) -> String {
    let problem = ApiError::from(error).0;
    if let Some(cause) = &problem.cause {
        tracing::warn!(cause, "a call failed");
    }
    problem.detail.into_owned()
}

/// Too much was asked for.
pub(super) fn too_many(retry_after: Duration, detail: String) -> Problem {
    let problem = Problem::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", detail);
    Problem { retry_after: Some(retry_after), ..problem }
}

fn of_store(error: &StoreError) -> Problem {
    let away = |code, seconds, detail: &'static str| Problem {
        retry_after: Some(Duration::from_secs(seconds)),
        cause: Some(error.to_string()),
        ..Problem::new(StatusCode::SERVICE_UNAVAILABLE, code, detail)
    };
    match error {
        StoreError::Busy => away("busy", 1, "Saydo is busy; try again in a moment."),
        StoreError::Unavailable(_) => away("database_unavailable", 5, "The database is away; try again in a moment."),
        StoreError::Full => Problem {
            status: StatusCode::INSUFFICIENT_STORAGE,
            ..away("storage_full", 60, "There is no room left to save anything; nothing was changed.")
        },
        StoreError::ReadOnly => away("read_only", 60, "Nothing can be saved at the moment; nothing was changed."),
        StoreError::CommitUnknown(_) => {
            away("commit_unknown", 1, "It is not known whether this was saved; look before you try again.")
        }
        // The same request is being carried out elsewhere, and has just been committed there.
        StoreError::Conflict("idempotency.key") => in_flight(),
        // The account was deleted while this request ran.
        StoreError::Reference => Problem::of_status(StatusCode::UNAUTHORIZED),
        StoreError::Conflict(what) => Problem {
            cause: Some((*what).to_owned()),
            ..Problem::new(StatusCode::CONFLICT, "conflict", "Somebody else did this at the same time.")
        },
        _ => Problem::internal(error.to_string()),
    }
}

/// A key whose request is still being carried out.
pub(super) fn in_flight() -> Problem {
    let detail = "A request with this Idempotency-Key is still being carried out.";
    let problem = Problem::new(StatusCode::CONFLICT, "idempotency_in_flight", detail);
    Problem { retry_after: Some(Duration::from_secs(1)), ..problem }
}
