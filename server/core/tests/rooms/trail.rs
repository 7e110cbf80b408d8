//! The audit trail is chained, and a record that was changed or removed shows.

use crate::house::{House, Parts};
use penny_core::audit::{self, Record, Sequencer, Trail};
use penny_testkit::{databases::both, doubles::FixedKeys};
use sea_orm::{ConnectionTrait, Database};

/// More records than are chained or checked at once.
const RECORDS: i64 = 1_100;

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_was_changed_or_removed_is_named() {
    for database in both().await {
        let house = House::on(database).await;
        let neighbour = house.neighbour("globex").await;
        let process = house.idle(Parts::default()).await;
        for (ctx, count) in [(&house.alice, RECORDS), (&neighbour, 3)] {
            let tx = house.database.db.begin(ctx).await.unwrap();
            for number in 0..count {
                audit::record(&tx, ctx, Record::of("tests.act", "thing").named(&number.to_string()))
                    .await
                    .unwrap();
            }
            tx.commit().await.unwrap();
        }
        let verified = async || {
            let world = &house.database.world;
            audit::verify(&house.database.db, world, &FixedKeys).await.unwrap()
        };
        assert_eq!(verified().await, Trail::Whole { records: 0 }, "nothing is chained yet");
        Sequencer::new(process.services.shared.clone()).pass().await.unwrap();
        let whole = Trail::Whole { records: RECORDS + 3 };
        assert_eq!(verified().await, whole);

        // Past PENNY's doors and their rights, as whoever owns the database.
        let owner = Database::connect(&house.database.options.url).await.unwrap();
        let broken = |at| Trail::Broken { tenant: "acme".to_owned(), at };
        for (change, undo, at) in [
            ("action = 'tests.other'", "action = 'tests.act'", 7),
            ("outcome = 'denied'", "outcome = 'succeeded'", 500),
            ("target_id = 'x'", "target_id = '1003'", 1_004),
        ] {
            let update = |set: &str| format!("UPDATE audit_event SET {set} WHERE ordinal = {at}");
            owner.execute_unprepared(&update(change)).await.unwrap();
            assert_eq!(verified().await, broken(at), "{change}");
            owner.execute_unprepared(&update(undo)).await.unwrap();
            assert_eq!(verified().await, whole, "{undo}");
        }
        let run = async |sql: &str| {
            owner.execute_unprepared(sql).await.unwrap();
        };
        run("CREATE TABLE kept AS SELECT * FROM audit_event").await;
        let cut = |what: &str| format!("DELETE FROM audit_event WHERE ordinal {what}");
        let mend = "INSERT INTO audit_event SELECT * FROM kept WHERE id NOT IN (SELECT id FROM audit_event)";
        for (what, at) in [("= 501", 501), ("= 1100", RECORDS), ("> 600", 601), ("> 0", 1)] {
            run(&cut(what)).await;
            assert_eq!(verified().await, broken(at), "without {what}");
            run(mend).await;
            assert_eq!(verified().await, whole, "{what} are back");
        }

        // The last record is taken off. What comes later is chained, and does not cover it up.
        run(&cut("= 1100")).await;
        house.act("tests.later").await;
        Sequencer::new(process.services.shared.clone()).pass().await.unwrap();
        assert_eq!(verified().await, broken(RECORDS + 1), "another one stands in its place");
        run("UPDATE audit_head SET records = 1099, hash = (SELECT hash FROM audit_event WHERE ordinal = 1099)").await;
        assert_eq!(verified().await, broken(RECORDS), "the end is not what was signed");

        // A chain without a head, as an earlier version left it, is signed once it was found whole, and not otherwise.
        run("DELETE FROM audit_head").await;
        run("UPDATE audit_event SET action = 'tests.other' WHERE ordinal = 7").await;
        house.act("tests.latest").await;
        Sequencer::new(process.services.shared.clone()).pass().await.unwrap();
        assert_eq!(verified().await, broken(7));
        run("UPDATE audit_event SET action = 'tests.act' WHERE ordinal = 7").await;
        assert_eq!(verified().await, broken(7), "it was broken when it was first looked at");
        run("DELETE FROM audit_head").await;
        house.act("tests.last").await;
        Sequencer::new(process.services.shared.clone()).pass().await.unwrap();
        assert_eq!(verified().await, Trail::Whole { records: RECORDS + 5 });
        owner.close().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn processes_that_chain_at_once_agree_on_one_chain() {
    for database in both().await {
        let house = House::on(database).await;
        let mut processes = Vec::new();
        for _ in 0..4 {
            processes.push(house.idle(Parts::default()).await);
        }
        for round in 0..10 {
            let passes = processes.iter().map(|process| async {
                house.act("tests.act").await;
                Sequencer::new(process.services.shared.clone()).pass().await
            });
            let passes = futures::future::join_all(passes).await;
            assert!(passes.iter().all(Result::is_ok), "round {round}: {passes:?}");
            // Whoever looks meanwhile finds it whole as well.
            let looked = audit::verify(&house.database.db, &house.database.world, &FixedKeys).await.unwrap();
            assert!(matches!(looked, Trail::Whole { .. }), "round {round}: {looked:?}");
        }
        Sequencer::new(processes[0].services.shared.clone()).pass().await.unwrap();
        let looked = audit::verify(&house.database.db, &house.database.world, &FixedKeys).await.unwrap();
        assert_eq!(looked, Trail::Whole { records: 40 });
    }
}

impl House {
    /// Records an act of alice's.
    async fn act(&self, action: &'static str) {
        let tx = self.database.db.begin(&self.alice).await.unwrap();
        audit::record(&tx, &self.alice, Record::of(action, "thing")).await.unwrap();
        tx.commit().await.unwrap();
    }
}
