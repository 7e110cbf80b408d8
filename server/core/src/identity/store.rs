//! Rows of accounts, tokens and links. Everything begins at a tenant, but for the three look-ups
//! that find out which.

use chrono::{DateTime, Utc};
use penny_entity::{TenantScoped, external_identity, principal, role_grant, sign_in_link, token};
use penny_types::{
    DatasourceId, Locale, PrincipalId, TenantId, TokenId,
    people::{PrincipalKind, Role},
};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, JoinType, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect,
    sea_query::{Expr, ExprTrait, IntoCondition},
};

/// Finds an account by its address as it is compared.
pub async fn find_by_email(
    conn: &impl ConnectionTrait,
    tenant: TenantId,
    email: &str,
) -> Result<Option<principal::Model>, DbErr> {
    principal::Entity::find_in(tenant).filter(principal::Column::EmailNormalised.eq(email)).one(conn).await
}

/// Finds an account.
pub async fn find(
    conn: &impl ConnectionTrait,
    tenant: TenantId,
    id: PrincipalId,
) -> Result<Option<principal::Model>, DbErr> {
    principal::Entity::find_by_id((tenant, id)).one(conn).await
}

/// What every request asks about whoever sends it.
pub struct Standing {
    /// What kind of principal they are.
    pub kind: PrincipalKind,
    /// Whether they may act at all.
    pub is_active: bool,
    /// In which language they are spoken to.
    pub locale: Locale,
    /// What they hold for themselves and not on another's behalf.
    pub grants: Vec<Held>,
}

/// A role somebody holds.
pub struct Held {
    pub role: Role,
    /// The one tool it is narrowed to.
    pub tool: Option<String>,
    /// The one datasource it is narrowed to.
    pub datasource: Option<DatasourceId>,
}

/// Finds what every request asks about whoever sends it, and no more, at once.
pub async fn standing(
    conn: &impl ConnectionTrait,
    tenant: TenantId,
    id: PrincipalId,
) -> Result<Option<Standing>, DbErr> {
    type Row = (PrincipalKind, bool, Locale, Option<Role>, Option<String>, Option<DatasourceId>);
    let held = principal::Entity::belongs_to(role_grant::Entity)
        .from((principal::Column::TenantId, principal::Column::Id))
        .to((role_grant::Column::TenantId, role_grant::Column::PrincipalId))
        .on_condition(|_, grant| {
            Expr::col((grant, role_grant::Column::OnBehalfOf)).is_null().into_condition()
        });
    let rows: Vec<Row> = principal::Entity::find_by_id((tenant, id))
        .select_only()
        .columns([principal::Column::Kind, principal::Column::IsActive, principal::Column::Locale])
        .columns([role_grant::Column::Role, role_grant::Column::Tool, role_grant::Column::DatasourceId])
        .join(JoinType::LeftJoin, held.into())
        .into_tuple()
        .all(conn)
        .await?;
    let mut found: Option<Standing> = None;
    for (kind, is_active, locale, role, tool, datasource) in rows {
        let standing = found.get_or_insert_with(|| Standing { kind, is_active, locale, grants: Vec::new() });
        standing.grants.extend(role.map(|role| Held { role, tool, datasource }));
    }
    Ok(found)
}

/// Lists what somebody holds, for themselves and not on another's behalf.
pub async fn grants(
    conn: &impl ConnectionTrait,
    tenant: TenantId,
    id: PrincipalId,
) -> Result<Vec<role_grant::Model>, DbErr> {
    role_grant::Entity::find_in(tenant)
        .filter(role_grant::Column::PrincipalId.eq(id))
        .filter(role_grant::Column::OnBehalfOf.is_null())
        .order_by_asc(role_grant::Column::Id)
        .all(conn)
        .await
}

/// Lists the accounts that hold a role everywhere, oldest first.
pub async fn holders(
    conn: &impl ConnectionTrait,
    tenant: TenantId,
    role: Role,
) -> Result<Vec<principal::Model>, DbErr> {
    let ids: Vec<PrincipalId> = role_grant::Entity::find_in(tenant)
        .filter(role_grant::Column::Role.eq(role))
        .filter(role_grant::Column::Tool.is_null())
        .filter(role_grant::Column::DatasourceId.is_null())
        .filter(role_grant::Column::OnBehalfOf.is_null())
        .select_only()
        .column(role_grant::Column::PrincipalId)
        .into_tuple()
        .all(conn)
        .await?;
    principal::Entity::find_in(tenant)
        .filter(principal::Column::Id.is_in(ids))
        .filter(principal::Column::IsActive.eq(true))
        .order_by_asc(principal::Column::Id)
        .all(conn)
        .await
}

