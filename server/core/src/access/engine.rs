use super::{Action, Resource};
use crate::{ctx::Ctx, fault::ToFault};
use cedar_policy::{
    Authorizer, Context, Decision, Entities, Entity, EntityId, EntityTypeName, EntityUid, PolicySet, Request,
    RestrictedExpression, Schema, ValidationMode, Validator,
};
use penny_types::{Fault, FaultCode, people::Role};
use std::{
    collections::{HashMap, HashSet},
    str::FromStr,
    sync::Arc,
};

const POLICIES: &str = include_str!("policies.cedar");
const SCHEMA: &str = include_str!("schema.cedarschema");

/// Says that the policies themselves are wrong; found at boot.
#[derive(Debug, thiserror::Error)]
#[error("the access policies are wrong: {0}")]
pub struct PolicyError(String);

/// Says that the actor may not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{action} is not allowed")]
pub struct Denied {
    /// What was asked for.
    pub action: &'static str,
    /// The policies that forbade it; empty when none permitted it.
    pub policies: Vec<String>,
}

impl ToFault for Denied {
    fn to_fault(&self) -> Fault {
        Fault::new(FaultCode::Forbidden)
    }
}

/// Proof that the actor may; the audit trail keeps the policies that said so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permit {
    /// What is permitted.
    pub action: Action,
    /// The policies that permitted it.
    pub policies: Vec<String>,
}

/// Decides. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Access(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    policies: PolicySet,
    schema: Schema,
    names: HashMap<String, String>,
    types: Types,
    roles: Entities,
    authorizer: Authorizer,
}

#[derive(Debug)]
struct Types(HashMap<&'static str, EntityTypeName>);

impl Types {
    fn uid(&self, kind: &'static str, id: &str) -> Result<EntityUid, PolicyError> {
        let name = self.0.get(kind).cloned().ok_or_else(|| PolicyError(format!("no entity type {kind}")))?;
        Ok(EntityUid::from_type_name_and_id(name, EntityId::new(id)))
    }
}

const TYPES: [&str; 10] = [
    "Role",
    "User",
    "Tenant",
    "Conversation",
    "Artifact",
    "Principal",
    "Tool",
    "Dashboard",
    "Datasource",
    "Action",
];

fn wrong(error: impl std::fmt::Display) -> PolicyError {
    PolicyError(error.to_string())
}

impl Access {
    /// Reads and validates the built-in policies against their schema.
    ///
    /// # Errors
    /// When a policy does not parse or does not fit the schema.
    pub fn new() -> Result<Self, PolicyError> {
        let policies = PolicySet::from_str(POLICIES).map_err(wrong)?;
        let (schema, _) = Schema::from_cedarschema_str(SCHEMA).map_err(wrong)?;
        let report = Validator::new(schema.clone()).validate(&policies, ValidationMode::default());
        if let Some(error) = report.validation_errors().next() {
            return Err(wrong(error));
        }
        let names = policies
            .policies()
            .map(|policy| (policy.id().to_string(), policy.annotation("id").unwrap_or_default().to_owned()))
            .collect();
        let mut types = HashMap::new();
        for kind in TYPES {
            types.insert(kind, EntityTypeName::from_str(&format!("Penny::{kind}")).map_err(wrong)?);
        }
        let types = Types(types);
        let roles = roles(&types, &schema)?;
        Ok(Self(Arc::new(Inner { policies, schema, names, types, roles, authorizer: Authorizer::new() })))
    }

    /// Asks whether the actor may do `action` to `resource`.
    ///
    /// # Errors
    /// [`Denied`] when no policy permits it or one forbids it; also when the question itself cannot
    /// be put, which is logged: what cannot be decided is not allowed.
    pub fn check(&self, ctx: &Ctx, action: Action, resource: &Resource<'_>) -> Result<Permit, Denied> {
        let denied = |policies| Denied { action: action.as_str(), policies };
        let (allowed, policies) = self.decide(ctx, action, resource).map_err(|error| {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                action = action.as_str(),
                "an access question could not be put"
            );
            denied(Vec::new())
        })?;
        if allowed { Ok(Permit { action, policies }) } else { Err(denied(policies)) }
    }

    /// As [`Self::check`], for what not everybody may know of: nothing when the actor may not see it.
    ///
    /// # Errors
    /// [`Denied`] when the actor may see it and may not do `action`.
    pub fn check_seen(
        &self,
        ctx: &Ctx,
        see: Action,
        action: Action,
        resource: &Resource<'_>,
    ) -> Result<Option<Permit>, Denied> {
        match self.check(ctx, see, resource) {
            Err(_) => Ok(None),
            Ok(permit) if action == see => Ok(Some(permit)),
            Ok(_) => self.check(ctx, action, resource).map(Some),
        }
    }

    fn decide(
        &self,
        ctx: &Ctx,
        action: Action,
        resource: &Resource<'_>,
    ) -> Result<(bool, Vec<String>), PolicyError> {
        let inner = &*self.0;
        let principal = inner.principal(ctx)?;
        let target = inner.resource(ctx, resource)?;
        let context = Context::from_pairs([(
            "scope".to_owned(),
            RestrictedExpression::new_string(action.scope().to_owned()),
        )])
        .map_err(wrong)?;
        let request = Request::new(
            principal.uid(),
            inner.types.uid("Action", action.as_str())?,
            target.uid(),
            context,
            Some(&inner.schema),
        )
        .map_err(wrong)?;
        let entities =
            inner.roles.clone().add_entities([principal, target], Some(&inner.schema)).map_err(wrong)?;
        let response = inner.authorizer.is_authorized(&request, &inner.policies, &entities);
        let policies = response
            .diagnostics()
            .reason()
            .map(|id| inner.names.get(&id.to_string()).cloned().unwrap_or_default())
            .collect();
        Ok((response.decision() == Decision::Allow, policies))
    }
}

