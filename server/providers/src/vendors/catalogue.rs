//! Vendors as data.

use crate::formats::openai_chat::{MaxTokensField, RequestStyle};
use serde::Deserialize;
use url::Url;

/// The entry for servers of the operator's own.
const OWN: &str = "openai-compatible";

/// The vendors that need no code of their own.
#[derive(Debug, Clone, Deserialize)]
pub struct Catalogue {
    #[serde(rename = "vendor")]
    vendors: Vec<Vendor>,
}

/// A vendor that speaks chat completions.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vendor {
    /// The word before the slash in `provider/model`.
    pub name: String,
    /// What people call it.
    pub label: String,
    /// What the paths are appended to.
    pub base_url: Url,
    #[serde(default = "authorization")]
    pub(crate) auth_header: String,
    #[serde(default = "bearer")]
    pub(crate) auth_scheme: String,
    #[serde(default)]
    max_tokens_field: MaxTokensField,
    #[serde(default = "yes")]
    has_stream_options: bool,
    #[serde(default)]
    hidden: Vec<String>,
}

fn authorization() -> String {
    "authorization".to_owned()
}

fn bearer() -> String {
    "Bearer".to_owned()
}

const fn yes() -> bool {
    true
}

impl Catalogue {
    /// Reads the catalogue that comes with the program.
    ///
    /// # Errors
    /// Never in a program whose tests passed: the file is compiled in.
    pub fn built_in() -> Result<Self, toml::de::Error> {
        toml::from_str(include_str!("catalogue.toml"))
    }

    /// Finds a vendor by its name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&Vendor> {
        self.vendors.iter().find(|vendor| vendor.name == name)
    }

    /// Returns all vendors.
    pub fn iter(&self) -> impl Iterator<Item = &Vendor> {
        self.vendors.iter()
    }
}

impl Vendor {
    /// Makes the entry for an address, under any name: with the ways of the catalogue's vendor at
    /// that host, or, when there is none, of one of which nothing is known.
    #[must_use]
    pub fn at(name: impl Into<String>, base_url: Url) -> Self {
        let name = name.into();
        let known = Catalogue::built_in().ok().and_then(|catalogue| {
            let is_there = |vendor: &Self| vendor.name != OWN && vendor.base_url.host() == base_url.host();
            catalogue.vendors.into_iter().find(is_there)
        });
        match known {
            Some(vendor) => Self { name, base_url, ..vendor },
            None => Self {
                label: name.clone(),
                name,
                base_url,
                auth_header: authorization(),
                auth_scheme: bearer(),
                max_tokens_field: MaxTokensField::default(),
                has_stream_options: true,
                hidden: Vec::new(),
            },
        }
    }

    pub(crate) const fn style(&self) -> RequestStyle {
        RequestStyle { max_tokens_field: self.max_tokens_field, has_stream_options: self.has_stream_options }
    }

    /// Says whether a listed model is one to chat with, as far as its name tells.
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
    fn the_catalogue_reads_and_names_each_vendor_once() {
        let catalogue = Catalogue::built_in().unwrap();
        let names: Vec<_> = catalogue.iter().map(|vendor| vendor.name.as_str()).collect();
        assert_eq!(names.iter().collect::<HashSet<_>>().len(), names.len());
        for vendor in catalogue.iter() {
            assert!(vendor.name.chars().all(|c| c.is_ascii_lowercase() || c == '-'), "{}", vendor.name);
            assert!(!vendor.base_url.path().ends_with('/'), "{}", vendor.base_url);
            http::HeaderName::from_bytes(vendor.auth_header.as_bytes()).unwrap();
        }
        assert!(catalogue.find("openai").is_some() && catalogue.find("nobody").is_none());
    }

    #[test]
    fn models_that_do_not_chat_are_not_listed() {
        let catalogue = Catalogue::built_in().unwrap();
        let openai = catalogue.find("openai").unwrap();
        assert!(openai.is_listed("gpt-5-mini"));
        assert!(!openai.is_listed("text-embedding-3-small") && !openai.is_listed("gpt-4o-mini-TTS"));
    }

    #[test]
    fn a_known_host_is_recognised_under_any_name() {
        let at = |url: &str| Vendor::at("ours", url.parse().unwrap());
        assert!(!at("https://api.mistral.ai/v1").has_stream_options);
        assert_eq!(at("https://api.openai.com/v1").max_tokens_field, MaxTokensField::MaxCompletionTokens);
        let own = at("http://127.0.0.1:8000/v1");
        assert_eq!((own.name.as_str(), own.label.as_str(), own.has_stream_options), ("ours", "ours", true));
    }
}
