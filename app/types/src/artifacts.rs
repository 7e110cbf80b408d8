//! Artifacts: results with a history, an address and a life apart from the chat that made them.

use crate::{ArtifactId, ArtifactVersionId, ConversationId, PrincipalId, ToolCallId, TurnId, enums::words};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

words!(/// What an artifact is, and so how it is drawn.
ArtifactKind {
    /// Words.
    Markdown = "markdown",
    /// Rows and columns; content is a [`TableContent`].
    Table = "table",
    /// An ECharts option; content is a [`ChartContent`].
    Chart = "chart",
    /// A dashboard of widgets; content is a [`DashboardContent`].
    Dashboard = "dashboard",
    /// A Mermaid diagram.
    Mermaid = "mermaid",
    /// A file of any other kind.
    File = "file",
});

/// An artifact and its newest version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ArtifactView {
    /// Its id.
    pub id: ArtifactId,
    /// What it is.
    #[serde(rename = "type")]
    #[cfg_attr(feature = "graphql", graphql(name = "type"))]
    pub kind: ArtifactKind,
    /// Its title.
    pub title: String,
    /// Who owns it.
    pub owner_id: PrincipalId,
    /// The newest version's number, from 1.
    pub version: u32,
    /// The newest version's id, for attaching.
    pub version_id: ArtifactVersionId,
    /// BLAKE3 of the newest version's bytes, hex.
    pub digest: String,
    /// Media type of the newest version's bytes.
    pub media_type: String,
    /// Size of the newest version in bytes.
    pub size_bytes: u64,
    /// Whether it is kept at hand.
    pub is_pinned: bool,
    /// The conversation that made it.
    pub conversation_id: Option<ConversationId>,
    /// The turn that made it.
    pub turn_id: Option<TurnId>,
    /// The tool call that made it.
    pub tool_call_id: Option<ToolCallId>,
    /// `provider/model` that made it.
    pub model: Option<String>,
    /// When it was first made.
    pub created_at: DateTime<Utc>,
    /// When its newest version was made.
    pub updated_at: DateTime<Utc>,
}

/// An artifact with a way to read its bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ArtifactWithUrl {
    /// The artifact.
    #[serde(flatten)]
    pub artifact: ArtifactView,
    /// A signed address of the bytes.
    pub content_url: String,
    /// When that address stops working.
    pub content_url_expires_at: DateTime<Utc>,
}

/// What makes an artifact.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(feature = "graphql", derive(async_graphql::InputObject))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewArtifact {
    /// What it is.
    #[serde(rename = "type")]
    #[cfg_attr(feature = "graphql", graphql(name = "type"))]
    pub kind: ArtifactKind,
    /// Its title.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 200, pattern = "\\S"))]
    pub title: String,
    /// Its content: a string for words and diagrams, an object for tables and charts.
    pub content: serde_json::Value,
}

/// Which artifacts are asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "graphql", derive(async_graphql::InputObject))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ArtifactFilter {
    /// Only those of this conversation.
    pub conversation_id: Option<ConversationId>,
    /// Only those kept at hand.
    pub is_pinned: Option<bool>,
}

/// A table: columns and rows of JSON scalars.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TableContent {
    /// The columns.
    pub columns: Vec<TableColumn>,
    /// The rows, each as long as `columns`.
    pub rows: Vec<Vec<serde_json::Value>>,
}

words!(/// How a value is written for people.
ValueFormat {
    /// As it is.
    Text = "text",
    /// A whole or decimal number.
    Number = "number",
    /// An amount in the tenant's currency.
    Currency = "currency",
    /// A share: 0.25 is 25 %.
    Percent = "percent",
    /// A calendar day.
    Date = "date",
    /// A length of time in days.
    Days = "days",
    /// A length of time in hours.
    Hours = "hours",
});

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableColumn {
    /// Its name.
    pub name: String,
    /// How its values are written.
    pub format: ValueFormat,
}

/// A chart: the ECharts option and the rows it was drawn from, for reading aloud and for export.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChartContent {
    /// The ECharts 5 or 6 option, as `setOption` takes it. Data only: no functions.
    pub option: serde_json::Value,
    /// The figures behind it.
    pub table: TableContent,
    /// One sentence that says what it shows.
    pub summary: String,
    /// The dashboard on which the same figures live, when there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dashboard: Option<crate::dashboards::DashboardLink>,
}

/// A dashboard as an artifact: where the living one is, and its figures when it was made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DashboardContent {
    /// Its address.
    pub slug: String,
    /// How it looked.
    pub dashboard: crate::dashboards::DashboardView,
}

/// Something changed among the reader's artifacts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ArtifactUpdate {
    /// Which one.
    pub id: ArtifactId,
    /// How it looks now; absent when it is gone.
    pub artifact: Option<ArtifactView>,
}
