//! Personal access tokens: which there are, making one, ending one.

mod form;
mod state;

use crate::{
    api::use_api,
    state::{say_with, tr, tr_with, use_brand, use_clock, use_locale, use_toasts},
    ui::{Button, Dialog, FaultNotice, Glyph, Look, Skeleton},
};
use form::NewToken;
use leptos::{prelude::*, task::spawn_local};
use penny_types::{Fault, people::TokenView};
use penny_words::keys;

/// The tokens of the signed-in person.
#[component]
pub(super) fn Tokens() -> impl IntoView {
    let api = use_api();
    let tokens = Resource::new(
        || (),
        move |()| {
            let api = api.clone();
            async move { api.tokens().await }
        },
    );
    let is_making = RwSignal::new(false);
    let doomed = Doomed { token: RwSignal::new(None), is_asked: RwSignal::new(false) };
    let product = use_brand().product_name;
    let intro = tr_with(keys::UI_TOKENS_INTRO, move || [("product", product.clone())]);
    let refetch = Callback::new(move |()| tokens.refetch());
    view! {
        <section class="settings-group" aria-labelledby="settings-tokens">
            <h2 id="settings-tokens">{tr(keys::UI_TOKENS)}</h2>
            <p class="field-hint">{intro}</p>
            <Transition fallback=|| view! { <Skeleton lines=2/> }>
                {move || Suspend::new(async move { list(tokens.await, doomed, refetch) })}
            </Transition>
            <div>
                <Button glyph=Glyph::Plus on_press=move |_| is_making.set(true)>{tr(keys::UI_TOKEN_NEW)}</Button>
            </div>
            <NewToken is_open=is_making on_made=refetch/>
            <Revocation doomed on_revoked=refetch/>
        </section>
    }
    .into_any()
}

fn list(tokens: Result<Vec<TokenView>, Fault>, doomed: Doomed, refetch: Callback<()>) -> AnyView {
    match tokens {
        Ok(tokens) if tokens.is_empty() => {
            view! { <p class="tokens-none">{tr(keys::UI_TOKENS_NONE)}</p> }.into_any()
        }
        Ok(tokens) => {
            let rows = tokens.into_iter().map(|token| row(token, doomed)).collect_view();
            view! { <ul class="tokens">{rows}</ul> }.into_any()
        }
        Err(fault) => {
            view! { <FaultNotice fault on_retry=Callback::new(move |_| refetch.run(()))/> }.into_any()
        }
    }
}

fn row(token: TokenView, doomed: Doomed) -> impl IntoView {
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
    let dated = move |key, at| tr_with(key, move || [("when", clock.full(locale.get(), at))]);
    let expiry = match token.expires_at {
        None => tr(keys::UI_TOKEN_FOREVER).into_any(),
        Some(at) if at <= clock.now() => dated(keys::UI_TOKEN_EXPIRED, at).into_any(),
        Some(at) => dated(keys::UI_TOKEN_EXPIRES, at).into_any(),
    };
    let used = match token.last_used_at {
        Some(at) => dated(keys::UI_TOKEN_USED, at).into_any(),
        None => tr(keys::UI_TOKEN_UNUSED).into_any(),
    };
    let name = token.name.clone();
    let revoke = tr_with(keys::UI_TOKEN_REVOKE_NAMED, move || [("name", name.clone())]);
    let shown = token.name.clone();
    let created = dated(keys::UI_TOKEN_CREATED, token.created_at);
    view! {
        <li class="token">
            <div class="token-about">
                <p class="token-name" dir="auto">{shown}</p>
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
                on:click=move |_| doomed.ask(token.clone())
            >
                {tr(keys::UI_TOKEN_REVOKE)}
            </button>
        </li>
    }
}

/// The token that is asked about.
#[derive(Clone, Copy)]
struct Doomed {
    token: RwSignal<Option<TokenView>>,
    is_asked: RwSignal<bool>,
}

impl Doomed {
    fn ask(self, token: TokenView) {
        self.token.set(Some(token));
        self.is_asked.set(true);
    }
}

/// Asks before a token is ended.
#[component]
fn Revocation(doomed: Doomed, on_revoked: Callback<()>) -> impl IntoView {
    let (locale, toasts) = (use_locale(), use_toasts());
    let api = StoredValue::new(use_api());
    let is_open = doomed.is_asked;
    let named =
        move || doomed.token.with(|token| token.as_ref().map(|token| token.name.clone()).unwrap_or_default());
    let revoke = move |_| {
        let Some(token) = doomed.token.get_untracked() else { return };
        let api = api.get_value();
        is_open.set(false);
        spawn_local(async move {
            match api.revoke_token(token.id).await {
                Ok(_) => {
                    toasts.good(say_with(locale, keys::UI_TOKEN_REVOKED, [("name", token.name)]));
                    let _ = on_revoked.try_run(());
                }
                Err(fault) => toasts.fault(&fault),
            }
        });
    };
    view! {
        <Dialog is_open title=tr_with(keys::UI_TOKEN_REVOKE_NAMED, move || [("name", named())])>
            <div class="dialog-content">
                <p>{tr_with(keys::UI_TOKEN_REVOKE_TEXT, move || [("name", named())])}</p>
                <div class="dialog-actions">
                    <Button look=Look::Quiet on_press=move |_| is_open.set(false)>{tr(keys::UI_CANCEL)}</Button>
                    <Button look=Look::Danger on_press=revoke>{tr(keys::UI_TOKEN_REVOKE)}</Button>
                </div>
            </div>
        </Dialog>
    }
    .into_any()
}
