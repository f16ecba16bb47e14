//! What a repository hands to the scan: changed files, messages and names one
//! by one, and the objects of a history in bundles.

use std::fmt;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use gix_hash::ObjectId;

use super::history::bundle::Bundle;
use super::layout::path_of;
use super::lines::{Lines, added, added_to_renamed};
use super::repository::Repository;
use super::store::Reading;
use crate::base::content::SkipReason;
use crate::base::provenance::{GitCommit, GitPart, GitPlace, Provenance};
use crate::source::Unit;
use crate::source::open;

/// A unit of a repository. Cheap to queue; holds no content.
#[derive(Clone)]
pub enum GitUnit {
    /// A file that a commit changes, or the next one will.
    Change(Arc<Change>),
    /// The text of a commit or tag.
    Text(Arc<Text>),
    /// Names: of references, of files.
    Names(Arc<Names>),
    /// Objects that are decoded together.
    Bundle(Bundle),
}

/// Which lines of a changed file are reported.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Report {
    /// Lines that were not there before.
    #[default]
    AddedLines,
    /// All lines.
    WholeFiles,
}

/// A changed file.
#[derive(Debug)]
pub struct Change {
    pub(super) repository: Arc<Repository>,
    pub(super) path: Vec<u8>,
    pub(super) id: ObjectId,
    /// Former contents: a line that stands in one of them is not new.
    pub(super) before: Vec<ObjectId>,
    /// Contents that are gone from other paths, one of which it may have been.
    pub(super) gone: Vec<ObjectId>,
    pub(super) part: GitPart,
    pub(super) commit: Option<Arc<GitCommit>>,
    pub(super) report: Report,
    /// Whether the path itself is new.
    pub(super) named: Named,
}

/// Whether a path is new, and so is to be read as a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Named {
    /// It is.
    New,
    /// It was there before.
    Before,
}

/// A commit or tag to be read as a text.
#[derive(Debug)]
pub struct Text {
    pub(super) repository: Arc<Repository>,
    pub(super) id: ObjectId,
    pub(super) part: GitPart,
    pub(super) commit: Option<Arc<GitCommit>>,
}

/// Names to be read as texts, one unit each.
#[derive(Debug)]
pub struct Names {
    pub(super) part: GitPart,
    pub(super) names: Vec<Vec<u8>>,
}

/// Whether a piece of text is a unit of its own in the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Share {
    /// It is.
    Unit,
    /// It is a part of the unit that comes next.
    Part,
}

/// What there is to examine of a piece.
pub enum Body<'a> {
    /// Bytes in memory.
    Bytes(&'a [u8]),
    /// Bytes to be read, and their number.
    Stream(&'a mut dyn std::io::Read, u64),
    /// Nothing that is text; it was looked at all the same.
    Nothing,
    /// It cannot be examined.
    Unexamined(SkipReason),
}

/// A text with its place.
pub struct Piece<'a, 'b> {
    /// How it counts.
    pub share: Share,
    /// What there is of it.
    pub body: Body<'b>,
    /// Path of the file, which tells its syntax; may be empty.
    pub path: &'a Path,
    /// Makes the provenance, once it is needed.
    pub provenance: &'a dyn Fn() -> Provenance,
    /// Finds out which lines are new, once that is needed; `None` when all count.
    pub added: Option<&'a mut dyn FnMut() -> Lines>,
    /// Something about it that was not examined although it was read.
    pub flaw: Option<SkipReason>,
}

/// What a thread keeps from one unit of a repository to the next.
#[derive(Debug, Default)]
pub struct GitScratch {
    pub(super) reading: Reading,
    pub(super) decoding: super::history::walk::Decoding,
}

/// Receives pieces; breaking ends the unit early.
pub type Each<'a> = dyn FnMut(Piece<'_, '_>) -> ControlFlow<()> + 'a;

impl GitUnit {
    /// Where the unit comes from: of several, the first.
    pub fn provenance(&self) -> Provenance {
        match self {
            GitUnit::Change(change) => change.provenance(change.part),
            GitUnit::Text(text) => text.provenance(),
            GitUnit::Names(names) => names.provenance(0),
            GitUnit::Bundle(bundle) => bundle.provenance(),
        }
    }

    /// How many units it stands for in the account.
    pub fn count(&self) -> u64 {
        match self {
            GitUnit::Change(_) | GitUnit::Text(_) => 1,
            GitUnit::Names(names) => names.names.len() as u64,
            GitUnit::Bundle(bundle) => bundle.count(),
        }
    }

    /// Hands every text of the unit to `each`.
    pub fn read(&self, scratch: &mut GitScratch, each: &mut Each<'_>) {
        match self {
            GitUnit::Change(change) => change.read(&mut scratch.reading, each),
            GitUnit::Text(text) => text.read(&mut scratch.reading, each),
            GitUnit::Names(names) => names.read(each),
            GitUnit::Bundle(bundle) => bundle.read(scratch, each),
        }
    }
}

impl fmt::Debug for GitUnit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "GitUnit({})", self.provenance().display())
    }
}

