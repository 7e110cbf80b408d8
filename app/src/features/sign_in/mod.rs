//! Sign-in pages: password, identity providers, one-time links.

use crate::{
    page_context::SignInMethods,
    routes::table::{SIGN_IN, SIGN_IN_LINK},
    state::{tr, tr_with, use_brand, use_locale, use_preferences},
    ui::{Button, ButtonVariant, Glyph, Icon, IconButton, PageTitle, Skeleton, TextField},
};
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};
use penny_i18n::keys;
use penny_types::{Locale, tenants::BrandView};

/// Returns the message key of the query parameter `error`.
fn error_key(code: &str) -> &'static str {
    match code {
        "credentials" => keys::UI_SIGN_IN_ERROR_CREDENTIALS,
        "rate_limited" => keys::UI_SIGN_IN_ERROR_RATE,
        "link" => keys::UI_SIGN_IN_ERROR_LINK,
        "provider" => keys::UI_SIGN_IN_ERROR_PROVIDER,
        "unknown_user" => keys::UI_SIGN_IN_ERROR_UNKNOWN_USER,
        "expired" => keys::UI_SIGN_IN_ERROR_EXPIRED,
        "disabled" => keys::UI_SIGN_IN_ERROR_DISABLED,
        _ => keys::UI_SIGN_IN_ERROR_OTHER,
    }
}

/// Returns the path to go to after signing in. Anything but a path on this host is ignored.
fn next_path(requested: Option<String>) -> String {
    requested
        .filter(|path| path.starts_with('/') && !path.starts_with("//") && !path.contains('\\'))
        .unwrap_or_default()
}

