//! Contexts for tests, without a database.

use super::{Actor, Authority, Ctx, Rights, SystemPorts, Transport};
use crate::access::{Access, ApplicableGrant, PolicyError, PolicySource, RoleSource, resolve};
use penny_types::{
    GroupId, Locale, PrincipalId, RoleId, TenantId,
    people::{PrincipalKind, Role},
};
use std::sync::Arc;

/// Builds a context with given rights.
#[derive(Debug)]
pub struct TestCtx {
    tenant: TenantId,
    system: SystemPorts,
    actor: Actor,
    rights: Rights,
    locale: Locale,
    transport: Transport,
    policies: Option<Arc<crate::access::TenantPolicies>>,
}

impl TestCtx {
    /// A user without roles.
    #[must_use]
    pub fn new(tenant: TenantId, principal: PrincipalId, system: SystemPorts) -> Self {
        let actor = Actor { id: principal, kind: PrincipalKind::User, on_behalf_of: None };
        let rights = Rights { principal: Some(principal), ..Rights::default() };
        Self { tenant, system, actor, rights, locale: Locale::En, transport: Transport::Rest, policies: None }
    }

    #[must_use]
    pub fn roles(mut self, roles: &[Role]) -> Self {
        self.rights.roles = roles.to_vec();
        self
    }

    #[must_use]
    pub fn custom_roles(mut self, roles: &[RoleId]) -> Self {
        self.rights.custom_roles = roles.to_vec();
        self
    }

    #[must_use]
    pub fn groups(mut self, groups: &[GroupId]) -> Self {
        self.rights.groups = groups.to_vec();
        self
    }

    #[must_use]
    pub fn scopes(mut self, scopes: &[&str]) -> Self {
        self.rights.scopes = scopes.iter().map(|&scope| scope.to_owned()).collect();
        self
    }

    #[must_use]
    pub fn grants(mut self, grants: &[ApplicableGrant]) -> Self {
        self.rights.granted = resolve(grants);
        self
    }

    #[must_use]
    pub fn attribute(mut self, name: &str, value: &str) -> Self {
        self.rights.attributes.insert(name.to_owned(), value.to_owned());
        self
    }

    #[must_use]
    pub const fn locale(mut self, locale: Locale) -> Self {
        self.locale = locale;
        self
    }

    #[must_use]
    pub const fn transport(mut self, transport: Transport) -> Self {
        self.transport = transport;
        self
    }

    /// # Errors
    /// When a policy is invalid.
    pub fn policies(
        mut self,
        access: &Access,
        roles: &[RoleSource],
        policies: &[PolicySource],
    ) -> Result<Self, PolicyError> {
        self.policies = Some(access.compile(self.tenant, 1, roles, policies)?);
        Ok(self)
    }

    #[must_use]
    pub fn build(self) -> Ctx {
        Ctx {
            actor: self.actor,
            tenant: self.tenant,
            authority: Authority::Principal { rights: Arc::new(self.rights), policies: self.policies },
            locale: self.locale,
            transport: self.transport,
            request_id: self.system.new_id(),
            system: self.system,
        }
    }
}
