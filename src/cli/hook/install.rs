//! `stanch hook install` and `stanch hook uninstall`, in named steps.

use std::fs;
use std::path::{Path, PathBuf};

use crate::cli::exit::Exit;
use crate::cli::page::Page;
use crate::cli::settings::stop;
use crate::source::git::hooks::{HooksPath, Scope};
use crate::source::git::{Ownership, Repository};

use super::files::{Put, Taken, Trouble, put, take};
use super::global;
use super::kind::Kind;
use super::place::{self, GitEnvironment};
use super::script::{Chain, pass_through, text};
use super::{InstallArgs, WhichArgs};

/// Hooks that a folder for all repositories passes on to the repository's own,
/// since git looks for none of them there any more. Left out are those whose
/// mere presence changes what git does (`push-to-checkout`, `proc-receive`) and
/// those that run many times in one command (`reference-transaction`,
/// `post-index-change`).
const PASSED: &[&str] = &[
    "applypatch-msg",
    "pre-applypatch",
    "post-applypatch",
    "pre-commit",
    "pre-merge-commit",
    "prepare-commit-msg",
    "commit-msg",
    "post-commit",
    "pre-rebase",
    "post-checkout",
    "post-merge",
    "pre-push",
    "pre-receive",
    "update",
    "post-receive",
    "post-update",
    "pre-auto-gc",
    "post-rewrite",
    "sendemail-validate",
];

/// What to install.
struct Wanted {
    kinds: Vec<Kind>,
    /// Options that the hooks run with.
    options: String,
}

/// Runs `stanch hook install`.
pub(super) fn install(args: InstallArgs) -> Result<Exit, Exit> {
    let mut kinds = args.which.kinds();
    if kinds.is_empty() {
        kinds.push(Kind::PreCommit);
    }
    let wanted = Wanted {
        kinds,
        options: args.options(),
    };
    let mut page = Page::default();
    let environment = GitEnvironment::read();
    if args.which.global {
        install_global(&environment, &wanted, &mut page)?;
    } else {
        let folder = local_folder(&environment)?;
        put_all(&folder, &wanted, Chain::Saved, &mut page)?;
    }
    Ok(page.print(Exit::Clean))
}

/// Runs `stanch hook uninstall`.
pub(super) fn uninstall(args: WhichArgs) -> Result<Exit, Exit> {
    let mut kinds = args.kinds();
    let all = kinds.is_empty();
    if all {
        kinds.extend(Kind::CLIENT);
    }
    let mut page = Page::default();
    let environment = GitEnvironment::read();
    if !args.global {
        let folder = installed_folder(&environment)?;
        take_all(&folder, &kinds, &mut page)?;
        return Ok(page.print(Exit::Clean));
    }
    match environment.hooks_path(None)? {
        None => page.line("no hooks for all repositories are installed"),
        Some(path) if !is_own(&environment, &path.folder) => {
            take_all(&path.folder, &kinds, &mut page)?;
        }
        Some(path) if all => dissolve(&path, &mut page)?,
        Some(path) => {
            for kind in kinds {
                let name = kind.name();
                put(&path.folder, name, &pass_through(name)).map_err(refused)?;
                page.line(&format!("{name}: removed from {}", path.folder.display()));
            }
        }
    }
    Ok(page.print(Exit::Clean))
}

/// The folder that git looks for this repository's hooks in.
fn local_folder(environment: &GitEnvironment) -> Result<PathBuf, Exit> {
    let repository = place::repository(Ownership::Own)?;
    match environment.hooks_path(Some(&repository))? {
        None => Ok(repository.common_dir().join("hooks")),
        Some(path) if matches!(path.scope, Scope::System | Scope::Global) => Err(stop(&format!(
            "`{}` sets core.hooksPath to `{}` for all repositories, so git does not look for \
             hooks in this one: use --global",
            path.file.display(),
            path.folder.display()
        ))),
        Some(path) => local(&repository, &path),
    }
}

/// The same for a hook that may have been installed before `core.hooksPath`
/// was set for all repositories.
fn installed_folder(environment: &GitEnvironment) -> Result<PathBuf, Exit> {
    let repository = place::repository(Ownership::Own)?;
    match environment.hooks_path(Some(&repository))? {
        Some(path) if path.scope >= Scope::Local => local(&repository, &path),
        _ => Ok(repository.common_dir().join("hooks")),
    }
}

