//! Which hooks of stanch a repository has, and where git looks for hooks. Changes nothing.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use crate::source::git::Repository;
use crate::source::git::hooks::Scope;

use super::kind::Kind;
use super::place::GitEnvironment;
use super::script::{Whose, whose};

/// Most of a file that is looked at, in bytes.
const LOOKED_AT: u64 = 1 << 20;

/// The file of the pre-commit framework, at the root of the work tree.
const FRAMEWORK: &str = ".pre-commit-config.yaml";

/// The hooks of a repository.
#[derive(Debug)]
pub(in crate::cli) struct State {
    /// Where git looks for hooks; empty when it is told that there are none.
    pub(in crate::cli) folder: PathBuf,
    /// The file that sets `core.hooksPath`, and whether it does so for more than
    /// this repository.
    pub(in crate::cli) set_by: Option<(PathBuf, Reach)>,
    /// What stands there, by hook.
    pub(in crate::cli) hooks: Vec<(Kind, There)>,
}

/// For which repositories something is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cli) enum Reach {
    /// This one.
    Here,
    /// All of the user or the machine.
    All,
}

/// What stands at a hook's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cli) enum There {
    /// Nothing.
    Nothing,
    /// The hook of stanch.
    Ours,
    /// The hook of stanch, changed by somebody.
    Edited,
    /// Another hook, under which the pre-commit framework runs stanch.
    Framework,
    /// Another hook.
    Foreign,
    /// The hook of stanch, which git cannot run.
    NotExecutable,
}

impl There {
    /// True when stanch runs.
    pub(in crate::cli) fn works(self) -> bool {
        matches!(self, There::Ours | There::Edited | There::Framework)
    }
}

impl State {
    /// The hooks of `repository`.
    ///
    /// # Errors
    /// Why it cannot be told, in words.
    pub(in crate::cli) fn of(repository: &Repository) -> Result<State, String> {
        let environment = GitEnvironment::read();
        let set = environment
            .find_hooks_path(Some(repository))
            .map_err(|error| error.to_string())?;
        let top = repository.work_tree().unwrap_or(repository.git_dir());
        let (folder, set_by) = match set {
            None => (repository.common_dir().join("hooks"), None),
            Some(path) if path.folder.as_os_str().is_empty() => {
                (PathBuf::new(), Some((path.file, reach(path.scope))))
            }
            Some(path) => (top.join(path.folder), Some((path.file, reach(path.scope)))),
        };
        let framework = runs_stanch(&top.join(FRAMEWORK));
        let hooks = Kind::CLIENT.map(|kind| (kind, there(&folder, kind, framework)));
        Ok(State {
            folder,
            set_by,
            hooks: hooks.into(),
        })
    }

    /// True when every commit is looked at.
    pub(in crate::cli) fn watches_commits(&self) -> bool {
        let mut hooks = self.hooks.iter();
        hooks.any(|(kind, there)| *kind == Kind::PreCommit && there.works())
    }
}

fn reach(scope: Scope) -> Reach {
    match scope {
        Scope::System | Scope::Global => Reach::All,
        Scope::Local | Scope::Worktree => Reach::Here,
    }
}

fn there(folder: &Path, kind: Kind, framework: bool) -> There {
    if folder.as_os_str().is_empty() {
        return There::Nothing;
    }
    let path = folder.join(kind.name());
    let Some(bytes) = read(&path) else {
        return There::Nothing;
    };
    match whose(&bytes) {
        Whose::Ours | Whose::Edited if !is_executable(&path) => There::NotExecutable,
        Whose::Ours => There::Ours,
        Whose::Edited => There::Edited,
        Whose::Foreign if framework && memchr::memmem::find(&bytes, b"pre-commit").is_some() => {
            There::Framework
        }
        Whose::Foreign => There::Foreign,
    }
}

fn read(path: &Path) -> Option<Vec<u8>> {
    if !fs::metadata(path).ok()?.is_file() {
        return None;
    }
    let mut bytes = Vec::new();
    let file = fs::File::open(path).ok()?;
    file.take(LOOKED_AT).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

/// True when the pre-commit framework is told to run stanch.
fn runs_stanch(path: &Path) -> bool {
    let Some(bytes) = read(path) else {
        return false;
    };
    let text = String::from_utf8_lossy(&bytes);
    let mut ids = text
        .lines()
        .filter_map(|line| line.trim_start_matches([' ', '-']).strip_prefix("id:"));
    ids.any(|id| id.trim_matches([' ', '"', '\'']).starts_with("stanch"))
}

#[cfg(unix)]
fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(path).is_ok_and(|meta| meta.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(_: &Path) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::hook::script::{Chain, text};

    #[test]
    fn hooks_are_told_by_what_stands_in_them() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let look = |framework| there(folder.path(), Kind::PreCommit, framework);
        assert_eq!(look(false), There::Nothing);
        fs::write(at("pre-commit"), "#!/bin/sh\n# made by pre-commit\n").unwrap();
        assert_eq!(look(false), There::Foreign);
        assert_eq!(look(true), There::Framework);
        let ours = text(Kind::PreCommit, Path::new("/x"), Chain::Saved, "");
        fs::write(at("pre-commit"), &ours).unwrap();
        if cfg!(unix) {
            assert_eq!(look(false), There::NotExecutable);
        }
        assert_eq!(there(Path::new(""), Kind::PreCommit, true), There::Nothing);
    }

    #[test]
    fn the_framework_is_asked_for_its_ids() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.yaml");
        fs::write(&path, "repos:\n- hooks:\n  - id: 'stanch-system'\n").unwrap();
        assert!(runs_stanch(&path));
        fs::write(&path, "repos:\n- hooks:\n  - id: x # stanch\n").unwrap();
        assert!(!runs_stanch(&path));
        assert!(!runs_stanch(&folder.path().join("none")));
    }
}
