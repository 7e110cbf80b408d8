//! HTTP client factory for all outgoing requests, with protection against SSRF.
//!
//! A client is created for a [`Purpose`], which decides whether it may reach private networks. Only
//! hosts configured by the operator may be private. Literal IP addresses are checked before the
//! request, redirects at each hop, and resolved addresses at connect time, so that DNS rebinding
//! cannot bypass the check.

mod addresses;
mod client;
mod error;
mod guard;
mod tls;

pub use addresses::is_public;
pub use client::{ClientFactory, EgressPolicy, HttpClient, Purpose, read_bounded};
pub use error::NetError;
