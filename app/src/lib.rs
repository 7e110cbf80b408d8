//! The web user interface: rendered on the server, hydrated in the browser.
//!
//! Depends on [`penny_types`] and [`penny_i18n`] only and gets all data over GraphQL through [`api`].
//! Conventions: each resource is fetched in one place and views derive from it; nothing reads the clock
//! or the window while rendering.
//!
//! # What the server provides
//!
//! With `leptos_axum` (feature `ssr` of this crate), for each request, in the `additional_context`
//! closure of `generate_route_list_with_ssg…`, `leptos_routes_with_context` or
//! `render_app_to_stream_with_context`:
//!
//! | context | content |
//! |---|---|
//! | [`PageContext`] | viewer, locale, colour scheme, time and brand of the request; cookies are parsed by [`CookiePreferences::from_header`] |
//! | [`Api`] | `Api::new(Arc::new(transport))`, where `transport` is an [`api::GraphqlTransport`] that executes the document in this process as the viewer and returns the response's `data` |
//! | [`SiteAssets`] | the site's `manifest.json`, parsed |
//! | [`StatusSink`] | sets the HTTP status of the response; used for pages that do not exist |
//!
//! The document is [`shell`]: pass `|| penny_app::shell()` as the application function and [`App`] to the
//! route list. No context is needed while routes are listed.
//!
//! The nonce of the content security policy is `leptos::nonce::use_nonce()` in the same closure, for
//! `script-src` and `style-src`. The page needs
//! `script-src 'self' 'nonce-…' 'wasm-unsafe-eval'`, `style-src 'self' 'nonce-…'`,
//! `style-src-attr 'unsafe-inline'` (sizes and positions set on single elements),
//! `connect-src 'self'` with the socket's origin, `img-src 'self' data: blob:`,
//! `frame-src 'self' blob:`, and nothing else beyond `default-src 'none'`, `font-src 'self'`,
//! `manifest-src 'self'`, `form-action 'self'`, `base-uri 'none'`, `frame-ancestors 'none'`.
//!
//! Forms posted to the server: `POST /auth/password` (`email`, `password`, `next`),
//! `POST /auth/link/{secret}` and `POST /auth/sign-out`; links: `/auth/oidc/{slug}/start?next=`. The
//! confirmation page of a one-time link is `/auth/link/:secret`. A failed sign-in redirects to
//! `/sign-in?error=` with one of `credentials, rate_limited, link, provider,
//! unknown_user, expired, disabled`, any other value shows a general message; signing out redirects to
//! `/sign-in?done=signed_out`. `next` must be a path on this host: the server rejects anything else.

pub mod api;
pub mod features;
pub mod page_context;
mod routes;
mod shell;
pub mod state;
pub mod ui;

pub use api::Api;
pub use page_context::{
    CookiePreferences, PageContext, PaneLayout, SignInMethods, SignInProvider, SiteAssets, StatusSink,
};
#[cfg(feature = "hydrate")]
pub use routes::preload_page;
pub use routes::{App, NavigationGroup, PAGES, PageAccess, PageEntry, PaletteLink, find_page};
pub use shell::{PageHeader, shell};
