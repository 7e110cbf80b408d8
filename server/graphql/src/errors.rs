//! GraphQL errors: the message in the caller's language, and machine-readable extensions.

use async_graphql::{Error, ErrorExtensions, Pos, Response, ServerError, Value};
use penny_i18n::keys;
use penny_kernel::{
    ctx::Ctx,
    fault::{self, ToFault},
};
use penny_types::{Fault, FaultCode, Locale};
use serde::Serialize;
use std::collections::BTreeMap;

/// Converts a service's error into a GraphQL error; logs it when its cause is internal or in a
/// dependency.
pub(crate) fn graphql_error(ctx: &Ctx, error: impl ToFault) -> Error {
    let fault = fault::report(&error, Some(ctx.request_id()), "a GraphQL request could not be served");
    from_fault(&fault, ctx.locale())
}

/// Converts a fault into a GraphQL error with the message in `locale`.
#[must_use]
pub fn from_fault(fault: &Fault, locale: Locale) -> Error {
    Error::new(penny_i18n::fault(locale, fault)).extend_with(|_, extensions| {
        extensions.set("code", fault.code.as_str());
        extensions.set("messageKey", fault.message_key.as_str());
        let mut set = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                extensions.set(name, value);
            }
        };
        set("args", (!fault.args.is_empty()).then(|| to_value(&fault.args)).flatten());
        set("fields", (!fault.fields.is_empty()).then(|| to_value(&fields(fault, locale))).flatten());
        set("retryAfter", fault.retry_after.map(Value::from));
        set("traceId", fault.trace_id.clone().map(Value::from));
    })
}

/// Returns a response whose only content is one fault.
#[must_use]
pub fn fault_response(fault: &Fault, locale: Locale) -> Response {
    let mut error = from_fault(fault, locale).into_server_error(Pos::default());
    // The fault concerns the whole document, not one line of it.
    error.locations.clear();
    Response::from_errors(vec![error])
}

/// A field error as it is written in the `fields` extension.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FieldErrorExtension<'a> {
    field: &'a str,
    message_key: &'a str,
    message: String,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    args: &'a BTreeMap<String, String>,
}

fn fields(fault: &Fault, locale: Locale) -> Vec<FieldErrorExtension<'_>> {
    let render = |field: &penny_types::FieldFault| penny_i18n::field_fault(locale, field);
    fault
        .fields
        .iter()
        .map(|field| FieldErrorExtension {
            field: &field.field,
            message_key: &field.message_key,
            message: render(field),
            args: &field.args,
        })
        .collect()
}

fn to_value(value: &impl Serialize) -> Option<Value> {
    async_graphql::to_value(value).ok()
}

/// Adds our extensions to the errors that async-graphql produced itself: syntax and validation errors.
pub(crate) fn with_extensions(mut response: Response, locale: Locale) -> Response {
    for error in &mut response.errors {
        add_extensions(error, locale);
    }
    response
}

/// Adds `code` and `messageKey` to an error that has no code: `malformed`, or `invalid` for a limit.
///
/// async-graphql's messages about syntax and types are kept. Its messages about limits, which are
/// recognised by their text, are replaced by ours.
pub(crate) fn add_extensions(error: &mut ServerError, locale: Locale) {
    let extensions = error.extensions.get_or_insert_default();
    if extensions.get("code").is_some() {
        return;
    }
    let limit = match error.message.as_str() {
        "Query is too complex." => Some(Fault::with_message(FaultCode::Invalid, keys::GRAPHQL_TOO_COMPLEX)),
        "Query is nested too deep." => Some(
            Fault::with_message(FaultCode::Invalid, keys::GRAPHQL_TOO_DEEP)
                .arg("limit", crate::limits::MAX_DEPTH),
        ),
        _ => None,
    };
    let fault = limit.clone().unwrap_or_else(|| Fault::new(FaultCode::Malformed));
    extensions.set("code", fault.code.as_str());
    extensions.set("messageKey", fault.message_key.as_str());
    if let Some(fault) = limit {
        error.message = penny_i18n::fault(locale, &fault);
        error.locations.retain(|location| location.line > 0);
    }
}
