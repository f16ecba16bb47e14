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
