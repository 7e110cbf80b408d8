use super::{
    ArtifactError, ArtifactResource, Lineage, erase, rules, signing,
    store::{self, StoredBlob},
};
use crate::title;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures::{StreamExt, stream::BoxStream};
use penny_entity::{artifact, artifact_version};
use penny_kernel::{
    SharedKernel,
    access::{Action, ListedResource, Permit, TenantResource},
    audit::{self, AuditRecord},
    ctx::{Ctx, SystemPorts},
    db::{StoreError, WriteTx, unsigned},
    paging::Cursor,
};
use penny_ports::{
    blobs::{BlobError, BlobKey},
    bus::UserEvent,
};
use penny_types::{
    ArtifactId, ArtifactVersionId, Page, PageRequest, TenantId, TurnId,
    artifacts::{ArtifactFilter, ArtifactKind, ArtifactUpdate, ArtifactView, ArtifactWithUrl, NewArtifact},
    conversations::FilePart,
};
use sea_orm::{ActiveValue::Set, ConnectionTrait};
use serde_json::Value;

/// The content of an artifact version.
#[derive(Debug, Clone)]
pub struct ArtifactContent {
    pub kind: ArtifactKind,
    pub title: String,
    pub media_type: String,
    pub bytes: Bytes,
}

impl ArtifactContent {
    /// Returns the content as it was submitted: a string for text kinds, an object for tables, charts and
    /// dashboards.
    #[must_use]
    pub fn value(&self) -> Value {
        rules::decode(self.kind, &self.bytes)
    }
}

/// Service for artifacts.
#[derive(Debug, Clone)]
pub struct Artifacts {
    kernel: SharedKernel,
}

impl Artifacts {
    pub(crate) const fn new(kernel: SharedKernel) -> Self {
        Self { kernel }
    }

    /// Creates an artifact.
    ///
    /// # Errors
    /// When the content does not match its kind, the actor may not create artifacts, or a store fails.
    pub async fn create(&self, ctx: &Ctx, new: NewArtifact) -> Result<ArtifactView, ArtifactError> {
        let permit = self.kernel.access.check(ctx, Action::ArtifactCreate, &TenantResource)?;
        let title = title::normalize(&new.title)?;
        let stored = self.store_content(ctx, new.kind, &new.content).await?;

        let tx = self.kernel.db.begin(ctx).await?;
        let view = store::insert(tx.conn(), ctx, new.kind, title, &stored, &Lineage::default()).await?;
        audit::record(
            &tx,
            ctx,
            AuditRecord::of("artifacts.create", "artifact").target(view.id).permit(&permit),
        )
        .await?;
        notify_owner(&tx, ctx, view.clone());
        tx.commit().await?;
        Ok(view)
    }

    /// Validates content and writes it to the blob store. Blobs are written before the rows that reference
    /// them, so that a row never references a missing blob.
    pub(crate) async fn store_content(
        &self,
        ctx: &Ctx,
        kind: ArtifactKind,
        content: &Value,
    ) -> Result<StoredBlob, ArtifactError> {
        let (bytes, media_type) = rules::encode(kind, content)?;
        let digest = *blake3::hash(&bytes).as_bytes();
        let size = bytes.len();
        self.kernel.blobs.put(BlobKey { tenant: ctx.tenant(), digest }, bytes).await?;
        Ok(StoredBlob { digest, media_type, size })
    }

    /// Inserts an artifact of a tool call, in the transaction that records the call. The right to call the
    /// tool includes the right to store its artifacts.
    pub(crate) async fn insert_from_tool(
        &self,
        tx: &WriteTx,
        ctx: &Ctx,
        kind: ArtifactKind,
        title: &str,
        stored: &StoredBlob,
        lineage: &Lineage,
    ) -> Result<ArtifactView, ArtifactError> {
        let view = store::insert(tx.conn(), ctx, kind, title::normalize(title)?, stored, lineage).await?;
        notify_owner(tx, ctx, view.clone());
        Ok(view)
    }

