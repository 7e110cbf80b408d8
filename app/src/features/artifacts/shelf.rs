//! What is known about artifacts on this page: their contents, their latest state, and which were
//! taken away a moment ago.

use super::content::Content;
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

/// How many contents are kept.
const KEPT: usize = 60;

/// The artifacts of this page.
#[derive(Clone, Copy)]
pub struct Shelf {
    contents: StoredValue<HashMap<(ArtifactId, u32), Arc<Content>>>,
    views: RwSignal<HashMap<ArtifactId, ArtifactView>>,
    gone: RwSignal<HashSet<ArtifactId>>,
    is_following: StoredValue<bool>,
    api: StoredValue<Api>,
    home: StoredValue<Option<Owner>>,
}

/// Provides what is known about artifacts to everything below.
pub fn provide_shelf() {
    provide_context(Shelf::new(use_api()));
}

/// Returns what is known about artifacts.
#[must_use]
pub fn use_shelf() -> Shelf {
    use_context::<Shelf>().unwrap_or_else(|| Shelf::new(use_api()))
}

impl Shelf {
    fn new(api: Api) -> Self {
        Self {
            contents: StoredValue::new(HashMap::new()),
            views: RwSignal::new(HashMap::new()),
            gone: RwSignal::new(HashSet::new()),
            is_following: StoredValue::new(false),
            api: StoredValue::new(api),
            home: StoredValue::new(Owner::current()),
        }
    }

    /// Returns the interface to the server.
    #[must_use]
    pub fn api(self) -> Api {
        self.api.get_value()
    }

    /// Does something whose callbacks must outlive the card that asked for it.
    pub fn at_home(self, act: impl FnOnce()) {
        match self.home.try_get_value().flatten() {
            Some(home) => home.with(act),
            None => act(),
        }
    }

    /// Returns an artifact as it was last heard of.
    #[must_use]
    pub fn view(self, id: ArtifactId) -> Option<ArtifactView> {
        self.views.with(|views| views.get(&id).cloned())
    }

    /// Returns an artifact as it was last heard of, without following it.
    #[must_use]
    pub fn view_untracked(self, id: ArtifactId) -> Option<ArtifactView> {
        self.views.with_untracked(|views| views.get(&id).cloned())
    }

    /// Takes in how an artifact looks now.
    pub fn put(self, view: ArtifactView) {
        let _ = self.views.try_update(|views| drop(views.insert(view.id, view)));
    }

    /// Says whether an artifact was taken away.
    #[must_use]
    pub fn is_gone(self, id: ArtifactId) -> bool {
        self.gone.with(|gone| gone.contains(&id))
    }

    /// Takes an artifact away from sight, or puts it back.
    pub fn set_gone(self, id: ArtifactId, is_gone: bool) {
        let _ = self.gone.try_update(|gone| if is_gone { gone.insert(id) } else { gone.remove(&id) });
    }

    /// Makes sure an artifact's state is known and kept up to date. Only in the browser.
    pub fn know(self, id: ArtifactId) {
        self.follow();
        if self.views.with_untracked(|views| views.contains_key(&id)) {
            return;
        }
        let api = self.api();
        spawn_local(async move {
            if let Ok(view) = api.artifact(id).await {
                self.put(view);
            }
        });
    }

    /// Reads a version's content; the second time it is at hand.
    ///
    /// # Errors
    /// Whatever the server says, or `internal` when the content is not what its kind says.
    pub async fn read(self, id: ArtifactId, version: u32, kind: ArtifactKind) -> Result<Arc<Content>, Fault> {
        let known = self.contents.try_with_value(|contents| contents.get(&(id, version)).cloned()).flatten();
        if let Some(content) = known {
            return Ok(content);
        }
        let value = self.api().artifact_content::<serde_json::Value>(id, Some(version)).await?;
        let content = Arc::new(Content::read(kind, value)?);
        self.contents.try_update_value(|contents| {
            if contents.len() >= KEPT {
                contents.clear();
            }
            contents.insert((id, version), Arc::clone(&content));
        });
        Ok(content)
    }

    fn follow(self) {
        if self.is_following.get_value() {
            return;
        }
        self.is_following.set_value(true);
        let api = self.api();
        spawn_local(async move {
            let mut updates = api.artifact_updates();
            while let Some(Ok(update)) = updates.next().await {
                if self.views.is_disposed() {
                    return;
                }
                match update.artifact {
                    Some(view) => self.put(view),
                    None => self.set_gone(update.id, true),
                }
            }
        });
    }
}
