//! One way in for every document, whatever it came by.

use crate::{
    allow_list,
    failure::{self, complete, label},
    limits::{Refused, inspect},
    schema::Schema,
};
use async_graphql::{Request, Response};
use futures::{
    StreamExt,
    stream::{self, BoxStream},
};
use penny_core::ctx::{Ctx, Via};
use penny_types::{Fault, FaultCode};
use penny_words::keys;

/// Executes a query or a mutation as somebody.
pub async fn execute(schema: &Schema, ctx: Ctx, request: Request) -> Response {
    match admit(&ctx, request) {
        Ok(request) => {
            let locale = ctx.locale;
            label(schema.execute(request.data(ctx)).await, locale)
        }
        Err(refused) => answer(refused, &ctx),
    }
}

/// Executes any operation as somebody; a subscription answers as often as something happens.
#[must_use]
pub fn stream(schema: &Schema, ctx: Ctx, request: Request) -> BoxStream<'static, Response> {
    match admit(&ctx, request) {
        Ok(request) => {
            let locale = ctx.locale;
            schema.execute_stream(request.data(ctx)).map(move |response| label(response, locale)).boxed()
        }
        Err(refused) => {
            let response = answer(refused, &ctx);
            stream::once(async move { response }).boxed()
        }
    }
}

/// Lets a document in when it keeps the limits and the caller may send it.
fn admit(ctx: &Ctx, mut request: Request) -> Result<Request, Refused> {
    let (parsed, seen) = inspect(&request.query)?;
    if ctx.via == Via::Web && !allow_list::allows(&seen) {
        return Err(Fault::keyed(FaultCode::Forbidden, keys::GRAPHQL_NOT_LISTED).into());
    }
    request.set_parsed_query(parsed);
    Ok(request)
}

fn answer(refused: Refused, ctx: &Ctx) -> Response {
    match refused {
        Refused::Fault(fault) => failure::response(&fault, ctx.locale),
        Refused::Syntax(mut error) => {
            complete(&mut error, ctx.locale);
            Response::from_errors(vec![*error])
        }
    }
}
