use super::{
    ConversationError, ConversationResource,
    store::{self, NewConversationRow},
};
use crate::{title, turns};
use chrono::{DateTime, Utc};
use futures::{StreamExt, stream::BoxStream};
use penny_entity::conversation;
use penny_kernel::{
    SharedKernel,
    access::{Action, ListedResource, Permit, TenantResource},
    audit::{self, AuditRecord},
    ctx::{Ctx, Transport},
    db::storable_text,
    paging::Cursor,
};
use penny_ports::bus::UserEvent;
use penny_types::{
    ConversationId, Page, PageRequest, TurnId,
    conversations::{
        ConversationPatch, ConversationSummary, ConversationUpdate, ConversationView, MessageWindow,
        MessageWindowRequest, NewConversation, Origin,
    },
    turns::MESSAGE_BYTES_MAX,
};
use sea_orm::ConnectionTrait;

/// The conversation service.
#[derive(Debug, Clone)]
pub struct Conversations {
    pub(super) kernel: SharedKernel,
}

impl Conversations {
    pub(crate) const fn new(kernel: SharedKernel) -> Self {
        Self { kernel }
    }

    /// Creates an empty conversation.
    ///
    /// # Errors
    /// If the title is invalid, access is denied or the database fails.
    pub async fn create(
        &self,
        ctx: &Ctx,
        new: NewConversation,
    ) -> Result<ConversationView, ConversationError> {
        let permit = self.kernel.access.check(ctx, Action::ConversationCreate, &TenantResource)?;
        let title = new.title.as_deref().map(title::normalize).transpose()?;

        let tx = self.kernel.db.begin(ctx).await?;
        let row = store::insert(
            tx.conn(),
            ctx,
            NewConversationRow {
                title,
                model: new.model,
                origin: origin_of(ctx.transport()),
                forked_from: None,
            },
        )
        .await?;
        audit::record(
            &tx,
            ctx,
            AuditRecord::of("conversations.create", "conversation").target(row.id).permit(&permit),
        )
        .await?;
        notify_owner(&tx, &row, None);
        tx.commit().await?;

        Ok(store::view(ctx, row, None))
    }

    /// Lists the conversations that the caller may see, pinned ones first, then the most recently updated;
    /// with a query, those whose title or messages match.
    ///
    /// # Errors
    /// If the cursor is invalid, the token does not grant reading conversations or the database fails.
    pub async fn list(
        &self,
        ctx: &Ctx,
        query: Option<&str>,
        page: &PageRequest,
    ) -> Result<Page<ConversationSummary>, ConversationError> {
        let query =
            query.map(|query| storable_text(query.trim().to_owned())).filter(|query| !query.is_empty());
        let cursor = page.cursor.as_deref().map(Cursor::decode).transpose()?;
        let access = &self.kernel.access;
        let filter = access.list_filter::<ConversationResource>(ctx)?;
        let tx = self.kernel.db.read(ctx).await?;
        match &query {
            Some(query) => store::search(tx.conn(), ctx, (access, &filter), query, page.limit()).await,
            None => store::list(tx.conn(), ctx, (access, &filter), cursor, page.limit()).await,
        }
    }

    /// Returns a conversation.
    ///
    /// # Errors
    /// [`ConversationError::NotFound`] if it does not exist or the caller cannot see it.
    pub async fn get(&self, ctx: &Ctx, id: ConversationId) -> Result<ConversationView, ConversationError> {
        let tx = self.kernel.db.read(ctx).await?;
        let (row, _) = self.authorized(tx.conn(), ctx, id, Action::ConversationView).await?;
        let active = store::active_turn(tx.conn(), ctx, id).await?;
        Ok(store::view(ctx, row, active))
    }

