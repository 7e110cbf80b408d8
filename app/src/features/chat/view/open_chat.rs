//! The open thread. It outlives a page, so that the turn of a new chat's first message continues when the URL changes.

use super::thread::Thread;
use crate::api::Api;
use leptos::prelude::*;
use penny_types::ConversationId;

/// The open thread, shared by the chat and the artifact panel.
#[derive(Clone, Copy)]
pub struct OpenChat {
    /// Absent on pages without a thread.
    pub thread: RwSignal<Option<Thread>>,
    /// Unsent text of a new chat.
    pub new_draft: StoredValue<String>,
    parent_owner: StoredValue<Owner>,
    thread_owner: StoredValue<Option<Owner>>,
}

/// Provides the open thread as context. Called once, by the page frame.
pub fn provide_open_chat() {
    crate::features::artifacts::provide_artifact_store();
    crate::features::dashboards::provide_return_path();
    if let Some(owner) = Owner::current() {
        provide_context(OpenChat {
            thread: RwSignal::new(None),
            new_draft: StoredValue::new(String::new()),
            parent_owner: StoredValue::new(owner),
            thread_owner: StoredValue::new(None),
        });
    }
}

/// Returns the open thread from the context.
#[must_use]
pub fn use_open_chat() -> Option<OpenChat> {
    use_context::<OpenChat>()
}

impl OpenChat {
    /// Returns the open thread if it shows the conversation.
    #[must_use]
    pub fn find(self, id: ConversationId) -> Option<Thread> {
        let thread = self.thread.get_untracked()?;
        (thread.conversation.try_get_untracked().flatten() == Some(id)).then_some(thread)
    }

    /// Opens the thread of a new chat, with the unsent text of the previous one.
    pub fn open_new(self, api: Api) -> Thread {
        let thread = self.open(api);
        thread.draft.set(self.new_draft.try_update_value(std::mem::take).unwrap_or_default());
        thread
    }

    /// Opens an empty thread and disposes the previous one.
    pub fn open(self, api: Api) -> Thread {
        let owner = self.parent_owner.with_value(Owner::child);
        let thread = owner.with(|| Thread::new(api));
        let previous = self.thread_owner.try_update_value(|slot| slot.replace(owner)).flatten();
        self.thread.set(Some(thread));
        if let Some(previous) = previous {
            previous.cleanup();
        }
        thread
    }
}
