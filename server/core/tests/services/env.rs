//! Test environment: a tenant with the user alice and processes that serve it, each with its own bus and
//! database connections.

use crate::{
    doubles::{ProbeTool, ScriptedProvider},
    fixtures,
};
use chrono::TimeDelta;
use futures::StreamExt;
use penny_adapters::{bus::InProcessBus, system::UuidV7Generator};
use penny_analytics::{DataFusionEngine, EngineLimits};
use penny_core::{Services, ServicesConfig, routing::Routing, tools::Tool, turns::ContentFilters};
use penny_entity::{
    TenantScoped,
    enums::{StepKind, StepStatus},
    role_assignment, turn_step,
};
use penny_kernel::{
    Kernel,
    access::{Access, Action},
    ctx::{Authenticated, Ctx, SystemPorts, Transport, testing::TestCtx},
    db::{Db, WriteTx},
    jobs::JobRegistry,
    tasks::Tasks,
};
use penny_ports::models::ModelProvider;
use penny_testkit::{
    databases::TestDb,
    doubles::{FixedKeyring, MemoryBlobStore, TestClock},
};
use penny_types::{
    ConversationId, PrincipalId, TurnId,
    conversations::{MessageView, MessageWindowRequest, NewConversation, PartBody},
    events::{TurnEvent, TurnEventBody},
    people::Role,
    turns::{NewMessage, TurnStatus, TurnView},
};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use std::{sync::Arc, time::Duration};

const OPERATOR_ACTIONS: &[Action] = &[Action::AccessManage, Action::DatasourceEdit, Action::DashboardEdit];

/// The state that is shared by all processes of a test.
pub struct TestEnv {
    pub database: TestDb,
    pub clock: Arc<TestClock>,
    pub blobs: Arc<MemoryBlobStore>,
    engine: Arc<DataFusionEngine>,
    pub system: Ctx,
    pub alice: Ctx,
}

async fn assign_role(tx: &WriteTx, ctx: &Ctx, principal: PrincipalId, role: Role) {
    let row = role_assignment::ActiveModel {
        tenant_id: Set(ctx.tenant()),
        id: Set(ctx.new_id()),
        principal_id: Set(Some(principal)),
        group_id: Set(None),
        role: Set(Some(role)),
        custom_role_id: Set(None),
        assigned_by: Set(None),
        created_at: Set(ctx.now()),
    };
    role_assignment::Entity::insert(row).exec_without_returning(tx).await.unwrap();
}

/// Returns the context of a user with the role of a manager.
pub fn manager(ctx: &Ctx, id: PrincipalId) -> Ctx {
    TestCtx::new(ctx.tenant(), id, ctx.system_ports().clone()).roles(&[Role::Manager]).build()
}

impl TestEnv {
    pub async fn new(mut database: TestDb) -> Self {
        let clock = Arc::new(TestClock::default());
        // Part ids are derived from turn ids, so the turn ids must be real UUIDv7s.
        database.system =
            SystemPorts { clock: clock.clone(), ids: Arc::new(UuidV7Generator), ..database.system.clone() };
        let system = fixtures::tenant(&database, "acme").await;
        let tx = database.db.begin(&system).await.unwrap();
        let id = fixtures::user(&tx, &system, "alice").await;
        assign_role(&tx, &system, id, Role::Manager).await;
        let alice = manager(&system, id);
        tx.commit().await.unwrap();
        let engine = Arc::new(DataFusionEngine::start(EngineLimits::default()).unwrap());
        Self { database, clock, blobs: Arc::default(), engine, system, alice }
    }

    /// Creates another tenant and returns the context of its user mallory.
    pub async fn other_tenant(&self, slug: &str) -> Ctx {
        let system = fixtures::tenant(&self.database, slug).await;
        let tx = self.database.db.begin(&system).await.unwrap();
        let mallory = manager(&system, fixtures::user(&tx, &system, "mallory").await);
        tx.commit().await.unwrap();
        mallory
    }

    /// Creates a user of the tenant with the role of a manager.
    pub async fn user(&self, name: &str) -> Ctx {
        self.user_with_roles(name, &[Role::Manager]).await
    }

    /// Creates a user of the tenant with roles.
    pub async fn user_with_roles(&self, name: &str, roles: &[Role]) -> Ctx {
        let tx = self.database.db.begin(&self.system).await.unwrap();
        let id = fixtures::user(&tx, &self.system, name).await;
        for &role in roles {
            assign_role(&tx, &self.system, id, role).await;
        }
        tx.commit().await.unwrap();
        TestCtx::new(self.system.tenant(), id, self.database.system.clone()).roles(roles).build()
    }

    /// Returns the context of an operator who manages access and installs the demo.
    pub fn operator(&self) -> Ctx {
        Ctx::system(self.system.tenant(), self.database.system.clone(), OPERATOR_ACTIONS)
    }

    /// Returns the context of a user with the rights that the database holds now.
    pub async fn reload(&self, process: &TestProcess, user: &Ctx) -> Ctx {
        let who = Authenticated::new(user.tenant(), user.subject());
        process.services.kernel.principal_ctx(who, Transport::Rest, None).await.unwrap()
    }

    /// Creates a process and starts its background tasks.
    pub async fn start_process(&self, setup: ProcessSetup) -> TestProcess {
        let process = self.idle_process(setup).await;
        process.services.start();
        process
    }

