//! Parsed content of an artifact version.

use penny_types::{
    Fault, FaultCode,
    artifacts::{ArtifactKind, ChartContent, DashboardContent, TableContent},
};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// VersionContent of an artifact version by kind.
#[derive(Debug, Clone, PartialEq)]
pub enum VersionContent {
    Markdown(String),
    Table(TableContent),
    Chart(ChartContent),
    /// Snapshot of a dashboard.
    Dashboard(Box<DashboardContent>),
    /// Mermaid source.
    Mermaid(String),
    /// Plain text.
    File(String),
}

impl VersionContent {
    /// Parses the content of an artifact of the given kind.
    ///
    /// # Errors
    /// `internal` when the content does not match the kind.
    pub fn parse(kind: ArtifactKind, value: Value) -> Result<Self, Fault> {
        match kind {
            ArtifactKind::Markdown => text(value).map(Self::Markdown),
            ArtifactKind::Mermaid => text(value).map(Self::Mermaid),
            ArtifactKind::Table => parse_json(value).map(Self::Table),
            ArtifactKind::Chart => parse_json(value).map(Self::Chart),
            ArtifactKind::Dashboard => parse_json(value).map(|content| Self::Dashboard(Box::new(content))),
            ArtifactKind::File => text(value).map(Self::File),
        }
    }

    /// Returns the data table of a table or chart.
    #[must_use]
    pub const fn table(&self) -> Option<&TableContent> {
        match self {
            Self::Table(table) => Some(table),
            Self::Chart(chart) => Some(&chart.table),
            _ => None,
        }
    }
}

/// Parses JSON content, which is either a value or its text.
fn parse_json<T: DeserializeOwned>(value: Value) -> Result<T, Fault> {
    let parsed = match value {
        Value::String(text) => serde_json::from_str(&text),
        other => crate::api::read_value(&other),
    };
    parsed.map_err(|_| Fault::new(FaultCode::Internal))
}

fn text(value: Value) -> Result<String, Fault> {
    match value {
        Value::String(text) => Ok(text),
        _ => Err(Fault::new(FaultCode::Internal)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn content_is_parsed_by_kind_from_a_value_or_its_text() {
        let table = json!({ "columns": [{ "name": "a", "format": "number" }], "rows": [[1]] });
        let parsed = VersionContent::parse(ArtifactKind::Table, table.clone()).unwrap();
        assert_eq!(VersionContent::parse(ArtifactKind::Table, json!(table.to_string())).unwrap(), parsed);
        assert!(VersionContent::parse(ArtifactKind::Chart, table).is_err());
        assert!(VersionContent::parse(ArtifactKind::Markdown, json!(1)).is_err());
    }
}
