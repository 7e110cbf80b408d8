//! The policy set of a tenant: the built-in policies, its custom roles and its own policies.

use super::{Action, ResourceKind, resource::uid};
use crate::ctx::Rights;
use cedar_policy::{
    ActionConstraint, Effect, EntityUid, Policy, PolicyId as CedarId, PolicySet, PrincipalConstraint,
    ResourceConstraint, Schema, ValidationMode, Validator,
};
use penny_types::{PolicyId, RoleId};
use std::{collections::HashMap, str::FromStr};

const BUILT_IN: &str = include_str!("policies.cedar");
const SCHEMA: &str = include_str!("schema.cedarschema");

/// The longest source of a tenant policy, in bytes.
pub const POLICY_SOURCE_MAX: usize = 16 * 1024;

/// A policy that does not parse or does not fit the access schema.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct PolicyError(pub String);

fn invalid(error: impl std::fmt::Display) -> PolicyError {
    PolicyError(error.to_string())
}

/// Where a policy comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PolicyOrigin {
    BuiltIn,
    CustomRole(RoleId),
    Tenant(PolicyId),
}

/// A policy, as decisions and the audit trail name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyRef {
    /// `own-conversations`, `role:rol_...` or `policy:pol_...`.
    pub id: String,
    pub origin: PolicyOrigin,
    /// Name that the tenant gave the role or policy; empty for built-in policies.
    pub name: String,
}

/// A custom role, as the policy set needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleSource {
    pub id: RoleId,
    pub name: String,
    pub actions: Vec<Action>,
}

/// A tenant policy, as the policy set needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicySource {
    pub id: PolicyId,
    pub name: String,
    /// Cedar source of one static policy.
    pub source: String,
}

/// A policy of a custom role or of the tenant, by what its scope can match.
#[derive(Debug)]
pub(super) struct CustomPolicy {
    pub effect: Effect,
    principal: PrincipalConstraint,
    action: ActionConstraint,
    resource: ResourceConstraint,
}

impl CustomPolicy {
    /// Returns whether the scope can match; conditions are ignored.
    pub fn may_apply(&self, action: Action, kind: ResourceKind, rights: &Rights) -> bool {
        let resource_type = |name: &cedar_policy::EntityTypeName| name.basename() == kind.as_str();
        let for_principal = match &self.principal {
            PrincipalConstraint::Any => true,
            PrincipalConstraint::Eq(uid) | PrincipalConstraint::In(uid) => rights.is_or_is_in(uid),
            PrincipalConstraint::Is(name) => name.basename() == "User",
            PrincipalConstraint::IsIn(name, uid) => name.basename() == "User" && rights.is_or_is_in(uid),
        };
        let for_action = match &self.action {
            ActionConstraint::Any => true,
            ActionConstraint::Eq(uid) => is_action(uid, action),
            ActionConstraint::In(uids) => {
                uids.iter().any(|uid| is_action(uid, action) || is_group(uid, action))
            }
        };
        let for_resource = match &self.resource {
            ResourceConstraint::Any => true,
            ResourceConstraint::Is(name) | ResourceConstraint::IsIn(name, _) => resource_type(name),
            ResourceConstraint::Eq(uid) => resource_type(uid.type_name()),
            ResourceConstraint::In(_) => true,
        };
        for_principal && for_action && for_resource
    }
}

fn is_action(uid: &EntityUid, action: Action) -> bool {
    let id: &str = uid.id().unescaped();
    id == action.as_str()
}

/// Returns whether the action belongs to the group, as the access schema declares.
fn is_group(uid: &EntityUid, action: Action) -> bool {
    let members: &[Action] = match uid.id().unescaped() {
        "read" => &[Action::ConversationView, Action::ArtifactView],
        "write" => &[Action::ConversationAsk, Action::ArtifactEdit],
        "use" => &[Action::ToolUse, Action::DashboardView, Action::DatasourceQuery],
        "configure" => &[Action::DashboardEdit, Action::DatasourceEdit],
        _ => &[],
    };
    members.contains(&action)
}

/// The policy set of a tenant, at one version.
#[derive(Debug)]
pub struct TenantPolicies {
    version: i64,
    set: PolicySet,
    refs: HashMap<String, PolicyRef>,
    custom: Vec<CustomPolicy>,
}

/// Compiles policy sets against the access schema.
#[derive(Debug)]
pub(super) struct PolicyCompiler {
    pub schema: Schema,
    built_in: PolicySet,
}

impl PolicyCompiler {
    /// Parses and validates the built-in policies.
    pub fn new() -> Result<Self, PolicyError> {
        let parsed = PolicySet::from_str(BUILT_IN).map_err(invalid)?;
        let (schema, _) = Schema::from_cedarschema_str(SCHEMA).map_err(invalid)?;
        let mut built_in = PolicySet::new();
        for policy in parsed.policies() {
            let id = policy.annotation("id").ok_or_else(|| invalid("a built-in policy has no id"))?;
            built_in.add(policy.new_id(CedarId::new(id))).map_err(invalid)?;
        }
        let report = Validator::new(schema.clone()).validate(&built_in, ValidationMode::default());
        match report.validation_errors().next() {
            Some(error) => Err(invalid(error)),
            None => Ok(Self { schema, built_in }),
        }
    }

