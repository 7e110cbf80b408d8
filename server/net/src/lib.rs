//! The one HTTP client factory. Nothing in PENNY talks to the network by another way.
//!
//! A client is made for a *purpose*: an address the operator configured, which may lie on a
//! private network, or anything else, which may not. What a name resolves to is checked at the
//! moment of connecting, so that an answer that changes between check and use gains nothing;
//! literal addresses are checked before the request, and redirects at each hop.

mod addresses;
mod client;
mod error;
mod guard;
mod tls;

pub use addresses::is_public;
pub use client::{ClientFactory, HttpClient, Policy, Purpose, read_bounded};
pub use error::NetError;
