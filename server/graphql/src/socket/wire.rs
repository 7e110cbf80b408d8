//! The messages of the protocol and the reasons for closing a connection.

use async_graphql::{Request, Response, ServerError};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The name of the subprotocol, as negotiated when the socket opens.
pub const PROTOCOL: &str = "graphql-transport-ws";

/// A message received from the transport.
#[derive(Debug)]
pub enum Inbound {
    Text(String),
    /// A message of a kind that the protocol does not use, such as binary.
    Unsupported,
}

/// A message for the transport.
#[derive(Debug, PartialEq, Eq)]
pub enum Outbound {
    Text(String),
    /// A WebSocket ping frame, which browsers answer automatically.
    Ping,
    /// A close frame: code and reason.
    Close(u16, &'static str),
}

/// The reason for closing a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CloseReason {
    InvalidMessage,
    NotInitialised,
    Unauthorized,
    /// The caller cannot be authenticated at the moment because of an internal failure.
    Unavailable,
    InitTimeout,
    AlreadyInitialised,
    DuplicateOperation,
    /// The peer has disconnected; no close frame is sent.
    Disconnected,
}

impl CloseReason {
    /// Returns the close frame to send, with the protocol's code.
    pub(super) const fn close_frame(self) -> Option<Outbound> {
        Some(match self {
            Self::InvalidMessage => Outbound::Close(4400, "Invalid message"),
            Self::NotInitialised | Self::Unauthorized => Outbound::Close(4401, "Unauthorized"),
            // A registered WebSocket code (IANA) after which clients reconnect.
            Self::Unavailable => Outbound::Close(1013, "Try again later"),
            Self::InitTimeout => Outbound::Close(4408, "Connection initialisation timeout"),
            Self::AlreadyInitialised => Outbound::Close(4429, "Too many initialisation requests"),
            Self::DuplicateOperation => Outbound::Close(4409, "Subscriber already exists"),
            Self::Disconnected => return None,
        })
    }
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum ClientMessage {
    ConnectionInit {
        #[serde(default)]
        payload: Option<Value>,
    },
    Ping {
        #[serde(default)]
        payload: Option<Value>,
    },
    Pong {},
    Subscribe {
        id: String,
        payload: Box<Request>,
    },
    Complete {
        id: String,
    },
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum ServerMessage<'a> {
    ConnectionAck,
    Pong {
        #[serde(skip_serializing_if = "Option::is_none")]
        payload: Option<Value>,
    },
    Next {
        id: &'a str,
        payload: &'a Response,
    },
    Error {
        id: &'a str,
        payload: &'a [ServerError],
    },
    Complete {
        id: &'a str,
    },
}

/// Returns the `Authorization` value of the payload of `connection_init`: the field itself, or the one in
/// its `headers` object, which some clients send.
pub(super) fn authorization(payload: Option<Value>) -> Option<String> {
    let Value::Object(fields) = payload? else { return None };
    let find = |wanted: &str| fields.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted));
    match find("authorization") {
        Some((_, value)) => value.as_str().map(str::to_owned),
        None => find("headers").and_then(|(_, headers)| authorization(Some(headers.clone()))),
    }
}