    /// Creates a process without background tasks.
    pub async fn idle_process(&self, setup: ProcessSetup) -> TestProcess {
        let bus = Arc::new(InProcessBus::new());
        let kernel = Arc::new(Kernel {
            db: Db::connect(&self.database.options, bus.clone()).await.unwrap(),
            bus,
            blobs: self.blobs.clone(),
            analytics: self.engine.clone(),
            keyring: Arc::new(FixedKeyring),
            access: Access::new().unwrap(),
            system: self.database.system.clone(),
            tasks: Tasks::default(),
        });
        let mut config =
            ServicesConfig::with_models(Routing::new(setup.models, Some("script/one".to_owned())));
        config.tools = setup.tools;
        config.jobs = setup.jobs;
        config.filters = setup.filters;
        TestProcess { services: Services::new(kernel, config).unwrap() }
    }

    /// Expires the lease of a turn and lets `process` recover it as orphaned.
    pub async fn recover_as_orphan(&self, process: &TestProcess, turn: TurnId) {
        wait_until(async || {
            self.clock.advance(TimeDelta::minutes(1));
            process.services.turns.recover().await.unwrap();
            process.services.turns.get(&self.alice, turn).await.unwrap().status == TurnStatus::Interrupted
        })
        .await;
    }

    /// Returns the steps of a turn in order.
    pub async fn steps(&self, turn: TurnId) -> Vec<(StepKind, StepStatus)> {
        let tx = self.database.db.read(&self.alice).await.unwrap();
        turn_step::Entity::find_in(self.alice.tenant())
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

/// The configuration of a test process.
#[derive(Default)]
pub struct ProcessSetup {
    pub models: Vec<Arc<dyn ModelProvider>>,
    pub tools: Vec<Arc<dyn Tool>>,
    pub jobs: JobRegistry,
    pub filters: ContentFilters,
}

impl ProcessSetup {
    pub fn of(model: &Arc<ScriptedProvider>, tools: &[&Arc<ProbeTool>]) -> Self {
        Self {
            models: vec![model.clone()],
            tools: tools.iter().map(|&tool| tool.clone() as Arc<dyn Tool>).collect(),
            ..Self::default()
        }
    }
}

pub struct TestProcess {
    pub services: Services,
}

impl TestProcess {
    /// Stops the background tasks. With SQLite only one process may run them at a time, since each treats the
    /// turns of other owners as orphaned.
    pub async fn stop(&self) {
        self.services.kernel.tasks.stop(Duration::from_secs(1)).await;
    }

    pub async fn new_conversation(&self, ctx: &Ctx) -> ConversationId {
        self.services.conversations.create(ctx, NewConversation::default()).await.unwrap().id
    }

    /// Submits a message in a new conversation.
    pub async fn submit_in_new_conversation(&self, ctx: &Ctx, text: &str) -> TurnView {
        let conversation = self.new_conversation(ctx).await;
        self.services.turns.submit(ctx, conversation, new_message(text)).await.unwrap()
    }

    /// Collects the events of a turn until `is_enough` or the turn ends.
    pub async fn follow(
        &self,
        ctx: &Ctx,
        turn: TurnId,
        is_enough: impl Fn(&[TurnEvent]) -> bool,
    ) -> Vec<TurnEvent> {
        let mut events = Vec::new();
        let mut stream = self.services.turns.events(ctx, turn, 0).await.unwrap();
        let following = async {
            while let Some(event) = stream.next().await {
                events.push((*event.unwrap()).clone());
                if is_enough(&events) {
                    return;
                }
            }
        };
        let in_time = tokio::time::timeout(Duration::from_secs(60), following).await.is_ok();
        assert!(in_time, "timed out while following the turn: {events:?}");
        events
    }

    /// Collects all events of a turn.
    pub async fn follow_to_end(&self, ctx: &Ctx, turn: TurnId) -> Vec<TurnEvent> {
        self.follow(ctx, turn, |_| false).await
    }

    /// Waits until a turn has a status.
    pub async fn wait_for_status(&self, ctx: &Ctx, turn: TurnId, status: TurnStatus) {
        let deadline = tokio::time::Instant::now() + Duration::from_secs(30);
        loop {
            let current = self.services.turns.get(ctx, turn).await.unwrap();
            if current.status == status {
                return;
            }
            let is_late = tokio::time::Instant::now() > deadline;
            assert!(
                !current.status.is_terminal() && !is_late,
                "{} ({:?}), not {status}",
                current.status,
                current.code
            );
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Returns the message that a turn writes.
    pub async fn assistant_message(&self, ctx: &Ctx, turn: &TurnView) -> MessageView {
        let window = MessageWindowRequest::default();
        let window = self.services.conversations.messages(ctx, turn.conversation_id, &window).await.unwrap();
        window.items.into_iter().find(|item| item.id == turn.message_id).unwrap()
    }
}

pub fn new_message(text: &str) -> NewMessage {
    NewMessage { content: text.to_owned(), ..NewMessage::default() }
}

/// Joins the text deltas of events, which must be contiguous; returns their start offset and the text.
pub fn joined_text(events: &[TurnEvent]) -> (u64, String) {
    let (mut start, mut text) = (None, String::new());
    for event in events {
        if let TurnEventBody::Delta(delta) = &event.body {
            let start = *start.get_or_insert(delta.offset);
            assert_eq!(delta.offset, start + text.len() as u64, "a gap before event {}", event.seq);
            text.push_str(&delta.text);
        }
    }
    (start.unwrap_or_default(), text)
}

/// Returns the text of a message.
pub fn message_text(message: &MessageView) -> String {
    message
        .parts
        .iter()
        .filter_map(|part| match &part.body {
            PartBody::Text(text) => Some(text.text.as_str()),
            _ => None,
        })
        .collect()
}

pub async fn wait_until(mut condition: impl AsyncFnMut() -> bool) {
    let deadline = tokio::time::Instant::now() + Duration::from_secs(30);
    while !condition().await {
        assert!(tokio::time::Instant::now() < deadline, "timed out while waiting for a condition");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
