//! The single things looked at.

use super::{Report, Verdict};
use crate::{
    boot::Outside,
    boot::first_model,
    config::{Config, Database},
    web::site::Site,
};
use penny_adapters::bus::InProcessBus;
use penny_core::db::{Db, DbOptions, StoreError};
use penny_net::Purpose;
use penny_ports::models::ModelProvider;
use penny_providers::{Ollama, OpenAiCompatible, Vendor, Wiring};
use secrecy::ExposeSecret;
use std::{path::Path, process::Command, sync::Arc, time::Duration};

/// The least free room that is no reason to worry, in MiB.
const ROOM_MIB: u64 = 1024;
/// How long anything outside may take to answer.
const PATIENCE: Duration = Duration::from_secs(3);
/// A day this program cannot have been built after: 2026-01-01.
const NO_EARLIER: i64 = 1_767_225_600;

/// Is the address people type right for where PENNY listens?
pub(super) fn address(config: &Config, report: &mut Report) {
    let http = &config.http;
    let url = http.public_base(http.addr);
    let args = [("url", url.as_str())];
    if !http.is_https() && !http.addr.ip().is_loopback() {
        report.add(Verdict::Note, "address", "open", &args);
    } else {
        report.add(Verdict::Fine, "address", "fine", &args);
    }
}

/// Can the data folder be written, and only by us?
pub(super) fn folder(config: &Config, report: &mut Report) -> bool {
    let dir = &config.data.dir;
    let shown = dir.display().to_string();
    if !dir.exists() {
        report.add(Verdict::Note, "folder", "new", &[("dir", &shown)]);
        return false;
    }
    let probe = dir.join(".penny-doctor");
    match std::fs::write(&probe, b"").and_then(|()| std::fs::remove_file(&probe)) {
        Ok(()) if is_open_to_all(dir) => report.add(Verdict::Note, "folder", "open", &[("dir", &shown)]),
        Ok(()) => report.add(Verdict::Fine, "folder", "fine", &[("dir", &shown)]),
        Err(error) => {
            report.add(Verdict::Off, "folder", "closed", &[("dir", &shown), ("problem", &error.to_string())]);
        }
    }
    true
}

#[cfg(unix)]
fn is_open_to_all(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).is_ok_and(|meta| meta.permissions().mode() & 0o007 != 0)
}

#[cfg(not(unix))]
fn is_open_to_all(_: &Path) -> bool {
    false
}

/// Is there room on the disk? Asked of `df` (POSIX), since the standard library does not say.
pub(super) async fn space(config: &Config, report: &mut Report) {
    let dir = config.data.dir.clone();
    let asked = tokio::task::spawn_blocking(move || Command::new("df").arg("-Pk").arg(dir).output()).await;
    let Ok(Ok(output)) = asked else {
        return;
    };
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let free = text
        .lines()
        .nth(1)
        .and_then(|line| line.split_whitespace().nth(3))
        .and_then(|n| n.parse::<u64>().ok());
    let Some(mib) = free.map(|kib| kib / 1024) else {
        return;
    };
    let free = mib.to_string();
    let (verdict, what) = if mib < ROOM_MIB { (Verdict::Off, "little") } else { (Verdict::Fine, "fine") };
    report.add(verdict, "space", what, &[("free", &free)]);
}

/// Does the database answer, and is it up to date?
pub(super) async fn database(config: &Config, report: &mut Report) {
    let kind = config.database.kind();
    if config.database.url.is_none() && !Database::file_in(&config.data).exists() {
        report.add(Verdict::Note, "database", "new", &[("kind", kind)]);
        return;
    }
    let url = config.database.url_in(&config.data);
    let opened = Db::connect(&DbOptions::new(url.expose_secret()), Arc::new(InProcessBus::new())).await;
    let checked = match &opened {
        Ok(db) => tokio::time::timeout(PATIENCE, db.check()).await.ok(),
        Err(_) => None,
    };
    let answer = match (checked, opened) {
        (Some(result), _) => result,
        (None, Err(error)) => Err(error),
        (None, Ok(_)) => {
            report.add(Verdict::Off, "database", "silent", &[("kind", kind)]);
            return;
        }
    };
    match answer {
        Ok(()) => report.add(Verdict::Fine, "database", "fine", &[("kind", kind)]),
        Err(StoreError::Outdated { pending }) => {
            let count = pending.to_string();
            report.add(Verdict::Note, "database", "outdated", &[("kind", kind), ("count", &count)]);
        }
        Err(error) => {
            report.add(
                Verdict::Off,
                "database",
                "failing",
                &[("kind", kind), ("problem", &error.to_string())],
            );
        }
    }
}

