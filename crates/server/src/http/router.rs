//! The table of contents. The OpenAPI document comes from the same lines, so it cannot differ.

use std::sync::Arc;

use axum::{
    Extension, Router,
    extract::DefaultBodyLimit,
    middleware::{from_fn, from_fn_with_state, map_request},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use tower::util::option_layer;
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::{
        CompressionLayer,
        predicate::{DefaultPredicate, NotForContentType, Predicate as _},
    },
    decompression::RequestDecompressionLayer,
};
use utoipa_axum::{router::OpenApiRouter, routes};
use utoipa_swagger_ui::{Config, SwaggerUi};

use super::{
    auth, body, client, context, headers, idempotency, limits, metrics, openapi,
    problem::Problem,
    routes::{
        account, agui, auth as sign_in, chat, conversations, events, history, import, mcp, openai, parse, ready,
        service, tasks, tokens, trash, turns, undo, usage, voice,
    },
    state::AppState,
    uploads,
};
use crate::{
    assets,
    mcp::{Door, Saydo},
};

/// All doors, with every layer around them.
pub fn router(state: AppState) -> Router {
    let (api, document) = openapi::finish(all_routes(&state)).split_for_parts();
    metrics::begin(&document);
    // Without the top bar: its logo has an inline style, which our policy blocks.
    let docs = SwaggerUi::new("/docs").url("/openapi.json", document);
    let docs = docs.config(Config::new(["/openapi.json"]).use_base_layout().try_it_out_enabled(true));
    let doors = api.merge(docs).route("/metrics", get(metrics::guarded)).fallback(assets::serve);
    around(doors, &state).with_state(state)
}

/// Sound is compressed already, and must not wait for more of it.
const SOUND: NotForContentType = NotForContentType::const_new("audio/");

/// The layers around all doors, from the inside out.
fn around(doors: Router<AppState>, state: &AppState) -> Router<AppState> {
    // Without allowed origins no answer speaks of them.
    let cors = (!state.settings.cors_origins.is_empty()).then(|| headers::cors(&state.settings));
    doors
        .layer(RequestDecompressionLayer::new())
        .layer(map_request(body::bound_packed))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn(client::one_host))
        .layer(option_layer(cors))
        .layer(from_fn_with_state(state.clone(), headers::layer))
        .layer(from_fn_with_state(state.clone(), context::layer))
        .layer(CompressionLayer::new().compress_when(DefaultPredicate::new().and(SOUND)))
}

/// Every route: the open ones, and those nobody passes without a token.
pub(super) fn all_routes(state: &AppState) -> OpenApiRouter<AppState> {
    let with = || state.clone();
    let protected = protected_routes()
        .merge(account_routes(state).route_layer(from_fn(auth::person_only)))
        .merge(chat_routes().route_layer(from_fn_with_state(with(), limits::chat)))
        .route_layer(from_fn_with_state(with(), idempotency::layer))
        .merge(import_routes(state))
        .merge(voice_routes(state))
        .merge(token_routes(state).route_layer(from_fn(auth::person_only)))
        .merge(OpenApiRouter::new().routes(routes!(parse::parse)))
        .route_layer(from_fn_with_state(with(), limits::calls))
        .route_layer(from_fn_with_state(with(), auth::layer));
    let sign_ins = OpenApiRouter::new()
        .routes(routes!(sign_in::sign_up))
        .routes(routes!(sign_in::log_in))
        .route_layer(from_fn_with_state(with(), limits::sign_ins));
    OpenApiRouter::with_openapi(openapi::base())
        .routes(routes!(service::health))
        .routes(routes!(service::live))
        .routes(routes!(service::ready))
        .merge(openapi::open(sign_ins))
        .merge(openapi::protected(protected))
        .merge(mcp_routes(state))
        .merge(openai_routes(state))
}

/// MCP: one address, a protocol of its own, and so no part of the OpenAPI document.
fn mcp_routes(state: &AppState) -> OpenApiRouter<AppState> {
    let with = || state.clone();
    let (app, limits) = (state.app.clone(), state.limits.clone());
    let (sealer, clock, counters) = (app.accounts.sealer(), app.clock, app.accounts.counters().clone());
    let saydo = Saydo::for_requests(app, limits);
    let door = Arc::new(Door::new(move || saydo.clone(), sealer, clock, &counters, state.stopping.clone()));
    OpenApiRouter::new()
        .route("/mcp", post(mcp::serve).get(mcp::serve).delete(mcp::serve))
        .route_layer(Extension(door))
        .route_layer(from_fn_with_state(with(), limits::calls))
        .route_layer(from_fn_with_state(with(), auth::layer))
        .route_layer(from_fn_with_state(with(), mcp::guard))
}

/// Chat Completions: a protocol of its own as well.
fn openai_routes(state: &AppState) -> OpenApiRouter<AppState> {
    let with = || state.clone();
    let chat = OpenApiRouter::new()
        .route("/v1/chat/completions", post(openai::complete))
        .route_layer(from_fn(auth::in_chat))
        .route_layer(from_fn_with_state(with(), limits::chat))
        .route_layer(from_fn_with_state(with(), idempotency::own_shape));
    OpenApiRouter::new()
        .route("/v1/models", get(openai::models))
        .route("/v1/models/{name}", get(openai::model))
        .merge(chat)
        .route_layer(from_fn_with_state(with(), limits::calls))
        .route_layer(from_fn_with_state(with(), auth::layer))
        .route_layer(from_fn(openai::errors))
}

