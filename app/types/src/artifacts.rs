//! Artifacts: versioned results that exist independently of the conversation that created them.

use crate::{
    ArtifactId, ArtifactVersionId, ConversationId, PrincipalId, ToolCallId, TurnId, enums::string_enum,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

string_enum!(/// The kind of an artifact; decides the shape of its content and how it is rendered.
ArtifactKind {
    /// Markdown text.
    Markdown = "markdown",
    /// A table; the content is a [`TableContent`].
    Table = "table",
    /// An ECharts chart; the content is a [`ChartContent`].
    Chart = "chart",
    /// A dashboard of widgets; the content is a [`DashboardContent`].
    Dashboard = "dashboard",
    /// A Mermaid diagram; the content is its source.
    Mermaid = "mermaid",
    /// Any other file.
    File = "file",
});

/// An artifact with the metadata of its newest version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ArtifactView {
    pub id: ArtifactId,
    #[serde(rename = "type")]
    #[cfg_attr(feature = "graphql", graphql(name = "type"))]
    pub kind: ArtifactKind,
    pub title: String,
    pub owner_id: PrincipalId,
    /// Number of the newest version, from 1.
    pub version: u32,
    /// Id of the newest version; messages refer to attachments by it.
    pub version_id: ArtifactVersionId,
    /// BLAKE3 digest of the newest version's bytes, in hexadecimal.
    pub digest: String,
    /// Media type of the newest version.
    pub media_type: String,
    pub size_bytes: u64,
    pub is_pinned: bool,
    /// The conversation it was created in, if any.
    pub conversation_id: Option<ConversationId>,
    /// The turn that created it, if any.
    pub turn_id: Option<TurnId>,
    /// The tool call that created it, if any.
    pub tool_call_id: Option<ToolCallId>,
    /// `provider/model` that created it, if any.
    pub model: Option<String>,
    pub created_at: DateTime<Utc>,
    /// When the newest version was created.
    pub updated_at: DateTime<Utc>,
}

/// An artifact with a signed URL to download its content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ArtifactWithUrl {
    #[serde(flatten)]
    pub artifact: ArtifactView,
    /// Signed URL of the newest version's bytes.
    pub content_url: String,
    /// When `contentUrl` expires.
    pub content_url_expires_at: DateTime<Utc>,
}

/// Input that creates an artifact.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(feature = "graphql", derive(async_graphql::InputObject))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewArtifact {
    #[serde(rename = "type")]
    #[cfg_attr(feature = "graphql", graphql(name = "type"))]
    pub kind: ArtifactKind,
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 200, pattern = "\\S"))]
    pub title: String,
    /// A string for text and diagrams, an object for tables and charts.
    pub content: serde_json::Value,
}

/// Filter of the artifact list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "graphql", derive(async_graphql::InputObject))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ArtifactFilter {
    /// Only artifacts created in this conversation.
    pub conversation_id: Option<ConversationId>,
    /// Only artifacts that are pinned, or that are not.
    pub is_pinned: Option<bool>,
}

/// A table whose cells are JSON scalars.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TableContent {
    pub columns: Vec<TableColumn>,
    /// The rows; each has one cell per column.
    pub rows: Vec<Vec<serde_json::Value>>,
}

string_enum!(/// How a value is formatted for display.
ValueFormat {
    /// Unformatted text.
    Text = "text",
    /// An integer or decimal number.
    Number = "number",
    /// An amount in the tenant's currency.
    Currency = "currency",
    /// A ratio: 0.25 is displayed as 25 %.
    Percent = "percent",
    /// A calendar day.
    Date = "date",
    /// A duration in days.
    Days = "days",
    /// A duration in hours.
    Hours = "hours",
});

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableColumn {
    pub name: String,
    pub format: ValueFormat,
}

/// An ECharts option with the rows it was drawn from, which serve assistive technology and export.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChartContent {
    /// The ECharts 5 or 6 option, as `setOption` takes it. Data only: no functions.
    pub option: serde_json::Value,
    /// The data behind the chart.
    pub table: TableContent,
    /// One sentence that describes the chart.
    pub summary: String,
    /// The dashboard that shows the same data, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dashboard: Option<crate::dashboards::DashboardLink>,
}

/// A snapshot of a dashboard, with the slug of the live one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DashboardContent {
    pub slug: String,
    /// The dashboard as it was when the artifact was created.
    pub dashboard: crate::dashboards::DashboardView,
}

/// A change to one of the viewer's artifacts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ArtifactUpdate {
    pub id: ArtifactId,
    /// The current state; absent when the artifact was deleted.
    pub artifact: Option<ArtifactView>,
}
