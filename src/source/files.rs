//! The source for files and directories named by the user.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

pub use super::walk::{IgnoreMode, LinkMode, WalkOptions};
use super::{Emit, Source, Unit, walk};
use crate::base::control::Control;

/// Name under which content from `-` is reported.
pub const STDIN_NAME: &str = "<stdin>";

/// Files and directories, walked in the order they are named.
///
/// What two targets share is emitted once: a target inside another one is
/// passed over where the outer one meets it. A target `-` or `/dev/stdin` is
/// standard input.
#[derive(Clone, Debug)]
pub struct FileSource {
    targets: Vec<PathBuf>,
    options: WalkOptions,
}

impl FileSource {
    /// A source over `targets`; no file is touched before the enumeration.
    pub fn new(targets: Vec<PathBuf>, options: WalkOptions) -> FileSource {
        FileSource { targets, options }
    }
}

impl Source for FileSource {
    fn enumerate(&self, control: &Control, emit: &mut Emit<'_>) {
        for (target, owned) in plan(&self.targets) {
            let flow = match stdin_name(target) {
                Some(name) => emit(Unit::Stdin(name.to_owned())),
                None => walk::walk(target, &self.options, &owned, control, emit),
            };
            if flow == ControlFlow::Break(()) || control.is_cancelled() {
                return;
            }
        }
    }
}

fn stdin_name(target: &Path) -> Option<&'static str> {
    match target.to_str() {
        Some("-") => Some(STDIN_NAME),
        Some("/dev/stdin") if cfg!(unix) => Some("/dev/stdin"),
        _ => None,
    }
}

