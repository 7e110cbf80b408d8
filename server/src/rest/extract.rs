//! Extractors for ids in paths, query parameters and JSON bodies. Their rejections are problem documents.

use crate::web::{AppState, ErrorResponse, body, request_info::requested_locale};
use axum::{
    body::HttpBody,
    extract::{FromRequest, FromRequestParts, Path, Query, Request},
    http::request::Parts,
};
use penny_i18n::keys;
use penny_kernel::{json, validation};
use penny_types::{Fault, FaultCode};
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, Error},
};
use std::str::FromStr;
use uuid::Uuid;

/// Extractor of the id in a path.
///
/// A malformed id becomes the nil id, which never exists, so that it has the same response and the same cost
/// as an unknown id.
#[derive(Debug)]
pub(super) struct PathId<T>(pub(super) T);

impl<T: FromStr + From<Uuid>> FromRequestParts<AppState> for PathId<T> {
    type Rejection = ErrorResponse;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ErrorResponse> {
        let text = Path::<String>::from_request_parts(parts, state).await.map(|Path(text)| text);
        Ok(Self(text.map_or_else(|_| nil_id(), |text| parse_id(&text))))
    }
}

/// Extractor of two ids in a path, each parsed as in [`PathId`].
#[derive(Debug)]
pub(super) struct PathIds<A, B>(pub(super) A, pub(super) B);

impl<A: FromStr + From<Uuid>, B: FromStr + From<Uuid>> FromRequestParts<AppState> for PathIds<A, B> {
    type Rejection = ErrorResponse;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ErrorResponse> {
        let texts = Path::<(String, String)>::from_request_parts(parts, state).await;
        let (first, second) = texts.map_or_else(|_| (String::new(), String::new()), |Path(texts)| texts);
        Ok(Self(parse_id(&first), parse_id(&second)))
    }
}

/// Parses an id; a malformed one becomes the nil id, as in [`PathId`].
pub(super) fn parse_id<T: FromStr + From<Uuid>>(text: &str) -> T {
    text.parse().unwrap_or_else(|_| nil_id())
}

fn nil_id<T: From<Uuid>>() -> T {
    T::from(Uuid::nil())
}

/// Extractor of query parameters.
#[derive(Debug)]
pub(super) struct QueryParams<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequestParts<AppState> for QueryParams<T> {
    type Rejection = ErrorResponse;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, ErrorResponse> {
        match Query::<T>::try_from_uri(&parts.uri) {
            Ok(Query(params)) => Ok(Self(params)),
            Err(rejection) => {
                let text = rejection.body_text();
                let text = text.split_once(": ").map_or(text.as_str(), |(_, rest)| rest);
                let (path, message) = text.split_once(": ").unwrap_or(("", text));
                Err(ErrorResponse::new(invalid_field(path, message), requested_locale(&parts.headers)))
            }
        }
    }
}

/// Deserialises an optional number of a query. Empty text, which some clients send instead of nothing, is `None`.
pub(super) fn optional_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?.filter(|text| !text.is_empty());
    text.map(|text| text.parse().map_err(D::Error::custom)).transpose()
}

/// The maximum size of a body that consists of a few short fields.
pub(super) const MAX_SHORT_BODY_BYTES: usize = 64 * 1024;

/// Extractor of a JSON body of at most `MAX_BYTES` bytes and at most `http.body_limit_bytes`.
#[derive(Debug)]
pub(super) struct JsonBody<T, const MAX_BYTES: usize = { usize::MAX }>(pub(super) T);

impl<T: DeserializeOwned, const MAX_BYTES: usize> FromRequest<AppState> for JsonBody<T, MAX_BYTES> {
    type Rejection = ErrorResponse;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, ErrorResponse> {
        let locale = requested_locale(request.headers());
        let limit = state.config.http.body_limit_bytes.min(MAX_BYTES);
        let error_response = |fault| ErrorResponse::new(fault, locale);
        body::require_json(request.headers()).map_err(error_response)?;
        let bytes = body::read(request, limit).await.map_err(error_response)?;
        json::check_limits(&bytes).map_err(error_response)?;
        parse(&bytes).map(Self).map_err(error_response)
    }
}

