//! `/api/auth`: coming in, going out, one's own account.

use axum::{
    Json as Answer,
    extract::State,
    http::{Extensions, HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use saydo_app::{
    accounts::{LogInInput, NewPasswordInput, ProfileInput, Session, SignUpInput},
    chat::PlannerChoice,
    view::UserView,
};
use secrecy::ExposeSecret;
use serde::Serialize;

use crate::{
    config::SignUp,
    http::{
        auth::{Me, Proof},
        body::Json,
        client, cookie,
        error::ApiResult,
        problem::Problem,
        state::AppState,
    },
    operator,
};

/// The answer to a login.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(in crate::http) struct TokenView {
    /// The JWT, for `Authorization: Bearer`.
    access_token: String,
    /// Always `bearer`.
    #[schema(value_type = String, example = "bearer")]
    token_type: &'static str,
    /// Seconds until it ends.
    expires_in: i64,
    /// Who signed in.
    user: UserView,
}

/// Adds the session cookie when the web app asked for one.
fn with_cookie(state: &AppState, headers: &HeaderMap, session: &Session, answer: impl IntoResponse) -> Response {
    let mut response = answer.into_response();
    let secure = client::secure_cookies(&state.settings, headers);
    if let Some(line) = cookie::set(&session.token, session.expires_in, secure) {
        response.headers_mut().append(header::SET_COOKIE, line);
    }
    response
}

/// Removes the session cookie, if there is one.
pub(super) fn without_cookie(state: &AppState, headers: &HeaderMap, answer: impl IntoResponse) -> Response {
    let mut response = answer.into_response();
    let secure = client::secure_cookies(&state.settings, headers);
    if let Some(line) = cookie::read(headers, secure).and_then(|_| cookie::clear(secure)) {
        response.headers_mut().append(header::SET_COOKIE, line);
    }
    response
}

/// Make an account.
///
/// With `X-Saydo-Client: web` the answer also sets the session cookie.
#[utoipa::path(post, path = "/api/auth/signup", tag = "accounts", request_body = SignUpInput,
    responses((status = 201, description = "The account", body = UserView),
        (status = 400, description = "Email already registered"),
        (status = 403, description = "Nobody can sign up here, or the e-mail is kept for an administrator")))]
pub(in crate::http) async fn sign_up(
    State(state): State<AppState>,
    headers: HeaderMap,
    Json(input): Json<SignUpInput>,
) -> ApiResult<Response> {
    if state.settings.sign_up == SignUp::Closed && !is_operators(&state, &headers, &input.email) {
        let detail =
            "Nobody can sign up here. Ask whoever runs this Saydo for an account: saydo user create makes one.";
        return Err(Problem::new(StatusCode::FORBIDDEN, "signup_closed", detail).into());
    }
    let session = state.app.accounts.sign_up(input).await?;
    let answer = (StatusCode::CREATED, Answer(UserView::from(&session.user)));
    Ok(match cookie::wanted(&headers) {
        true => with_cookie(&state, &headers, &session, answer),
        false => answer.into_response(),
    })
}

/// Whether the operator's own checks make this account.
fn is_operators(state: &AppState, headers: &HeaderMap, email: &str) -> bool {
    let pass = headers.get(operator::HEADER).and_then(|pass| pass.to_str().ok());
    pass.is_some_and(|pass| operator::lets_in(&state.app.accounts.sealer(), pass, email, state.app.now()))
}

/// Sign in.
///
/// With `X-Saydo-Client: web` the answer also sets the session cookie.
#[utoipa::path(post, path = "/api/auth/login", tag = "accounts", request_body = LogInInput,
    responses((status = 200, description = "A token", body = TokenView),
        (status = 401, description = "Invalid credentials")))]
pub(in crate::http) async fn log_in(
    State(state): State<AppState>,
    headers: HeaderMap,
    extensions: Extensions,
    Json(input): Json<LogInInput>,
) -> ApiResult<Response> {
    let address = client::address(&state.settings, &headers, &extensions);
    let session = state.app.accounts.log_in(input, address).await?;
    let answer = Answer(TokenView {
        access_token: session.token.expose_secret().to_owned(),
        token_type: "bearer",
        expires_in: session.expires_in,
        user: UserView::from(&session.user),
    });
    Ok(match cookie::wanted(&headers) {
        true => with_cookie(&state, &headers, &session, answer),
        false => answer.into_response(),
    })
}

/// The account with the person's own choices.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(in crate::http) struct MeView {
    #[serde(flatten)]
    user: UserView,
    /// Which planner the person wants: `auto`, `llm` or `offline`; the server's choice without it.
    planner: Option<PlannerChoice>,
    /// Whether the person administrates; missing when not.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    admin: bool,
}

/// Who am I?
#[utoipa::path(get, path = "/api/auth/me", tag = "accounts", responses((status = 200, description = "The account", body = MeView)))]
pub(in crate::http) async fn me(State(state): State<AppState>, Me(caller): Me) -> ApiResult<Answer<MeView>> {
    let planner = state.app.planner_of(&caller).await?;
    let admin = state.app.accounts.is_administrator(&caller.user).await?;
    Ok(Answer(MeView { user: UserView::from(&caller.user), planner, admin }))
}

/// Change name, time zone or planner.
#[utoipa::path(patch, path = "/api/auth/me", tag = "accounts", request_body = ProfileInput,
    responses((status = 200, description = "The account", body = MeView)))]
pub(in crate::http) async fn update_me(
    State(state): State<AppState>,
    Me(caller): Me,
    Json(input): Json<ProfileInput>,
) -> ApiResult<Answer<MeView>> {
    let user = state.app.accounts.update(&caller.user, input).await?;
    let planner = state.app.planner_of(&caller).await?;
    let admin = state.app.accounts.is_administrator(&user).await?;
    Ok(Answer(MeView { user: UserView::from(&user), planner, admin }))
}

/// End this token.
#[utoipa::path(post, path = "/api/auth/logout", tag = "accounts", responses((status = 204, description = "Done")))]
pub(in crate::http) async fn log_out(
    State(state): State<AppState>,
    Proof(identity): Proof,
    headers: HeaderMap,
) -> ApiResult<Response> {
    state.app.accounts.log_out(&identity).await?;
    Ok(without_cookie(&state, &headers, StatusCode::NO_CONTENT))
}

/// End all tokens of this account.
#[utoipa::path(post, path = "/api/auth/logout-all", tag = "accounts", responses((status = 204, description = "Done")))]
pub(in crate::http) async fn log_out_all(
    State(state): State<AppState>,
    Me(caller): Me,
    headers: HeaderMap,
) -> ApiResult<Response> {
    state.app.accounts.log_out_all(caller.id()).await?;
    Ok(without_cookie(&state, &headers, StatusCode::NO_CONTENT))
}

/// Change the password; everybody else who is signed in as you is logged out.
///
/// The web app gets a fresh session cookie. A client with a bearer token must log in again.
#[utoipa::path(post, path = "/api/auth/password", tag = "accounts", request_body = NewPasswordInput,
    responses((status = 204, description = "Done")))]
pub(in crate::http) async fn change_password(
    State(state): State<AppState>,
    Proof(identity): Proof,
    headers: HeaderMap,
    Json(input): Json<NewPasswordInput>,
) -> ApiResult<Response> {
    let session = state.app.accounts.change_password(&identity, input).await?;
    let secure = client::secure_cookies(&state.settings, &headers);
    Ok(match cookie::read(&headers, secure) {
        Some(_) => with_cookie(&state, &headers, &session, StatusCode::NO_CONTENT),
        None => StatusCode::NO_CONTENT.into_response(),
    })
}
