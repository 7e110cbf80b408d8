use super::*;
use secrecy::ExposeSecret;

fn variables(pairs: &[(&str, &str)]) -> Environment {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn load(pairs: &[(&str, &str)]) -> Result<Config, ConfigError> {
    Config::load(None, &variables(pairs))
}

#[test]
fn the_defaults_are_complete_and_valid() {
    let config = load(&[]).unwrap();
    assert_eq!(config.http.addr.to_string(), "127.0.0.1:3000");
    assert!(config.http.public_url.is_none() && config.demo.enabled && config.auth.password_enabled);
    assert!(config.bootstrap.email.is_none() && config.database.url.is_none());
}

#[test]
fn a_variable_overrides_the_file_and_the_file_overrides_the_defaults() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("penny.toml");
    std::fs::write(&file, "[http]\naddr = '0.0.0.0:1'\ntimeout_seconds = 7\n").unwrap();
    let config = Config::load(Some(&file), &variables(&[("PENNY__HTTP__ADDR", "127.0.0.1:2")])).unwrap();
    assert_eq!(config.http.addr.port(), 2);
    assert_eq!(config.http.timeout_seconds, 7);
    assert_eq!(config.auth.session_days, 14);
    let named = variables(&[("PENNY_CONFIG", file.to_str().unwrap())]);
    assert_eq!(Config::load(None, &named).unwrap().http.addr.port(), 1);
}

#[test]
fn secrets_are_kept_exactly_as_written() {
    for password in ["0123", "true", "[a]", "\"quoted\"", " spaced ", "{x}", "1e5", "päss"] {
        let config =
            load(&[("PENNY__BOOTSTRAP__EMAIL", "a@b.c"), ("PENNY__BOOTSTRAP__PASSWORD", password)]).unwrap();
        assert_eq!(config.bootstrap.password.unwrap().expose_secret(), password);
    }
}

#[test]
fn secrets_are_never_printed() {
    let config = load(&[
        ("PENNY__DATABASE__URL", "postgres://penny:hunter2@db/penny"),
        ("PENNY__BOOTSTRAP__EMAIL", "a@b.c"),
        ("PENNY__BOOTSTRAP__PASSWORD", "hunter2"),
        ("PENNY__MODELS__OPENAI_COMPATIBLE__BASE_URL", "http://localhost:1/v1"),
        ("PENNY__MODELS__OPENAI_COMPATIBLE__API_KEY", "hunter2"),
    ])
    .unwrap();
    assert!(!format!("{config:?}").contains("hunter2"));
    let wrong = load(&[("PENNY__DATABASE__URL", "mysql://hunter2")]).unwrap_err();
    assert!(!wrong.to_string().contains("hunter2"));
    assert!(!format!("{:?}", variables(&[("PENNY__X", "hunter2")])).contains("hunter2"));
}

#[test]
fn an_unknown_key_or_a_wrong_type_is_an_error_that_names_the_key() {
    for (name, value, expected) in [
        ("PENNY__HTTP__ADRR", "x", "unknown key `http.adrr`"),
        ("PENNY__HTPT__ADDR", "x", "unknown key `htpt`"),
        ("PENNY__HTTP__ADDR", "nowhere", "`http.addr` must be an address"),
        ("PENNY__DEMO__ENABLED", "perhaps", "`demo.enabled` must be true or false"),
        ("PENNY__HTTP__TIMEOUT_SECONDS", "soon", "must be a whole number"),
        ("PENNY__TELEMETRY__LOG_FORMAT", "xml", "telemetry.log_format"),
    ] {
        let error = load(&[(name, value)]).unwrap_err().to_string();
        assert!(error.contains(expected), "{name}: {error}");
    }
}

