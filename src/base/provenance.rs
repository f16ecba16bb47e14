//! Where a blob came from, including the containers it was taken out of.

use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The outermost place of a blob.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// A file, under the path it was reached by.
    File {
        /// Path as the user would name it: relative targets stay relative.
        path: Arc<Path>,
        /// The same for people, where a name on the way holds a secret: masked.
        shown: Option<Arc<Path>>,
    },
    /// Standard input, under the name given for it (default `<stdin>`).
    Stdin {
        /// Name to report.
        name: Arc<str>,
    },
    /// Something a git repository holds.
    Git(Arc<GitPlace>),
}

/// A place in a git repository.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GitPlace {
    /// What kind of thing it is.
    pub part: GitPart,
    /// The file's path in the repository; for what is no file, what people
    /// call it (`commit 1a2b3c4`, `refs/heads/main`).
    pub path: Arc<Path>,
    /// Hexadecimal id of the object; empty for what is no object.
    pub object: Arc<str>,
    /// The commit that introduced it, where that is known.
    pub commit: Option<Arc<GitCommit>>,
    /// What became of it; known after a scan of the history.
    pub life: Option<Arc<GitLife>>,
}

/// What in a repository holds the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GitPart {
    /// The content of a file.
    Blob,
    /// The content of a file as the next commit will have it.
    Staged,
    /// The name of a file, with its directories.
    Name,
    /// A commit: its message and the names of people.
    Commit,
    /// An annotated tag: its message.
    Tag,
    /// A directory, as an object.
    Tree,
    /// The name of a branch, a tag or another reference.
    Reference,
}

impl GitPart {
    /// The word used in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            GitPart::Blob => "blob",
            GitPart::Staged => "staged",
            GitPart::Name => "file-name",
            GitPart::Commit => "commit",
            GitPart::Tag => "tag",
            GitPart::Tree => "tree",
            GitPart::Reference => "reference",
        }
    }

    /// True where the path is that of a file in the repository.
    pub fn is_file(self) -> bool {
        matches!(self, GitPart::Blob | GitPart::Staged | GitPart::Name)
    }
}

/// A commit, as far as a report names it. Texts are as somebody wrote them:
/// not yet safe for a terminal.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GitCommit {
    /// Hexadecimal id.
    pub id: Arc<str>,
    /// The author's name.
    pub author: String,
    /// The author's mail address.
    pub email: String,
    /// When it was written, in seconds since 1970.
    pub seconds: i64,
    /// The author's distance from UTC, in seconds.
    pub offset: i32,
    /// First line of the message.
    pub subject: String,
}

/// What became of a content after it came into a repository.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GitLife {
    /// True when it stands in what `HEAD` names.
    pub in_head: bool,
    /// The last commit that took it away, when it is not in `HEAD`.
    pub removed: Option<Arc<GitCommit>>,
    /// Short names of references whose history holds it: the first of them, sorted.
    pub references: Vec<Arc<str>>,
    /// How many more references there are.
    pub more_references: usize,
    /// How many objects hold the same finding at the same path.
    pub versions: usize,
    /// Other paths at which the content stood: the first of them, sorted.
    pub other_paths: Vec<Arc<Path>>,
}

/// A blob's origin and, for members of containers, the way down to it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Provenance {
    /// The outermost place.
    pub origin: Origin,
    /// Members passed through, outermost first; empty for a plain file.
    pub inner: Vec<Arc<str>>,
}

impl Provenance {
    /// A plain file.
    pub fn file(path: impl Into<PathBuf>) -> Provenance {
        Provenance {
            origin: Origin::File {
                path: path.into().into(),
                shown: None,
            },
            inner: Vec::new(),
        }
    }

    /// Standard input under `name`.
    pub fn stdin(name: &str) -> Provenance {
        Provenance {
            origin: Origin::Stdin { name: name.into() },
            inner: Vec::new(),
        }
    }

    /// Something in a git repository.
    pub fn git(place: GitPlace) -> Provenance {
        Provenance {
            origin: Origin::Git(Arc::new(place)),
            inner: Vec::new(),
        }
    }

    /// The place in a git repository, if it is one.
    pub fn git_place(&self) -> Option<&GitPlace> {
        match &self.origin {
            Origin::Git(place) => Some(place),
            Origin::File { .. } | Origin::Stdin { .. } => None,
        }
    }

    /// The path of the outermost file, or the name given to standard input.
    /// Rules with path conditions and reports look at this.
    pub fn path(&self) -> &Path {
        match &self.origin {
            Origin::File { path, .. } => path,
            Origin::Stdin { name } => Path::new(&**name),
            Origin::Git(place) => &place.path,
        }
    }

    /// The path for people: that of [`Provenance::path`] without the secrets in it.
    pub fn shown(&self) -> &Path {
        match &self.origin {
            Origin::File {
                shown: Some(shown), ..
            } => shown,
            _ => self.path(),
        }
    }

    /// One line, not yet safe for a terminal: `a.zip!letter.docx!word/document.xml`.
    /// Separators are `/` on every system; bytes that are not UTF-8 are replaced.
    pub fn display(&self) -> String {
        let mut line = self.shown().to_string_lossy().into_owned();
        if std::path::MAIN_SEPARATOR == '\\' {
            line = line.replace('\\', "/");
        }
        for member in &self.inner {
            line.push('!');
            line.push_str(member);
        }
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_joined_with_exclamation_marks() {
        let mut p = Provenance::file("a.zip");
        p.inner.push("b.docx".into());
        assert_eq!(p.display(), "a.zip!b.docx");
    }
}
