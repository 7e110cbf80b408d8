//! Personal access tokens: for programs that act as their owner.

use super::{
    error::{Error, Result},
    secrets::{self, Minted},
    service::{Identity, SignedIn, load_ctx},
    store,
};
use crate::{
    access::{Action, Permit, Resource},
    audit::{self, Record},
    ctx::{Actor, Ctx, Grants, Via, World},
};
use chrono::{DateTime, TimeDelta, Utc};
use penny_entity::token;
use penny_types::{Locale, PrincipalId, TokenId, people::TokenView};
use penny_words::keys;
use sea_orm::{ActiveModelTrait, ActiveValue::Set};
use secrecy::{ExposeSecret, SecretString};

/// The most tokens one person has at a time.
const MOST_TOKENS: u64 = 100;

/// A token to make.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewToken {
    /// What its owner calls it.
    pub name: String,
    /// What it may be used for; empty means all its owner may.
    pub scopes: Vec<String>,
    /// How long it works; absent means until it is taken back.
    pub lifetime: Option<TimeDelta>,
}

/// Lists the scopes there are.
#[must_use]
pub fn scopes() -> Vec<&'static str> {
    let mut scopes: Vec<&'static str> = Action::ALL.iter().map(|action| action.scope()).collect();
    scopes.sort_unstable();
    scopes.dedup();
    scopes
}

impl Identity {
    /// Makes a token for the actor. The secret is told once and not kept. Made with a token, it outlives
    /// that one no more than it may do more than that one.
    ///
    /// # Errors
    /// When the name or a scope is wrong, or the actor's own token may do less than asked for.
    pub async fn issue_token(&self, ctx: &Ctx, new: NewToken) -> Result<(TokenView, SecretString)> {
        let owner = ctx.subject();
        let permit = self.shared.access.check(ctx, Action::TokenEdit, &Resource::Principal(owner))?;
        self.write_token(ctx, owner, new, &permit).await
    }

    /// Makes a token for somebody else; for the command line and administrators.
    ///
    /// # Errors
    /// When the actor does not run the tenant, or as [`Self::issue_token`].
    pub async fn issue_token_for(
        &self,
        ctx: &Ctx,
        owner: PrincipalId,
        new: NewToken,
    ) -> Result<(TokenView, SecretString)> {
        let permit = self.shared.access.check(ctx, Action::TenantConfigure, &Resource::Tenant)?;
        self.write_token(ctx, owner, new, &permit).await
    }

    async fn write_token(
        &self,
        ctx: &Ctx,
        owner: PrincipalId,
        new: NewToken,
        permit: &Permit,
    ) -> Result<(TokenView, SecretString)> {
        let new = checked(new, &ctx.grants.scopes)?;
        let tx = self.shared.db.begin(ctx).await?;
        store::find(&tx, ctx.tenant, owner).await?.filter(|who| who.is_active).ok_or(Error::NotFound)?;
        if store::count_tokens(&tx, ctx.tenant, owner).await? >= MOST_TOKENS {
            return Err(Error::Invalid { field: "name", key: keys::IDENTITY_TOKEN_TOO_MANY });
        }
        let minted = secrets::mint_token(&ctx.world, &self.token_hash);
        let row = row(ctx, owner, new, &minted).insert(&tx).await?;
        let record = Record::of("identity.issue_token", "token").target(row.id).permit(permit);
        audit::record(&tx, ctx, record).await?;
        tx.commit().await?;
        Ok((view(row), minted.secret))
    }

    /// Lists the actor's tokens, newest first.
    ///
    /// # Errors
    /// When the actor may not see them.
    pub async fn list_tokens(&self, ctx: &Ctx) -> Result<Vec<TokenView>> {
        self.shared.access.check(ctx, Action::TokenEdit, &Resource::Principal(ctx.subject()))?;
        let tx = self.shared.db.read(ctx).await?;
        Ok(store::tokens(&tx, ctx.tenant, ctx.subject()).await?.into_iter().map(view).collect())
    }

    /// Takes one of the actor's tokens back; it stops working at once.
    ///
    /// # Errors
    /// When there is none.
    pub async fn revoke_token(&self, ctx: &Ctx, id: TokenId) -> Result<()> {
        let permit = self.shared.access.check(ctx, Action::TokenEdit, &Resource::Principal(ctx.subject()))?;
        let tx = self.shared.db.begin(ctx).await?;
        if !store::revoke(&tx, ctx.tenant, ctx.subject(), id, ctx.now()).await? {
            return Err(Error::NotFound);
        }
        audit::record(&tx, ctx, Record::of("identity.revoke_token", "token").target(id).permit(&permit))
            .await?;
        Ok(tx.commit().await?)
    }