/// Can the clock be right?
pub(super) fn clock(report: &mut Report) {
    let now = Outside::default().world.now();
    let shown = now.format("%Y-%m-%d %H:%M UTC").to_string();
    let (verdict, what) =
        if now.timestamp() < NO_EARLIER { (Verdict::Off, "wrong") } else { (Verdict::Fine, "fine") };
    report.add(verdict, "clock", what, &[("now", &shown)]);
}

/// Which models answer?
pub(super) async fn models(config: &Config, report: &mut Report) {
    let outside = Outside::default();
    let wiring = Wiring::new(outside.clients.clone(), Arc::clone(&outside.world.clock));
    let mut has_model = false;
    if let Some(base) = &config.models.openai_compatible.base_url {
        let vendor = Vendor::at(config.models.openai_compatible.name.clone(), base.clone());
        let made =
            OpenAiCompatible::new(vendor, config.models.openai_compatible.api_key.clone(), wiring.clone());
        let listed = match made {
            Ok(provider) => listed(&provider).await,
            Err(error) => Err(error.to_string()),
        };
        let url = base.to_string();
        match listed {
            Ok(()) => report.add(Verdict::Fine, "models", "fine", &[("url", &url)]),
            Err(problem) => {
                report.add(Verdict::Off, "models", "failing", &[("url", &url), ("problem", &problem)])
            }
        }
        has_model = true;
    }
    if let Some(base) = &config.models.ollama.base_url
        && let Ok(ollama) = Ollama::new(base.clone(), wiring)
        && let Some(model) = first_model(&ollama).await
    {
        report.add(Verdict::Fine, "models", "ollama", &[("model", &model)]);
        has_model = true;
    }
    if !has_model {
        report.add(Verdict::Note, "models", "demo", &[]);
    }
}

async fn listed(provider: &dyn ModelProvider) -> Result<(), String> {
    match tokio::time::timeout(PATIENCE, provider.list()).await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err(format!("{PATIENCE:?}")),
    }
}

/// Do the OpenID Connect providers answer?
pub(super) async fn providers(config: &Config, report: &mut Report) {
    for (slug, provider) in &config.auth.oidc {
        let clients = Outside::default().clients;
        let asked = async {
            let address = format!(
                "{}/.well-known/openid-configuration",
                provider.issuer.as_str().trim_end_matches('/')
            );
            let address = address.parse().map_err(|_| "?".to_owned())?;
            let client =
                clients.client(&Purpose::Issuer(provider.issuer.clone())).map_err(|e| e.to_string())?;
            let response =
                client.get(address).map_err(|e| e.to_string())?.send().await.map_err(|e| e.to_string())?;
            if response.status().is_success() { Ok(()) } else { Err(response.status().to_string()) }
        };
        let answer =
            tokio::time::timeout(PATIENCE, asked).await.unwrap_or_else(|_| Err(format!("{PATIENCE:?}")));
        match answer {
            Ok(()) => report.add(Verdict::Fine, "openid", "fine", &[("name", slug)]),
            Err(problem) => {
                report.add(Verdict::Off, "openid", "failing", &[("name", slug), ("problem", &problem)])
            }
        }
    }
}

/// Is there a Docker engine for the sandbox?
pub(super) async fn sandbox(report: &mut Report) {
    #[cfg(unix)]
    let is_there = tokio::net::UnixStream::connect("/var/run/docker.sock").await.is_ok();
    #[cfg(not(unix))]
    let is_there = false;
    let (verdict, what) = if is_there { (Verdict::Fine, "fine") } else { (Verdict::Note, "none") };
    report.add(verdict, "docker", what, &[]);
}

/// Is the page there?
pub(super) fn site(config: &Config, report: &mut Report) {
    let is_there = Site::new(config.http.site_dir.clone()).is_there();
    let (verdict, what) = if is_there { (Verdict::Fine, "fine") } else { (Verdict::Off, "missing") };
    report.add(verdict, "site", what, &[]);
}
