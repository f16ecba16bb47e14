//! The machine's own key for what only this machine may believe: random bytes in
//! a file that nobody else can read.

use std::fmt;
use std::fs;
use std::io::{self, Read as _, Write as _};
use std::path::Path;

/// Bytes of the key.
const LENGTH: usize = 32;

/// Why there is no key.
#[derive(Debug)]
pub enum NoKey {
    /// The file can be read or written by others, or is another user's.
    Open,
    /// It is no regular file of 32 bytes.
    Odd,
    /// It cannot be read or made.
    Failed(io::Error),
}

impl fmt::Display for NoKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NoKey::Open => {
                f.write_str("others can read or write it; remove it, and a new one is made")
            }
            NoKey::Odd => {
                f.write_str("it is no file of 32 bytes; remove it, and a new one is made")
            }
            NoKey::Failed(error) => write!(f, "{error}"),
        }
    }
}

impl From<io::Error> for NoKey {
    fn from(error: io::Error) -> NoKey {
        NoKey::Failed(error)
    }
}

/// The key in the file at `path`, which is made if there is none.
///
/// # Errors
/// See [`NoKey`].
pub fn key(path: &Path) -> Result<[u8; LENGTH], NoKey> {
    match read(path) {
        Err(NoKey::Failed(error)) if error.kind() == io::ErrorKind::NotFound => {}
        other => return other,
    }
    match make(path) {
        // Somebody else was faster.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        other => other?,
    }
    read(path)
}

fn read(path: &Path) -> Result<[u8; LENGTH], NoKey> {
    let meta = fs::symlink_metadata(path)?;
    if !meta.is_file() || meta.len() != LENGTH as u64 {
        return Err(NoKey::Odd);
    }
    if !is_private(&meta) {
        return Err(NoKey::Open);
    }
    let mut key = [0; LENGTH];
    fs::File::open(path)?.read_exact(&mut key)?;
    Ok(key)
}

/// Writes a new key beside `path` and gives it the name only when it is whole.
fn make(path: &Path) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new(""));
    super::create(folder)?;
    let beside = path.with_extension(format!("new-{}", std::process::id()));
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let made = random()
        .and_then(|key| options.open(&beside)?.write_all(&key))
        // A link fails where a file is already, a renaming would replace it.
        .and_then(|()| {
            fs::hard_link(&beside, path).or_else(|error| unlinked(&beside, path, error))
        });
    // Either it has its name, or it is of no use.
    let _ = fs::remove_file(&beside);
    made
}

/// For file systems without links: the last one wins.
fn unlinked(beside: &Path, path: &Path, error: io::Error) -> io::Result<()> {
    if error.kind() == io::ErrorKind::AlreadyExists {
        return Err(error);
    }
    fs::rename(beside, path)
}

#[cfg(unix)]
fn random() -> io::Result<[u8; LENGTH]> {
    let mut key = [0; LENGTH];
    fs::File::open("/dev/urandom")?.read_exact(&mut key)?;
    Ok(key)
}

#[cfg(not(unix))]
fn random() -> io::Result<[u8; LENGTH]> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(unix)]
fn is_private(meta: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let for_others = meta.mode() & 0o077;
    for_others == 0 && meta.uid() == rustix::process::geteuid().as_raw()
}

#[cfg(not(unix))]
fn is_private(_: &fs::Metadata) -> bool {
    true
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_key_is_made_once_and_is_private() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state/stanch/machine.key");
        let first = key(&path).unwrap();
        assert_eq!(key(&path).unwrap(), first);
        assert_ne!(first, [0; LENGTH]);
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn a_key_that_others_can_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("machine.key");
        key(&path).unwrap();
        for mode in [0o640, 0o602] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            assert!(matches!(key(&path), Err(NoKey::Open)), "{mode:o}");
        }
    }

    #[test]
    fn what_is_no_key_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("machine.key");
        fs::write(&path, "short").unwrap();
        assert!(matches!(key(&path), Err(NoKey::Odd)));
        fs::remove_file(&path).unwrap();
        std::os::unix::fs::symlink("/dev/zero", &path).unwrap();
        assert!(matches!(key(&path), Err(NoKey::Odd)));
    }
}
