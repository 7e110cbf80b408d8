//! The GraphQL API: a schema over the services, for the page and for integrators.
//!
//! A resolver extracts the caller's context, calls a service and maps its error. Every request passes
//! the [`limits`] before execution and, in a cookie session, the [`allow_list`]; [`errors`] gives every
//! error the same extensions. [`socket`] implements `graphql-transport-ws` over a stream and a sink of
//! text messages.

pub mod allow_list;
mod artifacts;
mod context;
mod conversations;
mod dashboards;
pub mod errors;
mod execute;
mod lexer;
pub mod limits;
mod models;
mod people;
mod schema;
mod sharing;
pub mod socket;
#[cfg(test)]
mod tests;
mod tools;
mod turns;

pub use async_graphql::{Request, Response};
pub use execute::{execute, stream};
pub use schema::{Schema, schema, sdl};
