//! Personal access tokens, with which programs act as the token's owner.

use super::{
    error::{IdentityError, Result},
    secrets::{self, IssuedSecret},
    service::Identity,
    store,
};
use chrono::{DateTime, TimeDelta, Utc};
use penny_entity::token;
use penny_i18n::keys;
use penny_kernel::{
    access::{Action, Permit, PrincipalResource, TenantResource},
    audit::{self, AuditRecord},
    ctx::{Authenticated, Ctx, CtxError, SystemPorts, Transport},
};
use penny_types::{Locale, PrincipalId, TokenId, people::TokenView};
use sea_orm::{ActiveModelTrait, ActiveValue::Set};
use secrecy::{ExposeSecret, SecretString};

const MAX_TOKENS_PER_OWNER: u64 = 100;

/// A token to make.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewToken {
    pub name: String,
    /// Allowed scopes; empty means no restriction.
    pub scopes: Vec<String>,
    /// `None` means the token is valid until it is revoked.
    pub lifetime: Option<TimeDelta>,
}

/// Lists all scopes, sorted.
#[must_use]
pub fn scopes() -> Vec<&'static str> {
    let mut scopes: Vec<&'static str> = Action::ALL.iter().map(|action| action.scope()).collect();
    scopes.sort_unstable();
    scopes.dedup();
    scopes
}

impl Identity {
    /// Creates a token for the actor and returns its secret, which is not stored. A token created by a
    /// request that uses a token has no wider scopes and no later expiry than that one.
    ///
    /// # Errors
    /// When the name or a scope is invalid, or a scope exceeds those of the token in use.
    pub async fn issue_token(&self, ctx: &Ctx, new: NewToken) -> Result<(TokenView, SecretString)> {
        let owner = ctx.subject();
        let permit = self.kernel.access.check(ctx, Action::TokenEdit, &PrincipalResource(owner))?;
        self.insert_token(ctx, owner, new, &permit).await
    }

    /// Creates a token for another account; used by the command line and administrators.
    ///
    /// # Errors
    /// When the actor may not configure the tenant, or as for [`Self::issue_token`].
    pub async fn issue_token_for(
        &self,
        ctx: &Ctx,
        owner: PrincipalId,
        new: NewToken,
    ) -> Result<(TokenView, SecretString)> {
        let permit = self.kernel.access.check(ctx, Action::TenantConfigure, &TenantResource)?;
        self.insert_token(ctx, owner, new, &permit).await
    }

    async fn insert_token(
        &self,
        ctx: &Ctx,
        owner: PrincipalId,
        new: NewToken,
        permit: &Permit,
    ) -> Result<(TokenView, SecretString)> {
        let new = validate(new, ctx.rights().scopes())?;
        let tx = self.kernel.db.begin(ctx).await?;
        store::find(&tx, ctx.tenant(), owner)
            .await?
            .filter(|account| account.is_active)
            .ok_or(IdentityError::NotFound)?;
        if store::count_tokens(&tx, ctx.tenant(), owner).await? >= MAX_TOKENS_PER_OWNER {
            return Err(IdentityError::Invalid { field: "name", key: keys::IDENTITY_TOKEN_TOO_MANY });
        }
        let issued = secrets::generate_token(ctx.system_ports(), &self.token_hash);
        let row = token_row(ctx, owner, new, &issued).insert(&tx).await?;
        let record = AuditRecord::of("identity.issue_token", "token").target(row.id).permit(permit);
        audit::record(&tx, ctx, record).await?;
        tx.commit().await?;
        Ok((token_view(row), issued.secret))
    }

    /// Lists the actor's tokens, newest first.
    ///
    /// # Errors
    /// When the actor may not edit tokens.
    pub async fn list_tokens(&self, ctx: &Ctx) -> Result<Vec<TokenView>> {
        self.kernel.access.check(ctx, Action::TokenEdit, &PrincipalResource(ctx.subject()))?;
        let tx = self.kernel.db.read(ctx).await?;
        Ok(store::list_tokens(&tx, ctx.tenant(), ctx.subject()).await?.into_iter().map(token_view).collect())
    }

    /// Revokes one of the actor's tokens, effective immediately.
    ///
    /// # Errors
    /// When there is no such token.
    pub async fn revoke_token(&self, ctx: &Ctx, id: TokenId) -> Result<()> {
        let permit = self.kernel.access.check(ctx, Action::TokenEdit, &PrincipalResource(ctx.subject()))?;
        let tx = self.kernel.db.begin(ctx).await?;
        if !store::revoke_token(&tx, ctx.tenant(), ctx.subject(), id, ctx.now()).await? {
            return Err(IdentityError::NotFound);
        }
        audit::record(&tx, ctx, AuditRecord::of("identity.revoke_token", "token").target(id).permit(&permit))
            .await?;
        Ok(tx.commit().await?)
    }

