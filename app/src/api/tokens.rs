//! Personal access tokens.

use super::{Api, documents};
use penny_types::{Fault, TokenId, people::TokenView};
use serde::Deserialize;
use serde_json::json;

/// What makes a token.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TokenWish {
    /// What its owner calls it.
    pub name: String,
    /// What it may be used for; empty means all its owner may.
    pub scopes: Vec<String>,
    /// For how many days it works; absent means for ever.
    pub days: Option<u32>,
}

/// A fresh token and its secret, which cannot be read again.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct FreshToken {
    /// The token.
    pub token: TokenView,
    /// What goes after `Authorization: Bearer`.
    pub secret: String,
}

impl Api {
    /// Lists the signed-in person's tokens, without their secrets.
    ///
    /// # Errors
    /// `unauthenticated` when nobody is signed in.
    pub async fn tokens(&self) -> Result<Vec<TokenView>, Fault> {
        self.ask(documents::TOKENS, "tokens", json!({})).await
    }

    /// Makes a token.
    ///
    /// # Errors
    /// `invalid` when the name or the scopes cannot be; `forbidden` for those who may make none.
    pub async fn create_token(&self, wish: &TokenWish) -> Result<FreshToken, Fault> {
        let TokenWish { name, scopes, days } = wish;
        let variables = json!({ "name": name, "scopes": scopes, "days": days });
        self.ask(documents::CREATE_TOKEN, "createToken", variables).await
    }

    /// Ends a token.
    ///
    /// # Errors
    /// `not_found` when there is none.
    pub async fn revoke_token(&self, id: TokenId) -> Result<bool, Fault> {
        self.ask(documents::REVOKE_TOKEN, "revokeToken", json!({ "id": id })).await
    }
}
