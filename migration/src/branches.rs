//! Sources of copied messages and forked conversations. There are no foreign keys, because a copy outlives
//! its source.

use sea_orm_migration::{prelude::*, schema::uuid_null};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, column) in [("conversation", "forked_from_id"), ("message", "copied_from_id")] {
            manager.alter_table(Table::alter().table(table).add_column(uuid_null(column)).take()).await?;
        }
        Ok(())
    }
}
