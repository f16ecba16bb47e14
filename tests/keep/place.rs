//! A folder to scan, and a home beside it that keys and caches go to.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::repo::{World, wait};
use crate::tree::Run;

/// The folder `tree` in a world of its own.
pub(crate) struct Place {
    pub(crate) world: World,
}

impl Place {
    pub(crate) fn new() -> Place {
        let world = World::new();
        fs::create_dir_all(world.path("tree")).unwrap();
        Place { world }
    }

    pub(crate) fn tree(&self) -> PathBuf {
        self.world.path("tree")
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> &Self {
        let path = self.tree().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
        self
    }

    /// Runs stanch in the tree.
    pub(crate) fn run(&self, args: &[&str]) -> Run {
        wait(self.world.stanch(&self.tree(), args))
    }

    /// Runs stanch in the tree with a JSON report.
    #[track_caller]
    pub(crate) fn json(&self, args: &[&str]) -> Value {
        let run = self.run(&[args, &["--report", "json"]].concat());
        let report = serde_json::from_slice(&run.stdout);
        report.unwrap_or_else(|_| panic!("{}{}", run.out(), run.err()))
    }
}

/// `path` of every finding, sorted.
pub(crate) fn paths(report: &Value) -> Vec<String> {
    let findings = report["findings"].as_array().unwrap().iter();
    let mut paths: Vec<String> = findings
        .map(|finding| finding["path"].as_str().unwrap().to_owned())
        .collect();
    paths.sort();
    paths
}

/// Units that were not examined again.
pub(crate) fn reused(report: &Value) -> u64 {
    report["summary"]["reused"].as_u64().unwrap_or(0)
}

/// Every file below `folder` with its content.
pub(crate) fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            let content = fs::read(&path).unwrap();
            found.push((path, content));
        }
    }
    found.sort();
    found
}
