//! The wire model: the types shared by the browser, the GraphQL schema, REST and the services.
//!
//! The types are serialisable plain data. The crate builds for wasm32 and depends on no other crate of the
//! workspace. The features `graphql`, `openapi` and `db` only add trait implementations, so the browser and the
//! server always agree on the types.

pub mod access;
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
