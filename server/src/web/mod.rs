//! The web server: routing, authentication, security headers, limits, sessions and the web page.
//!
//! Handlers take [`Caller`] and [`AppState`]. The REST API is in [`crate::rest`], GraphQL in
//! [`penny_graphql`]; both are mounted by [`router`].

pub mod auth;
pub(crate) mod body;
pub mod csrf;
mod error_page;
mod graphql;
mod headers;
mod health;
pub(crate) mod page;
pub mod problem;
pub mod request_info;
pub mod router;
pub mod sessions;
pub mod site;
mod socket;
pub mod state;

pub use auth::{Caller, ErrorResponse};
pub use problem::problem_response;
pub use state::AppState;
