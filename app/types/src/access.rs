//! Sharing and access management: groups, custom roles, grants, tenant policies and shares.

use crate::{GrantId, GroupId, PolicyId, PrincipalId, RoleId, ShareId, enums::string_enum};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

string_enum!(/// Whom a resource is shared with.
ShareSubject {
    /// One principal.
    Principal = "principal",
    /// The members of a group.
    Group = "group",
    /// Everyone in the tenant.
    Tenant = "tenant",
});

string_enum!(/// What a share allows.
ShareLevel {
    /// Read the resource.
    View = "view",
    /// Read and change the resource; in a conversation, send messages.
    Edit = "edit",
});

string_enum!(/// Kinds of resources that can be shared.
SharedKind {
    /// A conversation.
    Conversation = "conversation",
    /// An artifact.
    Artifact = "artifact",
});

string_enum!(/// Who receives a grant.
GrantSubject {
    /// One principal.
    Principal = "principal",
    /// The members of a group.
    Group = "group",
    /// The holders of a built-in or custom role.
    Role = "role",
    /// Everyone in the tenant.
    Tenant = "tenant",
});

string_enum!(/// Kinds of resources that grants apply to.
GrantedKind {
    /// A tool, by name.
    Tool = "tool",
    /// A datasource, by slug.
    Datasource = "datasource",
    /// A dashboard, by slug.
    Dashboard = "dashboard",
    /// A principal, by id.
    Principal = "principal",
});

string_enum!(/// What a grant is about.
GrantLevel {
    /// Use the resource: call the tool, query the datasource, view the dashboard.
    Use = "use",
    /// Configure the resource.
    Edit = "edit",
    /// Act on behalf of the principal.
    ActFor = "act_for",
});

string_enum!(/// Whether a grant gives or withdraws.
GrantEffect {
    /// Gives what the roles of the subject do not.
    Allow = "allow",
    /// Withdraws what the roles of the subject give.
    Deny = "deny",
});

/// A share of a conversation or an artifact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ShareView {
    pub id: ShareId,
    /// Whom the resource is shared with.
    pub subject: ShareSubject,
    /// The principal; present when `subject` is `principal`.
    pub principal_id: Option<PrincipalId>,
    /// The group; present when `subject` is `group`.
    pub group_id: Option<GroupId>,
    /// Display name of the principal, the group or the tenant.
    pub name: String,
    pub level: ShareLevel,
    /// The principal who shared it.
    pub granted_by: PrincipalId,
    pub created_at: DateTime<Utc>,
    /// When the share ends; absent when it does not.
    pub expires_at: Option<DateTime<Utc>>,
}

/// The shares of a resource, and what sharing it reveals.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SharesView {
    pub items: Vec<ShareView>,
    /// How many stored tool results become visible to everyone the resource is shared with, whatever
    /// their own rights to the data.
    pub visible_tool_results: u64,
    /// The same as a sentence in the caller's language; absent when there are none.
    pub notice: Option<String>,
}

/// Shares a resource. Exactly one of `principalId`, `email`, `groupId` names the subject; none of them
/// shares with the whole tenant and requires `everyone`. Sharing again with the same subject replaces
/// the level and the expiry.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(feature = "graphql", derive(async_graphql::InputObject))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewShare {
    #[serde(default)]
    pub principal_id: Option<PrincipalId>,
    /// E-mail address of a principal of the tenant.
    #[serde(default)]
    pub email: Option<String>,
    #[serde(default)]
    pub group_id: Option<GroupId>,
    /// Shares with everyone in the tenant.
    #[serde(default)]
    pub everyone: Option<bool>,
    /// `view` when absent.
    #[serde(default)]
    pub level: Option<ShareLevel>,
    /// When the share ends; never when absent.
    #[serde(default)]
    pub expires_at: Option<DateTime<Utc>>,
}

/// A group of principals.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GroupView {
    pub id: GroupId,
    pub name: String,
    pub description: String,
    pub member_count: u64,
    pub created_at: DateTime<Utc>,
}

/// Creates a group.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(feature = "graphql", derive(async_graphql::InputObject))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewGroup {
    /// Unique in the tenant, ignoring case.
    pub name: String,
    #[serde(default)]
    pub description: String,
}

/// A custom role: a named set of actions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CustomRoleView {
    pub id: RoleId,
    pub name: String,
    pub description: String,
    /// Actions its holders may do to every resource of the tenant, such as `conversation:view`.
    pub actions: Vec<String>,
    pub created_at: DateTime<Utc>,
}

/// Creates a custom role.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(feature = "graphql", derive(async_graphql::InputObject))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewCustomRole {
    /// Unique in the tenant, ignoring case.
    pub name: String,
    #[serde(default)]
    pub description: String,
    pub actions: Vec<String>,
}

/// A grant: gives or withdraws the use of one resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GrantView {
    pub id: GrantId,
    pub subject: GrantSubject,
    /// Id of the principal or group, id or word of the role; absent for the tenant.
    pub subject_key: Option<String>,
    pub kind: GrantedKind,
    /// Name of the tool, slug of the dashboard or datasource, id of the principal.
    pub resource: String,
    pub level: GrantLevel,
    pub effect: GrantEffect,
    pub created_at: DateTime<Utc>,
    pub expires_at: Option<DateTime<Utc>>,
}

/// Gives or withdraws the use of one resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(feature = "graphql", derive(async_graphql::InputObject))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewGrant {
    pub subject: GrantSubject,
    /// Id of the principal or group, id or word of the role; absent for the tenant.
    #[serde(default)]
    pub subject_key: Option<String>,
    pub kind: GrantedKind,
    /// Name of the tool, slug of the dashboard or datasource, id of the principal.
    pub resource: String,
    pub level: GrantLevel,
    pub effect: GrantEffect,
    #[serde(default)]
    pub expires_at: Option<DateTime<Utc>>,
}

/// A tenant's own Cedar policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PolicyView {
    pub id: PolicyId,
    pub name: String,
    pub description: String,
    /// Cedar source of one static policy.
    pub source: String,
    pub is_enabled: bool,
    pub updated_at: DateTime<Utc>,
}

/// Adds a tenant policy.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(feature = "graphql", derive(async_graphql::InputObject))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewPolicy {
    /// Unique in the tenant, ignoring case.
    pub name: String,
    #[serde(default)]
    pub description: String,
    /// Cedar source of one static policy, valid against the access schema.
    pub source: String,
    #[serde(default)]
    pub is_enabled: bool,
}
