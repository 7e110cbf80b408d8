use super::{Button, Glyph, Icon, Look};
use crate::state::{tr, tr_with, use_locale};
use leptos::{ev::MouseEvent, prelude::*, text_prop::TextProp};
use penny_types::{Fault, Locale};
use penny_words::keys;

/// How a badge is coloured.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum BadgeTone {
    /// No judgement.
    #[default]
    Neutral,
    /// The brand's colour.
    Accent,
    /// All is well.
    Good,
    /// Look at it.
    Watch,
    /// Something is wrong.
    Bad,
}

/// A word or two in a small frame.
#[component]
pub fn Badge(
    /// How it is coloured.
    #[prop(optional, into)]
    tone: Signal<BadgeTone>,
    /// The words.
    children: Children,
) -> impl IntoView {
    let class = move || match tone.get() {
        BadgeTone::Neutral => "badge",
        BadgeTone::Accent => "badge badge-accent",
        BadgeTone::Good => "badge badge-good",
        BadgeTone::Watch => "badge badge-watch",
        BadgeTone::Bad => "badge badge-bad",
    };
    view! { <span class=class>{children()}</span> }.into_any()
}

/// A combination of keys: pass the keys joined by `+`.
#[component]
pub fn Kbd(
    /// The keys.
    #[prop(into)]
    combination: String,
) -> impl IntoView {
    let locale = use_locale();
    // A lone `+` at the end would be the plus key, which nothing here uses.
    let keys = combination
        .split('+')
        .map(|key| {
            let key = key.to_owned();
            view! { <kbd>{move || key_name(locale.get(), &key)}</kbd> }
        })
        .collect_view();
    view! { <span class="keys">{keys}</span> }.into_any()
}

/// Returns what stands on a key in somebody's language.
fn key_name(locale: Locale, key: &str) -> String {
    let words = match key {
        "Enter" => keys::UI_KEY_ENTER,
        "Shift" => keys::UI_KEY_SHIFT,
        "Esc" => keys::UI_KEY_ESCAPE,
        _ => return key.to_owned(),
    };
    penny_words::text(locale, words, &[])
}

/// Writes a combination of keys in somebody's language.
pub(super) fn key_names(locale: Locale, combination: &str) -> String {
    combination.split('+').map(|key| key_name(locale, key)).collect::<Vec<_>>().join("+")
}

/// Words for those who listen.
#[component]
pub fn VisuallyHidden(
    /// The words.
    children: Children,
) -> impl IntoView {
    view! { <span class="visually-hidden">{children()}</span> }.into_any()
}

/// Reads its words aloud when they change.
#[component]
pub fn LiveRegion(
    /// The words.
    #[prop(into)]
    text: TextProp,
    /// Whether they may interrupt.
    #[prop(optional)]
    is_urgent: bool,
) -> impl IntoView {
    let politeness = if is_urgent { "assertive" } else { "polite" };
    view! { <div class="visually-hidden" aria-live=politeness aria-atomic="true">{move || text.get()}</div> }
        .into_any()
}

/// Grey lines where words will be.
#[component]
pub fn Skeleton(
    /// How many lines.
    #[prop(default = 3)]
    lines: usize,
    /// Further classes; `skeleton-block` is one tall area.
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

/// What stands where nothing is yet.
#[component]
pub fn EmptyState(
    /// An icon.
    glyph: Glyph,
    /// What is not there.
    #[prop(into)]
    title: TextProp,
    /// What one can do.
    #[prop(into)]
    text: TextProp,
    /// Whether it is all there is on the page: then its title is the page's.
    #[prop(optional)]
    is_page: bool,
    /// Buttons or links.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let words = move || title.get();
    let heading = if is_page {
        view! { <h1 class="empty-state-title">{words}</h1> }.into_any()
    } else {
        view! { <p class="empty-state-title">{words}</p> }.into_any()
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

/// Says what went wrong in the reader's language, with the reference for the log, and offers to try again.
#[component]
pub fn FaultNotice(
    /// What went wrong.
    fault: Fault,
    /// Tries again.
    #[prop(optional, into)]
    on_retry: Option<Callback<MouseEvent>>,
) -> impl IntoView {
    let locale = use_locale();
    let trace = fault.trace_id.clone().map(|trace| {
        let words = tr_with(keys::UI_TRACE, move || [("trace", trace.clone())]);
        view! { <p class="fault-trace">{words}</p> }
    });
    let retry = on_retry.map(|on_retry| {
        view! { <Button look=Look::Plain glyph=Glyph::RotateCcw on_press=on_retry>{tr(keys::UI_RETRY)}</Button> }
    });
    view! {
        <div class="fault" role="alert">
            <Icon glyph=Glyph::TriangleAlert/>
            <div class="fault-words">
                <p>{move || penny_words::fault(locale.get(), &fault)}</p>
                {trace}
            </div>
            {retry}
        </div>
    }
    .into_any()
}
