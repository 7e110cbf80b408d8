//! The settings page: appearance, language, time zone, access tokens and profile.

mod tokens;

use crate::{
    routes::table::SETTINGS,
    shell::PageHeader,
    state::{tr, tr_with, use_preferences, use_viewer},
    ui::{Button, Glyph, Icon, PageTitle, Skeleton, dom},
};
use leptos::prelude::*;
use penny_i18n::keys;
use penny_types::{ColorScheme, Locale, people::Role};
use tokens::TokenSettings;

/// Returns the message key of a language's name.
pub(crate) const fn locale_key(locale: Locale) -> &'static str {
    match locale {
        Locale::En => keys::UI_LANGUAGE_EN,
        Locale::Es => keys::UI_LANGUAGE_ES,
    }
}

/// Returns the message key and the icon of a colour scheme.
pub(crate) const fn scheme_label(scheme: ColorScheme) -> (&'static str, Glyph) {
    match scheme {
        ColorScheme::System => (keys::UI_THEME_SYSTEM, Glyph::Monitor),
        ColorScheme::Light => (keys::UI_THEME_LIGHT, Glyph::Sun),
        ColorScheme::Dark => (keys::UI_THEME_DARK, Glyph::Moon),
        ColorScheme::Contrast => (keys::UI_THEME_CONTRAST, Glyph::Contrast),
    }
}

#[component]
pub(crate) fn SettingsPage() -> impl IntoView {
    view! {
        <SettingsHeader/>
        <div class="page-scroll">
            <div class="settings">
                <p class="lead">{tr(keys::UI_SETTINGS_INTRO)}</p>
                <section class="settings-group" aria-labelledby="settings-appearance">
                    <h2 id="settings-appearance">{tr(keys::UI_SETTINGS_APPEARANCE)}</h2>
                    <LanguageChoice/>
                    <ThemeChoice/>
                    <TimeZoneChoice/>
                </section>
                <TokenSettings/>
                <Profile/>
            </div>
        </div>
    }
    .into_any()
}

/// The settings page while its code is loading.
#[component]
pub(crate) fn SettingsPageSkeleton() -> impl IntoView {
    view! {
        <SettingsHeader/>
        <div class="page-scroll">
            <div class="settings"><Skeleton lines=1/><Skeleton lines=5/><Skeleton lines=5/></div>
        </div>
    }
    .into_any()
}

#[component]
fn SettingsHeader() -> impl IntoView {
    let title = tr(SETTINGS.title_key());
    view! {
        <PageTitle text=title/>
        <PageHeader>
            <h1 class="page-title">{title}</h1>
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
            let is_selected = Signal::derive(move || preferences.locale.get() == locale);
            let on_select = Callback::new(move |()| preferences.set_locale(locale));
            radio_option("locale", locale.as_str(), is_selected, on_select, None, locale_key(locale))
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
            let (key, glyph) = scheme_label(scheme);
            let is_selected = Signal::derive(move || preferences.scheme.get() == scheme);
            let on_select = Callback::new(move |()| preferences.set_scheme(scheme));
            radio_option("scheme", scheme.as_str(), is_selected, on_select, Some(glyph), key)
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

fn radio_option(
    name: &'static str,
    value: &'static str,
    is_selected: Signal<bool>,
    on_select: Callback<()>,
    glyph: Option<Glyph>,
    key: &'static str,
) -> AnyView {
    view! {
        <label class="choice">
            <input
                r#type="radio"
                name=name
                value=value
                checked=is_selected.get_untracked()
                prop:checked=move || is_selected.get()
                on:change=move |_| on_select.run(())
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
    // The browser provides the list; until hydration only the selected zone is offered.
    let zones = RwSignal::new(vec![preferences.time_zone.get_untracked()]);
    Effect::new(move |_| {
        device_zone.set(dom::device_time_zone());
        zones.update(|zones| {
            zones.extend(dom::time_zones());
            zones.sort();
            zones.dedup();
        });
    });
    let detected = move || {
        let zone = device_zone.get().filter(|zone| *zone != preferences.time_zone.get())?;
        let zone_name = zone.clone();
        let label = tr_with(keys::UI_SETTINGS_TIME_ZONE_DETECT, move || [("zone", zone_name.clone())]);
        let apply = move |_| preferences.set_time_zone(zone.clone());
        Some(view! { <Button on_press=apply>{label}</Button> })
    };
    let option = move |zone: String| {
        let (value, name) = (zone.clone(), zone.replace('_', " "));
        let is_selected = move || preferences.time_zone.get() == zone;
        view! { <option value=value selected=is_selected>{name}</option> }
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
                {detected}
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
                <Button is_submit=true glyph=Glyph::LogOut>{tr(keys::UI_SIGN_OUT)}</Button>
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
