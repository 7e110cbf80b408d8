//! Blob store in the file system.

use async_trait::async_trait;
use bytes::Bytes;
use penny_ports::blobs::{BlobError, BlobKey, BlobStore};
use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};

/// Stores blobs as files `<root>/<tenant>/<first two hex digits>/<digest>`.
///
/// Writes are atomic and durable: the bytes go to a temporary file in the same directory, which is
/// synced and renamed, and then the directory is synced.
#[derive(Debug, Clone)]
pub struct FileBlobStore {
    root: PathBuf,
}

impl FileBlobStore {
    /// Creates a store in the directory `root`, which is created by the first write.
    #[must_use]
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    fn path(&self, key: BlobKey) -> PathBuf {
        let name = hex::encode(key.digest);
        let prefix = name.get(..2).unwrap_or_default().to_owned();
        self.root.join(key.tenant.to_string()).join(prefix).join(name)
    }
}

#[async_trait]
impl BlobStore for FileBlobStore {
    async fn put(&self, key: BlobKey, bytes: Bytes) -> Result<(), BlobError> {
        let path = self.path(key);
        run_blocking(move || {
            if blake3::hash(&bytes) != key.digest {
                return Err(BlobError::Corrupt);
            }
            // An existing blob is kept only if it is intact; a corrupt one is overwritten.
            match read_checked(&path, &key.digest) {
                Ok(_) => Ok(()),
                Err(BlobError::NotFound | BlobError::Corrupt) => {
                    write_durably(&path, &bytes).map_err(blob_error)
                }
                Err(other) => Err(other),
            }
        })
        .await
    }

    async fn get(&self, key: BlobKey) -> Result<Bytes, BlobError> {
        let path = self.path(key);
        run_blocking(move || read_checked(&path, &key.digest)).await
    }

    async fn delete(&self, key: BlobKey) -> Result<(), BlobError> {
        let path = self.path(key);
        run_blocking(move || match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(blob_error(error)),
            _ => Ok(()),
        })
        .await
    }

    async fn check(&self) -> Result<(), BlobError> {
        let probe = self.root.join(unique_name(".probe"));
        run_blocking(move || {
            write_durably(&probe, b"probe").and_then(|()| fs::remove_file(&probe)).map_err(blob_error)
        })
        .await
    }
}

/// Runs file operations on the blocking thread pool; a panic becomes [`BlobError::Io`].
async fn run_blocking<T: Send + 'static>(
    operation: impl FnOnce() -> Result<T, BlobError> + Send + 'static,
) -> Result<T, BlobError> {
    tokio::task::spawn_blocking(operation)
        .await
        .unwrap_or_else(|error| Err(BlobError::Io(io::Error::other(error))))
}

fn blob_error(error: io::Error) -> BlobError {
    match error.kind() {
        io::ErrorKind::NotFound => BlobError::NotFound,
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => BlobError::Full(error),
        _ => BlobError::Io(error),
    }
}

fn read_checked(path: &Path, digest: &[u8; 32]) -> Result<Bytes, BlobError> {
    let bytes = fs::read(path).map_err(blob_error)?;
    if blake3::hash(&bytes) == *digest { Ok(bytes.into()) } else { Err(BlobError::Corrupt) }
}

fn write_durably(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let directory = path.parent().ok_or_else(|| io::Error::other("the blob path has no parent directory"))?;
    fs::create_dir_all(directory)?;
    let temporary = directory.join(unique_name(".draft"));
    let written = write_synced(&temporary, bytes)
        .and_then(|()| fs::rename(&temporary, path))
        .and_then(|()| fs::File::open(directory)?.sync_all());
    if written.is_err() {
        // Best effort to free the space; the write error is the one to report.
        let _ = fs::remove_file(&temporary);
    }
    written
}