    /// Lists the artifacts of a turn, in the order of their creation.
    pub(crate) async fn list_by_turn(
        &self,
        conn: &impl ConnectionTrait,
        ctx: &Ctx,
        turn: TurnId,
    ) -> Result<Vec<ArtifactView>, StoreError> {
        store::list_by_turn(conn, ctx, turn).await
    }

    /// Returns an artifact without its content.
    ///
    /// # Errors
    /// [`ArtifactError::NotFound`] when it does not exist or the actor may not see it.
    pub async fn get(&self, ctx: &Ctx, id: ArtifactId) -> Result<ArtifactView, ArtifactError> {
        let tx = self.kernel.db.read(ctx).await?;
        let (row, _) = self.get_visible(tx.conn(), ctx, id, Action::ArtifactView).await?;
        let version =
            store::find_version(tx.conn(), ctx, &row, None).await?.ok_or(ArtifactError::NotFound)?;
        Ok(store::artifact_view(&row, &version))
    }

    /// Lists the artifacts the actor may see, last changed first.
    ///
    /// # Errors
    /// When the cursor is not of this list, or the database fails.
    pub async fn list(
        &self,
        ctx: &Ctx,
        filter: &ArtifactFilter,
        page: &PageRequest,
    ) -> Result<Page<ArtifactView>, ArtifactError> {
        let cursor = page.cursor.as_deref().map(Cursor::decode).transpose()?;
        let access = &self.kernel.access;
        let visible = access.list_filter::<ArtifactResource>(ctx)?;
        let tx = self.kernel.db.read(ctx).await?;
        store::list(tx.conn(), ctx, (access, &visible), filter, cursor, page.limit()).await
    }

    /// Returns the content of a version, by default of the latest.
    ///
    /// # Errors
    /// [`ArtifactError::NotFound`] when the version does not exist or the actor may not see it.
    pub async fn content(
        &self,
        ctx: &Ctx,
        id: ArtifactId,
        number: Option<u32>,
    ) -> Result<ArtifactContent, ArtifactError> {
        let tx = self.kernel.db.read(ctx).await?;
        let (row, _) = self.get_visible(tx.conn(), ctx, id, Action::ArtifactView).await?;
        let version =
            store::find_version(tx.conn(), ctx, &row, number).await?.ok_or(ArtifactError::NotFound)?;
        self.read(ctx, row, version).await
    }

    async fn read(
        &self,
        ctx: &Ctx,
        row: artifact::Model,
        version: artifact_version::Model,
    ) -> Result<ArtifactContent, ArtifactError> {
        let digest: [u8; 32] = version.digest.try_into().map_err(|_| BlobError::Corrupt)?;
        let bytes = self.kernel.blobs.get(BlobKey { tenant: ctx.tenant(), digest }).await?;
        Ok(ArtifactContent { kind: row.kind, title: row.title, media_type: version.media_type, bytes })
    }

    /// Returns an artifact with a signed URL of its content.
    ///
    /// # Errors
    /// [`ArtifactError::NotFound`] when it does not exist or the actor may not see it.
    pub async fn signed_url(&self, ctx: &Ctx, id: ArtifactId) -> Result<ArtifactWithUrl, ArtifactError> {
        let artifact = self.get(ctx, id).await?;
        let until = ctx.now() + signing::URL_LIFETIME;
        let content_url = signing::sign(&*self.kernel.keyring, ctx.tenant(), id, artifact.version, until);
        Ok(ArtifactWithUrl { artifact, content_url, content_url_expires_at: until })
    }

    /// Returns content by a signed URL, which is the only authorisation.
    ///
    /// # Errors
    /// [`ArtifactError::InvalidSignature`] when the signature is invalid or has expired.
    pub async fn get_signed_content(
        &self,
        system: &SystemPorts,
        (tenant, id, number): (TenantId, ArtifactId, u32),
        expires: i64,
        signature: &str,
    ) -> Result<ArtifactContent, ArtifactError> {
        signing::verify(&*self.kernel.keyring, system.now(), (tenant, id, number), expires, signature)?;
        let ctx = Ctx::system(tenant, system.clone(), &[]);
        let tx = self.kernel.db.read(&ctx).await?;
        let row = store::find(tx.conn(), &ctx, id).await?.ok_or(ArtifactError::NotFound)?;
        let version =
            store::find_version(tx.conn(), &ctx, &row, Some(number)).await?.ok_or(ArtifactError::NotFound)?;
        self.read(&ctx, row, version).await
    }

