//! The individual checks. Each adds its results to the report.

use super::{CheckStatus, DoctorReport};
use crate::{
    boot::BootDeps,
    config::{Config, DatabaseConfig},
    web::site::Site,
};
use penny_adapters::{bus::InProcessBus, keys::FileKeyring};
use penny_kernel::{
    audit::{self, ChainStatus},
    db::{Db, DbOptions, StoreError},
};
use penny_net::Purpose;
use penny_ports::models::{ModelError, ModelProvider};
use penny_providers::{OllamaProvider, OpenAiCompatibleProvider, ProviderDeps, Vendor};
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

/// The minimum free disk space, in MiB.
const MIN_FREE_MIB: u64 = 1024;
/// The timeout of each request to another system.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(3);
const AUDIT_TIMEOUT: Duration = Duration::from_secs(30);
/// The earliest plausible time of the clock, in Unix seconds: 2026-01-01, before this program was built.
const EARLIEST_TIME: i64 = 1_767_225_600;

/// Checks that the server can listen on its address, and that a public address uses https.
pub(super) async fn address(config: &Config, report: &mut DoctorReport) {
    let http = &config.http;
    let url = http.public_base_url(http.addr);
    let args = [("url", url.as_str())];
    match TcpListener::bind(http.addr).await {
        Ok(_) if !http.is_https() && !http.addr.ip().is_loopback() => {
            report.add(CheckStatus::Warning, "address", "open", &args);
        }
        Ok(_) => report.add(CheckStatus::Passed, "address", "fine", &args),
        Err(error) => {
            let args = [("address", &*http.addr.to_string()), ("problem", &error.to_string())];
            let is_in_use = error.kind() == ErrorKind::AddrInUse;
            let (status, outcome) = if !is_in_use {
                (CheckStatus::Failed, "closed")
            } else if is_penny(http.addr).await {
                (CheckStatus::Warning, "running")
            } else {
                (CheckStatus::Failed, "taken")
            };
            report.add(status, "address", outcome, &args);
        }
    }
}

/// Returns whether the server at an address is a healthy PENNY server.
async fn is_penny(mut address: SocketAddr) -> bool {
    if address.ip().is_unspecified() {
        let loopback =
            if address.is_ipv4() { Ipv4Addr::LOCALHOST.into() } else { Ipv6Addr::LOCALHOST.into() };
        address.set_ip(loopback);
    }
    let request = async {
        let url: Url = format!("http://{address}/health").parse().ok()?;
        let client = BootDeps::default().clients.client(&Purpose::Operator(url.clone())).ok()?;
        let health: Value = client.get(url).ok()?.send().await.ok()?.json().await.ok()?;
        Some(health.get("status")? == "ok")
    };
    tokio::time::timeout(REQUEST_TIMEOUT, request).await.ok().flatten().unwrap_or(false)
}

/// Checks that the data folder can be written or created, and that other users have no access to it.
/// Returns whether it is writable.
pub(super) fn data_dir(config: &Config, report: &mut DoctorReport) -> bool {
    let dir = &config.data.dir;
    let shown = dir.display().to_string();
    let args = [("dir", shown.as_str())];
    match probe_write(nearest_existing(dir)) {
        Err(error) => {
            let problem = error.to_string();
            report.add(CheckStatus::Failed, "folder", "closed", &[("dir", &shown), ("problem", &problem)]);
            return false;
        }
        Ok(()) if !dir.exists() => report.add(CheckStatus::Warning, "folder", "new", &args),
        Ok(()) if is_accessible_to_others(dir) => report.add(CheckStatus::Warning, "folder", "open", &args),
        Ok(()) => report.add(CheckStatus::Passed, "folder", "fine", &args),
    }
    true
}

/// Returns the folder itself, or its nearest existing ancestor.
fn nearest_existing(dir: &Path) -> &Path {
    let ancestor = dir.ancestors().find(|ancestor| ancestor.exists());
    ancestor.unwrap_or_else(|| Path::new("."))
}

fn probe_write(dir: &Path) -> std::io::Result<()> {
    let probe = dir.join(".penny-doctor");
    std::fs::write(&probe, b"").and_then(|()| std::fs::remove_file(&probe))
}

#[cfg(unix)]
fn is_accessible_to_others(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).is_ok_and(|meta| meta.permissions().mode() & 0o007 != 0)
}

#[cfg(not(unix))]
fn is_accessible_to_others(_: &Path) -> bool {
    false
}

