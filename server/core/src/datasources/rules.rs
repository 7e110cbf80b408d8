//! Names and days.

use super::Error;
use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

/// Longest name of a datasource or a table.
const MAX_NAME_CHARS: usize = 64;

/// Checks a datasource's short name.
pub(super) fn slug(slug: &str) -> Result<(), Error> {
    named(slug, |c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

/// Checks a table's name: one that SQL reads without quotes.
pub(super) fn table(name: &str) -> Result<(), Error> {
    named(name, |c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

fn named(name: &str, may: impl Fn(char) -> bool) -> Result<(), Error> {
    let begins_well = name.starts_with(|c: char| c.is_ascii_lowercase());
    if begins_well && name.len() <= MAX_NAME_CHARS && name.chars().all(may) {
        Ok(())
    } else {
        Err(Error::BadName { name: name.chars().take(MAX_NAME_CHARS).collect() })
    }
}

/// Returns the day it is in a time zone; an unknown zone is UTC.
pub(super) fn today(now: DateTime<Utc>, time_zone: &str) -> NaiveDate {
    time_zone.parse::<Tz>().map_or_else(|_| now.date_naive(), |zone| now.with_timezone(&zone).date_naive())
}

/// Says whether a query can mean a table: its name stands in the text as a word.
///
/// Only so that files that are not needed are not read; the engine decides what a query may read.
pub(super) fn mentions(sql: &str, table: &str) -> bool {
    sql.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').any(|word| word.eq_ignore_ascii_case(table))
}
