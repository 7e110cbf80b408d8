//! The OpenAPI document, made from the endpoints themselves.

use super::{responses, v1};
use axum::{
    http::header,
    response::{IntoResponse, Response},
};
use penny_types::events::TurnEventBody;
use std::sync::LazyLock;
use utoipa::{
    Modify, OpenApi,
    openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
};

/// What stands around the endpoints.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "PENNY",
        description = "Ask, act, see. Every request carries `Authorization: Bearer` and a personal access token. \
            Errors are `application/problem+json` in the language of `Accept-Language`. An id that is not one, \
            that does not exist and that is somebody else's are all answered alike: 404.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    tags(
        (name = "conversations", description = "Conversations and their messages."),
        (name = "turns", description = "Answers: sent for, followed, stopped and continued."),
        (name = "tools", description = "What the assistant may do, and what becomes of its calls."),
        (name = "models", description = "The models one may ask."),
        (name = "artifacts", description = "Results with a history, an address and a life of their own."),
    ),
    components(schemas(TurnEventBody, responses::Problem, responses::ProblemField)),
    security(("token" = [])),
    modifiers(&Token),
)]
struct Frame;

struct Token;

impl Modify for Token {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("A personal access token."))
            .build();
        openapi.components.get_or_insert_default().add_security_scheme("token", SecurityScheme::Http(scheme));
    }
}

static DOCUMENT: LazyLock<String> = LazyLock::new(openapi_json);

/// Returns the OpenAPI document.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    let mut document = Frame::openapi();
    document.merge(v1::endpoints().into_openapi());
    document
}

/// Returns the OpenAPI document as committed in `server/openapi.json`.
#[must_use]
pub fn openapi_json() -> String {
    let text = openapi().to_pretty_json().unwrap_or_default();
    format!("{text}\n")
}

/// Serves the OpenAPI document.
pub(super) async fn serve() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], DOCUMENT.as_str()).into_response()
}
