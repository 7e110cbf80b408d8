//! Bytes by the digest of their content, each tenant's apart.

use async_trait::async_trait;
use bytes::Bytes;
use penny_types::TenantId;
use std::fmt::Debug;

/// Names bytes: BLAKE3 of the content, within one tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct BlobKey {
    /// Whose bytes. Deduplication stops here: across tenants it would tell what others have.
    pub tenant: TenantId,
    /// BLAKE3 digest of the bytes.
    pub digest: [u8; 32],
}

/// Says why bytes could not be kept or found.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    /// There are none of that name.
    #[error("no such bytes")]
    NotFound,
    /// The store has no room.
    #[error("the file store is full")]
    Full(#[source] std::io::Error),
    /// The bytes found do not have the digest asked for.
    #[error("the stored bytes are damaged")]
    Damaged,
    /// Anything else.
    #[error("the file store failed")]
    Failed(#[source] std::io::Error),
}

/// Keeps bytes. Writing the same bytes twice is one write.
#[async_trait]
pub trait BlobStore: Debug + Send + Sync {
    /// Stores the bytes durably before returning; the digest is the caller's claim and is checked.
    async fn put(&self, key: BlobKey, bytes: Bytes) -> Result<(), BlobError>;
    /// Reads the bytes whole; artifacts are bounded, so a version fits in memory.
    async fn get(&self, key: BlobKey) -> Result<Bytes, BlobError>;
    /// Removes the bytes; removing what is not there is no error.
    async fn delete(&self, key: BlobKey) -> Result<(), BlobError>;
    /// Proves that writing works, for the readiness check.
    async fn check(&self) -> Result<(), BlobError>;
}
