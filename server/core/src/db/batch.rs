//! Changes that go to the database together.

use super::StoreError;
use sea_orm::{ConnectionTrait, DbBackend, QueryTrait, Statement, Values};

/// Changes whose results nobody reads, in their order.
///
/// Each statement costs SQLite a trip to the thread that holds the connection and back, most of what a small one takes
/// at all; a batch makes that trip once. PostgreSQL takes one statement at a time.
#[derive(Debug)]
pub struct Batch {
    backend: DbBackend,
    statements: Vec<Statement>,
}

impl Batch {
    /// Begins an empty batch for a connection.
    #[must_use]
    pub fn of(conn: &impl ConnectionTrait) -> Self {
        Self { backend: conn.get_database_backend(), statements: Vec::new() }
    }

    /// Adds a change.
    pub fn push(&mut self, change: &impl QueryTrait) {
        self.statements.push(change.build(self.backend));
    }

    /// Carries the changes out.
    ///
    /// # Errors
    /// The first that the database does not take; those after it are not tried.
    pub async fn run(self, conn: &impl ConnectionTrait) -> Result<(), StoreError> {
        if self.backend != DbBackend::Sqlite {
            for statement in self.statements {
                conn.execute_raw(statement).await?;
            }
            return Ok(());
        }
        let mut sql = String::new();
        let mut values = Vec::new();
        for statement in self.statements {
            sql.push_str(&statement.sql);
            sql.push_str(";\n");
            values.extend(statement.values.unwrap_or(Values(Vec::new())).0);
        }
        if !sql.is_empty() {
            conn.execute_raw(Statement::from_sql_and_values(self.backend, sql, values)).await?;
        }
        Ok(())
    }
}
