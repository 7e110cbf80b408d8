//! Saying no: a service's error, an address that is not there, a method it does not take.

use crate::web::{Refusal, fault::problem_as, tenant::asked_locale};
use axum::{
    http::{HeaderMap, StatusCode},
    response::Response,
};
use penny_core::{
    ctx::Ctx,
    fault::{self, ToFault},
};
use penny_types::{Fault, FaultCode};
use penny_words::keys;

/// Turns a service's error into an answer in the caller's language.
pub(super) trait OrRefuse<T> {
    /// Maps the error, once, and logs what is our own fault or our dependencies'.
    fn or_refuse(self, ctx: &Ctx) -> Result<T, Refusal>;
}

impl<T, E: ToFault> OrRefuse<T> for Result<T, E> {
    fn or_refuse(self, ctx: &Ctx) -> Result<T, Refusal> {
        self.map_err(|error| {
            let fault = fault::report(&error, Some(ctx.request), "a REST request could not be served");
            Refusal::new(fault, ctx.locale)
        })
    }
}

/// Answers for an address that is not there.
pub(crate) async fn address(headers: HeaderMap) -> Response {
    let fault = Fault::keyed(FaultCode::NotFound, keys::REST_NO_SUCH_ADDRESS);
    problem_as(StatusCode::NOT_FOUND, &fault, asked_locale(&headers))
}

/// Answers for a method that an address does not take; the `Allow` header is the router's.
pub(crate) async fn method(headers: HeaderMap) -> Response {
    let fault = Fault::keyed(FaultCode::Malformed, keys::REST_METHOD);
    problem_as(StatusCode::METHOD_NOT_ALLOWED, &fault, asked_locale(&headers))
}
