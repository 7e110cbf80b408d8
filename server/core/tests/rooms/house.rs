//! A tenant with alice in it, and processes that serve it, each with a bus and connections of its own.

use crate::{
    people,
    scripted::{Probe, Scripted},
};
use chrono::TimeDelta;
use futures::StreamExt;
use penny_adapters::{bus::InProcessBus, world::UuidV7Ids};
use penny_analytics::{DataFusionEngine, Limits};
use penny_core::{
    Foundation, Services, Setup,
    access::Access,
    ctx::{Ctx, Grants, World},
    db::Db,
    jobs::Kind,
    routing::Routing,
    tasks::Tasks,
    tools::Tool,
    turns::Filters,
};
use penny_entity::{
    TenantScoped, turn_step,
    words::{StepKind, StepStatus},
};
use penny_ports::models::ModelProvider;
use penny_testkit::{
    databases::TestDb,
    doubles::{FixedKeys, MemoryBlobs, TestClock},
};
use penny_types::{
    ConversationId, TurnId,
    conversations::{MessageView, MessageWindowRequest, NewConversation, PartBody},
    events::{TurnEvent, TurnEventBody},
    people::Role,
    turns::{NewMessage, TurnStatus, TurnView},
};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder};
use std::{sync::Arc, time::Duration};

/// What stands when processes come and go.
pub struct House {
    pub database: TestDb,
    pub clock: Arc<TestClock>,
    pub shelf: Arc<MemoryBlobs>,
    engine: Arc<DataFusionEngine>,
    pub system: Ctx,
    pub alice: Ctx,
}

impl House {
    pub async fn on(mut database: TestDb) -> Self {
        let clock = Arc::new(TestClock::default());
        // Parts take their ids from their turn's, so turns' ids must lie as far apart as in life.
        database.world = World { clock: clock.clone(), ids: Arc::new(UuidV7Ids), ..database.world.clone() };
        let system = people::tenant(&database, "acme").await;
        let tx = database.db.begin(&system).await.unwrap();
        let mut alice = system.clone();
        alice.actor.id = people::user(&tx, &system, "alice").await;
        alice.actor.kind = penny_types::people::PrincipalKind::User;
        alice.grants = Arc::new(Grants { roles: vec![Role::Manager], ..Grants::default() });
        tx.commit().await.unwrap();
        let engine = Arc::new(DataFusionEngine::start(Limits::default()).unwrap());
        Self { database, clock, shelf: Arc::default(), engine, system, alice }
    }

    /// Makes a manager of another tenant.
    pub async fn neighbour(&self, slug: &str) -> Ctx {
        let mut mallory = people::tenant(&self.database, slug).await;
        let tx = self.database.db.begin(&mallory).await.unwrap();
        mallory.actor.id = people::user(&tx, &mallory, "mallory").await;
        tx.commit().await.unwrap();
        mallory
    }

    /// Starts a process.
    pub async fn process(&self, parts: Parts) -> Process {
        let process = self.idle(parts).await;
        process.services.start();
        process
    }

    /// Makes a process that does nothing of its own accord.
    pub async fn idle(&self, parts: Parts) -> Process {
        let bus = Arc::new(InProcessBus::new());
        let shared = Arc::new(Foundation {
            db: Db::connect(&self.database.options, bus.clone()).await.unwrap(),
            bus,
            blobs: self.shelf.clone(),
            engine: self.engine.clone(),
            keyring: Arc::new(FixedKeys),
            access: Access::new().unwrap(),
            world: self.database.world.clone(),
            tasks: Tasks::default(),
        });
        let mut setup = Setup::with_models(Routing::new(parts.models, Some("script/one".to_owned())));
        setup.tools = parts.tools;
        setup.jobs = parts.jobs;
        setup.filters = parts.filters;
        Process { services: Services::new(shared, setup).unwrap() }
    }

    /// Lets a process find a turn whose own process it takes for dead.
    pub async fn take_for_dead(&self, process: &Process, turn: TurnId) {
        wait(async || {
            self.clock.advance(TimeDelta::minutes(1));
            process.services.turns.recover().await.unwrap();
            process.services.turns.get(&self.alice, turn).await.unwrap().status == TurnStatus::Interrupted
        })
        .await;
    }

    /// Reads a turn's steps in order.
    pub async fn steps(&self, turn: TurnId) -> Vec<(StepKind, StepStatus)> {
        let tx = self.database.db.read(&self.alice).await.unwrap();
        turn_step::Entity::find_in(self.alice.tenant)
            .filter(turn_step::Column::TurnId.eq(turn))
            .order_by_asc(turn_step::Column::Position)
            .all(&tx)
            .await
            .unwrap()
            .into_iter()
            .map(|step| (step.kind, step.status))
            .collect()
    }
}

