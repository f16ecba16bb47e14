//! The hooks of git that stanch can be, with their names and what they are given.

use clap::ValueEnum;

/// A hook of git.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// Before a commit is made: what is staged.
    PreCommit,
    /// Before a push: the commits that the other side does not have.
    PrePush,
    /// When a commit message was written: the message.
    CommitMsg,
    /// On a server, before a push is taken: all its references at once.
    PreReceive,
    /// On a server, before a reference is changed: one at a time.
    Update,
}

impl Kind {
    /// The hooks that `stanch hook install` knows: those of a developer's repository.
    pub(super) const CLIENT: [Kind; 3] = [Kind::PreCommit, Kind::PrePush, Kind::CommitMsg];

    /// The name of the hook's file.
    pub(in crate::cli) fn name(self) -> &'static str {
        match self {
            Kind::PreCommit => "pre-commit",
            Kind::PrePush => "pre-push",
            Kind::CommitMsg => "commit-msg",
            Kind::PreReceive => "pre-receive",
            Kind::Update => "update",
        }
    }

    /// What the hook stops.
    pub(super) fn stops(self) -> &'static str {
        match self {
            Kind::PreCommit | Kind::CommitMsg => "commit",
            Kind::PrePush | Kind::PreReceive => "push",
            Kind::Update => "update",
        }
    }

    /// Where the hook looks, in words.
    pub(super) fn looks_at(self) -> &'static str {
        match self {
            Kind::PreCommit => "the staged changes",
            Kind::CommitMsg => "the commit message",
            Kind::PrePush => "the commits to push",
            Kind::PreReceive | Kind::Update => "the pushed commits",
        }
    }

    /// True for hooks that guard a repository others push to.
    pub(super) fn is_server_side(self) -> bool {
        matches!(self, Kind::PreReceive | Kind::Update)
    }

    /// True for hooks that git hands lines on standard input.
    pub(super) fn reads_stdin(self) -> bool {
        matches!(self, Kind::PrePush | Kind::PreReceive)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_are_those_of_the_command_line() {
        for kind in Kind::value_variants() {
            let value = kind.to_possible_value().unwrap();
            assert_eq!(value.get_name(), kind.name());
        }
    }
}
