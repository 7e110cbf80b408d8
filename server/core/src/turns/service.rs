use super::{
    Error, Filters,
    checkpoint::Checkpointer,
    draft::Draft,
    recovery, rules,
    runner::{Beginning, Crew},
    store,
    submit::{self, Answer, Place, Wishes},
    tail,
};
use crate::{
    access::Action,
    artifacts::Artifacts,
    audit::{self, Record},
    conversations::{Conversations, store as rows},
    ctx::Ctx,
    db::{Batch, unsigned},
    foundation::Shared,
    routing::Routing,
    tools::{self, Tools},
};
use futures::stream::BoxStream;
use penny_entity::turn;
use penny_ports::models::ModelMessage;
use penny_types::{
    ConversationId, MessageId, ToolCallId, TurnId,
    conversations::Author,
    events::TurnEvent,
    tools::ToolCallStatus,
    turns::{Decision, NewMessage, TurnStatus, TurnView},
};
use std::sync::Arc;

/// What a turn says, as it says it.
pub type TurnEvents = BoxStream<'static, Result<Arc<TurnEvent>, Error>>;

/// The turns of a tenant's conversations.
#[derive(Debug, Clone)]
pub struct Turns {
    pub(super) crew: Crew,
    conversations: Conversations,
    pub(super) routing: Routing,
    live_per_person: usize,
}

impl Turns {
    pub(crate) fn new(
        shared: Shared,
        conversations: Conversations,
        tools: Tools,
        artifacts: Artifacts,
        routing: Routing,
        filters: Filters,
    ) -> Self {
        let owner = data_encoding::HEXLOWER.encode(&shared.world.secret::<12>());
        let checkpointer = Checkpointer::new(shared.clone(), owner);
        let crew = Crew { shared, tools, artifacts, filters, checkpointer };
        Self { crew, conversations, routing, live_per_person: usize::MAX }
    }

    /// Sets how many answers a person may have under way at once in one process.
    pub(crate) const fn with_live_per_person(mut self, most: usize) -> Self {
        self.live_per_person = most;
        self
    }

    /// Starts the work that goes on beside the turns: checkpoints and the search for orphans.
    pub fn start(&self) {
        let tasks = &self.crew.shared.tasks;
        tasks.spawn(self.crew.checkpointer.clone().run());
        tasks.spawn(recovery::run(self.crew.clone()));
    }

