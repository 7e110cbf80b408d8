//! The models a person may ask.

use serde::{Deserialize, Serialize};

/// Name of the provider of the built-in demo model.
pub const DEMO_PROVIDER: &str = "demo";

/// Says whether `provider/model` names the built-in demo, which is not a language model.
#[must_use]
pub fn is_demo(model: &str) -> bool {
    model.split_once('/').is_some_and(|(provider, _)| provider == DEMO_PROVIDER)
}

/// A model as a person may pick it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ModelView {
    /// `provider/model`, what `model` takes.
    pub id: String,
    /// The name to show.
    pub name: String,
    /// The provider's name.
    pub provider: String,
    /// Whether it is the one used when none is picked.
    pub is_default: bool,
    /// Whether it is the built-in demo, which is not a language model.
    pub is_demo: bool,
}

/// Tokens a turn used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UsageView {
    /// Tokens read.
    pub input_tokens: u64,
    /// Tokens written.
    pub output_tokens: u64,
    /// Tokens read from the provider's cache, part of `input_tokens`.
    pub cached_tokens: u64,
    /// Tokens of reasoning, part of `output_tokens`.
    pub reasoning_tokens: u64,
    /// Millionths of the tenant's currency.
    pub cost_micros: u64,
}

impl UsageView {
    /// Adds what another call used.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            input_tokens: self.input_tokens.saturating_add(other.input_tokens),
            output_tokens: self.output_tokens.saturating_add(other.output_tokens),
            cached_tokens: self.cached_tokens.saturating_add(other.cached_tokens),
            reasoning_tokens: self.reasoning_tokens.saturating_add(other.reasoning_tokens),
            cost_micros: self.cost_micros.saturating_add(other.cost_micros),
        }
    }
}
