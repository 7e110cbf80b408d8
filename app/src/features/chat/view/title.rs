//! Keeps the title of the open conversation up to date.

use crate::api::use_api;
use futures::StreamExt;
use leptos::{prelude::*, task::spawn_local};
use penny_types::ConversationId;

/// Keeps `title` equal to the conversation's title.
pub fn follow_title(id: ConversationId, title: RwSignal<Option<String>>) {
    let api = StoredValue::new(use_api());
    Effect::new(move |_| {
        spawn_local(async move {
            let Some(api) = api.try_get_value() else { return };
            let mut updates = api.conversation_updates();
            if title.try_get_untracked().is_some_and(|title| title.is_none())
                && let Ok(current) = api.conversation(id).await
            {
                let _ = title.try_set(current.title);
            }
            while let Some(Ok(update)) = updates.next().await {
                if title.is_disposed() {
                    return;
                }
                if let (true, Some(conversation)) = (update.id == id, update.conversation) {
                    let _ = title.try_set(conversation.title);
                }
            }
        });
    });
}