/// Extractor of a short JSON body that may be absent, which means the default value.
#[derive(Debug)]
pub(super) struct OptionalJsonBody<T>(pub(super) T);

impl<T: DeserializeOwned + Default> FromRequest<AppState> for OptionalJsonBody<T> {
    type Rejection = ErrorResponse;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, ErrorResponse> {
        if HttpBody::size_hint(request.body()).exact() == Some(0) {
            return Ok(Self(T::default()));
        }
        JsonBody::<T, MAX_SHORT_BODY_BYTES>::from_request(request, state)
            .await
            .map(|JsonBody(value)| Self(value))
    }
}

/// Parses JSON. A syntax error is a `malformed` fault with its position; a type error is an `invalid` fault
/// with the field.
fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Fault> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = error.path().to_string();
        let error = error.into_inner();
        if error.is_data() { invalid_field(&path, &error.to_string()) } else { syntax_fault(&error) }
    })?;
    reader.end().map_err(|error| syntax_fault(&error))?;
    // serde also accepts an array with the fields of a struct in order, which is never intended.
    if bytes.trim_ascii_start().starts_with(b"[") {
        return Err(not_an_object());
    }
    Ok(value)
}

fn not_an_object() -> Fault {
    Fault::with_message(FaultCode::Invalid, keys::REST_NO_OBJECT)
}

fn syntax_fault(error: &serde_json::Error) -> Fault {
    Fault::with_message(FaultCode::Malformed, keys::REST_JSON_BROKEN)
        .arg("line", error.line())
        .arg("column", error.column())
}

/// Converts serde's error about a field into a fault.
fn invalid_field(path: &str, message: &str) -> Fault {
    let field = validation::from_serde_message(path, message);
    if field.field.is_empty() {
        return not_an_object();
    }
    Fault { fields: vec![field], ..Fault::new(FaultCode::Invalid) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use penny_types::{ConversationId, turns::NewMessage};

    #[test]
    fn an_invalid_body_is_malformed_or_names_the_field() {
        for (body, code, field) in [
            ("{", FaultCode::Malformed, ""),
            ("", FaultCode::Malformed, ""),
            ("{} {}", FaultCode::Malformed, ""),
            ("\u{1}", FaultCode::Malformed, ""),
            (r#"{"content":"\ud800"}"#, FaultCode::Malformed, ""),
            ("[]", FaultCode::Invalid, ""),
            (r#"["text"]"#, FaultCode::Invalid, ""),
            ("7", FaultCode::Invalid, ""),
            (r#"{"content":1}"#, FaultCode::Invalid, "content"),
            (r#"{"content":"a","colour":1}"#, FaultCode::Invalid, "colour"),
            (r#"{"content":"a","content":"b"}"#, FaultCode::Invalid, "content"),
            (r#"{"attachments":["arv_1"]}"#, FaultCode::Invalid, "attachments[0]"),
            (r#"{"parentId":"cnv_00000000000000000000000000"}"#, FaultCode::Invalid, "parentId"),
        ] {
            let fault = parse::<NewMessage>(body.as_bytes()).err();
            let actual = fault
                .map(|fault| (fault.code, fault.fields.first().map(|f| f.field.clone()).unwrap_or_default()));
            assert_eq!(actual, Some((code, field.to_owned())), "{body}");
        }
    }

    #[test]
    fn deep_nesting_is_malformed_and_not_a_crash() {
        for body in ["[".repeat(1_000_000), format!("{{\"a\":{}", "{\"a\":".repeat(500_000))] {
            let fault = parse::<serde_json::Value>(body.as_bytes()).err();
            assert_eq!(fault.map(|fault| fault.code), Some(FaultCode::Malformed));
        }
    }

    #[test]
    fn a_malformed_id_becomes_the_nil_id() {
        let nil = ConversationId(Uuid::nil());
        for text in [
            "",
            "1",
            "cnv_",
            "msg_00000000000000000000000000",
            "../../etc/passwd",
            "cnv_zzzzzzzzzzzzzzzzzzzzzzzzzz",
        ] {
            assert_eq!(parse_id::<ConversationId>(text), nil, "{text}");
        }
    }
}