fn local(repository: &Repository, path: &HooksPath) -> Result<PathBuf, Exit> {
    if path.folder.as_os_str().is_empty() {
        let file = path.file.display();
        return Err(stop(&format!(
            "core.hooksPath in `{file}` is empty: no hooks are run"
        )));
    }
    let top = repository.work_tree().unwrap_or(repository.git_dir());
    Ok(top.join(&path.folder))
}

fn install_global(
    environment: &GitEnvironment,
    wanted: &Wanted,
    page: &mut Page,
) -> Result<(), Exit> {
    let no_home = || stop("there is no home directory to install hooks in: set HOME");
    match environment.hooks_path(None)? {
        Some(path) if !is_own(environment, &path.folder) => {
            if !path.folder.is_absolute() {
                return Err(stop(&format!(
                    "core.hooksPath in `{}` is `{}`, another folder in each repository: run \
                     `stanch hook install` in each, without --global",
                    path.file.display(),
                    path.folder.display()
                )));
            }
            put_all(&path.folder, wanted, Chain::Saved, page)
        }
        Some(path) => put_all(&path.folder, wanted, Chain::Repository, page),
        None => {
            let folder = environment.own_folder().ok_or_else(no_home)?;
            let file = environment.global_file().ok_or_else(no_home)?;
            put_all(&folder, wanted, Chain::Repository, page)?;
            let ours = |name: &&&str| wanted.kinds.iter().all(|kind| kind.name() != **name);
            for name in PASSED.iter().filter(ours) {
                put(&folder, name, &pass_through(name)).map_err(refused)?;
            }
            // Last, so that git never looks into a folder that is not ready.
            global::add(&file, &folder)
                .map_err(|error| Trouble::Io(file.clone(), error))
                .map_err(refused)?;
            page.line(&format!("core.hooksPath: set in {}", file.display()));
            page.line("a repository that sets core.hooksPath itself is not covered");
            Ok(())
        }
    }
}

/// True for the folder that `install --global` makes.
fn is_own(environment: &GitEnvironment, folder: &Path) -> bool {
    environment.own_folder().is_some_and(|own| own == folder)
}

/// Takes the folder for all repositories away, and the setting that leads there.
fn dissolve(path: &HooksPath, page: &mut Page) -> Result<(), Exit> {
    let file = &path.file;
    let removed = global::remove(file)
        .map_err(|error| Trouble::Io(file.clone(), error))
        .map_err(refused)?;
    if !removed {
        return Err(stop(&format!(
            "core.hooksPath in `{}` was not set by stanch: remove it there first",
            file.display()
        )));
    }
    page.line(&format!("core.hooksPath: removed from {}", file.display()));
    for name in PASSED {
        take(&path.folder, name).map_err(refused)?;
    }
    // Somebody else's files may be in it: then it stays.
    if fs::remove_dir(&path.folder).is_ok() {
        page.line(&format!("{}: removed", path.folder.display()));
    }
    Ok(())
}

fn put_all(folder: &Path, wanted: &Wanted, chain: Chain, page: &mut Page) -> Result<(), Exit> {
    let program = std::env::current_exe()
        .map_err(|error| stop(&format!("the path of this program is unknown: {error}")))?;
    for kind in &wanted.kinds {
        let name = kind.name();
        let done =
            put(folder, name, &text(*kind, &program, chain, &wanted.options)).map_err(refused)?;
        let told = match done {
            Put::Written => "installed",
            Put::Chained => "installed; the hook that was there runs first",
            Put::Renewed => "renewed",
            Put::Unchanged => "already installed",
        };
        page.line(&format!("{name}: {told} ({})", folder.join(name).display()));
    }
    Ok(())
}

fn take_all(folder: &Path, kinds: &[Kind], page: &mut Page) -> Result<(), Exit> {
    let mut found = false;
    for kind in kinds {
        let name = kind.name();
        let told = match take(folder, name).map_err(refused)? {
            Taken::Removed => "removed",
            Taken::Restored => "removed; the hook that was there before is back",
            Taken::Absent => continue,
        };
        found = true;
        page.line(&format!("{name}: {told} ({})", folder.join(name).display()));
    }
    if !found {
        page.line(&format!("no hook of stanch in {}", folder.display()));
    }
    Ok(())
}

#[expect(clippy::needless_pass_by_value, reason = "the end of `map_err`")]
fn refused(trouble: Trouble) -> Exit {
    stop(&trouble.to_string())
}