/// Checks the free disk space, by `df` (POSIX) because the standard library has no function for it.
pub(super) async fn disk_space(config: &Config, report: &mut DoctorReport) {
    let dir = config.data.dir.clone();
    let output = tokio::task::spawn_blocking(move || Command::new("df").arg("-Pk").arg(dir).output()).await;
    let Ok(Ok(output)) = output else {
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
    let (status, outcome) =
        if mib < MIN_FREE_MIB { (CheckStatus::Failed, "little") } else { (CheckStatus::Passed, "fine") };
    report.add(status, "space", outcome, &[("free", &free)]);
}

/// Checks that the database responds and is migrated, then the audit trail.
pub(super) async fn database(config: &Config, report: &mut DoctorReport) {
    let kind = config.database.kind();
    if config.database.url.is_none() && !DatabaseConfig::default_sqlite_path(&config.data).exists() {
        report.add(CheckStatus::Warning, "database", "new", &[("kind", kind)]);
        return;
    }
    let url = config.database.url_or_default(&config.data);
    let opened = Db::connect(&DbOptions::new(url.expose_secret()), Arc::new(InProcessBus::new())).await;
    let checked = async {
        let db = opened?;
        db.check().await.map(|()| db)
    };
    match tokio::time::timeout(REQUEST_TIMEOUT, checked).await {
        Err(_) => report.add(CheckStatus::Failed, "database", "silent", &[("kind", kind)]),
        Ok(Ok(db)) => {
            report.add(CheckStatus::Passed, "database", "fine", &[("kind", kind)]);
            audit(&db, config, report).await;
        }
        Ok(Err(StoreError::Outdated { pending })) => {
            let count = pending.to_string();
            report.add(CheckStatus::Warning, "database", "outdated", &[("kind", kind), ("count", &count)]);
        }
        Ok(Err(error)) => {
            let problem = error.to_string();
            report.add(CheckStatus::Failed, "database", "failing", &[("kind", kind), ("problem", &problem)]);
        }
    }
}

/// Verifies the integrity of the audit trail.
async fn audit(db: &Db, config: &Config, report: &mut DoctorReport) {
    let system = BootDeps::default().system;
    let key = config.data.key_file();
    if !key.exists() {
        report.add(CheckStatus::Failed, "audit", "keyless", &[("path", &key.display().to_string())]);
        return;
    }
    let keyring = match FileKeyring::open(&key, &*system.random) {
        Ok(keyring) => keyring,
        Err(error) => {
            report.add(CheckStatus::Failed, "audit", "failing", &[("problem", &error.to_string())]);
            return;
        }
    };
    match tokio::time::timeout(AUDIT_TIMEOUT, audit::verify(db, &system, &keyring)).await {
        Err(_) => {
            let seconds = AUDIT_TIMEOUT.as_secs().to_string();
            report.add(CheckStatus::Warning, "audit", "long", &[("seconds", &seconds)]);
        }
        Ok(Ok(ChainStatus::Intact { records })) => {
            report.add(CheckStatus::Passed, "audit", "fine", &[("count", &records.to_string())]);
        }
        Ok(Ok(ChainStatus::Broken { tenant_slug, ordinal })) => {
            report.add(
                CheckStatus::Failed,
                "audit",
                "broken",
                &[("tenant", &tenant_slug), ("record", &ordinal.to_string())],
            );
        }
        Ok(Err(error)) => {
            report.add(CheckStatus::Failed, "audit", "failing", &[("problem", &error.to_string())])
        }
    }
}

/// Checks that the system clock is plausible.
pub(super) fn clock(report: &mut DoctorReport) {
    let now = BootDeps::default().system.now();
    let shown = now.format("%Y-%m-%d %H:%M UTC").to_string();
    let (status, outcome) = if now.timestamp() < EARLIEST_TIME {
        (CheckStatus::Failed, "wrong")
    } else {
        (CheckStatus::Passed, "fine")
    };
    report.add(status, "clock", outcome, &[("now", &shown)]);
}

/// Checks that the configured model providers respond.
pub(super) async fn models(config: &Config, report: &mut DoctorReport) {
    let deps = BootDeps::default();
    let wiring = ProviderDeps::new(deps.clients.clone(), Arc::clone(&deps.system.clock));
    let models = &config.models;
    if let Some(base) = &models.openai_compatible.base_url {
        let vendor = Vendor::for_url(models.openai_compatible.name.clone(), base.clone());
        let provider =
            OpenAiCompatibleProvider::new(vendor, models.openai_compatible.api_key.clone(), wiring.clone());
        let url = base.to_string();
        match provider {
            Ok(provider) => match list_models(&provider).await {
                ModelListResult::Listed(_) => {
                    report.add(CheckStatus::Passed, "models", "fine", &[("url", &url)])
                }
                ModelListResult::Unlisted => {
                    report.add(CheckStatus::Warning, "models", "unlisted", &[("url", &url)])
                }
                ModelListResult::Failed(problem) => {
                    report.add(
                        CheckStatus::Failed,
                        "models",
                        "failing",
                        &[("url", &url), ("problem", &problem)],
                    );
                }
            },
            Err(error) => {
                let problem = error.to_string();
                report.add(CheckStatus::Failed, "models", "failing", &[("url", &url), ("problem", &problem)]);
            }
        }
    }
    let mut has_model = models.openai_compatible.base_url.is_some();
    if let Some(base) = &models.ollama.base_url
        && let Ok(ollama) = OllamaProvider::new(base.clone(), wiring)
    {
        if let ModelListResult::Listed(model) = list_models(&ollama).await {
            report.add(CheckStatus::Passed, "models", "ollama", &[("model", &model)]);
            has_model = true;
        } else if models.ollama.is_configured() {
            report.add(CheckStatus::Failed, "models", "silent", &[("url", base.as_str())]);
            has_model = true;
        }
    }
    if !has_model {
        report.add(CheckStatus::Warning, "models", "demo", &[]);
    }
}

/// The result of listing a provider's models.
enum ModelListResult {
    /// The first listed model, as provider/model.
    Listed(String),
    /// The provider responds, but lists no models.
    Unlisted,
    /// The provider does not respond or rejects the request; with the reason.
    Failed(String),
}

async fn list_models(provider: &dyn ModelProvider) -> ModelListResult {
    match tokio::time::timeout(REQUEST_TIMEOUT, provider.list()).await {
        Ok(Ok(models)) => match models.first() {
            Some(model) => ModelListResult::Listed(format!("{}/{}", provider.name(), model.id)),
            None => ModelListResult::Unlisted,
        },
        Ok(Err(ModelError::UnknownModel | ModelError::Rejected { .. } | ModelError::StreamFailed { .. })) => {
            ModelListResult::Unlisted
        }
        Ok(Err(error)) => ModelListResult::Failed(error.to_string()),
        Err(_) => ModelListResult::Failed(format!("no response within {REQUEST_TIMEOUT:?}")),
    }
}

/// Checks that the OpenID Connect providers respond.
pub(super) async fn openid_providers(config: &Config, report: &mut DoctorReport) {
    for (slug, provider) in &config.auth.oidc {
        let clients = BootDeps::default().clients;
        let request = async {
            let url = format!(
                "{}/.well-known/openid-configuration",
                provider.issuer.as_str().trim_end_matches('/')
            );
            let url = url.parse().map_err(|_| "the issuer is not a valid URL".to_owned())?;
            let client =
                clients.client(&Purpose::Issuer(provider.issuer.clone())).map_err(|e| e.to_string())?;
            let response =
                client.get(url).map_err(|e| e.to_string())?.send().await.map_err(|e| e.to_string())?;
            if response.status().is_success() { Ok(()) } else { Err(response.status().to_string()) }
        };
        let result = tokio::time::timeout(REQUEST_TIMEOUT, request)
            .await
            .unwrap_or_else(|_| Err(format!("no response within {REQUEST_TIMEOUT:?}")));
        match result {
            Ok(()) => report.add(CheckStatus::Passed, "openid", "fine", &[("name", slug)]),
            Err(problem) => {
                report.add(CheckStatus::Failed, "openid", "failing", &[("name", slug), ("problem", &problem)])
            }
        }
    }
}

/// Checks for a Docker engine, which the sandbox needs.
pub(super) async fn sandbox(report: &mut DoctorReport) {
    #[cfg(unix)]
    let is_available = tokio::net::UnixStream::connect("/var/run/docker.sock").await.is_ok();
    #[cfg(not(unix))]
    let is_available = false;
    let (status, outcome) =
        if is_available { (CheckStatus::Passed, "fine") } else { (CheckStatus::Warning, "none") };
    report.add(status, "docker", outcome, &[]);
}

/// Checks that the built web page is present.
pub(super) fn site(config: &Config, report: &mut DoctorReport) {
    let is_built = Site::new(config.http.site_dir.clone()).is_built();
    let (status, outcome) =
        if is_built { (CheckStatus::Passed, "fine") } else { (CheckStatus::Failed, "missing") };
    report.add(status, "site", outcome, &[]);
}
