use super::{
    Action, Resource,
    question::{Question, Thing, Whose},
};
use crate::{ctx::Ctx, fault::ToFault};
use cedar_policy::{
    Authorizer, Context, Decision, Entities, Entity, EntityId, EntityTypeName, EntityUid, PolicySet, Request,
    RestrictedExpression, Schema, ValidationMode, Validator,
};
use penny_types::{Fault, FaultCode, people::Role};
use quick_cache::sync::Cache;
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
    answers: Cache<Question, Arc<Answer>>,
}

/// What Cedar said.
#[derive(Debug)]
struct Answer {
    is_allowed: bool,
    /// The policies that made it so.
    policies: Vec<String>,
}

/// How many answers are remembered: every role and scope that occurs, times the tools and dashboards there are.
const ANSWERS_MAX: usize = 4_096;

/// The name of whoever and whatever has no name in a question.
const ANYBODY: &str = "any";

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
        let (authorizer, answers) = (Authorizer::new(), Cache::new(ANSWERS_MAX));
        Ok(Self(Arc::new(Inner { policies, schema, names, types, roles, authorizer, answers })))
    }

    /// Asks whether the actor may do `action` to `resource`.
    ///
    /// # Errors
    /// [`Denied`] when no policy permits it or one forbids it; also when the question itself cannot
    /// be put, which is logged: what cannot be decided is not allowed.
    pub fn check(&self, ctx: &Ctx, action: Action, resource: &Resource<'_>) -> Result<Permit, Denied> {
        let denied = |policies| Denied { action: action.as_str(), policies };
        let answer = self.decide(&Question::of(ctx, action, resource)).map_err(|error| {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                action = action.as_str(),
                "an access question could not be put"
            );
            denied(Vec::new())
        })?;
        let policies = answer.policies.clone();
        if answer.is_allowed { Ok(Permit { action, policies }) } else { Err(denied(policies)) }
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

    /// Returns how many different questions were answered.
    #[cfg(test)]
    pub(super) fn remembered(&self) -> usize {
        self.0.answers.len()
    }

    /// Answers from memory where the same was asked before: the policies do not change while the program
    /// runs, and a question holds all they may look at.
    fn decide(&self, question: &Question) -> Result<Arc<Answer>, PolicyError> {
        self.0.answers.get_or_insert_with(question, || self.0.put(question).map(Arc::new))
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

fn text(value: &str) -> RestrictedExpression {
    RestrictedExpression::new_string(value.to_owned())
}

fn texts(items: &[String]) -> RestrictedExpression {
    RestrictedExpression::new_set(items.iter().map(|item| text(item)))
}

impl Inner {
    /// Puts a question to Cedar.
    fn put(&self, question: &Question) -> Result<Answer, PolicyError> {
        let principal = self.principal(question)?;
        let target = self.target(&question.thing)?;
        let context = Context::from_pairs([("scope".to_owned(), text(question.action.scope()))]);
        let request = Request::new(
            principal.uid(),
            self.types.uid("Action", question.action.as_str())?,
            target.uid(),
            context.map_err(wrong)?,
            Some(&self.schema),
        )
        .map_err(wrong)?;
        let entities =
            self.roles.clone().add_entities([principal, target], Some(&self.schema)).map_err(wrong)?;
        let response = self.authorizer.is_authorized(&request, &self.policies, &entities);
        let reasons = response.diagnostics().reason();
        Ok(Answer {
            is_allowed: response.decision() == Decision::Allow,
            policies: reasons
                .map(|id| self.names.get(&id.to_string()).cloned().unwrap_or_default())
                .collect(),
        })
    }

    fn principal(&self, question: &Question) -> Result<Entity, PolicyError> {
        let mut parents = HashSet::new();
        for role in &question.roles {
            parents.insert(self.types.uid("Role", role.as_str())?);
        }
        let attributes = HashMap::from([
            ("subject".to_owned(), text(Whose::Own.as_str())),
            ("scoped".to_owned(), RestrictedExpression::new_bool(!question.scopes.is_empty())),
            ("scopes".to_owned(), texts(&question.scopes)),
            ("tools".to_owned(), texts(&question.tools)),
        ]);
        Entity::new(self.types.uid("User", ANYBODY)?, attributes, parents).map_err(wrong)
    }

    fn target(&self, thing: &Thing) -> Result<Entity, PolicyError> {
        let owned = |whose: &Whose| vec![("owner", text(whose.as_str()))];
        let (kind, id, attributes) = match thing {
            Thing::Tenant => ("Tenant", ANYBODY, vec![]),
            Thing::Conversation(whose) => ("Conversation", ANYBODY, owned(whose)),
            Thing::Artifact(whose) => ("Artifact", ANYBODY, owned(whose)),
            Thing::Principal(whose) => ("Principal", ANYBODY, owned(whose)),
            Thing::Tool { name, effect } => {
                ("Tool", name.as_str(), vec![("name", text(name)), ("effect", text(effect.as_str()))])
            }
            Thing::Dashboard(slug) => ("Dashboard", slug.as_str(), vec![]),
            Thing::Datasource(slug) => ("Datasource", slug.as_str(), vec![]),
        };
        let attributes = attributes.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Entity::new(self.types.uid(kind, id)?, attributes, HashSet::new()).map_err(wrong)
    }
}
