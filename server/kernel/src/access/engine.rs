use super::{
    Action, Resource, TenantPolicies,
    policies::{PolicyCompiler, PolicyError, PolicyRef, PolicySource, RoleSource, parents},
    resource::{text, uid},
};
use crate::{
    ctx::{Ctx, Rights},
    fault::ToFault,
};
use cedar_policy::{
    Authorizer, Context, Decision, Entities, Entity, EntityUid, Request, Response, RestrictedExpression,
    Schema,
};
use penny_types::{
    Fault, FaultCode, PolicyId, PrincipalId, TenantId,
    people::{PrincipalKind, Role},
};
use quick_cache::sync::Cache;
use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::Arc,
};

/// The most policy sets kept compiled, one a tenant.
const POLICY_SETS_MAX: usize = 1_024;

/// Says that the actor may not do an action.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{action} is not allowed")]
pub struct Denied {
    pub action: &'static str,
    /// The policies that forbade it; empty when none permitted it.
    pub policies: Vec<String>,
}

impl ToFault for Denied {
    fn to_fault(&self) -> Fault {
        Fault::new(FaultCode::Forbidden)
    }
}

/// Proof that the actor may do an action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permit {
    pub action: Action,
    /// The policies that permitted it, for the audit trail.
    pub policies: Vec<String>,
}

/// A decision with the policies that made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    pub is_allowed: bool,
    /// The policies that permitted or forbade it; empty when no policy permitted it.
    pub policies: Vec<PolicyRef>,
}

/// Decides what principals may do. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Access(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    compiler: PolicyCompiler,
    built_in: Arc<TenantPolicies>,
    roles: Entities,
    authorizer: Authorizer,
    /// Compiled policy sets by tenant; one of an older version is replaced.
    compiled: Cache<TenantId, Arc<TenantPolicies>>,
}

impl Access {
    /// Compiles the built-in policies.
    ///
    /// # Errors
    /// When a built-in policy does not parse or does not fit the schema.
    pub fn new() -> Result<Self, PolicyError> {
        let compiler = PolicyCompiler::new()?;
        let built_in = Arc::new(compiler.compile(0, &[], &[])?);
        let roles = roles(&compiler.schema).map_err(|error| PolicyError(error.to_string()))?;
        let compiled = Cache::new(POLICY_SETS_MAX);
        Ok(Self(Arc::new(Inner { compiler, built_in, roles, authorizer: Authorizer::new(), compiled })))
    }

    /// Decides whether the actor may do `action` to `resource`.
    ///
    /// # Errors
    /// [`Denied`] when no policy permits it or one forbids it; also when the request cannot be evaluated, which is
    /// logged.
    pub fn check(&self, ctx: &Ctx, action: Action, resource: &impl Resource) -> Result<Permit, Denied> {
        let (is_allowed, policies) = self.decide(ctx, action, resource);
        if is_allowed {
            Ok(Permit { action, policies })
        } else {
            Err(Denied { action: action.as_str(), policies })
        }
    }

    /// As [`Self::check`], for resources whose existence is hidden from those who may not `view` them.
    ///
    /// # Errors
    /// [`Denied`] when the actor may view the resource and may not do `action`.
    pub fn check_visible(
        &self,
        ctx: &Ctx,
        view: Action,
        action: Action,
        resource: &impl Resource,
    ) -> Result<Option<Permit>, Denied> {
        match self.check(ctx, view, resource) {
            Err(_) => Ok(None),
            Ok(permit) if action == view => Ok(Some(permit)),
            Ok(_) => self.check(ctx, action, resource).map(Some),
        }
    }

    /// Decides as [`Self::check`] and names the deciding policies with where they come from.
    #[must_use]
    pub fn explain(&self, ctx: &Ctx, action: Action, resource: &impl Resource) -> Explanation {
        let (is_allowed, ids) = self.decide(ctx, action, resource);
        let policies = self.policies_of(ctx);
        Explanation { is_allowed, policies: ids.iter().filter_map(|id| policies.find(id).cloned()).collect() }
    }

    /// Parses and validates a tenant policy.
    ///
    /// # Errors
    /// When it is not exactly one static policy that fits the access schema.
    pub fn validate_policy(&self, id: PolicyId, source: &str) -> Result<(), PolicyError> {
        self.0.compiler.check(id, source).map(drop)
    }

    /// Returns the compiled policy set of a tenant, if it is cached at this version.
    pub(crate) fn cached(&self, tenant: TenantId, version: i64) -> Option<Arc<TenantPolicies>> {
        self.0.compiled.get(&tenant).filter(|policies| policies.version() == version)
    }

    /// Compiles and caches the policy set of a tenant.
    ///
    /// # Errors
    /// When a stored policy no longer fits the schema: its principals then get no context, rather than one without the
    /// policy.
    pub(crate) fn compile(
        &self,
        tenant: TenantId,
        version: i64,
        roles: &[RoleSource],
        policies: &[PolicySource],
    ) -> Result<Arc<TenantPolicies>, PolicyError> {
        let policies = Arc::new(self.0.compiler.compile(version, roles, policies)?);
        self.0.compiled.insert(tenant, Arc::clone(&policies));
        Ok(policies)
    }

    /// Compiles a policy set to try it out.
    pub(crate) fn compile_uncached(
        &self,
        roles: &[RoleSource],
        policies: &[PolicySource],
    ) -> Result<TenantPolicies, PolicyError> {
        self.0.compiler.compile(0, roles, policies)
    }

