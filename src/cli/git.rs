//! The options about git repositories: from arguments to a source.

use std::env;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args as ClapArgs;

use crate::cli::args::Global;
use crate::cli::exit::Exit;
use crate::cli::folders::ReadBelow;
use crate::cli::message;
use crate::cli::revision;
use crate::cli::settings::{self, Loaded, stop};
use crate::cli::words::{self, BASELINE, IGNORE, Project, Scope, Sheet};
use crate::config::discover;
use crate::config::environment::Environment;
use crate::config::resolve::{Flags, Given};
use crate::config::settings::Set;
use crate::detect::generic::FileKind;
use crate::record::books::Authority;
use crate::source::Source;
use crate::source::exclude::Excludes;
use crate::source::git::{
    Access, CommitRange, External, GitEnvironment, GitError, History, Known, Ownership, Reach,
    Remaining, Report, Repository, Staged, Tips,
};

/// Heading of the options about git.
const GIT: &str = "Git options";

/// Options about git repositories.
#[derive(Clone, Debug, Default, ClapArgs)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of its own on the command line"
)]
pub struct GitArgs {
    /// Scan what the next commit changes: the index, not the work tree
    #[arg(long, help_heading = GIT, group = "git_mode")]
    pub staged: bool,
    /// Scan what the commits of B bring that are not in A
    #[arg(long, help_heading = GIT, group = "git_mode", value_name = "A..B")]
    pub range: Option<String>,
    /// Scan what the commits of HEAD bring that are not in REF
    #[arg(long, help_heading = GIT, group = "git_mode", value_name = "REF")]
    pub since: Option<String>,
    /// Scan everything a repository holds, reachable or not [default: the current directory's]
    #[arg(long, help_heading = GIT, group = "git_mode", value_name = "REPO", num_args = 0..=1, default_missing_value = ".")]
    pub history: Option<PathBuf>,
    /// With --staged, --range or --since: report all lines of changed files, not only new ones
    #[arg(long, help_heading = GIT)]
    pub whole_files: bool,
    /// With --history: only what branches, tags and other references lead to
    #[arg(long, help_heading = GIT, requires = "history")]
    pub reachable_only: bool,
    /// Read parts of a repository that lie outside of it (alternates, `.git` files)
    #[arg(long, help_heading = GIT)]
    pub follow_external: bool,
    /// Read a repository that belongs to another user
    #[arg(long, help_heading = GIT)]
    pub any_owner: bool,
    /// Take the project's configuration from this revision [default: A of --range, REF of --since]
    #[arg(long, help_heading = GIT, value_name = "REF")]
    pub policy_from: Option<String>,
}

/// What is scanned of which repository.
pub(super) struct GitScan {
    /// The repository.
    pub(super) repository: Arc<Repository>,
    /// What to scan of it.
    pub(super) mode: GitMode,
    /// The revision whose configuration counts, if not the work tree's.
    pub(super) policy: Option<String>,
    /// The revision that is scanned, when there is one.
    pub(super) scanned: Option<String>,
    /// What reports name as the target.
    pub(super) target: String,
}

/// What to scan of a repository.
pub(super) enum GitMode {
    /// What the next commit changes.
    Staged(Report),
    /// What some commits bring.
    Range(Tips, Report),
    /// Everything.
    History(Reach),
}

impl GitArgs {
    /// True when a repository is to be scanned, not files.
    pub(super) fn is_given(&self) -> bool {
        self.staged || self.range.is_some() || self.since.is_some() || self.history.is_some()
    }

    fn report(&self) -> Report {
        if self.whole_files {
            Report::WholeFiles
        } else {
            Report::AddedLines
        }
    }

    /// How far a repository is trusted, as these options and the environment say.
    pub(super) fn access(&self) -> Access {
        Access {
            external: if self.follow_external {
                External::Follow
            } else {
                External::Refuse
            },
            ownership: if self.any_owner {
                Ownership::Any
            } else {
                Ownership::Own
            },
            environment: environment(),
        }
    }
}

