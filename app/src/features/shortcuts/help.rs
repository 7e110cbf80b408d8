//! The dialog with the list of shortcuts.

use super::{SHORTCUTS, ShortcutHelpState, ShortcutScope};
use crate::{
    state::tr,
    ui::{Dialog, Kbd},
};
use leptos::prelude::*;
use penny_i18n::keys;

/// The shortcut dialog.
#[component]
pub(crate) fn ShortcutHelp() -> impl IntoView {
    let Some(ShortcutHelpState(is_open)) = use_context::<ShortcutHelpState>() else { return ().into_any() };
    view! {
        <Dialog is_open=is_open title=tr(keys::UI_SHORTCUTS) class="shortcut-help">
            {group(ShortcutScope::Anywhere, keys::UI_SHORTCUTS_GENERAL)} {group(ShortcutScope::Composer, keys::UI_SHORTCUTS_WRITING)}
        </Dialog>
    }
    .into_any()
}

fn group(scope: ShortcutScope, heading: &'static str) -> AnyView {
    let rows = SHORTCUTS
        .iter()
        .filter(|(shortcut_scope, ..)| *shortcut_scope == scope)
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
