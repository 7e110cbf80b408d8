//! The initial tables.

mod artifacts;
mod conversations;
mod identity;
mod metrics;
mod operations;
mod search;
mod turns;

use sea_orm_migration::{prelude::*, sea_orm::ConnectionTrait};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables = [
            identity::tables(),
            conversations::tables(),
            turns::tables(),
            artifacts::tables(),
            metrics::tables(),
            operations::tables(),
        ];
        for table in tables.into_iter().flatten() {
            manager.create_table(table).await?;
        }
        let indexes =
            [identity::INDEXES, conversations::INDEXES, turns::INDEXES, artifacts::INDEXES, metrics::INDEXES];
        for index in indexes.into_iter().flatten().chain(operations::INDEXES) {
            manager.get_connection().execute_unprepared(index).await?;
        }
        search::create(manager).await
    }
}
