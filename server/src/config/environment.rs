//! Environment variables, read once at start. No other module reads them.

use figment::{
    Error, Metadata, Profile, Provider,
    value::{Dict, Map, Value},
};
use std::{collections::BTreeMap, path::PathBuf};

const PREFIX: &str = "PENNY__";
/// Variables for the language and colours of the terminal.
const TERMINAL_VARIABLES: [&str; 4] = ["NO_COLOR", "LC_ALL", "LC_MESSAGES", "LANG"];

/// Environment variables by name. Tests build their own.
#[derive(Clone, Default)]
pub struct Environment(BTreeMap<String, String>);

impl std::fmt::Debug for Environment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Names only: values may be secrets.
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// Reads the process's variables that concern PENNY.
#[must_use]
pub fn process_environment() -> Environment {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .filter(|(name, _)| name.starts_with("PENNY_") || TERMINAL_VARIABLES.contains(&name.as_str()))
        .collect()
}

impl FromIterator<(String, String)> for Environment {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(variables: I) -> Self {
        Self(variables.into_iter().collect())
    }
}

impl Environment {
    /// Returns a variable if it is set and not empty.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// Returns the language of the terminal (POSIX, "Internationalization Variables").
    #[must_use]
    pub fn locale(&self) -> penny_types::Locale {
        let named = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(|name| self.get(name));
        let language = named.and_then(|name| name.split(['_', '.', '-']).next());
        language.and_then(|language| language.parse().ok()).unwrap_or(penny_types::Locale::En)
    }

    /// Returns the path of the configuration file in PENNY_CONFIG.
    #[must_use]
    pub fn file(&self) -> Option<PathBuf> {
        self.get("PENNY_CONFIG").map(PathBuf::from)
    }
}

/// Inserts a value at a nested path.
fn insert(dict: &mut Dict, path: &[&str], value: &str) {
    match path {
        [] => {}
        [last] => {
            dict.insert((*last).to_owned(), Value::from(value));
        }
        [first, rest @ ..] => {
            let inner = dict.entry((*first).to_owned()).or_insert_with(|| Value::from(Dict::new()));
            if !matches!(inner, Value::Dict(..)) {
                *inner = Value::from(Dict::new());
            }
            if let Value::Dict(_, inner) = inner {
                insert(inner, rest, value);
            }
        }
    }
}

impl Provider for Environment {
    fn metadata(&self) -> Metadata {
        Metadata::named("the PENNY__ variables")
    }

    fn data(&self) -> Result<Map<Profile, Dict>, Error> {
        let mut dict = Dict::new();
        for (name, value) in &self.0 {
            if let Some(path) = name.strip_prefix(PREFIX) {
                let path = path.to_lowercase();
                insert(&mut dict, &path.split("__").collect::<Vec<_>>(), value);
            }
        }
        Ok(Profile::Default.collect(dict))
    }
}
