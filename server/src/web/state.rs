//! What every handler may reach.

use crate::config::Config;
use penny_core::{Services, Shared, ctx::World};
use std::sync::Arc;

/// The running application, as handlers see it. Cloning is cheap.
#[derive(Clone)]
pub struct AppState {
    /// Every rule of the product.
    pub services: Arc<Services>,
    /// What the rooms stand on: readiness and stopping are asked of it.
    pub foundation: Shared,
    /// Time, identity and chance.
    pub world: World,
    /// What the operator decided.
    pub config: Arc<Config>,
    /// The GraphQL schema, shared by `/graphql`, its socket and the page.
    pub schema: penny_graphql::Schema,
    /// The OpenID Connect providers people may sign in with.
    pub openid: Arc<crate::sign_in::openid::Providers>,
    /// Places for sockets whose callers are not known yet.
    pub strangers: super::socket::Strangers,
    /// The last answer to whether requests can be served.
    pub readiness: super::health::Readiness,
    /// The files of the page.
    pub site: Arc<super::site::Site>,
}

impl std::fmt::Debug for AppState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AppState").finish_non_exhaustive()
    }
}
