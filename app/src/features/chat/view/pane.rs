//! A thread, the composer below it, and what keeps both in step with the server.

use super::{
    acts::provide_acts,
    composer::Composer,
    greeting::Greeting,
    list::{fetch_message_list, message_list},
    thread::{Announcement, Thread},
};
use crate::{
    api::{Connection, connection},
    state::use_locale,
    ui::{LiveRegion, later},
};
use futures::StreamExt;
use leptos::{prelude::*, task::spawn_local};
use penny_words::keys;

/// So much written means that a message is coming.
const A_FEW_LETTERS: usize = 3;

/// The open thread on the page.
#[component]
pub fn ChatPane(thread: Thread) -> impl IntoView {
    let is_empty = Memo::new(move |_| thread.rows.with(Vec::is_empty) && thread.conversation.get().is_none());
    provide_acts(thread);
    // Who has begun to write will soon see a message.
    let is_writing = Memo::new(move |_| thread.draft.with(|draft| draft.len() >= A_FEW_LETTERS));
    Effect::new(move |_| {
        if is_writing.get() {
            spawn_local(fetch_message_list());
        }
    });
    keep_up(thread);
    let locale = use_locale();
    let spoken = move || {
        let key = match thread.announcement.get() {
            None => return String::new(),
            Some(Announcement::Answering) => keys::CHAT_SAY_ANSWERING,
            Some(Announcement::Done) => keys::CHAT_SAY_DONE,
            Some(Announcement::Stopped) => keys::CHAT_SAY_STOPPED,
            Some(Announcement::Failed) => keys::CHAT_SAY_FAILED,
            Some(Announcement::Waiting) => keys::CHAT_SAY_WAITING,
        };
        penny_words::text(locale.get(), key, &[])
    };
    view! {
        <section class="chat" class:chat-new=move || is_empty.get()>
            {move || if is_empty.get() {
                view! { <Greeting thread/> }.into_any()
            } else {
                later(message_list(thread))
            }}
            <div class="composer-dock"><Composer thread/></div>
            <LiveRegion text=spoken/>
        </section>
    }
    .into_any()
}

/// Follows running answers, and what is said in this conversation elsewhere.
fn keep_up(thread: Thread) {
    Effect::new(move |_| {
        thread.follow_all();
        if !thread.claim_listening() {
            return;
        }
        spawn_local(async move {
            let Some(api) = thread.try_api() else { return };
            let mut updates = api.conversation_updates();
            while let Some(Ok(update)) = updates.next().await {
                let Some(here) = thread.conversation.try_get_untracked() else { return };
                let turn = update.conversation.and_then(|conversation| conversation.active_turn_id);
                if here == Some(update.id) && turn.is_some_and(|turn| !thread.expects(turn)) {
                    thread.refresh();
                }
            }
        });
    });
    let connection = connection();
    Effect::new(move |earlier: Option<Connection>| {
        let now = connection.get();
        if earlier.is_some_and(|earlier| earlier.comebacks != now.comebacks) {
            thread.refresh();
        }
        now
    });
}
