//! The palette's list: what it offers, which line is chosen, and what follows.

use super::{
    entries::{Deed, Entry, entries},
    field::{Field, line_id},
};
use crate::{
    api::use_api,
    features::shortcuts::HelpState,
    state::{tr, tr_with, use_locale, use_preferences},
    ui::{Icon, Kbd, dom},
};
use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, task::spawn_local};
use leptos_router::{NavigateOptions, hooks::use_navigate};
use penny_types::{conversations::ConversationSummary, dashboards::DashboardSummary};
use penny_words::keys;

/// How long one must stop typing before the server is asked.
const PAUSE_MS: u32 = 120;
/// How many conversations are offered.
const OFFERED: u32 = 7;

/// Returns the list. Its code is fetched when the palette first opens.
#[lazy]
pub(super) fn palette_lines(field: Field) -> AnyView {
    view! { <Lines field/> }.into_any()
}

#[component]
fn Lines(field: Field) -> impl IntoView {
    let Field { is_open, query, at, pressed } = field;
    let locale = use_locale();
    let (conversations, dashboards) = offers(query);
    let lines = Memo::new(move |_| {
        conversations.with(|conversations| {
            dashboards.with(|dashboards| entries(locale.get(), &query.read(), conversations, dashboards))
        })
    });
    Effect::new(move |earlier: Option<()>| {
        query.track();
        if earlier.is_some() {
            at.set(0);
        }
    });
    let perform = performer(is_open);
    let choose = move |index: usize| {
        if let Some(entry) = lines.with_untracked(|lines| lines.get(index).cloned()) {
            is_open.set(false);
            perform.run(entry.deed);
        }
    };
    Effect::new(move |_| {
        if pressed.with(Vec::is_empty) {
            return;
        }
        for key in pressed.try_update(std::mem::take).unwrap_or_default() {
            if key == "Enter" {
                choose(at.get_untracked());
            } else if let Some(index) = step(&key, at.get_untracked(), lines.with_untracked(Vec::len)) {
                at.set(index);
                dom::reveal(&line_id(index));
            }
        }
    });
    let rows = move || {
        let mut last = None;
        lines
            .get()
            .into_iter()
            .enumerate()
            .map(|(index, entry)| {
                let heading = (last.replace(entry.section) != Some(entry.section)).then_some(entry.section);
                let heading = heading.map(
                    |section| view! { <li class="overline" role="presentation">{tr(section.key())}</li> },
                );
                view! { {heading} {line(index, entry, at, Callback::new(choose))} }
            })
            .collect_view()
    };
    let nothing = tr_with(keys::UI_PALETTE_EMPTY, move || [("query", query.get())]);
    view! {
        <ul class="palette-list" id="palette-list" role="listbox" aria-label=tr(keys::UI_PALETTE)>{rows}</ul>
        <Show when=move || lines.with(Vec::is_empty)>
            <p class="palette-empty" role="status">{nothing.clone()}</p>
        </Show>
    }
    .into_any()
}

fn line(index: usize, entry: Entry, at: RwSignal<usize>, choose: Callback<usize>) -> AnyView {
    let is_chosen = move || at.get() == index;
    view! {
        <li
            class="palette-line"
            id=line_id(index)
            role="option"
            aria-selected=move || if is_chosen() { "true" } else { "false" }
            on:pointermove=move |_| {
                if at.get_untracked() != index {
                    at.set(index);
                }
            }
            on:click=move |_| choose.run(index)
        >
            <Icon glyph=entry.glyph/>
            <span class="palette-words">
                <span class="palette-title" dir="auto">{entry.title}</span>
                {entry.detail.map(|detail| view! { <span class="palette-detail" dir="auto">{detail}</span> })}
            </span>
            {entry.combination.map(|combination| view! { <Kbd combination=combination/> })}
        </li>
    }
    .into_any()
}

/// Returns the line a key leads to, round and round.
fn step(key: &str, at: usize, count: usize) -> Option<usize> {
    let last = count.checked_sub(1)?;
    match key {
        "ArrowDown" => Some(if at >= last { 0 } else { at + 1 }),
        "ArrowUp" => Some(if at == 0 { last } else { at - 1 }),
        "PageDown" => Some((at + 8).min(last)),
        "PageUp" => Some(at.saturating_sub(8)),
        _ => None,
    }
}

/// Asks the server what to offer: recent conversations at first, then those that contain the words.
fn offers(query: RwSignal<String>) -> (RwSignal<Vec<ConversationSummary>>, RwSignal<Vec<DashboardSummary>>) {
    let (conversations, dashboards) = (RwSignal::new(Vec::new()), RwSignal::new(Vec::new()));
    let api = use_api();
    let dashboards_api = api.clone();
    Effect::new(move |_| {
        let api = dashboards_api.clone();
        spawn_local(async move {
            // Without them the palette still has everything else.
            let found = api.dashboards().await.unwrap_or_default();
            let _ = dashboards.try_set(found);
        });
    });
    Effect::new(move |_| {
        let words = query.get().trim().to_owned();
        let api = api.clone();
        spawn_local(async move {
            if !words.is_empty() {
                TimeoutFuture::new(PAUSE_MS).await;
            }
            let is_current = || query.try_get_untracked().is_some_and(|now| now.trim() == words);
            if !is_current() {
                return;
            }
            let asked = (!words.is_empty()).then_some(words.as_str());
            let found = api.conversations(asked, None, Some(OFFERED)).await;
            if let (Ok(page), true) = (found, is_current()) {
                let _ = conversations.try_set(page.items);
            }
        });
    });
    (conversations, dashboards)
}

/// Returns what carries out a choice.
fn performer(is_open: RwSignal<bool>) -> Callback<Deed> {
    let navigate = use_navigate();
    let preferences = use_preferences();
    let help = use_context::<HelpState>();
    Callback::new(move |deed: Deed| match deed {
        Deed::Open(path) => {
            navigate(&path, NavigateOptions::default());
            if path == "/" {
                dom::focus_soon("composer");
            }
        }
        Deed::Language(locale) => preferences.set_locale(locale),
        Deed::Theme(scheme) => preferences.set_scheme(scheme),
        Deed::Shortcuts => {
            is_open.set(false);
            if let Some(HelpState(help)) = help {
                help.set(true);
            }
        }
        Deed::SignOut => dom::submit("sign-out"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_choice_goes_round_and_stays_inside() {
        assert_eq!(step("ArrowDown", 2, 3), Some(0));
        assert_eq!(step("ArrowUp", 0, 3), Some(2));
        assert_eq!(step("PageDown", 1, 3), Some(2));
        assert_eq!(step("ArrowDown", 0, 0), None);
        assert_eq!(step("a", 0, 3), None);
    }
}
