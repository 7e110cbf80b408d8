//! Builds the context of an authenticated principal from what the database holds.

use super::{Actor, Authority, Ctx, Rights, Transport};
use crate::{
    Kernel,
    access::{
        Access, Action, ApplicableGrant, Denied, PolicyError, PolicySource, PrincipalResource, RoleSource,
        TenantPolicies, TenantResource, resolve,
    },
    db::StoreError,
};
use chrono::{DateTime, Utc};
use penny_entity::{
    TenantScoped, access_grant, access_policy, custom_role, group_member, principal, role_assignment, tenant,
};
use penny_types::{
    GroupId, Locale, PrincipalId, RequestId, RoleId, TenantId,
    access::GrantSubject,
    people::{PrincipalKind, Role},
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use std::{collections::BTreeMap, sync::Arc};
use uuid::Uuid;

/// A principal that proved its identity, and the limits of the credential it used.
#[derive(Debug, Clone)]
pub struct Authenticated {
    pub tenant: TenantId,
    pub principal: PrincipalId,
    /// The principal to act for. Requires a grant.
    pub on_behalf_of: Option<PrincipalId>,
    /// Scopes of the token; empty covers everything.
    pub scopes: Vec<String>,
    /// When the token expires.
    pub expires_at: Option<DateTime<Utc>>,
}

impl Authenticated {
    /// A principal without further limits.
    #[must_use]
    pub const fn new(tenant: TenantId, principal: PrincipalId) -> Self {
        Self { tenant, principal, on_behalf_of: None, scopes: Vec::new(), expires_at: None }
    }
}

/// Why a principal gets no context.
#[derive(Debug, thiserror::Error)]
pub enum CtxError {
    #[error("the principal is unknown or deactivated")]
    Inactive,
    #[error("acting on behalf of the principal is not granted")]
    NotDelegated(#[source] Denied),
    #[error("a stored policy of the tenant is invalid")]
    Policies(#[from] PolicyError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<DbErr> for CtxError {
    fn from(error: DbErr) -> Self {
        Self::Store(error.into())
    }
}

impl Kernel {
    /// Builds the context of an authenticated principal. Rights and policies are read on each call, so that what is
    /// withdrawn no longer holds for the next request. Without a `locale`, the principal's own is used.
    ///
    /// # Errors
    /// When the principal is deactivated, acts for another without a grant, or the database fails.
    pub async fn principal_ctx(
        &self,
        who: Authenticated,
        transport: Transport,
        locale: Option<Locale>,
    ) -> Result<Ctx, CtxError> {
        let tx = self.db.read(&Ctx::system(who.tenant, self.system.clone(), &[])).await?;
        self.principal_ctx_in(&tx, who, transport, locale, self.system.new_id()).await
    }

    /// As [`Self::principal_ctx`], within a transaction of the principal's tenant.
    ///
    /// # Errors
    /// As [`Self::principal_ctx`].
    pub async fn principal_ctx_in(
        &self,
        conn: &impl ConnectionTrait,
        who: Authenticated,
        transport: Transport,
        locale: Option<Locale>,
        request_id: RequestId,
    ) -> Result<Ctx, CtxError> {
        let policies = load_policies(conn, &self.access, who.tenant).await?;
        let now = self.system.now();
        let (mut rights, own_locale) = load_rights(conn, who.tenant, who.principal, now).await?;
        rights.scopes = who.scopes;
        rights.expires_at = who.expires_at;
        let kind = rights.kind;
        let ctx = Ctx {
            actor: Actor { id: who.principal, kind, on_behalf_of: None },
            tenant: who.tenant,
            authority: Authority::Principal {
                rights: Arc::new(rights),
                policies: Some(Arc::clone(&policies)),
            },
            locale: locale.unwrap_or(own_locale),
            transport,
            request_id,
            system: self.system.clone(),
        };
        let Some(subject) = who.on_behalf_of else { return Ok(ctx) };
        self.access
            .check(&ctx, Action::PrincipalActFor, &PrincipalResource(subject))
            .map_err(CtxError::NotDelegated)?;
        let (mut rights, _) = load_rights(conn, who.tenant, subject, now).await?;
        rights.scopes = ctx.rights().scopes.clone();
        rights.expires_at = ctx.rights().expires_at;
        Ok(Ctx {
            actor: Actor { on_behalf_of: Some(subject), ..ctx.actor },
            authority: Authority::Principal { rights: Arc::new(rights), policies: Some(policies) },
            ..ctx
        })
    }
}

impl Kernel {
    /// Returns whether the actor can still manage access under the roles and policies that the transaction sees.
    /// PENNY itself always can.
    ///
    /// # Errors
    /// When a policy is invalid or the database fails.
    pub async fn keeps_access_management(
        &self,
        conn: &impl ConnectionTrait,
        ctx: &Ctx,
    ) -> Result<bool, CtxError> {
        if ctx.system_actions().is_some() {
            return Ok(true);
        }
        let (roles, policies) = policy_sources(conn, ctx.tenant).await?;
        let policies = Arc::new(self.access.compile_uncached(&roles, &policies)?);
        let (rights, _) = load_rights(conn, ctx.tenant, ctx.subject(), self.system.now()).await?;
        let authority = Authority::Principal { rights: Arc::new(rights), policies: Some(policies) };
        let later = Ctx { authority, ..ctx.clone() };
        Ok(self.access.check(&later, Action::AccessManage, &TenantResource).is_ok())
    }
}

/// Reads the rights of an active principal and its language.
async fn load_rights(
    conn: &impl ConnectionTrait,
    tenant: TenantId,
    id: PrincipalId,
    now: DateTime<Utc>,
) -> Result<(Rights, Locale), CtxError> {
    type Row = (PrincipalKind, bool, Locale, Option<String>, serde_json::Value);
    use principal::Column as P;
    let row: Option<Row> = principal::Entity::find_by_id((tenant, id))
        .select_only()
        .columns([P::Kind, P::IsActive, P::Locale, P::Email, P::Attributes])
        .into_tuple()
        .one(conn)
        .await?;
    let (kind, is_active, locale, email, attributes) = row.ok_or(CtxError::Inactive)?;
    if !is_active {
        return Err(CtxError::Inactive);
    }
    let groups: Vec<GroupId> = group_member::Entity::find_in(tenant)
        .select_only()
        .column(group_member::Column::GroupId)
        .filter(group_member::Column::PrincipalId.eq(id))
        .order_by_asc(group_member::Column::GroupId)
        .into_tuple()
        .all(conn)
        .await?;
    let (roles, custom_roles) = load_roles(conn, tenant, id, &groups).await?;
    let grants = load_grants(conn, tenant, id, (&groups, &roles, &custom_roles), now).await?;
    let attributes: BTreeMap<String, String> = serde_json::from_value(attributes).unwrap_or_default();
    let rights = Rights {
        principal: Some(id),
        kind,
        email,
        attributes,
        roles,
        custom_roles,
        groups,
        granted: resolve(&grants),
        scopes: Vec::new(),
        expires_at: None,
    };
    Ok((rights, locale))
}

async fn load_roles(
    conn: &impl ConnectionTrait,
    tenant: TenantId,
    id: PrincipalId,
    groups: &[GroupId],
) -> Result<(Vec<Role>, Vec<RoleId>), DbErr> {
    use role_assignment::Column as A;
    let mut holder = Condition::any().add(A::PrincipalId.eq(id));
    if !groups.is_empty() {
        holder = holder.add(A::GroupId.is_in(groups.iter().copied()));
    }
    let rows: Vec<(Option<Role>, Option<RoleId>)> = role_assignment::Entity::find_in(tenant)
        .select_only()
        .columns([A::Role, A::CustomRoleId])
        .filter(holder)
        .into_tuple()
        .all(conn)
        .await?;
    let mut roles: Vec<Role> = rows.iter().filter_map(|row| row.0).collect();
    let mut custom: Vec<RoleId> = rows.iter().filter_map(|row| row.1).collect();
    roles.sort_unstable();
    roles.dedup();
    custom.sort_unstable();
    custom.dedup();
    Ok((roles, custom))
}

async fn load_grants(
    conn: &impl ConnectionTrait,
    tenant: TenantId,
    id: PrincipalId,
    (groups, roles, custom_roles): (&[GroupId], &[Role], &[RoleId]),
    now: DateTime<Utc>,
) -> Result<Vec<ApplicableGrant>, DbErr> {
    use access_grant::Column as G;
    let subject = |kind: GrantSubject| Condition::all().add(G::SubjectKind.eq(kind));
    let ids = |ids: Vec<Uuid>| G::SubjectId.is_in(ids);
    // A role includes the weaker ones, so their grants apply too.
    let rank = roles.iter().filter_map(|role| Role::ALL.iter().position(|other| other == role)).max();
    let implied = rank.map_or(&[][..], |rank| Role::ALL.get(..=rank).unwrap_or_default());
    let role_names: Vec<&str> = implied.iter().map(|role| role.as_str()).collect();
    let mut applies = Condition::any()
        .add(subject(GrantSubject::Tenant))
        .add(subject(GrantSubject::Principal).add(G::SubjectId.eq(id.uuid())));
    if !groups.is_empty() {
        let groups = groups.iter().map(|id| id.uuid()).collect();
        applies = applies.add(subject(GrantSubject::Group).add(ids(groups)));
    }
    if !role_names.is_empty() {
        applies = applies.add(subject(GrantSubject::Role).add(G::SubjectRole.is_in(role_names)));
    }
    if !custom_roles.is_empty() {
        let roles = custom_roles.iter().map(|id| id.uuid()).collect();
        applies = applies.add(subject(GrantSubject::Role).add(ids(roles)));
    }
    let unexpired = Condition::any().add(G::ExpiresAt.is_null()).add(G::ExpiresAt.gt(now));
    let rows = access_grant::Entity::find_in(tenant).filter(applies).filter(unexpired).all(conn).await?;
    let applicable = |row: access_grant::Model| ApplicableGrant {
        subject: row.subject_kind,
        kind: row.resource_kind,
        resource: row.resource_key,
        level: row.level,
        effect: row.effect,
    };
    Ok(rows.into_iter().map(applicable).collect())
}

/// Returns the compiled policies of a tenant, from the cache when its version is current.
async fn load_policies(
    conn: &impl ConnectionTrait,
    access: &Access,
    tenant: TenantId,
) -> Result<Arc<TenantPolicies>, CtxError> {
    let version: Option<i64> = tenant::Entity::find_by_id(tenant)
        .select_only()
        .column(tenant::Column::PolicyVersion)
        .into_tuple()
        .one(conn)
        .await?;
    let version = version.ok_or(CtxError::Inactive)?;
    if let Some(policies) = access.cached(tenant, version) {
        return Ok(policies);
    }
    let (roles, policies) = policy_sources(conn, tenant).await?;
    Ok(access.compile(tenant, version, &roles, &policies)?)
}

/// Reads the custom roles and enabled policies of a tenant.
///
/// # Errors
/// When the database fails.
async fn policy_sources(
    conn: &impl ConnectionTrait,
    tenant: TenantId,
) -> Result<(Vec<RoleSource>, Vec<PolicySource>), DbErr> {
    let roles = custom_role::Entity::find_in(tenant).order_by_asc(custom_role::Column::Id).all(conn).await?;
    let policies = access_policy::Entity::find_in(tenant)
        .filter(access_policy::Column::IsEnabled.eq(true))
        .order_by_asc(access_policy::Column::Id)
        .all(conn)
        .await?;
    let actions = |names: &serde_json::Value| {
        let names = names.as_array().into_iter().flatten().filter_map(serde_json::Value::as_str);
        names.filter_map(Action::find).collect()
    };
    let role =
        |row: custom_role::Model| RoleSource { actions: actions(&row.actions), id: row.id, name: row.name };
    let policy = |row: access_policy::Model| PolicySource { id: row.id, name: row.name, source: row.source };
    Ok((roles.into_iter().map(role).collect(), policies.into_iter().map(policy).collect()))
}
