use super::*;
use futures::{FutureExt, TryStreamExt};
use penny_types::{
    ConversationId,
    conversations::ConversationUpdate,
    events::{TextDelta, TurnEventBody},
};
use proptest::prelude::*;
use std::time::Duration;
use uuid::Uuid;

const TURN: TurnId = TurnId(Uuid::from_u128(7));
const ALICE: PrincipalId = PrincipalId(Uuid::from_u128(8));
const BOB: PrincipalId = PrincipalId(Uuid::from_u128(9));

fn event(seq: u64) -> Arc<TurnEvent> {
    let body = TurnEventBody::Delta(TextDelta { text: format!("word {seq} "), offset: seq });
    Arc::new(TurnEvent { seq, turn_id: TURN, body })
}

fn notice(number: u128) -> Notice {
    Notice::Conversation(ConversationUpdate {
        id: ConversationId(Uuid::from_u128(number)),
        conversation: None,
    })
}

async fn open(first: u64) -> InProcessBus {
    let bus = InProcessBus::new();
    bus.open_turn(TURN, first).await.unwrap();
    bus
}

async fn publish(bus: &InProcessBus, numbers: impl IntoIterator<Item = u64>) {
    for seq in numbers {
        bus.publish_turn(event(seq)).await.unwrap();
    }
}

async fn tail(bus: &InProcessBus, after: u64) -> TurnTail {
    bus.tail_turn(TURN, after).await.unwrap().unwrap()
}

async fn numbers(tail: TurnTail) -> Vec<u64> {
    tail.map_ok(|event| event.seq).try_collect().await.unwrap()
}

#[tokio::test]
async fn a_tail_gets_what_was_before_it_and_what_comes_after_and_ends_with_the_turn() {
    let bus = open(1).await;
    publish(&bus, 1..=3).await;
    let late = tail(&bus, 1).await;
    publish(&bus, 4..=5).await;
    bus.close_turn(TURN).await.unwrap();
    assert_eq!(numbers(late).await, [2, 3, 4, 5]);
}

#[tokio::test]
async fn a_tail_that_is_up_to_date_waits() {
    let bus = open(1).await;
    publish(&bus, 1..=2).await;
    let mut live = tail(&bus, 2).await;
    assert!(live.next().now_or_never().is_none());
    publish(&bus, 3..=3).await;
    assert_eq!(live.next().await.unwrap().unwrap().seq, 3);
}

#[tokio::test]
async fn a_turn_without_a_channel_has_no_tail_and_takes_no_events() {
    let bus = InProcessBus::new();
    assert!(bus.tail_turn(TURN, 0).await.unwrap().is_none());
    assert_eq!(bus.publish_turn(event(1)).await, Err(BusError::Unavailable));
    bus.open_turn(TURN, 1).await.unwrap();
    bus.close_turn(TURN).await.unwrap();
    assert!(bus.tail_turn(TURN, 0).await.unwrap().is_none());
}

