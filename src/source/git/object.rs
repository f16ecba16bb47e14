//! What objects say: commits, tags and trees, read without trust.
//!
//! Formats: git's `gitformat-commit-graph` aside, they are told in
//! `git cat-file` and `git mktree`; each is parsed as far as it can be.

use std::sync::Arc;

use gix_hash::ObjectId;

use crate::base::provenance::GitCommit;

/// The four types of objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Kind {
    /// A commit.
    Commit,
    /// A directory.
    Tree,
    /// A file's content.
    Blob,
    /// An annotated tag.
    Tag,
}

impl Kind {
    /// The type with this number in packs.
    pub(super) fn of_number(number: u8) -> Option<Kind> {
        match number {
            1 => Some(Kind::Commit),
            2 => Some(Kind::Tree),
            3 => Some(Kind::Blob),
            4 => Some(Kind::Tag),
            _ => None,
        }
    }

    /// The type with this name.
    pub(super) fn of_word(word: &str) -> Option<Kind> {
        match word {
            "commit" => Some(Kind::Commit),
            "tree" => Some(Kind::Tree),
            "blob" => Some(Kind::Blob),
            "tag" => Some(Kind::Tag),
            _ => None,
        }
    }

    /// Its name.
    pub(super) fn word(self) -> &'static str {
        match self {
            Kind::Commit => "commit",
            Kind::Tree => "tree",
            Kind::Blob => "blob",
            Kind::Tag => "tag",
        }
    }
}

/// What links a commit to others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Links {
    /// Its tree.
    pub(super) tree: ObjectId,
    /// Its parents.
    pub(super) parents: Vec<ObjectId>,
    /// When it was committed, in seconds since 1970.
    pub(super) seconds: i64,
}

/// The lines of a commit's or tag's head: word and rest.
fn head(data: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    data.split(|&byte| byte == b'\n')
        .take_while(|line| !line.is_empty())
        .map(|line| {
            let blank = memchr::memchr(b' ', line).unwrap_or(line.len());
            (&line[..blank], line.get(blank + 1..).unwrap_or_default())
        })
}

fn hex(text: &[u8]) -> Option<ObjectId> {
    ObjectId::from_hex(text).ok()
}

/// The links of the commit `data`; `None` when it names no tree.
pub(super) fn links(data: &[u8]) -> Option<Links> {
    let mut tree = None;
    let mut parents = Vec::new();
    let mut seconds = 0;
    for (word, rest) in head(data) {
        match word {
            b"tree" if tree.is_none() => tree = hex(rest),
            b"parent" => parents.extend(hex(rest)),
            b"committer" => {
                seconds = signature(rest).2.0;
                break;
            }
            _ => {}
        }
    }
    Some(Links {
        tree: tree?,
        parents,
        seconds,
    })
}

/// What the tag `data` points to.
pub(super) fn tagged(data: &[u8]) -> Option<ObjectId> {
    head(data)
        .find(|(word, _)| word == b"object")
        .and_then(|(_, rest)| hex(rest))
}

/// Name, mail address, and time with its zone of `name <mail> seconds zone`.
fn signature(text: &[u8]) -> (&[u8], &[u8], (i64, i32)) {
    let open = memchr::memchr(b'<', text).unwrap_or(text.len());
    let close = memchr::memrchr(b'>', text).unwrap_or(text.len()).max(open);
    let name = text[..open].trim_ascii();
    let mail = text.get(open + 1..close).unwrap_or_default();
    let time = text.get(close + 1..).unwrap_or_default();
    let time = std::str::from_utf8(time).unwrap_or_default();
    let mut words = time.split_ascii_whitespace();
    let seconds = words.next().and_then(|word| word.parse().ok()).unwrap_or(0);
    let zone: i32 = words.next().and_then(|word| word.parse().ok()).unwrap_or(0);
    let zone = zone.clamp(-9999, 9999);
    (name, mail, (seconds, (zone / 100 * 60 + zone % 100) * 60))
}

/// What a report tells of the commit `data`, whose id is `id`.
pub(super) fn describe(id: &ObjectId, data: &[u8]) -> GitCommit {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let author = head(data).find(|(word, _)| word == b"author");
    let (name, mail, (seconds, offset)) = signature(author.map_or(&[], |(_, rest)| rest));
    let message = memchr::memmem::find(data, b"\n\n").map_or(&[][..], |at| &data[at + 2..]);
    let subject = message
        .split(|&byte| byte == b'\n')
        .map(<[u8]>::trim_ascii)
        .find(|line| !line.is_empty())
        .unwrap_or_default();
    GitCommit {
        id: Arc::from(id.to_string()),
        author: text(name),
        email: text(mail),
        seconds,
        offset,
        subject: text(&subject[..subject.len().min(400)]),
    }
}

