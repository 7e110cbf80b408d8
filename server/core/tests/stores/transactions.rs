//! Transactions, on both databases.

use crate::{fixtures, schema};
use penny_entity::{TenantScoped, conversation, job, principal, session, turn};
use penny_kernel::{
    db::{Db, StoreError},
    fault::ToFault,
};
use penny_ports::bus::UserEvent;
use penny_testkit::databases::{TestDb, sqlite, test_databases};
use penny_types::{FaultCode, conversations::ConversationUpdate};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel,
    PaginatorTrait, QueryFilter,
};
use std::{sync::Arc, time::Duration};

#[tokio::test]
async fn uncommitted_changes_are_rolled_back() {
    for database in test_databases().await {
        let acme = fixtures::tenant(&database, "acme").await;
        let tx = database.db.begin(&acme).await.unwrap();
        fixtures::user(&tx, &acme, "alice").await;
        drop(tx);
        let tx = database.db.begin(&acme).await.unwrap();
        assert_eq!(principal::Entity::find_in(acme.tenant()).count(&tx).await.unwrap(), 0);
        fixtures::user(&tx, &acme, "bob").await;
        tx.commit().await.unwrap();
        let tx = database.db.read(&acme).await.unwrap();
        assert_eq!(principal::Entity::find_in(acme.tenant()).count(&tx).await.unwrap(), 1);
    }
}

#[tokio::test]
async fn a_row_is_read_as_it_was_written() {
    for database in test_databases().await {
        let acme = fixtures::tenant(&database, "acme").await;
        let tx = database.db.begin(&acme).await.unwrap();
        let id = acme.new_id();
        let alice = fixtures::new_user(&acme, id, "alice").insert(&tx).await.unwrap();
        assert_eq!(alice.id, id);
        tx.commit().await.unwrap();

        let tx = database.db.begin(&acme).await.unwrap();
        let found = principal::Entity::find_by_id((acme.tenant(), id)).one(&tx).await.unwrap().unwrap();
        assert_eq!(found, alice);
        let mut change = found.into_active_model();
        change.display_name = Set("Alicia \u{202e}\u{7}".to_owned());
        let changed = change.update(&tx).await.unwrap();
        assert_eq!(changed.display_name, "Alicia \u{202e}\u{7}");
    }
}

#[tokio::test]
async fn events_are_published_only_after_commit() {
    for database in test_databases().await {
        let acme = fixtures::tenant(&database, "acme").await;
        let event = UserEvent::Conversation(ConversationUpdate { id: acme.new_id(), conversation: None });
        let tx = database.db.begin(&acme).await.unwrap();
        tx.notify(acme.subject(), event.clone());
        drop(tx);
        assert!(database.bus.published_user_events().is_empty());
        let tx = database.db.begin(&acme).await.unwrap();
        tx.notify(acme.subject(), event.clone());
        assert!(database.bus.published_user_events().is_empty());
        tx.commit().await.unwrap();
        assert_eq!(database.bus.published_user_events(), [(acme.subject(), event)]);
    }
}

#[tokio::test]
async fn a_read_transaction_cannot_write() {
    for database in test_databases().await {
        let acme = fixtures::tenant(&database, "acme").await;
        let tx = database.db.read(&acme).await.unwrap();
        assert!(fixtures::new_user(&acme, acme.new_id(), "alice").insert(&tx).await.is_err());
        let tx = database.db.lookup().await.unwrap();
        assert!(tx.execute_unprepared("DELETE FROM session").await.is_err());
    }
}

