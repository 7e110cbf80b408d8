//! The pages whose code comes in files of their own, when one first goes there.

use crate::features::{
    artifacts::ArtifactPage,
    dashboards::DashboardPage,
    settings::SettingsPage,
    sign_in::{LinkPage, SignInPage},
};
use leptos::prelude::*;
use leptos_router::{LazyRoute, lazy_route};

/// Fetches the code of the page at an address, so that what the server drew there can come to life at once.
#[cfg(feature = "hydrate")]
pub async fn fetch_for(path: &str) {
    match path.split('/').nth(1).unwrap_or_default() {
        "sign-in" => SignIn::preload().await,
        "auth" => Link::preload().await,
        "c" => crate::features::chat::fetch_message_list().await,
        "a" => Artifact::preload().await,
        "d" => Dashboard::preload().await,
        "settings" => Settings::preload().await,
        _ => {}
    }
}

/// Declares a page that is fetched when it is first shown.
macro_rules! lazy_page {
    ($(#[$doc:meta])* $route:ident => $page:ident) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $route;

        #[lazy_route]
        impl LazyRoute for $route {
            fn data() -> Self {
                Self
            }

            fn view(_this: Self) -> AnyView {
                view! { <$page/> }.into_any()
            }
        }
    };
}

lazy_page!(
    /// The door.
    SignIn => SignInPage
);
lazy_page!(
    /// The door, by a one-time link.
    Link => LinkPage
);
lazy_page!(
    /// An artifact at its own address.
    Artifact => ArtifactPage
);
lazy_page!(
    /// A dashboard, full screen.
    Dashboard => DashboardPage
);
lazy_page!(
    /// The settings.
    Settings => SettingsPage
);
