//! OpenAPI descriptions of the problem responses.

use penny_types::FaultCode;
use std::collections::BTreeMap;
use utoipa::{
    IntoResponses, ToSchema,
    openapi::{ContentBuilder, Ref, RefOr, Response, ResponseBuilder},
};

/// A problem document (RFC 9457).
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "only its description is used")]
pub(super) struct Problem {
    /// Always `about:blank`; see `code`.
    #[schema(rename = "type")]
    kind: String,
    /// The kind of error, in the caller's language.
    title: String,
    /// The HTTP status.
    status: u16,
    /// The cause and a possible remedy, in the caller's language.
    detail: String,
    /// The kind of error, for programs.
    code: FaultCode,
    /// The language-independent key of the message in `detail`.
    message_key: String,
    /// The arguments of the message.
    args: Option<BTreeMap<String, String>>,
    /// The invalid fields.
    fields: Option<Vec<ProblemField>>,
    /// Seconds to wait before retrying.
    retry_after: Option<u64>,
    /// Identifies the error in the server's log.
    trace_id: Option<String>,
}

/// An invalid field.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "only its description is used")]
pub(super) struct ProblemField {
    /// The dotted path of the field in the request.
    field: String,
    /// The language-independent key of the message in `detail`.
    message_key: String,
    /// The cause, in the caller's language.
    detail: String,
    /// The arguments of the message.
    args: Option<BTreeMap<String, String>>,
}

type Responses = BTreeMap<String, RefOr<Response>>;

fn problem(description: &str) -> RefOr<Response> {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    ResponseBuilder::new()
        .description(description)
        .content("application/problem+json", content)
        .build()
        .into()
}

fn problems<const N: usize>(list: [(u16, &str); N]) -> Responses {
    list.into_iter().map(|(status, description)| (status.to_string(), problem(description))).collect()
}

/// Problems of every endpoint with an authenticated caller.
pub(super) struct CommonProblems;

impl IntoResponses for CommonProblems {
    fn responses() -> Responses {
        problems([
            (401, "The token is missing, unknown, expired or revoked."),
            (403, "The caller does not have the required rights."),
            (429, "Too many requests; `Retry-After` states when to retry."),
            (500, "An internal error."),
            (503, "A required service is temporarily unavailable."),
        ])
    }
}

/// Additional problems of endpoints with an id or a name in the path.
pub(super) struct IdProblems;

impl IntoResponses for IdProblems {
    fn responses() -> Responses {
        problems([(404, "The resource does not exist or is not accessible to the caller.")])
    }
}

/// Additional problems of endpoints with query parameters.
pub(super) struct QueryProblems;

impl IntoResponses for QueryProblems {
    fn responses() -> Responses {
        problems([(422, "A parameter is invalid; see `fields`.")])
    }
}

/// Additional problems of endpoints with a body.
pub(super) struct BodyProblems;

impl IntoResponses for BodyProblems {
    fn responses() -> Responses {
        problems([
            (400, "The body is not valid JSON."),
            (413, "The body or one of its fields is too large."),
            (415, "The `Content-Type` is not JSON."),
            (422, "A field is invalid; see `fields`."),
        ])
    }
}
