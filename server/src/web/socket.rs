//! WebSockets for GraphQL. A socket is opened before its caller is authenticated; the number of
//! unauthenticated sockets is limited.

use super::{
    ErrorResponse,
    auth::{authenticate, authenticate_token, token_in},
    request_info::{RequestInfo, requested_locale},
    state::AppState,
};
use crate::rest::errors;
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
use penny_graphql::{
    limits::MAX_DOCUMENT_BYTES,
    socket::{self, ConnectionAuthenticator, ConnectionLimits, Inbound, Outbound},
};
use penny_i18n::keys;
use penny_kernel::ctx::{Ctx, Transport};
use penny_types::{Fault, FaultCode, Locale};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The maximum size of a WebSocket message: a document, and three times as much for its variables and
/// escapes. Larger requests must be sent by POST.
const MAX_MESSAGE_BYTES: usize = 4 * MAX_DOCUMENT_BYTES;
/// The size of each socket's read buffer. Most messages are smaller.
const READ_BUFFER_BYTES: usize = 16 * 1024;
/// The maximum number of unauthenticated sockets; each may buffer one message.
const MAX_ANONYMOUS_SOCKETS: usize = 64;
/// How long a new socket waits for a permit.
const PERMIT_TIMEOUT: Duration = Duration::from_secs(2);

/// Limits the number of sockets whose callers are not authenticated yet.
#[derive(Debug, Clone)]
pub struct AnonymousSocketLimit(Arc<Semaphore>);

impl Default for AnonymousSocketLimit {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(MAX_ANONYMOUS_SOCKETS)))
    }
}

impl AnonymousSocketLimit {
    /// Acquires a permit; `None` after [`PERMIT_TIMEOUT`].
    async fn acquire(&self) -> Option<OwnedSemaphorePermit> {
        tokio::time::timeout(PERMIT_TIMEOUT, Arc::clone(&self.0).acquire_owned()).await.ok()?.ok()
    }
}

/// Opens a socket; responds "method not allowed" to a request without an upgrade.
pub(super) async fn open_or_method_not_allowed(
    state: State<AppState>,
    socket: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
    request: Request,
) -> Response {
    match socket {
        Ok(socket) => open(state, socket, request).await,
        Err(rejection) if request.headers().contains_key(header::UPGRADE) => rejection.into_response(),
        Err(_) => errors::method_not_allowed(request.headers().clone()).await,
    }
}

pub(super) async fn open(
    State(state): State<AppState>,
    socket: WebSocketUpgrade,
    request: Request,
) -> Response {
    let (mut parts, _) = request.into_parts();
    let permit = match state.anonymous_sockets.acquire().await {
        Some(permit) => Some(permit),
        // A request that is authenticated by its own headers needs no permit.
        None if authenticate(&mut parts, &state).await.is_ok() => None,
        None => {
            let fault = Fault::new(FaultCode::Unavailable).retry_after(PERMIT_TIMEOUT.as_secs());
            return ErrorResponse::new(fault, requested_locale(&parts.headers)).into_response();
        }
    };
    let authenticator = SocketAuthenticator { state: state.clone(), parts, permit: Mutex::new(permit) };
    socket
        .protocols([socket::PROTOCOL])
        .max_message_size(MAX_MESSAGE_BYTES)
        .max_frame_size(MAX_MESSAGE_BYTES)
        .read_buffer_size(READ_BUFFER_BYTES)
        .on_upgrade(move |socket| run(state, authenticator, socket))
}

async fn run(state: AppState, authenticator: SocketAuthenticator, socket: WebSocket) {
    if socket.protocol().is_none() {
        // graphql-ws prescribes this code for an unsupported or missing subprotocol.
        let frame = CloseFrame { code: 4406, reason: "Subprotocol not acceptable".into() };
        let mut socket = socket;
        let _ = socket.send(Message::Close(Some(frame))).await;
        return;
    }
    let (outgoing, incoming) = socket.split();
    let incoming = incoming.filter_map(|message| async {
        match message {
            Ok(Message::Text(text)) => Some(Inbound::Text(text.to_string())),
            Ok(Message::Binary(_)) => Some(Inbound::Unsupported),
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
    let shutdown = state.kernel.tasks.stopping();
    let (incoming, outgoing) = (Box::pin(incoming), Box::pin(outgoing));
    let serving =
        socket::serve(state.schema.clone(), authenticator, ConnectionLimits::default(), incoming, outgoing);
    // Sockets end at once on shutdown: clients reconnect and resume after the last event they received.
    tokio::select! {
        () = serving => {}
        () = shutdown.cancelled() => {}
    }
}

/// Authenticates a socket's caller by the token of its first message or by its opening request.
struct SocketAuthenticator {
    state: AppState,
    parts: Parts,
    /// The permit of an unauthenticated socket, released once the caller is authenticated.
    permit: Mutex<Option<OwnedSemaphorePermit>>,
}

impl SocketAuthenticator {
    async fn resolve_ctx(&self, authorization: Option<&str>) -> Result<Ctx, ErrorResponse> {
        let mut parts = self.parts.clone();
        let info = RequestInfo::from_parts(&parts, &self.state).await?;
        let Some(authorization) = authorization else {
            // The session was loaded when the socket opened; reload it, so that a sign-out takes effect.
            if let Some(session) = parts.extensions.get::<tower_sessions::Session>() {
                let reloaded = session.load().await;
                reloaded.map_err(|_| ErrorResponse::new(Fault::new(FaultCode::Unavailable), info.locale))?;
            }
            return authenticate(&mut parts, &self.state).await;
        };
        let unusable = || Fault::with_message(FaultCode::Unauthenticated, keys::IDENTITY_TOKEN_UNUSABLE);
        let token = token_in(authorization).ok_or_else(|| ErrorResponse::new(unusable(), info.locale))?;
        let requested = info.has_requested_locale.then_some(info.locale);
        authenticate_token(&self.state, &token, Transport::Graphql, requested, info.locale).await
    }
}

impl ConnectionAuthenticator for SocketAuthenticator {
    async fn authenticate(&self, authorization: Option<&str>) -> Result<Ctx, (Fault, Locale)> {
        let ctx = self.resolve_ctx(authorization).await.map_err(ErrorResponse::into_parts)?;
        drop(self.permit.lock().map(|mut permit| permit.take()));
        Ok(ctx)
    }
}
