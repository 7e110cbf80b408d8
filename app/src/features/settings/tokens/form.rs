//! Making a token. Its secret is shown once, where it was asked for.

use super::state::{Draft, LIFETIMES, SCOPES};
use crate::{
    api::{FreshToken, use_api},
    state::{tr, tr_with, use_locale, use_toasts},
    ui::{Button, Dialog, Glyph, Look, TextField, clipboard},
};
use leptos::{prelude::*, task::spawn_local};
use penny_types::Fault;
use penny_words::keys;

/// Asks what the token is for, makes it and shows its secret.
#[component]
pub(super) fn NewToken(
    /// Whether it is asked.
    is_open: RwSignal<bool>,
    /// Told when there is a new one.
    on_made: Callback<()>,
) -> impl IntoView {
    let fresh = RwSignal::new(None::<FreshToken>);
    Effect::new(move |_| {
        if !is_open.get() {
            // The secret goes with the window that showed it.
            fresh.set(None);
        }
    });
    let title = move || match fresh.with(Option::is_some) {
        true => keys::UI_TOKEN_SECRET,
        false => keys::UI_TOKEN_NEW,
    };
    let locale = use_locale();
    view! {
        <Dialog is_open title=move || penny_words::text(locale.get(), title(), &[])>
            {move || match fresh.get() {
                Some(made) => view! { <Secret made is_open/> }.into_any(),
                None => view! { <Form is_open fresh on_made/> }.into_any(),
            }}
        </Dialog>
    }
    .into_any()
}

#[component]
fn Form(
    is_open: RwSignal<bool>,
    fresh: RwSignal<Option<FreshToken>>,
    on_made: Callback<()>,
) -> impl IntoView {
    let api = StoredValue::new(use_api());
    let locale = use_locale();
    let name = RwSignal::new(String::new());
    let draft = RwSignal::new(Draft::default());
    let is_busy = RwSignal::new(false);
    let trouble = RwSignal::new(None::<Fault>);
    let error = Signal::derive(move || {
        let trouble = trouble.get()?;
        let field = trouble.fields.first().map(|field| penny_words::field_fault(locale.get(), field));
        Some(field.unwrap_or_else(|| penny_words::fault(locale.get(), &trouble)))
    });
    let make = move || {
        let Some(wish) = draft.with_untracked(|draft| draft.wish(&name.read_untracked())) else { return };
        let api = api.get_value();
        is_busy.set(true);
        spawn_local(async move {
            let answer = api.create_token(&wish).await;
            let _ = is_busy.try_set(false);
            match answer {
                Ok(made) => {
                    let _ = on_made.try_run(());
                    let _ = fresh.try_set(Some(made));
                }
                Err(fault) => drop(trouble.try_set(Some(fault))),
            }
        });
    };
    let cannot = Signal::derive(move || is_busy.get() || name.with(|name| name.trim().is_empty()));
    let scopes = SCOPES
        .iter()
        .map(|(scope, key)| {
            view! {
                <label class="choice">
                    <input r#type="checkbox" value=*scope on:change=move |_| draft.update(|draft| draft.toggle(scope))/>
                    <span>{tr(key)}</span>
                </label>
            }
        })
        .collect_view();
    view! {
        <form class="dialog-content" on:submit=move |event| {
            event.prevent_default();
            make();
        }>
            <TextField
                id="token-name"
                label=tr(keys::UI_TOKEN_NAME)
                hint=tr(keys::UI_TOKEN_NAME_HINT)
                value=name
                error
                autofocus=true
            />
            <fieldset class="setting">
                <legend>{tr(keys::UI_TOKEN_SCOPES)}</legend>
                <p class="field-hint">{tr(keys::UI_TOKEN_SCOPES_HINT)}</p>
                <div class="choices">{scopes}</div>
            </fieldset>
            <div class="field">
                <label class="field-label" for="token-expiry">{tr(keys::UI_TOKEN_EXPIRY)}</label>
                <select
                    class="input select"
                    id="token-expiry"
                    on:change=move |event| draft.update(|draft| draft.take_days(&event_target_value(&event)))
                >
                    {LIFETIMES.iter().map(|days| lifetime(*days)).collect_view()}
                </select>
            </div>
            <div class="dialog-actions">
                <Button look=Look::Quiet on_press=move |_| is_open.set(false)>{tr(keys::UI_CANCEL)}</Button>
                <Button look=Look::Primary submits=true is_disabled=cannot>{tr(keys::UI_TOKEN_CREATE)}</Button>
            </div>
        </form>
    }
    .into_any()
}

fn lifetime(days: Option<u32>) -> impl IntoView {
    let value = days.map(|days| days.to_string()).unwrap_or_default();
    let words = match days {
        None => tr(keys::UI_TOKEN_EXPIRY_NEVER).into_any(),
        Some(365) => tr(keys::UI_TOKEN_EXPIRY_YEAR).into_any(),
        Some(days) => tr_with(keys::UI_TOKEN_EXPIRY_DAYS, move || [("count", days.to_string())]).into_any(),
    };
    view! { <option value=value>{words}</option> }
}

/// The secret, this once.
#[component]
fn Secret(made: FreshToken, is_open: RwSignal<bool>) -> impl IntoView {
    let (locale, toasts) = (use_locale(), use_toasts());
    let FreshToken { secret, .. } = made;
    let copied = secret.clone();
    let select = |event: web_sys::FocusEvent| event_target::<web_sys::HtmlInputElement>(&event).select();
    view! {
        <div class="dialog-content">
            <div class="field">
                <label class="field-label" for="token-secret">{tr(keys::UI_TOKEN_SECRET_HINT)}</label>
                <div class="token-secret">
                    <input
                        class="input"
                        id="token-secret"
                        readonly=true
                        spellcheck="false"
                        autocomplete="off"
                        value=secret
                        on:focus=select
                    />
                    <Button glyph=Glyph::Copy on_press=move |_| clipboard::copy(copied.clone(), locale, toasts)>
                        {tr(keys::UI_COPY)}
                    </Button>
                </div>
            </div>
            <div class="dialog-actions">
                <Button look=Look::Primary on_press=move |_| is_open.set(false)>{tr(keys::UI_TOKEN_DONE)}</Button>
            </div>
        </div>
    }
    .into_any()
}
