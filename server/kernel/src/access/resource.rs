//! Resources: what actions are done to, with the facts that policies look at.

use super::shares::ResourceShares;
use cedar_policy::{EntityId, EntityTypeName, EntityUid, RestrictedExpression};
use penny_types::{PrincipalId, WorkspaceId, access::GrantedKind, tools::Effect};
use std::{borrow::Cow, collections::HashMap};

/// Entity types of resources in the access schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ResourceKind {
    Tenant,
    Conversation,
    Artifact,
    Principal,
    Tool,
    Dashboard,
    Datasource,
}

impl ResourceKind {
    /// Returns the entity type's name in the access schema.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Tenant => "Tenant",
            Self::Conversation => "Conversation",
            Self::Artifact => "Artifact",
            Self::Principal => "Principal",
            Self::Tool => "Tool",
            Self::Dashboard => "Dashboard",
            Self::Datasource => "Datasource",
        }
    }
}

/// A type of resource. Implementing it makes the resource authorised ([`super::Access::check`]) and explained
/// ([`super::Access::explain`]); [`super::ListedResource`] adds narrowed lists.
pub trait Resource {
    const KIND: ResourceKind;

    /// Returns the id in the access schema, unique among the tenant's resources of the kind.
    fn entity_id(&self) -> Cow<'_, str>;

    /// Returns the attributes that the access schema declares for the kind.
    fn attributes(&self) -> Attributes;
}

/// Attributes of a resource, as policies see them.
#[derive(Debug, Clone, Default)]
pub struct Attributes(HashMap<String, RestrictedExpression>);

impl Attributes {
    #[must_use]
    pub fn text(mut self, name: &str, value: &str) -> Self {
        self.0.insert(name.to_owned(), text(value));
        self
    }

    /// Adds a principal, such as the owner.
    #[must_use]
    pub fn principal(mut self, name: &str, id: PrincipalId) -> Self {
        self.0.insert(name.to_owned(), reference("User", &id.to_string()));
        self
    }

    /// Adds the workspace, if there is one.
    #[must_use]
    pub fn workspace(mut self, id: Option<WorkspaceId>) -> Self {
        if let Some(id) = id {
            self.0.insert("workspace".to_owned(), reference("Workspace", &id.to_string()));
        }
        self
    }

    /// Adds labels from a JSON array of strings; anything else counts as no label.
    #[must_use]
    pub fn labels(mut self, labels: &serde_json::Value) -> Self {
        let labels = labels.as_array().into_iter().flatten().filter_map(serde_json::Value::as_str).map(text);
        self.0.insert("labels".to_owned(), RestrictedExpression::new_set(labels));
        self
    }

    /// Adds the shares as `viewers` and `editors`.
    #[must_use]
    pub fn shares(mut self, shares: &ResourceShares) -> Self {
        self.0.insert("viewers".to_owned(), shares.viewers.expression());
        self.0.insert("editors".to_owned(), shares.editors.expression());
        self
    }

    /// Adds the key by which grants name the resource.
    #[must_use]
    pub fn grant_key(self, kind: GrantedKind, resource: &str) -> Self {
        self.text("key", &grant_key(kind, resource))
    }

    pub(super) fn into_inner(self) -> HashMap<String, RestrictedExpression> {
        self.0
    }
}

/// Returns the key of a resource in the sets of granted resources, such as `tool/get_company_kpis`.
pub(super) fn grant_key(kind: GrantedKind, resource: &str) -> String {
    format!("{kind}/{resource}")
}

pub(super) fn text(value: &str) -> RestrictedExpression {
    RestrictedExpression::new_string(value.to_owned())
}

/// Returns the uid of an entity. `kind` is an entity type of the access schema.
pub(super) fn uid(kind: &str, id: &str) -> EntityUid {
    use std::str::FromStr;
    let name = EntityTypeName::from_str(&format!("Penny::{kind}"));
    #[expect(clippy::expect_used, reason = "kinds are identifiers written in this module's callers")]
    EntityUid::from_type_name_and_id(name.expect("an entity type name"), EntityId::new(id))
}

pub(super) fn reference(kind: &str, id: &str) -> RestrictedExpression {
    RestrictedExpression::new_entity_uid(uid(kind, id))
}

/// The tenant of the request.
#[derive(Debug, Clone, Copy)]
pub struct TenantResource;

impl Resource for TenantResource {
    const KIND: ResourceKind = ResourceKind::Tenant;
    fn entity_id(&self) -> Cow<'_, str> {
        "tenant".into()
    }
    fn attributes(&self) -> Attributes {
        Attributes::default()
    }
}

/// A principal: its profile, its tokens and acting on its behalf.
#[derive(Debug, Clone, Copy)]
pub struct PrincipalResource(pub PrincipalId);

impl Resource for PrincipalResource {
    const KIND: ResourceKind = ResourceKind::Principal;
    fn entity_id(&self) -> Cow<'_, str> {
        self.0.to_string().into()
    }
    fn attributes(&self) -> Attributes {
        Attributes::default()
            .principal("owner", self.0)
            .grant_key(GrantedKind::Principal, &self.0.to_string())
    }
}

/// A tool.
#[derive(Debug, Clone, Copy)]
pub struct ToolResource<'a> {
    pub name: &'a str,
    pub effect: Effect,
}

impl Resource for ToolResource<'_> {
    const KIND: ResourceKind = ResourceKind::Tool;
    fn entity_id(&self) -> Cow<'_, str> {
        self.name.into()
    }
    fn attributes(&self) -> Attributes {
        Attributes::default()
            .text("name", self.name)
            .text("effect", self.effect.as_str())
            .grant_key(GrantedKind::Tool, self.name)
    }
}

/// A dashboard, by slug.
#[derive(Debug, Clone, Copy)]
pub struct DashboardResource<'a>(pub &'a str);

impl Resource for DashboardResource<'_> {
    const KIND: ResourceKind = ResourceKind::Dashboard;
    fn entity_id(&self) -> Cow<'_, str> {
        self.0.into()
    }
    fn attributes(&self) -> Attributes {
        Attributes::default().text("slug", self.0).grant_key(GrantedKind::Dashboard, self.0)
    }
}

/// A datasource, by slug.
#[derive(Debug, Clone, Copy)]
pub struct DatasourceResource<'a>(pub &'a str);

impl Resource for DatasourceResource<'_> {
    const KIND: ResourceKind = ResourceKind::Datasource;
    fn entity_id(&self) -> Cow<'_, str> {
        self.0.into()
    }
    fn attributes(&self) -> Attributes {
        Attributes::default().text("slug", self.0).grant_key(GrantedKind::Datasource, self.0)
    }
}
