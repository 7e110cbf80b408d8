//! Read-only SQL over CSV files, with bounded rows, memory and time.

use async_trait::async_trait;
use bytes::Bytes;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{fmt::Debug, time::Duration};

/// Data type of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnKind {
    Text,
    /// 64-bit signed integers.
    Integer,
    /// Double-precision numbers.
    Number,
    /// Calendar dates.
    Date,
    /// Number of days from today, which SQL sees as a calendar date.
    DayOffset,
    Boolean,
}

/// Name and data type of a column.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ColumnDef {
    /// The column's name in SQL.
    pub name: String,
    pub kind: ColumnKind,
}

/// A CSV file (RFC 4180, UTF-8, with a header line) as a table.
#[derive(Debug, Clone)]
pub struct CsvTable {
    /// The table's name in SQL.
    pub name: String,
    /// The columns in the order of the file.
    pub columns: Vec<ColumnDef>,
    /// BLAKE3 digest of `bytes`; engines may use it to cache parsed tables.
    pub digest: [u8; 32],
    /// The content of the file.
    pub bytes: Bytes,
}

/// A query over CSV tables.
#[derive(Debug, Clone)]
pub struct AnalyticsQuery {
    /// The only tables that the query may read.
    pub tables: Vec<CsvTable>,
    /// One SELECT statement, with `$name` for parameters.
    pub sql: String,
    /// Parameters by name, without the dollar sign. Values are JSON scalars; the SQL has to cast
    /// `YYYY-MM-DD` strings to dates.
    pub params: Vec<(String, Value)>,
    /// The date from which [`ColumnKind::DayOffset`] counts.
    pub today: NaiveDate,
    /// Maximum number of rows in the result.
    pub max_rows: usize,
    /// Maximum run time, including the wait for a free slot.
    pub timeout: Duration,
}

/// The result of a query.
#[derive(Debug, Clone, PartialEq)]
pub struct QueryRows {
    pub columns: Vec<ColumnDef>,
    /// The rows, each as long as `columns`; dates are `YYYY-MM-DD` strings.
    pub rows: Vec<Vec<Value>>,
    /// Whether rows beyond `max_rows` were dropped.
    pub is_truncated: bool,
}

/// Failure of a query.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    /// The SQL firewall rejected the query.
    #[error("the query is not allowed: {reason}")]
    Refused {
        /// The rule that the query violates.
        reason: &'static str,
    },
    /// The query does not parse, names something unknown, lacks a parameter or fails to evaluate.
    #[error("the query is invalid: {detail}")]
    Invalid {
        /// The engine's message, at most 500 characters.
        detail: String,
    },
    /// The file does not match its column definitions.
    #[error("table {table} cannot be read: {detail}")]
    InvalidTable { table: String, detail: String },
    #[error("the query timed out")]
    Timeout,
    /// The query exceeds a limit of the engine on memory, result size or compared rows.
    #[error("the query exceeds the memory limit")]
    TooLarge,
}

/// Runs SQL queries over CSV files.
#[async_trait]
pub trait AnalyticsEngine: Debug + Send + Sync {
    async fn query(&self, query: AnalyticsQuery) -> Result<QueryRows, QueryError>;
}
