//! The signed head of each tenant's audit chain.

use crate::columns::{bytes, tenant_table, utc_timestamp, with_primary_key};
use sea_orm_migration::{prelude::*, schema::big_integer};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = tenant_table("audit_head")
            .col(big_integer("records"))
            .col(bytes("hash"))
            .col(bytes("signature"))
            .col(utc_timestamp("signed_at"))
            .take();
        manager.create_table(with_primary_key(table, &[])).await
    }
}
