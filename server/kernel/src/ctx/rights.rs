//! The rights of a principal, read once for each request.

use crate::access::{Action, GrantedResources};
use chrono::{DateTime, Utc};
use penny_types::{
    GroupId, PrincipalId, RoleId,
    people::{PrincipalKind, Role},
};
use std::{collections::BTreeMap, sync::LazyLock};

/// The rights of a principal, limited by the token that the request came with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rights {
    pub(super) principal: Option<PrincipalId>,
    pub(super) kind: PrincipalKind,
    pub(super) email: Option<String>,
    pub(super) attributes: BTreeMap<String, String>,
    pub(super) roles: Vec<Role>,
    pub(super) custom_roles: Vec<RoleId>,
    pub(super) groups: Vec<GroupId>,
    pub(super) granted: GrantedResources,
    pub(super) scopes: Vec<String>,
    pub(super) expires_at: Option<DateTime<Utc>>,
}

impl Default for Rights {
    fn default() -> Self {
        Self {
            principal: None,
            kind: PrincipalKind::User,
            email: None,
            attributes: BTreeMap::new(),
            roles: Vec::new(),
            custom_roles: Vec::new(),
            groups: Vec::new(),
            granted: GrantedResources::default(),
            scopes: Vec::new(),
            expires_at: None,
        }
    }
}

impl Rights {
    pub(super) fn none() -> &'static Self {
        static NONE: LazyLock<Rights> = LazyLock::new(Rights::default);
        &NONE
    }

    pub(crate) const fn principal(&self) -> Option<PrincipalId> {
        self.principal
    }

    #[must_use]
    pub const fn kind(&self) -> PrincipalKind {
        self.kind
    }

    #[must_use]
    pub fn email(&self) -> Option<&str> {
        self.email.as_deref()
    }

    /// Returns the attributes that policies can read, such as a department.
    #[must_use]
    pub const fn attributes(&self) -> &BTreeMap<String, String> {
        &self.attributes
    }

    /// Returns the built-in roles, the groups' roles included, weakest first.
    #[must_use]
    pub fn roles(&self) -> &[Role] {
        &self.roles
    }

    #[must_use]
    pub fn custom_roles(&self) -> &[RoleId] {
        &self.custom_roles
    }

    #[must_use]
    pub fn groups(&self) -> &[GroupId] {
        &self.groups
    }

    #[must_use]
    pub const fn granted(&self) -> &GrantedResources {
        &self.granted
    }

    /// Returns the scopes of the token; empty when it has none and so covers everything.
    #[must_use]
    pub fn scopes(&self) -> &[String] {
        &self.scopes
    }

    #[must_use]
    pub fn is_scoped(&self) -> bool {
        !self.scopes.is_empty()
    }

    /// Returns whether the token, if there is one, covers the action.
    #[must_use]
    pub fn covers(&self, action: Action) -> bool {
        !self.is_scoped() || self.scopes.iter().any(|scope| scope == action.scope())
    }

    /// Returns when the token of the request expires.
    #[must_use]
    pub const fn expires_at(&self) -> Option<DateTime<Utc>> {
        self.expires_at
    }

    pub(super) fn with_scope(&self, scope: &str) -> Self {
        let mut rights = self.clone();
        rights.scopes.push(scope.to_owned());
        rights
    }
}