    pub(super) fn policies_of<'a>(&'a self, ctx: &'a Ctx) -> &'a TenantPolicies {
        ctx.policies().unwrap_or(&self.0.built_in)
    }

    fn decide(&self, ctx: &Ctx, action: Action, resource: &impl Resource) -> (bool, Vec<String>) {
        match self.evaluate(ctx, action, resource) {
            Ok(response) => {
                let ids = response.diagnostics().reason().map(ToString::to_string).collect();
                (response.decision() == Decision::Allow, ids)
            }
            Err(error) => {
                tracing::error!(
                    error = &*error,
                    action = action.as_str(),
                    "an access request could not be evaluated and was denied"
                );
                (false, Vec::new())
            }
        }
    }

    fn evaluate<R: Resource>(
        &self,
        ctx: &Ctx,
        action: Action,
        resource: &R,
    ) -> Result<Response, Box<dyn std::error::Error + Send + Sync>> {
        let schema = Some(&self.0.compiler.schema);
        let principal = principal(ctx)?;
        let target = Entity::new(
            uid(R::KIND.as_str(), &resource.entity_id()),
            resource.attributes().into_inner(),
            HashSet::new(),
        )?;
        let request = Request::new(
            principal.uid(),
            uid("Action", action.as_str()),
            target.uid(),
            context(ctx, action)?,
            schema,
        )?;
        let entities = self.0.roles.clone().add_entities([principal, target], schema)?;
        Ok(self.0.authorizer.is_authorized(&request, self.policies_of(ctx).set(), &entities))
    }
}

/// Returns the built-in roles, each a member of the weaker ones (an admin is a manager, a creator and a viewer), and the
/// actions with their groups, which the schema declares.
fn roles(schema: &Schema) -> Result<Entities, Box<dyn std::error::Error + Send + Sync>> {
    let mut entities = Vec::with_capacity(Role::ALL.len());
    for (rank, role) in Role::ALL.iter().enumerate() {
        let weaker: HashSet<EntityUid> =
            Role::ALL.iter().take(rank).map(|below| uid("Role", below.as_str())).collect();
        entities.push(Entity::new_no_attrs(uid("Role", role.as_str()), weaker));
    }
    Ok(Entities::from_entities(entities, Some(schema))?)
}

/// Returns the uid of a principal.
pub(crate) fn user_uid(id: PrincipalId) -> EntityUid {
    uid("User", &id.to_string())
}

fn principal(ctx: &Ctx) -> Result<Entity, Box<dyn std::error::Error + Send + Sync>> {
    if let Some(actions) = ctx.system_actions() {
        let actions = RestrictedExpression::new_set(actions.iter().map(|action| text(action.as_str())));
        let attributes = HashMap::from([("actions".to_owned(), actions)]);
        return Ok(Entity::new(uid("System", "penny"), attributes, HashSet::new())?);
    }
    let rights = ctx.rights();
    let set = |items: &BTreeSet<String>| RestrictedExpression::new_set(items.iter().map(|item| text(item)));
    let granted = rights.granted();
    let mut attributes = HashMap::from([
        ("kind".to_owned(), text(rights.kind().as_str())),
        ("isScoped".to_owned(), RestrictedExpression::new_bool(rights.is_scoped())),
        ("scopes".to_owned(), RestrictedExpression::new_set(rights.scopes().iter().map(|scope| text(scope)))),
        ("canUse".to_owned(), set(&granted.can_use)),
        ("canEdit".to_owned(), set(&granted.can_edit)),
        ("cannotUse".to_owned(), set(&granted.cannot_use)),
        ("cannotEdit".to_owned(), set(&granted.cannot_edit)),
        ("actsFor".to_owned(), set(&granted.acts_for)),
    ]);
    if let Some(email) = rights.email() {
        attributes.insert("email".to_owned(), text(email));
    }
    let tags = rights.attributes().iter().map(|(name, value)| (name.clone(), text(value)));
    let parents: HashSet<EntityUid> = parents(rights).collect();
    Ok(Entity::new_with_tags(user_uid(ctx.subject()), attributes, parents, tags)?)
}

fn context(ctx: &Ctx, action: Action) -> Result<Context, Box<dyn std::error::Error + Send + Sync>> {
    let actor = ctx.actor();
    let kind = if ctx.system_actions().is_some() { PrincipalKind::System } else { actor.kind };
    Ok(Context::from_pairs([
        ("action".to_owned(), text(action.as_str())),
        ("scope".to_owned(), text(action.scope())),
        ("transport".to_owned(), text(ctx.transport().as_str())),
        ("actor".to_owned(), text(kind.as_str())),
        ("isDelegated".to_owned(), RestrictedExpression::new_bool(actor.on_behalf_of.is_some())),
    ])?)
}

impl Rights {
    /// Returns whether the entity is the principal, one of its groups or one of its roles, weaker built-in roles
    /// included.
    pub(super) fn is_or_is_in(&self, entity: &EntityUid) -> bool {
        let held_rank =
            self.roles().iter().filter_map(|role| Role::ALL.iter().position(|other| other == role)).max();
        let implied = held_rank.map_or(&[][..], |rank| Role::ALL.get(..=rank).unwrap_or_default());
        self.principal().is_some_and(|id| user_uid(id) == *entity)
            || implied.iter().any(|role| uid("Role", role.as_str()) == *entity)
            || parents(self).any(|parent| parent == *entity)
    }
}
