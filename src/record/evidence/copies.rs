//! Digests of files, and copies of them under the name of their digest.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::Path;

use sha2::{Digest as _, Sha256};

use super::hex;

/// What a content is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Digests {
    /// SHA-256, in hexadecimal digits.
    pub sha256: String,
    /// BLAKE3, in hexadecimal digits.
    pub blake3: String,
    /// Bytes.
    pub size: u64,
}

impl Digests {
    /// Of what `from` gives; all of it goes to `to` as well.
    ///
    /// # Errors
    /// Reading or writing fails.
    pub fn of(from: &mut impl Read, to: &mut impl Write) -> io::Result<Digests> {
        let (mut sha256, mut blake3) = (Sha256::new(), blake3::Hasher::new());
        let mut buffer = vec![0; 256 << 10];
        let mut size = 0;
        loop {
            let count = match from.read(&mut buffer) {
                Ok(0) => break,
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            sha256.update(&buffer[..count]);
            blake3.update(&buffer[..count]);
            to.write_all(&buffer[..count])?;
            size += count as u64;
        }
        Ok(Digests {
            sha256: hex(&sha256.finalize()),
            blake3: blake3.finalize().to_hex().to_string(),
            size,
        })
    }
}

/// Copies what `from` gives into `folder`, under the SHA-256 of it, so that nobody
/// can write it.
///
/// # Errors
/// Reading or writing fails.
pub fn keep(from: &mut impl Read, folder: &Path) -> io::Result<Digests> {
    let beside = folder.join(format!(".new-{}", std::process::id()));
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o400);
    let mut copy = options.open(&beside)?;
    let kept = Digests::of(from, &mut copy).and_then(|digests| {
        copy.sync_all()?;
        seal(&copy)?;
        fs::rename(&beside, folder.join(&digests.sha256))?;
        Ok(digests)
    });
    if kept.is_err() {
        // The error that counts is the first one.
        let _ = fs::remove_file(&beside);
    }
    kept
}

/// Takes everybody's leave to write the file away.
fn seal(file: &File) -> io::Result<()> {
    let mut permissions = file.metadata()?.permissions();
    permissions.set_readonly(true);
    file.set_permissions(permissions)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_named_after_its_content_and_cannot_be_written() {
        let folder = tempfile::tempdir().unwrap();
        for _ in 0..2 {
            let digests = keep(&mut &b"abc"[..], folder.path()).unwrap();
            assert_eq!(digests.size, 3);
            let path = folder.path().join(&digests.sha256);
            assert_eq!(fs::read(&path).unwrap(), b"abc");
            assert!(fs::metadata(&path).unwrap().permissions().readonly());
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
