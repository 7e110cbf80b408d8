//! GraphQL subscriptions over one shared WebSocket, with the `graphql-transport-ws` protocol
//! (<https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md>).
//!
//! The socket is opened by the first subscription and reconnects automatically. After a reconnect each
//! subscription is sent again with freshly evaluated variables. During server rendering a subscription
//! never yields.

use super::{GraphqlDocument, fault_from_error, read_response};
use futures::{Stream, StreamExt, channel::mpsc, stream};
use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, reactive::signal::ArcRwSignal, task::spawn_local};
use penny_types::{Fault, FaultCode};
use serde_json::{Value, json};
use std::{cell::RefCell, collections::BTreeMap, pin::Pin, task::Poll};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{CloseEvent, Event, MessageEvent, WebSocket};

const PING_INTERVAL_MS: u32 = 15_000;
/// Time without a message after which the connection counts as lost.
const SILENCE_TIMEOUT_MS: f64 = 40_000.0;
const MAX_RETRY_DELAY_MS: u32 = 15_000;
/// Close codes of the protocol for unauthorized and forbidden.
const UNAUTHORIZED: [u16; 2] = [4401, 4403];

type SubscriptionItem = Result<Value, Fault>;
type SubscriptionVariables = Box<dyn Fn() -> Value>;

/// State of the subscription socket.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ConnectionStatus {
    /// Whether the connection was established and is lost now.
    pub is_lost: bool,
    /// Number of reconnects. Updates in between are lost: a list is read again when this number grows.
    pub reconnects: u32,
}

/// Returns the state of the subscription socket as a signal.
#[must_use]
pub fn connection_status() -> ArcReadSignal<ConnectionStatus> {
    CLIENT.with_borrow(|client| client.status.read_only())
}

thread_local! {
    static CLIENT: RefCell<SubscriptionClient> = RefCell::new(SubscriptionClient::default());
}

#[derive(Default)]
struct SubscriptionClient {
    socket: Option<OpenSocket>,
    is_ready: bool,
    is_retry_scheduled: bool,
    is_watching: bool,
    failures: u32,
    last_id: u64,
    last_message_at_ms: f64,
    subscriptions: BTreeMap<u64, ActiveSubscription>,
    status: ArcRwSignal<ConnectionStatus>,
}

struct ActiveSubscription {
    document: GraphqlDocument,
    variables: SubscriptionVariables,
    sink: mpsc::UnboundedSender<SubscriptionItem>,
}

/// A socket with its callbacks, which must live as long as the socket.
struct OpenSocket {
    socket: WebSocket,
    _on_open: Closure<dyn FnMut(Event)>,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_close: Closure<dyn FnMut(CloseEvent)>,
}

impl Drop for OpenSocket {
    fn drop(&mut self) {
        self.socket.set_onopen(None);
        self.socket.set_onmessage(None);
        self.socket.set_onclose(None);
        // Fails only when the socket is closed already.
        let _ = self.socket.close();
    }
}

/// Completes the subscription on the server when dropped.
struct SubscriptionGuard(u64);

impl Drop for SubscriptionGuard {
    fn drop(&mut self) {
        CLIENT.with_borrow_mut(|client| {
            if client.subscriptions.remove(&self.0).is_some() {
                client.send(&json!({ "id": self.0.to_string(), "type": "complete" }));
            }
        });
    }
}

struct SubscriptionStream {
    items: mpsc::UnboundedReceiver<SubscriptionItem>,
    _guard: SubscriptionGuard,
}

impl Stream for SubscriptionStream {
    type Item = SubscriptionItem;

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> Poll<Option<SubscriptionItem>> {
        self.items.poll_next_unpin(context)
    }
}

