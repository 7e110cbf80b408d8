//! Personal access tokens.

use super::{Api, documents};
use penny_types::{Fault, TokenId, people::TokenView};
use serde::Deserialize;
use serde_json::json;

/// Input of [`Api::create_token`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TokenInput {
    pub name: String,
    /// Granted scopes; empty means everything its owner may do.
    pub scopes: Vec<String>,
    /// Lifetime in days; absent means no expiry.
    pub days: Option<u32>,
}

/// A new token with its secret, which is returned only once.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct TokenWithSecret {
    pub token: TokenView,
    /// The value after `Authorization: Bearer`.
    pub secret: String,
}

impl Api {
    /// Lists the signed-in user's tokens, without their secrets.
    ///
    /// # Errors
    /// `unauthenticated` when no one is signed in.
    pub async fn tokens(&self) -> Result<Vec<TokenView>, Fault> {
        self.request(documents::TOKENS, "tokens", json!({})).await
    }

    /// Creates a token.
    ///
    /// # Errors
    /// `invalid` for an invalid name or scope, `forbidden` when the user may not create tokens.
    pub async fn create_token(&self, input: &TokenInput) -> Result<TokenWithSecret, Fault> {
        let TokenInput { name, scopes, days } = input;
        let variables = json!({ "name": name, "scopes": scopes, "days": days });
        self.request(documents::CREATE_TOKEN, "createToken", variables).await
    }

    /// Revokes a token.
    ///
    /// # Errors
    /// `not_found` when there is no such token.
    pub async fn revoke_token(&self, id: TokenId) -> Result<bool, Fault> {
        self.request(documents::REVOKE_TOKEN, "revokeToken", json!({ "id": id })).await
    }
}
