//! Authorisation: Cedar policies over principals, actions and resources.
//!
//! Services call [`Access::check`] beside the write. Cedar sees the real principal with its roles, groups, attributes
//! and grants, and the real resource with its owner, workspace, labels and shares. The policy set of a tenant holds the
//! built-in policies, its custom roles and its own policies, and has a version. Decisions name the deciding policies,
//! which the audit trail keeps. Lists are narrowed by [`Access::list_filter`]; a property test compares both.

mod action;
mod engine;
mod grants;
mod list;
mod policies;
mod resource;
mod shares;
#[cfg(test)]
mod tests;

pub use action::Action;
pub use engine::{Access, Denied, Explanation, Permit};
pub(crate) use grants::resolve;
pub use grants::{ApplicableGrant, GrantedResources};
pub use list::{ListFilter, ListedResource};
pub use policies::{
    POLICY_SOURCE_MAX, PolicyError, PolicyOrigin, PolicyRef, PolicySource, RoleSource, TenantPolicies,
};
pub use resource::{
    Attributes, DashboardResource, DatasourceResource, PrincipalResource, Resource, ResourceKind,
    TenantResource, ToolResource,
};
pub use shares::{ResourceShares, ShareKey, SubjectSet, load_shares, shared_with};
