//! The header of the main pane.

use crate::{
    state::{tr, use_panes},
    ui::{Glyph, IconButton},
};
use leptos::prelude::*;
use penny_i18n::keys;

/// The header of a page in the main pane: toggle buttons of the side panes, with the page's content between
/// them.
#[component]
pub fn PageHeader(children: Children) -> impl IntoView {
    let panes = use_panes();
    let show_left = tr(keys::UI_SHOW_CONVERSATIONS);
    let show_right = tr(keys::UI_SHOW_ARTIFACTS);
    view! {
        <header class="page-header">
            <span class="page-header-left">
                <IconButton glyph=Glyph::PanelLeft label=show_left keys="Ctrl+Shift+S" on_press=move |_| panes.toggle_left()/>
            </span>
            <div class="page-header-body">{children()}</div>
            <span class="page-header-right">
                <IconButton glyph=Glyph::PanelRight label=show_right keys="Ctrl+]" on_press=move |_| panes.toggle_right()/>
            </span>
        </header>
    }
    .into_any()
}
