//! The three-pane layout.

use crate::{
    features::{
        artifacts::ArtifactPanel, chat::provide_open_chat, conversations::ConversationsPane,
        sign_in::encode_query_path,
    },
    page_context::PaneLayout,
    state::{Drawer, LEFT_ID, Panes, RIGHT_ID, tr, use_locale, use_panes, use_viewer},
    ui::{CurrentPageTitle, LiveRegion, PaneSide, Splitter},
};
use leptos::prelude::*;
use leptos_router::{
    components::{Outlet, Redirect},
    hooks::use_location,
};
use penny_i18n::keys;

/// Conversation list, page and artifact panel. Redirects anonymous users to the sign-in page.
#[component]
pub(crate) fn Workbench() -> impl IntoView {
    if use_viewer().with_untracked(Option::is_some) {
        return panes_view();
    }
    let location = use_location();
    let path = location.pathname.get_untracked();
    let path = if path == "/" {
        "/sign-in".to_owned()
    } else {
        format!("/sign-in?next={}", encode_query_path(&path))
    };
    view! { <Redirect path=path/> }.into_any()
}

fn panes_view() -> AnyView {
    provide_open_chat();
    let name = RwSignal::new(String::new());
    provide_context(CurrentPageTitle(name));
    let panes = use_panes();
    let path = use_location().pathname;
    // Artifact and dashboard pages are full screen.
    let is_full = Memo::new(move |_| path.with(|path| path.starts_with("/d/") || path.starts_with("/a/")));
    close_drawer_on_navigation(panes);
    let left = move || if panes.left_open.get() { "open" } else { "closed" };
    let right = move || if panes.right_open.get() { "open" } else { "closed" };
    let drawer = move || match panes.drawer.get() {
        Some(Drawer::Left) => "left",
        Some(Drawer::Right) => "right",
        None => "closed",
    };
    // Everything below an open drawer is inert.
    let is_inert = move |own: Option<Drawer>| panes.drawer.get().is_some_and(|drawer| Some(drawer) != own);
    // The artifact panel is shown only beside a chat.
    let is_chat = Memo::new(move |_| path.with(|path| path == "/" || path.starts_with("/c/")));
    let has_right = Memo::new(move |_| {
        (panes.right_open.get() || panes.drawer.get() == Some(Drawer::Right)) && is_chat.get()
    });
    view! {
        <a class="skip-link" href="#main" inert=move || is_inert(None)>{tr(keys::UI_SKIP_TO_CONTENT)}</a>
        <div
            class="workbench"
            class:is-full=move || is_full.get()
            class:is-chat=move || is_chat.get()
            data-left=left
            data-drawer=drawer
            data-right=right
        >
            <nav
                class="pane pane-left"
                id=LEFT_ID
                tabindex="-1"
                aria-label=tr(keys::UI_PANE_CONVERSATIONS)
                inert=move || is_inert(Some(Drawer::Left))
            >
                <ConversationsPane/>
                <Splitter
                    label=tr(keys::UI_RESIZE_CONVERSATIONS)
                    side=PaneSide::Left
                    width_px=panes.left_width_px
                    variable="--left-width"
                    bounds_px=PaneLayout::LEFT_PX
                    default_px=PaneLayout::default().left_width_px
                />
            </nav>
            <div class="drawer-veil" on:click=move |_| { panes.close_drawer(); }></div>
            <main
                class="pane pane-main"
                id="main"
                tabindex="-1"
                aria-label=tr(keys::UI_MAIN)
                inert=move || is_inert(None)
            >
                <Outlet/>
            </main>
            <Show when=move || has_right.get()>
                <aside class="pane pane-right" id=RIGHT_ID tabindex="-1" aria-label=tr(keys::UI_PANE_ARTIFACTS)>
                    <ArtifactPanel/>
                    <Splitter
                        label=tr(keys::UI_RESIZE_ARTIFACTS)
                        side=PaneSide::Right
                        width_px=panes.right_width_px
                        variable="--right-width"
                        bounds_px=PaneLayout::RIGHT_PX
                        default_px=PaneLayout::default().right_width_px
                    />
                </aside>
            </Show>
            <ConnectionBar/>
            <RouteAnnouncer name/>
        </div>
    }
    .into_any()
}

/// Closes the drawer after navigation, so that the chosen page is visible.
fn close_drawer_on_navigation(panes: Panes) {
    let path = use_location().pathname;
    Effect::new(move |earlier: Option<String>| {
        let path = path.get();
        if earlier.is_some_and(|earlier| earlier != path) {
            panes.dismiss_drawer();
        }
        path
    });
}

/// Shows a notice while the live connection is lost.
#[component]
fn ConnectionBar() -> impl IntoView {
    let connection = crate::api::connection_status();
    let locale = use_locale();
    let notice = move || {
        connection.get().is_lost.then(|| penny_i18n::text(locale.get(), keys::UI_CONNECTION_LOST, &[]))
    };
    view! { <div class="connection-bar" role="status">{notice}</div> }.into_any()
}

/// Announces the page title to screen readers after navigation.
#[component]
fn RouteAnnouncer(name: RwSignal<String>) -> impl IntoView {
    let path = use_location().pathname;
    let initial_path = path.get_untracked();
    let announcement = RwSignal::new(String::new());
    Effect::new(move |_| {
        let name = name.get();
        // The browser announces the first page itself.
        if !announcement.read_untracked().is_empty() || path.get_untracked() != initial_path {
            announcement.set(name);
        }
    });
    view! { <LiveRegion text=announcement/> }.into_any()
}
