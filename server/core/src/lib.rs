//! Every rule of the product, each in the room of its domain.
//!
//! A door (REST, GraphQL, the page, the command line) makes a [`ctx::Ctx`], calls one method of one
//! room in [`Services`] and renders what comes back.

pub mod access;
pub mod artifacts;
pub mod audit;
pub mod conversations;
pub mod ctx;
pub mod dashboards;
pub mod datasources;
pub mod db;
pub mod demo;
pub mod fault;
pub mod foundation;
pub mod identity;
pub mod jobs;
pub mod json;
pub mod misfit;
pub mod paging;
pub mod routing;
pub mod services;
pub mod tasks;
pub mod tenants;
pub mod themes;
pub mod title;
pub mod tools;
pub mod turns;

pub use foundation::{Foundation, Shared};
pub use services::{Services, Setup};