/// Git's environment variables.
pub(super) fn environment() -> GitEnvironment {
    let path = |name: &str| {
        env::var_os(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    let list = env::var_os("GIT_ALTERNATE_OBJECT_DIRECTORIES").unwrap_or_default();
    GitEnvironment {
        git_dir: path("GIT_DIR"),
        common_dir: path("GIT_COMMON_DIR"),
        work_tree: path("GIT_WORK_TREE"),
        index_file: path("GIT_INDEX_FILE"),
        object_directory: path("GIT_OBJECT_DIRECTORY"),
        alternate_object_directories: env::split_paths(&list)
            .filter(|dir| !dir.as_os_str().is_empty())
            .collect(),
        sudo_uid: env::var("SUDO_UID").ok().and_then(|uid| uid.parse().ok()),
    }
}

/// Opens the repository that the options mean; `None` when they mean none.
///
/// # Errors
/// The mistake has been told on standard error.
pub(super) fn open(args: &GitArgs, targets: &[PathBuf]) -> Result<Option<GitScan>, Exit> {
    if !args.is_given() {
        return if args.policy_from.is_some() {
            Err(stop(
                "--policy-from needs --range, --since, --staged or --history",
            ))
        } else {
            Ok(None)
        };
    }
    let start = match (&args.history, targets) {
        (Some(repository), []) => repository.clone(),
        (None, []) => PathBuf::from("."),
        (None, [one]) => one.clone(),
        _ => return Err(stop("a git scan takes one repository and no other targets")),
    };
    scan(args, &start)
        .map(Some)
        .map_err(|error| stop(&error.to_string()))
}

fn scan(args: &GitArgs, start: &Path) -> Result<GitScan, GitError> {
    let mut access = args.access();
    if args
        .history
        .as_deref()
        .is_some_and(|repository| repository != Path::new("."))
    {
        // The repository is named; the environment means another one.
        access.environment = GitEnvironment {
            sudo_uid: access.environment.sudo_uid,
            ..GitEnvironment::default()
        };
    }
    let repository = Arc::new(Repository::discover(start, &access)?);
    let (mode, ends) = mode(args, &repository)?;
    let (base, scanned) = ends.unzip();
    let target = match &mode {
        GitMode::Staged(_) => format!("staged changes in {}", start.display()),
        GitMode::Range(..) => {
            let range = args
                .range
                .clone()
                .or_else(|| args.since.as_ref().map(|a| format!("{a}..HEAD")));
            format!(
                "commits {} in {}",
                range.unwrap_or_default(),
                start.display()
            )
        }
        GitMode::History(_) => format!("history of {}", start.display()),
    };
    Ok(GitScan {
        repository,
        mode,
        policy: args.policy_from.clone().or(base),
        scanned,
        target,
    })
}

/// A mode, and for a range its base and its end.
type Mode = (GitMode, Option<(String, String)>);

/// What to scan.
fn mode(args: &GitArgs, repository: &Repository) -> Result<Mode, GitError> {
    if args.history.is_some() {
        let reach = if args.reachable_only {
            Reach::References
        } else {
            Reach::Everything
        };
        return Ok((GitMode::History(reach), None));
    }
    let (from, to) = match (&args.range, &args.since) {
        (Some(range), _) => {
            let (from, to) = range.split_once("..").ok_or_else(|| GitError::Revision {
                spec: range.clone(),
                cause: "a range is written `A..B`".to_owned(),
            })?;
            (from, to)
        }
        (None, Some(since)) => (since.as_str(), "HEAD"),
        (None, None) => return Ok((GitMode::Staged(args.report()), None)),
    };
    let or_head = |name: &str| {
        if name.is_empty() {
            "HEAD".to_owned()
        } else {
            name.to_owned()
        }
    };
    let (from, to) = (or_head(from), or_head(to));
    let tips = Tips {
        include: vec![repository.resolve(&to)?],
        exclude: vec![repository.resolve_commit(&from)?],
        known: Known::Named,
    };
    Ok((GitMode::Range(tips, args.report()), Some((from, to))))
}

/// A source, and the history if it is one.
type GitSource = (Box<dyn Source>, Option<Arc<History>>);

impl GitScan {
    /// The source of what is to be scanned. Changed files that `excludes` name
    /// are left out; a history is scanned whole, and is given, too: its
    /// findings are looked at again when it is over.
    ///
    /// # Errors
    /// When the index cannot be read; it has been told on standard error.
    pub(super) fn source(&self, excludes: Excludes) -> Result<GitSource, Exit> {
        let repository = Arc::clone(&self.repository);
        let changes: Box<dyn Source> = match &self.mode {
            GitMode::Staged(report) => {
                let staged = Staged::new(repository, *report);
                Box::new(staged.map_err(|error| stop(&error.to_string()))?)
            }
            GitMode::Range(tips, report) => {
                Box::new(CommitRange::new(repository, tips.clone(), *report))
            }
            GitMode::History(reach) => {
                let history = Arc::new(History::new(repository, *reach, kind_of));
                return Ok((Box::new(Arc::clone(&history)), Some(history)));
            }
        };
        Ok((Box::new(Remaining::new(changes, excludes)), None))
    }
}

impl GitScan {
    /// Whose work is scanned.
    pub(super) fn scope(&self, project: &Project) -> Scope {
        match self.mode {
            GitMode::Staged(_) if is_of(&self.repository, project) => Scope::Own,
            _ => Scope::Others,
        }
    }

    /// What reads the project's files, where a revision has the say.
    pub(super) fn below(&self) -> Option<Box<ReadBelow>> {
        Some(revision::below(&self.repository, self.policy.as_ref()?))
    }

    /// Reads a file that the settings of this scan name.
    ///
    /// # Errors
    /// It cannot be read.
    pub(super) fn named(&self, file: &Set<PathBuf>) -> io::Result<Option<String>> {
        match &self.policy {
            Some(policy) => revision::named_at(&self.repository, policy, file),
            None => words::from_disk(file),
        }
    }

    /// The project's ignore files: where a revision has the say, that of the
    /// revision; what the scanned one adds is shown.
    ///
    /// # Errors
    /// One cannot be read; it has been told on standard error.
    pub(super) fn sheets(&self, project: &Project, scope: Scope) -> Result<Vec<Sheet>, Exit> {
        let Some(policy) = &self.policy else {
            let authority = if scope == Scope::Untrusted {
                Authority::Shown
            } else {
                Authority::Obeyed
            };
            return project.sheets(authority);
        };
        revision::sheets_of(&self.repository, policy, self.scanned.as_deref())
    }
}

/// True when `repository` is that of the project.
pub(super) fn is_of(repository: &Repository, project: &Project) -> bool {
    let canonical = |path: &Path| path.canonicalize().ok();
    let work_tree = repository.work_tree().and_then(canonical);
    work_tree.is_some() && work_tree == project.root.as_deref().and_then(canonical)
}

/// Loads settings and rules: those of the revision that has the say in `git`,
/// if there is one.
///
/// # Errors
/// Every mistake has been told on standard error.
pub(super) fn load(git: Option<&GitScan>, global: &Global, flags: Flags) -> Result<Loaded, Exit> {
    match git.and_then(|git| Some((&git.repository, git.policy.as_ref()?))) {
        Some((repository, policy)) => {
            if let Some(scanned) = git.and_then(|git| git.scanned.as_ref()) {
                tell_changed(repository, policy, scanned);
            }
            load_from(repository, policy, global, flags)
        }
        None => settings::load(global, flags),
    }
}

/// Loads settings and rules of the revision `policy`, so that a change cannot
/// switch off its own check.
///
/// # Errors
/// Every mistake has been told on standard error.
pub(super) fn load_from(
    repository: &Repository,
    policy: &str,
    global: &Global,
    flags: Flags,
) -> Result<Loaded, Exit> {
    if global.config.is_some() || Environment::read().config.is_some() {
        // Somebody has named the file that has the say.
        return settings::load(global, flags);
    }
    let file = |path: &Path| {
        let name = path.to_string_lossy().replace('\\', "/");
        let found = repository
            .file_at(policy, &name)
            .map_err(io::Error::other)?;
        found
            .map(String::from_utf8)
            .transpose()
            .map_err(io::Error::other)
    };
    let mut given = Given::default();
    for name in discover::NAMES {
        given.text = file(Path::new(name)).map_err(|error| stop(&error.to_string()))?;
        if given.text.is_some() {
            given.name = format!("{name} of {policy}");
            break;
        }
    }
    let flags = Flags {
        given: Some(given),
        ..flags
    };
    settings::load_with(global, flags, &|path| {
        // What the user names is read; what the repository names, from the revision alone.
        if global.rules.iter().any(|named| named == path) {
            return settings::read(path);
        }
        if path.is_absolute() {
            let refusal = "the repository's configuration may not name files outside of it";
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, refusal));
        }
        let missing = || io::Error::new(io::ErrorKind::NotFound, format!("it is not in {policy}"));
        file(path)?.ok_or_else(missing)
    })
}

/// Tells when the change under examination changes the configuration, too:
/// that has no say yet, and what it would leave out is reported.
fn tell_changed(repository: &Repository, policy: &str, scanned: &str) {
    for name in discover::NAMES.iter().chain(&[IGNORE, BASELINE]) {
        let at = |revision: &str| repository.file_at(revision, name).ok().flatten();
        let now = at(scanned);
        if now.is_some() && now != at(policy) {
            message::warning(&format!(
                "`{name}` is changed, too; what it says has no say in this scan, which follows `{policy}`"
            ));
        }
    }
}

/// Names of files that are read alike have the same number.
fn kind_of(name: &[u8]) -> u8 {
    let name = String::from_utf8_lossy(name);
    FileKind::of(Path::new(&*name)).syntax() as u8
}
