//! What earlier scans say of a content, as far as it can be believed again.
//!
//! Only one verdict is ever kept: that a content was examined to its last byte,
//! with everything in it, and that there was nothing to tell. Whatever gave a
//! finding, or could not be examined, is examined anew each time. So a verdict
//! that is lost costs time, and one that is forged would be all it takes to hide
//! something: whoever keeps verdicts has to know its own from others.

use std::fmt;
use std::path::Path;

use serde::Deserialize;

use crate::base::state::FileState;
use crate::rules::load::RuleSet;

/// What a verdict is about. With it goes what the path says to the rules: the
/// same bytes are read differently as code and as settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// These bytes.
    Content {
        /// Their BLAKE3.
        digest: [u8; 32],
        /// How many they are.
        size: u64,
        /// Digest of what the path says.
        path: [u8; 32],
    },
    /// A file in this state.
    File {
        /// The state.
        state: FileState,
        /// Digest of what the path says.
        path: [u8; 32],
    },
    /// Any content of this size: tells whether it is worth the while to read a
    /// large one for its digest.
    Size(u64),
}

/// Everything was examined, and there is nothing to tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Clean {
    /// Parts of containers that were examined, at all levels.
    pub parts: u32,
    /// True when no rule matched anything: not even what another rule, or a
    /// word that is missing, kept from being a finding. What each rule matches does not
    /// depend on the others, so such a verdict outlives changes of rules: what
    /// holds nothing for the new ones holds nothing.
    pub is_bare: bool,
    /// True when nothing in it was encoded, whatever the rules: then nothing has
    /// to be decoded when it is searched for others.
    pub is_plain: bool,
}

/// Verdicts that were kept under rules of which some have changed since.
pub struct Earlier {
    /// Finds such a verdict.
    pub find: Box<Find>,
    /// The rules that were not in force then, or not in this form. A content
    /// that was bare then, and is under these, is under all rules now in force.
    pub rules: RuleSet,
}

/// Whether files are read to tell whether they are known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Check {
    /// Not those whose state the file system vouches for.
    #[default]
    Status,
    /// All of them.
    Content,
}

impl Check {
    /// The words used in files and options.
    pub const ALL: &'static [(&'static str, Check)] =
        &[("status", Check::Status), ("content", Check::Content)];

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Check::Status => "status",
            Check::Content => "content",
        }
    }
}

/// Finds a verdict.
pub type Find = dyn Fn(&Subject) -> Option<Clean> + Send + Sync;

/// Keeps a verdict.
pub type Keep = dyn Fn(&Subject, Clean) + Send + Sync;

/// Says whether times of change of the file at a path can be relied on.
pub type Vouch = dyn Fn(&FileState, &Path) -> bool + Send + Sync;

/// Where verdicts of earlier scans are found, and new ones go.
pub struct Reuse {
    /// Finds a verdict.
    pub find: Box<Find>,
    /// Keeps a verdict.
    pub keep: Box<Keep>,
    /// True of devices whose times of change can be relied on; asked once for each.
    pub vouches: Box<Vouch>,
    /// Whether files are read to tell whether they are known.
    pub check: Check,
    /// How long a file must not have changed for its state to stand for its
    /// content, in seconds; see [`REST`].
    pub rest: i64,
    /// Verdicts under other rules that are of use.
    pub earlier: Option<Earlier>,
}

/// How long that is. A file that is written through a mapping shows the time of
/// the first write until the system has stored it, which takes up to half a minute.
pub const REST: i64 = 60;

impl fmt::Debug for Earlier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Earlier")
            .field("rules", &self.rules.rules)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Reuse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reuse")
            .field("check", &self.check)
            .finish_non_exhaustive()
    }
}

impl Subject {
    /// True when `bytes`, as [`Subject::bytes`] gives them, are of a file's state.
    pub fn is_of_file(bytes: &[u8]) -> bool {
        bytes.first() == Some(&2)
    }

    /// The subject as bytes, different for different subjects.
    pub fn bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(96);
        match self {
            Subject::Content { digest, size, path } => {
                out.push(1);
                out.extend(digest);
                out.extend(size.to_le_bytes());
                out.extend(path);
            }
            Subject::File { state, path } => {
                out.push(2);
                for number in [state.device, state.inode, state.size] {
                    out.extend(number.to_le_bytes());
                }
                for (seconds, nanoseconds) in [state.modified, state.changed] {
                    out.extend(seconds.to_le_bytes());
                    out.extend(nanoseconds.to_le_bytes());
                }
                out.extend(path);
            }
            Subject::Size(size) => {
                out.push(3);
                out.extend(size.to_le_bytes());
            }
        }
        out
    }
}
