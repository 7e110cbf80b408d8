//! Toasts: short notices at the edge of the page, some with an undo action.

use super::{translations, use_preferences};
use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, task::spawn_local};
use penny_i18n::keys;
use penny_types::{Fault, Locale};

/// Display time of a toast.
const DURATION_MS: u32 = 6_000;
/// Display time of a toast with an action.
const DURATION_WITH_ACTION_MS: u32 = 10_000;
/// Maximum number of toasts shown at once.
const MAX_SHOWN: usize = 3;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ToastTone {
    Info,
    Success,
    Error,
}

/// The button of a toast.
#[derive(Clone)]
pub struct ToastAction {
    pub label: String,
    pub run: Callback<()>,
}

#[derive(Clone)]
pub struct Toast {
    pub id: u64,
    pub tone: ToastTone,
    pub text: String,
    pub action: Option<ToastAction>,
}

/// The toasts of the page.
#[derive(Clone, Copy)]
pub struct Toasts {
    /// The visible toasts, oldest first.
    pub items: RwSignal<Vec<Toast>>,
    /// Whether the pointer or the focus is on a toast: then none expires.
    pub is_paused: RwSignal<bool>,
    last_id: StoredValue<u64>,
    locale: RwSignal<Locale>,
}

/// Returns the toasts of the page.
#[must_use]
pub fn use_toasts() -> Toasts {
    use_context::<Toasts>().unwrap_or_else(|| use_preferences().toasts())
}

impl Toasts {
    pub(super) fn new(locale: RwSignal<Locale>) -> Self {
        Self {
            items: RwSignal::new(Vec::new()),
            is_paused: RwSignal::new(false),
            last_id: StoredValue::new(0),
            locale,
        }
    }

    pub fn success(self, text: String) {
        self.show(ToastTone::Success, text, None);
    }

    pub fn info(self, text: String) {
        self.show(ToastTone::Info, text, None);
    }

    /// Shows the message of a fault.
    pub fn fault(self, fault: &Fault) {
        self.show(ToastTone::Error, penny_i18n::fault(self.locale.get_untracked(), fault), None);
    }

    /// Shows a text with an undo button.
    pub fn with_undo(self, text: String, undo: impl Fn() + Send + Sync + 'static) {
        let label = translations::tr_untracked(self.locale, keys::UI_UNDO);
        self.show(ToastTone::Info, text, Some(ToastAction { label, run: Callback::new(move |()| undo()) }));
    }

    pub fn dismiss(self, id: u64) {
        let _ = self.items.try_update(|items| items.retain(|toast| toast.id != id));
    }

    fn show(self, tone: ToastTone, text: String, action: Option<ToastAction>) {
        let duration_ms = if action.is_some() { DURATION_WITH_ACTION_MS } else { DURATION_MS };
        let id = self.last_id.get_value() + 1;
        self.last_id.set_value(id);
        self.items.update(|items| {
            // A repeated text replaces the earlier toast.
            items.retain(|toast| toast.text != text || toast.action.is_some());
            items.push(Toast { id, tone, text, action });
            let surplus = items.len().saturating_sub(MAX_SHOWN);
            items.drain(..surplus);
        });
        spawn_local(async move {
            TimeoutFuture::new(duration_ms).await;
            while self.is_paused.try_get_untracked().unwrap_or_default() {
                TimeoutFuture::new(1_000).await;
            }
            self.dismiss(id);
        });
    }
}
