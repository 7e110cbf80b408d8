//! `/graphql`: documents by POST, subscriptions by socket, for cookies and tokens alike.

use super::{
    Caller, Refusal,
    auth::{authenticate, by_token, token_in},
    body,
    state::AppState,
    tenant::Standing,
};
use crate::rest::refuse;
use axum::{
    Json, Router,
    body::Bytes,
    extract::{
        Request, State,
        ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade},
    },
    http::{header, request::Parts},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use futures::{SinkExt, StreamExt};
use penny_core::ctx::{Ctx, Via};
use penny_graphql::socket::{self, Bounds, Doorkeeper, Inbound, Outbound};
use penny_types::{Fault, FaultCode, Locale};
use penny_words::keys;

/// Returns the two routes.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/graphql", post(execute))
        .route("/graphql/ws", get(upgrade))
        .method_not_allowed_fallback(refuse::method)
}

async fn execute(State(state): State<AppState>, Caller(ctx): Caller, request: Request) -> Response {
    let locale = ctx.locale;
    match read(request, state.config.http.body_limit_bytes).await {
        Ok(document) => {
            let answer = penny_graphql::execute(&state.schema, ctx, document).await;
            ([(header::CACHE_CONTROL, "no-store")], Json(answer)).into_response()
        }
        Err(fault) => Refusal::new(fault, locale).into_response(),
    }
}

/// Reads one GraphQL request (GraphQL over HTTP, "Request").
async fn read(request: Request, limit: usize) -> Result<penny_graphql::Request, Fault> {
    body::need_json(request.headers())?;
    let bytes = body::read(request, limit).await?;
    serde_json::from_slice(&bytes).map_err(|_| Fault::new(FaultCode::Malformed))
}

async fn upgrade(State(state): State<AppState>, socket: WebSocketUpgrade, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let keeper = Keeper { state: state.clone(), parts };
    socket
        .protocols([socket::PROTOCOL])
        .max_message_size(state.config.http.body_limit_bytes)
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
}

impl Doorkeeper for Keeper {
    async fn admit(&self, authorization: Option<&str>) -> Result<Ctx, (Fault, Locale)> {
        let mut parts = self.parts.clone();
        let standing = Standing::of(&parts, &self.state).await.map_err(split)?;
        let Some(authorization) = authorization else {
            // The session was loaded when the socket opened; read it anew, so that its end counts.
            if let Some(session) = parts.extensions.get::<tower_sessions::Session>() {
                let fresh = session.load().await;
                fresh.map_err(|_| (Fault::new(FaultCode::Unavailable), standing.locale))?;
            }
            return authenticate(&mut parts, &self.state).await.map_err(split);
        };
        let refused =
            || (Fault::keyed(FaultCode::Unauthenticated, keys::IDENTITY_TOKEN_UNUSABLE), standing.locale);
        let token = token_in(authorization).ok_or_else(refused)?;
        let asked = standing.is_locale_asked.then_some(standing.locale);
        by_token(&self.state, &token, Via::Graphql, asked, standing.locale).await.map_err(split)
    }
}

fn split(refusal: Refusal) -> (Fault, Locale) {
    refusal.into_parts()
}
