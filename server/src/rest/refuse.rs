//! Saying no: a service's error, an address that is not there, a method it does not take.

use crate::web::{Refusal, fault::problem_as};
use axum::{
    http::{HeaderMap, StatusCode, header},
    response::Response,
};
use penny_core::{ctx::Ctx, fault::ToFault};
use penny_types::{Fault, FaultCode, Locale};

/// Turns a service's error into an answer in the caller's language.
pub(super) trait OrRefuse<T> {
    /// Maps the error, once, and logs what is our own fault or our dependencies'.
    fn or_refuse(self, ctx: &Ctx) -> Result<T, Refusal>;
}

impl<T, E: ToFault> OrRefuse<T> for Result<T, E> {
    fn or_refuse(self, ctx: &Ctx) -> Result<T, Refusal> {
        self.map_err(|error| {
            let mut fault = error.to_fault();
            if matches!(fault.code, FaultCode::Internal | FaultCode::Unavailable | FaultCode::StorageFull) {
                let cause = &error as &dyn std::error::Error;
                tracing::error!(request.id = %ctx.request, error = cause, "a REST request could not be served");
                fault.trace_id.get_or_insert_with(|| ctx.request.to_string());
            }
            Refusal::new(fault, ctx.locale)
        })
    }
}

/// Returns the language a request asks for, before it is known who sends it.
pub(crate) fn locale(headers: &HeaderMap) -> Locale {
    let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    accepted.map_or(Locale::En, Locale::from_accept_language)
}

/// Answers for an address that is not there.
pub(super) async fn address(headers: HeaderMap) -> Response {
    let fault = Fault::keyed(FaultCode::NotFound, "rest-no-such-address");
    problem_as(StatusCode::NOT_FOUND, &fault, locale(&headers))
}

/// Answers for a method that an address does not take; the `Allow` header is the router's.
pub(crate) async fn method(headers: HeaderMap) -> Response {
    let fault = Fault::keyed(FaultCode::Malformed, "rest-method");
    problem_as(StatusCode::METHOD_NOT_ALLOWED, &fault, locale(&headers))
}