    /// Finds out who a token speaks for. It implies its tenant, whatever the host.
    ///
    /// # Errors
    /// One answer for a token that is wrong, expired or taken back, and for an owner who may not act.
    pub async fn authenticate_token(
        &self,
        world: &World,
        secret: &SecretString,
        via: Via,
        locale: Option<Locale>,
    ) -> Result<Ctx> {
        if !secrets::is_well_formed(secret) {
            return Err(Error::TokenUnusable);
        }
        let hash = self.token_hash.of(secret.expose_secret().as_bytes());
        let tx = self.shared.db.lookup().await?;
        let found = store::find_token(&tx, &hash).await?;
        let now = world.now();
        let is_good = |token: &token::Model| {
            token.revoked_at.is_none() && token.expires_at.is_none_or(|expires| expires > now)
        };
        let token = found.filter(is_good).ok_or(Error::TokenUnusable)?;
        let who = SignedIn { tenant: token.tenant_id, principal: token.principal_id };
        let actor = |kind| Actor { id: token.principal_id, kind, on_behalf_of: token.on_behalf_of };
        let limits = Grants { scopes: texts(&token.scopes), until: token.expires_at, ..Grants::default() };
        // Every request with a token asks both, so both come of one transaction.
        let tx = tx.enter(&Ctx::system(who.tenant, world.clone())).await?;
        let ctx = load_ctx(&tx, world, who, via, locale, limits, actor).await;
        let ctx =
            ctx.map_err(|error| if matches!(error, Error::Inactive) { Error::TokenUnusable } else { error })?;
        self.note_use(&ctx, &token);
        Ok(ctx)
    }

    /// Notes the use once a minute, beside the request and not before it.
    fn note_use(&self, ctx: &Ctx, token: &token::Model) {
        let minute = |time: DateTime<Utc>| time.timestamp().div_euclid(60);
        let now = ctx.now();
        if token.last_used_at.is_some_and(|last| minute(last) >= minute(now)) {
            return;
        }
        let (db, id) = (self.shared.db.clone(), token.id);
        let ctx = Ctx::system(ctx.tenant, ctx.world.clone());
        self.shared.tasks.spawn(async move {
            let noted: Result<()> = async {
                let tx = db.begin(&ctx).await?;
                store::used(&tx, ctx.tenant, id, now).await?;
                Ok(tx.commit().await?)
            }
            .await;
            if let Err(error) = noted {
                tracing::warn!(token.id = %id, error = &error as &dyn std::error::Error, "the use of a token could not be noted");
            }
        });
    }
}

/// Checks a token to be made; `own` are the scopes of the token that asks, if one does.
fn checked(new: NewToken, own: &[String]) -> Result<NewToken> {
    let name = new.name.trim().to_owned();
    if name.is_empty() || name.chars().count() > 80 || name.chars().any(char::is_control) {
        return Err(Error::Invalid { field: "name", key: keys::IDENTITY_TOKEN_NAME });
    }
    let known = scopes();
    if !new.scopes.iter().all(|scope| known.contains(&scope.as_str())) {
        return Err(Error::Invalid { field: "scopes", key: keys::IDENTITY_TOKEN_SCOPE });
    }
    if new.lifetime.is_some_and(|lifetime| lifetime <= TimeDelta::zero() || lifetime > TimeDelta::days(3660))
    {
        return Err(Error::Invalid { field: "expires", key: keys::IDENTITY_TOKEN_LIFETIME });
    }
    let mut scopes = new.scopes;
    if !own.is_empty() {
        if scopes.is_empty() {
            scopes = own.to_vec();
        } else if !scopes.iter().all(|scope| own.contains(scope)) {
            return Err(Error::Invalid { field: "scopes", key: keys::IDENTITY_TOKEN_SCOPE_WIDER });
        }
    }
    scopes.sort_unstable();
    scopes.dedup();
    Ok(NewToken { name, scopes, lifetime: new.lifetime })
}

/// Makes a token's row. It ends with the token it is made with, if not before.
fn row(ctx: &Ctx, owner: PrincipalId, new: NewToken, minted: &Minted) -> token::ActiveModel {
    let wanted = new.lifetime.map(|lifetime| ctx.now() + lifetime);
    token::ActiveModel {
        tenant_id: Set(ctx.tenant),
        id: Set(ctx.mint()),
        principal_id: Set(owner),
        on_behalf_of: Set(None),
        name: Set(new.name),
        prefix: Set(minted.prefix.clone()),
        secret_hash: Set(minted.hash.clone()),
        scopes: Set(new.scopes.into()),
        created_at: Set(ctx.now()),
        expires_at: Set([wanted, ctx.grants.until].into_iter().flatten().min()),
        last_used_at: Set(None),
        revoked_at: Set(None),
    }
}

fn texts(json: &serde_json::Value) -> Vec<String> {
    serde_json::from_value(json.clone()).unwrap_or_default()
}

fn view(row: token::Model) -> TokenView {
    TokenView {
        scopes: texts(&row.scopes),
        id: row.id,
        name: row.name,
        created_at: row.created_at,
        expires_at: row.expires_at,
        last_used_at: row.last_used_at,
    }
}
