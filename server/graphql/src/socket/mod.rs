//! The `graphql-transport-ws` protocol (enisdenjo/graphql-ws, PROTOCOL.md) over a stream and a sink of
//! messages.
//!
//! A connection belongs to one caller, who is authenticated again at every check interval. Operations
//! started later have the rights of the latest check. When the session or the token is no longer valid,
//! the connection is closed with all its operations. The number of concurrent operations is limited, and
//! a peer that stops reading is disconnected.

mod connection;
#[cfg(test)]
mod tests;
mod wire;

pub use connection::serve;
pub use wire::{Inbound, Outbound, PROTOCOL};

use penny_kernel::ctx::Ctx;
use penny_types::{Fault, Locale};
use std::time::Duration;

/// Authenticates the caller of a connection, at its start and at every check interval.
pub trait ConnectionAuthenticator: Send + Sync {
    /// Authenticates by the `authorization` value of the first message if there is one, otherwise by
    /// the request that opened the connection.
    ///
    /// # Errors
    /// Returns the fault and the locale of its message.
    fn authenticate(
        &self,
        authorization: Option<&str>,
    ) -> impl Future<Output = Result<Ctx, (Fault, Locale)>> + Send;
}

/// Timeouts and limits of a connection.
#[derive(Debug, Clone, Copy)]
pub struct ConnectionLimits {
    /// The time until `connection_init` must have arrived.
    pub init_timeout: Duration,
    /// The interval at which the caller is authenticated again and the peer is pinged.
    pub check_interval: Duration,
    /// The time within which the peer must accept a message.
    pub send_timeout: Duration,
    /// The maximum number of concurrent operations.
    pub max_operations: usize,
}

impl Default for ConnectionLimits {
    fn default() -> Self {
        Self {
            init_timeout: Duration::from_secs(10),
            check_interval: Duration::from_secs(30),
            send_timeout: Duration::from_secs(30),
            max_operations: 64,
        }
    }
}
