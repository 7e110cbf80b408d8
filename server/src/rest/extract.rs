//! Reading requests: ids in paths, filters in queries, JSON in bodies. What cannot be read is
//! answered in the shape of every other problem.

use crate::web::{AppState, Refusal, body, tenant::asked_locale};
use axum::{
    body::HttpBody,
    extract::{FromRequest, FromRequestParts, Path, Query, Request},
    http::request::Parts,
};
use penny_core::{json, misfit};
use penny_types::{Fault, FaultCode};
use penny_words::keys;
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, Error},
};
use std::str::FromStr;
use uuid::Uuid;

/// The id in a path.
///
/// A text that is no id becomes the id that nothing has, so that it is answered, and costs, exactly
/// like an id that does not exist.
#[derive(Debug)]
pub(super) struct Id<T>(pub(super) T);

impl<T: FromStr + From<Uuid>> FromRequestParts<AppState> for Id<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Refusal> {
        let text = Path::<String>::from_request_parts(parts, state).await.map(|Path(text)| text);
        Ok(Self(text.map_or_else(|_| nobody(), |text| id(&text))))
    }
}

/// Reads an id; see [`Id`] for what is none.
pub(super) fn id<T: FromStr + From<Uuid>>(text: &str) -> T {
    text.parse().unwrap_or_else(|_| nobody())
}

fn nobody<T: From<Uuid>>() -> T {
    T::from(Uuid::nil())
}

/// The filters in a query.
#[derive(Debug)]
pub(super) struct Filter<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequestParts<AppState> for Filter<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, Refusal> {
        let refuse = |fault| Refusal::new(fault, asked_locale(&parts.headers));
        match Query::<T>::try_from_uri(&parts.uri) {
            Ok(Query(filter)) => Ok(Self(filter)),
            Err(rejection) => {
                let text = rejection.body_text();
                let text = text.split_once(": ").map_or(text.as_str(), |(_, rest)| rest);
                let (path, message) = text.split_once(": ").unwrap_or(("", text));
                Err(refuse(wrong_field(path, message)))
            }
        }
    }
}

/// Reads a number of a query; an empty text, as some programs write for none, is none.
pub(super) fn number_or_none<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u64>, D::Error> {
    let text = Option::<String>::deserialize(from)?.filter(|text| !text.is_empty());
    text.map(|text| text.parse().map_err(D::Error::custom)).transpose()
}

/// The largest body where only a few short fields are sent.
pub(super) const SHORT: usize = 64 * 1024;

/// A JSON body of at most `MOST` bytes, and never more than the operator allows.
#[derive(Debug)]
pub(super) struct Body<T, const MOST: usize = { usize::MAX }>(pub(super) T);

impl<T: DeserializeOwned, const MOST: usize> FromRequest<AppState> for Body<T, MOST> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Refusal> {
        let locale = asked_locale(request.headers());
        let limit = state.config.http.body_limit_bytes.min(MOST);
        let refuse = |fault| Refusal::new(fault, locale);
        body::need_json(request.headers()).map_err(refuse)?;
        let bytes = body::read(request, limit).await.map_err(refuse)?;
        json::bound(&bytes).map_err(refuse)?;
        parse(&bytes).map(Self).map_err(refuse)
    }
}

/// A short JSON body that may be left out altogether; then everything is as by default.
#[derive(Debug)]
pub(super) struct BodyOrNone<T>(pub(super) T);

impl<T: DeserializeOwned + Default> FromRequest<AppState> for BodyOrNone<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Refusal> {
        if HttpBody::size_hint(request.body()).exact() == Some(0) {
            return Ok(Self(T::default()));
        }
        Body::<T, SHORT>::from_request(request, state).await.map(|Body(value)| Self(value))
    }
}

/// Reads JSON: what is none is malformed, what does not fit is invalid and says where.
fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Fault> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = error.path().to_string();
        let error = error.into_inner();
        if error.is_data() { wrong_field(&path, &error.to_string()) } else { broken(&error) }
    })?;
    reader.end().map_err(|error| broken(&error))?;
    // serde reads a list as the fields of a struct in their order: nobody means that.
    if bytes.trim_ascii_start().starts_with(b"[") {
        return Err(no_object());
    }
    Ok(value)
}

fn no_object() -> Fault {
    Fault::keyed(FaultCode::Invalid, keys::REST_NO_OBJECT)
}

fn broken(error: &serde_json::Error) -> Fault {
    Fault::keyed(FaultCode::Malformed, keys::REST_JSON_BROKEN)
        .arg("line", error.line())
        .arg("column", error.column())
}

/// Makes a fault about one field out of what serde says.
fn wrong_field(path: &str, message: &str) -> Fault {
    let field = misfit::of_serde(path, message);
    if field.field.is_empty() {
        return no_object();
    }
    Fault { fields: vec![field], ..Fault::new(FaultCode::Invalid) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use penny_types::{ConversationId, turns::NewMessage};

    #[test]
    fn what_does_not_fit_says_where() {
        for (body, code, field) in [
            ("{", FaultCode::Malformed, ""),
            ("", FaultCode::Malformed, ""),
            ("{} {}", FaultCode::Malformed, ""),
            ("\u{1}", FaultCode::Malformed, ""),
            (r#"{"content":"\ud800"}"#, FaultCode::Malformed, ""),
            ("[]", FaultCode::Invalid, ""),
            (r#"["words"]"#, FaultCode::Invalid, ""),
            ("7", FaultCode::Invalid, ""),
            (r#"{"content":1}"#, FaultCode::Invalid, "content"),
            (r#"{"content":"a","colour":1}"#, FaultCode::Invalid, "colour"),
            (r#"{"content":"a","content":"b"}"#, FaultCode::Invalid, "content"),
            (r#"{"attachments":["arv_1"]}"#, FaultCode::Invalid, "attachments[0]"),
            (r#"{"parentId":"cnv_00000000000000000000000000"}"#, FaultCode::Invalid, "parentId"),
        ] {
            let fault = parse::<NewMessage>(body.as_bytes()).err();
            let got = fault
                .map(|fault| (fault.code, fault.fields.first().map(|f| f.field.clone()).unwrap_or_default()));
            assert_eq!(got, Some((code, field.to_owned())), "{body}");
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
    fn what_is_no_id_becomes_the_id_that_nothing_has() {
        let nobody = ConversationId(Uuid::nil());
        for text in [
            "",
            "1",
            "cnv_",
            "msg_00000000000000000000000000",
            "../../etc/passwd",
            "cnv_zzzzzzzzzzzzzzzzzzzzzzzzzz",
        ] {
            assert_eq!(id::<ConversationId>(text), nobody, "{text}");
        }
    }
}
