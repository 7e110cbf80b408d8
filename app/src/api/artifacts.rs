//! Artifacts and their content.

use super::{Api, documents};
use futures::Stream;
use penny_types::{
    ArtifactId, Fault, Page,
    artifacts::{ArtifactFilter, ArtifactUpdate, ArtifactView, NewArtifact},
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

impl Api {
    /// Opens an artifact.
    ///
    /// # Errors
    /// `not_found` when there is none, or not for this person.
    pub async fn artifact(&self, id: ArtifactId) -> Result<ArtifactView, Fault> {
        self.ask(documents::ARTIFACT, "artifact", json!({ "id": id })).await
    }

    /// Lists artifacts, the latest first.
    ///
    /// # Errors
    /// `invalid` for a cursor of another list.
    pub async fn artifacts(
        &self,
        filter: &ArtifactFilter,
        cursor: Option<&str>,
        limit: Option<u32>,
    ) -> Result<Page<ArtifactView>, Fault> {
        let variables = json!({ "filter": filter, "cursor": cursor, "limit": limit });
        self.ask(documents::ARTIFACTS, "artifacts", variables).await
    }

    /// Reads a version's content; the newest one's when none is named. `T` is one of the content
    /// types of [`penny_types::artifacts`], a `String`, or a JSON value.
    ///
    /// # Errors
    /// `not_found` when there is none.
    pub async fn artifact_content<T: DeserializeOwned>(
        &self,
        id: ArtifactId,
        version: Option<u32>,
    ) -> Result<T, Fault> {
        let variables = json!({ "id": id, "version": version });
        self.ask(documents::ARTIFACT_CONTENT, "artifactContent", variables).await
    }

    /// Makes an artifact.
    ///
    /// # Errors
    /// `invalid` when its title or content cannot be, `too_large` when there is too much of it.
    pub async fn create_artifact(&self, input: &NewArtifact) -> Result<ArtifactView, Fault> {
        self.ask(documents::CREATE_ARTIFACT, "createArtifact", json!({ "input": input })).await
    }

    /// Keeps an artifact at hand, or no longer.
    ///
    /// # Errors
    /// `not_found` when there is none.
    pub async fn set_artifact_pinned(&self, id: ArtifactId, is_pinned: bool) -> Result<ArtifactView, Fault> {
        let variables = json!({ "id": id, "isPinned": is_pinned });
        self.ask(documents::SET_ARTIFACT_PINNED, "setArtifactPinned", variables).await
    }

    /// Gives an artifact another title.
    ///
    /// # Errors
    /// `invalid` for a title that is empty or too long.
    pub async fn rename_artifact(&self, id: ArtifactId, title: &str) -> Result<ArtifactView, Fault> {
        self.ask(documents::RENAME_ARTIFACT, "renameArtifact", json!({ "id": id, "title": title })).await
    }

    /// Deletes an artifact.
    ///
    /// # Errors
    /// `not_found` when there is none.
    pub async fn delete_artifact(&self, id: ArtifactId) -> Result<(), Fault> {
        self.ask::<Value>(documents::DELETE_ARTIFACT, "deleteArtifact", json!({ "id": id })).await.map(drop)
    }

    /// Follows what changes among one's artifacts.
    pub fn artifact_updates(&self) -> impl Stream<Item = Result<ArtifactUpdate, Fault>> + Unpin + use<> {
        Self::follow(documents::ARTIFACT_UPDATES, "artifactUpdates", || json!({}))
    }
}
