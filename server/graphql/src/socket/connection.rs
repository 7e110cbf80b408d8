//! One connection, from its first message to its last.

use super::{
    Bounds, Doorkeeper,
    wire::{ClientMessage, Closing, Inbound, Outbound, ServerMessage, authorization},
};
use crate::{failure, schema::Schema};
use async_graphql::{Request, Response, Value};
use futures::{
    Sink, SinkExt, Stream, StreamExt,
    stream::{self, BoxStream},
};
use penny_core::{ctx::Ctx, json};
use penny_types::{Fault, FaultCode};
use penny_words::keys;
use tokio::time::{Instant, MissedTickBehavior, interval_at, timeout};
use tokio_stream::StreamMap;

/// What an operation yields; `None` says that it is over.
type Operation = BoxStream<'static, Option<Response>>;

/// Serves a connection until either side ends it.
pub async fn serve<I, O, D>(schema: Schema, keeper: D, bounds: Bounds, incoming: I, outgoing: O)
where
    I: Stream<Item = Inbound> + Send + Unpin,
    O: Sink<Outbound> + Send + Unpin,
    D: Doorkeeper,
{
    let mut peer = Peer { incoming, outgoing, bounds };
    let closing = match peer.greet(&keeper).await {
        Ok((ctx, authorization)) => {
            let operations = StreamMap::new();
            Connection { schema, keeper, ctx, authorization, operations, peer: &mut peer }.run().await
        }
        Err(closing) => closing,
    };
    if let Some(frame) = closing.frame() {
        let _ = peer.send(frame).await;
    }
}

/// The other end.
struct Peer<I, O> {
    incoming: I,
    outgoing: O,
    bounds: Bounds,
}

impl<I, O> Peer<I, O>
where
    I: Stream<Item = Inbound> + Send + Unpin,
    O: Sink<Outbound> + Send + Unpin,
{
    /// Waits until the peer has said who it is.
    async fn greet<D: Doorkeeper>(&mut self, keeper: &D) -> Result<(Ctx, Option<String>), Closing> {
        let first = timeout(self.bounds.init, self.first()).await.map_err(|_| Closing::InitTimeout)??;
        let authorization = authorization(first);
        let ctx = keeper.admit(authorization.as_deref()).await.map_err(|(fault, _)| {
            if fault.code.is_ours() { Closing::Unavailable } else { Closing::Unauthorized }
        })?;
        self.say(&ServerMessage::ConnectionAck).await?;
        Ok((ctx, authorization))
    }

    /// Reads up to the `connection_init`; only pings may come before it.
    async fn first(&mut self) -> Result<Option<serde_json::Value>, Closing> {
        loop {
            let inbound = self.incoming.next().await.ok_or(Closing::Gone)?;
            match read(inbound)? {
                ClientMessage::ConnectionInit { payload } => return Ok(payload),
                ClientMessage::Ping { payload } => self.say(&ServerMessage::Pong { payload }).await?,
                ClientMessage::Pong {} | ClientMessage::Complete { .. } => {}
                ClientMessage::Subscribe { .. } => return Err(Closing::NotInitialised),
            }
        }
    }

    async fn say(&mut self, message: &ServerMessage<'_>) -> Result<(), Closing> {
        let text = serde_json::to_string(message).map_err(|_| Closing::Gone)?;
        self.send(Outbound::Text(text)).await
    }

    async fn send(&mut self, message: Outbound) -> Result<(), Closing> {
        match timeout(self.bounds.send, self.outgoing.send(message)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(Closing::Gone),
        }
    }
}

fn read(inbound: Inbound) -> Result<ClientMessage, Closing> {
    let Inbound::Text(text) = inbound else { return Err(Closing::Unreadable) };
    json::bound(text.as_bytes()).map_err(|_| Closing::Unreadable)?;
    serde_json::from_str(&text).map_err(|_| Closing::Unreadable)
}