/// Starts a subscription; dropping the stream completes it.
pub(super) fn subscribe(
    document: GraphqlDocument,
    variables: SubscriptionVariables,
) -> impl Stream<Item = SubscriptionItem> + Unpin + 'static {
    if cfg!(not(feature = "hydrate")) {
        return stream::pending().left_stream();
    }
    let (sink, items) = mpsc::unbounded();
    let id = CLIENT.with_borrow_mut(|client| {
        client.last_id += 1;
        let id = client.last_id;
        let subscription = ActiveSubscription { document, variables, sink };
        if client.is_ready {
            client.send(&subscription.request(id));
        }
        client.subscriptions.insert(id, subscription);
        id
    });
    open_if_needed();
    watch_connection();
    SubscriptionStream { items, _guard: SubscriptionGuard(id) }.right_stream()
}

impl ActiveSubscription {
    fn request(&self, id: u64) -> Value {
        json!({
            "id": id.to_string(),
            "type": "subscribe",
            "payload": {
                "query": self.document.text,
                "operationName": self.document.operation,
                "variables": (self.variables)(),
            },
        })
    }
}

impl SubscriptionClient {
    fn send(&self, message: &Value) {
        if let Some(open) = &self.socket
            && open.socket.ready_state() == WebSocket::OPEN
        {
            // Fails only when the socket is closing; the reconnect sends every subscription again.
            let _ = open.socket.send_with_str(&message.to_string());
        }
    }

    fn on_ack(&mut self) {
        self.is_ready = true;
        self.failures = 0;
        self.status.update(|status| {
            status.reconnects += u32::from(status.is_lost);
            status.is_lost = false;
        });
        for (id, subscription) in &self.subscriptions {
            self.send(&subscription.request(*id));
        }
    }

    fn receive(&mut self, message: &mut Value) {
        self.last_message_at_ms = js_sys::Date::now();
        let id = message.get("id").and_then(Value::as_str).and_then(|id| id.parse::<u64>().ok());
        let payload = message.get_mut("payload").map(Value::take).unwrap_or_default();
        match message.get("type").and_then(Value::as_str) {
            Some("connection_ack") => self.on_ack(),
            Some("ping") => self.send(&json!({ "type": "pong" })),
            Some("next") => {
                if let Some(subscription) = id.and_then(|id| self.subscriptions.get(&id)) {
                    // Fails only when the stream was dropped; its guard removes the subscription.
                    let _ = subscription.sink.unbounded_send(read_response(payload));
                }
            }
            Some("error") => {
                if let Some(subscription) = id.and_then(|id| self.subscriptions.remove(&id)) {
                    let first =
                        payload.as_array().and_then(|errors| errors.first()).cloned().unwrap_or_default();
                    let _ = subscription.sink.unbounded_send(Err(fault_from_error(&first)));
                }
            }
            Some("complete") => {
                if let Some(id) = id {
                    self.subscriptions.remove(&id);
                }
            }
            _ => {}
        }
    }
}

/// Opens the socket unless it is open, scheduled or not needed.
fn open_if_needed() {
    let is_needed = CLIENT.with_borrow(|client| {
        client.socket.is_none() && !client.is_retry_scheduled && !client.subscriptions.is_empty()
    });
    if !is_needed {
        return;
    }
    match connect() {
        Some(socket) => CLIENT.with_borrow_mut(|client| {
            client.last_message_at_ms = js_sys::Date::now();
            client.socket = Some(socket);
        }),
        None => schedule_retry(),
    }
}

fn connect() -> Option<OpenSocket> {
    let location = web_sys::window()?.location();
    let scheme = if location.protocol().ok()? == "https:" { "wss" } else { "ws" };
    let address = format!("{scheme}://{}/graphql/ws", location.host().ok()?);
    let socket = WebSocket::new_with_str(&address, "graphql-transport-ws").ok()?;
    let opened = socket.clone();
    let on_open = Closure::<dyn FnMut(Event)>::new(move |_| {
        // When this fails, the close event follows.
        let _ = opened.send_with_str(&json!({ "type": "connection_init" }).to_string());
    });
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(|event: MessageEvent| {
        let text = event.data().as_string().unwrap_or_default();
        if let Ok(mut message) = serde_json::from_str(&text) {
            CLIENT.with_borrow_mut(|client| client.receive(&mut message));
        }
    });
    let on_close = Closure::<dyn FnMut(CloseEvent)>::new(|event: CloseEvent| on_closed(event.code()));
    socket.set_onopen(Some(on_open.as_ref().unchecked_ref()));
    socket.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    socket.set_onclose(Some(on_close.as_ref().unchecked_ref()));
    Some(OpenSocket { socket, _on_open: on_open, _on_message: on_message, _on_close: on_close })
}

