//! Resolvers of the caller, preferences and tokens.

use crate::{context::ctx_and_services, errors::graphql_error};
use async_graphql::{Context, Object, Result, SimpleObject};
use chrono::TimeDelta;
use penny_core::identity::NewToken;
use penny_types::{
    TokenId,
    people::{PreferencesPatch, TokenView, ViewerView},
};

/// A new personal access token and its secret, which is returned only once.
#[derive(SimpleObject)]
pub struct CreatedToken {
    /// The token's metadata.
    token: TokenView,
    /// The value for `Authorization: Bearer`. It is not stored and cannot be read again.
    secret: String,
}

#[derive(Default)]
pub struct PeopleQuery;

#[Object]
impl PeopleQuery {
    /// The caller: identity, preferences and branding.
    #[graphql(complexity = "5 + child_complexity")]
    async fn viewer(&self, context: &Context<'_>) -> Result<ViewerView> {
        let (ctx, services) = ctx_and_services(context)?;
        services.identity.viewer(ctx).await.map_err(|error| graphql_error(ctx, error))
    }

    /// The caller's personal access tokens, without their secrets.
    #[graphql(complexity = "5 + 10 * child_complexity")]
    async fn tokens(&self, context: &Context<'_>) -> Result<Vec<TokenView>> {
        let (ctx, services) = ctx_and_services(context)?;
        services.identity.list_tokens(ctx).await.map_err(|error| graphql_error(ctx, error))
    }
}

#[derive(Default)]
pub struct PeopleMutation;

#[Object]
impl PeopleMutation {
    /// Updates the caller's preferences, such as language, time zone and colour scheme.
    async fn update_preferences(&self, context: &Context<'_>, patch: PreferencesPatch) -> Result<ViewerView> {
        let (ctx, services) = ctx_and_services(context)?;
        services.identity.update_preferences(ctx, patch).await.map_err(|error| graphql_error(ctx, error))
    }

    /// Creates a personal access token. Without `scopes` it has all rights of its owner.
    async fn create_token(
        &self,
        context: &Context<'_>,
        name: String,
        #[graphql(default)] scopes: Vec<String>,
        expires_in_days: Option<u32>,
    ) -> Result<CreatedToken> {
        let (ctx, services) = ctx_and_services(context)?;
        let lifetime = expires_in_days.map(|days| TimeDelta::days(days.into()));
        let token = NewToken { name, scopes, lifetime };
        let (token, secret) =
            services.identity.issue_token(ctx, token).await.map_err(|error| graphql_error(ctx, error))?;
        Ok(CreatedToken { token, secret: expose(&secret) })
    }

    /// Revokes a personal access token. Returns true.
    async fn revoke_token(&self, context: &Context<'_>, id: TokenId) -> Result<bool> {
        let (ctx, services) = ctx_and_services(context)?;
        services.identity.revoke_token(ctx, id).await.map_err(|error| graphql_error(ctx, error))?;
        Ok(true)
    }
}

/// Copies a secret out of its wrapper, for the response to its owner.
fn expose(secret: &secrecy::SecretString) -> String {
    secrecy::ExposeSecret::expose_secret(secret).to_owned()
}