/// A connection whose caller is known.
struct Connection<'a, I, O, D> {
    schema: Schema,
    keeper: D,
    ctx: Ctx,
    authorization: Option<String>,
    operations: StreamMap<String, Operation>,
    peer: &'a mut Peer<I, O>,
}

impl<I, O, D> Connection<'_, I, O, D>
where
    I: Stream<Item = Inbound> + Send + Unpin,
    O: Sink<Outbound> + Send + Unpin,
    D: Doorkeeper,
{
    async fn run(mut self) -> Closing {
        let every = self.peer.bounds.check;
        let mut checks = interval_at(Instant::now() + every, every);
        checks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let step = tokio::select! {
                inbound = self.peer.incoming.next() => match inbound.map(read) {
                    Some(Ok(message)) => self.heed(message).await,
                    Some(Err(closing)) => Err(closing),
                    None => Err(Closing::Gone),
                },
                Some((id, response)) = self.operations.next(), if !self.operations.is_empty() => {
                    self.tell(&id, response).await
                }
                _ = checks.tick() => self.check().await,
            };
            if let Err(closing) = step {
                return closing;
            }
        }
    }

    /// Does what the client says.
    async fn heed(&mut self, message: ClientMessage) -> Result<(), Closing> {
        match message {
            ClientMessage::ConnectionInit { .. } => Err(Closing::TwiceInitialised),
            ClientMessage::Ping { payload } => self.peer.say(&ServerMessage::Pong { payload }).await,
            ClientMessage::Pong {} => Ok(()),
            ClientMessage::Complete { id } => {
                self.operations.remove(&id);
                Ok(())
            }
            ClientMessage::Subscribe { id, payload } => self.begin(id, *payload).await,
        }
    }

    /// Begins an operation, unless it has one of that name or too many.
    async fn begin(&mut self, id: String, request: Request) -> Result<(), Closing> {
        if self.operations.contains_key(&id) {
            return Err(Closing::TwiceSubscribed);
        }
        if self.operations.len() >= self.peer.bounds.operations {
            let fault = Fault::keyed(FaultCode::RateLimited, keys::GRAPHQL_TOO_MANY_OPERATIONS)
                .arg("limit", self.peer.bounds.operations);
            let response = failure::response(&fault, self.ctx.locale);
            return self.peer.say(&ServerMessage::Error { id: &id, payload: &response.errors }).await;
        }
        // Each operation is a request of its own, found again in the log by its own id.
        let ctx = Ctx { request: self.ctx.mint(), ..self.ctx.clone() };
        let responses = crate::stream(&self.schema, ctx, request);
        self.operations.insert(id, responses.map(Some).chain(stream::iter([None])).boxed());
        Ok(())
    }

    /// Passes on what an operation yields. An operation that never began is an `error`, which ends it.
    async fn tell(&mut self, id: &str, response: Option<Response>) -> Result<(), Closing> {
        let Some(response) = response else {
            self.operations.remove(id);
            return self.peer.say(&ServerMessage::Complete { id }).await;
        };
        let never_began = response.data == Value::Null
            && response.is_err()
            && response.errors.iter().all(|e| e.path.is_empty());
        if never_began {
            self.operations.remove(id);
            return self.peer.say(&ServerMessage::Error { id, payload: &response.errors }).await;
        }
        self.peer.say(&ServerMessage::Next { id, payload: &response }).await
    }

    /// Asks for the caller again, with the rights they hold now, and pings the peer. A database that is
    /// away for a moment takes nobody's rights away.
    async fn check(&mut self) -> Result<(), Closing> {
        match self.keeper.admit(self.authorization.as_deref()).await {
            Ok(ctx) => self.ctx = ctx,
            Err((fault, _)) if fault.code.is_ours() => {}
            Err(_) => return Err(Closing::Unauthorized),
        }
        self.peer.send(Outbound::Ping).await
    }
}
