//! What a scan looks at: from arguments to a source, and whose work that is.

use std::path::{Path, PathBuf};

use crate::cli::args::ScanArgs;
use crate::cli::exit::Exit;
#[cfg(feature = "git")]
use crate::cli::git;
use crate::cli::later::Later;
#[cfg(feature = "git")]
use crate::cli::later::Settling;
use crate::cli::message;
#[cfg(feature = "git")]
use crate::cli::protected;
#[cfg(feature = "git")]
use crate::cli::scan::allowance;
use crate::cli::scan::excludes;
use crate::cli::words::{Project, Scope, Sheet};
use crate::config::settings::Settings;
use crate::record::books::Authority;
use crate::source::Source;
use crate::source::chain::Sources;
use crate::source::list::Separator;
use crate::source::walk::{IgnoreMode, LinkMode, WalkOptions};

/// What is scanned.
pub(super) struct Target {
    /// Where units come from.
    pub(super) source: Box<dyn Source>,
    /// As reports name it.
    pub(super) names: Vec<String>,
    /// What is told at the end.
    pub(super) later: Later,
    /// Where it comes from.
    pub(super) scope: Scope,
    /// Ignore files of the project.
    pub(super) sheets: Vec<Sheet>,
    /// URLs of the repository's remotes.
    pub(super) remotes: Vec<String>,
}

impl Target {
    /// Files and directories.
    ///
    /// # Errors
    /// The mistake has been told on standard error.
    pub(super) fn of_files(
        args: &ScanArgs,
        settings: &Settings,
        project: &Project,
    ) -> Result<Target, Exit> {
        let names = targets(args);
        let (scope, authority) = if args.untrusted {
            (Scope::Untrusted, Authority::Shown)
        } else {
            (Scope::Files, Authority::Obeyed)
        };
        Ok(Target {
            source: Box::new(sources(args, settings)?),
            names: names
                .iter()
                .chain(&args.stdin_path)
                .map(|t| t.to_string_lossy().into_owned())
                .collect(),
            later: Later::default(),
            scope,
            sheets: project.sheets(authority)?,
            remotes: Vec::new(),
        })
    }

    /// Something of a repository.
    ///
    /// # Errors
    /// The mistake has been told on standard error.
    #[cfg(feature = "git")]
    pub(super) fn of_git(
        git: &git::GitScan,
        args: &ScanArgs,
        settings: &Settings,
        project: &Project,
    ) -> Result<Target, Exit> {
        if args.stdin_path.is_some() {
            message::error("--stdin-path is about standard input, not about a repository");
            return Err(Exit::Usage);
        }
        let scope = if args.untrusted {
            Scope::Untrusted
        } else {
            git.scope(project)
        };
        let (source, history) = git.source(excludes(settings)?)?;
        let later = match history {
            Some(history) => Later::of(Settling {
                history,
                allowance: allowance(settings, &Later::default())?,
                excludes: excludes(settings)?,
            }),
            None => Later::default(),
        };
        Ok(Target {
            source,
            names: vec![git.target.clone()],
            later,
            scope,
            sheets: git.sheets(project, scope)?,
            remotes: protected::urls(&git.repository),
        })
    }
}

/// The targets but for what comes in a file's place; without any, the current directory.
fn targets(args: &ScanArgs) -> Vec<PathBuf> {
    if args.stdin_path.is_some() {
        let others = args.targets.iter().filter(|target| !is_input(target));
        return others.cloned().collect();
    }
    if args.targets.is_empty() && args.files_from.is_none() {
        return vec![PathBuf::from(".")];
    }
    args.targets.clone()
}

/// True for the target that is standard input.
fn is_input(target: &Path) -> bool {
    target == Path::new("-")
}

/// The files and directories that are meant.
///
/// # Errors
/// The mistake has been told on standard error.
pub(super) fn sources(args: &ScanArgs, settings: &Settings) -> Result<Sources, Exit> {
    let excludes = excludes(settings)?;
    let options = WalkOptions {
        links: if settings.follow_symlinks.value {
            LinkMode::Follow
        } else {
            LinkMode::Skip
        },
        ignore: if settings.respect_gitignore.value {
            IgnoreMode::Respect
        } else {
            IgnoreMode::Everything
        },
        excludes,
    };
    let mut sources = Sources::default();
    if let Some(path) = &args.stdin_path {
        if !args.targets.is_empty() && !args.targets.iter().any(|target| is_input(target)) {
            message::error("--stdin-path is about the target `-`, which is not among the targets");
            return Err(Exit::Usage);
        }
        let here = std::env::current_dir().unwrap_or_default();
        let seen = path.strip_prefix(&here).unwrap_or(path);
        sources.add_piped(path, seen, &options.excludes);
    }
    sources.add_targets(targets(args), &args.stdin_name, options.clone());
    if let Some(list) = &args.files_from {
        let separator = if args.null {
            Separator::Nul
        } else {
            Separator::Newline
        };
        sources
            .add_list(list, separator, options)
            .map_err(|error| {
                message::error(&format!(
                    "cannot read --files-from {}: {error}",
                    list.display()
                ));
                Exit::Usage
            })?;
    }
    Ok(sources)
}
