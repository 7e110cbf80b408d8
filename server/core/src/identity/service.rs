//! The identity service: shared state and context loading. Its methods are grouped by topic in the
//! sibling files.

use super::{error::Result, password::Hasher, secrets::SecretHasher, sessions::Sessions, throttle::Throttle};
use penny_kernel::{
    SharedKernel,
    ctx::{Authenticated, Ctx, Transport},
};
use penny_types::{Locale, PrincipalId, TenantId};
use std::sync::Arc;

/// Sign-in options set by the operator.
#[derive(Debug, Clone, Copy)]
pub struct IdentityOptions {
    pub passwords_enabled: bool,
}

impl Default for IdentityOptions {
    fn default() -> Self {
        Self { passwords_enabled: true }
    }
}

/// An authenticated principal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignedIn {
    pub tenant: TenantId,
    pub principal: PrincipalId,
}

/// Service for accounts, sign-in, sessions and tokens.
#[derive(Debug, Clone)]
pub struct Identity {
    pub(super) kernel: SharedKernel,
    pub(super) options: IdentityOptions,
    pub(super) hasher: Hasher,
    pub(super) throttle: Arc<Throttle>,
    pub(super) link_hash: SecretHasher,
    pub(super) token_hash: SecretHasher,
    pub sessions: Sessions,
}

impl Identity {
    #[must_use]
    pub fn new(kernel: SharedKernel) -> Self {
        let key = |purpose| SecretHasher::new(kernel.keyring.derive(purpose));
        Self {
            options: IdentityOptions::default(),
            hasher: Hasher::default(),
            throttle: Arc::default(),
            link_hash: key("sign-in link"),
            token_hash: key("personal access token"),
            sessions: Sessions::new(Arc::clone(&kernel), key("browser session")),
            kernel,
        }
    }

    #[must_use]
    pub fn with_options(self, options: IdentityOptions) -> Self {
        Self { options, ..self }
    }

    #[must_use]
    pub const fn passwords_enabled(&self) -> bool {
        self.options.passwords_enabled
    }

    /// Builds the request context of a signed-in user. Rights are read on every call, so a revoked right is gone at
    /// the next request. Without a `locale`, the account's is used.
    ///
    /// # Errors
    /// When the account is inactive.
    pub async fn ctx_for(
        &self,
        signed_in: SignedIn,
        transport: Transport,
        locale: Option<Locale>,
    ) -> Result<Ctx> {
        let who = Authenticated::new(signed_in.tenant, signed_in.principal);
        Ok(self.kernel.principal_ctx(who, transport, locale).await?)
    }
}
