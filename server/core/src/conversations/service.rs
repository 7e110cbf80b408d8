use super::{
    Error,
    store::{self, NewRow},
};
use crate::{
    access::{Action, Permit, Resource},
    audit::{self, Record},
    ctx::{Ctx, Via},
    db::storable_text,
    foundation::Shared,
    paging::Cursor,
    title, turns,
};
use chrono::{DateTime, Utc};
use futures::{StreamExt, stream::BoxStream};
use penny_entity::conversation;
use penny_ports::bus::Notice;
use penny_types::{
    ConversationId, Page, PageRequest, TurnId,
    conversations::{
        ConversationPatch, ConversationSummary, ConversationUpdate, ConversationView, MessageWindow,
        MessageWindowRequest, NewConversation, Origin,
    },
    turns::MESSAGE_BYTES_MAX,
};
use sea_orm::ConnectionTrait;

/// The conversations of a tenant's people.
#[derive(Debug, Clone)]
pub struct Conversations {
    pub(super) shared: Shared,
}

impl Conversations {
    pub(crate) const fn new(shared: Shared) -> Self {
        Self { shared }
    }

    /// Begins a conversation.
    ///
    /// # Errors
    /// When the title is wrong, the person may not, or the database fails.
    pub async fn create(&self, ctx: &Ctx, new: NewConversation) -> Result<ConversationView, Error> {
        let permit = self.shared.access.check(ctx, Action::ConversationCreate, &Resource::Tenant)?;
        let title = new.title.as_deref().map(title::tidy).transpose()?;

        let tx = self.shared.db.begin(ctx).await?;
        let row = store::insert(
            tx.conn(),
            ctx,
            NewRow { title, model: new.model, origin: origin(ctx.via), forked_from: None },
        )
        .await?;
        audit::record(
            &tx,
            ctx,
            Record::of("conversations.create", "conversation").target(row.id).permit(&permit),
        )
        .await?;
        tell(&tx, &row, None);
        tx.commit().await?;

        Ok(store::view(row, None))
    }

    /// Lists the person's conversations, pinned and newest first; with a query, those whose title or
    /// messages contain its words.
    ///
    /// # Errors
    /// When the cursor is not of this list, the token may not read conversations, or the database fails.
    pub async fn list(
        &self,
        ctx: &Ctx,
        query: Option<&str>,
        page: &PageRequest,
    ) -> Result<Page<ConversationSummary>, Error> {
        let query =
            query.map(|query| storable_text(query.trim().to_owned())).filter(|query| !query.is_empty());
        let cursor = page.cursor.as_deref().map(Cursor::decode).transpose()?;
        let reach = self.shared.access.conversations(ctx)?;
        let tx = self.shared.db.read(ctx).await?;
        match &query {
            Some(query) => store::search(tx.conn(), ctx, reach, query, page.limit()).await,
            None => store::list(tx.conn(), ctx, reach, cursor, page.limit()).await,
        }
    }

    /// Opens a conversation.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is none for this person.
    pub async fn get(&self, ctx: &Ctx, id: ConversationId) -> Result<ConversationView, Error> {
        let tx = self.shared.db.read(ctx).await?;
        let (row, _) = self.visible(tx.conn(), ctx, id, Action::ConversationView).await?;
        let active = store::active_turn(tx.conn(), ctx, id).await?;
        Ok(store::view(row, active))
    }

    /// Changes a title, a pin, a draft or the visible branch.
    ///
    /// # Errors
    /// When a value is wrong, or there is no such conversation or message.
    pub async fn update(
        &self,
        ctx: &Ctx,
        id: ConversationId,
        patch: ConversationPatch,
    ) -> Result<ConversationView, Error> {
        let title = patch.title.as_deref().map(title::tidy).transpose()?;
        if patch.draft.as_ref().is_some_and(|draft| draft.len() > MESSAGE_BYTES_MAX) {
            return Err(Error::DraftTooLong { max: MESSAGE_BYTES_MAX });
        }

        let tx = self.shared.db.begin(ctx).await?;
        let (row, permit) = self.visible(tx.conn(), ctx, id, Action::ConversationEdit).await?;
        let leaf = match patch.leaf_id {
            Some(message) if patch.ends_there == Some(true) => {
                Some(store::of_conversation(tx.conn(), ctx, &row, message).await?.id)
            }
            Some(message) => {
                Some(store::deepest_below(tx.conn(), ctx, id, message).await?.ok_or(Error::NoSuchMessage)?)
            }
            None => None,
        };
        let is_worth_telling = title.is_some() || patch.is_pinned.is_some();
        let draft = patch.draft.map(storable_text);
        let row = store::change(tx.conn(), row, title, patch.is_pinned, draft, leaf).await?;
        let active = store::active_turn(tx.conn(), ctx, id).await?;
        if is_worth_telling {
            audit::record(
                &tx,
                ctx,
                Record::of("conversations.update", "conversation").target(id).permit(&permit),
            )
            .await?;
            tell(&tx, &row, active);
        }
        tx.commit().await?;

        Ok(store::view(row, active))
    }