    /// Pins or unpins an artifact.
    ///
    /// # Errors
    /// [`ArtifactError::NotFound`] when it does not exist or the actor may not see it.
    pub async fn set_pinned(
        &self,
        ctx: &Ctx,
        id: ArtifactId,
        is_pinned: bool,
    ) -> Result<ArtifactView, ArtifactError> {
        self.update(ctx, id, (Action::ArtifactEdit, "artifacts.pin"), |row| row.is_pinned = Set(is_pinned))
            .await
    }

    /// Renames an artifact.
    ///
    /// # Errors
    /// When the title is invalid, the artifact does not exist, or the actor may not see it.
    pub async fn rename(
        &self,
        ctx: &Ctx,
        id: ArtifactId,
        title: &str,
    ) -> Result<ArtifactView, ArtifactError> {
        let title = title::normalize(title)?;
        self.update(ctx, id, (Action::ArtifactEdit, "artifacts.rename"), |row| row.title = Set(title)).await
    }

    /// Deletes an artifact. It is erased by the cleanup job after the retention period.
    ///
    /// # Errors
    /// [`ArtifactError::NotFound`] when it does not exist or the actor may not see it.
    pub async fn delete(&self, ctx: &Ctx, id: ArtifactId) -> Result<(), ArtifactError> {
        let now = ctx.now();
        self.update(ctx, id, (Action::ArtifactDelete, "artifacts.delete"), |row| {
            row.deleted_at = Set(Some(now))
        })
        .await?;
        Ok(())
    }

    /// Erases up to `limit` artifacts that were deleted before a moment, with their unreferenced blobs.
    /// Returns the number of erased artifacts.
    pub(crate) async fn erase(
        &self,
        ctx: &Ctx,
        before: DateTime<Utc>,
        limit: u64,
    ) -> Result<u64, ArtifactError> {
        let tx = self.kernel.db.begin(ctx).await?;
        let (ids, digests) = erase::list_deleted_before(tx.conn(), ctx, before, limit).await?;
        for &id in &ids {
            erase::erase(tx.conn(), ctx, id).await?;
            audit::record(&tx, ctx, AuditRecord::of("artifacts.erase", "artifact").target(id)).await?;
        }
        tx.commit().await?;
        for digest in digests {
            self.delete_unreferenced_blob(ctx, digest).await?;
        }
        Ok(ids.len() as u64)
    }

    /// Deletes a blob that no row references. A concurrent request that stores the same bytes may have
    /// found the blob and skipped the write, so it is restored when a row references it afterwards.
    async fn delete_unreferenced_blob(&self, ctx: &Ctx, digest: [u8; 32]) -> Result<(), ArtifactError> {
        if self.is_blob_referenced(ctx, digest).await? {
            return Ok(());
        }
        let key = BlobKey { tenant: ctx.tenant(), digest };
        let bytes = match self.kernel.blobs.get(key).await {
            Ok(bytes) => bytes,
            Err(BlobError::NotFound) => return Ok(()),
            Err(error) => return Err(error.into()),
        };
        self.kernel.blobs.delete(key).await?;
        if self.is_blob_referenced(ctx, digest).await? {
            self.kernel.blobs.put(key, bytes).await?;
        }
        Ok(())
    }

    async fn is_blob_referenced(&self, ctx: &Ctx, digest: [u8; 32]) -> Result<bool, ArtifactError> {
        let tx = self.kernel.db.read(ctx).await?;
        Ok(erase::is_blob_referenced(tx.conn(), ctx, digest).await?)
    }

