//! What a hook is asked to look at, whoever asks: git itself, on standard input
//! and in arguments, or the pre-commit framework, in its variables.

use std::ffi::OsString;
use std::io::{self, IsTerminal as _};
use std::path::PathBuf;

use crate::cli::exit::Exit;
use crate::cli::settings::stop;
use crate::source::git::Repository;

use super::kind::Kind;
use super::protocol::{self, Change};

/// What a hook looks at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// What is staged.
    Staged,
    /// The commit message in a file.
    Message(PathBuf),
    /// What a push to the remote of this name would bring; without a name
    /// nothing is known of what the other side has.
    Push(Option<String>, Vec<Change>),
    /// What was pushed here.
    Receive(Vec<Change>),
}

impl Order {
    /// The changes of references.
    pub(super) fn changes(&self) -> &[Change] {
        match self {
            Order::Staged | Order::Message(_) => &[],
            Order::Push(_, changes) | Order::Receive(changes) => changes,
        }
    }

    /// URLs of the remotes that what is looked at may go to; `arguments` are those
    /// of the hook.
    pub(super) fn remotes(&self, arguments: &[String], repository: &Repository) -> Vec<String> {
        if let (Order::Push(..), [_, url, ..]) = (self, arguments) {
            return vec![url.clone()];
        }
        let push = match self {
            Order::Push(name, _) => name.as_deref(),
            _ => None,
        };
        let remotes = repository.remotes().into_iter();
        let goes_there = |(name, _): &(String, String)| push.is_none_or(|push| push == name);
        remotes.filter(goes_there).map(|(_, url)| url).collect()
    }

    /// True when all that happens is that references go away.
    pub(super) fn is_nothing(&self) -> bool {
        match self {
            Order::Staged | Order::Message(_) => false,
            Order::Push(_, changes) | Order::Receive(changes) => {
                changes.iter().all(|change| change.new.is_none())
            }
        }
    }
}

/// Reads what `kind` is asked to look at.
///
/// # Errors
/// Nobody but git would ask like that.
pub(super) fn read(
    kind: Kind,
    arguments: &[String],
    lookup: impl Fn(&str) -> Option<OsString>,
) -> Result<Order, Exit> {
    match kind {
        Kind::PreCommit => Ok(Order::Staged),
        Kind::CommitMsg => {
            let default = || "COMMIT_EDITMSG".to_owned();
            Ok(Order::Message(
                arguments.first().cloned().unwrap_or_else(default).into(),
            ))
        }
        Kind::PrePush => {
            if let Some(order) = framework(&lookup) {
                return Ok(order);
            }
            let changes =
                protocol::pre_push(&input()?).map_err(|wrong| stop(&wrong.to_string()))?;
            // git gives the URL twice when the remote has no name.
            let remote = match arguments {
                [name, url, ..] if name != url => Some(name.clone()),
                _ => None,
            };
            Ok(Order::Push(remote, changes))
        }
        Kind::PreReceive => protocol::pre_receive(&input()?)
            .map(Order::Receive)
            .map_err(|wrong| stop(&wrong.to_string())),
        Kind::Update => protocol::update(arguments)
            .map(|change| Order::Receive(vec![change]))
            .ok_or_else(|| stop("expected `<ref> <old oid> <new oid>`: is this run by git?")),
    }
}

fn input() -> Result<Vec<u8>, Exit> {
    let stdin = io::stdin();
    if stdin.is_terminal() {
        return Err(stop(
            "references are expected on standard input: is this run by git?",
        ));
    }
    protocol::read(stdin.lock())
        .map_err(|error| stop(&format!("standard input cannot be read: {error}")))
}

/// A push as the pre-commit framework tells it, which has read git's lines itself.
fn framework(lookup: &impl Fn(&str) -> Option<OsString>) -> Option<Order> {
    let text = |name: &str| {
        let value = lookup(name)?.to_string_lossy().into_owned();
        (!value.is_empty()).then_some(value)
    };
    text("PRE_COMMIT")?;
    let name = text("PRE_COMMIT_REMOTE_BRANCH")?;
    // For the first push of a whole history there is a branch and no range.
    let new = text("PRE_COMMIT_TO_REF").or_else(|| text("PRE_COMMIT_LOCAL_BRANCH"))?;
    let change = Change {
        name,
        old: text("PRE_COMMIT_FROM_REF"),
        new: Some(new),
    };
    Some(Order::Push(text("PRE_COMMIT_REMOTE_NAME"), vec![change]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(kind: Kind, arguments: &[&str], values: &[(&str, &str)]) -> Order {
        let arguments: Vec<String> = arguments.iter().map(ToString::to_string).collect();
        let find = |name: &str| {
            values
                .iter()
                .find(|(n, _)| *n == name)
                .map(|(_, v)| v.into())
        };
        read(kind, &arguments, find).unwrap()
    }

    #[test]
    fn arguments_say_what_to_look_at() {
        assert_eq!(asked(Kind::PreCommit, &[], &[]), Order::Staged);
        let message = Order::Message(".git/MSG".into());
        assert_eq!(asked(Kind::CommitMsg, &[".git/MSG"], &[]), message);
        let (zero, id) = ("0".repeat(40), "a".repeat(40));
        let order = asked(Kind::Update, &["refs/heads/x", &id, &zero], &[]);
        assert!(order.is_nothing());
        let order = asked(Kind::Update, &["refs/heads/x", &zero, &id], &[]);
        assert!(!order.is_nothing());
    }

    #[test]
    fn the_framework_tells_a_push_in_variables() {
        let values = [
            ("PRE_COMMIT", "1"),
            ("PRE_COMMIT_FROM_REF", "aa"),
            ("PRE_COMMIT_TO_REF", "bb"),
            ("PRE_COMMIT_LOCAL_BRANCH", "refs/heads/main"),
            ("PRE_COMMIT_REMOTE_BRANCH", "refs/heads/main"),
            ("PRE_COMMIT_REMOTE_NAME", "origin"),
        ];
        let change = |old: Option<&str>, new: &str| Change {
            name: "refs/heads/main".into(),
            old: old.map(Into::into),
            new: Some(new.into()),
        };
        let origin = Some("origin".to_owned());
        assert_eq!(
            asked(Kind::PrePush, &[], &values),
            Order::Push(origin.clone(), vec![change(Some("aa"), "bb")])
        );
        let whole: Vec<_> = values
            .iter()
            .copied()
            .filter(|(n, _)| !n.ends_with("_REF"))
            .collect();
        assert_eq!(
            asked(Kind::PrePush, &[], &whole),
            Order::Push(origin, vec![change(None, "refs/heads/main")])
        );
    }
}
