use super::{
    ContentFilters, TurnError,
    checkpoint::Checkpointer,
    content::TurnContent,
    follow, recovery, rules,
    runner::{RunInput, TurnDeps},
    store,
    submit::{self, AssistantAuthor, NewTurn, TurnOptions},
};
use crate::{
    artifacts::Artifacts,
    conversations::{Conversations, store as conversation_store},
    routing::Routing,
    tools::{self, Tools},
};
use futures::stream::BoxStream;
use penny_entity::turn;
use penny_kernel::{
    SharedKernel,
    access::Action,
    audit::{self, AuditRecord},
    ctx::Ctx,
    db::{Batch, unsigned},
};
use penny_ports::models::ModelMessage;
use penny_types::{
    ConversationId, MessageId, ToolCallId, TurnId,
    conversations::Author,
    events::TurnEvent,
    tools::ToolCallStatus,
    turns::{Decision, NewMessage, TurnStatus, TurnView},
};
use std::sync::Arc;

/// The events of a turn, up to and including the terminal event.
pub type TurnEvents = BoxStream<'static, Result<Arc<TurnEvent>, TurnError>>;

/// The turn service.
#[derive(Debug, Clone)]
pub struct Turns {
    pub(super) deps: TurnDeps,
    conversations: Conversations,
    pub(super) routing: Routing,
    max_live_turns_per_user: usize,
}

impl Turns {
    pub(crate) fn new(
        kernel: SharedKernel,
        conversations: Conversations,
        tools: Tools,
        artifacts: Artifacts,
        routing: Routing,
        filters: ContentFilters,
    ) -> Self {
        let owner = data_encoding::HEXLOWER.encode(&kernel.system.secret::<12>());
        let checkpointer = Checkpointer::new(kernel.clone(), owner);
        let deps = TurnDeps { kernel, tools, artifacts, filters, checkpointer };
        Self { deps, conversations, routing, max_live_turns_per_user: usize::MAX }
    }

    /// Limits the concurrent live turns of a principal in this process.
    pub(crate) const fn with_max_live_turns_per_user(mut self, limit: usize) -> Self {
        self.max_live_turns_per_user = limit;
        self
    }

    /// Starts the background tasks: checkpoints and recovery of orphaned turns.
    pub fn start(&self) {
        let tasks = &self.deps.kernel.tasks;
        tasks.spawn(self.deps.checkpointer.clone().run());
        tasks.spawn(recovery::run(self.deps.clone()));
    }

