//! The signed end of each tenant's audit chain.

use crate::columns::{bytes, keyed, moment, tenant_table};
use sea_orm_migration::{
    prelude::*,
    schema::big_integer,
    sea_orm::{ConnectionTrait, DbBackend},
};

/// Records that were chained before ends were signed are chained anew, from the first.
const UNCHAIN: &str = "UPDATE audit_event SET ordinal = NULL, previous_hash = NULL, hash = NULL";

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = tenant_table("audit_head")
            .col(big_integer("records"))
            .col(bytes("hash"))
            .col(bytes("signature"))
            .col(moment("signed_at"))
            .take();
        manager.create_table(keyed(table, &[])).await?;
        let database = manager.get_connection();
        if database.get_database_backend() != DbBackend::Postgres {
            return database.execute_unprepared(UNCHAIN).await.map(drop);
        }
        // The owner of the tables sees no row while row-level security is forced.
        for statement in [
            "ALTER TABLE audit_event NO FORCE ROW LEVEL SECURITY",
            UNCHAIN,
            "ALTER TABLE audit_event FORCE ROW LEVEL SECURITY",
        ] {
            database.execute_unprepared(statement).await?;
        }
        Ok(())
    }
}