/// Notes that somebody came in; in their first visit, in which language.
pub async fn entered(
    conn: &impl ConnectionTrait,
    who: &principal::Model,
    locale: Locale,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let mut row: principal::ActiveModel = principal::ActiveModel {
        tenant_id: Set(who.tenant_id),
        id: Set(who.id),
        last_signed_in_at: Set(Some(now)),
        ..Default::default()
    };
    if who.last_signed_in_at.is_none() {
        row.locale = Set(locale);
    }
    row.update(conn).await.map(drop)
}

/// Finds a link by its secret's hash, in whichever tenant it is.
pub async fn find_link(
    conn: &impl ConnectionTrait,
    hash: &[u8],
) -> Result<Option<sign_in_link::Model>, DbErr> {
    sign_in_link::Entity::find().filter(sign_in_link::Column::SecretHash.eq(hash)).one(conn).await
}

/// Uses a link up; says whether it was still there to be used. Two at once: one of them was.
pub async fn use_link(
    conn: &impl ConnectionTrait,
    tenant: TenantId,
    hash: &[u8],
    now: DateTime<Utc>,
) -> Result<bool, DbErr> {
    let done = sign_in_link::Entity::update_in(tenant)
        .col_expr(sign_in_link::Column::UsedAt, Expr::value(now))
        .filter(sign_in_link::Column::SecretHash.eq(hash))
        .filter(sign_in_link::Column::UsedAt.is_null())
        .filter(sign_in_link::Column::ExpiresAt.gt(now))
        .exec(conn)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Removes links that can no longer be used.
pub async fn forget_links(
    conn: &impl ConnectionTrait,
    tenant: TenantId,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    sign_in_link::Entity::delete_in(tenant)
        .filter(sign_in_link::Column::ExpiresAt.lte(now))
        .exec(conn)
        .await?;
    Ok(())
}

/// Finds who a provider's person is here.
pub async fn find_external(
    conn: &impl ConnectionTrait,
    tenant: TenantId,
    issuer: &str,
    subject: &str,
) -> Result<Option<external_identity::Model>, DbErr> {
    external_identity::Entity::find_by_id((tenant, issuer.to_owned(), subject.to_owned())).one(conn).await
}

/// Finds a token by its secret's hash, in whichever tenant it is.
pub async fn find_token(conn: &impl ConnectionTrait, hash: &[u8]) -> Result<Option<token::Model>, DbErr> {
    token::Entity::find().filter(token::Column::SecretHash.eq(hash)).one(conn).await
}

/// Lists somebody's tokens that were not taken back, newest first.
pub async fn tokens(
    conn: &impl ConnectionTrait,
    tenant: TenantId,
    owner: PrincipalId,
) -> Result<Vec<token::Model>, DbErr> {
    of_owner(tenant, owner).order_by_desc(token::Column::Id).limit(1000).all(conn).await
}

/// Counts somebody's tokens that were not taken back.
pub async fn count_tokens(
    conn: &impl ConnectionTrait,
    tenant: TenantId,
    owner: PrincipalId,
) -> Result<u64, DbErr> {
    of_owner(tenant, owner).count(conn).await
}

fn of_owner(tenant: TenantId, owner: PrincipalId) -> sea_orm::Select<token::Entity> {
    token::Entity::find_in(tenant)
        .filter(token::Column::PrincipalId.eq(owner))
        .filter(token::Column::RevokedAt.is_null())
}

/// Takes a token back; says whether there was one.
pub async fn revoke(
    conn: &impl ConnectionTrait,
    tenant: TenantId,
    owner: PrincipalId,
    id: TokenId,
    now: DateTime<Utc>,
) -> Result<bool, DbErr> {
    let done = token::Entity::update_in(tenant)
        .col_expr(token::Column::RevokedAt, Expr::value(now))
        .filter(token::Column::Id.eq(id))
        .filter(token::Column::PrincipalId.eq(owner))
        .filter(token::Column::RevokedAt.is_null())
        .exec(conn)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Notes when a token was used.
pub async fn used(
    conn: &impl ConnectionTrait,
    tenant: TenantId,
    id: TokenId,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    token::Entity::update_in(tenant)
        .col_expr(token::Column::LastUsedAt, Expr::value(now))
        .filter(token::Column::Id.eq(id))
        .exec(conn)
        .await?;
    Ok(())
}
