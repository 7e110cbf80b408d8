//! State shared by the whole page: language, colours, viewer, clock, panes, toasts.
//!
//! Each is a `Copy` handle over signals, provided as a context by [`provide`] and obtained with its `use_`
//! function.

mod clock;
mod js_modules;
mod panes;
mod preferences;
mod toasts;
mod translations;

pub use clock::{DayGroup, PageClock, use_clock};
pub use js_modules::{JsModules, use_js_modules};
pub use panes::{Drawer, LEFT_ID, Panes, RIGHT_ID, use_panes};
pub use preferences::{Preferences, use_preferences};
pub use toasts::{Toast, ToastAction, ToastTone, Toasts, use_toasts};
pub use translations::{tr, tr_untracked, tr_with, tr_with_untracked, use_locale};

use crate::page_context::BootstrapData;
use leptos::prelude::*;
use penny_types::{people::ViewerView, tenants::BrandView};

/// The signed-in user.
#[derive(Debug, Clone, Copy)]
pub struct Viewer(pub RwSignal<Option<ViewerView>>);

/// The brand of the tenant.
#[derive(Debug, Clone, Copy)]
pub struct Brand(pub StoredValue<BrandView>);

/// Returns the signed-in user.
#[must_use]
pub fn use_viewer() -> RwSignal<Option<ViewerView>> {
    use_context::<Viewer>().map_or_else(|| RwSignal::new(None), |viewer| viewer.0)
}

/// Returns the brand of the tenant.
#[must_use]
pub fn use_brand() -> BrandView {
    use_context::<Brand>().map_or_else(crate::page_context::default_brand, |brand| brand.0.get_value())
}

/// A prompt to send in a new chat.
#[derive(Debug, Clone, Copy)]
pub struct PendingPrompt(pub RwSignal<Option<String>>);

/// Returns the prompt to send in a new chat. To start a chat with a prompt, set it and navigate to `/`, where the chat
/// page takes and sends it.
#[must_use]
pub fn use_pending_prompt() -> RwSignal<Option<String>> {
    use_context::<PendingPrompt>().map_or_else(|| RwSignal::new(None), |pending| pending.0)
}

/// Provides all shared state as contexts.
pub(crate) fn provide(data: BootstrapData) {
    let BootstrapData { context, modules } = data;
    provide_context(context.sign_in.clone());
    provide_context(PendingPrompt(RwSignal::new(None)));
    provide_context(Brand(StoredValue::new(context.brand.clone())));
    provide_context(Viewer(RwSignal::new(context.viewer.clone())));
    let preferences = Preferences::new(&context);
    provide_context(preferences);
    provide_context(preferences.toasts());
    provide_context(PageClock::new(&context));
    provide_context(Panes::new(context.panes));
    provide_context(JsModules::new(modules));
}