    /// Authenticates a token and builds the request context. The tenant is the token's, not the host's.
    ///
    /// # Errors
    /// The same error for a token that is unknown, expired or revoked, and for an inactive owner.
    pub async fn authenticate_token(
        &self,
        system: &SystemPorts,
        secret: &SecretString,
        transport: Transport,
        locale: Option<Locale>,
    ) -> Result<Ctx> {
        if !secrets::is_well_formed(secret) {
            return Err(IdentityError::InvalidToken);
        }
        let hash = self.token_hash.hash(secret.expose_secret().as_bytes());
        let tx = self.kernel.db.lookup().await?;
        let row = store::find_token(&tx, &hash).await?;
        let now = system.now();
        let is_valid = |token: &token::Model| {
            token.revoked_at.is_none() && token.expires_at.is_none_or(|expires| expires > now)
        };
        let token = row.filter(is_valid).ok_or(IdentityError::InvalidToken)?;
        let who = Authenticated {
            tenant: token.tenant_id,
            principal: token.principal_id,
            on_behalf_of: token.on_behalf_of,
            scopes: string_list(&token.scopes),
            expires_at: token.expires_at,
        };
        // Token lookup and account loading share one transaction, because they run on every request.
        let tx = tx.enter(&Ctx::system(who.tenant, system.clone(), &[])).await?;
        let ctx = self.kernel.principal_ctx_in(&tx, who, transport, locale, system.new_id()).await;
        let ctx = ctx.map_err(|error| match error {
            CtxError::Inactive | CtxError::NotDelegated(_) => IdentityError::InvalidToken,
            other => other.into(),
        })?;
        self.record_use(&ctx, &token);
        Ok(ctx)
    }

    /// Records the use of a token at most once a minute, in a background task.
    fn record_use(&self, ctx: &Ctx, token: &token::Model) {
        let minute = |time: DateTime<Utc>| time.timestamp().div_euclid(60);
        let now = ctx.now();
        if token.last_used_at.is_some_and(|last| minute(last) >= minute(now)) {
            return;
        }
        let (db, id) = (self.kernel.db.clone(), token.id);
        let ctx = Ctx::system(ctx.tenant(), ctx.system_ports().clone(), &[]);
        self.kernel.tasks.spawn(async move {
            let recorded: Result<()> = async {
                let tx = db.begin(&ctx).await?;
                store::record_token_use(&tx, ctx.tenant(), id, now).await?;
                Ok(tx.commit().await?)
            }
            .await;
            if let Err(error) = recorded {
                tracing::warn!(token.id = %id, error = &error as &dyn std::error::Error, "could not record the use of a token");
            }
        });
    }
}

/// Validates a token to create; `own` are the scopes of the token used by the request, if any.
fn validate(new: NewToken, own: &[String]) -> Result<NewToken> {
    let name = new.name.trim().to_owned();
    if name.is_empty() || name.chars().count() > 80 || name.chars().any(char::is_control) {
        return Err(IdentityError::Invalid { field: "name", key: keys::IDENTITY_TOKEN_NAME });
    }
    let known = scopes();
    if !new.scopes.iter().all(|scope| known.contains(&scope.as_str())) {
        return Err(IdentityError::Invalid { field: "scopes", key: keys::IDENTITY_TOKEN_SCOPE });
    }
    if new.lifetime.is_some_and(|lifetime| lifetime <= TimeDelta::zero() || lifetime > TimeDelta::days(3660))
    {
        return Err(IdentityError::Invalid { field: "expires", key: keys::IDENTITY_TOKEN_LIFETIME });
    }
    let mut scopes = new.scopes;
    if !own.is_empty() {
        if scopes.is_empty() {
            scopes = own.to_vec();
        } else if !scopes.iter().all(|scope| own.contains(scope)) {
            return Err(IdentityError::Invalid { field: "scopes", key: keys::IDENTITY_TOKEN_SCOPE_WIDER });
        }
    }
    scopes.sort_unstable();
    scopes.dedup();
    Ok(NewToken { name, scopes, lifetime: new.lifetime })
}

/// Builds a token's row. It expires no later than the token used by the request.
fn token_row(ctx: &Ctx, owner: PrincipalId, new: NewToken, issued: &IssuedSecret) -> token::ActiveModel {
    let wanted = new.lifetime.map(|lifetime| ctx.now() + lifetime);
    token::ActiveModel {
        tenant_id: Set(ctx.tenant()),
        id: Set(ctx.new_id()),
        principal_id: Set(owner),
        on_behalf_of: Set(None),
        name: Set(new.name),
        prefix: Set(issued.prefix.clone()),
        secret_hash: Set(issued.hash.clone()),
        scopes: Set(new.scopes.into()),
        created_at: Set(ctx.now()),
        expires_at: Set([wanted, ctx.rights().expires_at()].into_iter().flatten().min()),
        last_used_at: Set(None),
        revoked_at: Set(None),
    }
}

fn string_list(json: &serde_json::Value) -> Vec<String> {
    serde_json::from_value(json.clone()).unwrap_or_default()
}

fn token_view(row: token::Model) -> TokenView {
    TokenView {
        scopes: string_list(&row.scopes),
        id: row.id,
        name: row.name,
        created_at: row.created_at,
        expires_at: row.expires_at,
        last_used_at: row.last_used_at,
    }
}