fn write_synced(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = fs::OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Returns a file name that no other writer uses, from the process id, the time and a counter.
fn unique_name(prefix: &str) -> String {
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    let timestamp = std::time::UNIX_EPOCH.elapsed().map_or(0, |elapsed| elapsed.as_nanos());
    format!("{prefix}-{}-{timestamp}-{}", std::process::id(), COUNTER.fetch_add(1, Ordering::Relaxed))
}

#[cfg(test)]
mod tests {
    use super::*;
    use penny_types::TenantId;
    use uuid::Uuid;

    const ACME: TenantId = TenantId(Uuid::from_u128(1));
    const GLOBEX: TenantId = TenantId(Uuid::from_u128(2));

    fn key(tenant: TenantId, bytes: &[u8]) -> BlobKey {
        BlobKey { tenant, digest: *blake3::hash(bytes).as_bytes() }
    }

    fn store() -> (tempfile::TempDir, FileBlobStore) {
        let directory = tempfile::tempdir().unwrap();
        let store = FileBlobStore::new(directory.path().join("blobs"));
        (directory, store)
    }

    fn count_files(directory: &Path) -> usize {
        let Ok(entries) = fs::read_dir(directory) else { return 0 };
        entries
            .map(|entry| entry.unwrap().path())
            .map(|path| if path.is_dir() { count_files(&path) } else { 1 })
            .sum()
    }

    #[tokio::test]
    async fn stored_bytes_are_read_back_unchanged() {
        let (_directory, store) = store();
        for bytes in [&b""[..], b"a chart", &[0xff; 100_000]] {
            let key = key(ACME, bytes);
            store.put(key, Bytes::from_static(Box::leak(bytes.to_vec().into_boxed_slice()))).await.unwrap();
            assert_eq!(store.get(key).await.unwrap(), bytes);
        }
    }

    #[tokio::test]
    async fn equal_blobs_are_stored_once_per_tenant() {
        let (directory, store) = store();
        let bytes = Bytes::from_static(b"the same");
        store.put(key(ACME, &bytes), bytes.clone()).await.unwrap();
        store.put(key(ACME, &bytes), bytes.clone()).await.unwrap();
        assert_eq!(count_files(directory.path()), 1);
        assert!(matches!(store.get(key(GLOBEX, &bytes)).await, Err(BlobError::NotFound)));
        store.put(key(GLOBEX, &bytes), bytes.clone()).await.unwrap();
        assert_eq!(count_files(directory.path()), 2);
        store.delete(key(GLOBEX, &bytes)).await.unwrap();
        assert_eq!(store.get(key(ACME, &bytes)).await.unwrap(), bytes);
    }

    #[tokio::test]
    async fn a_wrong_digest_is_rejected_and_nothing_is_written() {
        let (directory, store) = store();
        let rejected = store.put(key(ACME, b"one"), Bytes::from_static(b"another")).await;
        assert!(matches!(rejected, Err(BlobError::Corrupt)));
        assert_eq!(count_files(directory.path()), 0);
    }

    #[tokio::test]
    async fn a_corrupt_blob_is_detected_on_read_and_repaired_by_put() {
        let (_directory, store) = store();
        let bytes = Bytes::from_static(b"precious");
        let key = key(ACME, &bytes);
        store.put(key, bytes.clone()).await.unwrap();
        fs::write(store.path(key), b"precioux").unwrap();
        assert!(matches!(store.get(key).await, Err(BlobError::Corrupt)));
        store.put(key, bytes.clone()).await.unwrap();
        assert_eq!(store.get(key).await.unwrap(), bytes);
    }

    #[tokio::test]
    async fn deleting_a_missing_blob_succeeds() {
        let (_directory, store) = store();
        store.delete(key(ACME, b"never written")).await.unwrap();
    }

    #[tokio::test]
    async fn the_check_leaves_no_file_and_fails_when_writing_fails() {
        let (directory, store) = store();
        store.check().await.unwrap();
        assert_eq!(count_files(directory.path()), 0);
        fs::write(directory.path().join("a file"), b"").unwrap();
        let blocked = FileBlobStore::new(directory.path().join("a file"));
        assert!(matches!(blocked.check().await, Err(BlobError::Io(_))));
    }

    #[tokio::test]
    async fn concurrent_writes_of_the_same_blob_all_succeed() {
        let (directory, store) = store();
        let bytes = Bytes::from(vec![7; 50_000]);
        let key = key(ACME, &bytes);
        let writes = (0..32).map(|_| store.put(key, bytes.clone()));
        futures::future::try_join_all(writes).await.unwrap();
        assert_eq!(count_files(directory.path()), 1);
        assert_eq!(store.get(key).await.unwrap(), bytes);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_reported_as_full() {
        let error =
            fs::OpenOptions::new().write(true).open("/dev/full").unwrap().write_all(b"x").unwrap_err();
        assert!(matches!(blob_error(error), BlobError::Full(_)));
    }

    /// Blobs lie under these paths: a change of the layout is a migration.
    #[test]
    fn a_blob_keeps_its_path() {
        let path = FileBlobStore::new("blobs").path(key(ACME, b"a chart"));
        let expected = "blobs/ten_00000000000000000000000001/20/\
            20a47c2ea826703d37060e3a778a21a73d9b5646535bc60aa3336554a852622b";
        assert_eq!(path, Path::new(expected));
    }
}
