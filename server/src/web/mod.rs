//! The web server: who is calling, from where, for which tenant; headers, limits and the page.
//!
//! Handlers take [`Caller`] and [`AppState`]; REST and GraphQL are mounted here and written elsewhere.

pub mod auth;
pub(crate) mod body;
pub mod csrf;
pub mod fault;
mod graphql;
mod headers;
mod health;
pub(crate) mod page;
mod plain;
pub mod router;
pub mod sessions;
pub mod site;
mod socket;
pub mod state;
pub mod tenant;

pub use auth::{Caller, Refusal};
pub use fault::problem;
pub use state::AppState;
