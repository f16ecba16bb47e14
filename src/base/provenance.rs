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
    },
    /// Standard input, under the name given for it (default `<stdin>`).
    Stdin {
        /// Name to report.
        name: Arc<str>,
    },
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

    /// The path of the outermost file, or the name given to standard input.
    /// Rules with path conditions and reports look at this.
    pub fn path(&self) -> &Path {
        match &self.origin {
            Origin::File { path } => path,
            Origin::Stdin { name } => Path::new(&**name),
        }
    }

    /// One line, not yet safe for a terminal: `a.zip!letter.docx!word/document.xml`.
    /// Separators are `/` on every system; bytes that are not UTF-8 are replaced.
    pub fn display(&self) -> String {
        let mut line = self.path().to_string_lossy().into_owned();
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