    /// Marks turns interrupted whose process went away; returns how many. Call before serving.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn recover(&self) -> Result<usize, Error> {
        recovery::pass(&self.crew).await
    }

    /// Takes a message and begins the turn that answers it. Both are committed before the model is
    /// asked. The same client key in the same conversation gives the same turn.
    ///
    /// # Errors
    /// When the message breaks a rule, follows one still being written, or cannot be stored.
    pub async fn submit(
        &self,
        ctx: &Ctx,
        id: ConversationId,
        mut new: NewMessage,
    ) -> Result<TurnView, Error> {
        rules::check(&mut new)?;
        self.routing.ready_for(new.model.as_deref()).await;

        let tx = self.crew.shared.db.begin(ctx).await?;
        let (conversation, permit) =
            self.conversations.held(tx.conn(), ctx, id, Action::ConversationAsk).await?;
        if let Some(key) = &new.client_key
            && let Some(turn) = store::by_client_key(tx.conn(), ctx, id, key).await?
        {
            return Ok(store::view(&turn));
        }
        self.check_live(ctx)?;
        let route = self.routing.resolve(new.model.as_deref().or(conversation.model.as_deref()))?;
        let parent = submit::parent(&tx, ctx, &conversation, &new).await?;
        let turn_id: TurnId = ctx.mint();
        let mut batch = Batch::of(tx.conn());
        let answer = Answer { turn: turn_id, route: &route };
        let (user_message, message) = submit::write_messages(
            (&tx, &mut batch),
            ctx,
            &self.crew,
            &conversation,
            parent.as_ref(),
            &new,
            answer,
        )
        .await?;
        let place = Place { turn: turn_id, user_message, message, continues: None };
        // What opens a conversation is all that was said in it: nothing need be read again.
        let is_all = parent.is_none() && new.attachments.is_empty();
        let said = is_all.then(|| vec![ModelMessage::User { text: new.content.clone() }]);
        let wishes = Wishes {
            tools_allowed: new.tools_allowed,
            artifacts_expected: new.artifacts_expected,
            client_key: new.client_key,
        };
        let (turn, call) =
            submit::write_turn(&mut batch, ctx, &self.crew, &conversation, &place, &route, wishes);
        submit::move_on((&tx, &mut batch), ctx, conversation, &turn, Some(&new.content), &permit)?;
        batch.run(tx.conn()).await?;
        tx.commit().await?;

        self.launch(ctx, turn, route, Beginning { call: Some(call), said, ..Beginning::default() }).await
    }

    /// As [`Self::submit`], and follows the turn from its first event: whoever may ask may hear the answer.
    ///
    /// # Errors
    /// As [`Self::submit`].
    pub async fn submit_and_follow(
        &self,
        ctx: &Ctx,
        id: ConversationId,
        new: NewMessage,
    ) -> Result<(TurnView, TurnEvents), Error> {
        let turn = self.submit(ctx, id, new).await?;
        let events = tail::follow(self.crew.shared.clone(), ctx.clone(), turn.id, 0);
        Ok((turn, events))
    }

    /// Answers a message anew, beside the answer it has.
    ///
    /// # Errors
    /// When the message is no answer, or is still being written.
    pub async fn regenerate(
        &self,
        ctx: &Ctx,
        id: MessageId,
        model: Option<String>,
    ) -> Result<TurnView, Error> {
        self.routing.ready_for(model.as_deref()).await;
        let tx = self.crew.shared.db.begin(ctx).await?;
        let answer = rows::message(tx.conn(), ctx, id).await?.ok_or(Error::NotFound)?;
        let (conversation, permit) =
            self.conversations.held(tx.conn(), ctx, answer.conversation_id, Action::ConversationAsk).await?;
        let user_message =
            answer.parent_id.filter(|_| answer.author == Author::Assistant).ok_or(Error::NoSuchMessage)?;
        if store::is_being_written(tx.conn(), ctx, id).await? {
            return Err(Error::StillRunning);
        }
        self.check_live(ctx)?;
        let route = self.routing.resolve(model.as_deref().or(conversation.model.as_deref()))?;
        let turn_id: TurnId = ctx.mint();
        let said = (user_message, answer.depth - 1);
        let mut batch = Batch::of(tx.conn());
        let anew = Answer { turn: turn_id, route: &route };
        let message = submit::write_answer(&mut batch, ctx, &conversation, said, anew);
        let place = Place { turn: turn_id, user_message, message, continues: None };
        // A copy wishes what its original was asked for.
        let original = match answer.copied_from_id {
            Some(original) if answer.turn_id.is_none() => rows::message(tx.conn(), ctx, original).await?,
            _ => None,
        };
        let before = match answer.turn_id.or_else(|| original?.turn_id) {
            Some(before) => store::find(tx.conn(), ctx, before).await?,
            None => None,
        };
        let wishes = before.as_ref().map(Wishes::of).unwrap_or_default();
        let (turn, call) =
            submit::write_turn(&mut batch, ctx, &self.crew, &conversation, &place, &route, wishes);
        submit::move_on((&tx, &mut batch), ctx, conversation, &turn, None, &permit)?;
        batch.run(tx.conn()).await?;
        tx.commit().await?;

        self.launch(ctx, turn, route, Beginning { call: Some(call), ..Beginning::default() }).await
    }

    /// Goes on with an answer that was interrupted, stopped or failed, as a new turn on the same message.
    ///
    /// # Errors
    /// [`Error::NotContinuable`] when the turn is not the message's last, or ended well.
    pub async fn resume(&self, ctx: &Ctx, id: TurnId) -> Result<TurnView, Error> {
        let tx = self.crew.shared.db.begin(ctx).await?;
        let before = store::find(tx.conn(), ctx, id).await?.ok_or(Error::NotFound)?;
        let (conversation, permit) =
            self.conversations.held(tx.conn(), ctx, before.conversation_id, Action::ConversationAsk).await?;
        let message = rows::message(tx.conn(), ctx, before.message_id).await?.ok_or(Error::NotFound)?;
        if !before.status.is_continuable() || message.turn_id != Some(before.id) {
            return Err(Error::NotContinuable);
        }
        self.check_live(ctx)?;
        let route = self.routing.resolve(Some(&before.model))?;
        let place = Place {
            turn: ctx.mint(),
            user_message: before.user_message_id,
            message: before.message_id,
            continues: Some((before.id, before.text_length)),
        };
        let wishes = Wishes::of(&before);
        let mut batch = Batch::of(tx.conn());
        let (turn, call) =
            submit::write_turn(&mut batch, ctx, &self.crew, &conversation, &place, &route, wishes);
        batch.run(tx.conn()).await?;
        store::set_turn(tx.conn(), message, turn.id).await?;
        let mut batch = Batch::of(tx.conn());
        let leaf = rows::end_of_branch(tx.conn(), ctx, &conversation, turn.message_id).await?;
        submit::move_on((&tx, &mut batch), ctx, conversation, &turn, None, &permit)?;
        batch.run(tx.conn()).await?;
        if let Some(leaf) = leaf.filter(|leaf| *leaf != turn.message_id) {
            rows::set_leaf(tx.conn(), ctx, turn.conversation_id, leaf).await?;
        }
        tx.commit().await?;

        let draft = Draft::starting_at(unsigned(turn.text_offset_start));
        self.launch(ctx, turn, route, Beginning { draft, call: Some(call), ..Beginning::default() }).await
    }

    /// Stops a turn and keeps what it said; waits a moment for its end. Stopping one that is over changes
    /// nothing.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is none for this person.
    pub async fn stop(&self, ctx: &Ctx, id: TurnId) -> Result<TurnView, Error> {
        let tx = self.crew.shared.db.begin(ctx).await?;
        let turn = self.visible(tx.conn(), ctx, id, Action::ConversationAsk).await?;
        if turn.status.is_over() {
            return Ok(store::view(&turn));
        }
        store::request_stop(tx.conn(), ctx, id).await?;
        audit::record(&tx, ctx, Record::of("turns.stop", "turn").target(id)).await?;
        let resting =
            if turn.status == TurnStatus::Waiting { self.wake(&tx, ctx, &turn).await? } else { None };
        tx.commit().await?;

        match resting {
            Some((turn, draft)) => self.end_resting(ctx, turn, draft).await?,
            None => {
                self.crew.shared.bus.ask_stop(id).await?;
                tail::see_out(self.crew.shared.clone(), ctx, &turn).await;
            }
        }
        self.get(ctx, id).await
    }

    /// Reads a turn.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is none for this person.
    pub async fn get(&self, ctx: &Ctx, id: TurnId) -> Result<TurnView, Error> {
        let tx = self.crew.shared.db.read(ctx).await?;
        let turn = self.visible(tx.conn(), ctx, id, Action::ConversationView).await?;
        Ok(store::view(&turn))
    }

    /// Follows a turn from the event after `after` to its last.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is none for this person.
    pub async fn events(&self, ctx: &Ctx, id: TurnId, after: u64) -> Result<TurnEvents, Error> {
        let tx = self.crew.shared.db.read(ctx).await?;
        self.visible(tx.conn(), ctx, id, Action::ConversationView).await?;
        drop(tx);
        Ok(tail::follow(self.crew.shared.clone(), ctx.clone(), id, after))
    }

    /// Takes a person's decision about a call that waits; the turn goes on when none waits any more.
    ///
    /// # Errors
    /// [`Error::NotWaiting`] when it is decided already, or the turn is over.
    pub async fn decide(&self, ctx: &Ctx, call: ToolCallId, decision: Decision) -> Result<TurnView, Error> {
        let tx = self.crew.shared.db.begin(ctx).await?;
        let asked =
            self.crew.tools.find(tx.conn(), ctx, call).await.map_err(of_tools)?.ok_or(Error::NotFound)?;
        let turn_id = asked.turn_id.ok_or(Error::NotFound)?;
        self.visible(tx.conn(), ctx, turn_id, Action::ConversationAsk).await?;
        // One decision at a time: of two about a turn's last calls, the later one sets it going.
        let turn = store::lock(tx.conn(), ctx, turn_id).await?.ok_or(Error::NotFound)?;
        let call =
            self.crew.tools.find(tx.conn(), ctx, call).await.map_err(of_tools)?.ok_or(Error::NotFound)?;
        if turn.status != TurnStatus::Waiting {
            return Err(Error::NotWaiting);
        }
        self.crew.tools.decide(&tx, ctx, call, decision).await.map_err(of_tools)?.ok_or(Error::NotWaiting)?;
        let calls = self.crew.tools.of_turn(tx.conn(), ctx, turn_id).await.map_err(of_tools)?;
        let still_waits = calls.iter().any(|call| call.status == ToolCallStatus::Waiting);
        // A turn whose model is gone cannot go on: the decision is not taken, and the person is told.
        let route = self.routing.resolve(Some(&turn.model))?;
        let awake = if still_waits { None } else { self.wake(&tx, ctx, &turn).await? };
        tx.commit().await?;

        match awake {
            Some((turn, draft)) => {
                self.launch(ctx, turn, route, Beginning { draft, ..Beginning::default() }).await
            }
            None => Ok(store::view(&turn)),
        }
    }

    /// Refuses who has as many answers under way as they may: each costs memory and somebody's money.
    fn check_live(&self, ctx: &Ctx) -> Result<(), Error> {
        let live = self.crew.checkpointer.live_of(ctx.subject());
        if live < self.live_per_person { Ok(()) } else { Err(Error::TooManyLive) }
    }

    async fn visible(
        &self,
        conn: &impl sea_orm::ConnectionTrait,
        ctx: &Ctx,
        id: TurnId,
        action: Action,
    ) -> Result<turn::Model, Error> {
        let turn = store::find(conn, ctx, id).await?.ok_or(Error::NotFound)?;
        self.conversations.visible(conn, ctx, turn.conversation_id, action).await?;
        Ok(turn)
    }
}

fn of_tools(error: tools::Error) -> Error {
    match error {
        tools::Error::Store(error) => Error::Store(error),
        tools::Error::Denied(denied) => Error::Denied(denied),
        _ => Error::NotWaiting,
    }
}