#[tokio::test]
async fn a_read_transaction_sees_a_snapshot() {
    let database = sqlite().await;
    let acme = fixtures::tenant(&database, "acme").await;
    let read = database.db.read(&acme).await.unwrap();
    assert_eq!(principal::Entity::find_in(acme.tenant()).count(&read).await.unwrap(), 0);
    let tx = database.db.begin(&acme).await.unwrap();
    fixtures::user(&tx, &acme, "alice").await;
    tx.commit().await.unwrap();
    assert_eq!(principal::Entity::find_in(acme.tenant()).count(&read).await.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_hundred_concurrent_writers_all_succeed() {
    for database in test_databases().await {
        let database = Arc::new(database);
        let acme = fixtures::tenant(&database, "acme").await;
        let tx = database.db.begin(&acme).await.unwrap();
        let alice = fixtures::user(&tx, &acme, "alice").await;
        tx.commit().await.unwrap();
        let mut writers = tokio::task::JoinSet::new();
        for _ in 0..100 {
            let (database, acme) = (database.clone(), acme.clone());
            writers.spawn(async move {
                let tx = database.db.begin(&acme).await.unwrap();
                fixtures::conversation(&tx, &acme, alice).await;
                tx.commit().await.unwrap();
            });
        }
        writers.join_all().await;
        let tx = database.db.read(&acme).await.unwrap();
        assert_eq!(conversation::Entity::find_in(acme.tenant()).count(&tx).await.unwrap(), 100);
    }
}

#[tokio::test]
async fn a_unique_violation_is_a_conflict() {
    for database in test_databases().await {
        let acme = fixtures::tenant(&database, "acme").await;
        let tx = database.db.begin(&acme).await.unwrap();
        fixtures::user(&tx, &acme, "alice").await;
        let again = fixtures::new_user(&acme, acme.new_id(), "alice").insert(&tx).await;
        let error = StoreError::from(again.unwrap_err());
        assert!(error.is_conflict(), "{error:?}");
        assert_eq!(error.to_fault().code, FaultCode::Conflict);
    }
}

#[tokio::test]
async fn the_same_address_in_two_tenants_is_two_users() {
    for database in test_databases().await {
        for slug in ["acme", "globex"] {
            let ctx = fixtures::tenant(&database, slug).await;
            let tx = database.db.begin(&ctx).await.unwrap();
            fixtures::user(&tx, &ctx, "alice").await;
            tx.commit().await.unwrap();
        }
    }
}

#[tokio::test]
async fn erasing_a_conversation_erases_its_messages() {
    for database in test_databases().await {
        let acme = fixtures::tenant(&database, "acme").await;
        let tx = database.db.begin(&acme).await.unwrap();
        let alice = fixtures::user(&tx, &acme, "alice").await;
        let id = fixtures::conversation(&tx, &acme, alice).await;
        let message = acme.new_id();
        crate::search::insert_message(&tx, &acme, id, message, "margins fell").await;
        conversation::Entity::delete_by_id((acme.tenant(), id)).exec(&tx).await.unwrap();
        for table in ["message", "message_search"] {
            assert_eq!(schema::number(&tx, &format!("SELECT count(*) FROM {table}")).await, 0, "{table}");
        }
        if database.is_sqlite() {
            // Fails when the index does not match its table.
            let check =
                "INSERT INTO message_search_index (message_search_index, rank) VALUES ('integrity-check', 1)";
            tx.execute_unprepared(check).await.unwrap();
        }
    }
}

#[tokio::test]
async fn a_session_can_exist_without_a_tenant() {
    for database in test_databases().await {
        let now = database.system.now();
        let row = session::ActiveModel {
            id_hash: Set(vec![1; 32]),
            tenant_id: Set(None),
            principal_id: Set(None),
            data: Set(b"{}".to_vec()),
            expires_at: Set(now),
            created_at: Set(now),
            updated_at: Set(now),
        };
        let tx = database.db.begin_lookup().await.unwrap();
        row.insert(&tx).await.unwrap();
        tx.commit().await.unwrap();
        let tx = database.db.lookup().await.unwrap();
        let found = session::Entity::find_by_id(vec![1; 32]).one(&tx).await.unwrap().unwrap();
        assert_eq!(found.data, b"{}");
        drop(tx);
        let tx = database.db.begin_lookup().await.unwrap();
        assert_eq!(session::Entity::delete_many().exec(&tx).await.unwrap().rows_affected, 1);
    }
}

#[tokio::test]
async fn a_job_can_be_claimed_without_a_tenant() {
    for database in test_databases().await {
        let acme = fixtures::tenant(&database, "acme").await;
        let row = job::ActiveModel {
            tenant_id: Set(acme.tenant()),
            id: Set(acme.new_id()),
            kind: Set("tidy".to_owned()),
            queue: Set("maintenance".to_owned()),
            priority: Set(0),
            progress_done: Set(0),
            progress_total: Set(0),
            cancel_requested_at: Set(None),
            payload: Set(serde_json::json!({})),
            run_at: Set(acme.now()),
            unique_key: Set(None),
            attempts: Set(0),
            lease_owner: Set(None),
            lease_expires_at: Set(None),
            finished_at: Set(None),
            error: Set(None),
            created_at: Set(acme.now()),
        };
        let tx = database.db.begin(&acme).await.unwrap();
        row.insert(&tx).await.unwrap();
        tx.commit().await.unwrap();
        let tx = database.db.begin_lookup().await.unwrap();
        let claimed = job::Entity::update_many()
            .col_expr(job::Column::LeaseOwner, sea_orm::sea_query::Expr::value("worker 1"))
            .filter(job::Column::LeaseOwner.is_null())
            .exec(&tx)
            .await
            .unwrap();
        assert_eq!(claimed.rows_affected, 1);
        let orphans = turn::Entity::find().all(&tx).await.unwrap();
        assert!(orphans.is_empty());
        tx.commit().await.unwrap();
    }
}

#[tokio::test]
async fn concurrent_migrations_are_applied_once() {
    for database in test_databases().await {
        let fresh = fresh(&database).await;
        let dbs: Vec<Db> = futures::future::join_all(
            (0..4).map(|_| async { Db::connect(&fresh.0, database.bus.clone()).await.unwrap() }),
        )
        .await;
        let applied = futures::future::join_all(dbs.iter().map(Db::migrate)).await;
        let applied: Vec<usize> = applied.into_iter().map(Result::unwrap).collect();
        assert_eq!(applied.iter().filter(|&&count| count > 0).count(), 1, "{applied:?}");
    }
}

#[tokio::test]
async fn a_database_is_ready_after_migration() {
    for database in test_databases().await {
        let fresh = fresh(&database).await;
        let db = Db::connect(&fresh.0, database.bus.clone()).await.unwrap();
        let error = db.check().await.unwrap_err();
        assert!(matches!(error, StoreError::Outdated { pending: 1.. }), "{error:?}");
        db.migrate().await.unwrap();
        db.check().await.unwrap();
        db.close().await.unwrap();
        assert!(db.check().await.is_err());
    }
}

#[tokio::test]
async fn a_held_write_connection_makes_other_writers_fail_as_busy() {
    let database = sqlite().await;
    let acme = fixtures::tenant(&database, "acme").await;
    let mut options = database.options.clone();
    options.acquire_timeout = Duration::from_millis(100);
    let db = Db::connect(&options, database.bus.clone()).await.unwrap();
    let _held = db.begin(&acme).await.unwrap();
    let error = db.begin(&acme).await.unwrap_err();
    assert!(matches!(error, StoreError::Busy(_)), "{error:?}");
    assert_eq!(error.to_fault().code, FaultCode::Unavailable);
    assert!(db.read(&acme).await.is_ok());
}

/// Returns the options of an empty database of the same kind.
async fn fresh(database: &TestDb) -> (penny_kernel::db::DbOptions, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let mut options = database.options.clone();
    options.url = if database.is_sqlite() {
        format!("sqlite://{}", folder.path().join("fresh.db").display())
    } else {
        penny_testkit::postgres::fresh_database().await.unwrap()
    };
    (options, folder)
}
