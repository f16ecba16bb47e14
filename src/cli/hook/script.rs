//! What stands in a hook file, and how stanch knows its own files again.
//!
//! A hook is a script for the shell that git runs hooks with. It runs the hook
//! that stood in its place first, so that what that one changes is examined,
//! too, and then `stanch hook run`. The second line carries a digest of the
//! rest: a file somebody has worked on since is told from an untouched one.

use std::path::Path;

use super::kind::Kind;

/// What is appended to the name of a hook that was there before.
pub(super) const SAVED: &str = ".before-stanch";

/// How the second line of every script begins.
const MARK: &str = "# stanch-hook 1 ";

/// Which hook runs before stanch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Chain {
    /// The one that stood here, now beside the script.
    Saved,
    /// The repository's own, which git does not look at because of a
    /// `core.hooksPath` for all repositories.
    Repository,
}

/// Whose file stands at a hook's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Whose {
    /// Written by stanch and left alone since.
    Ours,
    /// Written by stanch and changed by somebody.
    Edited,
    /// Somebody else's.
    Foreign,
}

/// The script of `kind` that runs `program` with `options`, each of which has a
/// blank before it.
pub(super) fn text(kind: Kind, program: &Path, chain: Chain, options: &str) -> String {
    let mut body = String::new();
    body.push_str("# Written by `stanch hook install`, removed by `stanch hook uninstall`.\n");
    body.push_str(&earlier(kind.name(), chain));
    if kind.reads_stdin() {
        // Both read the same lines. The dot keeps the last line end.
        body.push_str("lines=$(cat; echo .)\nlines=${lines%.}\n");
        body.push_str(
            "if [ -x \"$earlier\" ]; then printf %s \"$lines\" | \"$earlier\" \"$@\" || exit; fi\n",
        );
    } else {
        body.push_str("if [ -x \"$earlier\" ]; then \"$earlier\" \"$@\" || exit; fi\n");
    }
    body.push_str(&find(program, kind));
    let run = format!("\"$stanch\" hook run{options} {} \"$@\"\n", kind.name());
    if kind.reads_stdin() {
        body.push_str("printf %s \"$lines\" | ");
    } else {
        body.push_str("exec ");
    }
    body.push_str(&run);
    marked(&body)
}

/// A script that only runs the repository's own hook called `name`.
pub(super) fn pass_through(name: &str) -> String {
    let mut body = String::new();
    body.push_str(
        "# Written by `stanch hook install --global`: without this file, git would not\n",
    );
    body.push_str("# run the repository's own hook.\n");
    body.push_str(&earlier(name, Chain::Repository));
    body.push_str("if [ -x \"$earlier\" ]; then exec \"$earlier\" \"$@\"; fi\n");
    marked(&body)
}

/// Whose file holds `bytes`.
pub(super) fn whose(bytes: &[u8]) -> Whose {
    let Some(rest) = bytes.strip_prefix(b"#!/bin/sh\n") else {
        return Whose::Foreign;
    };
    let Some(rest) = rest.strip_prefix(MARK.as_bytes()) else {
        return Whose::Foreign;
    };
    let end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
    let (digest, body) = rest.split_at(end);
    let body = body.strip_prefix(b"\n").unwrap_or(body);
    if digest == digest_of(body).as_bytes() {
        Whose::Ours
    } else {
        Whose::Edited
    }
}

fn marked(body: &str) -> String {
    format!("#!/bin/sh\n{MARK}{}\n{body}", digest_of(body.as_bytes()))
}

fn digest_of(body: &[u8]) -> String {
    blake3::hash(body).to_hex()[..16].to_owned()
}

/// Sets `earlier` to the hook that runs before.
fn earlier(name: &str, chain: Chain) -> String {
    match chain {
        Chain::Saved => format!("earlier=${{0%/*}}/{name}{SAVED}\n"),
        // As gitrepository-layout(5) has it: a linked work tree names the
        // folder it shares with the others in `commondir`.
        Chain::Repository => format!(
            "dir=${{GIT_DIR:-.git}}\n\
             if [ -f \"$dir/commondir\" ]; then\n\
             \x20   IFS= read -r common <\"$dir/commondir\"\n\
             \x20   case $common in /*) dir=$common ;; *) dir=$dir/$common ;; esac\n\
             fi\n\
             earlier=$dir/hooks/{name}\n"
        ),
    }
}

/// Sets `stanch` to the program, or ends: a hook that cannot look lets nothing pass.
fn find(program: &Path, kind: Kind) -> String {
    let program = program.to_string_lossy().replace('\\', "/");
    let quoted = program.replace('\'', r"'\''");
    let name = kind.name();
    format!(
        "stanch='{quoted}'\n\
         [ -x \"$stanch\" ] || stanch=$(command -v stanch) || {{\n\
         \x20   echo 'stanch: the program is gone, so this {name} hook could not look' >&2\n\
         \x20   echo \"stanch: install it again, or remove $0\" >&2\n\
         \x20   exit 1\n\
         }}\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_knows_itself_until_it_is_changed() {
        for kind in Kind::CLIENT {
            for chain in [Chain::Saved, Chain::Repository] {
                let text = text(kind, Path::new("/opt/it's here/stanch"), chain, "");
                assert_eq!(whose(text.as_bytes()), Whose::Ours);
                let longer = text.clone() + "echo more\n";
                assert_eq!(whose(longer.as_bytes()), Whose::Edited);
                let shorter = &text.as_bytes()[..text.len() - 1];
                assert_eq!(whose(shorter), Whose::Edited);
            }
        }
        assert_eq!(whose(pass_through("post-merge").as_bytes()), Whose::Ours);
    }

    #[test]
    fn other_files_are_foreign_at_every_length() {
        let text = text(Kind::PrePush, Path::new("stanch"), Chain::Saved, "");
        for end in 0.."#!/bin/sh\n".len() + MARK.len() {
            assert_eq!(whose(&text.as_bytes()[..end]), Whose::Foreign);
        }
        assert_eq!(
            whose(b"#!/bin/sh\nstanch hook run pre-commit\n"),
            Whose::Foreign
        );
        assert_eq!(whose(b"\x7fELF\0"), Whose::Foreign);
    }

    #[test]
    fn a_program_may_have_any_name() {
        let text = text(
            Kind::CommitMsg,
            Path::new("/a b/it's"),
            Chain::Saved,
            " --on-timeout pass",
        );
        assert!(text.contains(r"stanch='/a b/it'\''s'"));
        assert!(text.ends_with("hook run --on-timeout pass commit-msg \"$@\"\n"));
    }
}
