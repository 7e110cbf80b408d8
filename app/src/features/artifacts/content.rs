//! The content of a version, read once: versions never change.

use penny_types::{
    Fault, FaultCode,
    artifacts::{ArtifactKind, ChartContent, DashboardContent, TableContent},
};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// What a version holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// Words in Markdown.
    Markdown(String),
    /// Rows and columns.
    Table(TableContent),
    /// A chart and its figures.
    Chart(ChartContent),
    /// A dashboard as it was.
    Dashboard(Box<DashboardContent>),
    /// A Mermaid diagram.
    Mermaid(String),
    /// Text of any kind, shown as it is.
    File(String),
}

impl Content {
    /// Reads what the server sent for an artifact of this kind.
    ///
    /// # Errors
    /// `internal` when the content is not what its kind says.
    pub fn read(kind: ArtifactKind, value: Value) -> Result<Self, Fault> {
        match kind {
            ArtifactKind::Markdown => text(value).map(Self::Markdown),
            ArtifactKind::Mermaid => text(value).map(Self::Mermaid),
            ArtifactKind::Table => parse(value).map(Self::Table),
            ArtifactKind::Chart => parse(value).map(Self::Chart),
            ArtifactKind::Dashboard => parse(value).map(|content| Self::Dashboard(Box::new(content))),
            ArtifactKind::File => text(value).map(Self::File),
        }
    }

    /// Returns the figures, when it has any.
    #[must_use]
    pub const fn table(&self) -> Option<&TableContent> {
        match self {
            Self::Table(table) => Some(table),
            Self::Chart(chart) => Some(&chart.table),
            _ => None,
        }
    }
}

/// JSON content may come as a value or as its text.
fn parse<T: DeserializeOwned>(value: Value) -> Result<T, Fault> {
    let read = match value {
        Value::String(text) => serde_json::from_str(&text),
        other => crate::api::read_value(&other),
    };
    read.map_err(|_| Fault::new(FaultCode::Internal))
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
    fn content_is_read_as_its_kind_says_as_a_value_or_as_text() {
        let table = json!({ "columns": [{ "name": "a", "format": "number" }], "rows": [[1]] });
        let read = Content::read(ArtifactKind::Table, table.clone()).unwrap();
        assert_eq!(Content::read(ArtifactKind::Table, json!(table.to_string())).unwrap(), read);
        assert!(Content::read(ArtifactKind::Chart, table).is_err());
        assert!(Content::read(ArtifactKind::Markdown, json!(1)).is_err());
    }
}
