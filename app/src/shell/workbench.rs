//! The three panes.

use crate::{
    facts::PaneLayout,
    features::{
        artifacts::ArtifactPanel, chat::provide_open_chat, conversations::ConversationsPane,
        sign_in::in_query,
    },
    state::{Drawer, LEFT_ID, Panes, RIGHT_ID, tr, use_locale, use_panes, use_viewer},
    ui::{LiveRegion, PageName, Side, Splitter},
};
use leptos::prelude::*;
use leptos_router::{
    components::{Outlet, Redirect},
    hooks::use_location,
};
use penny_words::keys;

/// The conversations, the page, the artifact panel. Only for people who are signed in.
#[component]
pub(crate) fn Workbench() -> impl IntoView {
    if use_viewer().with_untracked(Option::is_some) {
        return panes_view();
    }
    let location = use_location();
    let here = location.pathname.get_untracked();
    let path = if here == "/" { "/sign-in".to_owned() } else { format!("/sign-in?next={}", in_query(&here)) };
    view! { <Redirect path=path/> }.into_any()
}

fn panes_view() -> AnyView {
    provide_open_chat();
    let name = RwSignal::new(String::new());
    provide_context(PageName(name));
    let panes = use_panes();
    let path = use_location().pathname;
    // An artifact or a dashboard at its own address has the whole window.
    let is_full = Memo::new(move |_| path.with(|path| path.starts_with("/d/") || path.starts_with("/a/")));
    close_drawer_on_navigation(panes);
    let left = move || if panes.left_open.get() { "open" } else { "closed" };
    let right = move || if panes.right_open.get() { "open" } else { "closed" };
    let drawer = move || match panes.drawer.get() {
        Some(Drawer::Left) => "left",
        Some(Drawer::Right) => "right",
        None => "closed",
    };
    // What lies below a drawer cannot be reached until it is closed.
    let is_below = move |own: Option<Drawer>| panes.drawer.get().is_some_and(|drawer| Some(drawer) != own);
    // The panel belongs to the chat.
    let is_chat = Memo::new(move |_| path.with(|path| path == "/" || path.starts_with("/c/")));
    let has_right = Memo::new(move |_| {
        (panes.right_open.get() || panes.drawer.get() == Some(Drawer::Right)) && is_chat.get()
    });
    view! {
        <a class="skip-link" href="#main" inert=move || is_below(None)>{tr(keys::UI_SKIP_TO_CONTENT)}</a>
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
                inert=move || is_below(Some(Drawer::Left))
            >
                <ConversationsPane/>
                <Splitter
                    label=tr(keys::UI_RESIZE_CONVERSATIONS)
                    side=Side::Left
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
                inert=move || is_below(None)
            >
                <Outlet/>
            </main>
            <Show when=move || has_right.get()>
                <aside class="pane pane-right" id=RIGHT_ID tabindex="-1" aria-label=tr(keys::UI_PANE_ARTIFACTS)>
                    <ArtifactPanel/>
                    <Splitter
                        label=tr(keys::UI_RESIZE_ARTIFACTS)
                        side=Side::Right
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

/// On a narrow screen, what one chose in the drawer is what one wants to see next.
fn close_drawer_on_navigation(panes: Panes) {
    let path = use_location().pathname;
    Effect::new(move |earlier: Option<String>| {
        let path = path.get();
        if earlier.is_some_and(|earlier| earlier != path) {
            panes.leave_drawer();
        }
        path
    });
}

/// Says that the live connection is lost, and nothing while it is there.
#[component]
fn ConnectionBar() -> impl IntoView {
    let connection = crate::api::connection();
    let locale = use_locale();
    let words = move || {
        connection.get().is_lost.then(|| penny_words::text(locale.get(), keys::UI_CONNECTION_LOST, &[]))
    };
    view! { <div class="connection-bar" role="status">{words}</div> }.into_any()
}

/// Says where one has come to, for those who do not see the page change.
#[component]
fn RouteAnnouncer(name: RwSignal<String>) -> impl IntoView {
    let path = use_location().pathname;
    let begun_at = path.get_untracked();
    let said = RwSignal::new(String::new());
    Effect::new(move |_| {
        let name = name.get();
        // The page one began with was read aloud by the browser.
        if !said.read_untracked().is_empty() || path.get_untracked() != begun_at {
            said.set(name);
        }
    });
    view! { <LiveRegion text=said/> }.into_any()
}
