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

fn user_event(number: u128) -> UserEvent {
    UserEvent::Conversation(ConversationUpdate {
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
        bus.publish_turn_event(event(seq)).await.unwrap();
    }
}

async fn subscribe(bus: &InProcessBus, after: u64) -> LiveTurnEvents {
    bus.subscribe_turn(TURN, after).await.unwrap().unwrap()
}

async fn sequence_numbers(events: LiveTurnEvents) -> Vec<u64> {
    events.map_ok(|event| event.seq).try_collect().await.unwrap()
}

#[tokio::test]
async fn a_subscription_delivers_earlier_and_later_events_and_ends_with_the_turn() {
    let bus = open(1).await;
    publish(&bus, 1..=3).await;
    let late = subscribe(&bus, 1).await;
    publish(&bus, 4..=5).await;
    bus.close_turn(TURN).await.unwrap();
    assert_eq!(sequence_numbers(late).await, [2, 3, 4, 5]);
}

#[tokio::test]
async fn an_up_to_date_subscription_waits() {
    let bus = open(1).await;
    publish(&bus, 1..=2).await;
    let mut live = subscribe(&bus, 2).await;
    assert!(live.next().now_or_never().is_none());
    publish(&bus, 3..=3).await;
    assert_eq!(live.next().await.unwrap().unwrap().seq, 3);
}

#[tokio::test]
async fn a_turn_without_a_channel_has_no_subscription_and_accepts_no_events() {
    let bus = InProcessBus::new();
    assert!(bus.subscribe_turn(TURN, 0).await.unwrap().is_none());
    assert_eq!(bus.publish_turn_event(event(1)).await, Err(BusError::Unavailable));
    bus.open_turn(TURN, 1).await.unwrap();
    bus.close_turn(TURN).await.unwrap();
    assert!(bus.subscribe_turn(TURN, 0).await.unwrap().is_none());
}

#[tokio::test]
async fn all_events_that_are_not_checkpointed_are_retained() {
    let bus = open(1).await;
    publish(&bus, 1..=10_000).await;
    bus.mark_checkpointed(TURN, 100).await.unwrap();
    let behind = subscribe(&bus, 100).await;
    bus.close_turn(TURN).await.unwrap();
    assert_eq!(sequence_numbers(behind).await, (101..=10_000).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_subscription_to_dropped_events_ends_with_a_gap() {
    let bus = open(1).await;
    publish(&bus, 1..=500).await;
    let mut slow = subscribe(&bus, 0).await;
    bus.mark_checkpointed(TURN, 400).await.unwrap();
    assert!(matches!(bus.subscribe_turn(TURN, 0).await.map(|_| ()), Err(BusError::Gap { first: 401 })));
    assert_eq!(slow.next().await, Some(Err(BusError::Gap { first: 401 })));
    assert_eq!(slow.next().await, None);
}

#[tokio::test]
async fn a_subscription_slightly_behind_a_checkpoint_continues() {
    let bus = open(1).await;
    publish(&bus, 1..=500).await;
    let moment_behind = subscribe(&bus, 470).await;
    bus.mark_checkpointed(TURN, 500).await.unwrap();
    bus.close_turn(TURN).await.unwrap();
    assert_eq!(sequence_numbers(moment_behind).await, (471..=500).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_channel_opened_mid_turn_starts_at_its_first_event() {
    let bus = open(40).await;
    assert!(matches!(bus.subscribe_turn(TURN, 38).await.map(|_| ()), Err(BusError::Gap { first: 40 })));
    let resumed = subscribe(&bus, 39).await;
    publish(&bus, 40..=41).await;
    bus.close_turn(TURN).await.unwrap();
    assert_eq!(sequence_numbers(resumed).await, [40, 41]);
}

#[tokio::test]
async fn a_duplicate_event_is_delivered_once_and_a_skipped_number_is_a_gap() {
    let bus = open(1).await;
    publish(&bus, [1, 2, 2, 1, 3]).await;
    assert_eq!(
        subscribe(&bus, 0).await.take(3).map_ok(|event| event.seq).try_collect::<Vec<_>>().await,
        Ok(vec![1, 2, 3])
    );
    let mut behind = subscribe(&bus, 2).await;
    publish(&bus, [9]).await;
    assert_eq!(behind.next().await, Some(Err(BusError::Gap { first: 9 })));
}

#[tokio::test]
async fn user_events_reach_only_their_user() {
    let bus = InProcessBus::new();
    let mut alice = bus.subscribe_user_events(ALICE).await.unwrap();
    let mut bob = bus.subscribe_user_events(BOB).await.unwrap();
    bus.publish_user_event(ALICE, user_event(1)).await.unwrap();
    assert_eq!(alice.next().await, Some(user_event(1)));
    assert!(bob.next().now_or_never().is_none());
}

#[tokio::test]
async fn a_slow_subscriber_loses_the_oldest_user_events_and_stays_subscribed() {
    let bus = InProcessBus::new();
    let slow = bus.subscribe_user_events(ALICE).await.unwrap();
    let sent = USER_EVENT_BACKLOG as u128 + 50;
    for number in 0..sent {
        bus.publish_user_event(ALICE, user_event(number)).await.unwrap();
    }
    let received: Vec<_> = slow.take(USER_EVENT_BACKLOG).collect().await;
    assert_eq!(received.first(), Some(&user_event(50)));
    assert_eq!(received.last(), Some(&user_event(sent - 1)));
}

#[tokio::test]
async fn users_without_subscribers_are_removed() {
    let bus = InProcessBus::new();
    drop(bus.subscribe_user_events(ALICE).await.unwrap());
    bus.publish_user_event(ALICE, user_event(1)).await.unwrap();
    assert!(bus.user_events.lock().is_empty());
}

#[tokio::test]
async fn a_stop_request_is_delivered_before_and_after_subscribing() {
    let bus = open(1).await;
    let mut stops = bus.stop_requests(TURN).await.unwrap();
    assert!(stops.next().now_or_never().is_none());
    bus.request_stop(TURN).await.unwrap();
    assert_eq!(stops.next().await, Some(()));
    assert_eq!(stops.next().await, None);
    assert_eq!(bus.stop_requests(TURN).await.unwrap().next().await, Some(()));
}

#[tokio::test]
async fn closing_a_turn_ends_the_stop_subscription_and_discards_requests() {
    let bus = open(1).await;
    let mut stops = bus.stop_requests(TURN).await.unwrap();
    bus.close_turn(TURN).await.unwrap();
    assert_eq!(stops.next().await, None);
    bus.request_stop(TURN).await.unwrap();
    bus.open_turn(TURN, 1).await.unwrap();
    assert!(bus.stop_requests(TURN).await.unwrap().next().now_or_never().is_none());
}

#[tokio::test]
async fn a_stop_subscription_from_before_the_turn_was_opened_is_notified() {
    let bus = InProcessBus::new();
    let mut early = bus.stop_requests(TURN).await.unwrap();
    bus.open_turn(TURN, 1).await.unwrap();
    bus.request_stop(TURN).await.unwrap();
    assert_eq!(early.next().await, Some(()));
}

/// Reads a turn as a client does: the database up to a gap, then the bus again.
async fn read_all(bus: &InProcessBus, database: &Mutex<u64>, mut after: u64) -> Vec<u64> {
    let mut seen = Vec::new();
    loop {
        let saved = *database.lock();
        seen.extend(after + 1..=saved.max(after));
        after = after.max(saved);
        match bus.subscribe_turn(TURN, after).await {
            Err(BusError::Gap { .. }) => continue,
            Err(error) => panic!("{error}"),
            Ok(None) if *database.lock() > after => continue,
            Ok(None) => return seen,
            Ok(Some(mut events)) => {
                while let Some(next) = events.next().await {
                    let Ok(event) = next else { break };
                    after = event.seq;
                    seen.push(after);
                }
            }
        }
    }
}

async fn publish_all(bus: &InProcessBus, database: &Mutex<u64>, total: u64, checkpoint_interval: u64) {
    for seq in 1..=total {
        bus.publish_turn_event(event(seq)).await.unwrap();
        if seq % checkpoint_interval == 0 || seq == total {
            *database.lock() = seq;
            bus.mark_checkpointed(TURN, seq).await.unwrap();
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
    fn subscriptions_from_any_position_deliver_every_event_once(
        starts in proptest::collection::vec(0_u64..700, 1..24),
        total in 1_u64..700,
        checkpoint_interval in 1_u64..200,
    ) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let outcome = runtime.block_on(async {
            let (bus, database) = (open(1).await, Mutex::new(0));
            let readers = starts.iter().map(|start| {
                let (bus, database) = (&bus, &database);
                let after = (*start).min(total);
                async move { (after, read_all(bus, database, after).await) }
            });
            let both = futures::future::join(futures::future::join_all(readers), publish_all(&bus, &database, total, checkpoint_interval));
            tokio::time::timeout(Duration::from_secs(30), both).await.map(|(results, ())| results)
        });
        for (after, seen) in outcome.expect("a subscription never ended") {
            prop_assert_eq!(seen, (after + 1..=total).collect::<Vec<_>>());
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_concurrent_subscriptions_each_deliver_every_event_once() {
    let bus = Arc::new(open(1).await);
    let database = Arc::new(Mutex::new(0));
    let mut readers = tokio::task::JoinSet::new();
    for after in 0..1_000_u64 {
        let (bus, database) = (bus.clone(), database.clone());
        readers.spawn(async move { (after % 50, read_all(&bus, &database, after % 50).await) });
    }
    publish_all(&bus, &database, 300, 20).await;
    while let Some(done) = readers.join_next().await {
        let (after, seen) = done.unwrap();
        assert_eq!(seen, (after + 1..=300).collect::<Vec<_>>());
    }
}