#[tokio::test]
async fn what_is_not_checkpointed_is_retained_however_much_it_is() {
    let bus = open(1).await;
    publish(&bus, 1..=10_000).await;
    bus.checkpointed(TURN, 100).await.unwrap();
    let behind = tail(&bus, 100).await;
    bus.close_turn(TURN).await.unwrap();
    assert_eq!(numbers(behind).await, (101..=10_000).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_tail_from_before_the_checkpoint_is_sent_to_the_database() {
    let bus = open(1).await;
    publish(&bus, 1..=500).await;
    let mut slow = tail(&bus, 0).await;
    bus.checkpointed(TURN, 400).await.unwrap();
    assert!(matches!(bus.tail_turn(TURN, 0).await.map(|_| ()), Err(BusError::Gap { first: 401 })));
    assert_eq!(slow.next().await, Some(Err(BusError::Gap { first: 401 })));
    assert_eq!(slow.next().await, None);
}

#[tokio::test]
async fn a_tail_a_moment_behind_a_checkpoint_stays_on_the_bus() {
    let bus = open(1).await;
    publish(&bus, 1..=500).await;
    let moment_behind = tail(&bus, 470).await;
    bus.checkpointed(TURN, 500).await.unwrap();
    bus.close_turn(TURN).await.unwrap();
    assert_eq!(numbers(moment_behind).await, (471..=500).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_channel_opened_in_the_middle_knows_only_what_comes_then() {
    let bus = open(40).await;
    assert!(matches!(bus.tail_turn(TURN, 38).await.map(|_| ()), Err(BusError::Gap { first: 40 })));
    let resumed = tail(&bus, 39).await;
    publish(&bus, 40..=41).await;
    bus.close_turn(TURN).await.unwrap();
    assert_eq!(numbers(resumed).await, [40, 41]);
}

#[tokio::test]
async fn an_event_sent_twice_is_seen_once_and_a_leap_is_a_gap() {
    let bus = open(1).await;
    publish(&bus, [1, 2, 2, 1, 3]).await;
    assert_eq!(
        tail(&bus, 0).await.take(3).map_ok(|event| event.seq).try_collect::<Vec<_>>().await,
        Ok(vec![1, 2, 3])
    );
    let mut behind = tail(&bus, 2).await;
    publish(&bus, [9]).await;
    assert_eq!(behind.next().await, Some(Err(BusError::Gap { first: 9 })));
}

#[tokio::test]
async fn notices_reach_their_person_and_nobody_else() {
    let bus = InProcessBus::new();
    let mut alice = bus.notices(ALICE).await.unwrap();
    let mut bob = bus.notices(BOB).await.unwrap();
    bus.notify(ALICE, notice(1)).await.unwrap();
    assert_eq!(alice.next().await, Some(notice(1)));
    assert!(bob.next().now_or_never().is_none());
}

#[tokio::test]
async fn a_slow_listener_loses_the_oldest_notices_and_not_its_connection() {
    let bus = InProcessBus::new();
    let slow = bus.notices(ALICE).await.unwrap();
    let sent = NOTICE_BACKLOG as u128 + 50;
    for number in 0..sent {
        bus.notify(ALICE, notice(number)).await.unwrap();
    }
    let heard: Vec<_> = slow.take(NOTICE_BACKLOG).collect().await;
    assert_eq!(heard.first(), Some(&notice(50)));
    assert_eq!(heard.last(), Some(&notice(sent - 1)));
}

#[tokio::test]
async fn people_who_left_are_forgotten() {
    let bus = InProcessBus::new();
    drop(bus.notices(ALICE).await.unwrap());
    bus.notify(ALICE, notice(1)).await.unwrap();
    assert!(bus.notices.lock().is_empty());
}

#[tokio::test]
async fn a_stop_is_heard_whether_asked_before_or_after_listening() {
    let bus = open(1).await;
    let mut listening = bus.stop_asked(TURN).await.unwrap();
    assert!(listening.next().now_or_never().is_none());
    bus.ask_stop(TURN).await.unwrap();
    assert_eq!(listening.next().await, Some(()));
    assert_eq!(listening.next().await, None);
    assert_eq!(bus.stop_asked(TURN).await.unwrap().next().await, Some(()));
}

#[tokio::test]
async fn closing_ends_the_wait_for_a_stop_and_forgets_it() {
    let bus = open(1).await;
    let mut listening = bus.stop_asked(TURN).await.unwrap();
    bus.close_turn(TURN).await.unwrap();
    assert_eq!(listening.next().await, None);
    bus.ask_stop(TURN).await.unwrap();
    bus.open_turn(TURN, 1).await.unwrap();
    assert!(bus.stop_asked(TURN).await.unwrap().next().now_or_never().is_none());
}

#[tokio::test]
async fn a_stop_listener_from_before_the_opening_hears() {
    let bus = InProcessBus::new();
    let mut early = bus.stop_asked(TURN).await.unwrap();
    bus.open_turn(TURN, 1).await.unwrap();
    bus.ask_stop(TURN).await.unwrap();
    assert_eq!(early.next().await, Some(()));
}

/// Follows a turn as a subscriber does: the database up to a gap, then the bus again.
async fn follow(bus: &InProcessBus, database: &Mutex<u64>, mut after: u64) -> Vec<u64> {
    let mut seen = Vec::new();
    loop {
        let saved = *database.lock();
        seen.extend(after + 1..=saved.max(after));
        after = after.max(saved);
        match bus.tail_turn(TURN, after).await {
            Err(BusError::Gap { .. }) => continue,
            Err(error) => panic!("{error}"),
            Ok(None) if *database.lock() > after => continue,
            Ok(None) => return seen,
            Ok(Some(mut tail)) => {
                while let Some(next) = tail.next().await {
                    let Ok(event) = next else { break };
                    after = event.seq;
                    seen.push(after);
                }
            }
        }
    }
}

async fn write(bus: &InProcessBus, database: &Mutex<u64>, total: u64, every: u64) {
    for seq in 1..=total {
        bus.publish_turn(event(seq)).await.unwrap();
        if seq % every == 0 || seq == total {
            *database.lock() = seq;
            bus.checkpointed(TURN, seq).await.unwrap();
        }
        if seq % 3 == 0 {
            tokio::task::yield_now().await;
        }
    }
    bus.close_turn(TURN).await.unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn tails_that_start_anywhere_get_every_event_once(
        starts in proptest::collection::vec(0_u64..700, 1..24),
        total in 1_u64..700,
        every in 1_u64..200,
    ) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let outcome = runtime.block_on(async {
            let (bus, database) = (open(1).await, Mutex::new(0));
            let tails = starts.iter().map(|start| {
                let (bus, database) = (&bus, &database);
                let after = (*start).min(total);
                async move { (after, follow(bus, database, after).await) }
            });
            let both = futures::future::join(futures::future::join_all(tails), write(&bus, &database, total, every));
            tokio::time::timeout(Duration::from_secs(30), both).await.map(|(tails, ())| tails)
        });
        for (after, seen) in outcome.expect("a tail never ended") {
            prop_assert_eq!(seen, (after + 1..=total).collect::<Vec<_>>());
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_tails_on_other_threads_each_get_every_event_once() {
    let bus = Arc::new(open(1).await);
    let database = Arc::new(Mutex::new(0));
    let mut tails = tokio::task::JoinSet::new();
    for after in 0..1_000_u64 {
        let (bus, database) = (bus.clone(), database.clone());
        tails.spawn(async move { (after % 50, follow(&bus, &database, after % 50).await) });
    }
    write(&bus, &database, 300, 20).await;
    while let Some(done) = tails.join_next().await {
        let (after, seen) = done.unwrap();
        assert_eq!(seen, (after + 1..=300).collect::<Vec<_>>());
    }
}
