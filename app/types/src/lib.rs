//! The wire model: what the browser, the GraphQL schema, REST and the services say to each other.
//!
//! Everything here is plain data that serialises. It builds for wasm32 and knows no other crate of
//! the project. The features `graphql` and `db` add derives and nothing else, so a view cannot mean
//! one thing in the browser and another in the server.

pub mod artifacts;
pub mod branches;
pub mod conversations;
pub mod dashboards;
mod enums;
pub mod events;
pub mod fault;
pub mod ids;
pub mod locale;
pub mod models;
pub mod paging;
pub mod people;
pub mod tenants;
pub mod tools;
pub mod turns;

pub use fault::{Fault, FaultCode, FieldFault};
pub use ids::*;
pub use locale::{ColorScheme, Locale};
pub use paging::{Page, PageRequest};
