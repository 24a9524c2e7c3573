//! `/api/events`: what happens to a person's tasks and conversations, as it happens.

use std::time::Duration;

use axum::{extract::State, http::HeaderMap, response::Response};
use serde::Deserialize;

use crate::http::{
    auth::{Me, SentToken},
    error::{self, ApiResult},
    event_stream,
    problem::Problem,
    query::Params,
    state::AppState,
};

/// Where a stream begins.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct From {
    /// The last event that is known, for those who cannot send `Last-Event-ID`.
    after: Option<String>,
}

/// Follow what happens to one's tasks and conversations, from every door and every replica.
///
/// Events are `task.created`, `task.updated`, `task.deleted` and `conversation.updated`, each with its number; `reset`
/// means that some were missed for good and everything should be loaded again. Without `Last-Event-ID` (or `after`)
/// the stream begins now. Events are kept for a day.
#[utoipa::path(get, operation_id = "follow_events", path = "/api/events", tag = "events",
    params(From, ("Last-Event-ID" = Option<i64>, Header, description = "The last event that is known")),
    responses((status = 200, description = "The events; the data of each is an `EventView`", body = saydo_app::live::EventView,
            content_type = "text/event-stream"),
        (status = 429, description = "Too many streams of this person are open")))]
pub(in crate::http) async fn follow(
    State(state): State<AppState>,
    Me(caller): Me,
    token: SentToken,
    headers: HeaderMap,
    Params(from): Params<From>,
) -> ApiResult<Response> {
    let header = headers.get("last-event-id").filter(|id| !id.is_empty());
    let (field, known) = match header {
        Some(id) => ("Last-Event-ID", Some(id.to_str().unwrap_or("?").to_owned())),
        None => ("after", from.after),
    };
    let number = |id: String| match id.parse::<i64>() {
        Ok(number) if number >= 0 => Ok(number),
        _ => Err(Problem::field(field, "This is no event of ours.")),
    };
    let after = known.map(number).transpose()?;
    let Some(place) = state.streams.enter(caller.id()) else {
        let detail = "Too many streams are open; close one and try again.".to_owned();
        return Err(Problem { code: "too_many_streams", ..error::too_many(Duration::from_secs(30), detail) }.into());
    };
    let reader = state.app.event_reader(&caller, after).await?;
    Ok(event_stream::of_reader(&state, caller.id(), token, reader, place))
}