    async fn update(
        &self,
        ctx: &Ctx,
        id: ArtifactId,
        (action, recorded_as): (Action, &str),
        apply: impl FnOnce(&mut artifact::ActiveModel),
    ) -> Result<ArtifactView, ArtifactError> {
        let tx = self.kernel.db.begin(ctx).await?;
        let (row, permit) = self.get_visible(tx.conn(), ctx, id, action).await?;
        let version =
            store::find_version(tx.conn(), ctx, &row, None).await?.ok_or(ArtifactError::NotFound)?;
        let row = store::update(tx.conn(), row, apply).await?;
        let view = store::artifact_view(&row, &version);
        audit::record(&tx, ctx, AuditRecord::of(recorded_as, "artifact").target(id).permit(&permit)).await?;
        let artifact = row.deleted_at.is_none().then(|| view.clone());
        tx.notify(row.owner_id, UserEvent::Artifact(ArtifactUpdate { id, artifact }));
        tx.commit().await?;
        Ok(view)
    }

    /// Subscribes to changes of the actor's artifacts.
    ///
    /// # Errors
    /// When the token may not read artifacts, or the bus cannot be reached.
    pub async fn updates(&self, ctx: &Ctx) -> Result<BoxStream<'static, ArtifactUpdate>, ArtifactError> {
        self.kernel.access.list_filter::<ArtifactResource>(ctx)?;
        let events = self.kernel.bus.subscribe_user_events(ctx.subject()).await?;
        Ok(events
            .filter_map(|event| async move {
                match event {
                    UserEvent::Artifact(update) => Some(update),
                    UserEvent::Conversation(_) => None,
                }
            })
            .boxed())
    }

    /// Returns the message part for a version to attach.
    pub(crate) async fn file_part(
        &self,
        conn: &impl ConnectionTrait,
        ctx: &Ctx,
        id: ArtifactVersionId,
    ) -> Result<FilePart, ArtifactError> {
        let version = store::find_version_by_id(conn, ctx, id).await?.ok_or(ArtifactError::NotFound)?;
        let (row, _) = self.get_visible(conn, ctx, version.artifact_id, Action::ArtifactView).await?;
        Ok(FilePart {
            version_id: id,
            name: row.title,
            media_type: version.media_type,
            size_bytes: unsigned(version.size_bytes),
        })
    }

    /// Returns an attached version as text for a model, truncated to `max` bytes.
    pub(crate) async fn text_for_model(
        &self,
        conn: &impl ConnectionTrait,
        ctx: &Ctx,
        id: ArtifactVersionId,
        max: usize,
    ) -> Result<String, ArtifactError> {
        let version = store::find_version_by_id(conn, ctx, id).await?.ok_or(ArtifactError::NotFound)?;
        let (row, _) = self.get_visible(conn, ctx, version.artifact_id, Action::ArtifactView).await?;
        let content = self.read(ctx, row, version).await?;
        Ok(rules::truncated_text(&content.bytes, max))
    }

    pub(crate) async fn get_visible(
        &self,
        conn: &impl ConnectionTrait,
        ctx: &Ctx,
        id: ArtifactId,
        action: Action,
    ) -> Result<(artifact::Model, Permit), ArtifactError> {
        let row = store::find(conn, ctx, id).await?.ok_or(ArtifactError::NotFound)?;
        let resources = ArtifactResource::load(conn, ctx, std::slice::from_ref(&row)).await?;
        let resource = resources.first().ok_or(ArtifactError::NotFound)?;
        let permit = self.kernel.access.check_visible(ctx, Action::ArtifactView, action, resource)?;
        Ok((row, permit.ok_or(ArtifactError::NotFound)?))
    }
}

/// Notifies the owner's subscriptions of an artifact when the transaction commits.
fn notify_owner(tx: &WriteTx, ctx: &Ctx, view: ArtifactView) {
    tx.notify(ctx.subject(), UserEvent::Artifact(ArtifactUpdate { id: view.id, artifact: Some(view) }));
}