fn protected_routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(sign_in::me))
        .routes(routes!(tasks::list, tasks::create))
        .routes(routes!(tasks::get, tasks::put, tasks::patch, tasks::delete))
        .routes(routes!(tasks::complete))
        .routes(routes!(history::of_task))
        .routes(routes!(trash::list))
        .routes(routes!(trash::restore))
        .routes(routes!(undo::undo))
        .routes(routes!(conversations::list))
        .routes(routes!(conversations::latest))
        .routes(routes!(conversations::rename, conversations::delete))
        .routes(routes!(conversations::messages))
        .routes(routes!(turns::events))
        .routes(routes!(events::follow))
        .routes(routes!(turns::stop))
        .routes(routes!(usage::get))
        .routes(routes!(ready::report))
}

/// What only a person who signed in may do, never a program with a token.
fn account_routes(state: &AppState) -> OpenApiRouter<AppState> {
    let passwords = OpenApiRouter::new()
        .routes(routes!(sign_in::change_password))
        .route_layer(from_fn_with_state(state.clone(), limits::passwords));
    let exports = OpenApiRouter::new()
        .routes(routes!(account::export))
        .route_layer(from_fn_with_state(state.clone(), limits::exports));
    OpenApiRouter::new()
        .routes(routes!(sign_in::log_out))
        .routes(routes!(sign_in::log_out_all))
        .merge(passwords)
        .routes(routes!(sign_in::update_me))
        .merge(exports)
        .routes(routes!(account::delete))
        .routes(routes!(conversations::delete_all))
        .routes(routes!(tokens::undo_today))
}

/// Tokens for programs: they stand outside of idempotency, which would keep a new token's text.
fn token_routes(state: &AppState) -> OpenApiRouter<AppState> {
    let made = OpenApiRouter::new()
        .routes(routes!(tokens::create))
        .route_layer(from_fn_with_state(state.clone(), limits::tokens));
    OpenApiRouter::new().routes(routes!(tokens::list)).merge(made).routes(routes!(tokens::revoke))
}

/// Files: larger than other bodies, so that a place for one is taken before anything of it is read.
fn import_routes(state: &AppState) -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(import::import))
        .route_layer(from_fn_with_state(state.clone(), idempotency::layer))
        .route_layer(from_fn_with_state(state.clone(), uploads::layer))
}

/// Speech: outside of idempotency, which would read whole recordings, and nothing is changed here.
fn voice_routes(state: &AppState) -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(voice::transcribe))
        .route_layer(DefaultBodyLimit::max(voice::MAX_BODY))
        .routes(routes!(voice::speak))
        .route_layer(from_fn_with_state(state.clone(), limits::chat))
        .routes(routes!(voice::about))
}

fn chat_routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(chat::send))
        .routes(routes!(agui::run))
        .routes(routes!(conversations::decide))
        .route_layer(from_fn(auth::in_chat))
}

/// A panic is a bug of ours: the client learns nothing, the log everything, and the process goes on.
#[expect(clippy::needless_pass_by_value, reason = "the layer hands it over")]
fn panicked(panic: Box<dyn std::any::Any + Send + 'static>) -> Response {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("of unknown kind");
    Problem::internal(format!("panic: {text}")).into_response()
}

#[cfg(test)]
mod tests {
    use axum::{
        body::Body,
        http::{Request, StatusCode},
    };
    use tower::ServiceExt as _;

    use super::*;
    use crate::config::{Config, Sources};

    #[tokio::test]
    async fn a_panic_is_a_bare_500_and_the_process_lives() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().to_str().unwrap().to_owned();
        let env = [("SAYDO_DATA_DIR".to_owned(), path)].into();
        let config = Config::parse(&Sources { env, ..Sources::default() }).unwrap();
        let state = AppState::new(crate::setup::open_app(&config).await.unwrap(), &config);
        async fn burst() -> StatusCode {
            panic!("the secret of the house")
        }
        let doors = around(Router::new().route("/burst", get(burst)).route("/well", get(|| async { "ok" })), &state);
        let doors: Router = doors.with_state(state);
        let call = async |path: &str| {
            let request =
                Request::get(path).header("host", "x").header("x-request-id", "r1").body(Body::empty()).unwrap();
            let response = doors.clone().oneshot(request).await.unwrap();
            let status = response.status();
            let body = axum::body::to_bytes(response.into_body(), 10_000).await.unwrap();
            (status, String::from_utf8(body.to_vec()).unwrap())
        };
        let (status, body) = call("/burst").await;
        assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
        let body: serde_json::Value = serde_json::from_str(&body).unwrap();
        assert_eq!(
            body,
            serde_json::json!({"type": "about:blank", "title": "Internal Server Error", "status": 500,
                "detail": "Something went wrong on our side.", "code": "internal", "request_id": "r1"})
        );
        assert_eq!(call("/well").await, (StatusCode::OK, "ok".to_owned()));
    }
}
