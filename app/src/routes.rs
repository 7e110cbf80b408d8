//! The root component and its routes.

use crate::{
    api::{Api, use_api},
    features::{
        chat::ChatPage,
        palette::Palette,
        shortcuts::{ShortcutHelp, Shortcuts},
    },
    page_context,
    shell::{NotFoundPage, Toaster, Workbench},
    state, ui,
};
use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::{
    SsrMode,
    components::{ParentRoute, Route, Router, Routes},
    path,
};

mod pages;
pub(crate) mod table;

#[cfg(feature = "hydrate")]
pub use pages::preload_page;
use pages::{Artifact, Dashboard, Link, Settings, SignIn};
pub use table::{NavigationGroup, PAGES, PageAccess, PageEntry, PaletteLink, find_page};

/// The root component.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    if use_context::<Api>().is_none() {
        provide_context(use_api());
    }
    state::provide(page_context::bootstrap_data());
    state::use_preferences().sync_document();
    state::use_panes().sync_with_window();
    state::use_clock().start();
    Effect::new(|_| pages::preload_linked_pages());
    // Tells tests and the style sheet that the page is hydrated.
    Effect::new(|_| ui::dom::set_root_attribute("data-alive", "true"));
    let product = state::use_brand().product_name;
    let formatted = product.clone();
    view! {
        <Title
            text=product
            formatter=move |text: String| if text == formatted { text } else { format!("{text} · {formatted}") }
        />
        <Router>
            <Shortcuts/>
            <Routes fallback=NotFoundPage>
                <Route path=path!("/sign-in") view=SignIn ssr=SsrMode::Async/>
                <Route path=path!("/auth/link/:secret") view=Link ssr=SsrMode::Async/>
                <ParentRoute path=path!("") view=Workbench ssr=SsrMode::Async>
                    <Route path=path!("") view=ChatPage ssr=SsrMode::Async/>
                    <Route path=path!("c/:conversation_id") view=ChatPage ssr=SsrMode::Async/>
                    <Route path=path!("a/:artifact_id") view=Artifact ssr=SsrMode::Async/>
                    <Route path=path!("d/:slug") view=Dashboard ssr=SsrMode::Async/>
                    <Route path=path!("settings") view=Settings ssr=SsrMode::Async/>
                </ParentRoute>
            </Routes>
            <Palette/>
            <ShortcutHelp/>
        </Router>
        <Toaster/>
    }
}
