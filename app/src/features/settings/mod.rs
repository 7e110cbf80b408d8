//! How the page looks and speaks to one.

mod tokens;

use crate::{
    shell::PageHeader,
    state::{tr, tr_with, use_preferences, use_viewer},
    ui::{Button, Glyph, Icon, PageTitle, Skeleton, dom},
};
use leptos::prelude::*;
use penny_types::{ColorScheme, Locale, people::Role};
use penny_words::keys;
use tokens::Tokens;

/// Returns the key of a language's own name.
pub(crate) const fn locale_key(locale: Locale) -> &'static str {
    match locale {
        Locale::En => keys::UI_LANGUAGE_EN,
        Locale::Es => keys::UI_LANGUAGE_ES,
    }
}

/// Returns the key of a colour scheme's name, and its icon.
pub(crate) const fn scheme_look(scheme: ColorScheme) -> (&'static str, Glyph) {
    match scheme {
        ColorScheme::System => (keys::UI_THEME_SYSTEM, Glyph::Monitor),
        ColorScheme::Light => (keys::UI_THEME_LIGHT, Glyph::Sun),
        ColorScheme::Dark => (keys::UI_THEME_DARK, Glyph::Moon),
        ColorScheme::Contrast => (keys::UI_THEME_CONTRAST, Glyph::Contrast),
    }
}

/// The settings: language, colours, time zone, access tokens, and who one is.
#[component]
pub(crate) fn SettingsPage() -> impl IntoView {
    view! {
        <Heading/>
        <div class="page-scroll">
            <div class="settings">
                <p class="lead">{tr(keys::UI_SETTINGS_INTRO)}</p>
                <section class="settings-group" aria-labelledby="settings-appearance">
                    <h2 id="settings-appearance">{tr(keys::UI_SETTINGS_APPEARANCE)}</h2>
                    <LanguageChoice/>
                    <ThemeChoice/>
                    <TimeZoneChoice/>
                </section>
                <Tokens/>
                <Profile/>
            </div>
        </div>
    }
    .into_any()
}

/// The settings while their code is on its way.
#[component]
pub(crate) fn SettingsOutline() -> impl IntoView {
    view! {
        <Heading/>
        <div class="page-scroll">
            <div class="settings"><Skeleton lines=1/><Skeleton lines=5/><Skeleton lines=5/></div>
        </div>
    }
    .into_any()
}

#[component]
fn Heading() -> impl IntoView {
    view! {
        <PageTitle text=tr(keys::UI_SETTINGS)/>
        <PageHeader>
            <h1 class="page-title">{tr(keys::UI_SETTINGS)}</h1>
        </PageHeader>
    }
    .into_any()
}

#[component]
fn LanguageChoice() -> impl IntoView {
    let preferences = use_preferences();
    let choices = Locale::ALL
        .iter()
        .map(|locale| {
            let locale = *locale;
            let is_chosen = Signal::derive(move || preferences.locale.get() == locale);
            let on_choose = Callback::new(move |()| preferences.set_locale(locale));
            choice("locale", locale.as_str(), is_chosen, on_choose, None, locale_key(locale))
        })
        .collect_view();
    view! {
        <fieldset class="setting">
            <legend>{tr(keys::UI_SETTINGS_LANGUAGE)}</legend>
            <p class="field-hint">{tr(keys::UI_SETTINGS_LANGUAGE_HINT)}</p>
            <div class="choices">{choices}</div>
        </fieldset>
    }
    .into_any()
}

#[component]
fn ThemeChoice() -> impl IntoView {
    let preferences = use_preferences();
    let choices = ColorScheme::ALL
        .iter()
        .map(|scheme| {
            let scheme = *scheme;
            let (key, glyph) = scheme_look(scheme);
            let is_chosen = Signal::derive(move || preferences.scheme.get() == scheme);
            let on_choose = Callback::new(move |()| preferences.set_scheme(scheme));
            choice("scheme", scheme.as_str(), is_chosen, on_choose, Some(glyph), key)
        })
        .collect_view();
    view! {
        <fieldset class="setting">
            <legend>{tr(keys::UI_SETTINGS_THEME)}</legend>
            <p class="field-hint">{tr(keys::UI_SETTINGS_THEME_HINT)}</p>
            <div class="choices">{choices}</div>
        </fieldset>
    }
    .into_any()
}

