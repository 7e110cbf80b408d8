//! Dashboards, full screen: filters in the URL, KPIs, charts and tables.

mod filters;
mod health;
mod kpi;
mod page;
mod return_path;
mod skeleton;
mod state;
mod widget;

pub use health::HealthBadge;
pub use page::DashboardPage;
pub use return_path::{FullScreenFrame, provide_return_path};
pub use skeleton::DashboardPageSkeleton;
pub use state::{dashboard_path, period_key};
