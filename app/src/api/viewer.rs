//! The signed-in person and what they may pick from.

use super::{Api, documents};
use penny_types::{
    Fault,
    models::ModelView,
    people::{PreferencesPatch, ViewerView},
    tools::ToolView,
};
use serde_json::json;

impl Api {
    /// Reads who is signed in.
    ///
    /// # Errors
    /// `unauthenticated` when nobody is.
    pub async fn viewer(&self) -> Result<ViewerView, Fault> {
        self.ask(documents::VIEWER, "viewer", json!({})).await
    }

    /// Stores how the signed-in person wants to see the page.
    ///
    /// # Errors
    /// `invalid` for an unknown time zone.
    pub async fn update_preferences(&self, patch: &PreferencesPatch) -> Result<ViewerView, Fault> {
        self.ask(documents::UPDATE_PREFERENCES, "updatePreferences", json!({ "patch": patch })).await
    }

    /// Lists the models one may ask.
    ///
    /// # Errors
    /// `unavailable` when no provider answers.
    pub async fn models(&self) -> Result<Vec<ModelView>, Fault> {
        self.ask(documents::MODELS, "models", json!({})).await
    }

    /// Lists the tools one may use.
    ///
    /// # Errors
    /// `unauthenticated` when nobody is signed in.
    pub async fn tools(&self) -> Result<Vec<ToolView>, Fault> {
        self.ask(documents::TOOLS, "tools", json!({})).await
    }
}
