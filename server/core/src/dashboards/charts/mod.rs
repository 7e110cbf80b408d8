//! ECharts options, rendered in the browser.
//!
//! Options are plain data without functions or colours. The page's theme sets colours by series id: `good`,
//! `watch`, `bad`, `actual`, `budget`. Values are unformatted; the page formats them like the table column
//! with the name of the series.

mod company;
mod plot;

pub(crate) use company::company_chart;
pub(crate) use plot::{Plot, PlotSeries, plot_option};
