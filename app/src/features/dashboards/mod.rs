//! Dashboards, full screen: filters in the address, key figures, charts and tables.

mod filters;
mod health;
mod kpi;
mod page;
mod state;
mod trail;
mod widget;

pub use health::HealthMark;
pub use page::DashboardPage;
pub use state::{address_of, period_key};
pub use trail::{BackButton, leave_on_escape, provide_trail};