    /// Throws a conversation away and stops its answer; [`Self::restore`] brings it back.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is none for this person.
    pub async fn delete(&self, ctx: &Ctx, id: ConversationId) -> Result<(), Error> {
        let tx = self.shared.db.begin(ctx).await?;
        let (row, permit) = self.visible(tx.conn(), ctx, id, Action::ConversationEdit).await?;
        // Nobody could stop it any more. One that waits for a person costs nothing, and may be brought back.
        let running = store::running_turns(tx.conn(), ctx, id).await?;
        for &turn in &running {
            turns::request_stop(tx.conn(), ctx, turn).await?;
        }
        let owner = row.owner_id;
        store::set_deleted(tx.conn(), row, Some(ctx.now())).await?;
        audit::record(
            &tx,
            ctx,
            Record::of("conversations.delete", "conversation").target(id).permit(&permit),
        )
        .await?;
        tx.notify(owner, Notice::Conversation(ConversationUpdate { id, conversation: None }));
        tx.commit().await?;
        for turn in running {
            // The row says it too: a bus that is away only makes it later.
            drop(self.shared.bus.ask_stop(turn).await);
        }
        Ok(())
    }

    /// Brings back a conversation that was thrown away.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there was none of this person's.
    pub async fn restore(&self, ctx: &Ctx, id: ConversationId) -> Result<ConversationView, Error> {
        let tx = self.shared.db.begin(ctx).await?;
        let row = store::find_even_deleted(tx.conn(), ctx, id).await?.ok_or(Error::NotFound)?;
        let permit = self.permit(ctx, &row, Action::ConversationEdit)?;
        let row = store::set_deleted(tx.conn(), row, None).await?;
        let active = store::active_turn(tx.conn(), ctx, id).await?;
        audit::record(
            &tx,
            ctx,
            Record::of("conversations.restore", "conversation").target(id).permit(&permit),
        )
        .await?;
        tell(&tx, &row, active);
        tx.commit().await?;
        Ok(store::view(row, active))
    }

    /// Removes for good some of the conversations that were thrown away before a moment; returns how
    /// many. What they made stays, without its lineage.
    pub(crate) async fn erase(&self, ctx: &Ctx, before: DateTime<Utc>, limit: u64) -> Result<u64, Error> {
        let tx = self.shared.db.begin(ctx).await?;
        let ids = store::thrown_away(tx.conn(), ctx, before, limit).await?;
        for &id in &ids {
            store::let_go_of_artifacts(tx.conn(), ctx, id).await?;
            store::erase(tx.conn(), ctx, id).await?;
            audit::record(&tx, ctx, Record::of("conversations.erase", "conversation").target(id)).await?;
        }
        tx.commit().await?;
        Ok(ids.len() as u64)
    }

    /// Reads a stretch of a path, the newest messages first asked for. Costs the same in a
    /// conversation of ten messages and of five thousand.
    ///
    /// # Errors
    /// When there is no such conversation or message.
    pub async fn messages(
        &self,
        ctx: &Ctx,
        id: ConversationId,
        window: &MessageWindowRequest,
    ) -> Result<MessageWindow, Error> {
        let tx = self.shared.db.read(ctx).await?;
        let (row, _) = self.visible(tx.conn(), ctx, id, Action::ConversationView).await?;
        store::window(tx.conn(), ctx, &row, window).await
    }

    /// Follows what happens to the person's conversations from now on.
    ///
    /// # Errors
    /// When the token may not read conversations, or the bus cannot be reached.
    pub async fn updates(&self, ctx: &Ctx) -> Result<BoxStream<'static, ConversationUpdate>, Error> {
        self.shared.access.conversations(ctx)?;
        let notices = self.shared.bus.notices(ctx.subject()).await?;
        Ok(notices
            .filter_map(|notice| async move {
                match notice {
                    Notice::Conversation(update) => Some(update),
                    Notice::Artifact(_) => None,
                }
            })
            .boxed())
    }

    /// Loads a conversation the person may at least see, then asks for the action itself: what one
    /// cannot see does not exist.
    pub(crate) async fn visible(
        &self,
        conn: &impl ConnectionTrait,
        ctx: &Ctx,
        id: ConversationId,
        action: Action,
    ) -> Result<(conversation::Model, Permit), Error> {
        let row = store::find(conn, ctx, id).await?.ok_or(Error::NotFound)?;
        let permit = self.permit(ctx, &row, action)?;
        Ok((row, permit))
    }

    /// As [`Self::visible`], and keeps other turns from beginning in the conversation until the
    /// transaction ends: what two tabs send at once comes one after the other.
    pub(crate) async fn held(
        &self,
        conn: &impl ConnectionTrait,
        ctx: &Ctx,
        id: ConversationId,
        action: Action,
    ) -> Result<(conversation::Model, Permit), Error> {
        let row = store::lock(conn, ctx, id).await?.ok_or(Error::NotFound)?;
        let permit = self.permit(ctx, &row, action)?;
        Ok((row, permit))
    }

    fn permit(&self, ctx: &Ctx, row: &conversation::Model, action: Action) -> Result<Permit, Error> {
        let resource = Resource::Conversation(row.owner_id);
        let seen = self.shared.access.check_seen(ctx, Action::ConversationView, action, &resource)?;
        seen.ok_or(Error::NotFound)
    }
}

pub(super) const fn origin(via: Via) -> Origin {
    match via {
        Via::Web => Origin::Web,
        Via::Cli => Origin::Cli,
        Via::Graphql | Via::Rest | Via::Job => Origin::Api,
    }
}

/// Tells the owner's pages how the conversation looks once the transaction is through.
pub(crate) fn tell(tx: &crate::db::WriteTx, row: &conversation::Model, active: Option<TurnId>) {
    let update = ConversationUpdate { id: row.id, conversation: Some(store::summary(row, active)) };
    tx.notify(row.owner_id, Notice::Conversation(update));
}
