//! What evidence says of a file that a finding is in.

use std::fs::File;
use std::io;
use std::path::Path;

use serde::Serialize;

use crate::record::evidence::copies::{self, Digests};
use crate::source::Unit;
use crate::source::open::{Reader, open};

/// A file as it is when it is looked at for evidence.
#[derive(Debug, Serialize)]
pub(super) struct Implicated {
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    sha256: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    blake3: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<u64>,
    #[serde(flatten)]
    owner: Option<Owner>,
    /// Where the copy is, below the folder.
    #[serde(skip_serializing_if = "Option::is_none")]
    preserved: Option<String>,
    /// Why there is no digest.
    #[serde(skip_serializing_if = "Option::is_none")]
    unreadable: Option<String>,
    /// True when it changed while it was read.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    changed: bool,
}

/// Whose a file is, as the system tells.
#[derive(Debug, Serialize)]
struct Owner {
    mode: String,
    uid: u32,
    gid: u32,
    inode: u64,
    modified: String,
    status_changed: String,
}

impl Implicated {
    /// The file at `path`, copied into `folder` if there is one. `name` is what
    /// evidence calls it.
    pub(super) fn look(path: &Path, name: String, folder: Option<&Path>) -> io::Result<Implicated> {
        let mut found = Implicated {
            path: name,
            sha256: None,
            blake3: None,
            size: None,
            owner: None,
            preserved: None,
            unreadable: None,
            changed: false,
        };
        let mut opened = match open(&Unit::Linked(path.to_owned())) {
            Ok(opened) => opened,
            Err(reason) => {
                found.unreadable = Some(reason.describe());
                return Ok(found);
            }
        };
        let Reader::File(file) = &mut opened.reader else {
            return Ok(found);
        };
        found.owner = owner(file);
        let digests = match folder {
            Some(folder) => copies::keep(file, folder)?,
            None => match Digests::of(file, &mut io::sink()) {
                Ok(digests) => digests,
                Err(error) => {
                    found.unreadable = Some(error.to_string());
                    return Ok(found);
                }
            },
        };
        found.changed = opened.changed();
        found.preserved = folder.map(|_| format!("files/{}", digests.sha256));
        found.sha256 = Some(digests.sha256);
        found.blake3 = Some(digests.blake3);
        found.size = Some(digests.size);
        Ok(found)
    }
}

#[cfg(unix)]
fn owner(file: &File) -> Option<Owner> {
    use super::record::time;
    use std::os::unix::fs::MetadataExt as _;
    let meta = file.metadata().ok()?;
    Some(Owner {
        mode: format!("{:04o}", meta.mode() & 0o7777),
        uid: meta.uid(),
        gid: meta.gid(),
        inode: meta.ino(),
        modified: time(meta.mtime()),
        status_changed: time(meta.ctime()),
    })
}

#[cfg(not(unix))]
fn owner(_: &File) -> Option<Owner> {
    None
}
