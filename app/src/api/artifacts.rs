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
    /// Returns an artifact.
    ///
    /// # Errors
    /// `not_found` when it does not exist or the user may not see it.
    pub async fn artifact(&self, id: ArtifactId) -> Result<ArtifactView, Fault> {
        self.request(documents::ARTIFACT, "artifact", json!({ "id": id })).await
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
        self.request(documents::ARTIFACTS, "artifacts", variables).await
    }

    /// Returns the content of a version, by default the newest. `T` is one of the content types of
    /// [`penny_types::artifacts`], a `String`, or a JSON value.
    ///
    /// # Errors
    /// `not_found` when there is no such artifact or version.
    pub async fn artifact_content<T: DeserializeOwned>(
        &self,
        id: ArtifactId,
        version: Option<u32>,
    ) -> Result<T, Fault> {
        let variables = json!({ "id": id, "version": version });
        self.request(documents::ARTIFACT_CONTENT, "artifactContent", variables).await
    }

    /// Creates an artifact.
    ///
    /// # Errors
    /// `invalid` for an invalid title or content, `too_large` for content over the size limit.
    pub async fn create_artifact(&self, input: &NewArtifact) -> Result<ArtifactView, Fault> {
        self.request(documents::CREATE_ARTIFACT, "createArtifact", json!({ "input": input })).await
    }

    /// Pins or unpins an artifact.
    ///
    /// # Errors
    /// `not_found` when there is no such artifact.
    pub async fn set_artifact_pinned(&self, id: ArtifactId, is_pinned: bool) -> Result<ArtifactView, Fault> {
        let variables = json!({ "id": id, "isPinned": is_pinned });
        self.request(documents::SET_ARTIFACT_PINNED, "setArtifactPinned", variables).await
    }

    /// Renames an artifact.
    ///
    /// # Errors
    /// `invalid` for a title that is empty or too long.
    pub async fn rename_artifact(&self, id: ArtifactId, title: &str) -> Result<ArtifactView, Fault> {
        self.request(documents::RENAME_ARTIFACT, "renameArtifact", json!({ "id": id, "title": title })).await
    }

    /// Deletes an artifact.
    ///
    /// # Errors
    /// `not_found` when there is no such artifact.
    pub async fn delete_artifact(&self, id: ArtifactId) -> Result<(), Fault> {
        self.request::<Value>(documents::DELETE_ARTIFACT, "deleteArtifact", json!({ "id": id }))
            .await
            .map(drop)
    }

    /// Subscribes to changes of the user's artifacts.
    pub fn artifact_updates(&self) -> impl Stream<Item = Result<ArtifactUpdate, Fault>> + Unpin + use<> {
        Self::subscribe(documents::ARTIFACT_UPDATES, "artifactUpdates", || json!({}))
    }
}
