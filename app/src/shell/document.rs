//! The HTML document around the page: rendered by the server, never touched by hydration.

use crate::{
    App,
    facts::{FACTS_ELEMENT, Handover, PaneLayout, RequestFacts, SiteAssets},
};
use leptos::{nonce::use_nonce, prelude::*};
use leptos_meta::MetaTags;
use penny_types::{Locale, tenants::BrandView};
use penny_words::keys;

/// Renders the whole document. See the crate's documentation for the contexts it reads.
#[must_use]
pub fn shell() -> impl IntoView {
    let facts = use_context::<RequestFacts>().unwrap_or_default();
    let assets = use_context::<SiteAssets>().unwrap_or_default();
    let nonce = use_nonce();
    let (language, scheme) = (facts.locale, facts.color_scheme.as_str());
    let look = look(&facts.brand, facts.panes);
    let boot = boot(&assets);
    let handover = handover(facts, &assets);
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
                <style nonce=nonce.clone() inner_html=look></style>
                <link rel="modulepreload" href=assets.js/>
                <link rel="preload" href=assets.wasm r#as="fetch" r#type="application/wasm" crossorigin="anonymous"/>
                {fonts}
                {preloads}
                <script id=FACTS_ELEMENT r#type="application/json" nonce=nonce.clone() inner_html=handover></script>
                <script r#type="module" nonce=nonce inner_html=boot></script>
                <MetaTags/>
            </head>
            <body>
                <App/>
                {asleep(language)}
            </body>
        </html>
    }
}

/// Says that the page is only a picture: at once where scripts are off, after a while where its code did not come
/// alive. The style sheet alone shows and hides it.
fn asleep(locale: Locale) -> impl IntoView {
    let say = |key| penny_words::text(locale, key, &[]);
    view! {
        <noscript><p class="asleep">{say(keys::UI_NEEDS_SCRIPT)}</p></noscript>
        <p class="asleep asleep-late" role="status">
            {say(keys::UI_ASLEEP)} " " <a href="">{say(keys::UI_LOAD_AGAIN)}</a>
        </p>
    }
}

/// Writes the facts for the browser. `<` is escaped: nothing in them can end the element.
fn handover(facts: RequestFacts, assets: &SiteAssets) -> String {
    let handover = Handover { facts, modules: assets.modules.clone() };
    serde_json::to_string(&handover).unwrap_or_default().replace('<', "\\u003c")
}

/// Writes the script that fetches the page's code and brings it to life.
fn boot(assets: &SiteAssets) -> String {
    let quoted = |text: &str| serde_json::to_string(text).unwrap_or_default().replace('<', "\\u003c");
    format!(
        "import start,{{hydrate}} from {};start({{module_or_path:{}}}).then(()=>hydrate());",
        quoted(&assets.js),
        quoted(&assets.wasm)
    )
}

/// Writes the tenant's look and the sizes of the panes as CSS variables.
fn look(brand: &BrandView, panes: PaneLayout) -> String {
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

/// Says whether a text is `#rrggbb`: a brand's words never reach the style sheet unchecked.
fn is_colour(text: &str) -> bool {
    text.strip_prefix('#')
        .is_some_and(|digits| digits.len() == 6 && digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
}

fn is_font_list(text: &str) -> bool {
    text.chars()
        .all(|letter| letter.is_alphanumeric() || matches!(letter, ' ' | ',' | '-' | '_' | '"' | '\''))
        && text.matches('"').count().is_multiple_of(2)
        && text.matches('\'').count().is_multiple_of(2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::default_brand;

    #[test]
    fn a_brand_cannot_write_into_the_style_sheet() {
        let brand = BrandView {
            accent: "red;}</style><script>".to_owned(),
            font_family: Some("x;}body{display:none".to_owned()),
            ..default_brand()
        };
        let css = look(&brand, PaneLayout::default());
        assert_eq!(css, ":root{--on-brand:#ffffff;--radius:8px;--left-width:272px;--right-width:440px}");
    }

    #[test]
    fn the_facts_cannot_end_their_element() {
        let brand = BrandView { product_name: "</script><b>".to_owned(), ..default_brand() };
        let facts = RequestFacts { brand, ..RequestFacts::default() };
        assert!(!handover(facts, &SiteAssets::default()).contains('<'));
    }
}
