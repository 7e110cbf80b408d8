//! Conversations as access policies see them.

use penny_entity::conversation;
use penny_kernel::{
    access::{
        Action, Attributes, ListedResource, Resource, ResourceKind, ResourceShares, ShareKey, load_shares,
        shared_with,
    },
    ctx::Ctx,
    db::StoreError,
};
use penny_types::{ConversationId, PrincipalId, WorkspaceId, access::SharedKind};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait};
use std::borrow::Cow;

/// A conversation with its shares.
#[derive(Debug, Clone)]
pub struct ConversationResource {
    id: ConversationId,
    owner: PrincipalId,
    workspace: Option<WorkspaceId>,
    labels: serde_json::Value,
    shares: ResourceShares,
}

impl Resource for ConversationResource {
    const KIND: ResourceKind = ResourceKind::Conversation;

    fn entity_id(&self) -> Cow<'_, str> {
        self.id.to_string().into()
    }

    fn attributes(&self) -> Attributes {
        Attributes::default()
            .principal("owner", self.owner)
            .workspace(self.workspace)
            .labels(&self.labels)
            .shares(&self.shares)
    }
}

impl ListedResource for ConversationResource {
    type Row = conversation::Model;
    const VIEW: Action = Action::ConversationView;

    fn visible_rows(ctx: &Ctx) -> Condition {
        Condition::any()
            .add(conversation::Column::OwnerId.eq(ctx.subject()))
            .add(conversation::Column::Id.in_subquery(shared_with(ctx, SharedKind::Conversation)))
    }

    async fn load(
        conn: &impl ConnectionTrait,
        ctx: &Ctx,
        rows: &[conversation::Model],
    ) -> Result<Vec<Self>, StoreError> {
        let key = |row: &conversation::Model| -> ShareKey { (SharedKind::Conversation, row.id.uuid()) };
        let keys: Vec<ShareKey> = rows.iter().map(key).collect();
        let mut shares = load_shares(conn, ctx, &keys).await?;
        let mut resource = |row: &conversation::Model| Self {
            id: row.id,
            owner: row.owner_id,
            workspace: row.workspace_id,
            labels: row.labels.clone(),
            shares: shares.remove(&key(row)).unwrap_or_default(),
        };
        Ok(rows.iter().map(&mut resource).collect())
    }
}
