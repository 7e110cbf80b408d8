//! The left pane.

use super::{
    list::{ConversationList, SearchResults, SearchState},
    starters::STARTERS,
};
use crate::{
    api::use_api,
    features::{palette::PaletteState, sign_in::BrandMark},
    routes::table::{NavigationGroup, PAGES},
    state::{tr, use_brand, use_panes, use_pending_prompt, use_viewer},
    ui::{Glyph, Icon, IconButton, Menu, MenuItem, dom},
};
use gloo_timers::future::TimeoutFuture;
use leptos::{ev::KeyboardEvent, prelude::*, task::spawn_local};
use leptos_router::{NavigateOptions, components::A, hooks::use_navigate};
use penny_i18n::keys;

/// Delay between the last input and the search.
const SEARCH_DELAY_MS: u32 = 180;
/// Maximum number of search results.
const SEARCH_LIMIT: u32 = 30;

/// Element id of the hidden sign-out form.
const SIGN_OUT_FORM_ID: &str = "sign-out";

/// The left pane: brand, new chat, search, dashboards, starters, conversations and account menu.
#[component]
pub(crate) fn ConversationsPane() -> impl IntoView {
    let query = RwSignal::new(String::new());
    let results = search(query);
    let is_searching = Memo::new(move |_| query.with(|query| !query.trim().is_empty()));
    view! {
        <PaneTop/>
        <SearchField query=query/>
        <div class="pane-scroll" tabindex="-1">
            <div class:is-hidden=move || is_searching.get()>
                <DashboardsAndStarters/>
                <ConversationList/>
            </div>
            <Show when=move || is_searching.get()>
                <SearchResults query=query.into() results=results.into()/>
            </Show>
        </div>
        <AccountMenu/>
    }
    .into_any()
}

/// Searches a moment after the last input. Responses to earlier queries are discarded.
fn search(query: RwSignal<String>) -> RwSignal<SearchState> {
    let api = StoredValue::new(use_api());
    let results = RwSignal::new(None);
    Effect::new(move |_| {
        let text = query.get().trim().to_owned();
        results.set(None);
        if text.is_empty() {
            return;
        }
        let api = api.get_value();
        spawn_local(async move {
            TimeoutFuture::new(SEARCH_DELAY_MS).await;
            let is_current = || query.try_get_untracked().is_some_and(|current| current.trim() == text);
            if !is_current() {
                return;
            }
            let response = api.conversations(Some(&text), None, Some(SEARCH_LIMIT)).await;
            if is_current() {
                results.set(Some(response));
            }
        });
    });
    results
}

#[component]
fn PaneTop() -> impl IntoView {
    let panes = use_panes();
    let palette = use_context::<PaletteState>();
    let open_palette = move |_| {
        if let Some(PaletteState(is_open)) = palette {
            is_open.set(true);
        }
    };
    view! {
        <div class="pane-top">
            <A href="/" attr:class="brand-link"><BrandMark brand=use_brand()/></A>
            <IconButton glyph=Glyph::Command label=tr(keys::UI_PALETTE) keys="Ctrl+K" on_press=open_palette/>
            <IconButton
                glyph=Glyph::PanelLeft
                label=tr(keys::UI_HIDE_CONVERSATIONS)
                keys="Ctrl+Shift+S"
                on_press=move |_| panes.toggle_left()
            />
        </div>
        <A href="/" attr:class="button new-chat" on:click=move |_| dom::focus_soon("composer")>
            <Icon glyph=Glyph::SquarePen/>
            <span>{tr(keys::UI_NEW_CHAT)}</span>
        </A>
    }
    .into_any()
}

#[component]
fn SearchField(query: RwSignal<String>) -> impl IntoView {
    let on_key = move |event: KeyboardEvent| {
        if event.key() == "Escape" && !query.get_untracked().is_empty() {
            event.stop_propagation();
            event.prevent_default();
            query.set(String::new());
        }
    };
    view! {
        <div class="search" role="search">
            <Icon glyph=Glyph::Search/>
            <input
                class="input"
                id="conversation-search"
                r#type="search"
                dir="auto"
                autocomplete="off"
                placeholder=tr(keys::UI_SEARCH_CONVERSATIONS)
                aria-label=tr(keys::UI_SEARCH_CONVERSATIONS)
                prop:value=query
                on:input=move |event| query.set(event_target_value(&event))
                on:keydown=on_key
            />
            <Show when=move || query.with(|query| !query.is_empty())>
                <IconButton
                    glyph=Glyph::X
                    label=tr(keys::UI_CLEAR_SEARCH)
                    on_press=move |_| {
                        query.set(String::new());
                        dom::focus("conversation-search");
                    }
                />
            </Show>
        </div>
    }
    .into_any()
}

