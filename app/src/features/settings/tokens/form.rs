//! The dialog that creates a token and shows its secret once.

use super::state::{LIFETIME_OPTIONS_DAYS, SCOPES, TokenDraft};
use crate::{
    api::{TokenWithSecret, use_api},
    state::{tr, tr_with, use_locale, use_toasts},
    ui::{Button, ButtonVariant, Dialog, Glyph, TextField, clipboard},
};
use leptos::{prelude::*, task::spawn_local};
use penny_i18n::keys;
use penny_types::Fault;

/// Dialog with the form of a new token, then with its secret.
#[component]
pub(super) fn NewTokenDialog(
    is_open: RwSignal<bool>,
    /// Called after a token was created.
    on_created: Callback<()>,
) -> impl IntoView {
    let created = RwSignal::new(None::<TokenWithSecret>);
    Effect::new(move |_| {
        if !is_open.get() {
            // Closing the dialog discards the secret.
            created.set(None);
        }
    });
    let title = move || match created.with(Option::is_some) {
        true => keys::UI_TOKEN_SECRET,
        false => keys::UI_TOKEN_NEW,
    };
    let locale = use_locale();
    view! {
        <Dialog is_open title=move || penny_i18n::text(locale.get(), title(), &[])>
            {move || match created.get() {
                Some(token) => view! { <TokenSecret token is_open/> }.into_any(),
                None => view! { <NewTokenForm is_open created on_created/> }.into_any(),
            }}
        </Dialog>
    }
    .into_any()
}

#[component]
fn NewTokenForm(
    is_open: RwSignal<bool>,
    created: RwSignal<Option<TokenWithSecret>>,
    on_created: Callback<()>,
) -> impl IntoView {
    let api = StoredValue::new(use_api());
    let locale = use_locale();
    let name = RwSignal::new(String::new());
    let draft = RwSignal::new(TokenDraft::default());
    let is_busy = RwSignal::new(false);
    let fault = RwSignal::new(None::<Fault>);
    let error = Signal::derive(move || {
        let fault = fault.get()?;
        let field = fault.fields.first().map(|field| penny_i18n::field_fault(locale.get(), field));
        Some(field.unwrap_or_else(|| penny_i18n::fault(locale.get(), &fault)))
    });
    let submit = move || {
        let Some(input) = draft.with_untracked(|draft| draft.to_input(&name.read_untracked())) else {
            return;
        };
        let api = api.get_value();
        is_busy.set(true);
        spawn_local(async move {
            let result = api.create_token(&input).await;
            let _ = is_busy.try_set(false);
            match result {
                Ok(token) => {
                    let _ = on_created.try_run(());
                    let _ = created.try_set(Some(token));
                }
                Err(error) => drop(fault.try_set(Some(error))),
            }
        });
    };
    let is_disabled = Signal::derive(move || is_busy.get() || name.with(|name| name.trim().is_empty()));
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
            submit();
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
                    on:change=move |event| draft.update(|draft| draft.set_days(&event_target_value(&event)))
                >
                    {LIFETIME_OPTIONS_DAYS.iter().map(|days| lifetime_option(*days)).collect_view()}
                </select>
            </div>
            <div class="dialog-actions">
                <Button variant=ButtonVariant::Quiet on_press=move |_| is_open.set(false)>{tr(keys::UI_CANCEL)}</Button>
                <Button variant=ButtonVariant::Primary is_submit=true is_disabled>{tr(keys::UI_TOKEN_CREATE)}</Button>
            </div>
        </form>
    }
    .into_any()
}

fn lifetime_option(days: Option<u32>) -> impl IntoView {
    let value = days.map(|days| days.to_string()).unwrap_or_default();
    let label = match days {
        None => tr(keys::UI_TOKEN_EXPIRY_NEVER).into_any(),
        Some(365) => tr(keys::UI_TOKEN_EXPIRY_YEAR).into_any(),
        Some(days) => tr_with(keys::UI_TOKEN_EXPIRY_DAYS, move || [("count", days.to_string())]).into_any(),
    };
    view! { <option value=value>{label}</option> }
}

/// The secret of a new token with a copy button.
#[component]
fn TokenSecret(token: TokenWithSecret, is_open: RwSignal<bool>) -> impl IntoView {
    let (locale, toasts) = (use_locale(), use_toasts());
    let TokenWithSecret { secret, .. } = token;
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
                <Button variant=ButtonVariant::Primary on_press=move |_| is_open.set(false)>{tr(keys::UI_TOKEN_DONE)}</Button>
            </div>
        </div>
    }
    .into_any()
}
