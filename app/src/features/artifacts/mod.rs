//! Artifacts: rendered inline, in the panel beside the chat, and full screen.
//!
//! `content` parses a version's content, `state` holds the computations, and each kind has its component.

mod cell;
mod chart;
mod content;
mod dashboard_card;
mod export;
mod inline;
mod list;
mod mermaid;
mod page;
mod panel;
mod rendering;
mod skeleton;
mod state;
mod store;
mod table;
mod toolbar;

pub use chart::Chart;
pub use inline::InlineArtifact;
pub use page::ArtifactPage;
pub use panel::ArtifactPanel;
pub use rendering::RenderedArtifact;
pub use skeleton::ArtifactPageSkeleton;
pub use state::sparkline;
pub use store::provide_artifact_store;
pub use table::DataTable;
