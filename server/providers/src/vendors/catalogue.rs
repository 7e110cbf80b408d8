//! Catalogue of vendors with an OpenAI-compatible API, from a TOML file.

use crate::formats::openai_chat::{MaxTokensField, RequestStyle};
use serde::Deserialize;
use url::Url;

/// Name of the entry for self-hosted servers.
const SELF_HOSTED: &str = "openai-compatible";

/// The vendors that are defined by data only.
#[derive(Debug, Clone, Deserialize)]
pub struct VendorCatalogue {
    #[serde(rename = "vendor")]
    vendors: Vec<Vendor>,
}

/// A vendor with an OpenAI-compatible API.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vendor {
    /// The provider name: the part before the slash in `provider/model`.
    pub name: String,
    /// Display name.
    pub label: String,
    /// Base URL to which the API paths are appended.
    pub base_url: Url,
    #[serde(default = "default_auth_header")]
    pub(crate) auth_header: String,
    #[serde(default = "default_auth_scheme")]
    pub(crate) auth_scheme: String,
    #[serde(default)]
    max_tokens_field: MaxTokensField,
    #[serde(default = "default_true")]
    has_stream_options: bool,
    /// Models whose id contains one of these strings are not listed.
    #[serde(default)]
    hidden: Vec<String>,
}

fn default_auth_header() -> String {
    "authorization".to_owned()
}

fn default_auth_scheme() -> String {
    "Bearer".to_owned()
}

const fn default_true() -> bool {
    true
}

impl VendorCatalogue {
    /// Parses the built-in catalogue.
    ///
    /// # Errors
    /// When the file compiled into the program is invalid; a test ensures that it is valid.
    pub fn built_in() -> Result<Self, toml::de::Error> {
        toml::from_str(include_str!("catalogue.toml"))
    }

    #[must_use]
    pub fn find(&self, name: &str) -> Option<&Vendor> {
        self.vendors.iter().find(|vendor| vendor.name == name)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Vendor> {
        self.vendors.iter()
    }
}

impl Vendor {
    /// Creates a vendor for a base URL: with the settings of the catalogue's vendor at the same host, or
    /// with default settings if there is none.
    #[must_use]
    pub fn for_url(name: impl Into<String>, base_url: Url) -> Self {
        let name = name.into();
        let known = VendorCatalogue::built_in().ok().and_then(|catalogue| {
            let is_same_host =
                |vendor: &Self| vendor.name != SELF_HOSTED && vendor.base_url.host() == base_url.host();
            catalogue.vendors.into_iter().find(is_same_host)
        });
        match known {
            Some(vendor) => Self { name, base_url, ..vendor },
            None => Self {
                label: name.clone(),
                name,
                base_url,
                auth_header: default_auth_header(),
                auth_scheme: default_auth_scheme(),
                max_tokens_field: MaxTokensField::default(),
                has_stream_options: true,
                hidden: Vec::new(),
            },
        }
    }

    pub(crate) const fn request_style(&self) -> RequestStyle {
        RequestStyle { max_tokens_field: self.max_tokens_field, has_stream_options: self.has_stream_options }
    }

    /// Returns whether a model should be listed: not one of the vendor's `hidden` (non-chat) models.
    pub(crate) fn is_listed(&self, id: &str) -> bool {
        let id = id.to_ascii_lowercase();
        !self.hidden.iter().any(|part| id.contains(part.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn the_catalogue_is_valid_and_names_are_unique() {
        let catalogue = VendorCatalogue::built_in().unwrap();
        let names: Vec<_> = catalogue.iter().map(|vendor| vendor.name.as_str()).collect();
        assert_eq!(names.iter().collect::<HashSet<_>>().len(), names.len());
        for vendor in catalogue.iter() {
            assert!(vendor.name.chars().all(|c| c.is_ascii_lowercase() || c == '-'), "{}", vendor.name);
            assert!(!vendor.base_url.path().ends_with('/'), "{}", vendor.base_url);
            http::HeaderName::from_bytes(vendor.auth_header.as_bytes()).unwrap();
        }
        assert!(catalogue.find("openai").is_some() && catalogue.find("unknown").is_none());
    }

    #[test]
    fn models_that_are_not_for_chat_are_not_listed() {
        let catalogue = VendorCatalogue::built_in().unwrap();
        let openai = catalogue.find("openai").unwrap();
        assert!(openai.is_listed("gpt-5-mini"));
        assert!(!openai.is_listed("text-embedding-3-small") && !openai.is_listed("gpt-4o-mini-TTS"));
    }

    #[test]
    fn a_vendor_at_a_known_host_has_the_settings_of_the_catalogue() {
        let vendor_at = |url: &str| Vendor::for_url("ours", url.parse().unwrap());
        assert!(!vendor_at("https://api.mistral.ai/v1").has_stream_options);
        assert_eq!(
            vendor_at("https://api.openai.com/v1").max_tokens_field,
            MaxTokensField::MaxCompletionTokens
        );
        let own = vendor_at("http://127.0.0.1:8000/v1");
        assert_eq!((own.name.as_str(), own.label.as_str(), own.has_stream_options), ("ours", "ours", true));
    }
}
