//! Artifacts: drawn inline, in the panel beside the chat, and full screen.
//!
//! `content` reads and `state` computes; each kind has its drawing; the same toolbar serves all.

mod cell;
mod chart;
mod content;
mod dashboard_card;
mod drawing;
mod export;
mod inline;
mod mermaid;
mod outline;
mod page;
mod panel;
mod recent;
mod shelf;
mod state;
mod table;
mod toolbar;

pub use chart::Chart;
pub use drawing::Picture;
pub use inline::InlineArtifact;
pub use outline::ArtifactOutline;
pub use page::ArtifactPage;
pub use panel::ArtifactPanel;
pub use shelf::provide_shelf;
pub use state::sparkline;
pub use table::DataTable;