fn choice(
    name: &'static str,
    value: &'static str,
    is_chosen: Signal<bool>,
    on_choose: Callback<()>,
    glyph: Option<Glyph>,
    key: &'static str,
) -> AnyView {
    view! {
        <label class="choice">
            <input
                r#type="radio"
                name=name
                value=value
                checked=is_chosen.get_untracked()
                prop:checked=move || is_chosen.get()
                on:change=move |_| on_choose.run(())
            />
            {glyph.map(|glyph| view! { <Icon glyph=glyph/> })}
            <span>{tr(key)}</span>
        </label>
    }
    .into_any()
}

#[component]
fn TimeZoneChoice() -> impl IntoView {
    let preferences = use_preferences();
    let device_zone = RwSignal::new(None::<String>);
    // The device knows the names; until it has told them, the chosen one is all there is.
    let zones = RwSignal::new(vec![preferences.time_zone.get_untracked()]);
    Effect::new(move |_| {
        device_zone.set(dom::device_time_zone());
        zones.update(|zones| {
            zones.extend(dom::time_zones());
            zones.sort();
            zones.dedup();
        });
    });
    let offer = move || {
        let zone = device_zone.get().filter(|zone| *zone != preferences.time_zone.get())?;
        let named = zone.clone();
        let words = tr_with(keys::UI_SETTINGS_TIME_ZONE_DETECT, move || [("zone", named.clone())]);
        let take = move |_| preferences.set_time_zone(zone.clone());
        Some(view! { <Button on_press=take>{words}</Button> })
    };
    let option = move |zone: String| {
        let (value, name) = (zone.clone(), zone.replace('_', " "));
        let is_chosen = move || preferences.time_zone.get() == zone;
        view! { <option value=value selected=is_chosen>{name}</option> }
    };
    view! {
        <div class="setting">
            <label class="setting-name" for="time-zone">{tr(keys::UI_SETTINGS_TIME_ZONE)}</label>
            <p class="field-hint" id="time-zone-hint">{tr(keys::UI_SETTINGS_TIME_ZONE_HINT)}</p>
            <div class="setting-value">
                <select
                    class="input select"
                    id="time-zone"
                    aria-describedby="time-zone-hint"
                    on:change=move |event| preferences.set_time_zone(event_target_value(&event))
                >
                    <For each=move || zones.get() key=String::clone children=option/>
                </select>
                {offer}
            </div>
        </div>
    }
    .into_any()
}

#[component]
fn Profile() -> impl IntoView {
    let viewer = use_viewer();
    let rows = move || {
        viewer.get().map(|viewer| {
            let roles =
                viewer.roles.iter().map(|role| view! { <span class="badge">{tr(role_key(*role))}</span> });
            view! {
                <dl class="facts">
                    <dt>{tr(keys::UI_SETTINGS_NAME)}</dt>
                    <dd dir="auto">{viewer.name}</dd>
                    <dt>{tr(keys::UI_SETTINGS_EMAIL)}</dt>
                    <dd>{viewer.email}</dd>
                    <dt>{tr(keys::UI_SETTINGS_COMPANY)}</dt>
                    <dd dir="auto">{viewer.brand.company_name}</dd>
                    <dt>{tr(keys::UI_SETTINGS_ROLES)}</dt>
                    <dd>{roles.collect_view()}</dd>
                </dl>
            }
        })
    };
    view! {
        <section class="settings-group" aria-labelledby="settings-profile">
            <h2 id="settings-profile">{tr(keys::UI_SETTINGS_PROFILE)}</h2>
            {rows}
            <form method="post" action="/auth/sign-out" class="settings-sign-out">
                <Button submits=true glyph=Glyph::LogOut>{tr(keys::UI_SIGN_OUT)}</Button>
            </form>
        </section>
    }
    .into_any()
}

const fn role_key(role: Role) -> &'static str {
    match role {
        Role::Viewer => keys::UI_ROLE_VIEWER,
        Role::Creator => keys::UI_ROLE_CREATOR,
        Role::Manager => keys::UI_ROLE_MANAGER,
        Role::Admin => keys::UI_ROLE_ADMIN,
    }
}
