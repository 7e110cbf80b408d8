//! A database that an earlier version left is brought up to date, with everything in it.

use crate::{people, schema::past_the_doors};
use penny_core::audit::{self, Record};
use penny_testkit::databases::both;
use sea_orm::{ConnectionTrait, Statement};

/// Takes away what came after the first tables, newest first.
const BACK: &[&str] = &[
    "ALTER TABLE message DROP COLUMN copied_from_id",
    "ALTER TABLE conversation DROP COLUMN forked_from_id",
    "DROP TABLE audit_head",
    "DELETE FROM seaql_migrations WHERE version IN ('heads', 'branches')",
    // As it was chained then, without a signed end.
    "UPDATE audit_event SET ordinal = 1",
];

#[tokio::test]
async fn an_older_database_keeps_what_it_has() {
    for database in both().await {
        let ctx = people::tenant(&database, "acme").await;
        let tx = database.db.begin(&ctx).await.unwrap();
        audit::record(&tx, &ctx, Record::of("tests.act", "thing")).await.unwrap();
        tx.commit().await.unwrap();
        let owner = past_the_doors(&database).await;
        for statement in BACK {
            owner.execute_unprepared(statement).await.unwrap();
        }
        assert!(database.db.check().await.is_err(), "what is missing goes unseen");

        assert_eq!(database.db.migrate().await.unwrap(), 2);
        database.db.check().await.unwrap();
        let count = "SELECT count(*), count(ordinal) FROM audit_event";
        let row = owner.query_one_raw(Statement::from_string(owner.get_database_backend(), count)).await;
        let row = row.unwrap().unwrap();
        let counts: (i64, i64) = (row.try_get_by_index(0).unwrap(), row.try_get_by_index(1).unwrap());
        assert_eq!(counts, (1, 0), "a record was lost, or is not chained anew");
        let tx = database.db.begin(&ctx).await.unwrap();
        let owner_id = people::user(&tx, &ctx, "alice").await;
        people::conversation(&tx, &ctx, owner_id).await;
        tx.commit().await.unwrap();
    }
}
