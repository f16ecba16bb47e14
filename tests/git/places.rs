//! Every place of a repository where a secret can lie, and what is said of it:
//! found once, with the commit, author and date that `git log` gives.

use serde_json::Value;

use crate::plant::{Source, TOKEN_RULE};
use crate::repo::{Repo, World};
use crate::tree::Report;

/// A planted token: the place in words, and how its finding is told from others.
struct Plant {
    place: &'static str,
    part: &'static str,
    /// The object that holds it; for names, nothing.
    object: Option<String>,
    /// The commit that brings it, when it is not a matter of search.
    commit: Option<String>,
    /// What the path says, stars for the token.
    path: Option<String>,
}

/// A repository under construction.
struct Garden<'a> {
    repo: Repo<'a>,
    source: Source,
    plants: Vec<Plant>,
}

/// How a token looks in a path that is shown.
fn veil(path: &str, token: &str) -> String {
    path.replace(token, &"*".repeat(token.len()))
}

impl<'a> Garden<'a> {
    fn new(world: &'a World) -> Garden<'a> {
        Garden {
            repo: world.init("repo"),
            source: Source::new(77),
            plants: Vec::new(),
        }
    }

    fn token(&mut self) -> String {
        self.source.token()
    }

    fn add(&mut self, place: &'static str, part: &'static str, object: String) {
        self.plants.push(Plant {
            place,
            part,
            object: Some(object),
            commit: None,
            path: None,
        });
    }

    fn add_name(&mut self, place: &'static str, part: &'static str, path: String) {
        self.plants.push(Plant {
            place,
            part,
            object: None,
            commit: None,
            path: Some(path),
        });
    }

    /// Commits a file with a token in it; the blob is the place.
    fn file(&mut self, place: &'static str, name: &str) {
        let content = format!("x\n{}\n", self.token());
        self.commit(place, name, content.as_bytes());
    }

    fn commit(&mut self, place: &'static str, name: &str, content: &[u8]) {
        self.repo.stage(name, content);
        let commit = self.repo.commit_staged("bring a file");
        let object = self.repo.id(&format!("HEAD:{name}"));
        self.add(place, "blob", object);
        self.last().commit = Some(commit);
    }

    fn last(&mut self) -> &mut Plant {
        self.plants.last_mut().unwrap()
    }

    fn files(&mut self) {
        self.file("a file of the first commit", "first.txt");
        self.file("a file in a folder", "a/b/c.txt");
        self.file("a file that is removed later", "removed.txt");
        self.repo.git(["rm", "-q", "removed.txt"]);
        self.repo.commit_staged("remove");
        self.file("an old version of a file", "changed.txt");
        self.repo.commit("changed.txt", "clean now\n");
        let mut binary = b"\0\x01\x02\xff".to_vec();
        binary.extend(self.token().bytes());
        binary.push(0);
        self.commit("a binary file", "blob.bin", &binary);
        let wide: Vec<u8> = format!("\u{feff}k\n{}\n", self.token())
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        self.commit("a file in UTF-16", "wide.txt", &wide);
        self.file("a file that git ignores", "ignored/x.log");
        self.repo.commit(".gitignore", "ignored/\n");
        let token = self.token();
        self.commit(
            "an attribute file",
            ".gitattributes",
            format!("# {token}\n*.txt diff\n").as_bytes(),
        );
        let target = self.token();
        std::os::unix::fs::symlink(target, self.repo.dir.join("link")).unwrap();
        self.repo.git(["add", "link"]);
        let commit = self.repo.commit_staged("link");
        let object = self.repo.id("HEAD:link");
        self.add("the target of a symbolic link", "blob", object);
        self.last().commit = Some(commit);
        let modules = format!(
            "[submodule \"m\"]\n\tpath = m\n\turl = https://u:{}@git.example.com/m\n",
            self.token()
        );
        self.commit("the URL of a submodule", ".gitmodules", modules.as_bytes());
    }

    fn branches(&mut self) {
        let repo = self.repo.beside("repo");
        repo.git(["checkout", "-q", "-b", "side"]);
        self.file("a file of another branch", "side.txt");
        repo.git(["checkout", "-q", "--detach", "main"]);
        self.file("a file under an annotated tag only", "tagged.txt");
        repo.git(["tag", "-a", "-m", "t", "only-tag"]);
        repo.git(["checkout", "-q", "--detach", "main"]);
        self.file("a file under a plain tag only", "plain.txt");
        repo.git(["tag", "plain-tag"]);
        repo.git(["checkout", "-q", "--detach", "main"]);
        self.file("a file of a remote branch only", "remote.txt");
        repo.git(["update-ref", "refs/remotes/origin/x", "HEAD"]);
        repo.git(["checkout", "-q", "--detach", "main"]);
        self.file("a file under a reference of another kind", "original.txt");
        repo.git(["update-ref", "refs/original/refs/heads/x", "HEAD"]);
        repo.git(["checkout", "-q", "main"]);
    }

    fn merges(&mut self) {
        let repo = self.repo.beside("repo");
        repo.commit("both.txt", "a\n");
        repo.git(["checkout", "-q", "-b", "left"]);
        repo.commit("both.txt", "left\n");
        repo.git(["checkout", "-q", "main"]);
        repo.commit("both.txt", "right\n");
        assert!(!repo.try_git(["merge", "-q", "left"]).status.success());
        let (text, message) = (
            format!("{}\n", self.token()),
            format!("merge\n\n{}\n", self.token()),
        );
        repo.stage("both.txt", text);
        let commit = repo.commit_staged(&message);
        let object = repo.id("HEAD:both.txt");
        self.add("the resolution of a merge", "blob", object);
        self.last().commit = Some(commit.clone());
        self.add("the message of a merge", "commit", commit);
        // A merge without a conflict that brings a file of its own.
        repo.git(["checkout", "-q", "-b", "right", "HEAD~1"]);
        repo.commit("r.txt", "r\n");
        repo.git(["checkout", "-q", "main"]);
        repo.git(["merge", "-q", "--no-ff", "--no-commit", "right"]);
        let text = format!("{}\n", self.token());
        repo.stage("sneaked.txt", text);
        let commit = repo.commit_staged("merge right");
        let object = repo.id("HEAD:sneaked.txt");
        self.add("a file that only a merge brings", "blob", object);
        self.last().commit = Some(commit);
    }

    fn messages(&mut self) {
        let repo = self.repo.beside("repo");
        let message = format!("subject\n\nbody {}\n", self.token());
        let id = repo.commit_staged(&message);
        self.add("a commit message", "commit", id);
        let token = self.token();
        let mut command = repo.git_command(["commit", "-q", "--allow-empty", "-m", "by whom"]);
        command.env("GIT_AUTHOR_NAME", token);
        assert!(command.status().unwrap().success());
        let id = repo.id("HEAD");
        self.add("the name of an author", "commit", id);
        let message = format!("release {}", self.token());
        repo.git(["tag", "-a", "-m", &message, "release"]);
        let id = repo.id("release");
        self.add("the message of a tag", "tag", id);
        let blob = repo.git_with(
            format!("{}\n", self.token()).as_bytes(),
            ["hash-object", "-w", "--stdin"],
        );
        repo.git(["tag", "a-blob", &blob]);
        self.add("a blob that a tag names", "blob", blob);
        let note = self.token();
        repo.git(["notes", "add", "-m", &note, "HEAD"]);
        let blob = repo.git(["notes", "list", "HEAD"]);
        self.add("a note", "blob", blob);
        self.last().commit = Some(repo.id("refs/notes/commits"));
    }

    fn stashes(&mut self) {
        let repo = self.repo.beside("repo");
        repo.write("first.txt", format!("work {}\n", self.token()));
        repo.stage("staged.txt", format!("index {}\n", self.token()));
        repo.write("staged.txt", "other\n");
        repo.write("untracked.txt", format!("{}\n", self.token()));
        repo.git(["stash", "-q", "-u"]);
        let of = |spec: &str| repo.id(spec);
        self.add("a stash: the work tree", "blob", of("stash:first.txt"));
        self.last().commit = Some(of("stash"));
        self.add("a stash: the index", "blob", of("stash^2:staged.txt"));
        self.last().commit = Some(of("stash^2"));
        self.add(
            "a stash: untracked files",
            "blob",
            of("stash^3:untracked.txt"),
        );
        self.last().commit = Some(of("stash^3"));
        // An older stash is in the reflog of `refs/stash` only.
        repo.write("first.txt", "newer stash\n");
        repo.git(["stash", "-q"]);
    }

    fn names(&mut self) {
        let repo = self.repo.beside("repo");
        let token = self.token();
        let name = format!("keys/{token}.txt");
        repo.stage(&name, "x\n").commit_staged("a name");
        self.add_name("the name of a file", "file-name", veil(&name, &token));
        self.last().commit = Some(repo.id("HEAD"));
        let token = self.token();
        let name = format!("{token}/f.txt");
        repo.stage(&name, "y\n").commit_staged("a folder");
        self.add_name("the name of a folder", "file-name", veil(&token, &token));
        self.last().commit = Some(repo.id("HEAD"));
        for (place, prefix, command) in [
            ("the name of a branch", "refs/heads/", "branch"),
            ("the name of a tag", "refs/tags/", "tag"),
        ] {
            let token = self.token();
            repo.git([command, &format!("x-{token}")]);
            self.add_name(
                place,
                "reference",
                veil(&format!("{prefix}x-{token}"), &token),
            );
        }
    }

    fn dangling(&mut self) {
        let repo = self.repo.beside("repo");
        self.file("a commit that was reset away", "reset.txt");
        repo.git(["reset", "-q", "--hard", "HEAD~1"]);
        let text = format!("{}\n", self.token());
        let blob = repo.git_with(text.as_bytes(), ["hash-object", "-w", "--stdin"]);
        self.add("a dangling blob", "blob", blob);
        let message = self.token();
        let tree = repo.id("HEAD^{tree}");
        let commit = repo.git(["commit-tree", "-m", &message, &tree]);
        self.add("the message of a dangling commit", "commit", commit);
        let tag = format!(
            "object {}\ntype commit\ntag t\ntagger A <a@example.com> 1 +0000\n\n{}\n",
            repo.id("HEAD"),
            self.token()
        );
        let tag = repo.git_with(tag.as_bytes(), ["mktag"]);
        self.add("the message of a dangling tag", "tag", tag);
        repo.stage("only-staged.txt", format!("{}\n", self.token()));
        let blob = repo.id(":only-staged.txt");
        self.add("a file that was staged and never committed", "blob", blob);
        repo.git(["rm", "-q", "--cached", "only-staged.txt"]);
    }

    fn config(&mut self) {
        let url = format!("https://user:{}@git.example.com/x.git", self.token());
        self.repo.git(["remote", "add", "origin", &url]);
        self.add_name("a URL in the configuration", "", "config".into());
    }
}

fn grown(world: &World) -> Garden<'_> {
    let mut garden = Garden::new(world);
    garden.files();
    garden.branches();
    garden.merges();
    garden.messages();
    garden.stashes();
    garden.names();
    garden.dangling();
    garden.config();
    garden
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

fn is_of(finding: &Value, plant: &Plant) -> bool {
    let git = &finding["git"];
    let part = plant.part.is_empty() || text(git, "part") == plant.part;
    let object = plant
        .object
        .as_deref()
        .is_none_or(|object| text(git, "object") == object);
    let path = plant
        .path
        .as_deref()
        .is_none_or(|path| text(finding, "path").ends_with(path));
    part && object && path
}

/// What is wrong with the report about one plant.
fn wrong(report: &Report, garden: &Garden<'_>, plant: &Plant) -> Option<String> {
    let all = report.value["findings"].as_array().unwrap();
    let of: Vec<&Value> = all.iter().filter(|finding| is_of(finding, plant)).collect();
    let [finding] = of[..] else {
        return Some(format!("{}: found {} times", plant.place, of.len()));
    };
    if finding["rule"] != TOKEN_RULE {
        return Some(format!("{}: found as {}", plant.place, finding["rule"]));
    }
    let (Some(commit), "blob" | "file-name") = (&plant.commit, plant.part) else {
        return None;
    };
    let told = &finding["git"]["commit"];
    let format = "--format=%H%n%an%n%ae%n%aI";
    let shown = garden.repo.git(["show", "-s", format, commit]);
    let said = ["id", "author", "email", "date"].map(|key| text(told, key));
    (shown != said.join("\n")).then(|| format!("{}: {told} is not\n{shown}", plant.place))
}

#[test]
fn a_secret_is_found_in_every_place_with_its_origin() {
    let world = World::new();
    let garden = grown(&world);
    assert!(garden.plants.len() >= 25, "{}", garden.plants.len());
    // Loose first, then in packs.
    for packed in [false, true] {
        if packed {
            garden
                .repo
                .git(["repack", "-q", "-A", "-d", "--unpack-unreachable=never"]);
            garden.repo.git(["pack-refs", "--all"]);
        }
        let report = garden.repo.json(&["--history"]);
        assert_eq!(report.code, 1);
        assert!(report.is_complete(), "{:?}", report.skips());
        let wrong: Vec<String> = garden
            .plants
            .iter()
            .filter_map(|plant| wrong(&report, &garden, plant))
            .collect();
        assert!(wrong.is_empty(), "packed {packed}:\n{}", wrong.join("\n"));
        let all = report.value["findings"].as_array().unwrap();
        let objects = all.iter().filter(|finding| finding["source"] == "git");
        let config = 1;
        assert_eq!(
            objects.count() + config,
            garden.plants.len(),
            "nothing else is found"
        );
    }
}

#[test]
fn what_nothing_leads_to_is_left_out_on_request() {
    let world = World::new();
    let garden = grown(&world);
    let report = garden.repo.json(&["--history", "--reachable-only"]);
    let all = report.value["findings"].as_array().unwrap();
    for plant in &garden.plants {
        if plant.place.contains("stash") {
            // All but the newest are known to a reflog only.
            continue;
        }
        let found = all.iter().any(|finding| is_of(finding, plant));
        let dangling = plant.place.contains("dangling")
            || plant.place.contains("never committed")
            || plant.place.contains("reset away");
        assert_eq!(found, !dangling, "{}", plant.place);
    }
}

/// The finding whose path is `path`.
fn at<'a>(report: &'a Report, path: &str) -> &'a Value {
    let all = report.value["findings"].as_array().unwrap();
    let mut of = all.iter().filter(|finding| text(finding, "path") == path);
    let found = of.next().unwrap_or_else(|| panic!("nothing at {path}"));
    assert!(of.next().is_none(), "{path}");
    found
}

