//! The `graphql-transport-ws` protocol (enisdenjo/graphql-ws, PROTOCOL.md) over any two streams.
//!
//! A connection belongs to one caller, who is asked for again every half minute: what begins from then
//! on has the rights they hold then, and when the session or the token no longer holds, everything that
//! runs on the connection ends with it. What one connection may run at once is bounded, and a peer that
//! stops reading is let go.

mod connection;
#[cfg(test)]
mod tests;
mod wire;

pub use connection::serve;
pub use wire::{Inbound, Outbound, PROTOCOL};

use penny_core::ctx::Ctx;
use penny_types::{Fault, Locale};
use std::time::Duration;

/// Says who is behind a connection, at its beginning and again while it lasts.
pub trait Doorkeeper: Send + Sync {
    /// Authenticates: by the `authorization` of the first message when there is one, else by the
    /// request that opened the connection.
    fn admit(&self, authorization: Option<&str>)
    -> impl Future<Output = Result<Ctx, (Fault, Locale)>> + Send;
}

/// How long things may take on a connection, and how many there may be.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// How long the peer may take to say who it is.
    pub init: Duration,
    /// How often the caller is asked for again and the peer is pinged.
    pub check: Duration,
    /// How long one message may take to be taken by the peer.
    pub send: Duration,
    /// How many operations may run at once.
    pub operations: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            init: Duration::from_secs(10),
            check: Duration::from_secs(30),
            send: Duration::from_secs(30),
            operations: 64,
        }
    }
}
