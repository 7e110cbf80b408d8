//! The audit trail is chained, and a record that was changed or removed shows.

use crate::house::{House, Parts};
use penny_core::audit::{self, Record, Sequencer, Trail};
use penny_testkit::databases::both;
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
                audit::record(&tx, ctx, Record::of("tests.act", "thing").target(number)).await.unwrap();
            }
            tx.commit().await.unwrap();
        }
        let verified = async || {
            let world = &house.database.world;
            audit::verify(&house.database.db, world).await.unwrap()
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
        owner.execute_unprepared("DELETE FROM audit_event WHERE ordinal = 501").await.unwrap();
        assert_eq!(verified().await, broken(501));
        owner.close().await.unwrap();
    }
}
