//! What a datasource's row keeps in `config`, and what makes one.

use bytes::Bytes;
use penny_ports::analytics::Column;
use serde::{Deserialize, Serialize};

/// The only kind so far: CSV files in the tenant's blob store.
pub(super) const KIND: &str = "files";

/// How a datasource of files is read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    pub tables: Vec<TableConfig>,
    pub units: Option<UnitQueries>,
}

/// One file as a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TableConfig {
    pub name: String,
    /// BLAKE3 of the file, hex: its name in the blob store.
    pub digest: String,
    pub columns: Vec<Column>,
}

/// The queries that list what figures can be about: each returns the columns `id` and `name`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnitQueries {
    /// Lists the business units.
    pub bu: String,
    /// Lists the projects.
    pub project: String,
}

/// A file to be kept as a table.
#[derive(Debug, Clone)]
pub struct NewTable {
    /// Its name in SQL: lower-case letters, digits and underscores.
    pub name: String,
    /// Its columns, in the file's order.
    pub columns: Vec<Column>,
    /// The file: CSV (RFC 4180) with a header line.
    pub bytes: Bytes,
}

/// What makes a datasource of files.
#[derive(Debug, Clone)]
pub struct NewDatasource {
    /// Its short name, unique in the tenant: lower-case letters, digits and dashes.
    pub slug: String,
    /// What people call it.
    pub name: String,
    /// Its files.
    pub tables: Vec<NewTable>,
    /// What its figures can be about, when they can be narrowed.
    pub units: Option<UnitQueries>,
}
