//! Which thread is open. It outlives a page, so that the first message of a new chat does not lose
//! its answer when the address changes.

use super::thread::Thread;
use crate::api::Api;
use leptos::prelude::*;
use penny_types::ConversationId;

/// The open thread, shared by the chat and the panel beside it.
#[derive(Clone, Copy)]
pub struct OpenChat {
    /// The thread; absent on pages without one.
    pub thread: RwSignal<Option<Thread>>,
    /// What was typed in a new chat and not sent.
    pub new_draft: StoredValue<String>,
    home: StoredValue<Owner>,
    room: StoredValue<Option<Owner>>,
}

/// Provides the open thread to everything below. Called once, by the frame of the page.
pub fn provide_open_chat() {
    crate::features::artifacts::provide_shelf();
    crate::features::dashboards::provide_trail();
    if let Some(home) = Owner::current() {
        provide_context(OpenChat {
            thread: RwSignal::new(None),
            new_draft: StoredValue::new(String::new()),
            home: StoredValue::new(home),
            room: StoredValue::new(None),
        });
    }
}

/// Returns the open thread, when the frame of the page provides it.
#[must_use]
pub fn use_open_chat() -> Option<OpenChat> {
    use_context::<OpenChat>()
}

impl OpenChat {
    /// Returns the thread of a conversation, when it is the open one.
    #[must_use]
    pub fn of(self, id: ConversationId) -> Option<Thread> {
        let thread = self.thread.get_untracked()?;
        (thread.conversation.try_get_untracked().flatten() == Some(id)).then_some(thread)
    }

    /// Begins a new chat, with what was typed in the last one.
    pub fn begin_new(self, api: Api) -> Thread {
        let thread = self.begin(api);
        thread.draft.set(self.new_draft.try_update_value(std::mem::take).unwrap_or_default());
        thread
    }

    /// Begins another thread; the one before goes.
    pub fn begin(self, api: Api) -> Thread {
        let room = self.home.with_value(Owner::child);
        let thread = room.with(|| Thread::new(api));
        let before = self.room.try_update_value(|slot| slot.replace(room)).flatten();
        self.thread.set(Some(thread));
        if let Some(before) = before {
            before.cleanup();
        }
        thread
    }
}
