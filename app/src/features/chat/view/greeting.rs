//! The start screen of a new chat.

use super::{actions::use_thread_actions, thread::Thread};
use crate::{
    features::conversations::{STARTERS, Starter},
    state::{tr, use_locale, use_viewer},
    ui::Icon,
};
use leptos::prelude::*;
use penny_i18n::keys;

/// Greets the user by first name and offers the starters.
#[component]
pub fn Greeting(thread: Thread) -> impl IntoView {
    let locale = use_locale();
    let viewer = use_viewer();
    let greeting = move || {
        let name = viewer.with(|viewer| {
            viewer.as_ref().and_then(|viewer| viewer.name.split_whitespace().next().map(ToOwned::to_owned))
        });
        match name {
            Some(name) => penny_i18n::text(locale.get(), keys::CHAT_GREETING, &[("name", &name)]),
            None => penny_i18n::text(locale.get(), keys::CHAT_GREETING_NAMELESS, &[]),
        }
    };
    let actions = use_thread_actions(thread);
    let starters = STARTERS
        .iter()
        .map(|Starter { glyph, title, prompt }| {
            let send = move |_| {
                if !thread.is_live.get_untracked() {
                    actions.send(penny_i18n::text(locale.get_untracked(), prompt, &[]), None);
                }
            };
            view! {
                <li>
                    <button class="starter" type="button" on:click=send>
                        <Icon glyph=*glyph/>
                        <span class="starter-title">{tr(title)}</span>
                        <span class="starter-prompt">{tr(prompt)}</span>
                    </button>
                </li>
            }
        })
        .collect_view();
    view! {
        <div class="greeting">
            <h1>{greeting}</h1>
            <p class="greeting-hint">{tr(keys::CHAT_GREETING_HINT)}</p>
            <ul class="starters" aria-label=tr(keys::CHAT_STARTERS_LABEL)>{starters}</ul>
        </div>
    }
    .into_any()
}
