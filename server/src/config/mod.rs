//! The configuration: embedded defaults, overridden by a file, overridden by environment variables.
//!
//! Each section is a struct in its own file. `config.default.toml` is embedded and documents every key; a
//! test checks that it is complete. `Debug` output and errors never contain secrets.

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
    auth::{AuthConfig, OpenIdProviderConfig},
    bootstrap::BootstrapConfig,
    data::DataConfig,
    database::DatabaseConfig,
    demo::DemoConfig,
    http::HttpConfig,
    models::{ModelsConfig, OllamaConfig, OpenAiCompatibleConfig},
    telemetry::{LogFormat, TelemetryConfig},
    tools::ToolsConfig,
};
pub use environment::{Environment, process_environment};

use figment::{
    Figment,
    providers::{Format, Toml},
};
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// The configuration reference: every key with its default and description, printed by `penny schema config`.
pub const REFERENCE: &str = include_str!("../../../config.default.toml");

/// The validated configuration.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub http: HttpConfig,
    pub data: DataConfig,
    pub database: DatabaseConfig,
    pub bootstrap: BootstrapConfig,
    pub demo: DemoConfig,
    pub models: ModelsConfig,
    pub tools: ToolsConfig,
    pub auth: AuthConfig,
    pub telemetry: TelemetryConfig,
}

/// The configuration is missing or wrong. Messages name the key, never the value.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("the configuration file {} does not exist", .0.display())]
    FileNotFound(PathBuf),
    /// A key is unknown, or a value has the wrong type.
    #[error("the configuration cannot be read: {0}")]
    Unreadable(String),
    /// Values are out of range or contradict each other; one message each.
    #[error("the configuration is invalid:\n{}", .0.iter().map(|problem| format!("  - {problem}")).collect::<Vec<_>>().join("\n"))]
    Invalid(Vec<String>),
}

impl Config {
    /// Merges the defaults, the file (`file`, or else the one in PENNY_CONFIG) and the PENNY__ variables, and
    /// validates the result.
    ///
    /// # Errors
    /// Returns all problems at once, as messages for the operator.
    pub fn load(file: Option<&Path>, environment: &Environment) -> Result<Self, ConfigError> {
        let mut figment = Figment::from(Toml::string(REFERENCE));
        if let Some(file) = file.map(Path::to_path_buf).or_else(|| environment.file()) {
            if !file.is_file() {
                return Err(ConfigError::FileNotFound(file));
            }
            figment = figment.merge(Toml::file_exact(file));
        }
        let config: Self = figment.merge(environment.clone()).extract().map_err(|error| {
            let lines: Vec<String> = error.into_iter().map(|e| describe_error(&e)).collect();
            ConfigError::Unreadable(lines.join("; "))
        })?;
        config.validate()?;
        Ok(config)
    }

    /// Checks ranges and dependencies between values.
    ///
    /// # Errors
    /// Returns all problems at once, as messages for the operator.
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

/// Describes an error by key and source, without the value, which may be a secret.
fn describe_error(error: &figment::Error) -> String {
    use figment::error::Kind;
    let key = error.path.join(".");
    let source = error.metadata.as_ref().map_or_else(String::new, |m| format!(" (from {})", m.name));
    match &error.kind {
        Kind::UnknownField(field, known) => {
            // The path may or may not end with the field already.
            let is_named = key == *field || key.ends_with(&format!(".{field}"));
            let field = match key.as_str() {
                "" => field.clone(),
                _ if is_named => key,
                _ => format!("{key}.{field}"),
            };
            format!("unknown key `{field}`{source}; known keys: {}", known.join(", "))
        }
        Kind::MissingField(field) => format!("the key `{field}` is missing in `{key}`"),
        Kind::InvalidType(_, expected) | Kind::InvalidValue(_, expected) => {
            format!("`{key}` must be {expected}{source}")
        }
        Kind::Message(message) => format!("`{key}`: {message}{source}"),
        other => format!("`{key}`: {other}{source}"),
    }
}
