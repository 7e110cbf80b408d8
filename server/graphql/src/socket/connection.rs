//! Serves one connection.

use super::{
    ConnectionAuthenticator, ConnectionLimits,
    wire::{ClientMessage, CloseReason, Inbound, Outbound, ServerMessage, authorization},
};
use crate::{errors, schema::Schema};
use async_graphql::{Request, Response, Value};
use futures::{
    Sink, SinkExt, Stream, StreamExt,
    stream::{self, BoxStream},
};
use penny_i18n::keys;
use penny_kernel::{ctx::Ctx, json};
use penny_types::{Fault, FaultCode};
use tokio::time::{Instant, MissedTickBehavior, interval_at, timeout};
use tokio_stream::StreamMap;

/// The responses of an operation; `None` marks its end.
type Operation = BoxStream<'static, Option<Response>>;

/// Serves a connection until either side closes it.
pub async fn serve<I, O, A>(
    schema: Schema,
    authenticator: A,
    limits: ConnectionLimits,
    incoming: I,
    outgoing: O,
) where
    I: Stream<Item = Inbound> + Send + Unpin,
    O: Sink<Outbound> + Send + Unpin,
    A: ConnectionAuthenticator,
{
    let mut peer = SocketPeer { incoming, outgoing, limits };
    let reason = match peer.initialise(&authenticator).await {
        Ok((ctx, authorization)) => {
            let operations = StreamMap::new();
            SocketConnection { schema, authenticator, ctx, authorization, operations, peer: &mut peer }
                .run()
                .await
        }
        Err(reason) => reason,
    };
    if let Some(frame) = reason.close_frame() {
        let _ = peer.send(frame).await;
    }
}

/// The client's end of a connection.
struct SocketPeer<I, O> {
    incoming: I,
    outgoing: O,
    limits: ConnectionLimits,
}

impl<I, O> SocketPeer<I, O>
where
    I: Stream<Item = Inbound> + Send + Unpin,
    O: Sink<Outbound> + Send + Unpin,
{
    /// Waits for `connection_init`, authenticates the caller and acknowledges.
    async fn initialise<A: ConnectionAuthenticator>(
        &mut self,
        authenticator: &A,
    ) -> Result<(Ctx, Option<String>), CloseReason> {
        let init = timeout(self.limits.init_timeout, self.read_init()).await;
        let authorization = authorization(init.map_err(|_| CloseReason::InitTimeout)??);
        let ctx = authenticator.authenticate(authorization.as_deref()).await.map_err(|(fault, _)| {
            if fault.code.is_server_fault() { CloseReason::Unavailable } else { CloseReason::Unauthorized }
        })?;
        self.send_message(&ServerMessage::ConnectionAck).await?;
        Ok((ctx, authorization))
    }

    /// Reads messages up to `connection_init` and returns its payload; only pings may precede it.
    async fn read_init(&mut self) -> Result<Option<serde_json::Value>, CloseReason> {
        loop {
            let inbound = self.incoming.next().await.ok_or(CloseReason::Disconnected)?;
            match parse_message(inbound)? {
                ClientMessage::ConnectionInit { payload } => return Ok(payload),
                ClientMessage::Ping { payload } => {
                    self.send_message(&ServerMessage::Pong { payload }).await?
                }
                ClientMessage::Pong {} | ClientMessage::Complete { .. } => {}
                ClientMessage::Subscribe { .. } => return Err(CloseReason::NotInitialised),
            }
        }
    }

    async fn send_message(&mut self, message: &ServerMessage<'_>) -> Result<(), CloseReason> {
        let text = serde_json::to_string(message).map_err(|_| CloseReason::Disconnected)?;
        self.send(Outbound::Text(text)).await
    }

    async fn send(&mut self, message: Outbound) -> Result<(), CloseReason> {
        match timeout(self.limits.send_timeout, self.outgoing.send(message)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(CloseReason::Disconnected),
        }
    }
}

fn parse_message(inbound: Inbound) -> Result<ClientMessage, CloseReason> {
    let Inbound::Text(text) = inbound else { return Err(CloseReason::InvalidMessage) };
    json::check_limits(text.as_bytes()).map_err(|_| CloseReason::InvalidMessage)?;
    serde_json::from_str(&text).map_err(|_| CloseReason::InvalidMessage)
}

