//! The repository and its hooks.

use crate::cli::hook::{Reach, State, There, find_repository};
use crate::cli::words::Project;
use crate::source::git::{GitError, Ownership, Repository};

use super::check::Account;

/// Looks at the repository that the current directory is in, and at its hooks.
pub(super) fn look(project: &Project, account: &mut Account) {
    match find_repository(&project.here, Ownership::Own) {
        Ok(repository) => {
            account.ok("repository", told(&repository));
            hooks(project, &repository, account);
        }
        Err(GitError::NoRepository(_)) => account.ok(
            "repository",
            "none here; files are scanned all the same, and `stanch scan --history` needs one",
        ),
        Err(error @ GitError::Foreign(_)) => account.warn(
            "repository",
            error.to_string(),
            "run stanch as its owner, or scan it with `--any-owner`",
        ),
        Err(error) => account.fail(
            "repository",
            error.to_string(),
            "`git fsck` tells what git thinks of it",
        ),
    }
}

fn told(repository: &Repository) -> String {
    let linked = if repository.git_dir() == repository.common_dir() {
        ""
    } else {
        ", a linked work tree"
    };
    match repository.work_tree() {
        Some(tree) => format!("{}{linked}", tree.display()),
        None => format!("{}, bare", repository.git_dir().display()),
    }
}

fn hooks(project: &Project, repository: &Repository, account: &mut Account) {
    let state = match State::of(repository) {
        Ok(state) => state,
        Err(why) => {
            return account.fail("hooks", why, "mend or remove the file, then look again");
        }
    };
    if let Some((file, reach)) = &state.set_by {
        let whose = match reach {
            Reach::Here => "this repository",
            Reach::All => "all repositories",
        };
        let name = file.display();
        if state.folder.as_os_str().is_empty() {
            let remedy = format!("remove `core.hooksPath` from `{name}`");
            let told = format!("`core.hooksPath` in {name} is empty: git runs no hooks");
            account.warn("hooks folder", told, remedy);
        } else {
            let folder = project.shown(&state.folder);
            account.ok(
                "hooks folder",
                format!("{folder}, for {whose}, by `core.hooksPath` in {name}"),
            );
        }
    }
    // A bare repository is committed to by nobody; its hooks are the server's.
    let Some(_) = repository.work_tree() else {
        return account.ok(
            "hooks",
            "of a bare repository: docs/git.md tells how to look at what is pushed",
        );
    };
    let global = matches!(state.set_by, Some((_, Reach::All)));
    for (kind, there) in &state.hooks {
        hook(kind.name(), *there, global, &state, account);
    }
}

fn hook(name: &'static str, there: There, global: bool, state: &State, account: &mut Account) {
    let global = if global { " --global" } else { "" };
    let path = state.folder.join(name);
    let is_first = name == "pre-commit";
    match there {
        There::Ours => account.ok(name, format!("installed ({})", path.display())),
        There::Edited => account.ok(
            name,
            format!(
                "installed, and changed by somebody since ({})",
                path.display()
            ),
        ),
        There::Framework => account.ok(name, "run by the pre-commit framework"),
        There::NotExecutable => account.fail(
            name,
            format!(
                "{} is not executable, so git does not run it",
                path.display()
            ),
            format!("chmod +x '{}'", path.display()),
        ),
        // One guard is enough; others are a matter of choice.
        There::Nothing | There::Foreign if !is_first => {}
        There::Nothing => account.warn(
            name,
            "no hook looks at commits before they are made",
            format!("stanch hook install{global}"),
        ),
        There::Foreign => account.warn(
            name,
            format!(
                "{} is another hook, which may or may not run stanch",
                path.display()
            ),
            format!("stanch hook install{global}   (the hook that is there runs first)"),
        ),
    }
}
