//! The pages whose code comes in files of their own, when one first goes there.
//!
//! An address leads there at once: until the code is here, the page's outline stands in its place.

use crate::{
    features::{
        artifacts::{ArtifactOutline, ArtifactPage},
        dashboards::{DashboardOutline, DashboardPage},
        settings::{SettingsOutline, SettingsPage},
        sign_in::{DoorOutline, LinkPage, SignInPage},
    },
    ui::later_in,
};
use leptos::prelude::*;

/// Fetches the code of the page at an address, so that what the server drew there can come to life at once.
#[cfg(feature = "hydrate")]
pub async fn fetch_for(path: &str) {
    match path.split('/').nth(1).unwrap_or_default() {
        "sign-in" => __preload_sign_in_view().await,
        "auth" => __preload_link_view().await,
        "c" => crate::features::chat::fetch_message_list().await,
        "a" => __preload_artifact_view().await,
        "d" => __preload_dashboard_view().await,
        "settings" => __preload_settings_view().await,
        _ => {}
    }
}

/// Fetches the code of a page as soon as somebody points at a link that leads there, or comes to it by keyboard.
pub fn fetch_ahead() {
    #[cfg(feature = "hydrate")]
    for event in ["pointerover", "focusin"] {
        let listener = window_event_listener_untyped(event, |event| {
            use wasm_bindgen::JsCast;
            let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
            let link = target.and_then(|target| target.closest("a[href^='/']").ok().flatten());
            if let Some(path) = link.and_then(|link| link.get_attribute("href")) {
                let path = path.split('?').next().unwrap_or_default().to_owned();
                leptos::task::spawn_local(async move { fetch_for(&path).await });
            }
        });
        on_cleanup(move || listener.remove());
    }
}

/// Declares a page that is fetched when it is first shown, with the outline that stands there until then.
macro_rules! lazy_page {
    ($(#[$doc:meta])* $route:ident, $view:ident => $page:ident, $outline:ident) => {
        $(#[$doc])*
        #[component]
        pub fn $route() -> impl IntoView {
            later_in(|| view! { <$outline/> }.into_any(), $view())
        }

        #[lazy]
        fn $view() -> AnyView {
            view! { <$page/> }.into_any()
        }
    };
}

lazy_page!(
    /// The door.
    SignIn, sign_in_view => SignInPage, DoorOutline
);
lazy_page!(
    /// The door, by a one-time link.
    Link, link_view => LinkPage, DoorOutline
);
lazy_page!(
    /// An artifact at its own address.
    Artifact, artifact_view => ArtifactPage, ArtifactOutline
);
lazy_page!(
    /// A dashboard, full screen.
    Dashboard, dashboard_view => DashboardPage, DashboardOutline
);
lazy_page!(
    /// The settings.
    Settings, settings_view => SettingsPage, SettingsOutline
);
