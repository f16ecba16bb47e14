//! Repositories built with the git program, away from everything that belongs
//! to whoever runs the tests, and what stanch says of them.

use std::cell::Cell;
use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::thread;

use crate::tree::{Report, Run};

/// A folder that holds repositories and a home for their owner.
pub(crate) struct World {
    root: tempfile::TempDir,
    /// Minutes since the first commit, so that commits have an order.
    clock: Cell<u32>,
}

impl World {
    pub(crate) fn new() -> World {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir_all(root.path().join("home")).unwrap();
        // Linked work trees and alternates name folders by their real path.
        World {
            root,
            clock: Cell::new(0),
        }
    }

    /// The folder, without links in its path.
    pub(crate) fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.root.path().canonicalize().unwrap().join(name)
    }

    pub(crate) fn home(&self) -> PathBuf {
        self.path("home")
    }

    /// A new repository in the folder `name`.
    pub(crate) fn init(&self, name: &str) -> Repo<'_> {
        self.init_with(name, &[])
    }

    /// The same, with further options of `git init`.
    pub(crate) fn init_with(&self, name: &str, options: &[&str]) -> Repo<'_> {
        let repo = self.at(name);
        fs::create_dir_all(&repo.dir).unwrap();
        repo.git([&["init", "--quiet", "-b", "main"], options].concat());
        repo
    }

    /// The repository in the folder `name`, made by other means.
    pub(crate) fn at(&self, name: &str) -> Repo<'_> {
        Repo {
            world: self,
            dir: self.path(name),
        }
    }

    /// A command in `dir` with nothing of the caller's environment but `PATH`.
    pub(crate) fn command(&self, program: impl AsRef<OsStr>, dir: &Path) -> Command {
        let minute = self.clock.get();
        self.clock.set(minute + 1);
        let date = format!(
            "2026-01-{:02}T{:02}:{:02}:00+01:00",
            1 + minute / 1440,
            minute / 60 % 24,
            minute % 60
        );
        let mut command = Command::new(program);
        command.current_dir(dir).env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("HOME", self.home());
        command.env("LC_ALL", "C").env("TZ", "UTC");
        command.env("GIT_CONFIG_NOSYSTEM", "1");
        command
            .env("GIT_AUTHOR_NAME", "Ada Author")
            .env("GIT_AUTHOR_EMAIL", "ada@example.com");
        command
            .env("GIT_COMMITTER_NAME", "Cleo Committer")
            .env("GIT_COMMITTER_EMAIL", "cleo@example.com");
        command
            .env("GIT_AUTHOR_DATE", &date)
            .env("GIT_COMMITTER_DATE", &date);
        command.stdin(Stdio::null());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// stanch with its first arguments, in `dir`, without any configuration.
    pub(crate) fn stanch<S: AsRef<OsStr>>(
        &self,
        dir: &Path,
        args: impl IntoIterator<Item = S>,
    ) -> Command {
        let mut command = self.command(env!("CARGO_BIN_EXE_stanch"), dir);
        command.args(args);
        command
    }
}

/// A repository, and the folder git runs in.
pub(crate) struct Repo<'a> {
    pub(crate) world: &'a World,
    pub(crate) dir: PathBuf,
}

impl<'a> Repo<'a> {
    /// Runs git, which must not fail, and gives its standard output without the last line end.
    #[track_caller]
    pub(crate) fn git<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> String {
        let out = self.try_git(args);
        assert!(
            out.status.success(),
            "{}",
            String::from_utf8_lossy(&out.stderr)
        );
        String::from_utf8_lossy(&out.stdout)
            .trim_end_matches('\n')
            .to_owned()
    }

    /// Runs git, whatever comes of it.
    pub(crate) fn try_git<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Output {
        self.git_command(args)
            .output()
            .expect("these tests need git")
    }

    pub(crate) fn git_command<S: AsRef<OsStr>>(
        &self,
        args: impl IntoIterator<Item = S>,
    ) -> Command {
        let mut command = self.world.command("git", &self.dir);
        command.args(args);
        command
    }

    /// Runs git with `input` on standard input.
    #[track_caller]
    pub(crate) fn git_with<S: AsRef<OsStr>>(
        &self,
        input: &[u8],
        args: impl IntoIterator<Item = S>,
    ) -> String {
        let mut child = self
            .git_command(args)
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(input).unwrap();
        let out = child.wait_with_output().unwrap();
        assert!(
            out.status.success(),
            "{}",
            String::from_utf8_lossy(&out.stderr)
        );
        String::from_utf8_lossy(&out.stdout)
            .trim_end_matches('\n')
            .to_owned()
    }

    /// Writes a file of the work tree, and the folders it stands in.
    pub(crate) fn write(&self, name: impl AsRef<Path>, content: impl AsRef<[u8]>) -> &Self {
        let path = self.dir.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
        self
    }

    /// Writes a file and stages it.
    pub(crate) fn stage(&self, name: &str, content: impl AsRef<[u8]>) -> &Self {
        self.write(name, content);
        self.git(["add", "-f", "--", name]);
        self
    }

    /// Writes a file, stages and commits it; gives the commit's id.
    pub(crate) fn commit(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        self.stage(name, content);
        self.commit_staged(&format!("change {name}"))
    }

    /// Commits what is staged; gives the commit's id.
    pub(crate) fn commit_staged(&self, message: &str) -> String {
        self.git([
            "commit",
            "--quiet",
            "--no-verify",
            "--allow-empty",
            "-m",
            message,
        ]);
        self.git(["rev-parse", "HEAD"])
    }

    /// The id of what `name` stands for.
    pub(crate) fn id(&self, name: &str) -> String {
        self.git(["rev-parse", name])
    }

    /// A linked work tree, clone or other folder of the same owner.
    pub(crate) fn beside(&self, name: &str) -> Repo<'a> {
        self.world.at(name)
    }

    /// The folder that objects and references are in.
    pub(crate) fn git_dir(&self) -> PathBuf {
        let dir = self.git(["rev-parse", "--path-format=absolute", "--git-common-dir"]);
        PathBuf::from(dir)
    }

    /// Runs `stanch scan` here without any configuration.
    pub(crate) fn scan(&self, args: &[&str]) -> Run {
        let args = [&["scan", "--isolated"], args].concat();
        wait(self.world.stanch(&self.dir, args))
    }

    /// The same, with a JSON report on standard output.
    #[track_caller]
    pub(crate) fn json(&self, args: &[&str]) -> Report {
        self.scan(&[args, &["--report", "json"]].concat()).report()
    }
}

/// Runs `command` to its end, but not for ever.
pub(crate) fn wait(mut command: Command) -> Run {
    Run::wait(command.spawn().unwrap())
}

/// Runs `command` with `input` on standard input.
pub(crate) fn wait_with(mut command: Command, input: &[u8]) -> Run {
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    let mut pipe = child.stdin.take().unwrap();
    let input = input.to_vec();
    let feed = thread::spawn(move || {
        // Who does not read it may close it.
        let _ = pipe.write_all(&input);
    });
    let run = Run::wait(child);
    feed.join().unwrap();
    run
}
