//! The `[bootstrap]` section: the first administrator.

use super::lenient;
use secrecy::SecretString;
use serde::Deserialize;

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BootstrapConfig {
    #[serde(deserialize_with = "lenient::optional")]
    pub email: Option<String>,
    #[serde(deserialize_with = "lenient::secret")]
    pub password: Option<SecretString>,
}

impl BootstrapConfig {
    pub(super) fn validate(&self, problems: &mut Vec<String>) {
        if self.email.as_ref().is_some_and(|email| !email.contains('@')) {
            problems.push("bootstrap.email must be an e-mail address".to_owned());
        }
        if self.password.is_some() && self.email.is_none() {
            problems.push("bootstrap.password requires bootstrap.email".to_owned());
        }
    }
}
