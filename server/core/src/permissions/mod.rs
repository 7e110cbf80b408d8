//! Access management: groups and their members, custom roles, role assignments, grants and tenant policies.
//!
//! Each verb requires `access:manage`. A change of custom roles or policies raises the version of the tenant's policy
//! set, so that every process compiles it again; a change that would take `access:manage` from the actor is refused.

mod error;
mod grants;
mod groups;
mod policies;
mod roles;
mod service;

pub use error::PermissionsError;
pub use service::{Permissions, RoleHolder, RoleName};
