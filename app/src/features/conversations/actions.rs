//! Actions on conversations. Changes are shown immediately and reverted if the server rejects them.

use super::state::ConversationListState;
use crate::{
    api::{Api, use_api},
    state::{Toasts, tr_with_untracked, use_locale, use_toasts},
};
use leptos::{prelude::*, task::spawn_local};
use leptos_router::{NavigateOptions, hooks::use_location, hooks::use_navigate};
use penny_i18n::keys;
use penny_types::{
    ConversationId, Locale,
    conversations::{ConversationPatch, ConversationSummary},
};

/// The actions of the conversation list.
#[derive(Clone, Copy)]
pub(super) struct ConversationActions {
    pub list: RwSignal<ConversationListState>,
    api: StoredValue<Api>,
    toasts: Toasts,
    locale: RwSignal<Locale>,
    path: Memo<String>,
    go_home: Callback<()>,
}

impl ConversationActions {
    pub fn new(list: RwSignal<ConversationListState>) -> Self {
        let navigate = use_navigate();
        Self {
            list,
            api: StoredValue::new(use_api()),
            toasts: use_toasts(),
            locale: use_locale(),
            path: use_location().pathname,
            go_home: Callback::new(move |()| navigate("/", NavigateOptions::default())),
        }
    }

    /// Returns the display title of a conversation.
    pub fn title(self, item: &ConversationSummary) -> String {
        item.title.clone().unwrap_or_else(|| penny_i18n::text(self.locale.get(), keys::UI_UNTITLED, &[]))
    }

    pub fn pin(self, id: ConversationId, is_pinned: bool) {
        let patch = ConversationPatch { is_pinned: Some(is_pinned), ..ConversationPatch::default() };
        self.patch(id, patch, move |item| item.is_pinned = is_pinned);
    }

    pub fn rename(self, id: ConversationId, title: String) {
        let patch = ConversationPatch { title: Some(title.clone()), ..ConversationPatch::default() };
        self.patch(id, patch, move |item| item.title = Some(title));
    }

    fn patch(
        self,
        id: ConversationId,
        patch: ConversationPatch,
        change: impl FnOnce(&mut ConversationSummary) + 'static,
    ) {
        let Some(before) = self.list.try_update(|list| list.change(id, change)).flatten() else {
            return;
        };
        let api = self.api.get_value();
        spawn_local(async move {
            if let Err(fault) = api.update_conversation(id, &patch).await {
                self.list.update(|list| list.put(before));
                self.toasts.fault(&fault);
            }
        });
    }

    pub fn delete(self, id: ConversationId) {
        let Some(item) = self.list.try_update(|list| list.remove(id)).flatten() else { return };
        if self.path.get_untracked() == format!("/c/{id}") {
            self.go_home.run(());
        }
        let api = self.api.get_value();
        spawn_local(async move {
            match api.delete_conversation(id).await {
                Ok(()) => {
                    let title = item.title.clone().unwrap_or_default();
                    let text = if title.is_empty() {
                        penny_i18n::text(self.locale.get_untracked(), keys::UI_DELETED, &[])
                    } else {
                        tr_with_untracked(self.locale, keys::UI_DELETED_NAMED, [("title", title)])
                    };
                    self.toasts.with_undo(text, move || self.restore(item.clone()));
                }
                Err(fault) => {
                    self.list.update(|list| list.put(item));
                    self.toasts.fault(&fault);
                }
            }
        });
    }

    fn restore(self, item: ConversationSummary) {
        let api = self.api.get_value();
        spawn_local(async move {
            match api.restore_conversation(item.id).await {
                Ok(_) => self.list.update(|list| list.put(item)),
                Err(fault) => self.toasts.fault(&fault),
            }
        });
    }
}
