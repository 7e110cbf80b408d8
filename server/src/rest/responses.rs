//! The problems endpoints answer with, as OpenAPI describes them.

use penny_types::FaultCode;
use std::collections::BTreeMap;
use utoipa::{
    IntoResponses, ToSchema,
    openapi::{ContentBuilder, Ref, RefOr, Response, ResponseBuilder},
};

/// What is wrong, for programs and for people (RFC 9457).
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "only its description is used")]
pub(super) struct Problem {
    /// Always `about:blank`: the code says more.
    #[schema(rename = "type")]
    kind: String,
    /// What kind of thing went wrong, in the caller's language.
    title: String,
    /// The HTTP status.
    status: u16,
    /// What went wrong and what to do, in the caller's language.
    detail: String,
    /// What kind of thing went wrong, for programs.
    code: FaultCode,
    /// Which sentence `detail` is, whatever the language.
    message_key: String,
    /// What was filled into that sentence.
    args: Option<BTreeMap<String, String>>,
    /// The fields at fault.
    fields: Option<Vec<ProblemField>>,
    /// Seconds to wait before trying again.
    retry_after: Option<u64>,
    /// Finds the failure in the log.
    trace_id: Option<String>,
}

/// One field that breaks a rule.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "only its description is used")]
pub(super) struct ProblemField {
    /// Its path, dotted, as the client named it.
    field: String,
    /// Which sentence `detail` is, whatever the language.
    message_key: String,
    /// What is wrong with it, in the caller's language.
    detail: String,
    /// What was filled into that sentence.
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

/// What any endpoint may answer to a caller.
pub(super) struct OfACaller;

impl IntoResponses for OfACaller {
    fn responses() -> Responses {
        problems([
            (401, "Nobody is signed in, or the token is wrong, expired or revoked."),
            (403, "The caller may not do this."),
            (429, "Too many requests; `Retry-After` says when to try again."),
            (500, "A fault of ours."),
            (503, "Something needed does not answer now."),
        ])
    }
}

/// What an endpoint with an id may answer besides.
pub(super) struct OfAnId;

impl IntoResponses for OfAnId {
    fn responses() -> Responses {
        problems([(404, "There is no such thing, or not for this caller.")])
    }
}

/// What an endpoint with a query may answer besides.
pub(super) struct OfAQuery;

impl IntoResponses for OfAQuery {
    fn responses() -> Responses {
        problems([(422, "A parameter breaks a rule; `fields` says which.")])
    }
}

/// What an endpoint with a body may answer besides.
pub(super) struct OfABody;

impl IntoResponses for OfABody {
    fn responses() -> Responses {
        problems([
            (400, "The body is not JSON."),
            (413, "The body, or a part of it, is too large."),
            (415, "The body is not said to be JSON."),
            (422, "A field breaks a rule; `fields` says which."),
        ])
    }
}
