//! The foundation of the domain modules: request context, database access, authorisation, audit trail, jobs,
//! errors and paging.

pub mod access;
pub mod audit;
pub mod ctx;
pub mod db;
pub mod fault;
pub mod jobs;
pub mod json;
mod kernel;
pub mod paging;
pub mod tasks;
pub mod validation;

pub use kernel::{Kernel, SharedKernel};
