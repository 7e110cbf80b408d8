//! The stored configuration of a datasource, and the input for creating one.

use bytes::Bytes;
use penny_ports::analytics::ColumnDef;
use serde::{Deserialize, Serialize};

/// The only datasource kind: CSV files in the tenant's blob store.
pub(super) const KIND: &str = "files";

/// Stored as JSON in the column `config`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DatasourceConfig {
    pub tables: Vec<FileTableConfig>,
    pub units: Option<UnitQueries>,
}

/// A file that is queried as a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FileTableConfig {
    pub name: String,
    /// BLAKE3 digest of the file in hexadecimal, its key in the blob store.
    pub digest: String,
    pub columns: Vec<ColumnDef>,
}

/// The queries that list the units KPIs can be filtered by. Each returns the columns `id` and `name`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnitQueries {
    /// Business units.
    pub bu: String,
    pub project: String,
}

/// A table to create from a file.
#[derive(Debug, Clone)]
pub struct NewTable {
    /// Table name in SQL: lower-case letters, digits and underscores.
    pub name: String,
    /// In the order of the file.
    pub columns: Vec<ColumnDef>,
    /// CSV (RFC 4180) with a header line.
    pub bytes: Bytes,
}

/// A datasource to create or update.
#[derive(Debug, Clone)]
pub struct NewDatasource {
    /// Unique in the tenant: lower-case letters, digits and hyphens.
    pub slug: String,
    pub name: String,
    pub tables: Vec<NewTable>,
    /// `None` when KPIs cannot be filtered by unit.
    pub units: Option<UnitQueries>,
}
