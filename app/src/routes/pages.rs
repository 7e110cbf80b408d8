//! Pages whose code is split into separate files and loaded on first navigation.
//!
//! Navigation is immediate: a skeleton is shown until the code is loaded.

use crate::{
    features::{
        artifacts::{ArtifactPage, ArtifactPageSkeleton},
        dashboards::{DashboardPage, DashboardPageSkeleton},
        settings::{SettingsPage, SettingsPageSkeleton},
        sign_in::{LinkPage, SignInPage, SignInSkeleton},
    },
    ui::lazy_view_with,
};
use leptos::prelude::*;

/// Loads the code of the page at a path, so that hydration does not have to wait for it.
#[cfg(feature = "hydrate")]
pub async fn preload_page(path: &str) {
    if let Some(preload) = super::table::find_page(path).and_then(|page| page.preload) {
        preload().await;
    }
}

/// Loads the code of a page as soon as a link to it is hovered or focused.
pub fn preload_linked_pages() {
    #[cfg(feature = "hydrate")]
    for event in ["pointerover", "focusin"] {
        let listener = window_event_listener_untyped(event, |event| {
            use wasm_bindgen::JsCast;
            let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
            let link = target.and_then(|target| target.closest("a[href^='/']").ok().flatten());
            if let Some(path) = link.and_then(|link| link.get_attribute("href")) {
                let path = path.split('?').next().unwrap_or_default().to_owned();
                leptos::task::spawn_local(async move { preload_page(&path).await });
            }
        });
        on_cleanup(move || listener.remove());
    }
}

/// Declares a page whose code is loaded on first use, with the skeleton shown until then.
macro_rules! lazy_page {
    ($(#[$doc:meta])* $route:ident, $view:ident => $page:ident, $skeleton:ident) => {
        $(#[$doc])*
        #[component]
        pub fn $route() -> impl IntoView {
            lazy_view_with(|| view! { <$skeleton/> }.into_any(), $view())
        }

        #[lazy]
        pub(super) fn $view() -> AnyView {
            view! { <$page/> }.into_any()
        }
    };
}

lazy_page!(
    /// The sign-in page.
    SignIn, sign_in_view => SignInPage, SignInSkeleton
);
lazy_page!(
    /// The confirmation page of a one-time sign-in link.
    Link, link_view => LinkPage, SignInSkeleton
);
lazy_page!(
    /// An artifact, full screen.
    Artifact, artifact_view => ArtifactPage, ArtifactPageSkeleton
);
lazy_page!(
    /// A dashboard, full screen.
    Dashboard, dashboard_view => DashboardPage, DashboardPageSkeleton
);
lazy_page!(
    /// The settings page.
    Settings, settings_view => SettingsPage, SettingsPageSkeleton
);
