//! Sockets: opened for whoever asks, bounded until it is known who that is, and served until either
//! side ends them.

use super::{
    Refusal,
    auth::{authenticate, by_token, token_in},
    state::AppState,
    tenant::{Standing, asked_locale},
};
use crate::rest::refuse;
use axum::{
    body::Bytes,
    extract::{
        Request, State,
        ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade, rejection::WebSocketUpgradeRejection},
    },
    http::{header, request::Parts},
    response::{IntoResponse, Response},
};
use futures::{SinkExt, StreamExt};
use penny_core::ctx::{Ctx, Via};
use penny_graphql::{
    limits::MAX_DOCUMENT_BYTES,
    socket::{self, Bounds, Doorkeeper, Inbound, Outbound},
};
use penny_types::{Fault, FaultCode, Locale};
use penny_words::keys;
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The longest message: a document and three times as much for its variables and its escapes. What is
/// longer, such as a long message of a person's, goes by POST.
const MESSAGE_BYTES_MAX: usize = 4 * MAX_DOCUMENT_BYTES;
/// What is read of a socket at a time. Most messages are shorter, and every socket holds as much.
const READ_BYTES: usize = 16 * 1024;
/// How many sockets may be open at once of which nobody has said whose they are: each may hold a message.
const STRANGERS_MAX: usize = 64;
/// How long a socket waits for a place among them.
const PLACE_WITHIN: Duration = Duration::from_secs(2);

/// Places for sockets whose callers are not known yet.
#[derive(Debug, Clone)]
pub struct Strangers(Arc<Semaphore>);

impl Default for Strangers {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(STRANGERS_MAX)))
    }
}

impl Strangers {
    /// Takes a place, or waits a little for one; `None` when there is none.
    async fn place(&self) -> Option<OwnedSemaphorePermit> {
        tokio::time::timeout(PLACE_WITHIN, Arc::clone(&self.0).acquire_owned()).await.ok()?.ok()
    }
}

/// Opens a socket where documents are sent too; what does not ask for one takes a wrong method.
pub(super) async fn open_or_refuse(
    state: State<AppState>,
    socket: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
    request: Request,
) -> Response {
    match socket {
        Ok(socket) => open(state, socket, request).await,
        Err(rejection) if request.headers().contains_key(header::UPGRADE) => rejection.into_response(),
        Err(_) => refuse::method(request.headers().clone()).await,
    }
}

/// Opens a socket.
pub(super) async fn open(
    State(state): State<AppState>,
    socket: WebSocketUpgrade,
    request: Request,
) -> Response {
    let (mut parts, _) = request.into_parts();
    let place = match state.strangers.place().await {
        Some(place) => Some(place),
        // Strangers do not keep those out whose request itself says who they are.
        None if authenticate(&mut parts, &state).await.is_ok() => None,
        None => {
            let fault = Fault::new(FaultCode::Unavailable).retry_after(PLACE_WITHIN.as_secs());
            return Refusal::new(fault, asked_locale(&parts.headers)).into_response();
        }
    };
    let keeper = Keeper { state: state.clone(), parts, place: Mutex::new(place) };
    socket
        .protocols([socket::PROTOCOL])
        .max_message_size(MESSAGE_BYTES_MAX)
        .max_frame_size(MESSAGE_BYTES_MAX)
        .read_buffer_size(READ_BYTES)
        .on_upgrade(move |socket| run(state, keeper, socket))
}

async fn run(state: AppState, keeper: Keeper, socket: WebSocket) {
    if socket.protocol().is_none() {
        // The client speaks another protocol, or none: the code of graphql-ws for that.
        let frame = CloseFrame { code: 4406, reason: "Subprotocol not acceptable".into() };
        let mut socket = socket;
        let _ = socket.send(Message::Close(Some(frame))).await;
        return;
    }
    let (outgoing, incoming) = socket.split();
    let incoming = incoming.filter_map(|message| async {
        match message {
            Ok(Message::Text(text)) => Some(Inbound::Text(text.to_string())),
            Ok(Message::Binary(_)) => Some(Inbound::Unreadable),
            _ => None,
        }
    });
    let outgoing = outgoing.with(|message: Outbound| {
        let message = match message {
            Outbound::Text(text) => Message::Text(text.into()),
            Outbound::Ping => Message::Ping(Bytes::new()),
            Outbound::Close(code, reason) => Message::Close(Some(CloseFrame { code, reason: reason.into() })),
        };
        std::future::ready(Ok::<_, axum::Error>(message))
    });
    let stopping = state.foundation.tasks.stopping();
    let (incoming, outgoing) = (Box::pin(incoming), Box::pin(outgoing));
    let serving = socket::serve(state.schema.clone(), keeper, Bounds::default(), incoming, outgoing);
    // A server that stops does not wait for sockets: clients come back with the number they saw last.
    tokio::select! {
        () = serving => {}
        () = stopping.cancelled() => {}
    }
}

/// Answers who is behind a socket, at its beginning and again while it lasts.
struct Keeper {
    state: AppState,
    parts: Parts,
    /// The place among the strangers, until the caller is known.
    place: Mutex<Option<OwnedSemaphorePermit>>,
}

impl Keeper {
    async fn ask(&self, authorization: Option<&str>) -> Result<Ctx, Refusal> {
        let mut parts = self.parts.clone();
        let standing = Standing::of(&parts, &self.state).await?;
        let Some(authorization) = authorization else {
            // The session was loaded when the socket opened; read it anew, so that its end counts.
            if let Some(session) = parts.extensions.get::<tower_sessions::Session>() {
                let fresh = session.load().await;
                fresh.map_err(|_| Refusal::new(Fault::new(FaultCode::Unavailable), standing.locale))?;
            }
            return authenticate(&mut parts, &self.state).await;
        };
        let unusable = || Fault::keyed(FaultCode::Unauthenticated, keys::IDENTITY_TOKEN_UNUSABLE);
        let token = token_in(authorization).ok_or_else(|| Refusal::new(unusable(), standing.locale))?;
        let asked = standing.is_locale_asked.then_some(standing.locale);
        by_token(&self.state, &token, Via::Graphql, asked, standing.locale).await
    }
}

impl Doorkeeper for Keeper {
    async fn admit(&self, authorization: Option<&str>) -> Result<Ctx, (Fault, Locale)> {
        let ctx = self.ask(authorization).await.map_err(Refusal::into_parts)?;
        drop(self.place.lock().map(|mut place| place.take()));
        Ok(ctx)
    }
}