    /// Changes the title, the pin, the draft or the visible branch. Changes of the draft or the visible
    /// branch alone are neither audited nor notified.
    ///
    /// # Errors
    /// If a value is invalid, or the conversation or message does not exist.
    pub async fn update(
        &self,
        ctx: &Ctx,
        id: ConversationId,
        patch: ConversationPatch,
    ) -> Result<ConversationView, ConversationError> {
        let title = patch.title.as_deref().map(title::normalize).transpose()?;
        if patch.draft.as_ref().is_some_and(|draft| draft.len() > MESSAGE_BYTES_MAX) {
            return Err(ConversationError::DraftTooLong { max: MESSAGE_BYTES_MAX });
        }

        let tx = self.kernel.db.begin(ctx).await?;
        let (row, permit) = self.authorized(tx.conn(), ctx, id, Action::ConversationEdit).await?;
        let leaf = match patch.leaf_id {
            Some(message) if patch.ends_there == Some(true) => {
                Some(store::get_message(tx.conn(), ctx, &row, message).await?.id)
            }
            Some(message) => Some(
                store::newest_descendant(tx.conn(), ctx, id, message)
                    .await?
                    .ok_or(ConversationError::MessageNotFound)?,
            ),
            None => None,
        };
        let changes_summary = title.is_some() || patch.is_pinned.is_some();
        let draft = patch.draft.map(storable_text);
        let row = store::update(tx.conn(), row, title, patch.is_pinned, draft, leaf).await?;
        let active = store::active_turn(tx.conn(), ctx, id).await?;
        if changes_summary {
            audit::record(
                &tx,
                ctx,
                AuditRecord::of("conversations.update", "conversation").target(id).permit(&permit),
            )
            .await?;
            notify_owner(&tx, &row, active);
        }
        tx.commit().await?;

        Ok(store::view(ctx, row, active))
    }

    /// Marks a conversation as deleted and stops its running turns. [`Self::restore`] undoes the deletion.
    ///
    /// # Errors
    /// [`ConversationError::NotFound`] if it does not exist or the caller cannot see it.
    pub async fn delete(&self, ctx: &Ctx, id: ConversationId) -> Result<(), ConversationError> {
        let tx = self.kernel.db.begin(ctx).await?;
        let (row, permit) = self.authorized(tx.conn(), ctx, id, Action::ConversationDelete).await?;
        // No one could stop these turns once the conversation is deleted. Turns that wait for an approval use
        // no resources and remain, so that they can be continued after a restore.
        let running = store::running_turns(tx.conn(), ctx, id).await?;
        for &turn in &running {
            turns::request_stop(tx.conn(), ctx, turn).await?;
        }
        let owner = row.owner_id;
        store::set_deleted(tx.conn(), row, Some(ctx.now())).await?;
        audit::record(
            &tx,
            ctx,
            AuditRecord::of("conversations.delete", "conversation").target(id).permit(&permit),
        )
        .await?;
        tx.notify(owner, UserEvent::Conversation(ConversationUpdate { id, conversation: None }));
        tx.commit().await?;
        for turn in running {
            // The stop is also stored in the row, so without the bus it only takes effect later.
            drop(self.kernel.bus.request_stop(turn).await);
        }
        Ok(())
    }

    /// Restores a deleted conversation.
    ///
    /// # Errors
    /// [`ConversationError::NotFound`] if it does not exist or the caller cannot see it.
    pub async fn restore(
        &self,
        ctx: &Ctx,
        id: ConversationId,
    ) -> Result<ConversationView, ConversationError> {
        let tx = self.kernel.db.begin(ctx).await?;
        let row =
            store::find_including_deleted(tx.conn(), ctx, id).await?.ok_or(ConversationError::NotFound)?;
        let permit = self.permit(tx.conn(), ctx, &row, Action::ConversationDelete).await?;
        let row = store::set_deleted(tx.conn(), row, None).await?;
        let active = store::active_turn(tx.conn(), ctx, id).await?;
        audit::record(
            &tx,
            ctx,
            AuditRecord::of("conversations.restore", "conversation").target(id).permit(&permit),
        )
        .await?;
        notify_owner(&tx, &row, active);
        tx.commit().await?;
        Ok(store::view(ctx, row, active))
    }

