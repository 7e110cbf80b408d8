//! Content-addressed blob storage, separate for each tenant.

use async_trait::async_trait;
use bytes::Bytes;
use penny_types::TenantId;
use std::fmt::Debug;

/// Identifies a blob by the BLAKE3 digest of its content, within one tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct BlobKey {
    /// Blobs are deduplicated within a tenant only: deduplication across tenants would reveal what
    /// other tenants store.
    pub tenant: TenantId,
    /// BLAKE3 digest of the bytes.
    pub digest: [u8; 32],
}

/// Failure to store or read a blob.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    #[error("the blob does not exist")]
    NotFound,
    #[error("the blob store is full")]
    Full(#[source] std::io::Error),
    /// The bytes do not have the digest of their key.
    #[error("the blob is corrupt")]
    Corrupt,
    #[error("the blob store failed")]
    Io(#[source] std::io::Error),
}

/// Stores blobs. Writing the same bytes twice stores them once.
#[async_trait]
pub trait BlobStore: Debug + Send + Sync {
    /// Stores the bytes durably before it returns.
    ///
    /// # Errors
    /// [`BlobError::Corrupt`] when the bytes do not have the digest of `key`.
    async fn put(&self, key: BlobKey, bytes: Bytes) -> Result<(), BlobError>;
    /// Reads the whole blob. Artifact versions are bounded, so each fits in memory.
    async fn get(&self, key: BlobKey) -> Result<Bytes, BlobError>;
    /// Deletes the blob; succeeds when it does not exist.
    async fn delete(&self, key: BlobKey) -> Result<(), BlobError>;
    /// Verifies that the store is writable, for the readiness check.
    async fn check(&self) -> Result<(), BlobError>;
}
