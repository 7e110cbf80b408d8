//! Server-side rendering of the web page, which the browser then hydrates.

use super::{
    auth::authenticate,
    error_page,
    headers::page_policy,
    problem::problem_response,
    request_info::{self, RequestInfo},
    sessions::SignedInSession,
    state::AppState,
};
use crate::rest::errors;
use async_trait::async_trait;
use axum::{
    extract::{Request, State},
    http::{HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use leptos::{nonce::use_nonce, prelude::provide_context};
use leptos_axum::ResponseOptions;
use penny_app::{
    Api, CookiePreferences, PageAccess, PageContext, SignInMethods, SignInProvider, StatusSink,
    api::GraphqlTransport, find_page,
};
use penny_kernel::{
    ctx::Ctx,
    fault::{self, ToFault},
};
use penny_types::{Fault, FaultCode, people::ViewerView};
use serde_json::Value;
use std::sync::Arc;
use tower_sessions::Session;

/// Renders the page for every path without another route. Clients that accept JSON only get 404.
pub async fn serve(State(state): State<AppState>, request: Request) -> Response {
    if error_page::accepts_json_only(request.headers()) {
        return errors::not_found(request.headers().clone()).await;
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    }
    let (mut parts, body) = request.into_parts();
    let info = match RequestInfo::from_parts(&parts, &state).await {
        Ok(info) => info,
        Err(response) => return response.into_response(),
    };
    let ctx = match authenticate(&mut parts, &state).await {
        Ok(ctx) => Some(ctx),
        Err(response) => match response.into_parts() {
            (fault, _) if fault.code == FaultCode::Unauthenticated => None,
            (fault, locale) => return problem_response(&fault, locale),
        },
    };
    if let Some(redirect) = sign_in_redirect(parts.uri.path(), parts.uri.query(), ctx.is_some()) {
        return redirect;
    }
    if let Some(session) = parts.extensions.get::<Session>()
        && ctx.is_some()
        && let Err(error) = SignedInSession::keep_alive(session, day_number(&state)).await
    {
        tracing::warn!(error = &error as &dyn std::error::Error, "a session could not be extended");
    }
    let cookies = parts.headers.get(header::COOKIE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let cookies = CookiePreferences::from_header(cookies);
    match page_context(&state, &info, cookies, ctx.as_ref()).await {
        Ok(page_context) => render(&state, page_context, ctx, Request::from_parts(parts, body)).await,
        Err(fault) => problem_response(&fault, info.locale),
    }
}

/// Returns the number of days since the Unix epoch.
pub(crate) fn day_number(state: &AppState) -> i64 {
    state.system.now().timestamp().div_euclid(24 * 60 * 60)
}

/// Redirects anonymous users to the sign-in page, and signed-in users away from it.
fn sign_in_redirect(path: &str, query: Option<&str>, is_signed_in: bool) -> Option<Response> {
    let is_sign_in_page = path == "/sign-in";
    let is_public = find_page(path).is_some_and(|page| page.access == PageAccess::Public);
    if is_signed_in && is_sign_in_page {
        let next = query.and_then(|query| {
            url::form_urlencoded::parse(query.as_bytes())
                .find(|(name, _)| name == "next")
                .map(|(_, next)| next)
        });
        return Some(Redirect::to(&crate::sign_in::safe_path(next.as_deref())).into_response());
    }
    if is_signed_in || is_public {
        return None;
    }
    let current = query.map_or_else(|| path.to_owned(), |query| format!("{path}?{query}"));
    if current == "/" {
        return Some(Redirect::to("/sign-in").into_response());
    }
    let next: String = url::form_urlencoded::byte_serialize(current.as_bytes()).collect();
    Some(Redirect::to(&format!("/sign-in?next={next}")).into_response())
}

/// Collects the request's data that the page needs for rendering.
async fn page_context(
    state: &AppState,
    info: &RequestInfo,
    cookies: CookiePreferences,
    ctx: Option<&Ctx>,
) -> Result<PageContext, Fault> {
    let identity = &state.services.identity;
    let viewer: Option<ViewerView> = match ctx {
        Some(ctx) => Some(identity.viewer(ctx).await.map_err(|error| to_page_fault(&error))?),
        None => None,
    };
    let brand = match &viewer {
        Some(viewer) => viewer.brand.clone(),
        None => state.services.tenants.brand(info.tenant).await.map_err(|error| to_page_fault(&error))?,
    };
    let now = state.system.now();
    let zone = viewer.as_ref().map_or("UTC", |viewer| viewer.time_zone.as_str());
    Ok(PageContext {
        locale: viewer.as_ref().map_or(info.locale, |viewer| viewer.locale),
        color_scheme: viewer.as_ref().map_or(info.color_scheme, |viewer| viewer.color_scheme),
        brand,
        now,
        utc_offset_minutes: penny_core::identity::utc_offset_minutes(zone, now),
        viewer,
        panes: cookies.panes,
        sign_in: sign_in_methods(state, info),
    })
}

/// Lists the sign-in methods of the tenant.
fn sign_in_methods(state: &AppState, info: &RequestInfo) -> SignInMethods {
    let providers = state.openid.list(info.tenant);
    SignInMethods {
        password: state.services.identity.passwords_enabled(),
        providers: providers.map(|(slug, name)| SignInProvider { slug, name }).collect(),
    }
}

fn to_page_fault(error: &impl ToFault) -> Fault {
    fault::report(error, None, "a page could not be rendered")
}

async fn render(state: &AppState, page_context: PageContext, ctx: Option<Ctx>, request: Request) -> Response {
    let assets = state.site.assets();
    let language = HeaderValue::from_static(page_context.locale.as_str());
    let http = &state.config.http;
    let host =
        request_info::host(request.headers(), request.uri(), http.trust_forwarded).map(ToOwned::to_owned);
    let is_https = http.is_https();
    let api = Api::new(Arc::new(InProcessTransport { state: state.clone(), ctx }));
    let contexts = move || {
        provide_context(page_context.clone());
        provide_context(assets.clone());
        provide_context(api.clone());
        let Some(response) = leptos::prelude::use_context::<ResponseOptions>() else { return };
        if let Some(policy) = use_nonce()
            .and_then(|nonce| HeaderValue::from_str(&page_policy(&nonce, host.as_deref(), is_https)).ok())
        {
            response.insert_header(header::CONTENT_SECURITY_POLICY, policy);
        }
        provide_context(StatusSink::new(move |status| {
            if let Ok(status) = StatusCode::from_u16(status) {
                response.set_status(status);
            }
        }));
    };
    // All data is awaited before the first byte. It is available in this process, and the HTTP status is
    // then correct and the layout stable.
    let page = leptos_axum::render_app_async_with_context(contexts, penny_app::shell);
    let mut response = page(request).await;
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::CONTENT_LANGUAGE, language);
    response
}

/// Executes the page's GraphQL documents in this process, in the caller's context.
struct InProcessTransport {
    state: AppState,
    ctx: Option<Ctx>,
}

#[async_trait]
impl GraphqlTransport for InProcessTransport {
    async fn execute(&self, document: &str, operation: &str, variables: Value) -> Result<Value, Fault> {
        let ctx = self.ctx.clone().ok_or_else(|| Fault::new(FaultCode::Unauthenticated))?;
        let body =
            serde_json::json!({ "query": document, "operationName": operation, "variables": variables });
        let request = serde_json::from_value(body).map_err(|_| Fault::new(FaultCode::Internal))?;
        let response = penny_graphql::execute(&self.state.schema, ctx, request).await;
        let response = serde_json::to_value(response).map_err(|_| Fault::new(FaultCode::Internal))?;
        penny_app::api::read_response(response)
    }
}
