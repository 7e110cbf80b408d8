//! Artifacts as access policies see them.

use penny_entity::{TenantScoped, artifact, conversation};
use penny_kernel::{
    access::{
        Action, Attributes, ListedResource, Resource, ResourceKind, ResourceShares, ShareKey, load_shares,
        shared_with,
    },
    ctx::Ctx,
    db::StoreError,
};
use penny_types::{ArtifactId, ConversationId, PrincipalId, WorkspaceId, access::SharedKind};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, QueryFilter, QuerySelect, QueryTrait};
use std::{borrow::Cow, collections::HashMap};

/// An artifact with its shares and those of its conversation.
#[derive(Debug, Clone)]
pub struct ArtifactResource {
    id: ArtifactId,
    owner: PrincipalId,
    conversation_owner: Option<PrincipalId>,
    workspace: Option<WorkspaceId>,
    labels: serde_json::Value,
    shares: ResourceShares,
}

impl Resource for ArtifactResource {
    const KIND: ResourceKind = ResourceKind::Artifact;

    fn entity_id(&self) -> Cow<'_, str> {
        self.id.to_string().into()
    }

    fn attributes(&self) -> Attributes {
        let attributes = Attributes::default()
            .principal("owner", self.owner)
            .workspace(self.workspace)
            .labels(&self.labels)
            .shares(&self.shares);
        match self.conversation_owner {
            Some(owner) => attributes.principal("conversationOwner", owner),
            None => attributes,
        }
    }
}

impl ListedResource for ArtifactResource {
    type Row = artifact::Model;
    const VIEW: Action = Action::ArtifactView;

    fn visible_rows(ctx: &Ctx) -> Condition {
        let own_conversations = conversation::Entity::find_in(ctx.tenant())
            .select_only()
            .column(conversation::Column::Id)
            .filter(conversation::Column::OwnerId.eq(ctx.subject()))
            .into_query();
        Condition::any()
            .add(artifact::Column::OwnerId.eq(ctx.subject()))
            .add(artifact::Column::Id.in_subquery(shared_with(ctx, SharedKind::Artifact)))
            .add(artifact::Column::ConversationId.in_subquery(shared_with(ctx, SharedKind::Conversation)))
            .add(artifact::Column::ConversationId.in_subquery(own_conversations))
    }

    async fn load(
        conn: &impl ConnectionTrait,
        ctx: &Ctx,
        rows: &[artifact::Model],
    ) -> Result<Vec<Self>, StoreError> {
        let own = |row: &artifact::Model| -> ShareKey { (SharedKind::Artifact, row.id.uuid()) };
        let of_conversation = |id: ConversationId| -> ShareKey { (SharedKind::Conversation, id.uuid()) };
        let conversations: Vec<ConversationId> = rows.iter().filter_map(|row| row.conversation_id).collect();
        let keys: Vec<ShareKey> =
            rows.iter().map(own).chain(conversations.iter().copied().map(of_conversation)).collect();
        let shares = load_shares(conn, ctx, &keys).await?;
        let owners = conversation_owners(conn, ctx, conversations).await?;
        let resource = |row: &artifact::Model| {
            let mut own_shares = shares.get(&own(row)).cloned().unwrap_or_default();
            if let Some(inherited) = row.conversation_id.and_then(|id| shares.get(&of_conversation(id))) {
                own_shares.add_viewers_of(inherited);
            }
            Self {
                id: row.id,
                owner: row.owner_id,
                conversation_owner: row.conversation_id.and_then(|id| owners.get(&id).copied()),
                workspace: row.workspace_id,
                labels: row.labels.clone(),
                shares: own_shares,
            }
        };
        Ok(rows.iter().map(resource).collect())
    }
}

async fn conversation_owners(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    ids: Vec<ConversationId>,
) -> Result<HashMap<ConversationId, PrincipalId>, StoreError> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let owners: Vec<(ConversationId, PrincipalId)> = conversation::Entity::find_in(ctx.tenant())
        .select_only()
        .columns([conversation::Column::Id, conversation::Column::OwnerId])
        .filter(conversation::Column::Id.is_in(ids))
        .into_tuple()
        .all(conn)
        .await?;
    Ok(owners.into_iter().collect())
}