/// Makes the roles, each inside the weaker ones: an admin is a manager, a creator and a viewer.
fn roles(types: &Types, schema: &Schema) -> Result<Entities, PolicyError> {
    let mut entities = Vec::with_capacity(Role::ALL.len());
    for (rank, role) in Role::ALL.iter().enumerate() {
        let mut weaker = HashSet::new();
        for below in Role::ALL.iter().take(rank) {
            weaker.insert(types.uid("Role", below.as_str())?);
        }
        entities.push(Entity::new_no_attrs(types.uid("Role", role.as_str())?, weaker));
    }
    Entities::from_entities(entities, Some(schema)).map_err(wrong)
}

impl Inner {
    fn principal(&self, ctx: &Ctx) -> Result<Entity, PolicyError> {
        let mut parents = HashSet::new();
        for role in &ctx.grants.roles {
            parents.insert(self.types.uid("Role", role.as_str())?);
        }
        let texts = |items: &[String]| {
            RestrictedExpression::new_set(
                items.iter().map(|item| RestrictedExpression::new_string(item.clone())),
            )
        };
        let attributes = HashMap::from([
            ("subject".to_owned(), RestrictedExpression::new_string(ctx.subject().to_string())),
            ("scoped".to_owned(), RestrictedExpression::new_bool(!ctx.grants.scopes.is_empty())),
            ("scopes".to_owned(), texts(&ctx.grants.scopes)),
            ("tools".to_owned(), texts(&ctx.grants.tools)),
        ]);
        Entity::new(self.types.uid("User", &ctx.actor.id.to_string())?, attributes, parents).map_err(wrong)
    }

    fn resource(&self, ctx: &Ctx, resource: &Resource<'_>) -> Result<Entity, PolicyError> {
        let text = |value: &str| RestrictedExpression::new_string(value.to_owned());
        let (kind, id, attributes) = match resource {
            Resource::Tenant => ("Tenant", ctx.tenant.to_string(), vec![]),
            Resource::Conversation { id, owner } => {
                ("Conversation", id.to_string(), vec![("owner", text(&owner.to_string()))])
            }
            Resource::Artifact { id, owner } => {
                ("Artifact", id.to_string(), vec![("owner", text(&owner.to_string()))])
            }
            Resource::Principal(owner) => {
                ("Principal", owner.to_string(), vec![("owner", text(&owner.to_string()))])
            }
            Resource::Tool { name, effect } => {
                ("Tool", (*name).to_owned(), vec![("name", text(name)), ("effect", text(effect.as_str()))])
            }
            Resource::Dashboard(slug) => ("Dashboard", (*slug).to_owned(), vec![]),
            Resource::Datasource(slug) => ("Datasource", (*slug).to_owned(), vec![]),
        };
        let attributes = attributes.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Entity::new(self.types.uid(kind, &id)?, attributes, HashSet::new()).map_err(wrong)
    }
}
