//! The application state that is shared by all handlers.

use crate::config::Config;
use penny_core::Services;
use penny_kernel::{SharedKernel, ctx::SystemPorts};
use std::sync::Arc;

/// The application state. Cloning is cheap.
#[derive(Clone)]
pub struct AppState {
    pub services: Arc<Services>,
    /// Shared infrastructure: database, bus, blobs, keys, background tasks.
    pub kernel: SharedKernel,
    /// Clock, id generator and random source.
    pub system: SystemPorts,
    pub config: Arc<Config>,
    /// The GraphQL schema, used by `/graphql`, its WebSocket and the server-rendered page.
    pub schema: penny_graphql::Schema,
    pub openid: Arc<crate::sign_in::openid::OpenIdProviders>,
    /// Limits the WebSockets whose callers are not authenticated yet.
    pub anonymous_sockets: super::socket::AnonymousSocketLimit,
    pub readiness: super::health::ReadinessCache,
    /// The built files of the web page.
    pub site: Arc<super::site::Site>,
}

impl std::fmt::Debug for AppState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AppState").finish_non_exhaustive()
    }
}
