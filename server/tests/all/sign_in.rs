//! Signing in and out by password and by link, sessions, hosts, and what is refused.

use crate::sign_in_app::{Browser, House, PASSWORD};
use chrono::TimeDelta;
use penny_core::{
    ctx::{Via, Visitor},
    fault::ToFault,
    identity::{FirstAdmin, PasswordAttempt},
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
async fn the_right_password_opens_the_door_and_leads_on() {
    let house = House::open(&[]).await;
    house.person("alice@acme.example").await;
    let browser = house.browser();
    let shut = browser.get("/c/cnv_1?x=1").await;
    assert_eq!((shut.status, shut.location()), (StatusCode::SEE_OTHER, "/sign-in?next=%2Fc%2Fcnv_1%3Fx%3D1"));
    let form = [("email", " Alice@ACME.example"), ("password", PASSWORD), ("next", "/d/company-health")];
    let open = browser.post("/auth/password", &form).await;
    assert_eq!((open.status, open.location()), (StatusCode::SEE_OTHER, "/d/company-health"));
    let cookie = open.header("set-cookie");
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
    house.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_and_a_stranger_get_the_same_answer() {
    let house = House::open(&[]).await;
    house.person("alice@acme.example").await;
    let browser = house.browser();
    let wrong = browser.sign_in("alice@acme.example", "wrong").await;
    let stranger = browser.sign_in("nobody@acme.example", "wrong").await;
    assert_eq!(wrong.location(), "/sign-in?error=credentials");
    assert_eq!((wrong.status, wrong.location()), (stranger.status, stranger.location()));
    assert_eq!(wrong.header("set-cookie"), "");
    let broken = browser.post("/auth/password", &[("email", "alice@acme.example")]).await;
    assert_eq!(broken.location(), "/sign-in?error=credentials");
    assert!(browser.viewer().await.is_none());
    let page = browser.get("/sign-in?error=credentials").await;
    assert_eq!(page.status, StatusCode::OK);
    house.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_has_to_wait_and_may_go_on_later() {
    let house = House::open(&[]).await;
    house.person("alice@acme.example").await;
    let browser = house.browser();
    for _ in 0..5 {
        assert_eq!(
            browser.sign_in("alice@acme.example", "wrong").await.location(),
            "/sign-in?error=credentials"
        );
    }
    let waiting = browser.sign_in("alice@acme.example", PASSWORD).await;
    assert_eq!(waiting.location(), "/sign-in?error=rate_limited");
    assert!(house.browser().sign_in("nobody@acme.example", "x").await.location().contains("credentials"));
    house.clock.advance(TimeDelta::seconds(2));
    assert_eq!(browser.sign_in("alice@acme.example", PASSWORD).await.location(), "/");
    house.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_planted_before_signing_in_is_worth_nothing_after() {
    let house = House::open(&[]).await;
    house.person("alice@acme.example").await;
    let planted = "AAAAAAAAAAAAAAAAAAAAAA";
    let browser = house.browser();
    browser.set_cookie(COOKIE, planted);
    browser.sign_in("alice@acme.example", PASSWORD).await;
    let first = browser.cookie(COOKIE).unwrap();
    assert_ne!(first, planted);
    let mallory = house.browser();
    mallory.set_cookie(COOKIE, planted);
    assert!(mallory.viewer().await.is_none());
    browser.sign_in("alice@acme.example", PASSWORD).await;
    let second = browser.cookie(COOKIE).unwrap();
    assert_ne!(first, second, "the id rotates at every sign-in");
    mallory.set_cookie(COOKIE, &first);
    assert!(mallory.viewer().await.is_none(), "the id before the last sign-in is gone");
    house.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_ends_the_session_on_the_server() {
    let house = House::open(&[]).await;
    house.person("alice@acme.example").await;
    let browser = house.browser();
    browser.sign_in("alice@acme.example", PASSWORD).await;
    let thief = house.browser();
    thief.set_cookie(COOKIE, &browser.cookie(COOKIE).unwrap());
    assert!(thief.viewer().await.is_some());
    let out = browser.post("/auth/sign-out", &[]).await;
    assert_eq!(out.location(), "/sign-in?done=signed_out");
    assert!(browser.cookie(COOKIE).is_none() && thief.viewer().await.is_none());
    house.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_outlive_a_restart_end_by_themselves_and_are_kept_as_hashes() {
    let house = House::open(&[]).await;
    house.person("alice@acme.example").await;
    let browser = house.browser();
    browser.sign_in("alice@acme.example", PASSWORD).await;
    let cookie = browser.cookie(COOKIE).unwrap();
    let (folder, data) = (Arc::clone(&house.folder), house.data());
    house.server.stop().await.unwrap();
    for file in
        std::fs::read_dir(&data).unwrap().map(|file| file.unwrap().path()).filter(|path| path.is_file())
    {
        let bytes = std::fs::read(&file).unwrap();
        let is_found = bytes.windows(cookie.len()).any(|window| window == cookie.as_bytes());
        assert!(!is_found, "{} holds the session's id", file.display());
    }
    let house = House::reopen(folder, &[]).await;
    let browser = house.browser();
    browser.set_cookie(COOKIE, &cookie);
    assert!(browser.viewer().await.is_some());
    house.clock.advance(TimeDelta::days(13));
    let visit = browser.get("/").await;
    assert!(visit.header("set-cookie").contains("Max-Age"), "a visit pushes the end back");
    house.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn another_site_cannot_make_a_browser_act() {
    let house = House::open(&[]).await;
    house.person("alice@acme.example").await;
    let browser = house.browser();
    browser.sign_in("alice@acme.example", PASSWORD).await;
    for headers in [
        &[("origin", "https://evil.example")][..],
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site")],
        &[("origin", "null")],
        &[],
    ] {
        for path in ["/auth/sign-out", "/auth/password", "/graphql", "/v1/conversations"] {
            let answer = browser.send(Method::POST, path, Some(&[]), headers).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path} {headers:?}");
            assert_eq!(answer.json()["messageKey"], "identity-cross-site");
        }
        let socket = [
            ("connection", "upgrade"),
            ("upgrade", "websocket"),
            ("sec-websocket-version", "13"),
            ("sec-websocket-key", "AAAAAAAAAAAAAAAAAAAAAA=="),
        ];
        let answer = browser.send(Method::GET, "/graphql/ws", None, &[&socket, headers].concat()).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "socket {headers:?}");
    }
    assert!(browser.viewer().await.is_some(), "nothing happened");
    house.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_signs_in_once_and_only_when_asked() {
    let house = House::open(&[]).await;
    let (tenant, alice) = (house.default_tenant().await, house.person("alice@acme.example").await);
    let link = house.link(tenant, alice).await;
    let scanner = house.browser();
    assert_eq!(scanner.get(&link).await.status, StatusCode::OK, "looking uses nothing up");
    assert!(scanner.viewer().await.is_none());
    let (one, other) = (house.browser(), house.browser());
    let (first, second) = tokio::join!(one.post(&link, &[]), other.post(&link, &[]));
    let mut places = [first.location().to_owned(), second.location().to_owned()];
    places.sort();
    assert_eq!(places, ["/", "/sign-in?error=link"], "two at once: one is let in");
    assert_eq!(house.browser().post(&link, &[]).await.location(), "/sign-in?error=link");

    let late = house.link(tenant, alice).await;
    house.clock.advance(TimeDelta::minutes(15));
    assert_eq!(house.browser().post(&late, &[]).await.location(), "/sign-in?error=link");
    assert_eq!(house.browser().post("/auth/link/nonsense", &[]).await.location(), "/sign-in?error=link");
    let log = std::fs::read_dir(house.data()).unwrap().count();
    assert!(log > 0);
    house.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_has_its_own_people_and_its_own_look() {
    let house = House::open(&[]).await;
    let globex = house.company("globex", "globex.example").await;
    let alice = house.person("alice@acme.example").await;
    house.person_in(globex, "bob@globex.example").await;
    let (here, there) = (house.browser(), house.browser().by_host("globex.example:3000"));
    assert_eq!(there.sign_in("alice@acme.example", PASSWORD).await.location(), "/sign-in?error=credentials");
    assert_eq!(here.sign_in("bob@globex.example", PASSWORD).await.location(), "/sign-in?error=credentials");
    assert_eq!(there.sign_in("bob@globex.example", PASSWORD).await.location(), "/");
    assert_eq!(there.viewer().await.unwrap()["brand"]["companyName"], "globex");
    here.sign_in("alice@acme.example", PASSWORD).await;

    let smuggled = house.browser().by_host("globex.example");
    smuggled.set_cookie(COOKIE, &here.cookie(COOKIE).unwrap());
    assert!(smuggled.viewer().await.is_none(), "a session of another tenant's host proves nothing");
    let link = house.link(house.default_tenant().await, alice).await;
    assert_eq!(smuggled.post(&link, &[]).await.location(), "/sign-in?error=link");
    assert!(there.get("/sign-in").await.status == StatusCode::SEE_OTHER);
    let page = house.browser().by_host("GLOBEX.example.").get("/sign-in").await;
    assert!(page.body.contains("globex"), "the door wears the company's name");
    house.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_operators_administrator_is_made_once() {
    let variables =
        [("PENNY__BOOTSTRAP__EMAIL", "root@acme.example"), ("PENNY__BOOTSTRAP__PASSWORD", "0123")];
    let house = House::open(&variables).await;
    assert!(house.server.first_link.is_none(), "the administrator can sign in by password");
    let browser = house.browser();
    assert_eq!(browser.sign_in("root@acme.example", "0123").await.location(), "/");
    assert_eq!(browser.viewer().await.unwrap()["roles"], serde_json::json!(["admin"]));
    let folder = Arc::clone(&house.folder);
    house.server.stop().await.unwrap();
    let changed = [variables[0], ("PENNY__BOOTSTRAP__PASSWORD", "another one entirely")];
    let house = House::reopen(folder, &changed).await;
    assert_eq!(
        house.browser().sign_in("root@acme.example", "0123").await.location(),
        "/",
        "it is not changed back"
    );
    house.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn without_an_administrator_a_link_is_printed_until_one_can_sign_in() {
    let house = House::open(&[]).await;
    let link = house.server.first_link.clone().unwrap();
    let path = link.address.expose_secret().strip_prefix(&house.url()).unwrap().to_owned();
    house.clock.advance(TimeDelta::hours(23));
    let browser = house.browser();
    let answer = browser
        .send(Method::POST, &path, Some(&[]), &[("sec-fetch-site", "same-origin"), ("accept-language", "es")])
        .await;
    assert_eq!(answer.location(), "/");
    let viewer = browser.viewer().await.unwrap();
    assert_eq!(
        (&viewer["roles"], &viewer["locale"]),
        (&serde_json::json!(["admin"]), &serde_json::json!("es"))
    );
    assert_eq!(
        (&viewer["email"], link.whom.as_str()),
        (&serde_json::json!("admin@localhost"), "admin@localhost")
    );
    let folder = Arc::clone(&house.folder);
    house.server.stop().await.unwrap();

    let house = House::reopen(folder, &[]).await;
    assert!(house.server.first_link.is_some(), "there is still no other way in");
    let (services, ctx) = (&house.server.state.services, house.ctx(house.default_tenant().await));
    let admins_before = services.identity.first_admin(&ctx, "x", false).await.unwrap();
    assert!(matches!(admins_before, FirstAdmin::NeedsLink { .. }));
    let password = SecretString::from(PASSWORD);
    services.identity.bootstrap(&ctx, "root@acme.example", Some(&password)).await.unwrap();
    assert!(matches!(services.identity.first_admin(&ctx, "x", false).await.unwrap(), FirstAdmin::CanSignIn));
    house.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn where_passwords_are_off_nobody_gets_in_by_one() {
    let house = House::open(&[("PENNY__AUTH__PASSWORD_ENABLED", "false")]).await;
    house.person("alice@acme.example").await;
    let answer = house.browser().sign_in("alice@acme.example", PASSWORD).await;
    assert_eq!(answer.location(), "/sign-in?error=disabled");
    assert!(house.server.first_link.is_some(), "links always work");
    house.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn over_https_cookies_are_bound_and_browsers_are_told_to_insist() {
    let house = House::open(&[("PENNY__HTTP__PUBLIC_URL", "https://penny.example")]).await;
    house.person("alice@acme.example").await;
    let browser = house.browser();
    let form = [("email", "alice@acme.example"), ("password", PASSWORD)];
    let from_page = [("origin", "https://penny.example"), ("sec-fetch-site", "same-origin")];
    let answer = browser.send(Method::POST, "/auth/password", Some(&form), &from_page).await;
    let cookie = answer.header("set-cookie");
    assert!(
        cookie.starts_with("__Host-penny=") && cookie.contains("Secure") && !cookie.contains("Domain"),
        "{cookie}"
    );
    assert!(answer.header("strict-transport-security").contains("max-age=31536000"));
    let out = browser.send(Method::POST, "/auth/sign-out", Some(&[]), &from_page).await;
    assert_eq!(out.location(), "/sign-in?done=signed_out");
    assert!(browser.cookie("__Host-penny").is_none());
    house.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_says_how_it_may_be_treated() {
    let house = House::open(&[]).await;
    let browser = house.browser();
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
        let answer = browser.get(path).await;
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert!(answer.header("content-security-policy").contains("default-src 'none'"), "{path}");
        assert!(answer.header("content-security-policy").contains("frame-ancestors 'none'"), "{path}");
        assert!(answer.header("x-request-id").starts_with("req_"), "{path}");
        assert_ne!(answer.header("permissions-policy"), "", "{path}");
    }
    let nonce = |answer: &crate::sign_in_app::Answer| {
        let policy = answer.header("content-security-policy").to_owned();
        policy.split("'nonce-").nth(1).unwrap().split('\'').next().unwrap().to_owned()
    };
    let (one, other) = (browser.get("/sign-in").await, browser.get("/sign-in").await);
    assert_ne!(nonce(&one), nonce(&other));
    assert!(one.body.contains(&format!("nonce=\"{}\"", nonce(&one))));
    assert!(!one.header("content-security-policy").contains("'unsafe-eval'"));
    assert_eq!(one.header("cache-control"), "no-store");
    house.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn two_programs_cannot_use_one_folder() {
    let house = House::open(&[]).await;
    let second = House::try_open(Arc::clone(&house.folder), &[]).await;
    let words = second.err().unwrap().to_string();
    assert!(words.contains("another PENNY uses the data folder"), "{words}");
    house.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn preferences_are_kept_and_checked() {
    let house = House::open(&[]).await;
    house.person("alice@acme.example").await;
    let state = &house.server.state;
    let visitor = Visitor {
        tenant: house.default_tenant().await,
        address: None,
        locale: Locale::En,
        via: Via::Web,
        request: state.world.mint(),
        world: state.world.clone(),
    };
    let attempt =
        PasswordAttempt { email: "alice@acme.example".into(), password: PASSWORD.to_owned().into() };
    let who = state.services.identity.sign_in_password(&visitor, attempt).await.unwrap();
    let ctx = state.services.identity.ctx_for(&state.world, who, Via::Web, None).await.unwrap();
    assert_eq!(ctx.grants.roles, [Role::Creator]);
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
    let ctx = state.services.identity.ctx_for(&state.world, who, Via::Web, None).await.unwrap();
    assert_eq!(ctx.locale, Locale::Es, "her own language from now on");
    house.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_that_sends_nonsense_is_simply_not_signed_in() {
    let house = House::open(&[]).await;
    for cookie in ["", "x", "ñ", "AAAAAAAAAAAAAAAAAAAAAA", &"A".repeat(4000), "../../etc"] {
        let browser = Browser::at(house.url());
        browser.set_cookie(COOKIE, cookie);
        assert_eq!(browser.get("/").await.location(), "/sign-in", "{cookie}");
    }
    house.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_pages_asked_for_at_once_are_all_drawn() {
    let house = House::open(&[]).await;
    house.person("alice@acme.example").await;
    let browser = house.browser();
    browser.sign_in("alice@acme.example", PASSWORD).await;
    for _ in 0..25 {
        let pages = ["/", "/", "/", "/", "/d/company-health", "/settings", "/a/none", "/none"];
        let answers = futures::future::join_all(pages.map(|path| browser.get(path))).await;
        for (path, answer) in pages.iter().zip(answers) {
            assert!(!answer.status.is_server_error(), "{path}: {}", answer.status);
            assert!(answer.body.contains("<title>"), "{path}");
        }
    }
}
