//! The domain modules: every rule of the product.
//!
//! A transport (REST, GraphQL, the page, the command line) builds a [`penny_kernel::ctx::Ctx`], calls one
//! service method in [`Services`] and renders the result.

pub mod artifacts;
mod cleanup;
pub mod conversations;
pub mod dashboards;
pub mod datasources;
pub mod demo;
pub mod identity;
pub mod permissions;
pub mod routing;
pub mod services;
pub mod sharing;
pub mod tenants;
pub mod themes;
pub mod title;
pub mod tools;
pub mod turns;

pub use services::{Services, ServicesConfig};