#[test]
fn all_invalid_values_are_reported_at_once() {
    let error = load(&[
        ("PENNY__HTTP__PUBLIC_URL", "ftp://penny.example"),
        ("PENNY__DATABASE__URL", "mysql://x"),
        ("PENNY__BOOTSTRAP__EMAIL", "nobody"),
        ("PENNY__AUTH__SESSION_DAYS", "0"),
        ("PENNY__TELEMETRY__LOG_FILTER", "=="),
    ])
    .unwrap_err()
    .to_string();
    for key in
        ["http.public_url", "database.url", "bootstrap.email", "auth.session_days", "telemetry.log_filter"]
    {
        assert!(error.contains(key), "{key} is missing in: {error}");
    }
}

#[test]
fn an_openid_provider_can_be_configured_by_variables_alone() {
    let config = load(&[
        ("PENNY__AUTH__OIDC__ACME__ISSUER", "https://id.acme.example"),
        ("PENNY__AUTH__OIDC__ACME__CLIENT_ID", "12345"),
        ("PENNY__AUTH__OIDC__ACME__CLIENT_SECRET", "007"),
        ("PENNY__AUTH__OIDC__ACME__NAME", "Acme"),
        ("PENNY__AUTH__OIDC__ACME__LINK_BY_EMAIL", "true"),
    ])
    .unwrap();
    let acme = &config.auth.oidc["acme"];
    assert_eq!(acme.client_id, "12345");
    assert_eq!(acme.client_secret.as_ref().unwrap().expose_secret(), "007");
    assert!(acme.link_by_email);
    let error = load(&[
        ("PENNY__AUTH__OIDC__ACME__ISSUER", "https://id.acme.example"),
        ("PENNY__AUTH__OIDC__ACME__CLIENT_ID", "penny"),
        ("PENNY__AUTH__OIDC__ACME__DEFAULT_ROLE", "admin"),
    ])
    .unwrap_err();
    assert!(error.to_string().contains("default_role"));
}

#[test]
fn the_public_url_determines_https_and_the_base_url() {
    let config = load(&[("PENNY__HTTP__PUBLIC_URL", "https://penny.example")]).unwrap();
    assert!(config.http.is_https());
    assert_eq!(config.http.public_base_url(config.http.addr), "https://penny.example");
    let config = load(&[("PENNY__HTTP__ADDR", "0.0.0.0:8080")]).unwrap();
    assert_eq!(config.http.public_base_url(config.http.addr), "http://localhost:8080");
}

#[test]
fn an_ollama_counts_as_configured_unless_its_address_is_loopback() {
    for (address, is_configured) in [
        (None, false),
        (Some("http://127.0.0.1:11434"), false),
        (Some("http://localhost:9"), false),
        (Some("http://[::1]:11434"), false),
        (Some("http://gpu.lan:11434"), true),
        (Some(""), false),
    ] {
        let given: Vec<_> = address.iter().map(|url| ("PENNY__MODELS__OLLAMA__BASE_URL", *url)).collect();
        assert_eq!(load(&given).unwrap().models.ollama.is_configured(), is_configured, "{address:?}");
    }
}

#[test]
fn the_example_provider_in_the_reference_is_valid() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("penny.toml");
    let (_, rest) = REFERENCE.split_once("# [auth.oidc.acme]\n").unwrap();
    let (example, _) = rest.split_once("\n\n").unwrap();
    let lines: Vec<&str> = example.lines().map(|line| line.strip_prefix("# ").unwrap()).collect();
    std::fs::write(&file, format!("[auth.oidc.acme]\n{}\n", lines.join("\n"))).unwrap();
    let config = Config::load(Some(&file), &variables(&[])).unwrap();
    assert_eq!(config.auth.oidc["acme"].tenant.as_deref(), Some("default"));
    assert!(config.auth.oidc["acme"].client_secret.is_none());
}

#[test]
fn the_locale_is_derived_from_the_terminal_variables() {
    for (pairs, expected) in [
        (&[("LANG", "es_ES.UTF-8")][..], penny_types::Locale::Es),
        (&[("LANG", "es_ES.UTF-8"), ("LC_ALL", "en_GB")], penny_types::Locale::En),
        (&[("LANG", "C")], penny_types::Locale::En),
        (&[], penny_types::Locale::En),
    ] {
        assert_eq!(variables(pairs).locale(), expected, "{pairs:?}");
    }
}
