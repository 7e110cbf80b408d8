//! Keyring with its master key in a file that only the owner can read.

use penny_ports::{keys::Keyring, system::RandomSource};
use std::{
    fmt, fs,
    io::{self, Write},
    path::Path,
};

const KEY_LEN: usize = 32;

/// Failure to load or create the master key.
#[derive(Debug, thiserror::Error)]
pub enum KeyringError {
    #[error("the key file {path} cannot be used")]
    File {
        path: String,
        #[source]
        source: io::Error,
    },
    #[error("the key file {path} has {found} bytes instead of {KEY_LEN}")]
    WrongLength { path: String, found: usize },
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
    /// Opens the key file; creates it with permissions 0600 if it does not exist.
    ///
    /// # Errors
    /// When the file can neither be read nor created, or is not 32 bytes long.
    pub fn open(path: &Path, random: &dyn RandomSource) -> Result<Self, KeyringError> {
        let failed = |source| KeyringError::File { path: path.display().to_string(), source };
        let bytes = match fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                create(path, random).map_err(failed)?;
                fs::read(path).map_err(failed)?
            }
            Err(error) => return Err(failed(error)),
        };
        warn_if_readable_by_others(path);
        let found = bytes.len();
        let master = bytes
            .try_into()
            .map_err(|_| KeyringError::WrongLength { path: path.display().to_string(), found })?;
        Ok(Self { master })
    }
}

impl Keyring for FileKeyring {
    fn derive(&self, purpose: &'static str) -> [u8; 32] {
        // The context string separates these keys from any other use of the same master key.
        blake3::derive_key(&format!("penny 2026 {purpose}"), &self.master)
    }
}

/// Writes a new key to a temporary file and hard-links it to `path`, which fails if the file exists:
/// processes that start at the same time use the same key and never read a partial one.
fn create(path: &Path, random: &dyn RandomSource) -> io::Result<()> {
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(directory)?;
    let mut key = [0; KEY_LEN];
    random.fill_bytes(&mut key);
    let mut suffix = [0; 8];
    random.fill_bytes(&mut suffix);
    let temporary = directory.join(format!(".key-{}", hex::encode(suffix)));
    let written = write_private(&temporary, &key).and_then(|()| fs::hard_link(&temporary, path));
    let removed = fs::remove_file(&temporary);
    match written {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
        Ok(()) => removed.and_then(|()| fs::File::open(directory)?.sync_all()),
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
fn warn_if_readable_by_others(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    if let Ok(metadata) = fs::metadata(path)
        && metadata.permissions().mode() & 0o077 != 0
    {
        tracing::warn!(path = %path.display(), "users other than the owner can read the key file; set its permissions to 0600");
    }
}

#[cfg(not(unix))]
fn warn_if_readable_by_others(_: &Path) {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::OsRandom;

    #[test]
    fn keys_stay_the_same_across_starts_and_differ_by_purpose() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("nested/master.key");
        let first = FileKeyring::open(&path, &OsRandom).unwrap();
        let again = FileKeyring::open(&path, &OsRandom).unwrap();
        assert_eq!(first.derive("signing"), again.derive("signing"));
        assert_ne!(first.derive("signing"), first.derive("sealing"));
        assert_ne!(first.derive("signing"), fs::read(&path).unwrap().as_slice());
        assert_eq!(format!("{first:?}"), "FileKeyring(..)");
        assert_eq!(
            fs::read_dir(path.parent().unwrap()).unwrap().count(),
            1,
            "a temporary file was left behind"
        );
    }

    #[cfg(unix)]
    #[test]
    fn the_key_file_is_private() {
        use std::os::unix::fs::PermissionsExt;
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("master.key");
        FileKeyring::open(&path, &OsRandom).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_truncated_key_file_is_rejected_and_left_unchanged() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("master.key");
        fs::write(&path, [7; 31]).unwrap();
        let rejected = FileKeyring::open(&path, &OsRandom);
        assert!(matches!(rejected, Err(KeyringError::WrongLength { found: 31, .. })));
        assert_eq!(fs::read(&path).unwrap().len(), 31);
    }

    #[test]
    fn processes_that_start_at_the_same_time_use_the_same_key() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("master.key");
        let keys: Vec<[u8; 32]> = std::thread::scope(|scope| {
            let starts: Vec<_> = (0..8)
                .map(|_| scope.spawn(|| FileKeyring::open(&path, &OsRandom).unwrap().derive("signing")))
                .collect();
            starts.into_iter().map(|start| start.join().unwrap()).collect()
        });
        assert!(keys.windows(2).all(|pair| pair[0] == pair[1]));
    }

    /// What is signed, hashed or encrypted with these keys is stored: a change of any value is a migration.
    #[test]
    fn every_purpose_keeps_its_key() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("master.key");
        fs::write(&path, (0..32).collect::<Vec<u8>>()).unwrap();
        let keyring = FileKeyring::open(&path, &OsRandom).unwrap();
        for (purpose, expected) in [
            ("audit head", "fad03393409a9e5e08db3c19114a2c432fd40386e9e0474027608ce6370583a8"),
            ("personal access token", "eb1d431322fb6b5e95893ce60bae5969580e38b6cf5aa2360c7a32101edc9222"),
            ("browser session", "55b7254ae7710a5e5ca4d0285a60dd7b85d95c89233d29c31422be019ed65245"),
            ("sign-in link", "5ccf3290f083ac0f349926de574810fc06e62094941378cf6b6d005d87c49eb9"),
            (
                "penny 2026 artifact content address",
                "b1efc2082024473557cc619196580a7ea522f41df3b05efd27d7b62bc7b14d5c",
            ),
        ] {
            assert_eq!(hex::encode(keyring.derive(purpose)), expected, "{purpose}");
        }
    }
}
