//! Pointers of Git LFS: small texts that stand for large files.
//!
//! Format: the Git LFS specification, "The Pointer".

use std::path::PathBuf;

use super::repository::Repository;

/// Largest pointer, in bytes.
const MOST: usize = 1024;

/// The SHA-256 that the pointer `data` names; `None` when it is no pointer.
pub(super) fn pointer(data: &[u8]) -> Option<&str> {
    if data.len() > MOST || !data.starts_with(b"version https://git-lfs") {
        return None;
    }
    let text = std::str::from_utf8(data).ok()?;
    let oid = text
        .lines()
        .find_map(|line| line.strip_prefix("oid sha256:"))?
        .trim();
    let hexadecimal = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    (oid.len() == 64 && oid.bytes().all(hexadecimal)).then_some(oid)
}

/// Where the content named `oid` is kept.
pub(super) fn path(repository: &Repository, oid: &str) -> PathBuf {
    let dir = repository.common_dir().join("lfs/objects");
    dir.join(&oid[..2]).join(&oid[2..4]).join(oid)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_names_its_content_and_prose_does_not() {
        let oid = "4d7a".repeat(16);
        let text =
            format!("version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize 12\n");
        assert_eq!(pointer(text.as_bytes()), Some(&*oid));
        assert_eq!(
            pointer(b"version https://git-lfs\noid sha256:../../x\n"),
            None
        );
        assert_eq!(pointer(b"versions"), None);
    }
}
