//! Error responses: errors of services, unknown paths, unsupported methods.

use crate::web::{ErrorResponse, problem::problem_response_with_status, request_info::requested_locale};
use axum::{
    http::{HeaderMap, StatusCode},
    response::Response,
};
use penny_i18n::keys;
use penny_kernel::{
    ctx::Ctx,
    fault::{self, ToFault},
};
use penny_types::{Fault, FaultCode};

/// Converts the error of a service into a response in the caller's language.
pub(super) trait OrErrorResponse<T> {
    /// Maps the error; logs it when its cause is internal or in a dependency.
    fn or_error_response(self, ctx: &Ctx) -> Result<T, ErrorResponse>;
}

impl<T, E: ToFault> OrErrorResponse<T> for Result<T, E> {
    fn or_error_response(self, ctx: &Ctx) -> Result<T, ErrorResponse> {
        self.map_err(|error| {
            let fault = fault::report(&error, Some(ctx.request_id()), "a REST request could not be served");
            ErrorResponse::new(fault, ctx.locale())
        })
    }
}

/// Responds 404 for an unknown path.
pub(crate) async fn not_found(headers: HeaderMap) -> Response {
    let fault = Fault::with_message(FaultCode::NotFound, keys::REST_NO_SUCH_ADDRESS);
    problem_response_with_status(StatusCode::NOT_FOUND, &fault, requested_locale(&headers))
}

/// Responds 405 for an unsupported method; the router adds the `Allow` header.
pub(crate) async fn method_not_allowed(headers: HeaderMap) -> Response {
    let fault = Fault::with_message(FaultCode::Malformed, keys::REST_METHOD);
    problem_response_with_status(StatusCode::METHOD_NOT_ALLOWED, &fault, requested_locale(&headers))
}
