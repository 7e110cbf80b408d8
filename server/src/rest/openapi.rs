//! The OpenAPI document, generated from the endpoints.

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

/// The document without its paths: general information, tags, shared schemas and security.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "PENNY",
        description = "The REST API of PENNY. Every request needs an `Authorization: Bearer` header with a \
            personal access token. Errors are `application/problem+json` in the language of `Accept-Language`. \
            An id that is malformed, unknown or not accessible to the caller always results in 404.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    tags(
        (name = "conversations", description = "Conversations and their messages."),
        (name = "turns", description = "Turns: send messages, and follow, stop and resume their responses."),
        (name = "tools", description = "Tools and the approval of tool calls."),
        (name = "models", description = "The available models."),
        (name = "artifacts", description = "Artifacts: versioned results such as documents, tables and charts."),
    ),
    components(schemas(TurnEventBody, responses::Problem, responses::ProblemField)),
    security(("token" = [])),
    modifiers(&TokenSecurity),
)]
struct ApiDoc;

struct TokenSecurity;

impl Modify for TokenSecurity {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("A personal access token."))
            .build();
        openapi.components.get_or_insert_default().add_security_scheme("token", SecurityScheme::Http(scheme));
    }
}

static DOCUMENT: LazyLock<String> = LazyLock::new(openapi_json);

#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    let mut document = ApiDoc::openapi();
    document.merge(v1::endpoints().into_openapi());
    document
}

/// Returns the OpenAPI document as JSON text, as committed in `server/openapi.json`.
#[must_use]
pub fn openapi_json() -> String {
    let text = openapi().to_pretty_json().unwrap_or_default();
    format!("{text}\n")
}

pub(super) async fn serve() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], DOCUMENT.as_str()).into_response()
}
