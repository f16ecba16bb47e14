//! The history scan sees the objects that git sees: the same ids, kinds and
//! sizes, each once, for every kind of repository.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex};

use stanch::base::control::Control;
use stanch::base::provenance::GitPart;
use stanch::source::git::unit::{Body, Share};
use stanch::source::git::{
    Access, External, GitScratch, GitUnit, History, Ownership, Reach, Repository,
};
use stanch::source::{Source as _, Unit};

use crate::kinds::KINDS;
use crate::repo::{Repo, World};

/// Objects by id, with their kind and size; and how many trees there are,
/// which are examined together.
#[derive(Debug, Default, PartialEq, Eq)]
struct Objects {
    texts: BTreeMap<String, (&'static str, u64)>,
    trees: u64,
    twice: Vec<String>,
}

/// What git says is there.
fn oracle(repo: &Repo<'_>) -> Objects {
    let out = repo.git([
        "cat-file",
        "--batch-all-objects",
        "--batch-check",
        "--unordered",
    ]);
    let mut objects = Objects::default();
    for line in out.lines() {
        let mut words = line.split(' ');
        let mut next = || words.next().unwrap();
        let (id, kind, size) = (next(), next(), next());
        let kind = match kind {
            "tree" => {
                objects.trees += 1;
                continue;
            }
            "blob" => "blob",
            "commit" => "commit",
            "tag" => "tag",
            other => panic!("{other}"),
        };
        objects
            .texts
            .insert(id.to_owned(), (kind, size.parse().unwrap()));
    }
    objects
}

/// What the history scan reads.
fn read(repo: &Repo<'_>) -> Objects {
    let access = Access {
        external: External::Follow,
        ownership: Ownership::Any,
        ..Access::default()
    };
    let repository = Arc::new(Repository::discover(&repo.dir, &access).unwrap());
    let history = History::new(repository, Reach::Everything, |_| 0);
    let units = Mutex::new(Vec::new());
    history.enumerate(&Control::default(), &mut |unit| {
        units.lock().unwrap().push(unit);
        ControlFlow::Continue(())
    });
    let (mut objects, mut scratch) = (Objects::default(), GitScratch::default());
    for unit in units.into_inner().unwrap() {
        if let Unit::Git(unit) = unit {
            take(&unit, &mut scratch, &mut objects);
        }
    }
    objects
}

fn take(unit: &GitUnit, scratch: &mut GitScratch, objects: &mut Objects) {
    let mut pieces = 0;
    unit.read(scratch, &mut |piece| {
        if piece.share == Share::Part {
            return ControlFlow::Continue(());
        }
        pieces += 1;
        let provenance = (piece.provenance)();
        let place = provenance.git_place();
        let kind = match place.map(|place| place.part) {
            Some(GitPart::Blob) => "blob",
            Some(GitPart::Commit) => "commit",
            Some(GitPart::Tag) => "tag",
            // Names, configuration; trees are handed out without a place.
            Some(GitPart::Name | GitPart::Reference | GitPart::Staged) => {
                return ControlFlow::Continue(());
            }
            Some(GitPart::Tree) | None => {
                objects.trees += u64::from(matches!(piece.body, Body::Nothing));
                return ControlFlow::Continue(());
            }
        };
        let size = match piece.body {
            Body::Bytes(bytes) => bytes.len() as u64,
            Body::Stream(stream, _) => {
                let mut all = Vec::new();
                stream.read_to_end(&mut all).unwrap();
                all.len() as u64
            }
            Body::Nothing | Body::Unexamined(_) => 0,
        };
        let id = place.unwrap().object.to_string();
        if objects.texts.insert(id.clone(), (kind, size)).is_some() {
            objects.twice.push(id);
        }
        ControlFlow::Continue(())
    });
    assert_eq!(pieces, unit.count(), "the account of {unit:?}");
}

#[test]
fn the_objects_are_those_that_git_lists() {
    for kind in KINDS {
        let world = World::new();
        let repo = kind.build(&world);
        let (expected, found) = (oracle(&repo), read(&repo));
        assert!(expected.texts.len() > 10, "{}", kind.name);
        assert_eq!(found, expected, "{}", kind.name);
    }
}

#[test]
fn the_account_of_a_scan_has_as_many_units_at_least() {
    for kind in KINDS {
        let world = World::new();
        let repo = kind.build(&world);
        let expected = oracle(&repo);
        let options = [&["--history"], kind.options].concat();
        let report = repo.json(&options);
        let all = report.units("scanned") + report.units("partial") + report.units("failed");
        let least = expected.texts.len() as u64 + expected.trees;
        assert!(all >= least, "{}: {all} of {least}", kind.name);
        // Only a shallow clone lacks something, and says so.
        let shallow = kind.name == "a shallow clone";
        assert_eq!(
            report.is_complete(),
            !shallow,
            "{}: {:?}",
            kind.name,
            report.skips()
        );
    }
}

#[test]
fn large_objects_are_read_in_windows_and_whole() {
    let world = World::new();
    let repo = world.init("repo");
    let mut source = crate::plant::Source::new(60);
    let token = source.token();
    let mut large = source.prose(20 << 20);
    large.extend_from_slice(format!("\n{token}\n").as_bytes());
    large.extend(source.prose(3 << 20));
    repo.commit("large.txt", &large);
    for packed in [false, true] {
        if packed {
            repo.git(["repack", "-q", "-a", "-d"]);
        }
        assert_eq!(read(&repo), oracle(&repo));
        let report = repo.json(&["--history"]);
        assert_eq!(
            (report.code, report.findings().len()),
            (1, 1),
            "{packed}: {:?}",
            report.value
        );
    }
}