/// Percent-encodes a path for a query value (RFC 3986, 2.1).
pub(crate) fn encode_query_path(path: &str) -> String {
    let mut encoded = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'_' | b'.' | b'~') {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

/// The sign-in page.
#[component]
pub(crate) fn SignInPage() -> impl IntoView {
    let brand = use_brand();
    let methods = use_context::<SignInMethods>().unwrap_or_default();
    let query = use_query_map();
    let next = next_path(query.with_untracked(|query| query.get("next")));
    let locale = use_locale();
    let error = move || {
        query
            .with(|query| query.get("error"))
            .map(|code| penny_i18n::text(locale.get(), error_key(&code), &[]))
    };
    let notice = move || {
        let is_signed_out = query.with(|query| query.get("done").is_some_and(|value| value == "signed_out"));
        is_signed_out.then(|| penny_i18n::text(locale.get(), keys::UI_SIGN_IN_SIGNED_OUT, &[]))
    };
    let product = brand.product_name.clone();
    let title = tr_with(keys::UI_SIGN_IN_TITLE, move || [("product", product.clone())]);
    let has_none = !methods.password && methods.providers.is_empty();
    let has_both = methods.password && !methods.providers.is_empty();
    let password = methods.password.then({
        let next = next.clone();
        || view! { <PasswordForm next=next/> }
    });
    view! {
        <PageTitle text=tr(SIGN_IN.title_key())/>
        <SignInFrame brand=brand>
            <h1>{title}</h1>
            <p class="lead">{tr(keys::UI_SIGN_IN_INTRO)}</p>
            {move || error().map(alert)}
            {move || notice().map(|text| view! { <p class="notice" role="status">{text}</p> })}
            {password}
            {has_both.then(|| view! { <p class="or"><span>{tr(keys::UI_SIGN_IN_OR)}</span></p> })}
            {providers(methods, &next)}
            {has_none.then(|| view! { <p class="notice">{tr(keys::UI_SIGN_IN_NO_METHOD)}</p> })}
        </SignInFrame>
    }
    .into_any()
}

fn alert(text: String) -> AnyView {
    view! {
        <div class="fault" role="alert">
            <Icon glyph=Glyph::TriangleAlert/>
            <div class="fault-words"><p>{text}</p></div>
        </div>
    }
    .into_any()
}

#[component]
fn PasswordForm(next: String) -> impl IntoView {
    let is_shown = RwSignal::new(false);
    let locale = use_locale();
    let kind = Signal::derive(move || if is_shown.get() { "text" } else { "password" });
    let glyph = Signal::derive(move || if is_shown.get() { Glyph::EyeOff } else { Glyph::Eye });
    let label = move || {
        let key =
            if is_shown.get() { keys::UI_SIGN_IN_HIDE_PASSWORD } else { keys::UI_SIGN_IN_SHOW_PASSWORD };
        penny_i18n::text(locale.get(), key, &[])
    };
    view! {
        <form method="post" action="/auth/password" class="sign-in-form">
            <input r#type="hidden" name="next" value=next/>
            <TextField
                id="email"
                name="email"
                label=tr(keys::UI_SIGN_IN_EMAIL)
                kind="email"
                autocomplete="username"
                is_required=true
                autofocus=true
            />
            <div class="password">
                <TextField
                    id="password"
                    name="password"
                    label=tr(keys::UI_SIGN_IN_PASSWORD)
                    kind=kind
                    autocomplete="current-password"
                    is_required=true
                />
                <IconButton glyph=glyph label=label on_press=move |_| is_shown.update(|shown| *shown = !*shown)/>
            </div>
            <Button variant=ButtonVariant::Primary is_submit=true>{tr(keys::UI_SIGN_IN)}</Button>
        </form>
    }
    .into_any()
}

fn providers(methods: SignInMethods, next: &str) -> AnyView {
    methods
        .providers
        .into_iter()
        .map(|provider| {
            let name = provider.name;
            let label = tr_with(keys::UI_SIGN_IN_WITH, move || [("provider", name.clone())]);
            let path = format!("/auth/oidc/{}/start", provider.slug);
            let path = if next.is_empty() { path } else { format!("{path}?next={}", encode_query_path(next)) };
            // `rel="external"`: the router must not handle this link.
            view! { <a class="button button-wide" href=path rel="external"><Icon glyph=Glyph::ShieldCheck/>{label}</a> }
        })
        .collect_view()
        .into_any()
}

/// Asks for confirmation before a one-time link is used, because mail scanners open links.
#[component]
pub(crate) fn LinkPage() -> impl IntoView {
    let secret = use_params_map().with_untracked(|params| params.get("secret")).unwrap_or_default();
    view! {
        <PageTitle text=tr(SIGN_IN_LINK.title_key())/>
        <SignInFrame brand=use_brand()>
            <h1>{tr(keys::UI_LINK_TITLE)}</h1>
            <p class="lead">{tr(keys::UI_LINK_TEXT)}</p>
            <form method="post" action=format!("/auth/link/{secret}") class="sign-in-form">
                <Button variant=ButtonVariant::Primary is_submit=true>{tr(keys::UI_LINK_CONTINUE)}</Button>
            </form>
        </SignInFrame>
    }
    .into_any()
}

/// The frame of the pages for anonymous users, with the language selection.
#[component]
fn SignInFrame(brand: BrandView, children: Children) -> impl IntoView {
    let preferences = use_preferences();
    let languages = Locale::ALL
        .iter()
        .map(|locale| {
            let locale = *locale;
            let is_current = move || if preferences.locale.get() == locale { Some("true") } else { None };
            view! {
                <button
                    class="door-language"
                    r#type="button"
                    lang=locale.as_str()
                    aria-current=is_current
                    on:click=move |_| preferences.set_locale(locale)
                >
                    {penny_i18n::text(locale, crate::features::settings::locale_key(locale), &[])}
                </button>
            }
        })
        .collect_view();
    view! {
        <main class="door" id="main" tabindex="-1">
            <div class="door-card">
                <BrandMark brand=brand/>
                {children()}
            </div>
            <div class="door-foot">{languages}</div>
        </main>
    }
    .into_any()
}

/// The sign-in page while its code is loading.
#[component]
pub(crate) fn SignInSkeleton() -> impl IntoView {
    view! {
        <main class="door" id="main" tabindex="-1">
            <div class="door-card"><BrandMark brand=use_brand()/><Skeleton lines=5/></div>
        </main>
    }
    .into_any()
}

/// The tenant's logo, or its product name.
#[component]
pub(crate) fn BrandMark(brand: BrandView) -> impl IntoView {
    match brand.logo_url {
        Some(address) => view! { <img class="brand-logo" src=address alt=brand.product_name/> }.into_any(),
        None => {
            let initial = brand.product_name.chars().next().unwrap_or('P').to_string();
            view! {
                <span class="brand-mark">
                    <span class="brand-initial" aria-hidden="true">{initial}</span>
                    <span class="brand-name">{brand.product_name}</span>
                </span>
            }
            .into_any()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_encoded_as_one_query_value() {
        assert_eq!(encode_query_path("/d/health?period=MTD&id=ñ"), "/d/health%3Fperiod%3DMTD%26id%3D%C3%B1");
    }

    #[test]
    fn only_paths_on_this_host_are_followed_after_signing_in() {
        for (requested, expected) in [
            (Some("/c/x"), "/c/x"),
            (Some("//evil.example"), ""),
            (Some("/\\evil.example"), ""),
            (Some("https://evil.example"), ""),
            (None, ""),
        ] {
            assert_eq!(next_path(requested.map(str::to_owned)), expected, "{requested:?}");
        }
    }
}