    /// Marks orphaned turns as interrupted and returns their number. To be called before the server accepts
    /// requests.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn recover(&self) -> Result<usize, TurnError> {
        recovery::interrupt_orphans(&self.deps).await
    }

    /// Stores a message and starts the turn that answers it. Both are committed before the model is called. A
    /// repeated client key in the same conversation returns the existing turn.
    ///
    /// # Errors
    /// If the message is invalid, a turn is still writing its parent, or it cannot be stored.
    pub async fn submit(
        &self,
        ctx: &Ctx,
        id: ConversationId,
        mut new: NewMessage,
    ) -> Result<TurnView, TurnError> {
        rules::validate(&mut new)?;
        self.routing.ensure_default_listed(new.model.as_deref()).await;

        let tx = self.deps.kernel.db.begin(ctx).await?;
        let (conversation, permit) =
            self.conversations.lock_authorized(tx.conn(), ctx, id, Action::ConversationAsk).await?;
        if let Some(key) = &new.client_key
            && let Some(turn) = store::find_by_client_key(tx.conn(), ctx, id, key).await?
        {
            return Ok(store::view(&turn));
        }
        self.ensure_below_live_limit(ctx)?;
        let route = self.routing.resolve(new.model.as_deref().or(conversation.model.as_deref()))?;
        let parent = submit::find_parent(&tx, ctx, &conversation, &new).await?;
        let turn_id: TurnId = ctx.new_id();
        let mut batch = Batch::new(tx.conn());
        let author = AssistantAuthor { turn: turn_id, route: &route };
        let (user_message, message) = submit::write_messages(
            (&tx, &mut batch),
            ctx,
            &self.deps,
            &conversation,
            parent.as_ref(),
            &new,
            author,
        )
        .await?;
        let new_turn = NewTurn { turn: turn_id, user_message, message, continues: None };
        // The first message of a conversation without attachments is the whole history.
        let is_whole_history = parent.is_none() && new.attachments.is_empty();
        let history = is_whole_history.then(|| vec![ModelMessage::User { text: new.content.clone() }]);
        let options = TurnOptions {
            tools_allowed: new.tools_allowed,
            artifacts_expected: new.artifacts_expected,
            client_key: new.client_key,
        };
        let (turn, call) =
            submit::write_turn(&mut batch, ctx, &self.deps, &conversation, &new_turn, &route, options);
        submit::update_conversation(
            (&tx, &mut batch),
            ctx,
            conversation,
            &turn,
            Some(&new.content),
            &permit,
        )?;
        batch.execute(tx.conn()).await?;
        tx.commit().await?;

        self.spawn_run(ctx, turn, route, RunInput { call: Some(call), history, ..RunInput::default() }).await
    }

    /// Like [`Self::submit`], and also returns the events of the turn. The permission to submit includes
    /// following.
    ///
    /// # Errors
    /// See [`Self::submit`].
    pub async fn submit_and_follow(
        &self,
        ctx: &Ctx,
        id: ConversationId,
        new: NewMessage,
    ) -> Result<(TurnView, TurnEvents), TurnError> {
        let turn = self.submit(ctx, id, new).await?;
        let events = follow::follow(self.deps.kernel.clone(), ctx.clone(), turn.id, 0);
        Ok((turn, events))
    }

    /// Starts a turn that writes an alternative to an assistant message, as a sibling of it.
    ///
    /// # Errors
    /// If the message is not an assistant message or a turn is still writing it.
    pub async fn regenerate(
        &self,
        ctx: &Ctx,
        id: MessageId,
        model: Option<String>,
    ) -> Result<TurnView, TurnError> {
        self.routing.ensure_default_listed(model.as_deref()).await;
        let tx = self.deps.kernel.db.begin(ctx).await?;
        let current =
            conversation_store::find_message(tx.conn(), ctx, id).await?.ok_or(TurnError::NotFound)?;
        let (conversation, permit) = self
            .conversations
            .lock_authorized(tx.conn(), ctx, current.conversation_id, Action::ConversationAsk)
            .await?;
        let user_message = current
            .parent_id
            .filter(|_| current.author == Author::Assistant)
            .ok_or(TurnError::MessageNotFound)?;
        if store::is_being_written(tx.conn(), ctx, id).await? {
            return Err(TurnError::TurnRunning);
        }
        self.ensure_below_live_limit(ctx)?;
        let route = self.routing.resolve(model.as_deref().or(conversation.model.as_deref()))?;
        let turn_id: TurnId = ctx.new_id();
        let parent = (user_message, current.depth - 1);
        let mut batch = Batch::new(tx.conn());
        let author = AssistantAuthor { turn: turn_id, route: &route };
        let message = submit::write_assistant_message(&mut batch, ctx, &conversation, parent, author);
        let new_turn = NewTurn { turn: turn_id, user_message, message, continues: None };
        // A copy has no turn of its own: the options of the original apply.
        let original = match current.copied_from_id {
            Some(original) if current.turn_id.is_none() => {
                conversation_store::find_message(tx.conn(), ctx, original).await?
            }
            _ => None,
        };
        let previous = match current.turn_id.or_else(|| original?.turn_id) {
            Some(turn) => store::find(tx.conn(), ctx, turn).await?,
            None => None,
        };
        let options = previous.as_ref().map(TurnOptions::from_turn).unwrap_or_default();
        let (turn, call) =
            submit::write_turn(&mut batch, ctx, &self.deps, &conversation, &new_turn, &route, options);
        submit::update_conversation((&tx, &mut batch), ctx, conversation, &turn, None, &permit)?;
        batch.execute(tx.conn()).await?;
        tx.commit().await?;

        self.spawn_run(ctx, turn, route, RunInput { call: Some(call), ..RunInput::default() }).await
    }

    /// Continues an interrupted, stopped or failed turn with a new turn on the same message.
    ///
    /// # Errors
    /// [`TurnError::NotContinuable`] if the turn is not the last of its message, or is running or finished.
    pub async fn resume(&self, ctx: &Ctx, id: TurnId) -> Result<TurnView, TurnError> {
        let tx = self.deps.kernel.db.begin(ctx).await?;
        let previous = store::find(tx.conn(), ctx, id).await?.ok_or(TurnError::NotFound)?;
        let (conversation, permit) = self
            .conversations
            .lock_authorized(tx.conn(), ctx, previous.conversation_id, Action::ConversationAsk)
            .await?;
        let message = conversation_store::find_message(tx.conn(), ctx, previous.message_id)
            .await?
            .ok_or(TurnError::NotFound)?;
        if !previous.status.is_continuable() || message.turn_id != Some(previous.id) {
            return Err(TurnError::NotContinuable);
        }
        self.ensure_below_live_limit(ctx)?;
        let route = self.routing.resolve(Some(&previous.model))?;
        let new_turn = NewTurn {
            turn: ctx.new_id(),
            user_message: previous.user_message_id,
            message: previous.message_id,
            continues: Some((previous.id, previous.text_length)),
        };
        let options = TurnOptions::from_turn(&previous);
        let mut batch = Batch::new(tx.conn());
        let (turn, call) =
            submit::write_turn(&mut batch, ctx, &self.deps, &conversation, &new_turn, &route, options);
        batch.execute(tx.conn()).await?;
        store::set_turn(tx.conn(), message, turn.id).await?;
        let mut batch = Batch::new(tx.conn());
        let leaf = conversation_store::branch_leaf(tx.conn(), ctx, &conversation, turn.message_id).await?;
        submit::update_conversation((&tx, &mut batch), ctx, conversation, &turn, None, &permit)?;
        batch.execute(tx.conn()).await?;
        if let Some(leaf) = leaf.filter(|leaf| *leaf != turn.message_id) {
            conversation_store::set_leaf(tx.conn(), ctx, turn.conversation_id, leaf).await?;
        }
        tx.commit().await?;

        let content = TurnContent::starting_at(unsigned(turn.text_offset_start));
        self.spawn_run(ctx, turn, route, RunInput { content, call: Some(call), ..RunInput::default() }).await
    }

    /// Stops a turn, keeps its content and waits for a limited time until it has ended. Has no effect on an
    /// ended turn.
    ///
    /// # Errors
    /// [`TurnError::NotFound`] if the turn does not exist or the caller cannot see it.
    pub async fn stop(&self, ctx: &Ctx, id: TurnId) -> Result<TurnView, TurnError> {
        let tx = self.deps.kernel.db.begin(ctx).await?;
        let turn = self.authorized(tx.conn(), ctx, id, Action::ConversationAsk).await?;
        if turn.status.is_terminal() {
            return Ok(store::view(&turn));
        }
        store::request_stop(tx.conn(), ctx, id).await?;
        audit::record(&tx, ctx, AuditRecord::of("turns.stop", "turn").target(id)).await?;
        let waiting = if turn.status == TurnStatus::Waiting {
            self.resume_waiting(&tx, ctx, &turn).await?
        } else {
            None
        };
        tx.commit().await?;

        match waiting {
            Some((turn, content)) => self.stop_waiting(ctx, turn, content).await?,
            None => {
                self.deps.kernel.bus.request_stop(id).await?;
                follow::wait_until_terminal(self.deps.kernel.clone(), ctx, &turn).await;
            }
        }
        self.get(ctx, id).await
    }

    /// Returns a turn.
    ///
    /// # Errors
    /// [`TurnError::NotFound`] if it does not exist or the caller cannot see it.
    pub async fn get(&self, ctx: &Ctx, id: TurnId) -> Result<TurnView, TurnError> {
        let tx = self.deps.kernel.db.read(ctx).await?;
        let turn = self.authorized(tx.conn(), ctx, id, Action::ConversationView).await?;
        Ok(store::view(&turn))
    }

    /// Returns the events of a turn after number `after`, up to and including the terminal event.
    ///
    /// # Errors
    /// [`TurnError::NotFound`] if the turn does not exist or the caller cannot see it.
    pub async fn events(&self, ctx: &Ctx, id: TurnId, after: u64) -> Result<TurnEvents, TurnError> {
        let tx = self.deps.kernel.db.read(ctx).await?;
        self.authorized(tx.conn(), ctx, id, Action::ConversationView).await?;
        drop(tx);
        Ok(follow::follow(self.deps.kernel.clone(), ctx.clone(), id, after))
    }

    /// Approves or denies a waiting tool call. The turn is resumed once none of its calls is waiting.
    ///
    /// # Errors
    /// [`TurnError::NotAwaitingApproval`] if the call is decided already or the turn is not waiting.
    pub async fn decide(
        &self,
        ctx: &Ctx,
        call: ToolCallId,
        decision: Decision,
    ) -> Result<TurnView, TurnError> {
        let tx = self.deps.kernel.db.begin(ctx).await?;
        let found = self
            .deps
            .tools
            .find(tx.conn(), ctx, call)
            .await
            .map_err(from_tool_error)?
            .ok_or(TurnError::NotFound)?;
        let turn_id = found.turn_id.ok_or(TurnError::NotFound)?;
        self.authorized(tx.conn(), ctx, turn_id, Action::ConversationAsk).await?;
        // Locks the turn, so that of concurrent decisions exactly one, the last, resumes it.
        let turn = store::lock(tx.conn(), ctx, turn_id).await?.ok_or(TurnError::NotFound)?;
        let call = self
            .deps
            .tools
            .find(tx.conn(), ctx, call)
            .await
            .map_err(from_tool_error)?
            .ok_or(TurnError::NotFound)?;
        if turn.status != TurnStatus::Waiting {
            return Err(TurnError::NotAwaitingApproval);
        }
        self.deps
            .tools
            .decide(&tx, ctx, call, decision)
            .await
            .map_err(from_tool_error)?
            .ok_or(TurnError::NotAwaitingApproval)?;
        let calls = self.deps.tools.list_by_turn(tx.conn(), ctx, turn_id).await.map_err(from_tool_error)?;
        let is_still_waiting = calls.iter().any(|call| call.status == ToolCallStatus::Waiting);
        // If the model no longer exists, the decision is rejected with an error.
        let route = self.routing.resolve(Some(&turn.model))?;
        if is_still_waiting {
            tx.commit().await?;
            return Ok(store::view(&turn));
        }
        let sender = self.sender_ctx(&tx, ctx, &turn).await?;
        let resumed = self.resume_waiting(&tx, ctx, &turn).await?;
        tx.commit().await?;

        match resumed {
            Some((turn, content)) => {
                self.spawn_run(&sender, turn, route, RunInput { content, ..RunInput::default() }).await
            }
            None => Ok(store::view(&turn)),
        }
    }

    /// Returns an error if the caller has reached the limit of live turns.
    fn ensure_below_live_limit(&self, ctx: &Ctx) -> Result<(), TurnError> {
        let live = self.deps.checkpointer.count_live(ctx.subject());
        if live < self.max_live_turns_per_user { Ok(()) } else { Err(TurnError::TooManyLiveTurns) }
    }

    async fn authorized(
        &self,
        conn: &impl sea_orm::ConnectionTrait,
        ctx: &Ctx,
        id: TurnId,
        action: Action,
    ) -> Result<turn::Model, TurnError> {
        let turn = store::find(conn, ctx, id).await?.ok_or(TurnError::NotFound)?;
        self.conversations.authorized(conn, ctx, turn.conversation_id, action).await?;
        Ok(turn)
    }
}

fn from_tool_error(error: tools::ToolCallError) -> TurnError {
    match error {
        tools::ToolCallError::Store(error) => TurnError::Store(error),
        tools::ToolCallError::Denied(denied) => TurnError::Denied(denied),
        _ => TurnError::NotAwaitingApproval,
    }
}
