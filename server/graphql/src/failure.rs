//! A fault as a GraphQL error: words in the person's language, and extensions for programs.

use async_graphql::{Error, ErrorExtensions, Pos, Response, ServerError, Value};
use penny_core::{
    ctx::Ctx,
    fault::{self, ToFault},
};
use penny_types::{Fault, FaultCode, Locale};
use penny_words::keys;
use serde::Serialize;
use std::collections::BTreeMap;

/// Turns a service's error into the resolver's, and logs what is our own fault or our dependencies'.
pub(crate) fn fail(ctx: &Ctx, error: impl ToFault) -> Error {
    let fault = fault::report(&error, Some(ctx.request), "a GraphQL request could not be served");
    from_fault(&fault, ctx.locale)
}

/// Renders a fault in a person's language.
#[must_use]
pub fn from_fault(fault: &Fault, locale: Locale) -> Error {
    Error::new(penny_words::fault(locale, fault)).extend_with(|_, extensions| {
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

/// Answers a whole request with one fault.
#[must_use]
pub fn response(fault: &Fault, locale: Locale) -> Response {
    let mut error = from_fault(fault, locale).into_server_error(Pos::default());
    // It is about the document as a whole: no line of it is to blame.
    error.locations.clear();
    Response::from_errors(vec![error])
}

/// A field at fault, with its sentence.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Field<'a> {
    field: &'a str,
    message_key: &'a str,
    message: String,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    args: &'a BTreeMap<String, String>,
}

fn fields(fault: &Fault, locale: Locale) -> Vec<Field<'_>> {
    let render = |field: &penny_types::FieldFault| penny_words::field_fault(locale, field);
    fault
        .fields
        .iter()
        .map(|field| Field {
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

/// Gives the engine's own errors, those of syntax and validation, the extensions ours have.
pub(crate) fn label(mut response: Response, locale: Locale) -> Response {
    for error in &mut response.errors {
        complete(error, locale);
    }
    response
}

/// Marks an error without a code as the document's fault. What the engine says about syntax and
/// types speaks of the document and stays as it is; what it says about limits is said in our words.
pub(crate) fn complete(error: &mut ServerError, locale: Locale) {
    let extensions = error.extensions.get_or_insert_default();
    if extensions.get("code").is_some() {
        return;
    }
    let limit = match error.message.as_str() {
        "Query is too complex." => Some(Fault::keyed(FaultCode::Invalid, keys::GRAPHQL_TOO_COMPLEX)),
        "Query is nested too deep." => Some(
            Fault::keyed(FaultCode::Invalid, keys::GRAPHQL_TOO_DEEP).arg("limit", crate::limits::MAX_DEPTH),
        ),
        _ => None,
    };
    let fault = limit.clone().unwrap_or_else(|| Fault::new(FaultCode::Malformed));
    extensions.set("code", fault.code.as_str());
    extensions.set("messageKey", fault.message_key.as_str());
    if let Some(fault) = limit {
        error.message = penny_words::fault(locale, &fault);
        error.locations.retain(|place| place.line > 0);
    }
}
