//! Files in a folder, named by the digest of their content, each tenant's in a folder of its own.

use async_trait::async_trait;
use bytes::Bytes;
use penny_ports::blobs::{BlobError, BlobKey, BlobStore};
use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};

/// Keeps bytes under a folder: `<tenant>/<first two hex digits>/<digest>`.
///
/// A file appears under its name only when it is whole and on the disk: it is written beside it,
/// flushed, renamed, and the folder is flushed too.
#[derive(Debug, Clone)]
pub struct FolderStore {
    root: PathBuf,
}

impl FolderStore {
    /// Makes a store over `root`; the folder is made when it is first written to.
    #[must_use]
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    fn path(&self, key: BlobKey) -> PathBuf {
        let name = hex::encode(key.digest);
        let shelf = name.get(..2).unwrap_or_default().to_owned();
        self.root.join(key.tenant.to_string()).join(shelf).join(name)
    }
}

#[async_trait]
impl BlobStore for FolderStore {
    async fn put(&self, key: BlobKey, bytes: Bytes) -> Result<(), BlobError> {
        let path = self.path(key);
        off_the_loop(move || {
            if blake3::hash(&bytes) != key.digest {
                return Err(BlobError::Damaged);
            }
            // What is there already is trusted only if it is whole: writing again mends it.
            match read_checked(&path, &key.digest) {
                Ok(_) => Ok(()),
                Err(BlobError::NotFound | BlobError::Damaged) => write_durably(&path, &bytes).map_err(sort),
                Err(other) => Err(other),
            }
        })
        .await
    }

    async fn get(&self, key: BlobKey) -> Result<Bytes, BlobError> {
        let path = self.path(key);
        off_the_loop(move || read_checked(&path, &key.digest)).await
    }

    async fn delete(&self, key: BlobKey) -> Result<(), BlobError> {
        let path = self.path(key);
        off_the_loop(move || match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(sort(error)),
            _ => Ok(()),
        })
        .await
    }

    async fn check(&self) -> Result<(), BlobError> {
        let probe = self.root.join(unique_name(".probe"));
        off_the_loop(move || {
            write_durably(&probe, b"probe").and_then(|()| fs::remove_file(&probe)).map_err(sort)
        })
        .await
    }
}

/// Runs file work on the blocking pool; a worker that died is a failed store, not a crash.
async fn off_the_loop<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, BlobError> + Send + 'static,
) -> Result<T, BlobError> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|died| Err(BlobError::Failed(io::Error::other(died))))
}

fn sort(error: io::Error) -> BlobError {
    match error.kind() {
        io::ErrorKind::NotFound => BlobError::NotFound,
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => BlobError::Full(error),
        _ => BlobError::Failed(error),
    }
}

fn read_checked(path: &Path, digest: &[u8; 32]) -> Result<Bytes, BlobError> {
    let bytes = fs::read(path).map_err(sort)?;
    if blake3::hash(&bytes) == *digest { Ok(bytes.into()) } else { Err(BlobError::Damaged) }
}

fn write_durably(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().ok_or_else(|| io::Error::other("a blob has no folder"))?;
    fs::create_dir_all(folder)?;
    let draft = folder.join(unique_name(".draft"));
    let written = write_flushed(&draft, bytes)
        .and_then(|()| fs::rename(&draft, path))
        .and_then(|()| fs::File::open(folder)?.sync_all());
    if written.is_err() {
        // The draft takes room that a full disk needs; that it cannot be removed changes nothing.
        let _ = fs::remove_file(&draft);
    }
    written
}

