//! Dashboards, full screen: filters in the address, key figures, charts and tables.

mod filters;
mod health;
mod kpi;
mod outline;
mod page;
mod state;
mod trail;
mod widget;

pub use health::HealthMark;
pub use outline::DashboardOutline;
pub use page::DashboardPage;
pub use state::{address_of, period_key};
pub use trail::{FullFrame, provide_trail};
