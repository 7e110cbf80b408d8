//! Subscriptions over one shared socket, by the `graphql-transport-ws` protocol
//! (<https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md>).
//!
//! The socket opens with the first subscription and comes back by itself when it is lost; each
//! subscription is then started again with its variables asked for anew. While the server renders
//! there is nobody to push to, so a subscription there never yields.

use super::{Document, fault_from_error, read_response};
use futures::{Stream, StreamExt, channel::mpsc, stream};
use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, reactive::signal::ArcRwSignal, task::spawn_local};
use penny_types::{Fault, FaultCode};
use serde_json::{Value, json};
use std::{cell::RefCell, collections::BTreeMap, pin::Pin, task::Poll};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{CloseEvent, Event, MessageEvent, WebSocket};

/// How often we make sure that the other side is there.
const PING_EVERY_MS: u32 = 15_000;
/// Silence after which the connection counts as lost.
const SILENCE_MS: f64 = 40_000.0;
/// The longest wait before trying again.
const LONGEST_WAIT_MS: u32 = 15_000;
/// Close codes of the protocol that mean "sign in first".
const UNAUTHORIZED: [u16; 2] = [4401, 4403];

type Item = Result<Value, Fault>;
type Variables = Box<dyn Fn() -> Value>;

/// How the live connection stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Connection {
    /// Whether it was there and is lost now.
    pub is_lost: bool,
    /// How often it came back: whoever shows a list reads it again when this grows.
    pub comebacks: u32,
}

/// Returns how the live connection stands, as a signal.
#[must_use]
pub fn connection() -> ArcReadSignal<Connection> {
    HUB.with_borrow(|hub| hub.connection.read_only())
}

thread_local! {
    static HUB: RefCell<Hub> = RefCell::new(Hub::default());
}

#[derive(Default)]
struct Hub {
    wire: Option<Wire>,
    is_ready: bool,
    is_waiting: bool,
    is_watched: bool,
    failures: u32,
    last_id: u64,
    heard_at_ms: f64,
    subscriptions: BTreeMap<u64, Subscription>,
    connection: ArcRwSignal<Connection>,
}

struct Subscription {
    document: Document,
    variables: Variables,
    sink: mpsc::UnboundedSender<Item>,
}

/// A socket and the callbacks that live as long as it.
struct Wire {
    socket: WebSocket,
    _on_open: Closure<dyn FnMut(Event)>,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_close: Closure<dyn FnMut(CloseEvent)>,
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.socket.set_onopen(None);
        self.socket.set_onmessage(None);
        self.socket.set_onclose(None);
        // Closing what is closed already is no failure.
        let _ = self.socket.close();
    }
}

/// Ends the subscription on the server when the reader goes away.
struct Guard(u64);

impl Drop for Guard {
    fn drop(&mut self) {
        HUB.with_borrow_mut(|hub| {
            if hub.subscriptions.remove(&self.0).is_some() {
                hub.send(&json!({ "id": self.0.to_string(), "type": "complete" }));
            }
        });
    }
}

struct Feed {
    items: mpsc::UnboundedReceiver<Item>,
    _guard: Guard,
}

impl Stream for Feed {
    type Item = Item;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut std::task::Context<'_>) -> Poll<Option<Item>> {
        self.items.poll_next_unpin(context)
    }
}

/// Starts a subscription; dropping the stream ends it.
pub(super) fn subscribe(
    document: Document,
    variables: Variables,
) -> impl Stream<Item = Item> + Unpin + 'static {
    if cfg!(not(feature = "hydrate")) {
        return stream::pending().left_stream();
    }
    let (sink, items) = mpsc::unbounded();
    let id = HUB.with_borrow_mut(|hub| {
        hub.last_id += 1;
        let id = hub.last_id;
        let subscription = Subscription { document, variables, sink };
        if hub.is_ready {
            hub.send(&subscription.request(id));
        }
        hub.subscriptions.insert(id, subscription);
        id
    });
    open();
    watch();
    Feed { items, _guard: Guard(id) }.right_stream()
}

impl Subscription {
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

impl Hub {
    fn send(&self, message: &Value) {
        if let Some(wire) = &self.wire
            && wire.socket.ready_state() == WebSocket::OPEN
        {
            // A socket that refuses is about to close; the comeback sends everything again.
            let _ = wire.socket.send_with_str(&message.to_string());
        }
    }

    fn acknowledge(&mut self) {
        self.is_ready = true;
        self.failures = 0;
        self.connection.update(|connection| {
            connection.comebacks += u32::from(connection.is_lost);
            connection.is_lost = false;
        });
        for (id, subscription) in &self.subscriptions {
            self.send(&subscription.request(*id));
        }
    }

