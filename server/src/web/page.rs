//! The page, rendered here and brought to life in the browser.

use super::{
    auth::authenticate,
    fault::problem,
    headers::page_policy,
    plain,
    sessions::SignedInSession,
    state::AppState,
    tenant::{self, Standing},
};
use crate::rest::refuse;
use async_trait::async_trait;
use axum::{
    extract::{Request, State},
    http::{HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use leptos::{nonce::use_nonce, prelude::provide_context};
use leptos_axum::ResponseOptions;
use penny_app::{
    Api, CookiePreferences, RequestFacts, SignInMethods, SignInProvider, StatusSink, api::GraphqlTransport,
};
use penny_core::{
    ctx::Ctx,
    fault::{self, ToFault},
};
use penny_types::{Fault, FaultCode, people::ViewerView};
use serde_json::Value;
use std::sync::Arc;
use tower_sessions::Session;

/// Serves every address that nothing else claims. Whoever asks for JSON there finds none: pages are not
/// for programs.
pub async fn serve(State(state): State<AppState>, request: Request) -> Response {
    if plain::wants_json(request.headers()) {
        return refuse::address(request.headers().clone()).await;
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    }
    let (mut parts, body) = request.into_parts();
    let standing = match Standing::of(&parts, &state).await {
        Ok(standing) => standing,
        Err(refusal) => return refusal.into_response(),
    };
    let who = match authenticate(&mut parts, &state).await {
        Ok(ctx) => Some(ctx),
        Err(refusal) => match refusal.into_parts() {
            (fault, _) if fault.code == FaultCode::Unauthenticated => None,
            (fault, locale) => return problem(&fault, locale),
        },
    };
    if let Some(redirect) = elsewhere(parts.uri.path(), parts.uri.query(), who.is_some()) {
        return redirect;
    }
    if let Some(session) = parts.extensions.get::<Session>()
        && who.is_some()
        && let Err(error) = SignedInSession::keep_alive(session, today(&state)).await
    {
        tracing::warn!(error = &error as &dyn std::error::Error, "a session could not be prolonged");
    }
    let cookies = parts.headers.get(header::COOKIE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let cookies = CookiePreferences::from_header(cookies);
    match facts(&state, &standing, cookies, who.as_ref()).await {
        Ok(facts) => render(&state, facts, who, Request::from_parts(parts, body)).await,
        Err(fault) => problem(&fault, standing.locale),
    }
}

/// Returns the number of the day, for what is done once a day.
pub(crate) fn today(state: &AppState) -> i64 {
    state.world.now().timestamp().div_euclid(24 * 60 * 60)
}

/// Leads people who are not signed in to the door, and those who are away from it.
fn elsewhere(path: &str, query: Option<&str>, is_signed_in: bool) -> Option<Response> {
    let is_door = path == "/sign-in";
    let is_link = path.starts_with("/auth/link/");
    if is_signed_in && is_door {
        let next = query.and_then(|query| {
            url::form_urlencoded::parse(query.as_bytes())
                .find(|(name, _)| name == "next")
                .map(|(_, next)| next)
        });
        return Some(Redirect::to(&crate::sign_in::safe_path(next.as_deref())).into_response());
    }
    if is_signed_in || is_door || is_link {
        return None;
    }
    let here = query.map_or_else(|| path.to_owned(), |query| format!("{path}?{query}"));
    if here == "/" {
        return Some(Redirect::to("/sign-in").into_response());
    }
    let next: String = url::form_urlencoded::byte_serialize(here.as_bytes()).collect();
    Some(Redirect::to(&format!("/sign-in?next={next}")).into_response())
}

/// Gathers what the page must know before its first byte.
async fn facts(
    state: &AppState,
    standing: &Standing,
    cookies: CookiePreferences,
    who: Option<&Ctx>,
) -> Result<RequestFacts, Fault> {
    let identity = &state.services.identity;
    let viewer: Option<ViewerView> = match who {
        Some(ctx) => Some(identity.viewer(ctx).await.map_err(|error| unprepared(&error))?),
        None => None,
    };
    let brand = match &viewer {
        Some(viewer) => viewer.brand.clone(),
        None => state.services.tenants.brand(standing.tenant).await.map_err(|error| unprepared(&error))?,
    };
    let now = state.world.now();
    let zone = viewer.as_ref().map_or("UTC", |viewer| viewer.time_zone.as_str());
    Ok(RequestFacts {
        locale: viewer.as_ref().map_or(standing.locale, |viewer| viewer.locale),
        color_scheme: viewer.as_ref().map_or(standing.color_scheme, |viewer| viewer.color_scheme),
        brand,
        now,
        utc_offset_minutes: penny_core::identity::utc_offset_minutes(zone, now),
        viewer,
        panes: cookies.panes,
        sign_in: methods(state, standing),
    })
}

/// Lists the ways in that are open at this tenant's door.
fn methods(state: &AppState, standing: &Standing) -> SignInMethods {
    let providers = state.openid.of(standing.tenant);
    SignInMethods {
        password: state.services.identity.passwords_enabled(),
        providers: providers.map(|(slug, name)| SignInProvider { slug, name }).collect(),
    }
}

fn unprepared(error: &impl ToFault) -> Fault {
    fault::report(error, None, "a page could not be prepared")
}

async fn render(state: &AppState, facts: RequestFacts, who: Option<Ctx>, request: Request) -> Response {
    let assets = state.site.assets();
    let language = HeaderValue::from_static(facts.locale.as_str());
    let http = &state.config.http;
    let host = tenant::host(request.headers(), request.uri(), http.trust_forwarded).map(ToOwned::to_owned);
    let is_https = http.is_https();
    let api = Api::new(Arc::new(InProcess { state: state.clone(), who }));
    let contexts = move || {
        provide_context(facts.clone());
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
    // Everything is awaited before the first byte: the data is in this process, and so the status is
    // right and nothing moves while the page arrives.
    let page = leptos_axum::render_app_async_with_context(contexts, penny_app::shell);
    let mut response = page(request).await;
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::CONTENT_LANGUAGE, language);
    response
}

/// Executes the page's documents in this process, as the person who asks.
struct InProcess {
    state: AppState,
    who: Option<Ctx>,
}

#[async_trait]
impl GraphqlTransport for InProcess {
    async fn execute(&self, document: &str, operation: &str, variables: Value) -> Result<Value, Fault> {
        let ctx = self.who.clone().ok_or_else(|| Fault::new(FaultCode::Unauthenticated))?;
        let body =
            serde_json::json!({ "query": document, "operationName": operation, "variables": variables });
        let request = serde_json::from_value(body).map_err(|_| Fault::new(FaultCode::Internal))?;
        let answer = penny_graphql::execute(&self.state.schema, ctx, request).await;
        let answer = serde_json::to_value(answer).map_err(|_| Fault::new(FaultCode::Internal))?;
        penny_app::api::read_response(answer)
    }
}
