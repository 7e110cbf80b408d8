//! Database entities, one file per table. Rows belong to a tenant and are queried through [`TenantScoped`].
//!
//! Primary keys of tenant tables start with the tenant, so queries by key, updates and deletes of a model
//! cannot be written without it. Column types are limited to those of both SQLite and PostgreSQL; integers
//! are signed because PostgreSQL has no unsigned ones.

pub mod access_grant;
pub mod access_policy;
pub mod artifact;
pub mod artifact_version;
pub mod audit_event;
pub mod audit_head;
pub mod conversation;
pub mod custom_role;
pub mod dashboard;
pub mod datasource;
pub mod event_checkpoint;
pub mod external_identity;
pub mod group_member;
pub mod job;
pub mod kpi;
pub mod membership;
pub mod message;
pub mod message_part;
pub mod message_search;
pub mod model_call;
pub mod outbox;
pub mod principal;
pub mod principal_group;
pub mod role_assignment;
pub mod session;
pub mod share;
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

pub mod enums;
mod scope;
mod tables;

pub use scope::TenantScoped;
pub use tables::{LookupRights, Table, table, tables};
