//! A project under git, and what stanch says of it with its settings in force.

use std::path::Path;

use serde_json::Value;

use crate::repo::{Repo, World, wait, wait_with};
use crate::tree::Run;

/// A repository in the folder `p`.
pub(crate) fn project(world: &World) -> Repo<'_> {
    world.init("p")
}

/// Runs stanch in the repository's folder.
pub(crate) fn run(repo: &Repo<'_>, args: &[&str]) -> Run {
    run_in(repo, &repo.dir, args)
}

/// Runs stanch in a folder.
pub(crate) fn run_in(repo: &Repo<'_>, dir: &Path, args: &[&str]) -> Run {
    wait(repo.world.stanch(dir, args))
}

/// Runs stanch with text on standard input.
pub(crate) fn run_with(repo: &Repo<'_>, input: &[u8], args: &[&str]) -> Run {
    wait_with(repo.world.stanch(&repo.dir, args), input)
}

/// Runs stanch, which must end with zero.
#[track_caller]
pub(crate) fn must(repo: &Repo<'_>, args: &[&str]) -> Run {
    let run = run(repo, args);
    assert_eq!(run.code, 0, "{}{}", run.out(), run.err());
    run
}

/// What a scan reports, and its exit code.
pub(crate) struct Scan {
    pub(crate) code: i32,
    pub(crate) report: Value,
    pub(crate) err: String,
}

/// Scans with a JSON report.
#[track_caller]
pub(crate) fn scan(repo: &Repo<'_>, args: &[&str]) -> Scan {
    let run = run(repo, &[&["scan", "--report", "json"], args].concat());
    let report = serde_json::from_slice(&run.stdout);
    Scan {
        code: run.code,
        report: report.unwrap_or_else(|_| panic!("{}{}", run.out(), run.err())),
        err: run.err(),
    }
}

impl Scan {
    /// Every finding.
    pub(crate) fn findings(&self) -> &[Value] {
        self.report["findings"].as_array().unwrap()
    }

    /// `path status` of every finding, sorted; a refusal's code stands behind it.
    pub(crate) fn standings(&self) -> Vec<String> {
        let mut told: Vec<String> = self
            .findings()
            .iter()
            .map(|finding| {
                let status = finding["status"].as_str().unwrap_or("new");
                let why = finding["refused"][0]["code"].as_str();
                let why = why.map_or(String::new(), |why| format!(" ({why})"));
                format!("{} {status}{why}", finding["path"].as_str().unwrap())
            })
            .collect();
        told.sort();
        told
    }

    /// The key of the first finding.
    pub(crate) fn key(&self) -> String {
        self.findings()[0]["id"].as_str().unwrap().to_owned()
    }
}

/// A file that sets a password, which is given in two halves so that it stands nowhere whole.
pub(crate) fn setting(halves: [&str; 2]) -> String {
    format!("DB_PASSWORD=\"{}\"\n", halves.concat())
}
