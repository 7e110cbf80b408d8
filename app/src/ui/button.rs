use super::{Glyph, Icon, primitives::key_names};
use crate::state::use_locale;
use leptos::{ev::MouseEvent, prelude::*, text_prop::TextProp};

/// Visual style of a button.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ButtonVariant {
    /// The main action of a form or dialog.
    Primary,
    #[default]
    Plain,
    /// Without border and background until it is hovered.
    Quiet,
    /// A destructive action.
    Danger,
    Link,
}

impl ButtonVariant {
    const fn class(self) -> &'static str {
        match self {
            Self::Primary => "button button-primary",
            Self::Plain => "button",
            Self::Quiet => "button button-quiet",
            Self::Danger => "button button-danger",
            Self::Link => "button button-link",
        }
    }
}

/// A button with a text.
#[component]
pub fn Button(
    #[prop(optional)] variant: ButtonVariant,
    /// An icon before the text.
    #[prop(optional, into)]
    glyph: Option<Glyph>,
    /// Additional CSS classes.
    #[prop(optional)]
    class: &'static str,
    /// Whether it submits its form.
    #[prop(optional)]
    is_submit: bool,
    #[prop(optional, into)] is_disabled: Signal<bool>,
    #[prop(optional, into)] on_press: Option<Callback<MouseEvent>>,
    children: Children,
) -> impl IntoView {
    view! {
        <button
            class=format!("{} {class}", variant.class())
            r#type=if is_submit { "submit" } else { "button" }
            disabled=move || is_disabled.get()
            on:click=move |event| {
                if let Some(on_press) = on_press {
                    on_press.run(event);
                }
            }
        >
            {glyph.map(|glyph| view! { <Icon glyph=glyph/> })}
            {children()}
        </button>
    }
    .into_any()
}

/// A button with an icon only. The label is its accessible name and its tooltip.
#[component]
pub fn IconButton(
    #[prop(into)] glyph: Signal<Glyph>,
    #[prop(into)] label: TextProp,
    /// The keyboard shortcut shown in the tooltip.
    #[prop(optional)]
    keys: &'static str,
    /// Additional CSS classes.
    #[prop(optional)]
    class: &'static str,
    /// State of a toggle button.
    #[prop(optional, into)]
    is_pressed: Option<Signal<bool>>,
    /// State of a button that opens a menu or panel.
    #[prop(optional, into)]
    is_expanded: Option<Signal<bool>>,
    #[prop(optional, into)] is_disabled: Signal<bool>,
    #[prop(into)] on_press: Callback<MouseEvent>,
) -> impl IntoView {
    let name = label.clone();
    let locale = use_locale();
    let tooltip = move || {
        let label = label.get();
        match keys {
            "" => label.into_owned(),
            keys => format!("{label} ({})", key_names(locale.get(), keys)),
        }
    };
    let as_text = |flag: bool| if flag { "true" } else { "false" };
    view! {
        <button
            class=format!("icon-button {class}")
            r#type="button"
            aria-label=move || name.get()
            aria-pressed=move || is_pressed.map(|is_pressed| as_text(is_pressed.get()))
            aria-expanded=move || is_expanded.map(|is_expanded| as_text(is_expanded.get()))
            data-tip=tooltip
            disabled=move || is_disabled.get()
            on:click=move |event| on_press.run(event)
        >
            <Icon glyph=glyph/>
        </button>
    }
    .into_any()
}
