//! Forks, comparisons and merges: what can be done with paths through a conversation's tree.

use super::{
    Conversations, Error,
    service::{origin, tell},
    store::{self, NewRow},
};
use crate::{
    access::{Action, Resource},
    audit::{self, Record},
    ctx::Ctx,
    title,
};
use penny_entity::{conversation, message};
use penny_types::{
    ConversationId, MessageId,
    branches::{BranchComparison, BranchMerge, BranchPair, BranchTail, NewFork},
    conversations::{Author, ConversationView, MessageWindowRequest},
};
use sea_orm::ConnectionTrait;

/// The longest branch that is copied or made by copying, in messages.
const LENGTH_MAX: usize = 10_000;

impl Conversations {
    /// Copies a path out into a conversation of the person's own, which goes on by itself.
    ///
    /// # Errors
    /// [`Error::StillRunning`] while one of its messages is being written; [`Error::NoSuchMessage`] when the
    /// conversation has none of that id.
    pub async fn fork(&self, ctx: &Ctx, id: ConversationId, new: NewFork) -> Result<ConversationView, Error> {
        let permit = self.shared.access.check(ctx, Action::ConversationCreate, &Resource::Tenant)?;
        let title = new.title.as_deref().map(title::tidy).transpose()?;

        let tx = self.shared.db.begin(ctx).await?;
        let (source, _) = self.visible(tx.conn(), ctx, id, Action::ConversationView).await?;
        let path = match new.message_id.or(source.leaf_id) {
            Some(leaf) => {
                let leaf = store::of_conversation(tx.conn(), ctx, &source, leaf).await?;
                store::tail(tx.conn(), ctx, &leaf, 0).await?
            }
            None => Vec::new(),
        };
        check_length(path.len())?;
        store::check_settled(tx.conn(), ctx, id, &path).await?;
        let row = NewRow {
            title: title.or_else(|| source.title.as_deref().map(title::of_copy)),
            model: source.model,
            origin: origin(ctx.via),
            forked_from: Some(id),
        };
        let mut row = store::insert(tx.conn(), ctx, row).await?;
        if let Some(leaf) = store::copy(tx.conn(), ctx, row.id, None, &path).await? {
            row = store::grow(tx.conn(), ctx, row, leaf).await?;
        }
        audit::record(
            &tx,
            ctx,
            Record::of("conversations.fork", "conversation").target(row.id).permit(&permit),
        )
        .await?;
        tell(&tx, &row, None);
        tx.commit().await?;

        Ok(store::view(row, None))
    }

    /// Lays two branches side by side, from where they part.
    ///
    /// # Errors
    /// When there is no such conversation or message.
    pub async fn compare(
        &self,
        ctx: &Ctx,
        id: ConversationId,
        pair: BranchPair,
    ) -> Result<BranchComparison, Error> {
        let tx = self.shared.db.read(ctx).await?;
        let (row, _) = self.visible(tx.conn(), ctx, id, Action::ConversationView).await?;
        let left = end(tx.conn(), ctx, &row, pair.left).await?;
        let right = end(tx.conn(), ctx, &row, pair.right).await?;
        let common = store::last_common(tx.conn(), ctx, left.id, right.id).await?;
        let common_length = common.as_ref().map_or(0, after);
        Ok(BranchComparison {
            common_id: common.map(|common| common.id),
            common_length: u32::try_from(common_length).unwrap_or(0),
            left: tail(tx.conn(), ctx, &row, &left, common_length).await?,
            right: tail(tx.conn(), ctx, &row, &right, common_length).await?,
        })
    }

    /// Brings one branch into another: what only the one has is copied behind the other's end, which becomes the
    /// visible branch. Both stay as they are. Where they are two answers to one question, the question comes along, so
    /// that a question and its answer stay together.
    ///
    /// # Errors
    /// [`Error::NothingToMerge`] when the one has nothing that the other has not; [`Error::StillRunning`] while a
    /// message of either is being written.
    pub async fn merge(
        &self,
        ctx: &Ctx,
        id: ConversationId,
        merge: BranchMerge,
    ) -> Result<ConversationView, Error> {
        let tx = self.shared.db.begin(ctx).await?;
        let (row, permit) = self.held(tx.conn(), ctx, id, Action::ConversationAsk).await?;
        let into = merge.into.or(row.leaf_id).ok_or(Error::NoSuchMessage)?;
        let into = end(tx.conn(), ctx, &row, into).await?;
        let from = end(tx.conn(), ctx, &row, merge.from).await?;
        let common = store::last_common(tx.conn(), ctx, from.id, into.id).await?;
        let mut path = store::tail(tx.conn(), ctx, &from, common.as_ref().map_or(0, after)).await?;
        let is_answer = path.first().ok_or(Error::NothingToMerge)?.author == Author::Assistant;
        if let Some(question) = common.filter(|common| is_answer && common.author == Author::User) {
            path.insert(0, question);
        }
        check_length(path.len() + usize::try_from(into.depth).unwrap_or(0))?;
        store::check_settled(tx.conn(), ctx, id, path.iter().chain([&into])).await?;
        let leaf = store::copy(tx.conn(), ctx, id, Some(&into), &path).await?.ok_or(Error::NothingToMerge)?;
        let row = store::grow(tx.conn(), ctx, row, leaf).await?;
        audit::record(&tx, ctx, Record::of("conversations.merge", "conversation").target(id).permit(&permit))
            .await?;
        // Another branch may be written meanwhile.
        let active = store::active_turn(tx.conn(), ctx, id).await?;
        tell(&tx, &row, active);
        tx.commit().await?;

        Ok(store::view(row, active))
    }
}

fn check_length(messages: usize) -> Result<(), Error> {
    if messages <= LENGTH_MAX { Ok(()) } else { Err(Error::BranchTooLong { max: LENGTH_MAX }) }
}

/// The length of the path that ends in a message.
const fn after(row: &message::Model) -> i32 {
    row.depth + 1
}

/// Finds the last message of the branch that passes through another: of several, the visible one's, else the newest.
async fn end(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    conversation: &conversation::Model,
    through: MessageId,
) -> Result<message::Model, Error> {
    let leaf = store::end_of_branch(conn, ctx, conversation, through).await?;
    store::of_conversation(conn, ctx, conversation, leaf.ok_or(Error::NoSuchMessage)?).await
}

async fn tail(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    conversation: &conversation::Model,
    leaf: &message::Model,
    from: i32,
) -> Result<BranchTail, Error> {
    let length = u32::try_from(after(leaf) - from).unwrap_or(0);
    let most = i32::try_from(MessageWindowRequest::MAX).unwrap_or(i32::MAX);
    let rows = store::stretch(conn, ctx, leaf, from..from.saturating_add(most)).await?;
    Ok(BranchTail { leaf_id: leaf.id, length, items: store::views(conn, ctx, conversation, rows).await? })
}
