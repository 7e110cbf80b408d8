//! Which models.

use super::lenient;
use secrecy::SecretString;
use serde::Deserialize;
use std::time::Duration;
use url::{Host, Url};

/// The `[models]` section.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Models {
    /// `provider/model`, used when none is picked.
    #[serde(deserialize_with = "lenient::optional")]
    pub default: Option<String>,
    /// How long a provider may say nothing.
    #[serde(deserialize_with = "lenient::parsed")]
    pub silence_seconds: u64,
    /// How many answers a person may have under way at once.
    #[serde(deserialize_with = "lenient::parsed")]
    pub live_per_person: usize,
    /// A server that speaks OpenAI's chat completions.
    pub openai_compatible: OpenAiCompatible,
    /// A local Ollama.
    pub ollama: Ollama,
}

/// The `[models.openai_compatible]` section.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenAiCompatible {
    /// Its address, up to and with `/v1`.
    #[serde(deserialize_with = "lenient::optional_parsed")]
    pub base_url: Option<Url>,
    /// Its key.
    #[serde(deserialize_with = "lenient::secret")]
    pub api_key: Option<SecretString>,
    /// The name before the slash in `provider/model`.
    pub name: String,
}

/// The `[models.ollama]` section.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ollama {
    /// Where to look for it.
    #[serde(deserialize_with = "lenient::optional_parsed")]
    pub base_url: Option<Url>,
}

impl Ollama {
    /// Says whether the operator named another machine, and so wants what is there; on this one it is
    /// only looked for.
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

impl Models {
    /// Returns how long a provider may say nothing.
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
                problems.push(format!("{key} must begin with http:// or https://"));
            }
        }
        if self.openai_compatible.api_key.is_some() && self.openai_compatible.base_url.is_none() {
            problems.push("models.openai_compatible.api_key needs base_url beside it".to_owned());
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
                "models.openai_compatible.name takes lower-case letters, digits and hyphens".to_owned(),
            );
        }
    }
}
