//! The signed-in user, and the models and tools available to them.

use super::{Api, documents};
use penny_types::{
    Fault,
    models::ModelView,
    people::{PreferencesPatch, ViewerView},
    tools::ToolView,
};
use serde_json::json;

impl Api {
    /// Returns the signed-in user.
    ///
    /// # Errors
    /// `unauthenticated` when no one is signed in.
    pub async fn viewer(&self) -> Result<ViewerView, Fault> {
        self.request(documents::VIEWER, "viewer", json!({})).await
    }

    /// Updates the preferences of the signed-in user.
    ///
    /// # Errors
    /// `invalid` for an unknown time zone.
    pub async fn update_preferences(&self, patch: &PreferencesPatch) -> Result<ViewerView, Fault> {
        self.request(documents::UPDATE_PREFERENCES, "updatePreferences", json!({ "patch": patch })).await
    }

    /// Lists the models available to the user.
    ///
    /// # Errors
    /// `unavailable` when no provider responds.
    pub async fn models(&self) -> Result<Vec<ModelView>, Fault> {
        self.request(documents::MODELS, "models", json!({})).await
    }

    /// Lists the tools available to the user.
    ///
    /// # Errors
    /// `unauthenticated` when no one is signed in.
    pub async fn tools(&self) -> Result<Vec<ToolView>, Fault> {
        self.request(documents::TOOLS, "tools", json!({})).await
    }
}
