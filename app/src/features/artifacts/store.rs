//! Client-side store of artifacts: contents by version, current views, and deleted artifacts.

use super::content::VersionContent;
use crate::api::{Api, use_api};
use futures::StreamExt;
use leptos::{prelude::*, task::spawn_local};
use penny_types::{
    ArtifactId, Fault,
    artifacts::{ArtifactKind, ArtifactView},
};
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

/// Maximum number of cached contents; when it is reached, the cache is cleared.
const MAX_CACHED: usize = 60;

/// The artifacts of the page. Contents are cached without expiry, because versions are immutable.
#[derive(Clone, Copy)]
pub struct ArtifactStore {
    contents: StoredValue<HashMap<(ArtifactId, u32), Arc<VersionContent>>>,
    views: RwSignal<HashMap<ArtifactId, ArtifactView>>,
    deleted: RwSignal<HashSet<ArtifactId>>,
    is_subscribed: StoredValue<bool>,
    api: StoredValue<Api>,
    owner: StoredValue<Option<Owner>>,
}

/// Provides the artifact store as a context.
pub fn provide_artifact_store() {
    provide_context(ArtifactStore::new(use_api()));
}

/// Returns the artifact store.
#[must_use]
pub fn use_artifact_store() -> ArtifactStore {
    use_context::<ArtifactStore>().unwrap_or_else(|| ArtifactStore::new(use_api()))
}

impl ArtifactStore {
    fn new(api: Api) -> Self {
        Self {
            contents: StoredValue::new(HashMap::new()),
            views: RwSignal::new(HashMap::new()),
            deleted: RwSignal::new(HashSet::new()),
            is_subscribed: StoredValue::new(false),
            api: StoredValue::new(api),
            owner: StoredValue::new(Owner::current()),
        }
    }

    #[must_use]
    pub fn api(self) -> Api {
        self.api.get_value()
    }

    /// Runs an action with the owner of the store, so that callbacks it creates outlive the calling component.
    pub fn with_owner(self, action: impl FnOnce()) {
        match self.owner.try_get_value().flatten() {
            Some(owner) => owner.with(action),
            None => action(),
        }
    }

    /// Returns the last known state of an artifact.
    #[must_use]
    pub fn view(self, id: ArtifactId) -> Option<ArtifactView> {
        self.views.with(|views| views.get(&id).cloned())
    }

    /// Returns the last known state of an artifact without tracking it.
    #[must_use]
    pub fn view_untracked(self, id: ArtifactId) -> Option<ArtifactView> {
        self.views.with_untracked(|views| views.get(&id).cloned())
    }

    /// Inserts or replaces the state of an artifact.
    pub fn insert(self, view: ArtifactView) {
        let _ = self.views.try_update(|views| drop(views.insert(view.id, view)));
    }

    /// Returns whether an artifact was deleted.
    #[must_use]
    pub fn is_deleted(self, id: ArtifactId) -> bool {
        self.deleted.with(|deleted| deleted.contains(&id))
    }

    /// Hides a deleted artifact, or shows a restored one.
    pub fn set_deleted(self, id: ArtifactId, is_deleted: bool) {
        let _ = self
            .deleted
            .try_update(|deleted| if is_deleted { deleted.insert(id) } else { deleted.remove(&id) });
    }

    /// Loads an artifact if it is unknown and subscribes to updates. Only in the browser.
    pub fn watch(self, id: ArtifactId) {
        self.subscribe();
        if self.views.with_untracked(|views| views.contains_key(&id)) {
            return;
        }
        let api = self.api();
        spawn_local(async move {
            if let Ok(view) = api.artifact(id).await {
                self.insert(view);
            }
        });
    }

    /// Returns the content of a version, from the cache if possible.
    ///
    /// # Errors
    /// The fault of the server, or `internal` when the content does not match the kind.
    pub async fn content(
        self,
        id: ArtifactId,
        version: u32,
        kind: ArtifactKind,
    ) -> Result<Arc<VersionContent>, Fault> {
        let cached = self.contents.try_with_value(|contents| contents.get(&(id, version)).cloned()).flatten();
        if let Some(content) = cached {
            return Ok(content);
        }
        let value = self.api().artifact_content::<serde_json::Value>(id, Some(version)).await?;
        let content = Arc::new(VersionContent::parse(kind, value)?);
        self.contents.try_update_value(|contents| {
            if contents.len() >= MAX_CACHED {
                contents.clear();
            }
            contents.insert((id, version), Arc::clone(&content));
        });
        Ok(content)
    }

    fn subscribe(self) {
        if self.is_subscribed.get_value() {
            return;
        }
        self.is_subscribed.set_value(true);
        let api = self.api();
        spawn_local(async move {
            let mut updates = api.artifact_updates();
            while let Some(Ok(update)) = updates.next().await {
                if self.views.is_disposed() {
                    return;
                }
                match update.artifact {
                    Some(view) => self.insert(view),
                    None => self.set_deleted(update.id, true),
                }
            }
        });
    }
}
