//! The messages of the protocol, and why a connection is closed.

use async_graphql::{Request, Response, ServerError};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The name of the subprotocol, as negotiated when the socket opens.
pub const PROTOCOL: &str = "graphql-transport-ws";

/// What comes from the transport.
#[derive(Debug)]
pub enum Inbound {
    /// A text message.
    Text(String),
    /// A message of another kind that this protocol has no use for, such as bytes.
    Unreadable,
}

/// What goes to the transport.
#[derive(Debug, PartialEq, Eq)]
pub enum Outbound {
    /// A text message.
    Text(String),
    /// A ping of the transport's own, which browsers answer by themselves.
    Ping,
    /// The end, and why.
    Close(u16, &'static str),
}

/// Why a connection is closed: the protocol's own codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Closing {
    Unreadable,
    NotInitialised,
    Unauthorized,
    /// Who the caller is cannot be found out now.
    Unavailable,
    InitTimeout,
    TwiceInitialised,
    TwiceSubscribed,
    /// The peer is gone: there is nobody to tell.
    Gone,
}

impl Closing {
    pub(super) const fn frame(self) -> Option<Outbound> {
        Some(match self {
            Self::Unreadable => Outbound::Close(4400, "Invalid message"),
            Self::NotInitialised | Self::Unauthorized => Outbound::Close(4401, "Unauthorized"),
            // A code of WebSocket's own (IANA), after which clients try again.
            Self::Unavailable => Outbound::Close(1013, "Try again later"),
            Self::InitTimeout => Outbound::Close(4408, "Connection initialisation timeout"),
            Self::TwiceInitialised => Outbound::Close(4429, "Too many initialisation requests"),
            Self::TwiceSubscribed => Outbound::Close(4409, "Subscriber already exists"),
            Self::Gone => return None,
        })
    }
}

/// What a client says.
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

/// What the server says.
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

/// Finds the `Authorization` value in the payload of the first message: a field of its own, or one of
/// its `headers`, as clients that think in requests send it.
pub(super) fn authorization(payload: Option<Value>) -> Option<String> {
    let Value::Object(fields) = payload? else { return None };
    let find = |wanted: &str| fields.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted));
    match find("authorization") {
        Some((_, value)) => value.as_str().map(str::to_owned),
        None => find("headers").and_then(|(_, headers)| authorization(Some(headers.clone()))),
    }
}
