//! The room's service: what its verbs share. The verbs stand in files of their own.

use super::{
    error::{Error, Result},
    password::Hasher,
    secrets::SecretHash,
    sessions::Sessions,
    store::{self, Held},
    throttle::Throttle,
};
use crate::{
    Shared,
    ctx::{Actor, Ctx, Grants, Via, Visitor, World},
    db::ReadTx,
};
use penny_entity::principal;
use penny_types::{Locale, PrincipalId, TenantId};
use std::sync::Arc;

/// What an operator decides about signing in.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Whether e-mail and password work.
    pub passwords_enabled: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { passwords_enabled: true }
    }
}

/// Somebody who proved who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignedIn {
    /// In which tenant.
    pub tenant: TenantId,
    /// Who.
    pub principal: PrincipalId,
}

/// Accounts, ways to sign in, sessions and tokens.
#[derive(Debug, Clone)]
pub struct Identity {
    pub(super) shared: Shared,
    pub(super) options: Options,
    pub(super) hasher: Hasher,
    pub(super) throttle: Arc<Throttle>,
    pub(super) link_hash: SecretHash,
    pub(super) token_hash: SecretHash,
    /// Sessions of browsers.
    pub sessions: Sessions,
}

impl Identity {
    /// Makes the room.
    #[must_use]
    pub fn new(shared: Shared) -> Self {
        let key = |purpose| SecretHash::new(shared.keyring.derive(purpose));
        Self {
            options: Options::default(),
            hasher: Hasher::default(),
            throttle: Arc::default(),
            link_hash: key("sign-in link"),
            token_hash: key("personal access token"),
            sessions: Sessions::new(Arc::clone(&shared), key("browser session")),
            shared,
        }
    }

    /// Makes the room do as the operator decided.
    #[must_use]
    pub fn with_options(self, options: Options) -> Self {
        Self { options, ..self }
    }

    /// Says whether people may sign in by password.
    #[must_use]
    pub const fn passwords_enabled(&self) -> bool {
        self.options.passwords_enabled
    }

    /// Makes the context of a person who is signed in: what they hold is read anew each time, so
    /// that a right taken away is gone at the next request. Without a `locale`, theirs is used.
    ///
    /// # Errors
    /// When they may no longer act.
    pub async fn ctx_for(
        &self,
        world: &World,
        who: SignedIn,
        via: Via,
        locale: Option<Locale>,
    ) -> Result<Ctx> {
        let actor = |kind| Actor { id: who.principal, kind, on_behalf_of: None };
        let tx = self.shared.db.read(&Ctx::system(who.tenant, world.clone())).await?;
        load_ctx(&tx, world, who, via, locale, Grants::default(), actor).await
    }
}

/// Loads an account with its grants and makes its context; `limits` is what a token leaves of them.
pub(super) async fn load_ctx(
    tx: &ReadTx,
    world: &World,
    who: SignedIn,
    via: Via,
    locale: Option<Locale>,
    limits: Grants,
    actor: impl FnOnce(penny_types::people::PrincipalKind) -> Actor,
) -> Result<Ctx> {
    let found = store::standing(tx, who.tenant, who.principal).await?;
    let account = found.filter(|account| account.is_active).ok_or(Error::Inactive)?;
    Ok(Ctx {
        actor: actor(account.kind),
        tenant: who.tenant,
        grants: Arc::new(held(account.grants, limits)),
        locale: locale.unwrap_or(account.locale),
        via,
        request: world.mint(),
        world: world.clone(),
    })
}

/// Sorts grants into roles that count everywhere and tools by name.
fn held(grants: Vec<Held>, limits: Grants) -> Grants {
    let mut held = limits;
    for grant in grants {
        match (grant.tool, grant.datasource) {
            (None, None) => held.roles.push(grant.role),
            (Some(tool), None) => held.tools.push(tool),
            // A grant of a single datasource adds nothing yet: whoever may query one may query all.
            (_, Some(_)) => {}
        }
    }
    held.roles.sort_unstable();
    held.roles.dedup();
    held.tools.sort_unstable();
    held
}

/// Makes the context in which PENNY acts for a visitor not yet known.
pub(super) fn doorkeeper(visitor: &Visitor) -> Ctx {
    let mut ctx = Ctx::system(visitor.tenant, visitor.world.clone());
    ctx.via = visitor.via;
    ctx.locale = visitor.locale;
    ctx.request = visitor.request;
    ctx
}

/// Makes the context in which a person's coming in is recorded: they act.
pub(super) fn acting(visitor: &Visitor, who: &principal::Model) -> Ctx {
    let mut ctx = doorkeeper(visitor);
    ctx.actor = Actor { id: who.id, kind: who.kind, on_behalf_of: None };
    ctx.grants = Arc::default();
    ctx
}
