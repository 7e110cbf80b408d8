use super::{
    SharingError,
    store::{self, ToolResultsOf},
};
use crate::{
    artifacts::{self, Artifacts},
    conversations::{self, Conversations},
    identity::email,
};
use penny_entity::{artifact, conversation, share};
use penny_i18n::keys;
use penny_kernel::{
    SharedKernel,
    access::{Action, Permit, ShareKey},
    audit::{self, AuditRecord},
    ctx::Ctx,
    db::WriteTx,
};
use penny_ports::bus::UserEvent;
use penny_types::{
    ArtifactId, ConversationId, PrincipalId, ShareId,
    access::{NewShare, ShareLevel, ShareSubject, SharedKind, SharesView},
    artifacts::ArtifactUpdate,
    conversations::ConversationUpdate,
};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ConnectionTrait};
use uuid::Uuid;

/// The most shares of one resource.
const SHARES_MAX: usize = 200;

/// A resource that can be shared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SharedResource {
    Conversation(ConversationId),
    Artifact(ArtifactId),
}

impl SharedResource {
    const fn key(self) -> ShareKey {
        match self {
            Self::Conversation(id) => (SharedKind::Conversation, id.uuid()),
            Self::Artifact(id) => (SharedKind::Artifact, id.uuid()),
        }
    }
}

/// A resource that the actor may share.
enum Loaded {
    Conversation(conversation::Model),
    Artifact(artifact::Model),
}

impl Loaded {
    const fn owner(&self) -> PrincipalId {
        match self {
            Self::Conversation(row) => row.owner_id,
            Self::Artifact(row) => row.owner_id,
        }
    }

    /// Returns the turns or conversation whose tool results become visible with the resource.
    fn tool_results(&self) -> Option<ToolResultsOf> {
        match self {
            Self::Conversation(row) => Some(ToolResultsOf::Conversation(row.id)),
            Self::Artifact(row) => row.tool_call_id.and(row.turn_id).map(ToolResultsOf::Turn),
        }
    }
}

/// Shares conversations and artifacts.
#[derive(Debug, Clone)]
pub struct Sharing {
    kernel: SharedKernel,
    conversations: Conversations,
    artifacts: Artifacts,
}

impl Sharing {
    pub(crate) const fn new(
        kernel: SharedKernel,
        conversations: Conversations,
        artifacts: Artifacts,
    ) -> Self {
        Self { kernel, conversations, artifacts }
    }

    /// Lists the shares of a resource and says what sharing it reveals.
    ///
    /// # Errors
    /// When there is no such resource for the actor, or the actor may not share it.
    pub async fn list(&self, ctx: &Ctx, resource: SharedResource) -> Result<SharesView, SharingError> {
        let tx = self.kernel.db.read(ctx).await?;
        let (loaded, _) = self.load(tx.conn(), ctx, resource).await?;
        shares_view(tx.conn(), ctx, resource, &loaded).await
    }

    /// Shares a resource. Sharing it again with the same subject replaces level and expiry.
    ///
    /// # Errors
    /// When the subject is unknown or owns the resource, or the actor may not share it.
    pub async fn share(
        &self,
        ctx: &Ctx,
        resource: SharedResource,
        new: NewShare,
    ) -> Result<SharesView, SharingError> {
        if new.expires_at.is_some_and(|end| end <= ctx.now()) {
            return Err(SharingError::Expired);
        }
        let tx = self.kernel.db.begin(ctx).await?;
        let (loaded, permit) = self.load(tx.conn(), ctx, resource).await?;
        let subject = subject(tx.conn(), ctx, &new).await?;
        if subject == (ShareSubject::Principal, loaded.owner().uuid()) {
            return Err(SharingError::IsOwner);
        }
        store::delete_of_subject(tx.conn(), ctx, resource.key(), subject).await?;
        if store::list(tx.conn(), ctx, resource.key()).await?.len() >= SHARES_MAX {
            return Err(SharingError::TooMany);
        }
        let (resource_kind, resource_id) = resource.key();
        let row = share::ActiveModel {
            tenant_id: Set(ctx.tenant()),
            id: Set(ctx.new_id()),
            resource_kind: Set(resource_kind),
            resource_id: Set(resource_id),
            subject_kind: Set(subject.0),
            subject_id: Set(subject.1),
            level: Set(new.level.unwrap_or(ShareLevel::View)),
            granted_by: Set(ctx.subject()),
            created_at: Set(ctx.now()),
            expires_at: Set(new.expires_at),
        };
        row.insert(tx.conn()).await?;
        record(&tx, ctx, resource, "share", &permit).await?;
        notify(&tx, ctx, &loaded, subject, true).await?;
        let view = shares_view(tx.conn(), ctx, resource, &loaded).await?;
        tx.commit().await?;
        Ok(view)
    }