    /// Compiles the policy set of a tenant.
    ///
    /// # Errors
    /// When a tenant policy does not parse or does not fit the schema.
    pub fn compile(
        &self,
        version: i64,
        roles: &[RoleSource],
        policies: &[PolicySource],
    ) -> Result<TenantPolicies, PolicyError> {
        let mut set = self.built_in.clone();
        let mut refs: HashMap<String, PolicyRef> = set
            .policies()
            .map(|policy| {
                let id = policy.id().to_string();
                (id.clone(), PolicyRef { id, origin: PolicyOrigin::BuiltIn, name: String::new() })
            })
            .collect();
        let mut custom = Vec::new();
        let mut add = |policy: Policy, origin: PolicyOrigin, name: &str| {
            let id = policy.id().to_string();
            custom.push(CustomPolicy {
                effect: policy.effect(),
                principal: policy.principal_constraint(),
                action: policy.action_constraint(),
                resource: policy.resource_constraint(),
            });
            refs.insert(id.clone(), PolicyRef { id, origin, name: name.to_owned() });
            set.add(policy).map_err(invalid)
        };
        for role in roles.iter().filter(|role| !role.actions.is_empty()) {
            let policy = role_policy(role)?;
            add(policy, PolicyOrigin::CustomRole(role.id), &role.name)?;
        }
        for policy in policies {
            add(self.check(policy.id, &policy.source)?, PolicyOrigin::Tenant(policy.id), &policy.name)?;
        }
        Ok(TenantPolicies { version, set, refs, custom })
    }

    /// Parses a tenant policy and validates it against the schema.
    ///
    /// # Errors
    /// When the source is too long, is not exactly one static policy, or does not fit the schema.
    pub fn check(&self, id: PolicyId, source: &str) -> Result<Policy, PolicyError> {
        if source.len() > POLICY_SOURCE_MAX {
            return Err(invalid(format!("a policy has at most {POLICY_SOURCE_MAX} bytes")));
        }
        let policy = Policy::parse(Some(CedarId::new(format!("policy:{id}"))), source).map_err(invalid)?;
        let alone = PolicySet::from_policies([policy.clone()]).map_err(invalid)?;
        let report = Validator::new(self.schema.clone()).validate(&alone, ValidationMode::default());
        match report.validation_errors().next() {
            Some(error) => Err(invalid(error)),
            None => Ok(policy),
        }
    }
}

/// Writes a custom role as a policy that permits its actions on every resource of the tenant.
fn role_policy(role: &RoleSource) -> Result<Policy, PolicyError> {
    let actions: Vec<String> =
        role.actions.iter().map(|action| format!("Penny::Action::\"{}\"", action.as_str())).collect();
    let source = format!(
        "permit (principal in Penny::Role::\"{}\", action in [{}], resource);",
        role.id,
        actions.join(", ")
    );
    Policy::parse(Some(CedarId::new(format!("role:{}", role.id))), source).map_err(invalid)
}

impl TenantPolicies {
    #[must_use]
    pub const fn version(&self) -> i64 {
        self.version
    }

    pub(super) const fn set(&self) -> &PolicySet {
        &self.set
    }

    pub(super) fn custom(&self) -> &[CustomPolicy] {
        &self.custom
    }

    /// Finds a policy by the id that a decision names.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<&PolicyRef> {
        self.refs.get(id)
    }
}

/// Returns the uids of the principal's parents: its roles and groups.
pub(super) fn parents(rights: &Rights) -> impl Iterator<Item = EntityUid> + '_ {
    let built_in = rights.roles().iter().map(|role| uid("Role", role.as_str()));
    let custom = rights.custom_roles().iter().map(|id| uid("Role", &id.to_string()));
    let groups = rights.groups().iter().map(|id| uid("Group", &id.to_string()));
    built_in.chain(custom).chain(groups)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_of_actions_are_those_of_the_schema() {
        let compiler = PolicyCompiler::new().unwrap();
        let actions = compiler.schema.action_entities().unwrap();
        for group in ["read", "write", "use", "configure"] {
            let group = uid("Action", group);
            for &action in Action::ALL {
                let declared = actions.is_ancestor_of(&group, &uid("Action", action.as_str()));
                assert_eq!(is_group(&group, action), declared, "{group} and {}", action.as_str());
            }
        }
    }

    #[test]
    fn a_tenant_policy_is_one_static_policy_that_fits_the_schema() {
        let compiler = PolicyCompiler::new().unwrap();
        let id = PolicyId(uuid::Uuid::from_u128(1));
        let ok = |source: &str| compiler.check(id, source).is_ok();
        assert!(ok(
            r#"forbid (principal, action == Penny::Action::"tool:use", resource) when { resource.name == "x" };"#
        ));
        assert!(ok(
            r#"permit (principal in Penny::Group::"g", action == Penny::Action::"artifact:view", resource);"#
        ));
        assert!(ok(
            r#"forbid (principal is Penny::User, action, resource) when { principal.hasTag("department") && principal.getTag("department") == "sales" };"#
        ));
        for wrong in [
            "",
            "permit (principal, action, resource)",
            "permit (principal, action, resource); permit (principal, action, resource);",
            "permit (principal == ?principal, action, resource);",
            r#"permit (principal, action == Penny::Action::"fly", resource);"#,
            r#"permit (principal, action == Penny::Action::"tool:use", resource) when { resource.colour == "red" };"#,
        ] {
            assert!(!ok(wrong), "{wrong} was accepted");
        }
        assert!(!ok(&format!("forbid (principal, action, resource); // {}", "x".repeat(POLICY_SOURCE_MAX))));
    }
}
