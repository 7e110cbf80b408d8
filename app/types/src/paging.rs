//! Pages of lists: opaque cursors, bounded sizes.

use serde::{Deserialize, Serialize};

/// One page of a list, and where the next begins.
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
    /// The items, in the list's own order.
    pub items: Vec<T>,
    /// Passed back to read the next page; absent on the last.
    pub next_cursor: Option<String>,
}

/// Marks what may stand in a [`Page`].
#[cfg(not(feature = "graphql"))]
pub trait PageItem {}
#[cfg(not(feature = "graphql"))]
impl<T> PageItem for T {}
/// Marks what may stand in a [`Page`].
#[cfg(feature = "graphql")]
pub trait PageItem: async_graphql::OutputType {}
#[cfg(feature = "graphql")]
impl<T: async_graphql::OutputType> PageItem for T {}

/// Which page is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PageRequest {
    /// The `nextCursor` of the page before.
    pub cursor: Option<String>,
    /// How many items at most; see [`PageRequest::limit`].
    pub limit: Option<u32>,
}

impl PageRequest {
    /// The size of a page when none is asked for.
    pub const DEFAULT: u32 = 30;
    /// The largest page anyone gets.
    pub const MAX: u32 = 100;

    /// Returns the size to serve: the one asked for, within 1 and [`Self::MAX`].
    #[must_use]
    pub fn limit(&self) -> u32 {
        self.limit.unwrap_or(Self::DEFAULT).clamp(1, Self::MAX)
    }
}
