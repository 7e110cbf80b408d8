//! Short notices at the edge of the page, some with a way back.

use super::{use_preferences, words};
use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, task::spawn_local};
use penny_types::{Fault, Locale};
use penny_words::keys;

/// How long a notice stays.
const STAYS_MS: u32 = 6_000;
/// How long a notice with a way back stays.
const STAYS_WITH_ACTION_MS: u32 = 10_000;
/// How many notices are shown at once.
const AT_ONCE: usize = 3;

/// What kind of notice it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ToastTone {
    /// Something happened.
    Plain,
    /// Something went well.
    Good,
    /// Something went wrong.
    Bad,
}

/// What one can do about a notice.
#[derive(Clone)]
pub struct ToastAction {
    /// What the button says.
    pub label: String,
    /// What it does.
    pub run: Callback<()>,
}

/// A notice.
#[derive(Clone)]
pub struct Toast {
    /// Its number.
    pub id: u64,
    /// What kind it is.
    pub tone: ToastTone,
    /// What it says.
    pub text: String,
    /// What one can do about it.
    pub action: Option<ToastAction>,
}

/// The notices of the page.
#[derive(Clone, Copy)]
pub struct Toasts {
    /// Those shown now, oldest first.
    pub items: RwSignal<Vec<Toast>>,
    /// Whether the pointer or the focus is on them: then none goes away.
    pub is_held: RwSignal<bool>,
    last_id: StoredValue<u64>,
    locale: RwSignal<Locale>,
}

/// Returns the notices of the page.
#[must_use]
pub fn use_toasts() -> Toasts {
    use_context::<Toasts>().unwrap_or_else(|| use_preferences().toasts())
}

impl Toasts {
    pub(super) fn new(locale: RwSignal<Locale>) -> Self {
        Self {
            items: RwSignal::new(Vec::new()),
            is_held: RwSignal::new(false),
            last_id: StoredValue::new(0),
            locale,
        }
    }

    /// Says that something went well.
    pub fn good(self, text: String) {
        self.show(ToastTone::Good, text, None);
    }

    /// Says something.
    pub fn plain(self, text: String) {
        self.show(ToastTone::Plain, text, None);
    }

    /// Says what went wrong.
    pub fn fault(self, fault: &Fault) {
        self.show(ToastTone::Bad, penny_words::fault(self.locale.get_untracked(), fault), None);
    }

    /// Says something and offers to take it back.
    pub fn with_undo(self, text: String, undo: impl Fn() + Send + Sync + 'static) {
        let label = words::say(self.locale, keys::UI_UNDO);
        self.show(ToastTone::Plain, text, Some(ToastAction { label, run: Callback::new(move |()| undo()) }));
    }

    /// Takes a notice away.
    pub fn dismiss(self, id: u64) {
        let _ = self.items.try_update(|items| items.retain(|toast| toast.id != id));
    }

    fn show(self, tone: ToastTone, text: String, action: Option<ToastAction>) {
        let stays_ms = if action.is_some() { STAYS_WITH_ACTION_MS } else { STAYS_MS };
        let id = self.last_id.get_value() + 1;
        self.last_id.set_value(id);
        self.items.update(|items| {
            // The same words twice are one notice.
            items.retain(|toast| toast.text != text || toast.action.is_some());
            items.push(Toast { id, tone, text, action });
            let surplus = items.len().saturating_sub(AT_ONCE);
            items.drain(..surplus);
        });
        spawn_local(async move {
            TimeoutFuture::new(stays_ms).await;
            while self.is_held.try_get_untracked().unwrap_or_default() {
                TimeoutFuture::new(1_000).await;
            }
            self.dismiss(id);
        });
    }
}
