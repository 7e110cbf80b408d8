//! Charts: ECharts options made here and drawn in the browser.
//!
//! Options are data: no functions, and no colours either; the page's theme gives them. A series that
//! means something has an id the theme can know: `good`, `watch`, `bad`, `actual`, `budget`. Values are
//! as they are; the page writes them in the format of the table's column of the series' name.

mod company;
mod draw;

pub(crate) use company::company;
pub(crate) use draw::{Plot, PlotSeries, plot};