/// What an entry of a tree is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// A file, executable or not.
    File,
    /// A symbolic link: the blob holds where it leads to.
    Link,
    /// A directory.
    Tree,
    /// A commit of a submodule.
    Submodule,
}

impl Mode {
    /// The kind of a numeric mode.
    pub(super) fn of_bits(bits: u32) -> Mode {
        match bits & 0o170_000 {
            0o040_000 => Mode::Tree,
            0o120_000 => Mode::Link,
            0o160_000 => Mode::Submodule,
            _ => Mode::File,
        }
    }
}

/// An entry of a tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TreeEntry<'a> {
    /// What it is.
    pub(super) mode: Mode,
    /// Its name, without directories.
    pub(super) name: &'a [u8],
    /// Its id.
    pub(super) id: &'a [u8],
    /// First byte after it in the tree.
    pub(super) end: usize,
}

/// The entries of a tree; ends early where the tree is damaged.
#[derive(Clone, Debug)]
pub(super) struct TreeEntries<'a> {
    data: &'a [u8],
    at: usize,
    id_len: usize,
}

impl<'a> TreeEntries<'a> {
    /// The entries of the tree `data`, whose ids have `id_len` bytes.
    pub(super) fn new(data: &'a [u8], id_len: usize) -> TreeEntries<'a> {
        TreeEntries {
            data,
            at: 0,
            id_len,
        }
    }

    /// True when everything was read: otherwise the tree is damaged.
    pub(super) fn is_done(&self) -> bool {
        self.at == self.data.len()
    }
}

impl<'a> Iterator for TreeEntries<'a> {
    type Item = TreeEntry<'a>;

    #[inline]
    fn next(&mut self) -> Option<TreeEntry<'a>> {
        let rest = &self.data[self.at..];
        // A mode has five or six digits.
        let blank = rest.iter().take(8).position(|&byte| byte == b' ')?;
        let mut bits = 0;
        for &digit in &rest[..blank] {
            bits = bits << 3 | u32::from(digit.wrapping_sub(b'0') & 7);
        }
        let zero = blank + 1 + memchr::memchr(0, &rest[blank + 1..])?;
        let end = zero + 1 + self.id_len;
        let id = rest.get(zero + 1..end)?;
        self.at += end;
        Some(TreeEntry {
            mode: Mode::of_bits(bits),
            name: &rest[blank + 1..zero],
            id,
            end: self.at,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const COMMIT: &[u8] = b"tree 1111111111111111111111111111111111111111\n\
parent 2222222222222222222222222222222222222222\n\
author A U Thor <a@x> 1700000000 -0330\ncommitter C <c@x> 1700000001 +0000\n\n\nSubject \n\nBody\n";

    #[test]
    fn a_commit_tells_its_links_and_its_author() {
        let found = links(COMMIT).unwrap();
        assert_eq!((found.parents.len(), found.seconds), (1, 1_700_000_001));
        let told = describe(&found.tree, COMMIT);
        assert_eq!(
            (&*told.author, &*told.email, &*told.subject),
            ("A U Thor", "a@x", "Subject")
        );
        assert_eq!(
            (told.seconds, told.offset),
            (1_700_000_000, -(3 * 60 + 30) * 60)
        );
    }

    #[test]
    fn a_tree_tells_its_entries() {
        let mut data = b"100644 a b\0".to_vec();
        data.extend([1; 20]);
        data.extend(b"40000 d\0");
        data.extend([2; 20]);
        let mut entries = TreeEntries::new(&data, 20);
        let first = entries.next().unwrap();
        assert_eq!(
            (first.mode, first.name, first.id),
            (Mode::File, &b"a b"[..], &[1; 20][..])
        );
        assert_eq!(entries.next().unwrap().mode, Mode::Tree);
        assert!(entries.next().is_none() && entries.is_done());
        let mut cut = TreeEntries::new(&data[..data.len() - 1], 20);
        assert!(cut.by_ref().count() == 1 && !cut.is_done());
    }

    proptest! {
        #[test]
        fn nothing_panics(data in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = (links(&data), tagged(&data));
            let _ = describe(&ObjectId::null(gix_hash::Kind::Sha1), &data);
            let _ = TreeEntries::new(&data, 20).count();
            let _ = signature(&data);
        }
    }
}
