//! Validation of tenants.

use super::error::{Result, TenantError};
use crate::themes::NewTheme;
use penny_i18n::keys;
use penny_types::Locale;

/// A tenant to create.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewTenant {
    /// 1 to 40 lower-case ASCII letters, digits and hyphens.
    pub slug: String,
    pub name: String,
    /// Host names that resolve to the tenant.
    pub hosts: Vec<String>,
    /// Whether unknown hosts resolve to the tenant.
    pub is_default: bool,
    /// Locale of content that is not addressed to one user.
    pub locale: Locale,
    /// IANA time zone name.
    pub time_zone: String,
    /// ISO 4217 code.
    pub currency: String,
    /// Absent values default to the product's theme.
    pub theme: Option<NewTheme>,
}

impl NewTenant {
    /// Creates a tenant with default settings.
    #[must_use]
    pub fn with_defaults(slug: &str, name: &str) -> Self {
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

/// Validates a tenant and normalises its hosts.
pub fn validate(mut new: NewTenant) -> Result<NewTenant> {
    let invalid = |field, key| TenantError::Invalid { field, key };
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

/// Returns the normalised form of a host: lower case, ASCII (IDNA), without port or final dot. Returns
/// `None` for an IP address, which belongs to no tenant.
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
