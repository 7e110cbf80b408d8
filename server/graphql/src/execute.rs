//! Checks and executes documents; the common path of HTTP, sockets and the page.

use crate::{
    allow_list,
    errors::{self, add_extensions, with_extensions},
    limits::{DocumentError, parse_bounded},
    schema::Schema,
};
use async_graphql::{Request, Response};
use futures::{
    StreamExt,
    stream::{self, BoxStream},
};
use penny_i18n::keys;
use penny_kernel::ctx::{Ctx, Transport};
use penny_types::{Fault, FaultCode};

/// Executes a query or a mutation in a caller's context.
pub async fn execute(schema: &Schema, ctx: Ctx, request: Request) -> Response {
    match check_request(&ctx, request) {
        Ok(request) => {
            let locale = ctx.locale();
            with_extensions(schema.execute(request.data(ctx)).await, locale)
        }
        Err(error) => error_response(error, &ctx),
    }
}

/// Executes any operation in a caller's context; a subscription yields one response per event.
#[must_use]
pub fn stream(schema: &Schema, ctx: Ctx, request: Request) -> BoxStream<'static, Response> {
    match check_request(&ctx, request) {
        Ok(request) => {
            let locale = ctx.locale();
            schema
                .execute_stream(request.data(ctx))
                .map(move |response| with_extensions(response, locale))
                .boxed()
        }
        Err(error) => {
            let response = error_response(error, &ctx);
            stream::once(async move { response }).boxed()
        }
    }
}

/// Checks that a document is within the limits and that the caller may send it.
fn check_request(ctx: &Ctx, mut request: Request) -> Result<Request, DocumentError> {
    let (parsed, scan) = parse_bounded(&request.query)?;
    if ctx.transport() == Transport::Web && !allow_list::is_allowed(&scan) {
        return Err(Fault::with_message(FaultCode::Forbidden, keys::GRAPHQL_NOT_LISTED).into());
    }
    request.set_parsed_query(parsed);
    Ok(request)
}

fn error_response(error: DocumentError, ctx: &Ctx) -> Response {
    match error {
        DocumentError::Fault(fault) => errors::fault_response(&fault, ctx.locale()),
        DocumentError::Syntax(mut error) => {
            add_extensions(&mut error, ctx.locale());
            Response::from_errors(vec![*error])
        }
    }
}
