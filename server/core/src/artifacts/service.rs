use super::{
    Error, Lineage, erase, rules, signing,
    store::{self, Stored},
};
use crate::{
    access::{Action, Permit, Resource},
    audit::{self, Record},
    ctx::{Ctx, World},
    db::{StoreError, WriteTx, unsigned},
    foundation::Shared,
    paging::Cursor,
    title,
};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures::{StreamExt, stream::BoxStream};
use penny_entity::{artifact, artifact_version};
use penny_ports::{
    blobs::{BlobError, BlobKey},
    bus::Notice,
};
use penny_types::{
    ArtifactId, ArtifactVersionId, Page, PageRequest, TenantId, TurnId,
    artifacts::{ArtifactFilter, ArtifactKind, ArtifactUpdate, ArtifactView, ArtifactWithUrl, NewArtifact},
    conversations::FilePart,
};
use sea_orm::{ActiveValue::Set, ConnectionTrait};
use serde_json::Value;

/// A version's bytes and what they are.
#[derive(Debug, Clone)]
pub struct ArtifactContent {
    /// What the artifact is.
    pub kind: ArtifactKind,
    /// Its title.
    pub title: String,
    /// Media type of the bytes.
    pub media_type: String,
    /// The bytes.
    pub bytes: Bytes,
}

impl ArtifactContent {
    /// Returns the content as it was given: a string for words, an object for tables and charts.
    #[must_use]
    pub fn value(&self) -> Value {
        rules::decode(self.kind, &self.bytes)
    }
}

/// The artifacts of a tenant's people.
#[derive(Debug, Clone)]
pub struct Artifacts {
    shared: Shared,
}

impl Artifacts {
    pub(crate) const fn new(shared: Shared) -> Self {
        Self { shared }
    }

    /// Makes an artifact.
    ///
    /// # Errors
    /// When the content is not of its kind, the person may not, or a store fails.
    pub async fn create(&self, ctx: &Ctx, new: NewArtifact) -> Result<ArtifactView, Error> {
        let permit = self.shared.access.check(ctx, Action::ArtifactCreate, &Resource::Tenant)?;
        let title = title::tidy(&new.title)?;
        let stored = self.keep(ctx, new.kind, &new.content).await?;

        let tx = self.shared.db.begin(ctx).await?;
        let view = store::insert(tx.conn(), ctx, new.kind, title, &stored, &Lineage::default()).await?;
        audit::record(&tx, ctx, Record::of("artifacts.create", "artifact").target(view.id).permit(&permit))
            .await?;
        tell(&tx, ctx, view.clone());
        tx.commit().await?;
        Ok(view)
    }

    /// Puts bytes into the store before the rows that name them: a row never points at nothing.
    pub(crate) async fn keep(&self, ctx: &Ctx, kind: ArtifactKind, content: &Value) -> Result<Stored, Error> {
        let (bytes, media_type) = rules::encode(kind, content)?;
        let digest = *blake3::hash(&bytes).as_bytes();
        let size = bytes.len();
        self.shared.blobs.put(BlobKey { tenant: ctx.tenant, digest }, bytes).await?;
        Ok(Stored { digest, media_type, size })
    }

    /// Adds what a tool made, inside the transaction that records its call. The right to call the
    /// tool is the right to keep what it makes.
    pub(crate) async fn add(
        &self,
        tx: &WriteTx,
        ctx: &Ctx,
        kind: ArtifactKind,
        title: &str,
        stored: &Stored,
        lineage: &Lineage,
    ) -> Result<ArtifactView, Error> {
        let view = store::insert(tx.conn(), ctx, kind, title::tidy(title)?, stored, lineage).await?;
        tell(tx, ctx, view.clone());
        Ok(view)
    }

    /// Lists what a turn made, in the order it was made.
    pub(crate) async fn of_turn(
        &self,
        conn: &impl ConnectionTrait,
        ctx: &Ctx,
        turn: TurnId,
    ) -> Result<Vec<ArtifactView>, StoreError> {
        store::of_turn(conn, ctx, turn).await
    }

    /// Reads an artifact's row.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is none for this person.
    pub async fn get(&self, ctx: &Ctx, id: ArtifactId) -> Result<ArtifactView, Error> {
        let tx = self.shared.db.read(ctx).await?;
        let (row, _) = self.visible(tx.conn(), ctx, id, Action::ArtifactView).await?;
        let version = store::version(tx.conn(), ctx, &row, None).await?.ok_or(Error::NotFound)?;
        Ok(store::view(&row, &version))
    }

