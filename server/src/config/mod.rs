//! What an operator decides: defaults, then a file, then variables.
//!
//! One struct a section, each in its own file. `config.default.toml` is embedded and is the
//! documentation; it lists every key, and a test holds it to that. Secrets are never printed.

mod auth;
mod bootstrap;
mod data;
mod database;
mod demo;
mod environment;
mod http;
mod lenient;
mod models;
mod telemetry;
#[cfg(test)]
mod tests;
mod tools;

pub use self::{
    auth::{Auth, OpenIdProvider},
    bootstrap::Bootstrap,
    data::Data,
    database::Database,
    demo::Demo,
    http::Http,
    models::{Models, Ollama, OpenAiCompatible},
    telemetry::{LogFormat, Telemetry},
    tools::Tools,
};
pub use environment::{Environment, process as process_environment};

use figment::{
    Figment,
    providers::{Format, Toml},
};
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// Every key with its default and its meaning, as `penny schema config` prints it.
pub const REFERENCE: &str = include_str!("../../../config.default.toml");

/// What the operator decided.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// How PENNY is reached.
    pub http: Http,
    /// Where files are.
    pub data: Data,
    /// Which database.
    pub database: Database,
    /// Who is the first administrator.
    pub bootstrap: Bootstrap,
    /// The demo company.
    pub demo: Demo,
    /// Which models.
    pub models: Models,
    /// What the assistant may do on its own.
    pub tools: Tools,
    /// How people sign in.
    pub auth: Auth,
    /// What is logged and traced.
    pub telemetry: Telemetry,
}

/// Says what is wrong with the configuration, for the person who wrote it.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file named does not exist.
    #[error("there is no configuration file {}", .0.display())]
    NoFile(PathBuf),
    /// A key is unknown or a value of the wrong kind.
    #[error("the configuration cannot be read: {0}")]
    Unreadable(String),
    /// Values that cannot be right.
    #[error("the configuration cannot work:\n{}", .0.iter().map(|problem| format!("  - {problem}")).collect::<Vec<_>>().join("\n"))]
    Invalid(Vec<String>),
}

impl Config {
    /// Reads the defaults, then `file` or what PENNY_CONFIG names, then the PENNY__ variables.
    ///
    /// # Errors
    /// In words for the operator, all problems at once.
    pub fn load(file: Option<&Path>, environment: &Environment) -> Result<Self, ConfigError> {
        let mut figment = Figment::from(Toml::string(REFERENCE));
        if let Some(file) = file.map(Path::to_path_buf).or_else(|| environment.file()) {
            if !file.is_file() {
                return Err(ConfigError::NoFile(file));
            }
            figment = figment.merge(Toml::file_exact(file));
        }
        let config: Self = figment.merge(environment.clone()).extract().map_err(|error| {
            let lines: Vec<String> = error.into_iter().map(|e| in_words(&e)).collect();
            ConfigError::Unreadable(lines.join("; "))
        })?;
        config.validate()?;
        Ok(config)
    }

    /// Checks what types cannot.
    ///
    /// # Errors
    /// Every problem found, in words.
    pub fn validate(&self) -> Result<(), ConfigError> {
        let mut problems = Vec::new();
        self.http.validate(&mut problems);
        self.database.validate(&mut problems);
        self.bootstrap.validate(&mut problems);
        self.models.validate(&mut problems);
        self.auth.validate(&mut problems);
        self.telemetry.validate(&mut problems);
        if problems.is_empty() { Ok(()) } else { Err(ConfigError::Invalid(problems)) }
    }
}

/// Says which key is wrong and where it came from, without the value: it may be a secret.
fn in_words(error: &figment::Error) -> String {
    use figment::error::Kind;
    let key = error.path.join(".");
    let place = error.metadata.as_ref().map_or_else(String::new, |m| format!(" (from {})", m.name));
    match &error.kind {
        Kind::UnknownField(field, known) => {
            // The path may or may not end with the field already.
            let is_named = key == *field || key.ends_with(&format!(".{field}"));
            let field = match key.as_str() {
                "" => field.clone(),
                _ if is_named => key,
                _ => format!("{key}.{field}"),
            };
            format!("there is no key `{field}`{place}; known here: {}", known.join(", "))
        }
        Kind::MissingField(field) => format!("the key `{field}` is missing in `{key}`"),
        Kind::InvalidType(_, expected) | Kind::InvalidValue(_, expected) => {
            format!("`{key}` should be {expected}{place}")
        }
        Kind::Message(message) => format!("`{key}`: {message}{place}"),
        other => format!("`{key}`: {other}{place}"),
    }
}
