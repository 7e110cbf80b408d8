//! The list of palette entries: loading, selection and actions.

use super::{
    entries::{PaletteAction, PaletteEntry, entries},
    input_state::{PaletteInputState, option_id},
};
use crate::{
    api::use_api,
    features::shortcuts::ShortcutHelpState,
    state::{tr, tr_with, use_locale, use_preferences},
    ui::{Icon, Kbd, dom},
};
use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, task::spawn_local};
use leptos_router::{NavigateOptions, hooks::use_navigate};
use penny_i18n::keys;
use penny_types::{conversations::ConversationSummary, dashboards::DashboardSummary};

/// Debounce time of the conversation search.
const DEBOUNCE_MS: u32 = 120;
/// Maximum number of conversations in the list.
const MAX_CONVERSATIONS: u32 = 7;

/// Returns the list. Its code is loaded when the palette is first opened.
#[lazy]
pub(super) fn palette_list(state: PaletteInputState) -> AnyView {
    view! { <PaletteList state/> }.into_any()
}

#[component]
fn PaletteList(state: PaletteInputState) -> impl IntoView {
    let PaletteInputState { is_open, query, selected, pending_keys } = state;
    let locale = use_locale();
    let (conversations, dashboards) = load_entries(query);
    let matching = Memo::new(move |_| {
        conversations.with(|conversations| {
            dashboards.with(|dashboards| entries(locale.get(), &query.read(), conversations, dashboards))
        })
    });
    Effect::new(move |earlier: Option<()>| {
        query.track();
        if earlier.is_some() {
            selected.set(0);
        }
    });
    let run_action = action_handler(is_open);
    let choose = move |index: usize| {
        if let Some(entry) = matching.with_untracked(|entries| entries.get(index).cloned()) {
            is_open.set(false);
            run_action.run(entry.action);
        }
    };
    Effect::new(move |_| {
        if pending_keys.with(Vec::is_empty) {
            return;
        }
        for key in pending_keys.try_update(std::mem::take).unwrap_or_default() {
            if key == "Enter" {
                choose(selected.get_untracked());
            } else if let Some(index) =
                next_index(&key, selected.get_untracked(), matching.with_untracked(Vec::len))
            {
                selected.set(index);
                dom::scroll_into_view(&option_id(index));
            }
        }
    });
    let rows = move || {
        let mut section = None;
        matching
            .get()
            .into_iter()
            .enumerate()
            .map(|(index, entry)| {
                let heading =
                    (section.replace(entry.section) != Some(entry.section)).then_some(entry.section);
                let heading = heading.map(
                    |section| view! { <li class="overline" role="presentation">{tr(section.key())}</li> },
                );
                view! { {heading} {entry_view(index, entry, selected, Callback::new(choose))} }
            })
            .collect_view()
    };
    let no_matches = tr_with(keys::UI_PALETTE_EMPTY, move || [("query", query.get())]);
    view! {
        <ul class="palette-list" id="palette-list" role="listbox" aria-label=tr(keys::UI_PALETTE)>{rows}</ul>
        <Show when=move || matching.with(Vec::is_empty)>
            <p class="palette-empty" role="status">{no_matches.clone()}</p>
        </Show>
    }
    .into_any()
}

fn entry_view(
    index: usize,
    entry: PaletteEntry,
    selected: RwSignal<usize>,
    choose: Callback<usize>,
) -> AnyView {
    let is_selected = move || selected.get() == index;
    view! {
        <li
            class="palette-line"
            id=option_id(index)
            role="option"
            aria-selected=move || if is_selected() { "true" } else { "false" }
            on:pointermove=move |_| {
                if selected.get_untracked() != index {
                    selected.set(index);
                }
            }
            on:click=move |_| choose.run(index)
        >
            <Icon glyph=entry.glyph/>
            <span class="palette-words">
                <span class="palette-title" dir="auto">{entry.title}</span>
                {entry.detail.map(|detail| view! { <span class="palette-detail" dir="auto">{detail}</span> })}
            </span>
            {entry.shortcut.map(|shortcut| view! { <Kbd combination=shortcut/> })}
        </li>
    }
    .into_any()
}

/// Returns the index that a key selects; the arrow keys wrap around.
fn next_index(key: &str, index: usize, count: usize) -> Option<usize> {
    let last = count.checked_sub(1)?;
    match key {
        "ArrowDown" => Some(if index >= last { 0 } else { index + 1 }),
        "ArrowUp" => Some(if index == 0 { last } else { index - 1 }),
        "PageDown" => Some((index + 8).min(last)),
        "PageUp" => Some(index.saturating_sub(8)),
        _ => None,
    }
}

/// Loads the dashboards, and the recent conversations or those that match the query.
fn load_entries(
    query: RwSignal<String>,
) -> (RwSignal<Vec<ConversationSummary>>, RwSignal<Vec<DashboardSummary>>) {
    let (conversations, dashboards) = (RwSignal::new(Vec::new()), RwSignal::new(Vec::new()));
    let api = use_api();
    let dashboards_api = api.clone();
    Effect::new(move |_| {
        let api = dashboards_api.clone();
        spawn_local(async move {
            // On failure the palette still offers everything else.
            let loaded = api.dashboards().await.unwrap_or_default();
            let _ = dashboards.try_set(loaded);
        });
    });
    Effect::new(move |_| {
        let search = query.get().trim().to_owned();
        let api = api.clone();
        spawn_local(async move {
            if !search.is_empty() {
                TimeoutFuture::new(DEBOUNCE_MS).await;
            }
            let is_current = || query.try_get_untracked().is_some_and(|now| now.trim() == search);
            if !is_current() {
                return;
            }
            let filter = (!search.is_empty()).then_some(search.as_str());
            let result = api.conversations(filter, None, Some(MAX_CONVERSATIONS)).await;
            if let (Ok(page), true) = (result, is_current()) {
                let _ = conversations.try_set(page.items);
            }
        });
    });
    (conversations, dashboards)
}

/// Returns the handler of palette actions.
fn action_handler(is_open: RwSignal<bool>) -> Callback<PaletteAction> {
    let navigate = use_navigate();
    let preferences = use_preferences();
    let help = use_context::<ShortcutHelpState>();
    Callback::new(move |action: PaletteAction| match action {
        PaletteAction::Open(path) => {
            navigate(&path, NavigateOptions::default());
            if path == "/" {
                dom::focus_soon("composer");
            }
        }
        PaletteAction::Language(locale) => preferences.set_locale(locale),
        PaletteAction::Theme(scheme) => preferences.set_scheme(scheme),
        PaletteAction::Shortcuts => {
            is_open.set(false);
            if let Some(ShortcutHelpState(help)) = help {
                help.set(true);
            }
        }
        PaletteAction::SignOut => dom::submit("sign-out"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_selection_wraps_around_and_stays_in_range() {
        assert_eq!(next_index("ArrowDown", 2, 3), Some(0));
        assert_eq!(next_index("ArrowUp", 0, 3), Some(2));
        assert_eq!(next_index("PageDown", 1, 3), Some(2));
        assert_eq!(next_index("ArrowDown", 0, 0), None);
        assert_eq!(next_index("a", 0, 3), None);
    }
}