    /// Lists the person's artifacts, the last changed first.
    ///
    /// # Errors
    /// When the cursor is not of this list, or the database fails.
    pub async fn list(
        &self,
        ctx: &Ctx,
        filter: &ArtifactFilter,
        page: &PageRequest,
    ) -> Result<Page<ArtifactView>, Error> {
        let cursor = page.cursor.as_deref().map(Cursor::decode).transpose()?;
        let reach = self.shared.access.artifacts(ctx)?;
        let tx = self.shared.db.read(ctx).await?;
        store::list(tx.conn(), ctx, reach, filter, cursor, page.limit()).await
    }

    /// Reads a version's bytes; the newest when no number is given.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such version for this person.
    pub async fn content(
        &self,
        ctx: &Ctx,
        id: ArtifactId,
        number: Option<u32>,
    ) -> Result<ArtifactContent, Error> {
        let tx = self.shared.db.read(ctx).await?;
        let (row, _) = self.visible(tx.conn(), ctx, id, Action::ArtifactView).await?;
        let version = store::version(tx.conn(), ctx, &row, number).await?.ok_or(Error::NotFound)?;
        self.read(ctx, row, version).await
    }

    async fn read(
        &self,
        ctx: &Ctx,
        row: artifact::Model,
        version: artifact_version::Model,
    ) -> Result<ArtifactContent, Error> {
        let digest: [u8; 32] = version.digest.try_into().map_err(|_| BlobError::Damaged)?;
        let bytes = self.shared.blobs.get(BlobKey { tenant: ctx.tenant, digest }).await?;
        Ok(ArtifactContent { kind: row.kind, title: row.title, media_type: version.media_type, bytes })
    }

    /// Reads an artifact's row together with a signed address of its bytes.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is none for this person.
    pub async fn signed_url(&self, ctx: &Ctx, id: ArtifactId) -> Result<ArtifactWithUrl, Error> {
        let artifact = self.get(ctx, id).await?;
        let until = ctx.now() + signing::LIFETIME;
        let content_url = signing::sign(&*self.shared.keyring, ctx.tenant, id, artifact.version, until);
        Ok(ArtifactWithUrl { artifact, content_url, content_url_expires_at: until })
    }

    /// Reads bytes by a signed address: whoever holds it was given it by someone who may.
    ///
    /// # Errors
    /// [`Error::BadSignature`] when it was not signed here or has expired.
    pub async fn open_signed(
        &self,
        world: &World,
        (tenant, id, number): (TenantId, ArtifactId, u32),
        expires: i64,
        signature: &str,
    ) -> Result<ArtifactContent, Error> {
        signing::verify(&*self.shared.keyring, world.now(), (tenant, id, number), expires, signature)?;
        let ctx = Ctx::system(tenant, world.clone());
        let tx = self.shared.db.read(&ctx).await?;
        let row = store::find(tx.conn(), &ctx, id).await?.ok_or(Error::NotFound)?;
        let version = store::version(tx.conn(), &ctx, &row, Some(number)).await?.ok_or(Error::NotFound)?;
        self.read(&ctx, row, version).await
    }

    /// Keeps an artifact at hand, or no longer.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is none for this person.
    pub async fn set_pinned(
        &self,
        ctx: &Ctx,
        id: ArtifactId,
        is_pinned: bool,
    ) -> Result<ArtifactView, Error> {
        self.change(ctx, id, "artifacts.pin", |row| row.is_pinned = Set(is_pinned)).await
    }

    /// Gives an artifact another title.
    ///
    /// # Errors
    /// When the title is wrong, or there is none for this person.
    pub async fn rename(&self, ctx: &Ctx, id: ArtifactId, title: &str) -> Result<ArtifactView, Error> {
        let title = title::tidy(title)?;
        self.change(ctx, id, "artifacts.rename", |row| row.title = Set(title)).await
    }

    /// Throws an artifact away.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is none for this person.
    pub async fn delete(&self, ctx: &Ctx, id: ArtifactId) -> Result<(), Error> {
        let now = ctx.now();
        self.change(ctx, id, "artifacts.delete", |row| row.deleted_at = Set(Some(now))).await?;
        Ok(())
    }

    /// Removes for good some of the artifacts that were thrown away before a moment, with the bytes
    /// nobody else names; returns how many.
    pub(crate) async fn erase(&self, ctx: &Ctx, before: DateTime<Utc>, limit: u64) -> Result<u64, Error> {
        let tx = self.shared.db.begin(ctx).await?;
        let (ids, digests) = erase::thrown_away(tx.conn(), ctx, before, limit).await?;
        for &id in &ids {
            erase::erase(tx.conn(), ctx, id).await?;
            audit::record(&tx, ctx, Record::of("artifacts.erase", "artifact").target(id)).await?;
        }
        tx.commit().await?;
        for digest in digests {
            self.forget_bytes(ctx, digest).await?;
        }
        Ok(ids.len() as u64)
    }

