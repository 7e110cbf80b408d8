//! The audit chain: changed and removed records are detected.

use crate::env::{ProcessSetup, TestEnv};
use penny_kernel::audit::{self, AuditRecord, ChainStatus, Sequencer};
use penny_testkit::{databases::test_databases, doubles::FixedKeyring};
use sea_orm::{ConnectionTrait, Database};

/// More records than one batch of chaining or verification.
const RECORDS: i64 = 1_100;

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_or_removed_record_is_reported_with_its_ordinal() {
    for database in test_databases().await {
        let env = TestEnv::new(database).await;
        let other_tenant = env.other_tenant("globex").await;
        let process = env.idle_process(ProcessSetup::default()).await;
        for (ctx, count) in [(&env.alice, RECORDS), (&other_tenant, 3)] {
            let tx = env.database.db.begin(ctx).await.unwrap();
            for number in 0..count {
                audit::record(
                    &tx,
                    ctx,
                    AuditRecord::of("tests.act", "thing").target_name(&number.to_string()),
                )
                .await
                .unwrap();
            }
            tx.commit().await.unwrap();
        }
        let verify = async || {
            let system = &env.database.system;
            audit::verify(&env.database.db, system, &FixedKeyring).await.unwrap()
        };
        assert_eq!(verify().await, ChainStatus::Intact { records: 0 }, "nothing is chained yet");
        Sequencer::new(process.services.kernel.clone()).chain_pending().await.unwrap();
        let intact = ChainStatus::Intact { records: RECORDS + 3 };
        assert_eq!(verify().await, intact);

        // Connects as the owner of the database, without the restrictions of the application role.
        let owner = Database::connect(&env.database.options.url).await.unwrap();
        let broken = |ordinal| ChainStatus::Broken { tenant_slug: "acme".to_owned(), ordinal };
        for (change, undo, ordinal) in [
            ("action = 'tests.other'", "action = 'tests.act'", 7),
            ("outcome = 'denied'", "outcome = 'succeeded'", 500),
            ("target_id = 'x'", "target_id = '1003'", 1_004),
        ] {
            let update = |set: &str| format!("UPDATE audit_event SET {set} WHERE ordinal = {ordinal}");
            owner.execute_unprepared(&update(change)).await.unwrap();
            assert_eq!(verify().await, broken(ordinal), "{change}");
            owner.execute_unprepared(&update(undo)).await.unwrap();
            assert_eq!(verify().await, intact, "{undo}");
        }
        let run = async |sql: &str| {
            owner.execute_unprepared(sql).await.unwrap();
        };
        run("CREATE TABLE audit_backup AS SELECT * FROM audit_event").await;
        let delete = |condition: &str| format!("DELETE FROM audit_event WHERE ordinal {condition}");
        let restore =
            "INSERT INTO audit_event SELECT * FROM audit_backup WHERE id NOT IN (SELECT id FROM audit_event)";
        for (condition, ordinal) in [("= 501", 501), ("= 1100", RECORDS), ("> 600", 601), ("> 0", 1)] {
            run(&delete(condition)).await;
            assert_eq!(verify().await, broken(ordinal), "records {condition} deleted");
            run(restore).await;
            assert_eq!(verify().await, intact, "records {condition} restored");
        }

        // Deletes the last record. Chaining further records does not hide the deletion.
        run(&delete("= 1100")).await;
        env.record_action("tests.later").await;
        Sequencer::new(process.services.kernel.clone()).chain_pending().await.unwrap();
        assert_eq!(verify().await, broken(RECORDS + 1), "another record has the ordinal of the deleted one");
        run("UPDATE audit_head SET records = 1099, hash = (SELECT hash FROM audit_event WHERE ordinal = 1099)").await;
        assert_eq!(verify().await, broken(RECORDS), "the chain does not end as signed");

        // A chain without a signed head, as in earlier versions, is only signed if it is intact.
        run("DELETE FROM audit_head").await;
        run("UPDATE audit_event SET action = 'tests.other' WHERE ordinal = 7").await;
        env.record_action("tests.latest").await;
        Sequencer::new(process.services.kernel.clone()).chain_pending().await.unwrap();
        assert_eq!(verify().await, broken(7));
        run("UPDATE audit_event SET action = 'tests.act' WHERE ordinal = 7").await;
        assert_eq!(verify().await, broken(7), "the chain was broken when it was first verified");
        run("DELETE FROM audit_head").await;
        env.record_action("tests.last").await;
        Sequencer::new(process.services.kernel.clone()).chain_pending().await.unwrap();
        assert_eq!(verify().await, ChainStatus::Intact { records: RECORDS + 5 });
        owner.close().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_sequencers_produce_one_chain() {
    for database in test_databases().await {
        let env = TestEnv::new(database).await;
        let mut processes = Vec::new();
        for _ in 0..4 {
            processes.push(env.idle_process(ProcessSetup::default()).await);
        }
        for round in 0..10 {
            let passes = processes.iter().map(|process| async {
                env.record_action("tests.act").await;
                Sequencer::new(process.services.kernel.clone()).chain_pending().await
            });
            let passes = futures::future::join_all(passes).await;
            assert!(passes.iter().all(Result::is_ok), "round {round}: {passes:?}");
            // The chain is also intact while it is extended.
            let status = audit::verify(&env.database.db, &env.database.system, &FixedKeyring).await.unwrap();
            assert!(matches!(status, ChainStatus::Intact { .. }), "round {round}: {status:?}");
        }
        Sequencer::new(processes[0].services.kernel.clone()).chain_pending().await.unwrap();
        let status = audit::verify(&env.database.db, &env.database.system, &FixedKeyring).await.unwrap();
        assert_eq!(status, ChainStatus::Intact { records: 40 });
    }
}

impl TestEnv {
    /// Writes an audit record of alice.
    async fn record_action(&self, action: &'static str) {
        let tx = self.database.db.begin(&self.alice).await.unwrap();
        audit::record(&tx, &self.alice, AuditRecord::of(action, "thing")).await.unwrap();
        tx.commit().await.unwrap();
    }
}