fn on_closed(code: u16) {
    if UNAUTHORIZED.contains(&code) {
        let rejected = CLIENT.with_borrow_mut(|client| std::mem::take(&mut client.subscriptions));
        for subscription in rejected.into_values() {
            let _ = subscription.sink.unbounded_send(Err(Fault::new(FaultCode::Unauthenticated)));
        }
    }
    schedule_retry();
}

/// Schedules a reconnect with exponential backoff and jitter, so that not all clients reconnect at once
/// after a server restart.
fn schedule_retry() {
    let delay_ms = CLIENT.with_borrow_mut(|client| {
        if client.is_retry_scheduled {
            return None;
        }
        client.is_ready = false;
        client.is_retry_scheduled = true;
        client.failures = client.failures.saturating_add(1);
        if !client.subscriptions.is_empty() {
            client.status.update(|status| status.is_lost = true);
        }
        Some(retry_delay_ms(client.failures, js_sys::Math::random()))
    });
    if let Some(delay_ms) = delay_ms {
        spawn_local(async move {
            TimeoutFuture::new(delay_ms).await;
            reopen();
        });
    }
}

/// Returns the delay before the next attempt. `jitter` is between 0 and 1.
fn retry_delay_ms(failures: u32, jitter: f64) -> u32 {
    let full = 250_u32.saturating_mul(2_u32.saturating_pow(failures.min(10))).min(MAX_RETRY_DELAY_MS);
    // Between half of the delay and all of it; both are small positive numbers.
    full / 2 + (f64::from(full / 2) * jitter) as u32
}

fn reopen() {
    let old = CLIENT.with_borrow_mut(|client| {
        client.is_retry_scheduled = false;
        client.is_ready = false;
        client.socket.take()
    });
    drop(old);
    open_if_needed();
}

/// Pings the server periodically and reconnects after silence or when the browser is online again.
fn watch_connection() {
    if CLIENT.with_borrow_mut(|client| std::mem::replace(&mut client.is_watching, true)) {
        return;
    }
    spawn_local(async {
        loop {
            TimeoutFuture::new(PING_INTERVAL_MS).await;
            let is_silent = CLIENT.with_borrow(|client| {
                client.send(&json!({ "type": "ping" }));
                client.socket.is_some()
                    && !client.is_retry_scheduled
                    && js_sys::Date::now() - client.last_message_at_ms > SILENCE_TIMEOUT_MS
            });
            if is_silent {
                CLIENT.with_borrow(|client| client.status.update(|status| status.is_lost = true));
                reopen();
            }
        }
    });
    let back_online = Closure::<dyn FnMut(Event)>::new(|_| {
        if CLIENT.with_borrow(|client| !client.is_ready) {
            reopen();
        }
    });
    if let Some(window) = web_sys::window() {
        let _ = window.add_event_listener_with_callback("online", back_online.as_ref().unchecked_ref());
    }
    // The listener lives as long as the page.
    back_online.forget();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_delays_grow_up_to_a_limit_and_have_jitter() {
        assert!(retry_delay_ms(1, 0.0) < retry_delay_ms(3, 0.0));
        assert!(retry_delay_ms(1, 0.0) < retry_delay_ms(1, 1.0));
        for failures in 0..200 {
            assert!(retry_delay_ms(failures, 1.0) <= MAX_RETRY_DELAY_MS);
        }
    }

    #[test]
    fn a_subscription_never_yields_during_server_rendering() {
        let mut stream = subscribe(super::super::documents::CONVERSATION_UPDATES, Box::new(|| json!({})));
        assert!(futures::FutureExt::now_or_never(stream.next()).is_none());
    }
}
