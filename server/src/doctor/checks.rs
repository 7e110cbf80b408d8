//! The single things looked at.

use super::{Report, Verdict};
use crate::{
    boot::Outside,
    config::{Config, Database},
    web::site::Site,
};
use penny_adapters::{bus::InProcessBus, keys::FileKeyring};
use penny_core::{
    audit::{self, Trail},
    db::{Db, DbOptions, StoreError},
};
use penny_net::Purpose;
use penny_ports::models::{ModelError, ModelProvider};
use penny_providers::{Ollama, OpenAiCompatible, Vendor, Wiring};
use secrecy::ExposeSecret;
use serde_json::Value;
use std::{
    io::ErrorKind,
    net::{Ipv4Addr, Ipv6Addr, SocketAddr},
    path::Path,
    process::Command,
    sync::Arc,
    time::Duration,
};
use tokio::net::TcpListener;
use url::Url;

/// The least free room that is no reason to worry, in MiB.
const ROOM_MIB: u64 = 1024;
/// How long anything outside may take to answer.
const PATIENCE: Duration = Duration::from_secs(3);
/// How long reading the audit trail may take.
const READING: Duration = Duration::from_secs(30);
/// A day this program cannot have been built after: 2026-01-01.
const NO_EARLIER: i64 = 1_767_225_600;

/// Is the address people type right for where PENNY listens, and can it listen there?
pub(super) async fn address(config: &Config, report: &mut Report) {
    let http = &config.http;
    let url = http.public_base(http.addr);
    let args = [("url", url.as_str())];
    match TcpListener::bind(http.addr).await {
        Ok(_) if !http.is_https() && !http.addr.ip().is_loopback() => {
            report.add(Verdict::Note, "address", "open", &args);
        }
        Ok(_) => report.add(Verdict::Fine, "address", "fine", &args),
        Err(error) => {
            let args = [("address", &*http.addr.to_string()), ("problem", &error.to_string())];
            let is_taken = error.kind() == ErrorKind::AddrInUse;
            let (verdict, what) = if !is_taken {
                (Verdict::Off, "closed")
            } else if is_penny(http.addr).await {
                (Verdict::Note, "running")
            } else {
                (Verdict::Off, "taken")
            };
            report.add(verdict, "address", what, &args);
        }
    }
}

/// Asks who listens whether it is a PENNY that lives.
async fn is_penny(mut address: SocketAddr) -> bool {
    if address.ip().is_unspecified() {
        let home = if address.is_ipv4() { Ipv4Addr::LOCALHOST.into() } else { Ipv6Addr::LOCALHOST.into() };
        address.set_ip(home);
    }
    let asked = async {
        let url: Url = format!("http://{address}/health").parse().ok()?;
        let client = Outside::default().clients.client(&Purpose::Operator(url.clone())).ok()?;
        let health: Value = client.get(url).ok()?.send().await.ok()?.json().await.ok()?;
        Some(health.get("status")? == "ok")
    };
    tokio::time::timeout(PATIENCE, asked).await.ok().flatten().unwrap_or(false)
}

/// Can the data folder be written, or made, and only by us? Says whether there is a place for data.
pub(super) fn folder(config: &Config, report: &mut Report) -> bool {
    let dir = &config.data.dir;
    let shown = dir.display().to_string();
    let args = [("dir", shown.as_str())];
    match write_into(nearest(dir)) {
        Err(error) => {
            let problem = error.to_string();
            report.add(Verdict::Off, "folder", "closed", &[("dir", &shown), ("problem", &problem)]);
            return false;
        }
        Ok(()) if !dir.exists() => report.add(Verdict::Note, "folder", "new", &args),
        Ok(()) if is_open_to_all(dir) => report.add(Verdict::Note, "folder", "open", &args),
        Ok(()) => report.add(Verdict::Fine, "folder", "fine", &args),
    }
    true
}

/// Returns the folder itself, or the nearest above it that exists.
fn nearest(dir: &Path) -> &Path {
    let above = dir.ancestors().find(|above| above.exists());
    above.unwrap_or_else(|| Path::new("."))
}

