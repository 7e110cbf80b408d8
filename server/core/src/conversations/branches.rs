//! Forking, comparing and merging branches of a conversation's message tree.

use super::{
    ConversationError, Conversations,
    service::{notify_owner, origin_of},
    store::{self, NewConversationRow},
};
use crate::title;
use penny_entity::{conversation, message};
use penny_kernel::{
    access::{Action, TenantResource},
    audit::{self, AuditRecord},
    ctx::Ctx,
};
use penny_types::{
    ConversationId, MessageId,
    branches::{BranchComparison, BranchMerge, BranchPair, BranchTail, NewFork},
    conversations::{Author, ConversationView, MessageWindowRequest},
};
use sea_orm::ConnectionTrait;

/// Maximum length of a branch that is copied or results from copying, in messages.
const BRANCH_MESSAGES_MAX: usize = 10_000;

impl Conversations {
    /// Copies the path that ends in a message (default: the visible branch) into a new conversation of the
    /// caller.
    ///
    /// # Errors
    /// [`ConversationError::TurnRunning`] if a turn is writing a message of the path;
    /// [`ConversationError::MessageNotFound`] if the message is not in the conversation.
    pub async fn fork(
        &self,
        ctx: &Ctx,
        id: ConversationId,
        new: NewFork,
    ) -> Result<ConversationView, ConversationError> {
        let permit = self.kernel.access.check(ctx, Action::ConversationCreate, &TenantResource)?;
        let title = new.title.as_deref().map(title::normalize).transpose()?;

        let tx = self.kernel.db.begin(ctx).await?;
        let (source, _) = self.authorized(tx.conn(), ctx, id, Action::ConversationView).await?;
        let path = match new.message_id.or(source.leaf_id) {
            Some(leaf) => {
                let leaf = store::get_message(tx.conn(), ctx, &source, leaf).await?;
                store::path_from(tx.conn(), ctx, &leaf, 0).await?
            }
            None => Vec::new(),
        };
        ensure_length(path.len())?;
        store::ensure_not_running(tx.conn(), ctx, id, &path).await?;
        let row = NewConversationRow {
            title: title.or_else(|| source.title.as_deref().map(title::copy_title)),
            model: source.model,
            origin: origin_of(ctx.transport()),
            forked_from: Some(id),
        };
        let mut row = store::insert(tx.conn(), ctx, row).await?;
        if let Some(leaf) = store::copy(tx.conn(), ctx, row.id, None, &path).await? {
            row = store::advance_leaf(tx.conn(), ctx, row, leaf).await?;
        }
        audit::record(
            &tx,
            ctx,
            AuditRecord::of("conversations.fork", "conversation").target(row.id).permit(&permit),
        )
        .await?;
        notify_owner(&tx, &row, None);
        tx.commit().await?;

        Ok(store::view(ctx, row, None))
    }

    /// Compares two branches: returns their common path and the messages of each after it.
    ///
    /// # Errors
    /// If the conversation or a message does not exist.
    pub async fn compare(
        &self,
        ctx: &Ctx,
        id: ConversationId,
        pair: BranchPair,
    ) -> Result<BranchComparison, ConversationError> {
        let tx = self.kernel.db.read(ctx).await?;
        let (row, _) = self.authorized(tx.conn(), ctx, id, Action::ConversationView).await?;
        let left = branch_end(tx.conn(), ctx, &row, pair.left).await?;
        let right = branch_end(tx.conn(), ctx, &row, pair.right).await?;
        let common = store::last_common(tx.conn(), ctx, left.id, right.id).await?;
        let common_length = common.as_ref().map_or(0, path_length);
        Ok(BranchComparison {
            common_id: common.map(|common| common.id),
            common_length: u32::try_from(common_length).unwrap_or(0),
            left: branch_tail(tx.conn(), ctx, &row, &left, common_length).await?,
            right: branch_tail(tx.conn(), ctx, &row, &right, common_length).await?,
        })
    }

    /// Merges one branch into another: copies the messages that only the source has to the end of the target
    /// and makes the result the visible branch. Existing messages are not changed. If the branches differ
    /// only after a common user message, that message is copied too, so that each assistant message follows
    /// its user message.
    ///
    /// # Errors
    /// [`ConversationError::NothingToMerge`] if the source has no messages of its own;
    /// [`ConversationError::TurnRunning`] if a turn is writing a message of either branch.
    pub async fn merge(
        &self,
        ctx: &Ctx,
        id: ConversationId,
        merge: BranchMerge,
    ) -> Result<ConversationView, ConversationError> {
        let tx = self.kernel.db.begin(ctx).await?;
        let (row, permit) = self.lock_authorized(tx.conn(), ctx, id, Action::ConversationAsk).await?;
        let into = merge.into.or(row.leaf_id).ok_or(ConversationError::MessageNotFound)?;
        let into = branch_end(tx.conn(), ctx, &row, into).await?;
        let from = branch_end(tx.conn(), ctx, &row, merge.from).await?;
        let common = store::last_common(tx.conn(), ctx, from.id, into.id).await?;
        let mut path =
            store::path_from(tx.conn(), ctx, &from, common.as_ref().map_or(0, path_length)).await?;
        let starts_with_assistant =
            path.first().ok_or(ConversationError::NothingToMerge)?.author == Author::Assistant;
        if let Some(user_message) =
            common.filter(|common| starts_with_assistant && common.author == Author::User)
        {
            path.insert(0, user_message);
        }
        ensure_length(path.len() + usize::try_from(into.depth).unwrap_or(0))?;
        store::ensure_not_running(tx.conn(), ctx, id, path.iter().chain([&into])).await?;
        let leaf = store::copy(tx.conn(), ctx, id, Some(&into), &path)
            .await?
            .ok_or(ConversationError::NothingToMerge)?;
        let row = store::advance_leaf(tx.conn(), ctx, row, leaf).await?;
        audit::record(
            &tx,
            ctx,
            AuditRecord::of("conversations.merge", "conversation").target(id).permit(&permit),
        )
        .await?;
        // A turn may be running on another branch.
        let active = store::active_turn(tx.conn(), ctx, id).await?;
        notify_owner(&tx, &row, active);
        tx.commit().await?;

        Ok(store::view(ctx, row, active))
    }
}

fn ensure_length(messages: usize) -> Result<(), ConversationError> {
    if messages <= BRANCH_MESSAGES_MAX {
        Ok(())
    } else {
        Err(ConversationError::BranchTooLong { max: BRANCH_MESSAGES_MAX })
    }
}

/// Returns the length of the path that ends in a message.
const fn path_length(row: &message::Model) -> i32 {
    row.depth + 1
}

/// Returns the last message of the branch through a message: the visible branch if it contains the message,
/// else the newest one.
async fn branch_end(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    conversation: &conversation::Model,
    through: MessageId,
) -> Result<message::Model, ConversationError> {
    let leaf = store::branch_leaf(conn, ctx, conversation, through).await?;
    store::get_message(conn, ctx, conversation, leaf.ok_or(ConversationError::MessageNotFound)?).await
}

async fn branch_tail(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    conversation: &conversation::Model,
    leaf: &message::Model,
    from: i32,
) -> Result<BranchTail, ConversationError> {
    let length = u32::try_from(path_length(leaf) - from).unwrap_or(0);
    let limit = i32::try_from(MessageWindowRequest::MAX).unwrap_or(i32::MAX);
    let rows = store::path_range(conn, ctx, leaf, from..from.saturating_add(limit)).await?;
    Ok(BranchTail {
        leaf_id: leaf.id,
        length,
        items: store::message_views(conn, ctx, conversation, rows).await?,
    })
}
