//! What each hook says about what to do next.

use crate::report::hook::{KEY, Words};

use super::bypass::{PushOptions, VARIABLE};
use super::kind::Kind;

/// The words of `kind`.
pub(super) fn words(kind: Kind, options: PushOptions) -> Words {
    let exit = exit(kind, options);
    let harmless = harmless(kind);
    Words {
        stops: kind.stops(),
        looks_at: kind.looks_at(),
        findings: vec![format!("fix: {} | harmless? {harmless}{exit}", fix(kind))],
        incomplete: vec![format!(
            "look at it yourself; to accept a reason: allow-incomplete under [scan] in stanch.toml{exit}"
        )],
        out_of_time: vec![format!(
            "give it more time with --time-budget in the hook{exit}"
        )],
    }
}

fn fix(kind: Kind) -> &'static str {
    match kind {
        Kind::PreCommit => "take it out, stage the file and commit again",
        Kind::CommitMsg => "write the message without it",
        Kind::PrePush | Kind::PreReceive | Kind::Update => {
            "take it out of the commits (git rebase -i) and push again"
        }
    }
}

fn harmless(kind: Kind) -> String {
    match kind {
        Kind::PreReceive | Kind::Update => {
            "name it under [allow] in stanch.toml of the default branch".into()
        }
        // What a push brings is judged by what stood there before it.
        Kind::PrePush => "name it under [allow] in stanch.toml".into(),
        Kind::PreCommit | Kind::CommitMsg => format!("stanch ignore {KEY} --reason \"why\""),
    }
}

/// How to get out in an emergency, where there is a way.
fn exit(kind: Kind, options: PushOptions) -> String {
    match (kind, options) {
        (Kind::PreCommit | Kind::CommitMsg, _) => {
            format!(" | emergency (recorded): {VARIABLE}=\"why\" git commit")
        }
        (Kind::PrePush, _) => format!(" | emergency (recorded): {VARIABLE}=\"why\" git push"),
        (Kind::PreReceive | Kind::Update, PushOptions::Accepted) => {
            " | emergency (recorded): git push -o stanch.skip=\"why\"".into()
        }
        (Kind::PreReceive | Kind::Update, PushOptions::Ignored) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_hook_says_how_to_go_on_in_one_line() {
        for kind in [
            Kind::PreCommit,
            Kind::CommitMsg,
            Kind::PrePush,
            Kind::PreReceive,
            Kind::Update,
        ] {
            let words = words(kind, PushOptions::Ignored);
            assert_eq!(words.findings.len(), 1);
            let local = matches!(kind, Kind::PreCommit | Kind::CommitMsg);
            assert_eq!(words.findings[0].contains("stanch ignore KEY "), local);
            assert_eq!(words.findings[0].contains("stanch.toml"), !local);
            assert_eq!(words.findings[0].contains(VARIABLE), !kind.is_server_side());
        }
        let words = words(Kind::PreReceive, PushOptions::Accepted);
        assert!(words.findings[0].contains("-o stanch.skip"));
    }
}