    fn receive(&mut self, message: &mut Value) {
        self.heard_at_ms = js_sys::Date::now();
        let id = message.get("id").and_then(Value::as_str).and_then(|id| id.parse::<u64>().ok());
        let payload = message.get_mut("payload").map(Value::take).unwrap_or_default();
        match message.get("type").and_then(Value::as_str) {
            Some("connection_ack") => self.acknowledge(),
            Some("ping") => self.send(&json!({ "type": "pong" })),
            Some("next") => {
                if let Some(subscription) = id.and_then(|id| self.subscriptions.get(&id)) {
                    // A reader that has gone is noticed by its guard.
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

/// Opens the socket unless it is there or about to be.
fn open() {
    let is_needed =
        HUB.with_borrow(|hub| hub.wire.is_none() && !hub.is_waiting && !hub.subscriptions.is_empty());
    if !is_needed {
        return;
    }
    match connect() {
        Some(wire) => HUB.with_borrow_mut(|hub| {
            hub.heard_at_ms = js_sys::Date::now();
            hub.wire = Some(wire);
        }),
        None => try_later(),
    }
}

fn connect() -> Option<Wire> {
    let location = web_sys::window()?.location();
    let scheme = if location.protocol().ok()? == "https:" { "wss" } else { "ws" };
    let address = format!("{scheme}://{}/graphql/ws", location.host().ok()?);
    let socket = WebSocket::new_with_str(&address, "graphql-transport-ws").ok()?;
    let opened = socket.clone();
    let on_open = Closure::<dyn FnMut(Event)>::new(move |_| {
        // When this is refused the close event follows.
        let _ = opened.send_with_str(&json!({ "type": "connection_init" }).to_string());
    });
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(|event: MessageEvent| {
        let text = event.data().as_string().unwrap_or_default();
        if let Ok(mut message) = serde_json::from_str(&text) {
            HUB.with_borrow_mut(|hub| hub.receive(&mut message));
        }
    });
    let on_close = Closure::<dyn FnMut(CloseEvent)>::new(|event: CloseEvent| closed(event.code()));
    socket.set_onopen(Some(on_open.as_ref().unchecked_ref()));
    socket.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    socket.set_onclose(Some(on_close.as_ref().unchecked_ref()));
    Some(Wire { socket, _on_open: on_open, _on_message: on_message, _on_close: on_close })
}

fn closed(code: u16) {
    if UNAUTHORIZED.contains(&code) {
        let waiting = HUB.with_borrow_mut(|hub| std::mem::take(&mut hub.subscriptions));
        for subscription in waiting.into_values() {
            let _ = subscription.sink.unbounded_send(Err(Fault::new(FaultCode::Unauthenticated)));
        }
    }
    try_later();
}

/// Tries again after a while that grows with each failure and differs from one browser to the next,
/// so that a restarted server is not met by everybody at once.
fn try_later() {
    let wait_ms = HUB.with_borrow_mut(|hub| {
        if hub.is_waiting {
            return None;
        }
        hub.is_ready = false;
        hub.is_waiting = true;
        hub.failures = hub.failures.saturating_add(1);
        if !hub.subscriptions.is_empty() {
            hub.connection.update(|connection| connection.is_lost = true);
        }
        Some(wait_ms(hub.failures, js_sys::Math::random()))
    });
    if let Some(wait_ms) = wait_ms {
        spawn_local(async move {
            TimeoutFuture::new(wait_ms).await;
            reopen();
        });
    }
}

/// Returns how long to wait before the given attempt; `chance` is between 0 and 1.
fn wait_ms(failures: u32, chance: f64) -> u32 {
    let full = 250_u32.saturating_mul(2_u32.saturating_pow(failures.min(10))).min(LONGEST_WAIT_MS);
    // Between half and all of it; both are small positive numbers.
    full / 2 + (f64::from(full / 2) * chance) as u32
}

fn reopen() {
    let old = HUB.with_borrow_mut(|hub| {
        hub.is_waiting = false;
        hub.is_ready = false;
        hub.wire.take()
    });
    drop(old);
    open();
}

/// Pings while there is a socket and notices when the machine slept or the network changed.
fn watch() {
    if HUB.with_borrow_mut(|hub| std::mem::replace(&mut hub.is_watched, true)) {
        return;
    }
    spawn_local(async {
        loop {
            TimeoutFuture::new(PING_EVERY_MS).await;
            let is_silent = HUB.with_borrow(|hub| {
                hub.send(&json!({ "type": "ping" }));
                hub.wire.is_some() && !hub.is_waiting && js_sys::Date::now() - hub.heard_at_ms > SILENCE_MS
            });
            if is_silent {
                HUB.with_borrow(|hub| hub.connection.update(|connection| connection.is_lost = true));
                reopen();
            }
        }
    });
    let back_online = Closure::<dyn FnMut(Event)>::new(|_| {
        if HUB.with_borrow(|hub| !hub.is_ready) {
            reopen();
        }
    });
    if let Some(window) = web_sys::window() {
        let _ = window.add_event_listener_with_callback("online", back_online.as_ref().unchecked_ref());
    }
    // Lives as long as the page.
    back_online.forget();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_up_to_a_bound_and_differ() {
        assert!(wait_ms(1, 0.0) < wait_ms(3, 0.0));
        assert!(wait_ms(1, 0.0) < wait_ms(1, 1.0));
        for failures in 0..200 {
            assert!(wait_ms(failures, 1.0) <= LONGEST_WAIT_MS);
        }
    }

    #[test]
    fn nothing_comes_while_the_server_renders() {
        let mut feed = subscribe(super::super::documents::CONVERSATION_UPDATES, Box::new(|| json!({})));
        assert!(futures::FutureExt::now_or_never(feed.next()).is_none());
    }
}