    /// Removes bytes that no row names. Whoever stores the same bytes at this very moment found them
    /// there and wrote nothing, so they are put back when a row names them after all.
    async fn forget_bytes(&self, ctx: &Ctx, digest: [u8; 32]) -> Result<(), Error> {
        if self.is_named(ctx, digest).await? {
            return Ok(());
        }
        let key = BlobKey { tenant: ctx.tenant, digest };
        let bytes = match self.shared.blobs.get(key).await {
            Ok(bytes) => bytes,
            Err(BlobError::NotFound) => return Ok(()),
            Err(error) => return Err(error.into()),
        };
        self.shared.blobs.delete(key).await?;
        if self.is_named(ctx, digest).await? {
            self.shared.blobs.put(key, bytes).await?;
        }
        Ok(())
    }

    async fn is_named(&self, ctx: &Ctx, digest: [u8; 32]) -> Result<bool, Error> {
        let tx = self.shared.db.read(ctx).await?;
        Ok(erase::is_named(tx.conn(), ctx, digest).await?)
    }

    async fn change(
        &self,
        ctx: &Ctx,
        id: ArtifactId,
        act: &str,
        apply: impl FnOnce(&mut artifact::ActiveModel),
    ) -> Result<ArtifactView, Error> {
        let tx = self.shared.db.begin(ctx).await?;
        let (row, permit) = self.visible(tx.conn(), ctx, id, Action::ArtifactEdit).await?;
        let version = store::version(tx.conn(), ctx, &row, None).await?.ok_or(Error::NotFound)?;
        let row = store::change(tx.conn(), row, apply).await?;
        let view = store::view(&row, &version);
        audit::record(&tx, ctx, Record::of(act, "artifact").target(id).permit(&permit)).await?;
        let artifact = row.deleted_at.is_none().then(|| view.clone());
        tx.notify(row.owner_id, Notice::Artifact(ArtifactUpdate { id, artifact }));
        tx.commit().await?;
        Ok(view)
    }

    /// Follows what happens to the person's artifacts from now on.
    ///
    /// # Errors
    /// When the token may not read artifacts, or the bus cannot be reached.
    pub async fn updates(&self, ctx: &Ctx) -> Result<BoxStream<'static, ArtifactUpdate>, Error> {
        self.shared.access.artifacts(ctx)?;
        let notices = self.shared.bus.notices(ctx.subject()).await?;
        Ok(notices
            .filter_map(|notice| async move {
                match notice {
                    Notice::Artifact(update) => Some(update),
                    Notice::Conversation(_) => None,
                }
            })
            .boxed())
    }

    /// Turns a version the person may see into a part of their message.
    pub(crate) async fn attach(
        &self,
        conn: &impl ConnectionTrait,
        ctx: &Ctx,
        id: ArtifactVersionId,
    ) -> Result<FilePart, Error> {
        let version = store::by_version(conn, ctx, id).await?.ok_or(Error::NotFound)?;
        let (row, _) = self.visible(conn, ctx, version.artifact_id, Action::ArtifactView).await?;
        Ok(FilePart {
            version_id: id,
            name: row.title,
            media_type: version.media_type,
            size_bytes: unsigned(version.size_bytes),
        })
    }

    /// Reads an attached version in words for a model, cut to `max` bytes.
    pub(crate) async fn words(
        &self,
        conn: &impl ConnectionTrait,
        ctx: &Ctx,
        id: ArtifactVersionId,
        max: usize,
    ) -> Result<String, Error> {
        let version = store::by_version(conn, ctx, id).await?.ok_or(Error::NotFound)?;
        let (row, _) = self.visible(conn, ctx, version.artifact_id, Action::ArtifactView).await?;
        let content = self.read(ctx, row, version).await?;
        Ok(rules::as_words(&content.bytes, max))
    }

    async fn visible(
        &self,
        conn: &impl ConnectionTrait,
        ctx: &Ctx,
        id: ArtifactId,
        action: Action,
    ) -> Result<(artifact::Model, Permit), Error> {
        let row = store::find(conn, ctx, id).await?.ok_or(Error::NotFound)?;
        let resource = Resource::Artifact(row.owner_id);
        let permit = self.shared.access.check_seen(ctx, Action::ArtifactView, action, &resource)?;
        Ok((row, permit.ok_or(Error::NotFound)?))
    }
}

/// Tells the owner's pages about an artifact once the transaction is through.
fn tell(tx: &WriteTx, ctx: &Ctx, view: ArtifactView) {
    tx.notify(ctx.subject(), Notice::Artifact(ArtifactUpdate { id: view.id, artifact: Some(view) }));
}
