//! Validation of names, and dates in time zones.

use super::DatasourceError;
use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

/// Maximum length of the name of a datasource or a table.
const MAX_NAME_CHARS: usize = 64;

pub(super) fn validate_slug(slug: &str) -> Result<(), DatasourceError> {
    validate_name(slug, |c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

/// Validates a table name, which must be usable in SQL without quotes.
pub(super) fn validate_table_name(name: &str) -> Result<(), DatasourceError> {
    validate_name(name, |c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

fn validate_name(name: &str, is_allowed: impl Fn(char) -> bool) -> Result<(), DatasourceError> {
    let starts_with_letter = name.starts_with(|c: char| c.is_ascii_lowercase());
    if starts_with_letter && name.len() <= MAX_NAME_CHARS && name.chars().all(is_allowed) {
        Ok(())
    } else {
        Err(DatasourceError::InvalidName { name: name.chars().take(MAX_NAME_CHARS).collect() })
    }
}

/// Returns the current date in a time zone, or in UTC for an unknown zone.
pub(super) fn today(now: DateTime<Utc>, time_zone: &str) -> NaiveDate {
    time_zone.parse::<Tz>().map_or_else(|_| now.date_naive(), |zone| now.with_timezone(&zone).date_naive())
}

/// Returns whether a query may reference a table: its name occurs in the text as a word.
///
/// This only avoids loading unused files; the engine decides which tables a query may read.
pub(super) fn may_reference(sql: &str, table: &str) -> bool {
    sql.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').any(|word| word.eq_ignore_ascii_case(table))
}
