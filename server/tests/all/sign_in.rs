//! Sign-in and sign-out with passwords and links, sessions, hosts, cross-site requests and security headers.

use crate::fresh_app::{Browser, FreshApp, PASSWORD};
use chrono::TimeDelta;
use penny_core::identity::{FirstAdminStatus, PasswordAttempt};
use penny_kernel::{
    ctx::{AnonymousRequest, Transport},
    fault::ToFault,
};
use penny_types::{
    FaultCode, Locale,
    people::{PreferencesPatch, Role},
};
use reqwest::{Method, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use std::sync::Arc;

const COOKIE: &str = "penny_session";

#[tokio::test(flavor = "multi_thread")]
async fn the_right_password_signs_in_and_redirects_to_the_next_page() {
    let app = FreshApp::start(&[]).await;
    app.create_user("alice@acme.example").await;
    let browser = app.browser();
    let before = browser.get("/c/cnv_1?x=1").await;
    assert_eq!(
        (before.status, before.location()),
        (StatusCode::SEE_OTHER, "/sign-in?next=%2Fc%2Fcnv_1%3Fx%3D1")
    );
    let form = [("email", " Alice@ACME.example"), ("password", PASSWORD), ("next", "/d/company-health")];
    let after = browser.post("/auth/password", &form).await;
    assert_eq!((after.status, after.location()), (StatusCode::SEE_OTHER, "/d/company-health"));
    let cookie = after.header("set-cookie");
    for part in ["penny_session=", "HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=1209600"] {
        assert!(cookie.contains(part), "{part} is missing in {cookie}");
    }
    assert!(!cookie.contains("Secure"));
    assert_eq!(browser.viewer().await.unwrap()["email"], "alice@acme.example");
    let page = browser.get("/").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("<!DOCTYPE html>") && page.body.contains("Alice"));
    let again = browser.get("/sign-in?next=/settings").await;
    assert_eq!(again.location(), "/settings");
    app.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_and_an_unknown_user_get_the_same_response() {
    let app = FreshApp::start(&[]).await;
    app.create_user("alice@acme.example").await;
    let browser = app.browser();
    let wrong = browser.sign_in("alice@acme.example", "wrong").await;
    let unknown = browser.sign_in("nobody@acme.example", "wrong").await;
    assert_eq!(wrong.location(), "/sign-in?error=credentials");
    assert_eq!((wrong.status, wrong.location()), (unknown.status, unknown.location()));
    assert_eq!(wrong.header("set-cookie"), "");
    let incomplete = browser.post("/auth/password", &[("email", "alice@acme.example")]).await;
    assert_eq!(incomplete.location(), "/sign-in?error=credentials");
    assert!(browser.viewer().await.is_none());
    let page = browser.get("/sign-in?error=credentials").await;
    assert_eq!(page.status, StatusCode::OK);
    app.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn failed_sign_ins_are_rate_limited_for_a_while() {
    let app = FreshApp::start(&[]).await;
    app.create_user("alice@acme.example").await;
    let browser = app.browser();
    for _ in 0..5 {
        assert_eq!(
            browser.sign_in("alice@acme.example", "wrong").await.location(),
            "/sign-in?error=credentials"
        );
    }
    let limited = browser.sign_in("alice@acme.example", PASSWORD).await;
    assert_eq!(limited.location(), "/sign-in?error=rate_limited");
    assert!(app.browser().sign_in("nobody@acme.example", "x").await.location().contains("credentials"));
    app.clock.advance(TimeDelta::seconds(2));
    assert_eq!(browser.sign_in("alice@acme.example", PASSWORD).await.location(), "/");
    app.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_session_id_changes_at_sign_in_so_that_a_fixated_id_is_useless() {
    let app = FreshApp::start(&[]).await;
    app.create_user("alice@acme.example").await;
    let fixated_id = "AAAAAAAAAAAAAAAAAAAAAA";
    let browser = app.browser();
    browser.set_cookie(COOKIE, fixated_id);
    browser.sign_in("alice@acme.example", PASSWORD).await;
    let first = browser.cookie(COOKIE).unwrap();
    assert_ne!(first, fixated_id);
    let mallory = app.browser();
    mallory.set_cookie(COOKIE, fixated_id);
    assert!(mallory.viewer().await.is_none());
    browser.sign_in("alice@acme.example", PASSWORD).await;
    let second = browser.cookie(COOKIE).unwrap();
    assert_ne!(first, second, "the id rotates at every sign-in");
    mallory.set_cookie(COOKIE, &first);
    assert!(mallory.viewer().await.is_none(), "the id before the last sign-in is invalid");
    app.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_ends_the_session_on_the_server() {
    let app = FreshApp::start(&[]).await;
    app.create_user("alice@acme.example").await;
    let browser = app.browser();
    browser.sign_in("alice@acme.example", PASSWORD).await;
    let mallory = app.browser();
    mallory.set_cookie(COOKIE, &browser.cookie(COOKIE).unwrap());
    assert!(mallory.viewer().await.is_some());
    let out = browser.post("/auth/sign-out", &[]).await;
    assert_eq!(out.location(), "/sign-in?done=signed_out");
    assert!(browser.cookie(COOKIE).is_none() && mallory.viewer().await.is_none());
    app.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_survive_a_restart_are_extended_by_use_and_are_stored_as_hashes() {
    let app = FreshApp::start(&[]).await;
    app.create_user("alice@acme.example").await;
    let browser = app.browser();
    browser.sign_in("alice@acme.example", PASSWORD).await;
    let cookie = browser.cookie(COOKIE).unwrap();
    let (folder, data) = (Arc::clone(&app.folder), app.data_dir());
    app.server.stop().await.unwrap();
    for file in
        std::fs::read_dir(&data).unwrap().map(|file| file.unwrap().path()).filter(|path| path.is_file())
    {
        let bytes = std::fs::read(&file).unwrap();
        let contains_id = bytes.windows(cookie.len()).any(|window| window == cookie.as_bytes());
        assert!(!contains_id, "{} contains the session id", file.display());
    }
    let app = FreshApp::start_in(folder, &[]).await;
    let browser = app.browser();
    browser.set_cookie(COOKIE, &cookie);
    assert!(browser.viewer().await.is_some());
    app.clock.advance(TimeDelta::days(13));
    let visit = browser.get("/").await;
    assert!(visit.header("set-cookie").contains("Max-Age"), "a request extends the session");
    app.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn cross_site_requests_are_rejected() {
    let app = FreshApp::start(&[]).await;
    app.create_user("alice@acme.example").await;
    let browser = app.browser();
    browser.sign_in("alice@acme.example", PASSWORD).await;
    for headers in [
        &[("origin", "https://evil.example")][..],
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site")],
        &[("origin", "null")],
        &[],
    ] {
        for path in ["/auth/sign-out", "/auth/password", "/graphql", "/v1/conversations"] {
            let response = browser.send(Method::POST, path, Some(&[]), headers).await;
            assert_eq!(response.status, StatusCode::FORBIDDEN, "{path} {headers:?}");
            assert_eq!(response.json()["messageKey"], "identity-cross-site");
        }
        let socket = [
            ("connection", "upgrade"),
            ("upgrade", "websocket"),
            ("sec-websocket-version", "13"),
            ("sec-websocket-key", "AAAAAAAAAAAAAAAAAAAAAA=="),
        ];
        let response = browser.send(Method::GET, "/graphql/ws", None, &[&socket, headers].concat()).await;
        assert_eq!(response.status, StatusCode::FORBIDDEN, "socket {headers:?}");
    }
    assert!(browser.viewer().await.is_some(), "the session still exists");
    app.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_signs_in_once_and_only_by_post() {
    let app = FreshApp::start(&[]).await;
    let (tenant, alice) = (app.default_tenant().await, app.create_user("alice@acme.example").await);
    let link = app.create_link(tenant, alice).await;
    let scanner = app.browser();
    assert_eq!(scanner.get(&link).await.status, StatusCode::OK, "a GET request does not use the link");
    assert!(scanner.viewer().await.is_none());
    let (one, other) = (app.browser(), app.browser());
    let (first, second) = tokio::join!(one.post(&link, &[]), other.post(&link, &[]));
    let mut locations = [first.location().to_owned(), second.location().to_owned()];
    locations.sort();
    assert_eq!(locations, ["/", "/sign-in?error=link"], "of two concurrent requests, one signs in");
    assert_eq!(app.browser().post(&link, &[]).await.location(), "/sign-in?error=link");

    let expired = app.create_link(tenant, alice).await;
    app.clock.advance(TimeDelta::minutes(15));
    assert_eq!(app.browser().post(&expired, &[]).await.location(), "/sign-in?error=link");
    assert_eq!(app.browser().post("/auth/link/nonsense", &[]).await.location(), "/sign-in?error=link");
    let file_count = std::fs::read_dir(app.data_dir()).unwrap().count();
    assert!(file_count > 0);
    app.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_has_its_own_users_and_brand() {
    let app = FreshApp::start(&[]).await;
    let globex = app.create_tenant("globex", "globex.example").await;
    let alice = app.create_user("alice@acme.example").await;
    app.create_user_in(globex, "bob@globex.example").await;
    let (acme_browser, globex_browser) = (app.browser(), app.browser().with_host("globex.example:3000"));
    assert_eq!(
        globex_browser.sign_in("alice@acme.example", PASSWORD).await.location(),
        "/sign-in?error=credentials"
    );
    assert_eq!(
        acme_browser.sign_in("bob@globex.example", PASSWORD).await.location(),
        "/sign-in?error=credentials"
    );
    assert_eq!(globex_browser.sign_in("bob@globex.example", PASSWORD).await.location(), "/");
    assert_eq!(globex_browser.viewer().await.unwrap()["brand"]["companyName"], "globex");
    acme_browser.sign_in("alice@acme.example", PASSWORD).await;

    let stolen = app.browser().with_host("globex.example");
    stolen.set_cookie(COOKIE, &acme_browser.cookie(COOKIE).unwrap());
    assert!(stolen.viewer().await.is_none(), "a session of another tenant is not valid here");
    let link = app.create_link(app.default_tenant().await, alice).await;
    assert_eq!(stolen.post(&link, &[]).await.location(), "/sign-in?error=link");
    assert!(globex_browser.get("/sign-in").await.status == StatusCode::SEE_OTHER);
    let page = app.browser().with_host("GLOBEX.example.").get("/sign-in").await;
    assert!(page.body.contains("globex"), "the sign-in page shows the tenant's name");
    app.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_bootstrap_administrator_is_created_once() {
    let variables =
        [("PENNY__BOOTSTRAP__EMAIL", "root@acme.example"), ("PENNY__BOOTSTRAP__PASSWORD", "0123")];
    let app = FreshApp::start(&variables).await;
    assert!(app.server.admin_link.is_none(), "the administrator can sign in by password");
    let browser = app.browser();
    assert_eq!(browser.sign_in("root@acme.example", "0123").await.location(), "/");
    assert_eq!(browser.viewer().await.unwrap()["roles"], serde_json::json!(["admin"]));
    let folder = Arc::clone(&app.folder);
    app.server.stop().await.unwrap();
    let changed = [variables[0], ("PENNY__BOOTSTRAP__PASSWORD", "another one entirely")];
    let app = FreshApp::start_in(folder, &changed).await;
    assert_eq!(
        app.browser().sign_in("root@acme.example", "0123").await.location(),
        "/",
        "the configured password does not overwrite the stored one"
    );
    app.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn without_an_administrator_a_link_is_printed_at_start() {
    let app = FreshApp::start(&[]).await;
    let link = app.server.admin_link.clone().unwrap();
    let path = link.url.expose_secret().strip_prefix(&app.url()).unwrap().to_owned();
    app.clock.advance(TimeDelta::hours(23));
    let browser = app.browser();
    let response = browser
        .send(Method::POST, &path, Some(&[]), &[("sec-fetch-site", "same-origin"), ("accept-language", "es")])
        .await;
    assert_eq!(response.location(), "/");
    let viewer = browser.viewer().await.unwrap();
    assert_eq!(
        (&viewer["roles"], &viewer["locale"]),
        (&serde_json::json!(["admin"]), &serde_json::json!("es"))
    );
    assert_eq!(
        (&viewer["email"], link.admin.as_str()),
        (&serde_json::json!("admin@localhost"), "admin@localhost")
    );
    let folder = Arc::clone(&app.folder);
    app.server.stop().await.unwrap();

    let app = FreshApp::start_in(folder, &[]).await;
    assert!(app.server.admin_link.is_some(), "there is still no other way to sign in");
    let (services, ctx) = (&app.server.state.services, app.ctx(app.default_tenant().await));
    let admins_before = services.identity.first_admin(&ctx, "x", false).await.unwrap();
    assert!(matches!(admins_before, FirstAdminStatus::NeedsLink { .. }));
    let password = SecretString::from(PASSWORD);
    services.identity.bootstrap(&ctx, "root@acme.example", Some(&password)).await.unwrap();
    assert!(matches!(
        services.identity.first_admin(&ctx, "x", false).await.unwrap(),
        FirstAdminStatus::CanSignIn
    ));
    app.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn password_sign_in_can_be_disabled() {
    let app = FreshApp::start(&[("PENNY__AUTH__PASSWORD_ENABLED", "false")]).await;
    app.create_user("alice@acme.example").await;
    let response = app.browser().sign_in("alice@acme.example", PASSWORD).await;
    assert_eq!(response.location(), "/sign-in?error=disabled");
    assert!(app.server.admin_link.is_some(), "sign-in links are always enabled");
    app.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn over_https_cookies_are_host_bound_and_hsts_is_sent() {
    let app = FreshApp::start(&[("PENNY__HTTP__PUBLIC_URL", "https://penny.example")]).await;
    app.create_user("alice@acme.example").await;
    let browser = app.browser();
    let form = [("email", "alice@acme.example"), ("password", PASSWORD)];
    let same_origin = [("origin", "https://penny.example"), ("sec-fetch-site", "same-origin")];
    let response = browser.send(Method::POST, "/auth/password", Some(&form), &same_origin).await;
    let cookie = response.header("set-cookie");
    assert!(
        cookie.starts_with("__Host-penny=") && cookie.contains("Secure") && !cookie.contains("Domain"),
        "{cookie}"
    );
    assert!(response.header("strict-transport-security").contains("max-age=31536000"));
    let out = browser.send(Method::POST, "/auth/sign-out", Some(&[]), &same_origin).await;
    assert_eq!(out.location(), "/sign-in?done=signed_out");
    assert!(browser.cookie("__Host-penny").is_none());
    app.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn every_response_has_security_headers() {
    let app = FreshApp::start(&[]).await;
    let browser = app.browser();
    for path in [
        "/health",
        "/ready",
        "/sign-in",
        "/v1/models",
        "/pkg/none.js",
        "/static/none",
        "/nowhere",
        "/graphql",
    ] {
        let response = browser.get(path).await;
        assert_eq!(response.header("x-content-type-options"), "nosniff", "{path}");
        assert!(response.header("content-security-policy").contains("default-src 'none'"), "{path}");
        assert!(response.header("content-security-policy").contains("frame-ancestors 'none'"), "{path}");
        assert!(response.header("x-request-id").starts_with("req_"), "{path}");
        assert_ne!(response.header("permissions-policy"), "", "{path}");
    }
    let nonce = |response: &crate::fresh_app::BrowserResponse| {
        let policy = response.header("content-security-policy").to_owned();
        policy.split("'nonce-").nth(1).unwrap().split('\'').next().unwrap().to_owned()
    };
    let (one, other) = (browser.get("/sign-in").await, browser.get("/sign-in").await);
    assert_ne!(nonce(&one), nonce(&other));
    assert!(one.body.contains(&format!("nonce=\"{}\"", nonce(&one))));
    assert!(!one.header("content-security-policy").contains("'unsafe-eval'"));
    assert_eq!(one.header("cache-control"), "no-store");
    app.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn two_servers_cannot_use_one_data_folder() {
    let app = FreshApp::start(&[]).await;
    let second = FreshApp::try_start_in(Arc::clone(&app.folder), &[]).await;
    let error = second.err().unwrap().to_string();
    assert!(error.contains("is used by another PENNY process"), "{error}");
    app.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn preferences_are_stored_and_validated() {
    let app = FreshApp::start(&[]).await;
    app.create_user("alice@acme.example").await;
    let state = &app.server.state;
    let visitor = AnonymousRequest {
        tenant: app.default_tenant().await,
        address: None,
        locale: Locale::En,
        transport: Transport::Web,
        request_id: state.system.new_id(),
        system: state.system.clone(),
    };
    let attempt =
        PasswordAttempt { email: "alice@acme.example".into(), password: PASSWORD.to_owned().into() };
    let signed_in = state.services.identity.sign_in_password(&visitor, attempt).await.unwrap();
    let ctx = state.services.identity.ctx_for(signed_in, Transport::Web, None).await.unwrap();
    assert_eq!(ctx.rights().roles(), [Role::Creator]);
    let patch = PreferencesPatch {
        locale: Some(Locale::Es),
        time_zone: Some("Europe/Madrid".into()),
        ..Default::default()
    };
    let viewer = state.services.identity.update_preferences(&ctx, patch).await.unwrap();
    assert_eq!((viewer.locale, viewer.time_zone.as_str()), (Locale::Es, "Europe/Madrid"));
    let bad = PreferencesPatch { time_zone: Some("Mars/Olympus".into()), ..Default::default() };
    let error = state.services.identity.update_preferences(&ctx, bad).await.unwrap_err();
    assert_eq!(error.to_fault().code, FaultCode::Invalid);
    let ctx = state.services.identity.ctx_for(signed_in, Transport::Web, None).await.unwrap();
    assert_eq!(ctx.locale(), Locale::Es, "requests use the stored language");
    app.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invalid_session_cookie_is_ignored() {
    let app = FreshApp::start(&[]).await;
    for cookie in ["", "x", "ñ", "AAAAAAAAAAAAAAAAAAAAAA", &"A".repeat(4000), "../../etc"] {
        let browser = Browser::at(app.url());
        browser.set_cookie(COOKIE, cookie);
        assert_eq!(browser.get("/").await.location(), "/sign-in", "{cookie}");
    }
    app.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn concurrent_page_requests_are_all_rendered() {
    let app = FreshApp::start(&[]).await;
    app.create_user("alice@acme.example").await;
    let browser = app.browser();
    browser.sign_in("alice@acme.example", PASSWORD).await;
    for _ in 0..25 {
        let pages = ["/", "/", "/", "/", "/d/company-health", "/settings", "/a/none", "/none"];
        let responses = futures::future::join_all(pages.map(|path| browser.get(path))).await;
        for (path, response) in pages.iter().zip(responses) {
            assert!(!response.status.is_server_error(), "{path}: {}", response.status);
            assert!(response.body.contains("<title>"), "{path}");
        }
    }
}
