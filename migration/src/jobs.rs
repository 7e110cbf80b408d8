//! Queue, priority, progress and cancellation of jobs.

use crate::columns::utc_timestamp_null;
use sea_orm_migration::{
    prelude::*,
    schema::{big_integer, integer, text},
    sea_orm::ConnectionTrait,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const INDEXES: &[&str] =
    &["DROP INDEX job_due", "CREATE INDEX job_due ON job (kind, run_at) WHERE finished_at IS NULL"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = [
            text("queue").default("default").take(),
            integer("priority").default(0).take(),
            big_integer("progress_done").default(0).take(),
            big_integer("progress_total").default(0).take(),
            utc_timestamp_null("cancel_requested_at"),
        ];
        for column in columns {
            manager.alter_table(Table::alter().table("job").add_column(column).take()).await?;
        }
        for statement in INDEXES {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        Ok(())
    }
}