fn write_flushed(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = fs::OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Returns a name no other writer uses: processes differ by id, writers in one by a counter.
fn unique_name(prefix: &str) -> String {
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    let started = std::time::UNIX_EPOCH.elapsed().map_or(0, |since| since.as_nanos());
    format!("{prefix}-{}-{started}-{}", std::process::id(), COUNTER.fetch_add(1, Ordering::Relaxed))
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

    fn store() -> (tempfile::TempDir, FolderStore) {
        let folder = tempfile::tempdir().unwrap();
        let store = FolderStore::new(folder.path().join("blobs"));
        (folder, store)
    }

    fn files(folder: &Path) -> usize {
        let Ok(entries) = fs::read_dir(folder) else { return 0 };
        entries
            .map(|entry| entry.unwrap().path())
            .map(|path| if path.is_dir() { files(&path) } else { 1 })
            .sum()
    }

    #[tokio::test]
    async fn bytes_come_back_as_they_went_in() {
        let (_folder, store) = store();
        for bytes in [&b""[..], b"a chart", &[0xff; 100_000]] {
            let key = key(ACME, bytes);
            store.put(key, Bytes::from_static(Box::leak(bytes.to_vec().into_boxed_slice()))).await.unwrap();
            assert_eq!(store.get(key).await.unwrap(), bytes);
        }
    }

    #[tokio::test]
    async fn writing_the_same_bytes_twice_keeps_one_file_and_tenants_share_none() {
        let (folder, store) = store();
        let bytes = Bytes::from_static(b"the same");
        store.put(key(ACME, &bytes), bytes.clone()).await.unwrap();
        store.put(key(ACME, &bytes), bytes.clone()).await.unwrap();
        assert_eq!(files(folder.path()), 1);
        assert!(matches!(store.get(key(GLOBEX, &bytes)).await, Err(BlobError::NotFound)));
        store.put(key(GLOBEX, &bytes), bytes.clone()).await.unwrap();
        assert_eq!(files(folder.path()), 2);
        store.delete(key(GLOBEX, &bytes)).await.unwrap();
        assert_eq!(store.get(key(ACME, &bytes)).await.unwrap(), bytes);
    }

    #[tokio::test]
    async fn a_false_digest_is_refused_and_nothing_is_written() {
        let (folder, store) = store();
        let refused = store.put(key(ACME, b"one"), Bytes::from_static(b"another")).await;
        assert!(matches!(refused, Err(BlobError::Damaged)));
        assert_eq!(files(folder.path()), 0);
    }

    #[tokio::test]
    async fn damage_is_noticed_when_reading_and_mended_by_writing_again() {
        let (_folder, store) = store();
        let bytes = Bytes::from_static(b"precious");
        let key = key(ACME, &bytes);
        store.put(key, bytes.clone()).await.unwrap();
        fs::write(store.path(key), b"precioux").unwrap();
        assert!(matches!(store.get(key).await, Err(BlobError::Damaged)));
        store.put(key, bytes.clone()).await.unwrap();
        assert_eq!(store.get(key).await.unwrap(), bytes);
    }

    #[tokio::test]
    async fn removing_what_is_not_there_is_no_error() {
        let (_folder, store) = store();
        store.delete(key(ACME, b"never written")).await.unwrap();
    }

    #[tokio::test]
    async fn the_probe_leaves_nothing_and_tells_when_writing_fails() {
        let (folder, store) = store();
        store.check().await.unwrap();
        assert_eq!(files(folder.path()), 0);
        fs::write(folder.path().join("a file"), b"").unwrap();
        let blocked = FolderStore::new(folder.path().join("a file"));
        assert!(matches!(blocked.check().await, Err(BlobError::Failed(_))));
    }

    #[tokio::test]
    async fn many_writers_of_the_same_bytes_all_succeed() {
        let (folder, store) = store();
        let bytes = Bytes::from(vec![7; 50_000]);
        let key = key(ACME, &bytes);
        let writes = (0..32).map(|_| store.put(key, bytes.clone()));
        futures::future::try_join_all(writes).await.unwrap();
        assert_eq!(files(folder.path()), 1);
        assert_eq!(store.get(key).await.unwrap(), bytes);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_has_its_own_error() {
        let error =
            fs::OpenOptions::new().write(true).open("/dev/full").unwrap().write_all(b"x").unwrap_err();
        assert!(matches!(sort(error), BlobError::Full(_)));
    }
}
