//! The `[models]` section: model providers and limits.

use super::lenient;
use secrecy::SecretString;
use serde::Deserialize;
use std::time::Duration;
use url::{Host, Url};

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelsConfig {
    /// The default model, as `provider/model`.
    #[serde(deserialize_with = "lenient::optional")]
    pub default: Option<String>,
    /// The maximum time between two chunks of a provider's response.
    #[serde(deserialize_with = "lenient::parsed")]
    pub silence_seconds: u64,
    /// The maximum number of concurrent turns per user.
    #[serde(deserialize_with = "lenient::parsed")]
    pub live_per_person: usize,
    /// A server with an OpenAI-compatible chat completions API.
    pub openai_compatible: OpenAiCompatibleConfig,
    pub ollama: OllamaConfig,
}

/// The `[models.openai_compatible]` section.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenAiCompatibleConfig {
    /// The base URL, including `/v1`.
    #[serde(deserialize_with = "lenient::optional_parsed")]
    pub base_url: Option<Url>,
    #[serde(deserialize_with = "lenient::secret")]
    pub api_key: Option<SecretString>,
    /// The provider's name in `provider/model`.
    pub name: String,
}

/// The `[models.ollama]` section.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OllamaConfig {
    #[serde(deserialize_with = "lenient::optional_parsed")]
    pub base_url: Option<Url>,
}

impl OllamaConfig {
    /// Returns whether the URL is not a loopback address. Such an Ollama counts as configured; one on
    /// the loopback address is used only if it responds.
    #[must_use]
    pub fn is_configured(&self) -> bool {
        self.base_url.as_ref().is_some_and(|url| match url.host() {
            Some(Host::Ipv4(address)) => !address.is_loopback(),
            Some(Host::Ipv6(address)) => !address.is_loopback(),
            Some(Host::Domain(name)) => name != "localhost",
            None => true,
        })
    }
}

impl ModelsConfig {
    /// Returns the maximum time between two chunks of a provider's response.
    #[must_use]
    pub const fn silence(&self) -> Duration {
        Duration::from_secs(self.silence_seconds)
    }

    pub(super) fn validate(&self, problems: &mut Vec<String>) {
        let urls = [
            ("models.openai_compatible.base_url", &self.openai_compatible.base_url),
            ("models.ollama.base_url", &self.ollama.base_url),
        ];
        for (key, url) in urls {
            if url.as_ref().is_some_and(|url| !matches!(url.scheme(), "http" | "https")) {
                problems.push(format!("{key} must start with http:// or https://"));
            }
        }
        if self.openai_compatible.api_key.is_some() && self.openai_compatible.base_url.is_none() {
            problems.push(
                "models.openai_compatible.api_key requires models.openai_compatible.base_url".to_owned(),
            );
        }
        if !(1..=3600).contains(&self.silence_seconds) {
            problems.push("models.silence_seconds must be between 1 and 3600".to_owned());
        }
        if self.live_per_person == 0 {
            problems.push("models.live_per_person must be at least 1".to_owned());
        }
        let name = &self.openai_compatible.name;
        if name.is_empty() || !name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        {
            problems.push(
                "models.openai_compatible.name may contain only lower-case letters, digits and hyphens"
                    .to_owned(),
            );
        }
    }
}