    /// Erases at most `limit` conversations that were deleted before `before` and returns their number. Their
    /// artifacts are kept but lose the reference to the conversation.
    pub(crate) async fn erase(
        &self,
        ctx: &Ctx,
        before: DateTime<Utc>,
        limit: u64,
    ) -> Result<u64, ConversationError> {
        let tx = self.kernel.db.begin(ctx).await?;
        let ids = store::list_deleted_before(tx.conn(), ctx, before, limit).await?;
        for &id in &ids {
            store::detach_artifacts(tx.conn(), ctx, id).await?;
            store::erase(tx.conn(), ctx, id).await?;
            audit::record(&tx, ctx, AuditRecord::of("conversations.erase", "conversation").target(id))
                .await?;
        }
        tx.commit().await?;
        Ok(ids.len() as u64)
    }

    /// Returns a window of a path, by default the newest messages. The cost depends on the window, not on the
    /// length of the conversation.
    ///
    /// # Errors
    /// If the conversation or a message does not exist.
    pub async fn messages(
        &self,
        ctx: &Ctx,
        id: ConversationId,
        window: &MessageWindowRequest,
    ) -> Result<MessageWindow, ConversationError> {
        let tx = self.kernel.db.read(ctx).await?;
        let (row, _) = self.authorized(tx.conn(), ctx, id, Action::ConversationView).await?;
        store::window(tx.conn(), ctx, &row, window).await
    }

    /// Subscribes to the changes of the caller's conversations from now on.
    ///
    /// # Errors
    /// If the token does not grant reading conversations or the bus is unavailable.
    pub async fn updates(
        &self,
        ctx: &Ctx,
    ) -> Result<BoxStream<'static, ConversationUpdate>, ConversationError> {
        self.kernel.access.list_filter::<ConversationResource>(ctx)?;
        let events = self.kernel.bus.subscribe_user_events(ctx.subject()).await?;
        Ok(events
            .filter_map(|event| async move {
                match event {
                    UserEvent::Conversation(update) => Some(update),
                    UserEvent::Artifact(_) => None,
                }
            })
            .boxed())
    }

    /// Returns a conversation and the permit for an action on it.
    ///
    /// # Errors
    /// [`ConversationError::NotFound`] if the caller cannot see it; [`ConversationError::Denied`] if the
    /// caller can see it but the action is denied.
    pub(crate) async fn authorized(
        &self,
        conn: &impl ConnectionTrait,
        ctx: &Ctx,
        id: ConversationId,
        action: Action,
    ) -> Result<(conversation::Model, Permit), ConversationError> {
        let row = store::find(conn, ctx, id).await?.ok_or(ConversationError::NotFound)?;
        let permit = self.permit(conn, ctx, &row, action).await?;
        Ok((row, permit))
    }

    /// Like [`Self::authorized`], but locks the row until the transaction ends, so that concurrent messages
    /// to one conversation are handled one after the other.
    pub(crate) async fn lock_authorized(
        &self,
        conn: &impl ConnectionTrait,
        ctx: &Ctx,
        id: ConversationId,
        action: Action,
    ) -> Result<(conversation::Model, Permit), ConversationError> {
        let row = store::lock(conn, ctx, id).await?.ok_or(ConversationError::NotFound)?;
        let permit = self.permit(conn, ctx, &row, action).await?;
        Ok((row, permit))
    }

    async fn permit(
        &self,
        conn: &impl ConnectionTrait,
        ctx: &Ctx,
        row: &conversation::Model,
        action: Action,
    ) -> Result<Permit, ConversationError> {
        let resources = ConversationResource::load(conn, ctx, std::slice::from_ref(row)).await?;
        let resource = resources.first().ok_or(ConversationError::NotFound)?;
        let permit = self.kernel.access.check_visible(ctx, Action::ConversationView, action, resource)?;
        permit.ok_or(ConversationError::NotFound)
    }
}

pub(super) const fn origin_of(transport: Transport) -> Origin {
    match transport {
        Transport::Web => Origin::Web,
        Transport::Cli => Origin::Cli,
        Transport::Graphql | Transport::Rest | Transport::Job => Origin::Api,
    }
}

/// Notifies the owner's clients of the conversation's new state once the transaction is committed.
pub(crate) fn notify_owner(
    tx: &penny_kernel::db::WriteTx,
    row: &conversation::Model,
    active: Option<TurnId>,
) {
    let update = ConversationUpdate { id: row.id, conversation: Some(store::summary(row, active)) };
    tx.notify(row.owner_id, UserEvent::Conversation(update));
}
