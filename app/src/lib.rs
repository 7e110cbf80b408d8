//! The page: what people see of PENNY, rendered on the server and alive in the browser.
//!
//! It knows [`penny_types`] and [`penny_words`] and speaks GraphQL through [`api`]; it never sees the
//! rules. One reader for each resource, views derive, nothing reads a clock or the window while it
//! renders.
//!
//! # What the server provides
//!
//! With `leptos_axum` (feature `ssr` of this crate), for each request, in the `additional_context`
//! closure of `generate_route_list_with_ssg…`, `leptos_routes_with_context` or
//! `render_app_to_stream_with_context`:
//!
//! | context | what it is |
//! |---|---|
//! | [`RequestFacts`] | who asks, in which language and colours, when, and under which brand; cookies are read by [`CookiePreferences::from_header`]. Made before rendering starts (a middleware may put it into the request's extensions and the closure take it from `use_context::<http::request::Parts>()`) |
//! | [`Api`] | `Api::new(Arc::new(transport))`, where `transport` is an [`api::GraphqlTransport`] that executes the document in this process, as the person who asks, and returns the response's `data` |
//! | [`SiteAssets`] | the site's `manifest.json`, parsed |
//! | [`StatusSink`] | sets the response's HTTP status; used for pages that do not exist |
//!
//! The page itself is [`shell`]: pass `|| penny_app::shell()` as the application function and
//! [`App`] to the route list. While routes are listed no context is there, and none is needed.
//!
//! The content security policy's nonce is Leptos's own: `leptos::nonce::use_nonce()` in the same
//! closure gives the value for `script-src` and `style-src`. The page needs
//! `script-src 'self' 'nonce-…' 'wasm-unsafe-eval'`, `style-src 'self' 'nonce-…'`,
//! `style-src-attr 'unsafe-inline'` (sizes and positions set on single elements),
//! `connect-src 'self'` with the socket's origin, `img-src 'self' data: blob:`,
//! `frame-src 'self' blob:`, and nothing else beyond `default-src 'none'`, `font-src 'self'`,
//! `manifest-src 'self'`, `form-action 'self'`, `base-uri 'none'`, `frame-ancestors 'none'`.
//!
//! Forms that leave the page: `POST /auth/password` (`email`, `password`, `next`),
//! `POST /auth/link/{secret}` and `POST /auth/sign-out`; links: `/auth/oidc/{slug}/start?next=`. The
//! page that confirms a one-time link is rendered here under `/auth/link/:secret`. A failed sign-in
//! comes back as `/sign-in?error=` with one of `credentials, rate_limited, link, provider,
//! unknown_user, expired, disabled`, any other word showing a general sentence; signing out leads to
//! `/sign-in?done=signed_out`. `next` is a path on this host: the server refuses anything else.

pub mod api;
pub mod facts;
pub mod features;
mod routes;
mod shell;
pub mod state;
pub mod ui;

pub use api::Api;
pub use facts::{
    CookiePreferences, PaneLayout, RequestFacts, SignInMethods, SignInProvider, SiteAssets, StatusSink,
};
pub use routes::App;
#[cfg(feature = "hydrate")]
pub use routes::fetch_for;
pub use shell::{PageHeader, shell};
