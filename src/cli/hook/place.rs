//! Where the hooks of the current repository and of the user are.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::cli::exit::Exit;
use crate::cli::git;
use crate::cli::settings::stop;
use crate::source::git::hooks::{ConfigError, HooksPath, Scope, hooks_path};
use crate::source::git::{Access, External, GitError, Ownership, Repository};

/// What the environment says about git, as git(1) has it.
#[derive(Clone, Debug, Default)]
pub(super) struct GitEnvironment {
    home: Option<PathBuf>,
    config_home: Option<PathBuf>,
    config_global: Option<PathBuf>,
    config_system: Option<PathBuf>,
    no_system: bool,
}

impl GitEnvironment {
    /// Reads the process's environment.
    pub(super) fn read() -> GitEnvironment {
        GitEnvironment::from_lookup(|name| std::env::var_os(name))
    }

    fn from_lookup(lookup: impl Fn(&str) -> Option<OsString>) -> GitEnvironment {
        let path = |name: &str| {
            lookup(name)
                .filter(|value| !value.is_empty())
                .map(PathBuf::from)
        };
        let no_system = lookup("GIT_CONFIG_NOSYSTEM");
        GitEnvironment {
            home: path("HOME").or_else(|| path("USERPROFILE")),
            config_home: path("XDG_CONFIG_HOME").filter(|path| path.is_absolute()),
            config_global: path("GIT_CONFIG_GLOBAL"),
            config_system: path("GIT_CONFIG_SYSTEM"),
            no_system: no_system
                .is_some_and(|v| !matches!(v.to_str(), Some("" | "0" | "false" | "no" | "off"))),
        }
    }

    /// Configuration files of the machine and the user, the weakest first.
    pub(super) fn config_files(&self) -> Vec<(Scope, PathBuf)> {
        let mut files = Vec::new();
        if !self.no_system {
            let default = || Path::new("/etc/gitconfig").to_owned();
            files.push((
                Scope::System,
                self.config_system.clone().unwrap_or_else(default),
            ));
        }
        let users = match &self.config_global {
            Some(file) => vec![Some(file.clone())],
            None => vec![self.xdg_config(), self.dot_config()],
        };
        files.extend(
            users
                .into_iter()
                .flatten()
                .map(|file| (Scope::Global, file)),
        );
        files
    }

    /// The user's configuration file that `git config --global` writes to.
    pub(super) fn global_file(&self) -> Option<PathBuf> {
        if self.config_global.is_some() {
            return self.config_global.clone();
        }
        let dot = self.dot_config()?;
        let xdg = self
            .xdg_config()
            .filter(|xdg| xdg.is_file() && !dot.exists());
        Some(xdg.unwrap_or(dot))
    }

    /// The folder for hooks of all repositories, when the user has none.
    pub(super) fn own_folder(&self) -> Option<PathBuf> {
        Some(self.config_folder()?.join("stanch").join("hooks"))
    }

    /// What `core.hooksPath` says for `repository`, or for all of the user's.
    ///
    /// # Errors
    /// A file makes no sense; this has been told.
    pub(super) fn hooks_path(
        &self,
        repository: Option<&Repository>,
    ) -> Result<Option<HooksPath>, Exit> {
        let found = self.find_hooks_path(repository);
        found.map_err(|error| stop(&error.to_string()))
    }

    /// The same; what is wrong is told to the caller alone.
    ///
    /// # Errors
    /// A file makes no sense.
    pub(super) fn find_hooks_path(
        &self,
        repository: Option<&Repository>,
    ) -> Result<Option<HooksPath>, ConfigError> {
        let mut files = self.config_files();
        files.extend(repository.into_iter().flat_map(|repository| {
            [
                (Scope::Local, repository.common_dir().join("config")),
                (
                    Scope::Worktree,
                    repository.git_dir().join("config.worktree"),
                ),
            ]
        }));
        let git_dir = repository.map(Repository::git_dir);
        hooks_path(&files, self.home.as_deref(), git_dir)
    }

    fn config_folder(&self) -> Option<PathBuf> {
        let fallback = || self.home.as_ref().map(|home| home.join(".config"));
        self.config_home.clone().or_else(fallback)
    }

    fn xdg_config(&self) -> Option<PathBuf> {
        Some(self.config_folder()?.join("git").join("config"))
    }

    fn dot_config(&self) -> Option<PathBuf> {
        Some(self.home.as_ref()?.join(".gitconfig"))
    }
}

/// The repository that the program runs in. Whose hooks run here is git's
/// to decide, so parts that lie elsewhere are read, as git does.
pub(super) fn repository(ownership: Ownership) -> Result<Arc<Repository>, Exit> {
    let here = std::env::current_dir()
        .map_err(|error| stop(&format!("the current directory cannot be used: {error}")))?;
    find_repository(&here, ownership).map_err(|error| stop(&error.to_string()))
}

/// The repository that `here` is in.
///
/// # Errors
/// Why there is none.
pub(in crate::cli) fn find_repository(
    here: &Path,
    ownership: Ownership,
) -> Result<Arc<Repository>, GitError> {
    let access = Access {
        external: External::Follow,
        ownership,
        environment: git::environment(),
    };
    Repository::discover(here, &access).map(Arc::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(values: &[(&str, &str)]) -> GitEnvironment {
        let find = |name: &str| {
            values
                .iter()
                .find(|(n, _)| *n == name)
                .map(|(_, v)| v.into())
        };
        GitEnvironment::from_lookup(find)
    }

    /// Variables, and the files that follow.
    type Case<'a> = (&'a [(&'a str, &'a str)], &'a [&'a str]);

    #[test]
    fn files_are_those_git_reads_in_its_order() {
        let table: [Case<'_>; 4] = [
            (
                &[("HOME", "/h")],
                &["/etc/gitconfig", "/h/.config/git/config", "/h/.gitconfig"],
            ),
            (
                &[
                    ("HOME", "/h"),
                    ("XDG_CONFIG_HOME", "/x"),
                    ("GIT_CONFIG_NOSYSTEM", "1"),
                ],
                &["/x/git/config", "/h/.gitconfig"],
            ),
            (
                &[
                    ("HOME", "/h"),
                    ("GIT_CONFIG_GLOBAL", "/g"),
                    ("GIT_CONFIG_NOSYSTEM", "0"),
                ],
                &["/etc/gitconfig", "/g"],
            ),
            (&[("GIT_CONFIG_SYSTEM", "/s")], &["/s"]),
        ];
        for (values, expected) in table {
            let files = environment(values).config_files();
            let files: Vec<&Path> = files.iter().map(|(_, file)| file.as_path()).collect();
            assert_eq!(files, expected.iter().map(Path::new).collect::<Vec<_>>());
        }
    }

    #[test]
    fn the_file_to_write_is_the_one_git_would_write() {
        let home = tempfile::tempdir().unwrap();
        let path = |name: &str| home.path().join(name);
        let environment = environment(&[("HOME", home.path().to_str().unwrap())]);
        assert_eq!(environment.global_file(), Some(path(".gitconfig")));
        std::fs::create_dir_all(path(".config/git")).unwrap();
        std::fs::write(path(".config/git/config"), "").unwrap();
        assert_eq!(environment.global_file(), Some(path(".config/git/config")));
        std::fs::write(path(".gitconfig"), "").unwrap();
        assert_eq!(environment.global_file(), Some(path(".gitconfig")));
    }
}
