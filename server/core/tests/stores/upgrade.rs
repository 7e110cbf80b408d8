//! A database that an earlier version left is brought up to date, with everything in it.

use crate::{
    people,
    schema::{number, past_the_doors},
};
use penny_core::audit::{self, Record};
use penny_testkit::databases::both;
use sea_orm::ConnectionTrait;

/// Takes away what came after the first tables, newest first.
const BACK: &[&str] = &[
    "ALTER TABLE message DROP COLUMN copied_from_id",
    "ALTER TABLE conversation DROP COLUMN forked_from_id",
    "DROP TABLE audit_head",
    "DELETE FROM seaql_migrations WHERE version IN ('heads', 'branches')",
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
        assert_eq!(number(&owner, "SELECT count(*) FROM audit_event").await, 1, "a record was lost");
        let tx = database.db.begin(&ctx).await.unwrap();
        let owner_id = people::user(&tx, &ctx, "alice").await;
        people::conversation(&tx, &ctx, owner_id).await;
        tx.commit().await.unwrap();
    }
}
