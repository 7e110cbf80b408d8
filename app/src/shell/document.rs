//! The HTML document, rendered on the server; hydration covers only the body.

use crate::{
    App,
    page_context::{BOOTSTRAP_ELEMENT, BootstrapData, PageContext, PaneLayout, SiteAssets},
};
use leptos::{nonce::use_nonce, prelude::*};
use leptos_meta::MetaTags;
use penny_i18n::keys;
use penny_types::{Locale, tenants::BrandView};

/// Renders the HTML document. The crate documentation lists the contexts it uses.
#[must_use]
pub fn shell() -> impl IntoView {
    let context = use_context::<PageContext>().unwrap_or_default();
    let assets = use_context::<SiteAssets>().unwrap_or_default();
    let nonce = use_nonce();
    let (language, scheme) = (context.locale, context.color_scheme.as_str());
    let brand_css = brand_css(&context.brand, context.panes);
    let hydration_script = hydration_script(&assets);
    let bootstrap_json = bootstrap_json(context, &assets);
    let preloads = assets
        .preload
        .into_iter()
        .map(|address| view! { <link rel="modulepreload" href=address/> })
        .collect_view();
    let fonts = assets
        .fonts
        .into_iter()
        .map(|address| view! { <link rel="preload" href=address r#as="font" r#type="font/woff2" crossorigin="anonymous"/> })
        .collect_view();
    view! {
        <!DOCTYPE html>
        <html lang=language.as_str() data-theme=scheme>
            <head>
                <meta charset="utf-8"/>
                <meta
                    name="viewport"
                    content="width=device-width, initial-scale=1, viewport-fit=cover, interactive-widget=resizes-content"
                />
                <meta name="referrer" content="same-origin"/>
                <link rel="icon" href="/static/icon.svg" r#type="image/svg+xml"/>
                <link rel="stylesheet" href=assets.css/>
                <style nonce=nonce.clone() inner_html=brand_css></style>
                <link rel="modulepreload" href=assets.js/>
                <link rel="preload" href=assets.wasm r#as="fetch" r#type="application/wasm" crossorigin="anonymous"/>
                {fonts}
                {preloads}
                <script id=BOOTSTRAP_ELEMENT r#type="application/json" nonce=nonce.clone() inner_html=bootstrap_json></script>
                <script r#type="module" nonce=nonce inner_html=hydration_script></script>
                <MetaTags/>
            </head>
            <body>
                <App/>
                {not_interactive_notice(language)}
            </body>
        </html>
    }
}

/// Renders the notice that the page is not interactive: shown at once without scripts, and after a delay while the
/// page is not hydrated. It is shown and hidden by the style sheet alone.
fn not_interactive_notice(locale: Locale) -> impl IntoView {
    let text = |key| penny_i18n::text(locale, key, &[]);
    view! {
        <noscript><p class="asleep">{text(keys::UI_NEEDS_SCRIPT)}</p></noscript>
        <p class="asleep asleep-late" role="status">
            {text(keys::UI_ASLEEP)} " " <a href="">{text(keys::UI_LOAD_AGAIN)}</a>
        </p>
    }
}

/// Serializes the [`BootstrapData`]. `<` is escaped, so that no value can close the script element.
fn bootstrap_json(context: PageContext, assets: &SiteAssets) -> String {
    let data = BootstrapData { context, modules: assets.modules.clone() };
    serde_json::to_string(&data).unwrap_or_default().replace('<', "\\u003c")
}

/// Returns the script that loads and hydrates the page.
fn hydration_script(assets: &SiteAssets) -> String {
    let quoted = |text: &str| serde_json::to_string(text).unwrap_or_default().replace('<', "\\u003c");
    format!(
        "import start,{{hydrate}} from {};start({{module_or_path:{}}}).then(()=>hydrate());",
        quoted(&assets.js),
        quoted(&assets.wasm)
    )
}

/// Returns the brand and the pane sizes as CSS variables.
fn brand_css(brand: &BrandView, panes: PaneLayout) -> String {
    let mut css = String::from(":root{");
    for (name, colour) in [("brand", &brand.accent), ("on-brand", &brand.on_accent)] {
        if is_colour(colour) {
            css.push_str(&format!("--{name}:{colour};"));
        }
    }
    if let Some(fonts) = brand.font_family.as_deref().filter(|fonts| is_font_list(fonts)) {
        css.push_str(&format!("--brand-font:{fonts};"));
    }
    css.push_str(&format!(
        "--radius:{}px;--left-width:{}px;--right-width:{}px}}",
        brand.radius_px.min(24),
        panes.left_width_px,
        panes.right_width_px
    ));
    css
}

/// Returns whether a text is `#rrggbb`. Brand values are validated before they are written as CSS.
fn is_colour(text: &str) -> bool {
    text.strip_prefix('#')
        .is_some_and(|digits| digits.len() == 6 && digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
}

fn is_font_list(text: &str) -> bool {
    text.chars().all(|character| {
        character.is_alphanumeric() || matches!(character, ' ' | ',' | '-' | '_' | '"' | '\'')
    }) && text.matches('"').count().is_multiple_of(2)
        && text.matches('\'').count().is_multiple_of(2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page_context::default_brand;

    #[test]
    fn a_brand_cannot_inject_css() {
        let brand = BrandView {
            accent: "red;}</style><script>".to_owned(),
            font_family: Some("x;}body{display:none".to_owned()),
            ..default_brand()
        };
        let css = brand_css(&brand, PaneLayout::default());
        assert_eq!(css, ":root{--on-brand:#ffffff;--radius:8px;--left-width:272px;--right-width:440px}");
    }

    #[test]
    fn bootstrap_data_cannot_close_its_element() {
        let brand = BrandView { product_name: "</script><b>".to_owned(), ..default_brand() };
        let context = PageContext { brand, ..PageContext::default() };
        assert!(!bootstrap_json(context, &SiteAssets::default()).contains('<'));
    }
}
