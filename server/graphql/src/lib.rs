//! The GraphQL door: a schema over the services, for the page and for integrators alike.
//!
//! A resolver extracts the caller's context, calls a service and maps its error, and does nothing
//! else. Around the schema stand the things every request passes: [`limits`] before anything is
//! executed, the [`allow_list`] for cookie sessions, and [`failure`] so that every error carries the
//! same extensions. [`socket`] speaks `graphql-transport-ws` over any pair of text streams.

pub mod allow_list;
mod execute;
pub mod failure;
mod lexer;
pub mod limits;
mod mutation;
mod query;
mod schema;
pub mod socket;
mod subscription;
#[cfg(test)]
mod tests;

pub use async_graphql::{Request, Response};
pub use execute::{execute, stream};
pub use schema::{Schema, schema, sdl};
