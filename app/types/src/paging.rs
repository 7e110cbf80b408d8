//! List pages with opaque cursors and bounded sizes.

use serde::{Deserialize, Serialize};

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(
    feature = "graphql",
    graphql(concrete(name = "ConversationPage", params(crate::conversations::ConversationSummary))),
    graphql(concrete(name = "ArtifactPage", params(crate::artifacts::ArtifactView)))
)]
pub struct Page<T>
where
    T: PageItem,
{
    pub items: Vec<T>,
    /// Cursor of the next page; absent on the last page.
    pub next_cursor: Option<String>,
}

/// An item of a [`Page`].
#[cfg(not(feature = "graphql"))]
pub trait PageItem {}
#[cfg(not(feature = "graphql"))]
impl<T> PageItem for T {}
/// An item of a [`Page`].
#[cfg(feature = "graphql")]
pub trait PageItem: async_graphql::OutputType {}
#[cfg(feature = "graphql")]
impl<T: async_graphql::OutputType> PageItem for T {}

/// Cursor and size of a requested page.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PageRequest {
    /// The `nextCursor` of the previous page; absent for the first page.
    pub cursor: Option<String>,
    /// Maximum number of items; 1 to 100, 30 when absent.
    pub limit: Option<u32>,
}

impl PageRequest {
    /// Page size when no limit is given.
    pub const DEFAULT: u32 = 30;
    /// Upper bound of the page size.
    pub const MAX: u32 = 100;

    /// Returns the requested page size, clamped to 1 and [`Self::MAX`].
    #[must_use]
    pub fn limit(&self) -> u32 {
        self.limit.unwrap_or(Self::DEFAULT).clamp(1, Self::MAX)
    }
}
