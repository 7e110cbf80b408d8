//! The list of shortcuts.

use super::{ALL, HelpState, Where};
use crate::{
    state::tr,
    ui::{Dialog, Kbd},
};
use leptos::prelude::*;
use penny_words::keys;

/// The list of shortcuts, over the page.
#[component]
pub(crate) fn ShortcutHelp() -> impl IntoView {
    let Some(HelpState(is_open)) = use_context::<HelpState>() else { return ().into_any() };
    view! {
        <Dialog is_open=is_open title=tr(keys::UI_SHORTCUTS) class="shortcut-help">
            {group(Where::Anywhere, keys::UI_SHORTCUTS_GENERAL)} {group(Where::Writing, keys::UI_SHORTCUTS_WRITING)}
        </Dialog>
    }
    .into_any()
}

fn group(place: Where, heading: &'static str) -> AnyView {
    let rows = ALL
        .iter()
        .filter(|(here, ..)| *here == place)
        .map(|(_, combination, key)| {
            view! {
                <div class="shortcut-row">
                    <dt>{tr(key)}</dt>
                    <dd><Kbd combination=*combination/></dd>
                </div>
            }
        })
        .collect_view();
    view! {
        <section>
            <h3 class="overline">{tr(heading)}</h3>
            <dl class="shortcut-list">{rows}</dl>
        </section>
    }
    .into_any()
}
