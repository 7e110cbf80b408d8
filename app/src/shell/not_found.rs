//! The not-found page.

use crate::{
    page_context::set_response_status,
    state::tr,
    ui::{EmptyState, Glyph, PageTitle},
};
use leptos::prelude::*;
use leptos_router::components::A;
use penny_i18n::keys;

/// The page for unknown addresses, with status 404.
#[component]
pub(crate) fn NotFoundPage() -> impl IntoView {
    set_response_status(404);
    let title = tr(keys::UI_NOT_FOUND_TITLE);
    view! {
        <PageTitle text=title/>
        <main id="main" class="lone-page" tabindex="-1">
            <EmptyState glyph=Glyph::CircleHelp title=title text=tr(keys::UI_NOT_FOUND_TEXT) is_page=true>
                <A href="/" attr:class="button button-primary">{tr(keys::UI_GO_HOME)}</A>
            </EmptyState>
        </main>
    }
    .into_any()
}
