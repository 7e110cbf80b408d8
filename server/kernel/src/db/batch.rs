//! Batched statements.

use super::StoreError;
use sea_orm::{ConnectionTrait, DbBackend, QueryTrait, Statement, Values};

/// Statements that are executed in order and whose results are not needed.
///
/// On SQLite each statement needs a round trip to the connection's thread, which takes longer than a small statement
/// itself; a batch needs a single round trip. PostgreSQL accepts only one parameterised statement at a time.
#[derive(Debug)]
pub struct Batch {
    backend: DbBackend,
    statements: Vec<Statement>,
}

impl Batch {
    /// Creates an empty batch for the connection's backend.
    #[must_use]
    pub fn new(conn: &impl ConnectionTrait) -> Self {
        Self { backend: conn.get_database_backend(), statements: Vec::new() }
    }

    pub fn push(&mut self, query: &impl QueryTrait) {
        self.statements.push(query.build(self.backend));
    }

    /// Executes the statements.
    ///
    /// # Errors
    /// The error of the first statement that fails; later statements are not executed.
    pub async fn execute(self, conn: &impl ConnectionTrait) -> Result<(), StoreError> {
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
