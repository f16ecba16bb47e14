//! Looks who else can see what was found. Only findings are looked at, and what
//! they have in common (folders, repositories, files) once.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

#[cfg(feature = "git")]
use memchr::memmem;

use crate::base::provenance::{GitPlace, Origin};
#[cfg(feature = "git")]
use crate::base::secret::Secret;
use crate::cli::args::ScanArgs;
use crate::cli::keep::absolute;
use crate::judge::exposure::{Exposure, FileExposure, GitExposure, Standing, without_user};
use crate::judge::finding::Finding;
#[cfg(feature = "git")]
use crate::source::git::{Access, External, GitEnvironment, Ownership, Repository, Tracking};
use crate::source::publish::publisher;

/// Most branches that are named.
const NAMED: usize = 5;

/// Most branches that are looked at.
#[cfg(feature = "git")]
const BRANCHES: usize = 64;

/// Most files in which branches are looked at; a run may find a million.
#[cfg(feature = "git")]
const FILES: usize = 2000;

/// Whether it is looked at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// It is.
    There,
    /// It is not.
    Away,
}

impl Look {
    /// Whether `args` want it to be looked at.
    pub(super) fn of(args: &ScanArgs) -> Look {
        if args.no_exposure {
            Look::Away
        } else {
            Look::There
        }
    }
}

/// What was seen so far.
pub(super) struct Exposures {
    look: Look,
    here: PathBuf,
    /// Remotes of the repository that is scanned, if one is.
    remotes: Vec<String>,
    /// Folders that every user can pass, with all above them.
    passable: HashMap<PathBuf, bool>,
    /// The file looked at last, and what is the same for all its findings.
    last: Option<(PathBuf, Common)>,
    #[cfg(feature = "git")]
    repositories: Repositories,
}

/// What findings of one file have in common.
#[derive(Clone, Default)]
struct Common {
    file: Option<FileExposure>,
    published_by: Option<String>,
    #[cfg(feature = "git")]
    git: Option<Arc<InGit>>,
}

impl Exposures {
    /// Nothing seen yet. `remotes` are those of the repository that is scanned.
    pub(super) fn new(look: Look, remotes: &[String]) -> Exposures {
        Exposures {
            look,
            here: std::env::current_dir().unwrap_or_default(),
            remotes: remotes.iter().map(|url| without_user(url)).collect(),
            passable: HashMap::new(),
            last: None,
            #[cfg(feature = "git")]
            repositories: Repositories::default(),
        }
    }

    /// Says of `finding` who else can see it.
    pub(super) fn settle(&mut self, finding: &mut Finding) {
        if self.look == Look::Away {
            return;
        }
        let exposure = match &finding.provenance.origin {
            Origin::File { path, .. } => {
                let path = absolute(&self.here, path);
                self.of_file(path, finding)
            }
            Origin::Git(place) => self.of_git(place),
            Origin::Stdin { .. } => return,
        };
        if exposure != Exposure::default() {
            finding.exposure = Some(Arc::new(exposure));
        }
    }

    fn of_git(&self, place: &GitPlace) -> Exposure {
        let life = place.life.as_deref();
        let git = life.map(|life| GitExposure {
            standing: Standing::Tracked,
            in_head: life.in_head,
            branches: life
                .references
                .iter()
                .take(NAMED)
                .map(ToString::to_string)
                .collect(),
            more_branches: life.more_references + life.references.len().saturating_sub(NAMED),
            remotes: self.remotes.clone(),
        });
        Exposure {
            git,
            ..Exposure::default()
        }
    }

    #[cfg_attr(
        not(feature = "git"),
        expect(unused_variables, reason = "only git asks for the value")
    )]
    fn of_file(&mut self, path: PathBuf, finding: &Finding) -> Exposure {
        let known = self.last.as_ref().filter(|(last, _)| *last == path);
        let common = if let Some((_, common)) = known {
            common.clone()
        } else {
            let common = self.common(&path);
            self.last = Some((path, common.clone()));
            common
        };
        Exposure {
            file: common.file,
            published_by: common.published_by,
            #[cfg(feature = "git")]
            git: common.git.map(|git| git.of(&finding.secret)),
            #[cfg(not(feature = "git"))]
            git: None,
        }
    }

    fn common(&mut self, path: &Path) -> Common {
        #[cfg(feature = "git")]
        let git = self.repositories.look(path);
        #[cfg(feature = "git")]
        let root = git.as_ref().map(|git| git.root.clone());
        #[cfg(not(feature = "git"))]
        let root: Option<PathBuf> = None;
        let root = root.unwrap_or_else(|| PathBuf::from("/"));
        #[cfg(feature = "git")]
        let is_ignored = git
            .as_ref()
            .is_some_and(|git| git.standing == Standing::Ignored);
        #[cfg(not(feature = "git"))]
        let is_ignored = false;
        let manifest = publisher(path, &root).filter(|manifest| {
            // Cargo goes by what git ignores.
            !(is_ignored
                && manifest
                    .file_name()
                    .is_some_and(|name| name == "Cargo.toml"))
        });
        let short = |manifest: PathBuf| {
            let short = manifest.strip_prefix(&self.here).unwrap_or(&manifest);
            short.display().to_string()
        };
        Common {
            published_by: manifest.map(short),
            file: self.file(path),
            #[cfg(feature = "git")]
            git: git.map(Arc::new),
        }
    }

    #[cfg(unix)]
    fn file(&mut self, path: &Path) -> Option<FileExposure> {
        use std::os::unix::fs::MetadataExt as _;
        let meta = path.metadata().ok()?;
        let folder = path.parent().unwrap_or(Path::new("/"));
        Some(FileExposure {
            mode: meta.mode() & 0o7777,
            owner: meta.uid(),
            world_readable: meta.mode() & 0o004 != 0 && self.is_passable(folder),
        })
    }

    #[cfg(not(unix))]
    fn file(&mut self, _: &Path) -> Option<FileExposure> {
        None
    }

    /// True when every user can pass `folder` and all above it.
    #[cfg(unix)]
    fn is_passable(&mut self, folder: &Path) -> bool {
        use std::os::unix::fs::MetadataExt as _;
        if let Some(known) = self.passable.get(folder) {
            return *known;
        }
        let own = folder.metadata().is_ok_and(|meta| meta.mode() & 0o001 != 0);
        let above = folder
            .parent()
            .is_none_or(|above| own && self.is_passable(above));
        self.passable.insert(folder.to_owned(), own && above);
        own && above
    }
}