/// Targets without repetitions, each with the paths below it that another
/// target names and will emit itself.
fn plan(targets: &[PathBuf]) -> Vec<(&Path, HashSet<PathBuf>)> {
    let mut planned: Vec<(&Path, HashSet<PathBuf>)> = Vec::new();
    if let [only] = targets {
        planned.push((only, HashSet::new()));
        return planned;
    }
    let mut texts = HashSet::new();
    let mut places: HashMap<PathBuf, usize> = HashMap::new();
    for target in targets {
        if !texts.insert(target.as_os_str()) {
            continue;
        }
        if stdin_name(target).is_none()
            && let Ok(place) = fs::canonicalize(target)
        {
            if places.contains_key(&place) {
                continue;
            }
            places.insert(place, planned.len());
        }
        planned.push((target, HashSet::new()));
    }
    for inner in places.keys() {
        for outer in inner.ancestors().skip(1) {
            if let (Some(&index), Ok(below)) = (places.get(outer), inner.strip_prefix(outer)) {
                let (target, owned) = &mut planned[index];
                let dot = *target == Path::new(".");
                owned.insert(if dot {
                    below.to_owned()
                } else {
                    target.join(below)
                });
            }
        }
    }
    planned
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::content::SkipReason;
    use crate::source::exclude::Excludes;
    use std::fs::{create_dir_all, write};

    /// A directory with `files`, each holding its own name.
    fn tree(files: &[&str]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for file in files {
            let path = dir.path().join(file);
            create_dir_all(path.parent().unwrap()).unwrap();
            write(&path, file).unwrap();
        }
        dir
    }

    /// What a source over `targets` below `root` emits, as lines without the root.
    fn listing(root: &Path, targets: &[&str], options: WalkOptions) -> Vec<String> {
        let targets = targets.iter().map(|target| root.join(target)).collect();
        let mut lines = Vec::new();
        let source = FileSource::new(targets, options);
        source.enumerate(&Control::default(), &mut |unit| {
            let provenance = unit.provenance();
            let path = provenance.path();
            let path = path.strip_prefix(root).unwrap_or(path).display();
            lines.push(match unit {
                Unit::File(_) => format!("{path}"),
                Unit::Linked(_) => format!("{path} (linked)"),
                Unit::Folder(_) => format!("{path}/"),
                Unit::Stdin(name) => format!("{name} (stdin)"),
                Unit::Piped(_) => format!("{path} (piped)"),
                #[cfg(feature = "git")]
                Unit::Git(_) => format!("{path} (git)"),
                Unit::Unopened(_, SkipReason::Unreadable(why)) => format!("{path} ({why})"),
                Unit::Unopened(_, reason) => format!("{path} ({})", reason.code()),
            });
            ControlFlow::Continue(())
        });
        lines
    }

    fn options() -> WalkOptions {
        WalkOptions::default()
    }

    #[test]
    fn everything_is_listed_in_name_order() {
        let dir = tree(&[
            "b.txt",
            "a/z",
            "a/.hidden",
            "a.txt",
            ".gitignore",
            ".git/HEAD",
        ]);
        write(dir.path().join(".gitignore"), "b.txt\n").unwrap();
        assert_eq!(
            listing(dir.path(), &[""], options()),
            [
                ".git (git-internals)",
                ".gitignore",
                "a/.hidden",
                "a/z",
                "a.txt",
                "b.txt"
            ]
        );
    }

    #[test]
    fn a_directory_that_is_only_called_git_is_entered() {
        let dir = tree(&[".git/notes", "sub/.git/objects/x", "mod/.git"]);
        assert_eq!(
            listing(dir.path(), &[""], options()),
            [".git/notes", "mod/.git", "sub/.git (git-internals)"]
        );
        assert_eq!(
            listing(dir.path(), &["sub/.git"], options()),
            ["sub/.git/objects/x"],
            "a repository named by the user is entered"
        );
    }

    #[test]
    fn a_directory_whose_name_may_hold_something_is_told_once() {
        let dir = tree(&["a-long-name-here/x", "a-long-name-here/sub/y", "t"]);
        create_dir_all(dir.path().join("empty-and-long")).unwrap();
        assert_eq!(
            listing(dir.path(), &[""], options()),
            [
                "a-long-name-here/",
                "a-long-name-here/sub/y",
                "a-long-name-here/x",
                "empty-and-long/",
                "t"
            ]
        );
        assert_eq!(listing(dir.path(), &["empty-and-long"], options()).len(), 0);
    }

    #[test]
    fn a_missing_target_does_not_stop_the_others() {
        let dir = tree(&["a"]);
        assert_eq!(
            listing(dir.path(), &["gone", "a"], options()),
            ["gone (no such file or directory)", "a"]
        );
    }

    #[test]
    fn what_targets_share_is_listed_once() {
        let dir = tree(&["a/1", "a/sub/2", "b/3", "c"]);
        let cases: [(&[&str], &[&str]); 5] = [
            (&["a", "a"], &["a/1", "a/sub/2"]),
            (&["a", "a/sub"], &["a/1", "a/sub/2"]),
            (&["a/sub", "a"], &["a/sub/2", "a/1"]),
            (&["c", "", "b/../c"], &["c", "a/1", "a/sub/2", "b/3"]),
            (&["b", "c"], &["b/3", "c"]),
        ];
        for (targets, expected) in cases {
            assert_eq!(
                listing(dir.path(), targets, options()),
                expected,
                "{targets:?}"
            );
        }
    }

    #[test]
    fn excluded_directories_are_one_unit() {
        let dir = tree(&["web/node_modules/a/b.js", "web/x.min.js", "web/x.js"]);
        let excluding = || WalkOptions {
            excludes: Excludes::new(["node_modules/", "*.min.js"]).unwrap(),
            ..WalkOptions::default()
        };
        assert_eq!(
            listing(dir.path(), &[""], excluding()),
            [
                "web/node_modules (excluded)",
                "web/x.js",
                "web/x.min.js (excluded)"
            ]
        );
        assert_eq!(
            listing(dir.path(), &["web/node_modules/a/b.js"], excluding()),
            ["web/node_modules/a/b.js (excluded)"],
            "hooks name files one by one"
        );
    }

    #[test]
    fn ignore_files_are_respected_on_request_and_accounted_for() {
        let dir = tree(&[
            "a.log",
            "b.txt",
            "out/x",
            "sub/keep.log",
            "sub/.ignore",
            ".env",
        ]);
        create_dir_all(dir.path().join(".git/objects")).unwrap();
        write(dir.path().join(".gitignore"), "*.log\nout/\n!keep.log\n").unwrap();
        write(dir.path().join("sub/.ignore"), "nothing\n").unwrap();
        let respecting = WalkOptions {
            ignore: IgnoreMode::Respect,
            ..WalkOptions::default()
        };
        assert_eq!(
            listing(dir.path(), &[""], respecting),
            [
                ".env",
                ".git (git-internals)",
                ".gitignore",
                "a.log (git-ignored)",
                "b.txt",
                "out (git-ignored)",
                "sub/.ignore",
                "sub/keep.log"
            ]
        );
    }

    #[test]
    fn dashes_are_standard_input() {
        let mut names = Vec::new();
        let targets = vec!["-".into(), "-".into()];
        FileSource::new(targets, options()).enumerate(&Control::default(), &mut |unit| {
            names.push(unit);
            ControlFlow::Continue(())
        });
        assert_eq!(names, [Unit::Stdin(STDIN_NAME.to_owned())]);
    }

    #[test]
    fn paths_below_the_current_directory_have_no_dot() {
        let source = FileSource::new(vec![".".into()], options());
        source.enumerate(&Control::default(), &mut |unit| {
            let provenance = unit.provenance();
            assert!(!provenance.path().starts_with("."), "{provenance:?}");
            ControlFlow::Break(())
        });
    }

    #[test]
    fn a_break_stops_the_walk() {
        let dir = tree(&["a", "b", "c"]);
        let mut count = 0;
        let source = FileSource::new(vec![dir.path().into()], options());
        source.enumerate(&Control::default(), &mut |_| {
            count += 1;
            ControlFlow::Break(())
        });
        assert_eq!(count, 1);
    }

    #[cfg(unix)]
    mod unix {
        use super::*;
        use std::os::unix::fs::symlink;
        use std::os::unix::net::UnixListener;

        fn following() -> WalkOptions {
            WalkOptions {
                links: LinkMode::Follow,
                ..WalkOptions::default()
            }
        }

        #[test]
        fn links_are_accounted_for_or_followed() {
            let dir = tree(&["real/f", "t/x"]);
            symlink("../real", dir.path().join("t/dir")).unwrap();
            symlink("../real/f", dir.path().join("t/file")).unwrap();
            symlink("nowhere", dir.path().join("t/gone")).unwrap();
            symlink(".", dir.path().join("t/up")).unwrap();
            assert_eq!(
                listing(dir.path(), &["t"], options()),
                [
                    "t/dir (symlink)",
                    "t/file (symlink)",
                    "t/gone (symlink)",
                    "t/up (symlink)",
                    "t/x"
                ]
            );
            let followed = listing(dir.path(), &["t"], following());
            assert_eq!(
                followed,
                [
                    "t/dir/f",
                    "t/file (linked)",
                    "t/gone (symlink)",
                    "t/up (symlink-loop)",
                    "t/x"
                ]
            );
        }

        #[test]
        fn a_link_named_by_the_user_is_followed() {
            let dir = tree(&["real/f"]);
            symlink("real", dir.path().join("d")).unwrap();
            symlink("real/f", dir.path().join("f")).unwrap();
            assert_eq!(listing(dir.path(), &["d"], options()), ["d/f"]);
            assert_eq!(listing(dir.path(), &["f"], options()), ["f (linked)"]);
        }

        #[test]
        fn special_files_are_accounted_for_and_refused_by_name() {
            let dir = tree(&["a"]);
            let _socket = UnixListener::bind(dir.path().join("s")).unwrap();
            assert_eq!(
                listing(dir.path(), &[""], options()),
                ["a", "s (special-file)"]
            );
            let named = listing(dir.path(), &["s"], options());
            assert!(named[0].starts_with("s (not a regular file"), "{named:?}");
        }

        #[test]
        fn names_that_are_not_utf_8_are_listed() {
            use std::os::unix::ffi::OsStrExt;
            let dir = tree(&[]);
            let name = std::ffi::OsStr::from_bytes(b"\xff\n");
            write(dir.path().join(name), "x").unwrap();
            let mut units = Vec::new();
            let source = FileSource::new(vec![dir.path().into()], options());
            source.enumerate(&Control::default(), &mut |unit| {
                units.push(unit);
                ControlFlow::Continue(())
            });
            assert_eq!(units, [Unit::File(dir.path().join(name))]);
        }
    }
}
