//! Repositories of every kind: how their objects lie, and what leads to them.

use crate::plant::Source;
use crate::repo::{Repo, World};

/// A kind of repository: its name, what it takes to scan all of it, and how it is built.
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    pub(crate) options: &'static [&'static str],
    build: for<'a> fn(&'a World) -> Repo<'a>,
}

impl Kind {
    pub(crate) fn build<'a>(&self, world: &'a World) -> Repo<'a> {
        (self.build)(world)
    }
}

/// The kinds, each with something that the others do not have.
pub(crate) const KINDS: &[Kind] = &[
    Kind {
        name: "a fresh clone",
        options: &[],
        build: fresh_clone,
    },
    Kind {
        name: "many packs and loose objects",
        options: &[],
        build: many_packs,
    },
    Kind {
        name: "packs under a multi-pack-index, with a commit-graph",
        options: &[],
        build: indexed_packs,
    },
    Kind {
        name: "stashes, notes, dangling objects and alternates",
        options: &["--follow-external"],
        build: stashes_and_alternates,
    },
    Kind {
        name: "a shallow clone",
        options: &[],
        build: shallow_clone,
    },
    Kind {
        name: "SHA-256",
        options: &[],
        build: sha256,
    },
    Kind {
        name: "a linked work tree",
        options: &[],
        build: linked_worktree,
    },
    Kind {
        name: "a bare mirror",
        options: &[],
        build: bare_mirror,
    },
];

/// Commits, branches, merges and tags on `repo`.
pub(crate) fn grow(repo: &Repo<'_>, seed: u64, commits: usize) {
    let mut source = Source::new(seed);
    let mut text = source.prose(4000);
    for number in 0..commits {
        let at = source.below(text.len());
        text[at] = b'\n';
        repo.write("long.txt", &text);
        repo.write(
            format!("d{}/f{number}.txt", number % 5),
            source.prose(200 + number),
        );
        repo.git(["add", "-A"]);
        repo.commit_staged(&format!("commit {number} of {seed}"));
        if number % 7 == 3 {
            repo.git([
                "checkout",
                "-q",
                "-b",
                &format!("b{seed}-{number}"),
                "HEAD~1",
            ]);
            repo.commit(&format!("side{number}.txt"), source.prose(300));
            repo.git(["checkout", "-q", "main"]);
            let branch = format!("b{seed}-{number}");
            repo.git(["merge", "-q", "--no-ff", "-m", "merge", &branch]);
        }
        if number % 10 == 5 {
            repo.git(["tag", "-a", "-m", "a tag", &format!("v{seed}.{number}")]);
        }
    }
}

fn origin(world: &World) -> Repo<'_> {
    let repo = world.init("origin");
    grow(&repo, 1, 24);
    repo
}

fn url(repo: &Repo<'_>) -> String {
    format!("file://{}", repo.dir.display())
}

/// The folder `repo` as a clone of `origin` with `options`.
fn clone<'a>(world: &'a World, options: &[&str]) -> Repo<'a> {
    let origin = origin(world);
    let (from, to) = (url(&origin), world.path("repo"));
    let to = to.to_str().unwrap();
    origin.git([&["clone", "-q"], options, &[from.as_str(), to]].concat());
    world.at("repo")
}

fn fresh_clone(world: &World) -> Repo<'_> {
    clone(world, &[])
}

fn many_packs(world: &World) -> Repo<'_> {
    let repo = world.init("repo");
    for seed in 0..6 {
        grow(&repo, seed, 6);
        // Deltas that name their base by its id, and by its place.
        let offsets = format!("repack.useDeltaBaseOffset={}", seed % 2 == 0);
        repo.git(["-c", &offsets, "repack", "-q", "-d"]);
    }
    grow(&repo, 99, 3);
    repo
}

fn indexed_packs(world: &World) -> Repo<'_> {
    let repo = many_packs(world);
    repo.git(["multi-pack-index", "write"]);
    repo.git(["commit-graph", "write", "--reachable"]);
    repo.git(["pack-refs", "--all"]);
    grow(&repo, 100, 2);
    repo
}

fn stashes_and_alternates(world: &World) -> Repo<'_> {
    let repo = clone(world, &["--shared"]);
    grow(&repo, 2, 8);
    repo.write("long.txt", "stashed\n")
        .stage("new.txt", "stashed, too\n");
    repo.git(["stash", "-q", "-u"]);
    repo.git(["notes", "add", "-m", "a note", "HEAD~2"]);
    repo.git_with(b"dangling\n", ["hash-object", "-w", "--stdin"]);
    let tree = repo.id("HEAD^{tree}");
    repo.git(["commit-tree", "-m", "dangling commit", &tree]);
    repo.commit("gone.txt", "reset away\n");
    repo.git(["reset", "-q", "--hard", "HEAD~1"]);
    repo
}

fn shallow_clone(world: &World) -> Repo<'_> {
    clone(world, &["--depth", "3"])
}

fn sha256(world: &World) -> Repo<'_> {
    let repo = world.init_with("repo", &["--object-format=sha256"]);
    grow(&repo, 3, 12);
    repo.git(["repack", "-q", "-d"]);
    grow(&repo, 4, 4);
    repo
}

fn linked_worktree(world: &World) -> Repo<'_> {
    let origin = origin(world);
    let to = world.path("repo");
    origin.git(["worktree", "add", "-q", "-b", "side", to.to_str().unwrap()]);
    let repo = world.at("repo");
    repo.commit("here.txt", "only here\n");
    repo
}

fn bare_mirror(world: &World) -> Repo<'_> {
    clone(world, &["--mirror"])
}
