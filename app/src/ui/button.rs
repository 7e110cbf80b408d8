use super::{Glyph, Icon, small::key_names};
use crate::state::use_locale;
use leptos::{ev::MouseEvent, prelude::*, text_prop::TextProp};

/// How a button looks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Look {
    /// The one thing to do here.
    Primary,
    /// Something one may do.
    #[default]
    Plain,
    /// As plain as text until one points at it.
    Quiet,
    /// Something that cannot be taken back.
    Danger,
    /// Like a link.
    Link,
}

impl Look {
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

/// A button with words.
#[component]
pub fn Button(
    /// How it looks.
    #[prop(optional)]
    look: Look,
    /// An icon before the words.
    #[prop(optional, into)]
    glyph: Option<Glyph>,
    /// Further classes.
    #[prop(optional)]
    class: &'static str,
    /// Whether it sends the form it stands in.
    #[prop(optional)]
    submits: bool,
    /// Whether it cannot be used now.
    #[prop(optional, into)]
    is_disabled: Signal<bool>,
    /// What it does.
    #[prop(optional, into)]
    on_press: Option<Callback<MouseEvent>>,
    /// The words.
    children: Children,
) -> impl IntoView {
    view! {
        <button
            class=format!("{} {class}", look.class())
            r#type=if submits { "submit" } else { "button" }
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

/// A button that is an icon. Its label is read aloud and shown as a tip.
#[component]
pub fn IconButton(
    /// The icon.
    #[prop(into)]
    glyph: Signal<Glyph>,
    /// What it does, in a few words.
    #[prop(into)]
    label: TextProp,
    /// The keys that do the same, for the tip.
    #[prop(optional)]
    keys: &'static str,
    /// Further classes.
    #[prop(optional)]
    class: &'static str,
    /// For a switch: whether it is on.
    #[prop(optional, into)]
    is_pressed: Option<Signal<bool>>,
    /// For what opens something: whether that is open.
    #[prop(optional, into)]
    is_expanded: Option<Signal<bool>>,
    /// Whether it cannot be used now.
    #[prop(optional, into)]
    is_disabled: Signal<bool>,
    /// What it does.
    #[prop(into)]
    on_press: Callback<MouseEvent>,
) -> impl IntoView {
    let name = label.clone();
    let locale = use_locale();
    let tip = move || {
        let label = label.get();
        match keys {
            "" => label.into_owned(),
            keys => format!("{label} ({})", key_names(locale.get(), keys)),
        }
    };
    let word = |flag: bool| if flag { "true" } else { "false" };
    view! {
        <button
            class=format!("icon-button {class}")
            r#type="button"
            aria-label=move || name.get()
            aria-pressed=move || is_pressed.map(|is_pressed| word(is_pressed.get()))
            aria-expanded=move || is_expanded.map(|is_expanded| word(is_expanded.get()))
            data-tip=tip
            disabled=move || is_disabled.get()
            on:click=move |event| on_press.run(event)
        >
            <Icon glyph=glyph/>
        </button>
    }
    .into_any()
}
