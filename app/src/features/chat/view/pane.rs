//! The chat pane: the thread, the composer below it and their synchronisation with the server.

use super::{
    actions::provide_thread_actions,
    composer::Composer,
    greeting::Greeting,
    list::{message_list, preload_message_list},
    thread::{Announcement, Thread},
};
use crate::{
    api::{ConnectionStatus, connection_status},
    state::use_locale,
    ui::{LiveRegion, lazy_view},
};
use futures::StreamExt;
use leptos::{prelude::*, task::spawn_local};
use penny_i18n::keys;

/// Length of the draft, in bytes, from which the message list is preloaded.
const PRELOAD_DRAFT_BYTES: usize = 3;

/// The open thread with its composer.
#[component]
pub fn ChatPane(thread: Thread) -> impl IntoView {
    let is_empty = Memo::new(move |_| thread.rows.with(Vec::is_empty) && thread.conversation.get().is_none());
    provide_thread_actions(thread);
    // The first message needs the message list soon.
    let is_typing = Memo::new(move |_| thread.draft.with(|draft| draft.len() >= PRELOAD_DRAFT_BYTES));
    Effect::new(move |_| {
        if is_typing.get() {
            spawn_local(preload_message_list());
        }
    });
    sync_with_server(thread);
    let locale = use_locale();
    let announcement = move || {
        let key = match thread.announcement.get() {
            None => return String::new(),
            Some(Announcement::Answering) => keys::CHAT_SAY_ANSWERING,
            Some(Announcement::Done) => keys::CHAT_SAY_DONE,
            Some(Announcement::Stopped) => keys::CHAT_SAY_STOPPED,
            Some(Announcement::Failed) => keys::CHAT_SAY_FAILED,
            Some(Announcement::Waiting) => keys::CHAT_SAY_WAITING,
        };
        penny_i18n::text(locale.get(), key, &[])
    };
    view! {
        <section class="chat" class:chat-new=move || is_empty.get()>
            {move || if is_empty.get() {
                view! { <Greeting thread/> }.into_any()
            } else {
                lazy_view(message_list(thread))
            }}
            <div class="composer-dock"><Composer thread/></div>
            <LiveRegion text=announcement/>
        </section>
    }
    .into_any()
}

/// Follows live turns and reloads the thread after changes of other clients and after reconnects.
fn sync_with_server(thread: Thread) {
    Effect::new(move |_| {
        thread.follow_live_turns();
        if !thread.claim_update_listener() {
            return;
        }
        spawn_local(async move {
            let Some(api) = thread.try_api() else { return };
            let mut updates = api.conversation_updates();
            while let Some(Ok(update)) = updates.next().await {
                let Some(open) = thread.conversation.try_get_untracked() else { return };
                let turn = update.conversation.and_then(|conversation| conversation.active_turn_id);
                if open == Some(update.id) && turn.is_some_and(|turn| !thread.expects_turn(turn)) {
                    thread.refresh();
                }
            }
        });
    });
    let connection = connection_status();
    Effect::new(move |earlier: Option<ConnectionStatus>| {
        let now = connection.get();
        if earlier.is_some_and(|earlier| earlier.reconnects != now.reconnects) {
            thread.refresh();
        }
        now
    });
}