/// A file in a repository.
#[cfg(feature = "git")]
struct InGit {
    root: PathBuf,
    standing: Standing,
    /// The file as branches have it; `HEAD` is the first.
    states: Vec<(String, Arc<Vec<u8>>)>,
    remotes: Vec<String>,
}

#[cfg(feature = "git")]
impl InGit {
    /// Where the value stands.
    fn of(&self, secret: &Secret) -> GitExposure {
        let has =
            |state: &&(String, Arc<Vec<u8>>)| memmem::find(&state.1, secret.expose()).is_some();
        let mut all = self.states.iter().filter(has).map(|(name, _)| name.clone());
        let mut first = all.next();
        let in_head = first.as_deref() == Some("HEAD");
        if in_head {
            first = all.next();
        }
        let names: Vec<String> = first.into_iter().chain(all).collect();
        GitExposure {
            standing: self.standing,
            in_head,
            more_branches: names.len().saturating_sub(NAMED),
            branches: names.into_iter().take(NAMED).collect(),
            remotes: self.remotes.clone(),
        }
    }
}

/// Repositories around files.
#[cfg(feature = "git")]
#[derive(Default)]
struct Repositories {
    /// By folder.
    of: HashMap<PathBuf, Option<Arc<Tracking>>>,
    /// By work tree.
    known: HashMap<PathBuf, Arc<Tracking>>,
    files: usize,
}

#[cfg(feature = "git")]
impl Repositories {
    fn look(&mut self, path: &Path) -> Option<InGit> {
        let tracking = self.around(path.parent()?)?;
        let real = path.canonicalize().ok()?;
        let below = real.strip_prefix(tracking.root()).ok()?;
        if below.starts_with(".git") {
            return None;
        }
        let name = below.to_str()?.replace('\\', "/");
        let standing = if tracking.has(&name) {
            Standing::Tracked
        } else if tracking.ignores(below) {
            Standing::Ignored
        } else {
            Standing::Untracked
        };
        self.files += 1;
        let repository = tracking.repository();
        let states = if standing == Standing::Tracked && self.files <= FILES {
            states(&tracking, &name)
        } else {
            Vec::new()
        };
        let remotes = repository.remotes().into_iter();
        Some(InGit {
            root: tracking.root().to_owned(),
            standing,
            states,
            remotes: remotes.map(|(_, url)| without_user(&url)).collect(),
        })
    }

    fn around(&mut self, folder: &Path) -> Option<Arc<Tracking>> {
        if let Some(known) = self.of.get(folder) {
            return known.clone();
        }
        let found = self.discover(folder);
        self.of.insert(folder.to_owned(), found.clone());
        found
    }

    fn discover(&mut self, folder: &Path) -> Option<Arc<Tracking>> {
        // What the environment says is about the user's own repository.
        let access = Access {
            external: External::Refuse,
            ownership: Ownership::Own,
            environment: GitEnvironment::default(),
        };
        let repository = Repository::discover(folder, &access).ok()?;
        let root = repository.work_tree()?.canonicalize().ok()?;
        if let Some(known) = self.known.get(&root) {
            return Some(Arc::clone(known));
        }
        let tracking = Arc::new(Tracking::new(Arc::new(repository))?);
        self.known.insert(root, Arc::clone(&tracking));
        Some(tracking)
    }
}

/// The file called `name` as `HEAD` and the branches have it.
#[cfg(feature = "git")]
fn states(tracking: &Tracking, name: &str) -> Vec<(String, Arc<Vec<u8>>)> {
    let mut branches = tracking.branches();
    branches.truncate(BRANCHES);
    branches.insert(0, "HEAD".to_owned());
    let state = |branch: String| {
        let content = tracking.repository().file_at(&branch, name).ok()??;
        let short = ["refs/heads/", "refs/remotes/"]
            .iter()
            .find_map(|kind| branch.strip_prefix(kind))
            .unwrap_or(&branch);
        Some((short.to_owned(), Arc::new(content)))
    };
    branches.into_iter().filter_map(state).collect()
}