fn write_into(dir: &Path) -> std::io::Result<()> {
    let probe = dir.join(".penny-doctor");
    std::fs::write(&probe, b"").and_then(|()| std::fs::remove_file(&probe))
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
    let checked = async {
        let db = opened?;
        db.check().await.map(|()| db)
    };
    match tokio::time::timeout(PATIENCE, checked).await {
        Err(_) => report.add(Verdict::Off, "database", "silent", &[("kind", kind)]),
        Ok(Ok(db)) => {
            report.add(Verdict::Fine, "database", "fine", &[("kind", kind)]);
            audit(&db, config, report).await;
        }
        Ok(Err(StoreError::Outdated { pending })) => {
            let count = pending.to_string();
            report.add(Verdict::Note, "database", "outdated", &[("kind", kind), ("count", &count)]);
        }
        Ok(Err(error)) => {
            let problem = error.to_string();
            report.add(Verdict::Off, "database", "failing", &[("kind", kind), ("problem", &problem)]);
        }
    }
}

/// Is the audit trail as it was written?
async fn audit(db: &Db, config: &Config, report: &mut Report) {
    let world = Outside::default().world;
    let key = config.data.key_file();
    if !key.exists() {
        report.add(Verdict::Off, "audit", "keyless", &[("path", &key.display().to_string())]);
        return;
    }
    let keyring = match FileKeyring::open(&key, &*world.entropy) {
        Ok(keyring) => keyring,
        Err(error) => {
            report.add(Verdict::Off, "audit", "failing", &[("problem", &error.to_string())]);
            return;
        }
    };
    match tokio::time::timeout(READING, audit::verify(db, &world, &keyring)).await {
        Err(_) => {
            let seconds = READING.as_secs().to_string();
            report.add(Verdict::Note, "audit", "long", &[("seconds", &seconds)]);
        }
        Ok(Ok(Trail::Whole { records })) => {
            report.add(Verdict::Fine, "audit", "fine", &[("count", &records.to_string())]);
        }
        Ok(Ok(Trail::Broken { tenant, at })) => {
            report.add(Verdict::Off, "audit", "broken", &[("tenant", &tenant), ("record", &at.to_string())]);
        }
        Ok(Err(error)) => report.add(Verdict::Off, "audit", "failing", &[("problem", &error.to_string())]),
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
    let models = &config.models;
    if let Some(base) = &models.openai_compatible.base_url {
        let vendor = Vendor::at(models.openai_compatible.name.clone(), base.clone());
        let made = OpenAiCompatible::new(vendor, models.openai_compatible.api_key.clone(), wiring.clone());
        let url = base.to_string();
        match made {
            Ok(provider) => match offered(&provider).await {
                Offered::First(_) => report.add(Verdict::Fine, "models", "fine", &[("url", &url)]),
                Offered::NoList => report.add(Verdict::Note, "models", "unlisted", &[("url", &url)]),
                Offered::Nothing(problem) => {
                    report.add(Verdict::Off, "models", "failing", &[("url", &url), ("problem", &problem)]);
                }
            },
            Err(error) => {
                let problem = error.to_string();
                report.add(Verdict::Off, "models", "failing", &[("url", &url), ("problem", &problem)]);
            }
        }
    }
    let mut has_model = models.openai_compatible.base_url.is_some();
    if let Some(base) = &models.ollama.base_url
        && let Ok(ollama) = Ollama::new(base.clone(), wiring)
    {
        if let Offered::First(model) = offered(&ollama).await {
            report.add(Verdict::Fine, "models", "ollama", &[("model", &model)]);
            has_model = true;
        } else if models.ollama.is_configured() {
            report.add(Verdict::Off, "models", "silent", &[("url", base.as_str())]);
            has_model = true;
        }
    }
    if !has_model {
        report.add(Verdict::Note, "models", "demo", &[]);
    }
}

/// What a provider says to the question which models it has.
enum Offered {
    /// This one, and perhaps more.
    First(String),
    /// It answers, and has no list.
    NoList,
    /// It does not answer, or refuses to.
    Nothing(String),
}

async fn offered(provider: &dyn ModelProvider) -> Offered {
    match tokio::time::timeout(PATIENCE, provider.list()).await {
        Ok(Ok(models)) => match models.first() {
            Some(model) => Offered::First(format!("{}/{}", provider.name(), model.id)),
            None => Offered::NoList,
        },
        Ok(Err(ModelError::UnknownModel | ModelError::Rejected { .. } | ModelError::Broken { .. })) => {
            Offered::NoList
        }
        Ok(Err(error)) => Offered::Nothing(error.to_string()),
        Err(_) => Offered::Nothing(format!("{PATIENCE:?}")),
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
