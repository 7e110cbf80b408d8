//! The tables, one file each. A row belongs to a tenant; [`TenantScoped`] is how it is reached.
//!
//! Keys of tenant tables begin with the tenant, so `Entity::find_by_id((tenant, id))`, updates and
//! deletes of a model cannot be written without it. Column types are those both SQLite and
//! PostgreSQL have; numbers are signed because PostgreSQL knows no others.

pub mod artifact;
pub mod artifact_version;
pub mod audit_event;
pub mod audit_head;
pub mod conversation;
pub mod dashboard;
pub mod datasource;
pub mod event_checkpoint;
pub mod external_identity;
pub mod job;
pub mod kpi;
pub mod membership;
pub mod message;
pub mod message_part;
pub mod message_search;
pub mod model_call;
pub mod outbox;
pub mod principal;
pub mod role_grant;
pub mod session;
pub mod sign_in_link;
pub mod tenant;
pub mod tenant_host;
pub mod theme;
pub mod token;
pub mod tool_call;
pub mod turn;
pub mod turn_step;
pub mod widget;
pub mod workspace;

mod scope;
mod tables;
pub mod words;

pub use scope::TenantScoped;
pub use tables::{LookupRights, Table, table, tables};
