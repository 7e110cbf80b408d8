//! Queries on accounts, tokens and links. Every query is limited to a tenant, except the lookups by
//! secret hash, which determine the tenant.

use chrono::{DateTime, Utc};
use penny_entity::{TenantScoped, external_identity, principal, role_assignment, sign_in_link, token};
use penny_types::{Locale, PrincipalId, TenantId, TokenId, people::Role};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect, sea_query::Expr,
};

/// Finds an account by its normalised address.
pub async fn find_by_email(
    conn: &impl ConnectionTrait,
    tenant: TenantId,
    email: &str,
) -> Result<Option<principal::Model>, DbErr> {
    principal::Entity::find_in(tenant).filter(principal::Column::EmailNormalised.eq(email)).one(conn).await
}

pub async fn find(
    conn: &impl ConnectionTrait,
    tenant: TenantId,
    id: PrincipalId,
) -> Result<Option<principal::Model>, DbErr> {
    principal::Entity::find_by_id((tenant, id)).one(conn).await
}

/// Returns whether an account is assigned a built-in role directly.
pub async fn has_role(
    conn: &impl ConnectionTrait,
    tenant: TenantId,
    id: PrincipalId,
    role: Role,
) -> Result<bool, DbErr> {
    let assignments = role_assignment::Entity::find_in(tenant)
        .filter(role_assignment::Column::PrincipalId.eq(id))
        .filter(role_assignment::Column::Role.eq(role));
    Ok(assignments.count(conn).await? > 0)
}

/// Lists the active accounts that are assigned a built-in role directly, oldest first.
pub async fn list_by_role(
    conn: &impl ConnectionTrait,
    tenant: TenantId,
    role: Role,
) -> Result<Vec<principal::Model>, DbErr> {
    let ids: Vec<PrincipalId> = role_assignment::Entity::find_in(tenant)
        .filter(role_assignment::Column::Role.eq(role))
        .filter(role_assignment::Column::PrincipalId.is_not_null())
        .select_only()
        .column(role_assignment::Column::PrincipalId)
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

/// Records the time of a sign-in, and at the first one the locale.
pub async fn record_sign_in(
    conn: &impl ConnectionTrait,
    account: &principal::Model,
    locale: Locale,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let mut row: principal::ActiveModel = principal::ActiveModel {
        tenant_id: Set(account.tenant_id),
        id: Set(account.id),
        last_signed_in_at: Set(Some(now)),
        ..Default::default()
    };
    if account.last_signed_in_at.is_none() {
        row.locale = Set(locale);
    }
    row.update(conn).await.map(drop)
}

/// Finds a link by the hash of its secret, in any tenant.
pub async fn find_link(
    conn: &impl ConnectionTrait,
    hash: &[u8],
) -> Result<Option<sign_in_link::Model>, DbErr> {
    sign_in_link::Entity::find().filter(sign_in_link::Column::SecretHash.eq(hash)).one(conn).await
}

/// Marks a link as used and returns whether it was still valid. Of two concurrent calls one returns true.
pub async fn mark_link_used(
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

/// Deletes links that expired at or before `now`.
pub async fn delete_expired_links(
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

/// Finds the account link of an external user.
pub async fn find_external(
    conn: &impl ConnectionTrait,
    tenant: TenantId,
    issuer: &str,
    subject: &str,
) -> Result<Option<external_identity::Model>, DbErr> {
    external_identity::Entity::find_by_id((tenant, issuer.to_owned(), subject.to_owned())).one(conn).await
}

/// Finds a token by the hash of its secret, in any tenant.
pub async fn find_token(conn: &impl ConnectionTrait, hash: &[u8]) -> Result<Option<token::Model>, DbErr> {
    token::Entity::find().filter(token::Column::SecretHash.eq(hash)).one(conn).await
}

/// Lists an owner's unrevoked tokens, newest first.
pub async fn list_tokens(
    conn: &impl ConnectionTrait,
    tenant: TenantId,
    owner: PrincipalId,
) -> Result<Vec<token::Model>, DbErr> {
    active_tokens(tenant, owner).order_by_desc(token::Column::Id).limit(1000).all(conn).await
}

/// Counts an owner's unrevoked tokens.
pub async fn count_tokens(
    conn: &impl ConnectionTrait,
    tenant: TenantId,
    owner: PrincipalId,
) -> Result<u64, DbErr> {
    active_tokens(tenant, owner).count(conn).await
}

fn active_tokens(tenant: TenantId, owner: PrincipalId) -> sea_orm::Select<token::Entity> {
    token::Entity::find_in(tenant)
        .filter(token::Column::PrincipalId.eq(owner))
        .filter(token::Column::RevokedAt.is_null())
}

/// Revokes a token and returns whether an unrevoked one existed.
pub async fn revoke_token(
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

/// Records when a token was last used.
pub async fn record_token_use(
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