#[test]
fn the_life_of_a_secret_is_that_of_git_log() {
    let world = World::new();
    let repo = world.init("repo");
    let mut source = Source::new(78);
    let [stays, leaves, moves] = [0; 3].map(|_| format!("{}\n", source.token()));
    let first = repo.commit("stays.txt", &stays);
    repo.commit("leaves.txt", &leaves);
    repo.commit("moves.txt", &moves);
    repo.git(["branch", "early"]);
    repo.git(["mv", "moves.txt", "moved.txt"]);
    repo.commit_staged("move");
    repo.git(["rm", "-q", "leaves.txt"]);
    let removed = repo.commit_staged("remove");
    repo.commit("last.txt", "x\n");
    repo.git(["repack", "-q", "-a", "-d"]);
    let report = repo.json(&["--history"]);
    let git = |path: &str| &at(&report, path)["git"];
    assert_eq!(git("stays.txt")["commit"]["id"], first.as_str());
    assert_eq!(git("stays.txt")["in_head"], true);
    assert_eq!(git("leaves.txt")["in_head"], false);
    assert_eq!(git("leaves.txt")["removed"]["id"], removed.as_str());
    let references: Vec<&str> = git("leaves.txt")["references"]
        .as_array()
        .unwrap()
        .iter()
        .map(|name| name.as_str().unwrap())
        .collect();
    assert_eq!(references, ["early", "main"]);
    // One content, one finding, whatever it is called.
    let all = report.value["findings"].as_array().unwrap();
    assert_eq!(all.len(), 3, "{all:?}");
}

#[test]
fn the_first_commit_is_that_of_git_log_in_tangled_histories() {
    let world = World::new();
    let repo = world.init("repo");
    crate::kinds::grow(&repo, 5, 12);
    let mut source = Source::new(79);
    let names: Vec<String> = (0..12).map(|number| format!("k{number}.txt")).collect();
    for (number, name) in names.iter().enumerate() {
        if number % 3 == 0 {
            repo.git(["checkout", "-q", "-b", &format!("t{number}"), "main~2"]);
        }
        repo.commit(name, format!("{}\n", source.token()));
        if number % 3 == 2 {
            repo.git(["checkout", "-q", "main"]);
            repo.git([
                "merge",
                "-q",
                "--no-ff",
                "-m",
                "m",
                &format!("t{}", number - 2),
            ]);
        }
    }
    repo.git(["repack", "-q", "-a", "-d"]);
    let report = repo.json(&["--history"]);
    for name in &names {
        let told = text(&at(&report, name)["git"]["commit"], "id").to_owned();
        let log = repo.git(["log", "--all", "--diff-filter=A", "--format=%H", "--", name]);
        assert_eq!(told, log, "{name}");
    }
}