    /// Removes a share.
    ///
    /// # Errors
    /// When there is none, or the actor may not share the resource.
    pub async fn unshare(
        &self,
        ctx: &Ctx,
        resource: SharedResource,
        id: ShareId,
    ) -> Result<SharesView, SharingError> {
        let tx = self.kernel.db.begin(ctx).await?;
        let (loaded, permit) = self.load(tx.conn(), ctx, resource).await?;
        let row = store::find(tx.conn(), ctx, resource.key(), id).await?.ok_or(SharingError::NotFound)?;
        let subject = (row.subject_kind, row.subject_id);
        store::delete_of_subject(tx.conn(), ctx, resource.key(), subject).await?;
        record(&tx, ctx, resource, "unshare", &permit).await?;
        notify(&tx, ctx, &loaded, subject, false).await?;
        let view = shares_view(tx.conn(), ctx, resource, &loaded).await?;
        tx.commit().await?;
        Ok(view)
    }

    async fn load(
        &self,
        conn: &impl ConnectionTrait,
        ctx: &Ctx,
        resource: SharedResource,
    ) -> Result<(Loaded, Permit), SharingError> {
        match resource {
            SharedResource::Conversation(id) => {
                let found = self.conversations.authorized(conn, ctx, id, Action::ConversationShare).await?;
                Ok((Loaded::Conversation(found.0), found.1))
            }
            SharedResource::Artifact(id) => {
                let found = self.artifacts.get_visible(conn, ctx, id, Action::ArtifactShare).await?;
                Ok((Loaded::Artifact(found.0), found.1))
            }
        }
    }
}

/// Resolves the one subject that the input names.
async fn subject(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    new: &NewShare,
) -> Result<(ShareSubject, Uuid), SharingError> {
    let unknown = |field| SharingError::UnknownSubject { field };
    match (new.principal_id, new.email.as_deref(), new.group_id, new.everyone) {
        (Some(id), None, None, None | Some(false)) => {
            let found = store::find_principal(conn, ctx, id).await?.ok_or_else(|| unknown("principalId"))?;
            Ok((ShareSubject::Principal, found.id.uuid()))
        }
        (None, Some(address), None, None | Some(false)) => {
            let normalised = email::normalise(address).ok_or_else(|| unknown("email"))?;
            let found =
                store::find_by_email(conn, ctx, &normalised).await?.ok_or_else(|| unknown("email"))?;
            Ok((ShareSubject::Principal, found.id.uuid()))
        }
        (None, None, Some(id), None | Some(false)) => {
            let found = store::find_group(conn, ctx, id).await?.ok_or_else(|| unknown("groupId"))?;
            Ok((ShareSubject::Group, found.id.uuid()))
        }
        (None, None, None, Some(true)) => Ok((ShareSubject::Tenant, Uuid::nil())),
        _ => Err(SharingError::SubjectCount),
    }
}

async fn shares_view(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    resource: SharedResource,
    loaded: &Loaded,
) -> Result<SharesView, SharingError> {
    let rows = store::list(conn, ctx, resource.key()).await?;
    let items = store::views(conn, ctx, rows).await?;
    let visible_tool_results = match loaded.tool_results() {
        Some(of) => store::count_tool_results(conn, ctx, of).await?,
        None => 0,
    };
    let notice = (visible_tool_results > 0).then(|| {
        penny_i18n::text(
            ctx.locale(),
            keys::SHARING_TOOL_RESULTS,
            &[("count", &visible_tool_results.to_string())],
        )
    });
    Ok(SharesView { items, visible_tool_results, notice })
}

async fn record(
    tx: &WriteTx,
    ctx: &Ctx,
    resource: SharedResource,
    verb: &str,
    permit: &Permit,
) -> Result<(), SharingError> {
    let (domain, kind) = match resource {
        SharedResource::Conversation(_) => ("conversations", "conversation"),
        SharedResource::Artifact(_) => ("artifacts", "artifact"),
    };
    let action = format!("{domain}.{verb}");
    let record = AuditRecord::of(&action, kind).permit(permit);
    let record = match resource {
        SharedResource::Conversation(id) => record.target(id),
        SharedResource::Artifact(id) => record.target(id),
    };
    Ok(audit::record(tx, ctx, record).await?)
}

/// Tells the pages of the principals that a share reaches. Pages of the whole tenant see it when they list again.
async fn notify(
    tx: &WriteTx,
    ctx: &Ctx,
    loaded: &Loaded,
    subject: (ShareSubject, Uuid),
    is_shared: bool,
) -> Result<(), SharingError> {
    for principal in store::reached(tx.conn(), ctx, subject).await? {
        if principal == loaded.owner() {
            continue;
        }
        let event = match loaded {
            Loaded::Conversation(row) => {
                let conversation = is_shared.then(|| conversations::store::summary(row, None));
                UserEvent::Conversation(ConversationUpdate { id: row.id, conversation })
            }
            Loaded::Artifact(row) => {
                let artifact =
                    if is_shared { artifacts::latest_view(tx.conn(), ctx, row).await? } else { None };
                UserEvent::Artifact(ArtifactUpdate { id: row.id, artifact })
            }
        };
        tx.notify(principal, event);
    }
    Ok(())
}
