//! What the whole page shares: language, colours, who is signed in, the clock, the panes, notices.
//!
//! Each is a small `Copy` handle over signals, provided by [`provide`] and fetched with its `use_`
//! function. None of them fetches anything by itself.

mod clock;
mod modules;
mod panes;
mod preferences;
mod toasts;
mod words;

pub use clock::{Clock, DayGroup, use_clock};
pub use modules::{Modules, use_modules};
pub use panes::{Drawer, LEFT_ID, Panes, RIGHT_ID, use_panes};
pub use preferences::{Preferences, use_preferences};
pub use toasts::{Toast, ToastAction, ToastTone, Toasts, use_toasts};
pub use words::{say, say_with, tr, tr_with, use_locale};

use crate::facts::Handover;
use leptos::prelude::*;
use penny_types::{people::ViewerView, tenants::BrandView};

/// Who is signed in, as a signal.
#[derive(Debug, Clone, Copy)]
pub struct Viewer(pub RwSignal<Option<ViewerView>>);

/// The look of the tenant; it does not change while the page lives.
#[derive(Debug, Clone, Copy)]
pub struct Brand(pub StoredValue<BrandView>);

/// Returns who is signed in.
#[must_use]
pub fn use_viewer() -> RwSignal<Option<ViewerView>> {
    use_context::<Viewer>().map_or_else(|| RwSignal::new(None), |viewer| viewer.0)
}

/// Returns the look of the tenant.
#[must_use]
pub fn use_brand() -> BrandView {
    use_context::<Brand>().map_or_else(crate::facts::default_brand, |brand| brand.0.get_value())
}

/// A question to ask in a new chat.
#[derive(Debug, Clone, Copy)]
pub struct Ask(pub RwSignal<Option<String>>);

/// Returns the question to ask in a new chat. Whoever sets it leads to `/`; the page there takes it
/// out and sends it.
#[must_use]
pub fn use_ask() -> RwSignal<Option<String>> {
    use_context::<Ask>().map_or_else(|| RwSignal::new(None), |ask| ask.0)
}

/// Provides every shared state, from what the server knows.
pub(crate) fn provide(handover: Handover) {
    let Handover { facts, modules } = handover;
    provide_context(facts.sign_in.clone());
    provide_context(Ask(RwSignal::new(None)));
    provide_context(Brand(StoredValue::new(facts.brand.clone())));
    provide_context(Viewer(RwSignal::new(facts.viewer.clone())));
    let preferences = Preferences::new(&facts);
    provide_context(preferences);
    provide_context(preferences.toasts());
    provide_context(Clock::new(&facts));
    provide_context(Panes::new(facts.panes));
    provide_context(Modules::new(modules));
}
