//! The features of the page, one module each.

pub mod artifacts;
pub mod chat;
pub mod conversations;
pub mod dashboards;
pub mod palette;
pub mod settings;
pub mod shortcuts;
pub mod sign_in;
