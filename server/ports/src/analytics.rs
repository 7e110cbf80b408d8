//! SQL over files, read-only and bounded.

use async_trait::async_trait;
use bytes::Bytes;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{fmt::Debug, time::Duration};

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnKind {
    /// Words.
    Text,
    /// 64-bit integers.
    Integer,
    /// Double-precision numbers.
    Number,
    /// Calendar days.
    Date,
    /// Days counted from today, shown to SQL as calendar days.
    DayOffset,
    /// True or false.
    Boolean,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Column {
    /// Its name in SQL.
    pub name: String,
    /// What it holds.
    pub kind: ColumnKind,
}

/// A CSV file (RFC 4180, UTF-8, with a header line) as a table.
#[derive(Debug, Clone)]
pub struct CsvTable {
    /// Its name in SQL.
    pub name: String,
    /// Its columns, in the file's order.
    pub columns: Vec<Column>,
    /// BLAKE3 of the bytes; engines may keep parsed tables by it.
    pub digest: [u8; 32],
    /// The file.
    pub bytes: Bytes,
}

/// A query over tables.
#[derive(Debug, Clone)]
pub struct Query {
    /// The tables it may read, and no others.
    pub tables: Vec<CsvTable>,
    /// One SELECT statement, with `$name` for parameters.
    pub sql: String,
    /// The parameters by name, without the dollar sign: JSON scalars; `YYYY-MM-DD` texts are cast in the SQL.
    pub params: Vec<(String, Value)>,
    /// What [`ColumnKind::DayOffset`] counts from.
    pub today: NaiveDate,
    /// Rows after which the answer is cut.
    pub max_rows: usize,
    /// How long it may run.
    pub timeout: Duration,
}

/// An answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Rows {
    /// The columns.
    pub columns: Vec<Column>,
    /// The rows, each as long as `columns`; dates are `YYYY-MM-DD` texts.
    pub rows: Vec<Vec<Value>>,
    /// Whether there were more.
    pub is_truncated: bool,
}

/// Says why a query was not answered.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    /// The firewall does not let it through.
    #[error("the query is not allowed: {reason}")]
    Refused {
        /// Which rule it breaks.
        reason: &'static str,
    },
    /// It does not parse, or names what does not exist.
    #[error("the query is wrong: {detail}")]
    Invalid {
        /// The engine's words, at most 500 characters.
        detail: String,
    },
    /// The file is not what its columns say.
    #[error("table {table} cannot be read: {detail}")]
    BadTable {
        /// The table.
        table: String,
        /// What is wrong.
        detail: String,
    },
    /// It ran too long.
    #[error("the query ran longer than it may")]
    Timeout,
    /// It needed more memory than it may.
    #[error("the query needs more memory than it may use")]
    TooLarge,
}

/// Answers SQL over files.
#[async_trait]
pub trait AnalyticsEngine: Debug + Send + Sync {
    /// Runs one query.
    async fn query(&self, query: Query) -> Result<Rows, QueryError>;
}
