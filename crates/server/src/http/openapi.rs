//! The OpenAPI document around the routes: what it is called, who may come in, and how every error looks.

use utoipa::{
    OpenApi as _,
    openapi::{
        ContentBuilder, Info, OpenApi, PathItem, Ref, RefOr, ResponseBuilder,
        path::Operation,
        security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme},
    },
};
use utoipa_axum::router::OpenApiRouter;

use super::{
    problem::{FieldProblem, ProblemBody},
    router::all_routes,
    state::AppState,
};

#[derive(utoipa::OpenApi)]
#[openapi(
    components(schemas(ProblemBody<'_>, FieldProblem)),
    tags(
        (name = "accounts", description = "Coming in, going out, one's own account"),
        (name = "tasks", description = "Tasks, the trash, and undo"),
        (name = "chat", description = "Saying what you mean"),
        (name = "voice", description = "Speech in and out"),
        (name = "conversations", description = "What was said"),
        (name = "events", description = "What happens, as it happens"),
        (name = "service", description = "Health")
    )
)]
struct Base;

/// The name of the bearer scheme.
const BEARER: &str = "bearer";

/// The document without routes.
pub(super) fn base() -> OpenApi {
    let mut document = Base::openapi();
    let mut info = Info::new("Saydo", crate::VERSION);
    info.description = Some(
        "A to-do list you talk to. Errors are `application/problem+json` (RFC 9457). Writes take `Idempotency-Key`; \
         reads of a task have an `ETag`, changes take `If-Match`. `X-Timezone` is the zone words like “tomorrow” are read in."
            .to_owned(),
    );
    document.info = info;
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
    if let Some(components) = document.components.as_mut() {
        components.add_security_scheme(BEARER, SecurityScheme::Http(bearer));
    }
    document
}

/// The whole document, as `/openapi.json` answers it.
#[must_use]
pub fn document(state: &AppState) -> OpenApi {
    finish(all_routes(state)).into_openapi()
}

/// Marks routes anybody may call.
pub(super) fn open(router: OpenApiRouter<AppState>) -> OpenApiRouter<AppState> {
    each(router, |operation| {
        operation.security = Some(vec![SecurityRequirement::default()]);
        problem(operation, "422", "A field cannot be accepted");
        problem(operation, "429", "Too many attempts; `Retry-After` says when to come back");
    })
}

/// Marks routes that need a token.
pub(super) fn protected(router: OpenApiRouter<AppState>) -> OpenApiRouter<AppState> {
    each(router, |operation| {
        operation.security = Some(vec![SecurityRequirement::new(BEARER, Vec::<String>::new())]);
        problem(operation, "401", "Not authenticated");
        problem(operation, "422", "A field cannot be accepted");
        problem(operation, "429", "Too many requests; `Retry-After` says when to come back");
    })
}

/// Gives every error response its body.
pub(super) fn finish(router: OpenApiRouter<AppState>) -> OpenApiRouter<AppState> {
    each(router, |operation| {
        problem(operation, "500", "Something went wrong on our side");
        for (status, response) in &mut operation.responses.responses {
            if let RefOr::T(response) = response
                && (status.starts_with('4') || status.starts_with('5'))
                && response.content.is_empty()
            {
                let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
                response.content.insert("application/problem+json".to_owned(), RefOr::T(content));
            }
        }
    })
}

fn problem(operation: &mut Operation, status: &str, description: &str) {
    let response = || RefOr::T(ResponseBuilder::new().description(description).build());
    operation.responses.responses.entry(status.to_owned()).or_insert_with(response);
}

fn each(mut router: OpenApiRouter<AppState>, change: impl Fn(&mut Operation)) -> OpenApiRouter<AppState> {
    for path in router.get_openapi_mut().paths.paths.values_mut() {
        operations(path).for_each(&change);
    }
    router
}

fn operations(path: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut path.get, &mut path.put, &mut path.post, &mut path.patch, &mut path.delete].into_iter().flatten()
}
