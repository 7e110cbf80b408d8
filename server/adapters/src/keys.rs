//! The master key, in a file only its owner can read.

use penny_ports::{keys::Keyring, world::Entropy};
use std::{
    fmt, fs,
    io::{self, Write},
    path::Path,
};

const KEY_LEN: usize = 32;

/// Says why there is no master key.
#[derive(Debug, thiserror::Error)]
pub enum KeyringError {
    /// The file cannot be read or made.
    #[error("the key file {path} cannot be used")]
    File {
        /// Where it is.
        path: String,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// The file is not one of ours, or was cut.
    #[error("the key file {path} has {found} bytes instead of {KEY_LEN}")]
    WrongLength {
        /// Where it is.
        path: String,
        /// How long it is.
        found: usize,
    },
}

/// Derives keys from a master key in a file.
pub struct FileKeyring {
    master: [u8; KEY_LEN],
}

impl fmt::Debug for FileKeyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FileKeyring(..)")
    }
}

impl FileKeyring {
    /// Opens the key file, making it at the first start with permissions 0600.
    ///
    /// # Errors
    /// When the file can neither be read nor made, or is not 32 bytes long.
    pub fn open(path: &Path, entropy: &dyn Entropy) -> Result<Self, KeyringError> {
        let failed = |source| KeyringError::File { path: path.display().to_string(), source };
        let bytes = match fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                make(path, entropy).map_err(failed)?;
                fs::read(path).map_err(failed)?
            }
            Err(error) => return Err(failed(error)),
        };
        warn_if_open_to_others(path);
        let found = bytes.len();
        let master = bytes
            .try_into()
            .map_err(|_| KeyringError::WrongLength { path: path.display().to_string(), found })?;
        Ok(Self { master })
    }
}

impl Keyring for FileKeyring {
    fn derive(&self, purpose: &'static str) -> [u8; 32] {
        // The context separates this product's keys from any other use of the same file.
        blake3::derive_key(&format!("penny 2026 {purpose}"), &self.master)
    }
}

/// Writes a fresh key under a name of its own and links it into place: two processes that start at
/// once agree on one key, and nobody ever reads half of one.
fn make(path: &Path, entropy: &dyn Entropy) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut key = [0; KEY_LEN];
    entropy.fill(&mut key);
    let mut suffix = [0; 8];
    entropy.fill(&mut suffix);
    let draft = folder.join(format!(".key-{}", hex::encode(suffix)));
    let written = write_private(&draft, &key).and_then(|()| fs::hard_link(&draft, path));
    let removed = fs::remove_file(&draft);
    match written {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
        Ok(()) => removed.and_then(|()| fs::File::open(folder)?.sync_all()),
    }
}

fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

#[cfg(unix)]
fn warn_if_open_to_others(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    if let Ok(found) = fs::metadata(path)
        && found.permissions().mode() & 0o077 != 0
    {
        tracing::warn!(path = %path.display(), "Others than the owner may read the key file; make it 0600.");
    }
}

#[cfg(not(unix))]
fn warn_if_open_to_others(_: &Path) {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::OsEntropy;

    #[test]
    fn keys_stay_the_same_across_starts_and_differ_by_purpose() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("nested/master.key");
        let first = FileKeyring::open(&path, &OsEntropy).unwrap();
        let again = FileKeyring::open(&path, &OsEntropy).unwrap();
        assert_eq!(first.derive("signing"), again.derive("signing"));
        assert_ne!(first.derive("signing"), first.derive("sealing"));
        assert_ne!(first.derive("signing"), fs::read(&path).unwrap().as_slice());
        assert_eq!(format!("{first:?}"), "FileKeyring(..)");
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "a draft was left behind");
    }

    #[cfg(unix)]
    #[test]
    fn the_key_file_is_private() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        FileKeyring::open(&path, &OsEntropy).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_cut_key_file_is_refused_and_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        fs::write(&path, [7; 31]).unwrap();
        let refused = FileKeyring::open(&path, &OsEntropy);
        assert!(matches!(refused, Err(KeyringError::WrongLength { found: 31, .. })));
        assert_eq!(fs::read(&path).unwrap().len(), 31);
    }

    #[test]
    fn processes_that_start_at_once_agree_on_one_key() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        let keys: Vec<[u8; 32]> = std::thread::scope(|scope| {
            let starts: Vec<_> = (0..8)
                .map(|_| scope.spawn(|| FileKeyring::open(&path, &OsEntropy).unwrap().derive("signing")))
                .collect();
            starts.into_iter().map(|start| start.join().unwrap()).collect()
        });
        assert!(keys.windows(2).all(|pair| pair[0] == pair[1]));
    }
}