impl PartialEq for GitUnit {
    fn eq(&self, other: &GitUnit) -> bool {
        self.provenance() == other.provenance() && self.count() == other.count()
    }
}

impl Eq for GitUnit {}

impl Change {
    fn provenance(&self, part: GitPart) -> Provenance {
        Provenance::git(GitPlace {
            part,
            path: path_of(&self.path).into(),
            object: self.id.to_string().into(),
            commit: self.commit.clone(),
            life: None,
        })
    }

    fn read(&self, reading: &mut Reading, each: &mut Each<'_>) {
        if self.named == Named::New {
            let flow = each(Piece {
                share: Share::Part,
                body: Body::Bytes(&self.path),
                path: Path::new(""),
                provenance: &|| self.provenance(GitPart::Name),
                added: None,
                flaw: None,
            });
            if flow.is_break() {
                return;
            }
        }
        let store = &self.repository.store;
        let object = store.read(&self.id, reading);
        if let Ok(object) = &object
            && self.lfs(&object.data, each).is_break()
        {
            return;
        }
        let mut new_lines = || match &object {
            Ok(object) if self.before.is_empty() => {
                added_to_renamed(store, reading, &object.data, &self.gone)
            }
            Ok(object) => added(store, reading, &object.data, &self.before),
            Err(_) => Lines::All,
        };
        let new = self.before.is_empty() && self.gone.is_empty();
        let filtered = self.report == Report::AddedLines && !new;
        let body = match &object {
            Ok(object) => Body::Bytes(&object.data),
            Err(error) => Body::Unexamined(error.reason(self.repository.why_missing())),
        };
        let flaw = object
            .as_ref()
            .ok()
            .and_then(|object| lfs_flaw(&self.repository, &object.data));
        let _ = each(Piece {
            share: Share::Unit,
            body,
            path: &path_of(&self.path),
            provenance: &|| self.provenance(self.part),
            added: if filtered { Some(&mut new_lines) } else { None },
            flaw,
        });
    }
}

impl Change {
    /// Hands out the content that a pointer of Git LFS stands for, where it is kept.
    fn lfs(&self, data: &[u8], each: &mut Each<'_>) -> ControlFlow<()> {
        let Some(oid) = super::lfs::pointer(data) else {
            return ControlFlow::Continue(());
        };
        let kept = Unit::File(super::lfs::path(&self.repository, oid));
        let Ok(mut opened) = open::open(&kept) else {
            return ControlFlow::Continue(());
        };
        each(Piece {
            share: Share::Part,
            body: Body::Stream(&mut opened.reader, opened.size.unwrap_or(0)),
            path: &path_of(&self.path),
            provenance: &|| self.provenance(self.part),
            added: None,
            flaw: None,
        })
    }
}

impl Text {
    fn provenance(&self) -> Provenance {
        let id = self.id.to_string();
        let name = format!("{} {}", self.part.as_str(), &id[..id.len().min(12)]);
        Provenance::git(GitPlace {
            part: self.part,
            path: Path::new(&name).into(),
            object: id.into(),
            commit: self.commit.clone(),
            life: None,
        })
    }

    fn read(&self, reading: &mut Reading, each: &mut Each<'_>) {
        let object = self.repository.store.read(&self.id, reading);
        let body = match &object {
            Ok(object) => Body::Bytes(&object.data),
            Err(error) => Body::Unexamined(error.reason(self.repository.why_missing())),
        };
        let _ = each(Piece {
            share: Share::Unit,
            body,
            path: Path::new(""),
            provenance: &|| self.provenance(),
            added: None,
            flaw: None,
        });
    }
}

impl Names {
    fn provenance(&self, number: usize) -> Provenance {
        let name = self.names.get(number).map_or(&[][..], Vec::as_slice);
        Provenance::git(GitPlace {
            part: self.part,
            path: path_of(name).into(),
            object: "".into(),
            commit: None,
            life: None,
        })
    }

    fn read(&self, each: &mut Each<'_>) {
        for (number, name) in self.names.iter().enumerate() {
            let flow = each(Piece {
                share: Share::Unit,
                body: Body::Bytes(name),
                path: Path::new(""),
                provenance: &|| self.provenance(number),
                added: None,
                flaw: None,
            });
            if flow.is_break() {
                return;
            }
        }
    }
}

/// What a pointer of Git LFS leaves unexamined: its content is no object. It is
/// examined by itself where it is there (see [`super::lfs`]).
pub(super) fn lfs_flaw(repository: &Repository, data: &[u8]) -> Option<SkipReason> {
    let oid = super::lfs::pointer(data)?;
    let there = super::lfs::path(repository, oid).is_file();
    (!there).then_some(SkipReason::LfsMissing)
}
