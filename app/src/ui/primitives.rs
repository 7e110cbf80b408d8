use super::{Button, ButtonVariant, Glyph, Icon};
use crate::state::{tr, tr_with, use_locale};
use leptos::{ev::MouseEvent, prelude::*, text_prop::TextProp};
use penny_i18n::keys;
use penny_types::{Fault, Locale};

/// Colour of a badge.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum BadgeTone {
    #[default]
    Neutral,
    /// The colour of the brand.
    Accent,
    Good,
    Watch,
    Bad,
}

/// A short label in a frame.
#[component]
pub fn Badge(#[prop(optional, into)] tone: Signal<BadgeTone>, children: Children) -> impl IntoView {
    let class = move || match tone.get() {
        BadgeTone::Neutral => "badge",
        BadgeTone::Accent => "badge badge-accent",
        BadgeTone::Good => "badge badge-good",
        BadgeTone::Watch => "badge badge-watch",
        BadgeTone::Bad => "badge badge-bad",
    };
    view! { <span class=class>{children()}</span> }.into_any()
}

/// A key combination: pass the keys joined by `+`.
#[component]
pub fn Kbd(#[prop(into)] combination: String) -> impl IntoView {
    let locale = use_locale();
    // The plus key is not supported; no shortcut uses it.
    let keys = combination
        .split('+')
        .map(|key| {
            let key = key.to_owned();
            view! { <kbd>{move || key_name(locale.get(), &key)}</kbd> }
        })
        .collect_view();
    view! { <span class="keys">{keys}</span> }.into_any()
}

/// Returns the localized name of a key.
fn key_name(locale: Locale, key: &str) -> String {
    let message_key = match key {
        "Enter" => keys::UI_KEY_ENTER,
        "Shift" => keys::UI_KEY_SHIFT,
        "Esc" => keys::UI_KEY_ESCAPE,
        _ => return key.to_owned(),
    };
    penny_i18n::text(locale, message_key, &[])
}

/// Formats a key combination with localized key names.
pub(super) fn key_names(locale: Locale, combination: &str) -> String {
    combination.split('+').map(|key| key_name(locale, key)).collect::<Vec<_>>().join("+")
}

/// A text for screen readers only.
#[component]
pub fn VisuallyHidden(children: Children) -> impl IntoView {
    view! { <span class="visually-hidden">{children()}</span> }.into_any()
}

/// A live region: screen readers announce its text when it changes.
#[component]
pub fn LiveRegion(
    #[prop(into)] text: TextProp,
    /// Whether announcements may interrupt (`aria-live="assertive"`).
    #[prop(optional)]
    is_urgent: bool,
) -> impl IntoView {
    let politeness = if is_urgent { "assertive" } else { "polite" };
    view! { <div class="visually-hidden" aria-live=politeness aria-atomic="true">{move || text.get()}</div> }
        .into_any()
}

/// Placeholder lines for content that is loading.
#[component]
pub fn Skeleton(
    #[prop(default = 3)] lines: usize,
    /// Additional CSS classes; `skeleton-block` is one tall area.
    #[prop(optional)]
    class: &'static str,
) -> impl IntoView {
    let bars = (0..lines).map(|_| view! { <span class="skeleton-line"></span> }).collect_view();
    view! {
        <div class=format!("skeleton {class}") role="status">
            <span class="visually-hidden">{tr(keys::UI_LOADING)}</span>
            {bars}
        </div>
    }
    .into_any()
}

/// Placeholder for an empty list or a missing page.
#[component]
pub fn EmptyState(
    glyph: Glyph,
    #[prop(into)] title: TextProp,
    #[prop(into)] text: TextProp,
    /// Whether it is the whole page: then its title is a level-one heading.
    #[prop(optional)]
    is_page: bool,
    /// Buttons or links.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let title = move || title.get();
    let heading = if is_page {
        view! { <h1 class="empty-state-title">{title}</h1> }.into_any()
    } else {
        view! { <p class="empty-state-title">{title}</p> }.into_any()
    };
    view! {
        <div class="empty-state">
            <span class="empty-state-icon"><Icon glyph=glyph/></span>
            {heading}
            <p class="empty-state-text">{move || text.get()}</p>
            {children.map(|children| view! { <div class="empty-state-actions">{children()}</div> })}
        </div>
    }
    .into_any()
}

/// Shows the message of a fault, its trace id and a retry button.
#[component]
pub fn FaultNotice(
    fault: Fault,
    #[prop(optional, into)] on_retry: Option<Callback<MouseEvent>>,
) -> impl IntoView {
    let locale = use_locale();
    let trace = fault.trace_id.clone().map(|trace| {
        let reference = tr_with(keys::UI_TRACE, move || [("trace", trace.clone())]);
        view! { <p class="fault-trace">{reference}</p> }
    });
    let retry = on_retry.map(|on_retry| {
        view! { <Button variant=ButtonVariant::Plain glyph=Glyph::RotateCcw on_press=on_retry>{tr(keys::UI_RETRY)}</Button> }
    });
    view! {
        <div class="fault" role="alert">
            <Icon glyph=Glyph::TriangleAlert/>
            <div class="fault-words">
                <p>{move || penny_i18n::fault(locale.get(), &fault)}</p>
                {trace}
            </div>
            {retry}
        </div>
    }
    .into_any()
}
