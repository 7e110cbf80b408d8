//! What a company's names may be.

use super::error::{Error, Result};
use crate::themes::NewTheme;
use penny_types::Locale;
use penny_words::keys;

/// A company to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewTenant {
    /// Its short name.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// The host names it claims.
    pub hosts: Vec<String>,
    /// Whether hosts that no tenant claims mean it.
    pub is_default: bool,
    /// The language of what has no reader of its own.
    pub locale: Locale,
    /// IANA name of its time zone.
    pub time_zone: String,
    /// ISO 4217 code of its amounts.
    pub currency: String,
    /// Its look; absent parts keep the product's own.
    pub theme: Option<NewTheme>,
}

impl NewTenant {
    /// Makes one with the usual settings.
    #[must_use]
    pub fn named(slug: &str, name: &str) -> Self {
        Self {
            slug: slug.to_owned(),
            name: name.to_owned(),
            hosts: Vec::new(),
            is_default: false,
            locale: Locale::En,
            time_zone: "UTC".to_owned(),
            currency: "EUR".to_owned(),
            theme: None,
        }
    }
}

/// Checks a company's names and brings its hosts into the form they are compared in.
pub fn checked(mut new: NewTenant) -> Result<NewTenant> {
    let invalid = |field, key| Error::Invalid { field, key };
    let is_slug = (1..=40).contains(&new.slug.len())
        && new.slug.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && !new.slug.starts_with('-')
        && !new.slug.ends_with('-');
    if !is_slug {
        return Err(invalid("slug", keys::TENANT_SLUG));
    }
    new.name = new.name.trim().to_owned();
    if new.name.is_empty() || new.name.chars().count() > 120 || new.name.chars().any(char::is_control) {
        return Err(invalid("name", keys::TENANT_NAME));
    }
    if new.currency.len() != 3 || !new.currency.bytes().all(|b| b.is_ascii_uppercase()) {
        return Err(invalid("currency", keys::TENANT_CURRENCY));
    }
    if new.time_zone.parse::<chrono_tz::Tz>().is_err() {
        return Err(invalid("timeZone", keys::IDENTITY_TIME_ZONE));
    }
    new.hosts = new
        .hosts
        .iter()
        .map(|host| host_name(host).ok_or_else(|| invalid("host", keys::TENANT_HOST)))
        .collect::<Result<_>>()?;
    new.hosts.sort_unstable();
    new.hosts.dedup();
    Ok(new)
}

/// Returns a host as it is compared: lower case, ASCII (IDNA), without port or final dot. Nothing
/// when it is no name: an address of numbers belongs to no tenant.
#[must_use]
pub fn host_name(host: &str) -> Option<String> {
    let host = host.trim();
    if host.starts_with('[') || host.contains('/') || host.contains('@') {
        return None;
    }
    let name = match host.split_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        Some(_) => return None,
        None => host,
    };
    match url::Host::parse(name.trim_end_matches('.')).ok()? {
        url::Host::Domain(name) if !name.is_empty() && name.len() <= 253 => Some(name),
        _ => None,
    }
}
