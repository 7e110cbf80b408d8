//! Queries for erasing deleted artifacts.

use crate::datasources;
use chrono::{DateTime, Utc};
use penny_entity::{TenantScoped, artifact, artifact_version};
use penny_kernel::{ctx::Ctx, db::StoreError};
use penny_types::ArtifactId;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};

/// Lists artifacts that were deleted before a moment, and the digests of their versions.
pub(super) async fn list_deleted_before(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    before: DateTime<Utc>,
    limit: u64,
) -> Result<(Vec<ArtifactId>, Vec<[u8; 32]>), StoreError> {
    let ids: Vec<ArtifactId> = artifact::Entity::find_in(ctx.tenant())
        .select_only()
        .column(artifact::Column::Id)
        .filter(artifact::Column::DeletedAt.lt(before))
        .order_by_asc(artifact::Column::DeletedAt)
        .limit(limit)
        .into_tuple()
        .all(conn)
        .await?;
    let digests: Vec<Vec<u8>> = artifact_version::Entity::find_in(ctx.tenant())
        .select_only()
        .column(artifact_version::Column::Digest)
        .distinct()
        .filter(artifact_version::Column::ArtifactId.is_in(ids.iter().copied()))
        .into_tuple()
        .all(conn)
        .await?;
    Ok((ids, digests.into_iter().filter_map(|digest| digest.try_into().ok()).collect()))
}

/// Erases an artifact with its versions.
pub(super) async fn erase(conn: &impl ConnectionTrait, ctx: &Ctx, id: ArtifactId) -> Result<(), StoreError> {
    artifact::Entity::delete_by_id((ctx.tenant(), id)).exec(conn).await?;
    Ok(())
}

/// Returns whether an artifact version or a datasource of the tenant references a blob.
pub(super) async fn is_blob_referenced(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    digest: [u8; 32],
) -> Result<bool, StoreError> {
    let versions = artifact_version::Entity::find_in(ctx.tenant())
        .filter(artifact_version::Column::Digest.eq(digest.to_vec()))
        .count(conn)
        .await?;
    Ok(versions > 0 || datasources::references_blob(conn, ctx, digest).await?)
}
