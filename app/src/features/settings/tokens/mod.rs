//! Personal access tokens: list, creation and revocation.

mod form;
mod state;

use crate::{
    api::use_api,
    state::{tr, tr_with, tr_with_untracked, use_brand, use_clock, use_locale, use_toasts},
    ui::{Button, ButtonVariant, Dialog, FaultNotice, Glyph, Skeleton},
};
use form::NewTokenDialog;
use leptos::{prelude::*, task::spawn_local};
use penny_i18n::keys;
use penny_types::{Fault, people::TokenView};

/// The tokens of the signed-in user.
#[component]
pub(super) fn TokenSettings() -> impl IntoView {
    let api = use_api();
    let tokens = Resource::new(
        || (),
        move |()| {
            let api = api.clone();
            async move { api.tokens().await }
        },
    );
    let is_creating = RwSignal::new(false);
    let revoke_request = RevokeRequest { token: RwSignal::new(None), is_open: RwSignal::new(false) };
    let product = use_brand().product_name;
    let intro = tr_with(keys::UI_TOKENS_INTRO, move || [("product", product.clone())]);
    let refetch = Callback::new(move |()| tokens.refetch());
    view! {
        <section class="settings-group" aria-labelledby="settings-tokens">
            <h2 id="settings-tokens">{tr(keys::UI_TOKENS)}</h2>
            <p class="field-hint">{intro}</p>
            <Transition fallback=|| view! { <Skeleton lines=2/> }>
                {move || Suspend::new(async move { list(tokens.await, revoke_request, refetch) })}
            </Transition>
            <div>
                <Button glyph=Glyph::Plus on_press=move |_| is_creating.set(true)>{tr(keys::UI_TOKEN_NEW)}</Button>
            </div>
            <NewTokenDialog is_open=is_creating on_created=refetch/>
            <RevokeDialog revoke_request on_revoked=refetch/>
        </section>
    }
    .into_any()
}

fn list(
    tokens: Result<Vec<TokenView>, Fault>,
    revoke_request: RevokeRequest,
    refetch: Callback<()>,
) -> AnyView {
    match tokens {
        Ok(tokens) if tokens.is_empty() => {
            view! { <p class="tokens-none">{tr(keys::UI_TOKENS_NONE)}</p> }.into_any()
        }
        Ok(tokens) => {
            let rows = tokens.into_iter().map(|token| row(token, revoke_request)).collect_view();
            view! { <ul class="tokens">{rows}</ul> }.into_any()
        }
        Err(fault) => {
            view! { <FaultNotice fault on_retry=Callback::new(move |_| refetch.run(()))/> }.into_any()
        }
    }
}

fn row(token: TokenView, revoke_request: RevokeRequest) -> impl IntoView {
    let (clock, locale) = (use_clock(), use_locale());
    let scopes = match token.scopes.is_empty() {
        true => view! { <span class="badge">{tr(keys::UI_TOKEN_SCOPE_ALL)}</span> }.into_any(),
        false => {
            let scopes = token.scopes.iter().map(|scope| match state::scope_key(scope) {
                Some(key) => view! { <span class="badge">{tr(key)}</span> }.into_any(),
                None => view! { <span class="badge">{scope.clone()}</span> }.into_any(),
            });
            scopes.collect_view().into_any()
        }
    };
    let with_date = move |key, at| tr_with(key, move || [("when", clock.format_full(locale.get(), at))]);
    let expiry = match token.expires_at {
        None => tr(keys::UI_TOKEN_FOREVER).into_any(),
        Some(at) if at <= clock.now() => with_date(keys::UI_TOKEN_EXPIRED, at).into_any(),
        Some(at) => with_date(keys::UI_TOKEN_EXPIRES, at).into_any(),
    };
    let used = match token.last_used_at {
        Some(at) => with_date(keys::UI_TOKEN_USED, at).into_any(),
        None => tr(keys::UI_TOKEN_UNUSED).into_any(),
    };
    let name = token.name.clone();
    let revoke = tr_with(keys::UI_TOKEN_REVOKE_NAMED, move || [("name", name.clone())]);
    let token_name = token.name.clone();
    let created = with_date(keys::UI_TOKEN_CREATED, token.created_at);
    view! {
        <li class="token">
            <div class="token-about">
                <p class="token-name" dir="auto">{token_name}</p>
                <p class="token-scopes">{scopes}</p>
                <p class="token-facts">
                    <span>{created}</span>
                    <span>{expiry}</span>
                    <span>{used}</span>
                </p>
            </div>
            <button
                class="button button-danger"
                r#type="button"
                aria-label=revoke
                on:click=move |_| revoke_request.open(token.clone())
            >
                {tr(keys::UI_TOKEN_REVOKE)}
            </button>
        </li>
    }
}

/// The token to confirm the revocation of, and whether the dialog is open.
#[derive(Clone, Copy)]
struct RevokeRequest {
    token: RwSignal<Option<TokenView>>,
    is_open: RwSignal<bool>,
}

impl RevokeRequest {
    fn open(self, token: TokenView) {
        self.token.set(Some(token));
        self.is_open.set(true);
    }
}

/// Asks for confirmation before a token is revoked.
#[component]
fn RevokeDialog(revoke_request: RevokeRequest, on_revoked: Callback<()>) -> impl IntoView {
    let (locale, toasts) = (use_locale(), use_toasts());
    let api = StoredValue::new(use_api());
    let is_open = revoke_request.is_open;
    let token_name = move || {
        revoke_request.token.with(|token| token.as_ref().map(|token| token.name.clone()).unwrap_or_default())
    };
    let revoke = move |_| {
        let Some(token) = revoke_request.token.get_untracked() else { return };
        let api = api.get_value();
        is_open.set(false);
        spawn_local(async move {
            match api.revoke_token(token.id).await {
                Ok(_) => {
                    toasts.success(tr_with_untracked(locale, keys::UI_TOKEN_REVOKED, [("name", token.name)]));
                    let _ = on_revoked.try_run(());
                }
                Err(fault) => toasts.fault(&fault),
            }
        });
    };
    view! {
        <Dialog is_open title=tr_with(keys::UI_TOKEN_REVOKE_NAMED, move || [("name", token_name())])>
            <div class="dialog-content">
                <p>{tr_with(keys::UI_TOKEN_REVOKE_TEXT, move || [("name", token_name())])}</p>
                <div class="dialog-actions">
                    <Button variant=ButtonVariant::Quiet on_press=move |_| is_open.set(false)>{tr(keys::UI_CANCEL)}</Button>
                    <Button variant=ButtonVariant::Danger on_press=revoke>{tr(keys::UI_TOKEN_REVOKE)}</Button>
                </div>
            </div>
        </Dialog>
    }
    .into_any()
}