/// What a process is made of.
#[derive(Default)]
pub struct Parts {
    pub models: Vec<Arc<dyn ModelProvider>>,
    pub tools: Vec<Arc<dyn Tool>>,
    pub jobs: Vec<Arc<dyn Kind>>,
    pub filters: Filters,
}

impl Parts {
    pub fn of(model: &Arc<Scripted>, tools: &[&Arc<Probe>]) -> Self {
        Self {
            models: vec![model.clone()],
            tools: tools.iter().map(|&tool| tool.clone() as Arc<dyn Tool>).collect(),
            ..Self::default()
        }
    }
}

/// One process.
pub struct Process {
    pub services: Services,
}

impl Process {
    /// Ends what the process does of its own accord. With SQLite there is one process at a time: two
    /// would take each other for dead.
    pub async fn end(&self) {
        self.services.shared.tasks.stop(Duration::from_secs(1)).await;
    }

    pub async fn conversation(&self, ctx: &Ctx) -> ConversationId {
        self.services.conversations.create(ctx, NewConversation::default()).await.unwrap().id
    }

    /// Asks in a conversation of its own.
    pub async fn ask(&self, ctx: &Ctx, words: &str) -> TurnView {
        let conversation = self.conversation(ctx).await;
        self.services.turns.submit(ctx, conversation, message(words)).await.unwrap()
    }

    /// Follows a turn until it is over or `enough`.
    pub async fn follow(
        &self,
        ctx: &Ctx,
        turn: TurnId,
        enough: impl Fn(&[TurnEvent]) -> bool,
    ) -> Vec<TurnEvent> {
        let mut events = Vec::new();
        let mut stream = self.services.turns.events(ctx, turn, 0).await.unwrap();
        let following = async {
            while let Some(event) = stream.next().await {
                events.push((*event.unwrap()).clone());
                if enough(&events) {
                    return;
                }
            }
        };
        let in_time = tokio::time::timeout(Duration::from_secs(60), following).await.is_ok();
        assert!(in_time, "waited in vain: {events:?}");
        events
    }

    /// Follows a turn to its end.
    pub async fn to_end(&self, ctx: &Ctx, turn: TurnId) -> Vec<TurnEvent> {
        self.follow(ctx, turn, |_| false).await
    }

    /// Waits until a turn stands like this.
    pub async fn until(&self, ctx: &Ctx, turn: TurnId, status: TurnStatus) {
        let deadline = tokio::time::Instant::now() + Duration::from_secs(30);
        loop {
            let now = self.services.turns.get(ctx, turn).await.unwrap();
            if now.status == status {
                return;
            }
            let is_late = tokio::time::Instant::now() > deadline;
            assert!(!now.status.is_over() && !is_late, "{} ({:?}), not {status}", now.status, now.code);
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Reads the answer a turn writes.
    pub async fn answer(&self, ctx: &Ctx, turn: &TurnView) -> MessageView {
        let window = MessageWindowRequest::default();
        let window = self.services.conversations.messages(ctx, turn.conversation_id, &window).await.unwrap();
        window.items.into_iter().find(|item| item.id == turn.message_id).unwrap()
    }
}

pub fn message(words: &str) -> NewMessage {
    NewMessage { content: words.to_owned(), ..NewMessage::default() }
}

/// Joins the words of events, which must touch; returns where they begin.
pub fn words(events: &[TurnEvent]) -> (u64, String) {
    let (mut start, mut text) = (None, String::new());
    for event in events {
        if let TurnEventBody::Delta(delta) = &event.body {
            let start = *start.get_or_insert(delta.offset);
            assert_eq!(delta.offset, start + text.len() as u64, "a hole before event {}", event.seq);
            text.push_str(&delta.text);
        }
    }
    (start.unwrap_or_default(), text)
}

/// Returns the words of a message.
pub fn said(message: &MessageView) -> String {
    message
        .parts
        .iter()
        .filter_map(|part| match &part.body {
            PartBody::Text(text) => Some(text.text.as_str()),
            _ => None,
        })
        .collect()
}

/// Waits for a condition.
pub async fn wait(mut is_so: impl AsyncFnMut() -> bool) {
    let deadline = tokio::time::Instant::now() + Duration::from_secs(30);
    while !is_so().await {
        assert!(tokio::time::Instant::now() < deadline, "waited in vain");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
