//! How a unit ended: scanned, partial, skipped or failed, each with its reason.

use serde::Serialize;

/// Why (part of) a unit was not examined.
///
/// `code` words are part of the report formats and of `--allow-incomplete`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum SkipReason {
    /// A symbolic link, not followed by policy.
    Symlink,
    /// A FIFO, socket or device.
    Special,
    /// Repository internals, which belong to a history scan.
    GitInternals,
    /// Excluded by configuration or option; the text names the pattern.
    Excluded(String),
    /// Left out by an ignore file because the user asked to respect those.
    GitIgnored,
    /// Could not be opened, listed or read; the text is the system's.
    Unreadable(String),
    /// Changed while it was being read.
    Changed,
    /// Gone between listing and opening.
    Vanished,
    /// A container or compressed stream whose inside was not opened; the text names the format.
    Container(&'static str),
    /// A container that is damaged or ends too early; the text names the format.
    Damaged(&'static str),
    /// A limit on what opening containers may cost was reached; the text names it.
    Limit(&'static str),
    /// Encrypted content; the text names the format.
    Encrypted(&'static str),
    /// More findings than are kept per blob; the number is how many were left out.
    TooManyFindings(u64),
    /// A detector or reader panicked on it; the rest of the run went on.
    Panicked,
    /// The run was interrupted before this unit was done.
    Interrupted,
    /// A symbolic link that leads back to a directory above itself.
    Loop,
    /// A submodule: its content is in a repository of its own.
    Submodule,
    /// An object that a repository names and does not hold; the text says why,
    /// if that is known (a shallow or partial clone).
    MissingObject(&'static str),
    /// An object of a repository that cannot be decoded; the text says what is wrong.
    CorruptObject(&'static str),
    /// Part of a repository outside of what was to be scanned, and not
    /// followed; the text names it.
    External(String),
    /// A pointer to a file kept by Git LFS, which is not there.
    LfsMissing,
    /// Larger than what can be examined; the number is its size in bytes.
    TooLarge(u64),
    /// Part of a repository in a form that is not understood; the text names it.
    Unsupported(&'static str),
}

/// How a unit ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Every byte was examined.
    Scanned,
    /// Something in it was not examined.
    Partial,
    /// Out of scope by policy.
    Skipped,
    /// Nothing of it could be examined.
    Failed,
}

impl SkipReason {
    /// The stable word for this reason.
    pub fn code(&self) -> &'static str {
        match self {
            SkipReason::Symlink => "symlink",
            SkipReason::Special => "special-file",
            SkipReason::GitInternals => "git-internals",
            SkipReason::Excluded(_) => "excluded",
            SkipReason::GitIgnored => "git-ignored",
            SkipReason::Unreadable(_) => "unreadable",
            SkipReason::Changed => "changed",
            SkipReason::Vanished => "vanished",
            SkipReason::Container(_) => "container",
            SkipReason::Damaged(_) => "damaged",
            SkipReason::Limit(_) => "limit",
            SkipReason::Encrypted(_) => "encrypted",
            SkipReason::TooManyFindings(_) => "too-many-findings",
            SkipReason::Panicked => "panicked",
            SkipReason::Interrupted => "interrupted",
            SkipReason::Loop => "symlink-loop",
            SkipReason::Submodule => "submodule",
            SkipReason::MissingObject(_) => "missing-object",
            SkipReason::CorruptObject(_) => "corrupt-object",
            SkipReason::External(_) => "external",
            SkipReason::LfsMissing => "lfs-missing",
            SkipReason::TooLarge(_) => "too-large",
            SkipReason::Unsupported(_) => "unsupported",
        }
    }

    /// Every code, for the check of `--allow-incomplete`.
    pub const CODES: &'static [&'static str] = &[
        "symlink",
        "special-file",
        "git-internals",
        "excluded",
        "git-ignored",
        "unreadable",
        "changed",
        "vanished",
        "container",
        "damaged",
        "limit",
        "encrypted",
        "too-many-findings",
        "panicked",
        "interrupted",
        "symlink-loop",
        "submodule",
        "missing-object",
        "corrupt-object",
        "external",
        "lfs-missing",
        "too-large",
        "unsupported",
    ];

    /// The codes of what policy leaves out, which makes no run incomplete.
    pub const POLICY: &'static [&'static str] = &[
        "symlink",
        "special-file",
        "git-internals",
        "excluded",
        "git-ignored",
        "submodule",
    ];

    /// The status a unit ends with when this happened to it.
    pub fn status(&self) -> Status {
        match self {
            SkipReason::Symlink
            | SkipReason::Special
            | SkipReason::GitInternals
            | SkipReason::Excluded(_)
            | SkipReason::GitIgnored
            | SkipReason::Submodule => Status::Skipped,
            SkipReason::Changed
            | SkipReason::Container(_)
            | SkipReason::Damaged(_)
            | SkipReason::Limit(_)
            | SkipReason::Encrypted(_)
            | SkipReason::TooManyFindings(_)
            | SkipReason::LfsMissing => Status::Partial,
            SkipReason::Unreadable(_)
            | SkipReason::Vanished
            | SkipReason::Panicked
            | SkipReason::Interrupted
            | SkipReason::Loop
            | SkipReason::MissingObject(_)
            | SkipReason::CorruptObject(_)
            | SkipReason::External(_)
            | SkipReason::TooLarge(_)
            | SkipReason::Unsupported(_) => Status::Failed,
        }
    }

    /// A sentence for people, without place; not yet safe for a terminal.
    pub fn describe(&self) -> String {
        match self {
            SkipReason::Symlink => "symbolic link, not followed".into(),
            SkipReason::Special => "special file (FIFO, socket or device)".into(),
            SkipReason::GitInternals => "repository internals, not part of a file scan".into(),
            SkipReason::Excluded(pattern) => format!("excluded by `{pattern}`"),
            SkipReason::GitIgnored => "ignored by git, as requested".into(),
            SkipReason::Unreadable(cause) => format!("could not be read: {cause}"),
            SkipReason::Changed => "changed while it was read".into(),
            SkipReason::Vanished => "gone before it could be opened".into(),
            SkipReason::Container(format) => {
                format!("{format} content is compressed and was not opened")
            }
            SkipReason::Damaged(format) => format!("{format} content is damaged or cut off"),
            SkipReason::Limit(name) => {
                format!("opening it was stopped by the limit `{name}` (see --unpack-limit)")
            }
            SkipReason::Encrypted(format) => format!("{format} content is encrypted"),
            SkipReason::TooManyFindings(more) => format!("{more} more findings were left out"),
            SkipReason::Panicked => "the scanner failed on it (please report this)".into(),
            SkipReason::Interrupted => "the run was interrupted".into(),
            SkipReason::Loop => "symbolic link that leads back to a parent".into(),
            SkipReason::Submodule => "submodule, a repository of its own".into(),
            SkipReason::MissingObject("") => "the repository does not hold this object".into(),
            SkipReason::MissingObject(why) => {
                format!("the repository does not hold this object: {why}")
            }
            SkipReason::CorruptObject(what) => format!("the object is damaged: {what}"),
            SkipReason::External(what) => {
                format!("{what} leads out of what is scanned (see --follow-external)")
            }
            SkipReason::LfsMissing => {
                "a pointer of Git LFS, whose content is not in this repository".into()
            }
            SkipReason::TooLarge(size) => format!("too large to be examined: {size} bytes"),
            SkipReason::Unsupported(what) => format!("{what} cannot be examined"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_has_a_listed_code() {
        let reasons = [
            SkipReason::Symlink,
            SkipReason::Special,
            SkipReason::GitInternals,
            SkipReason::Excluded(String::new()),
            SkipReason::GitIgnored,
            SkipReason::Unreadable(String::new()),
            SkipReason::Changed,
            SkipReason::Vanished,
            SkipReason::Container(""),
            SkipReason::Damaged(""),
            SkipReason::Limit(""),
            SkipReason::Encrypted(""),
            SkipReason::TooManyFindings(0),
            SkipReason::Panicked,
            SkipReason::Interrupted,
            SkipReason::Loop,
            SkipReason::Submodule,
            SkipReason::MissingObject(""),
            SkipReason::CorruptObject(""),
            SkipReason::External(String::new()),
            SkipReason::LfsMissing,
            SkipReason::TooLarge(0),
            SkipReason::Unsupported(""),
        ];
        assert_eq!(reasons.len(), SkipReason::CODES.len());
        for reason in reasons {
            assert!(SkipReason::CODES.contains(&reason.code()));
            assert_ne!(reason.status(), Status::Scanned);
            let policy = SkipReason::POLICY.contains(&reason.code());
            assert_eq!(policy, reason.status() == Status::Skipped);
        }
    }
}
