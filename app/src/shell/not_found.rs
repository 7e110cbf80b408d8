//! What stands at an address where nothing is.

use crate::{
    facts::answer_with_status,
    state::tr,
    ui::{EmptyState, Glyph, PageTitle},
};
use leptos::prelude::*;
use leptos_router::components::A;
use penny_words::keys;

/// Says that the address leads nowhere, and offers a way home.
#[component]
pub(crate) fn NotFoundPage() -> impl IntoView {
    answer_with_status(404);
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