/// Links to the dashboards, and the starters.
#[component]
fn DashboardsAndStarters() -> impl IntoView {
    let api = use_api();
    let dashboards = Resource::new(
        || (),
        move |()| {
            let api = api.clone();
            async move { api.dashboards().await }
        },
    );
    let pending_prompt = use_pending_prompt();
    let navigate = StoredValue::new(use_navigate());
    let locale = crate::state::use_locale();
    let starters = STARTERS
        .iter()
        .map(|starter| {
            let start = move |_| {
                pending_prompt.set(Some(penny_i18n::text(locale.get_untracked(), starter.prompt, &[])));
                navigate.with_value(|navigate| navigate("/", NavigateOptions::default()));
            };
            view! {
                <li>
                    <button class="pane-item" r#type="button" on:click=start>
                        <Icon glyph=starter.glyph/>
                        <span>{tr(starter.title)}</span>
                    </button>
                </li>
            }
        })
        .collect_view();
    view! {
        <Suspense>
            {move || Suspend::new(async move {
                let dashboards = dashboards.await.unwrap_or_default();
                (!dashboards.is_empty())
                    .then(|| {
                        let links = dashboards
                            .into_iter()
                            .map(|dashboard| {
                                view! {
                                    <li>
                                        <A href=format!("/d/{}", dashboard.slug) attr:class="pane-item">
                                            <Icon glyph=Glyph::LayoutDashboard/>
                                            <span dir="auto">{dashboard.title}</span>
                                        </A>
                                    </li>
                                }
                            })
                            .collect_view();
                        view! {
                            <section class="conversation-group">
                                <h2 class="overline">{tr(keys::UI_DASHBOARDS)}</h2>
                                <ul>{links}</ul>
                            </section>
                        }
                    })
            })}
        </Suspense>
        <section class="conversation-group">
            <h2 class="overline">{tr(keys::UI_STARTERS)}</h2>
            <ul>{starters}</ul>
        </section>
    }
    .into_any()
}

#[component]
fn AccountMenu() -> impl IntoView {
    let viewer = use_viewer();
    let name =
        move || viewer.with(|viewer| viewer.as_ref().map(|viewer| viewer.name.clone()).unwrap_or_default());
    let company = move || {
        viewer.with(|viewer| {
            viewer.as_ref().map(|viewer| viewer.brand.company_name.clone()).unwrap_or_default()
        })
    };
    let initial = move || name().chars().next().map(String::from).unwrap_or_default();
    let navigate = use_navigate();
    let help = use_context::<crate::features::shortcuts::ShortcutHelpState>();
    let pages: Vec<_> = PAGES
        .iter()
        .filter(|page| page.group == NavigationGroup::Account)
        .map(|page| (page, tr(page.title_key())))
        .collect();
    let (shortcuts_label, sign_out_label) = (tr(keys::UI_SHORTCUTS), tr(keys::UI_SIGN_OUT));
    let items = move || {
        let page_items = pages.iter().map(|&(page, label)| {
            let navigate = navigate.clone();
            MenuItem::new(page.glyph, label, move || navigate(page.path, NavigateOptions::default()))
        });
        let mut items: Vec<MenuItem> = page_items.collect();
        items.push(MenuItem::new(Glyph::Keyboard, shortcuts_label, move || {
            if let Some(help) = help {
                help.0.set(true);
            }
        }));
        items.push(MenuItem::new(Glyph::LogOut, sign_out_label, || dom::submit(SIGN_OUT_FORM_ID)));
        items
    };
    view! {
        <div class="account">
            <span class="avatar" aria-hidden="true">{initial}</span>
            <span class="account-names">
                <span class="account-name" dir="auto">{name}</span>
                <span class="account-company" dir="auto">{company}</span>
            </span>
            <Menu label=tr(keys::UI_ACCOUNT) glyph=Glyph::ChevronsUpDown items=items/>
            <form id=SIGN_OUT_FORM_ID method="post" action="/auth/sign-out" hidden></form>
        </div>
    }
    .into_any()
}