/// A connection with an authenticated caller.
struct SocketConnection<'a, I, O, A> {
    schema: Schema,
    authenticator: A,
    ctx: Ctx,
    authorization: Option<String>,
    operations: StreamMap<String, Operation>,
    peer: &'a mut SocketPeer<I, O>,
}

impl<I, O, A> SocketConnection<'_, I, O, A>
where
    I: Stream<Item = Inbound> + Send + Unpin,
    O: Sink<Outbound> + Send + Unpin,
    A: ConnectionAuthenticator,
{
    async fn run(mut self) -> CloseReason {
        let interval = self.peer.limits.check_interval;
        let mut checks = interval_at(Instant::now() + interval, interval);
        checks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let result = tokio::select! {
                inbound = self.peer.incoming.next() => match inbound.map(parse_message) {
                    Some(Ok(message)) => self.handle_message(message).await,
                    Some(Err(reason)) => Err(reason),
                    None => Err(CloseReason::Disconnected),
                },
                Some((id, response)) = self.operations.next(), if !self.operations.is_empty() => {
                    self.send_response(&id, response).await
                }
                _ = checks.tick() => self.check_caller().await,
            };
            if let Err(reason) = result {
                return reason;
            }
        }
    }

    async fn handle_message(&mut self, message: ClientMessage) -> Result<(), CloseReason> {
        match message {
            ClientMessage::ConnectionInit { .. } => Err(CloseReason::AlreadyInitialised),
            ClientMessage::Ping { payload } => self.peer.send_message(&ServerMessage::Pong { payload }).await,
            ClientMessage::Pong {} => Ok(()),
            ClientMessage::Complete { id } => {
                self.operations.remove(&id);
                Ok(())
            }
            ClientMessage::Subscribe { id, payload } => self.start_operation(id, *payload).await,
        }
    }

    /// Starts an operation. A duplicate id closes the connection; too many operations are an `error`.
    async fn start_operation(&mut self, id: String, request: Request) -> Result<(), CloseReason> {
        if self.operations.contains_key(&id) {
            return Err(CloseReason::DuplicateOperation);
        }
        if self.operations.len() >= self.peer.limits.max_operations {
            let fault = Fault::with_message(FaultCode::RateLimited, keys::GRAPHQL_TOO_MANY_OPERATIONS)
                .arg("limit", self.peer.limits.max_operations);
            let response = errors::fault_response(&fault, self.ctx.locale());
            return self
                .peer
                .send_message(&ServerMessage::Error { id: &id, payload: &response.errors })
                .await;
        }
        // Each operation has its own request id, by which it is found in the log.
        let ctx = self.ctx.clone().with_request_id(self.ctx.new_id());
        let responses = crate::stream(&self.schema, ctx, request);
        self.operations.insert(id, responses.map(Some).chain(stream::iter([None])).boxed());
        Ok(())
    }

    /// Sends a response of an operation, or `complete` at its end. A response with only request errors is
    /// sent as `error`, which ends the operation.
    async fn send_response(&mut self, id: &str, response: Option<Response>) -> Result<(), CloseReason> {
        let Some(response) = response else {
            self.operations.remove(id);
            return self.peer.send_message(&ServerMessage::Complete { id }).await;
        };
        let is_request_error = response.data == Value::Null
            && response.is_err()
            && response.errors.iter().all(|e| e.path.is_empty());
        if is_request_error {
            self.operations.remove(id);
            return self.peer.send_message(&ServerMessage::Error { id, payload: &response.errors }).await;
        }
        self.peer.send_message(&ServerMessage::Next { id, payload: &response }).await
    }

    /// Authenticates the caller again, with their current rights, and pings the peer. An internal failure,
    /// such as an unavailable database, keeps the previous rights.
    async fn check_caller(&mut self) -> Result<(), CloseReason> {
        match self.authenticator.authenticate(self.authorization.as_deref()).await {
            Ok(ctx) => self.ctx = ctx,
            Err((fault, _)) if fault.code.is_server_fault() => {}
            Err(_) => return Err(CloseReason::Unauthorized),
        }
        self.peer.send(Outbound::Ping).await
    }
}
