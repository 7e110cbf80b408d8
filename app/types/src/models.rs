//! The selectable models and their token usage.

use serde::{Deserialize, Serialize};

/// Provider name of the built-in demo model.
pub const DEMO_PROVIDER: &str = "demo";

/// Returns whether `provider/model` is the built-in demo, which is not a language model.
#[must_use]
pub fn is_demo(model: &str) -> bool {
    model.split_once('/').is_some_and(|(provider, _)| provider == DEMO_PROVIDER)
}

/// A model the user may select.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ModelView {
    /// `provider/model`, the value of `model` in inputs.
    pub id: String,
    /// Display name.
    pub name: String,
    /// Display name of the provider.
    pub provider: String,
    /// Whether this model is used when none is selected.
    pub is_default: bool,
    /// Whether this is the built-in demo, which is not a language model.
    pub is_demo: bool,
}

/// Token usage and cost of a turn.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UsageView {
    pub input_tokens: u64,
    pub output_tokens: u64,
    /// Input tokens read from the provider's cache; included in `inputTokens`.
    pub cached_tokens: u64,
    /// Included in `outputTokens`.
    pub reasoning_tokens: u64,
    /// Cost in millionths of the tenant's currency.
    pub cost_micros: u64,
}

impl UsageView {
    /// Returns the sum of both usages.
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
