//! A folder of files to scan, and what a run over it said.

use std::ffi::OsStr;
use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

/// A run that takes longer hangs.
const PATIENCE: Duration = Duration::from_mins(1);

/// A folder that is removed in the end.
pub(crate) struct Tree(tempfile::TempDir);

impl Tree {
    pub(crate) fn new() -> Tree {
        Tree(tempfile::tempdir().unwrap())
    }

    /// A tree of one file.
    pub(crate) fn of(name: impl AsRef<Path>, content: impl AsRef<[u8]>) -> Tree {
        let tree = Tree::new();
        tree.write(name, content);
        tree
    }

    /// Adds a file, and the folders it stands in.
    pub(crate) fn write(&self, name: impl AsRef<Path>, content: impl AsRef<[u8]>) -> &Tree {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
        self
    }

    pub(crate) fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.0.path().join(name)
    }

    /// `stanch scan` in this folder, without any configuration or environment.
    pub(crate) fn command<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_stanch"));
        command.args(["scan", "--isolated"]).args(args);
        command.current_dir(self.0.path()).env_clear();
        command.stdin(Stdio::null());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs it with nothing on standard input.
    pub(crate) fn scan<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Run {
        Run::wait(self.command(args).spawn().unwrap())
    }

    /// Runs it with `input` on standard input.
    pub(crate) fn scan_with<S: AsRef<OsStr>>(
        &self,
        input: &[u8],
        args: impl IntoIterator<Item = S>,
    ) -> Run {
        let mut child = self.command(args).stdin(Stdio::piped()).spawn().unwrap();
        let mut pipe = child.stdin.take().unwrap();
        let input = input.to_vec();
        let feed = thread::spawn(move || {
            let _ = pipe.write_all(&input);
        });
        let run = Run::wait(child);
        feed.join().unwrap();
        run
    }

    /// Scans with a JSON report on standard output.
    pub(crate) fn json(&self, args: &[&str]) -> Report {
        self.scan([args, &["--report", "json"]].concat()).report()
    }
}

/// What a run said.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: Vec<u8>,
}

impl Run {
    /// Waits for the end of `child`, but not for ever.
    pub(crate) fn wait(mut child: Child) -> Run {
        let stdout = drain(child.stdout.take());
        let stderr = drain(child.stderr.take());
        let begin = Instant::now();
        let status = loop {
            if let Some(status) = child.try_wait().unwrap() {
                break status;
            }
            if begin.elapsed() > PATIENCE {
                let _ = child.kill();
                panic!("the run blocks");
            }
            thread::sleep(Duration::from_millis(2));
        };
        Run {
            code: status.code().unwrap_or(-1),
            stdout: stdout.join().unwrap(),
            stderr: stderr.join().unwrap(),
        }
    }

    pub(crate) fn out(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    pub(crate) fn err(&self) -> String {
        String::from_utf8_lossy(&self.stderr).into_owned()
    }

    #[track_caller]
    pub(crate) fn expect_code(self, code: i32) -> Run {
        assert_eq!(
            self.code,
            code,
            "stdout:\n{}\nstderr:\n{}",
            self.out(),
            self.err()
        );
        self
    }

    /// The JSON report on standard output.
    #[track_caller]
    pub(crate) fn report(self) -> Report {
        let value = serde_json::from_slice(&self.stdout);
        let value = value
            .unwrap_or_else(|error| panic!("{error} in\n{}\nstderr:\n{}", self.out(), self.err()));
        Report {
            code: self.code,
            value,
        }
    }
}

fn drain<R: Read + Send + 'static>(pipe: Option<R>) -> thread::JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut pipe) = pipe {
            let _ = pipe.read_to_end(&mut bytes);
        }
        bytes
    })
}

/// A JSON report.
#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) code: i32,
    pub(crate) value: Value,
}

impl Report {
    /// Rule and `path:line:column` of every finding, in order.
    pub(crate) fn findings(&self) -> Vec<(String, String)> {
        let text = |finding: &Value, key: &str| finding[key].as_str().unwrap().to_owned();
        let findings = self.value["findings"].as_array().unwrap().iter();
        findings
            .map(|finding| (text(finding, "rule"), text(finding, "location")))
            .collect()
    }

    /// Path and code of every skip, in order.
    pub(crate) fn skips(&self) -> Vec<(String, String)> {
        let text = |skip: &Value, key: &str| skip[key].as_str().unwrap().to_owned();
        let skips = self.value["skips"].as_array().unwrap().iter();
        skips
            .map(|skip| (text(skip, "path"), text(skip, "code")))
            .collect()
    }

    /// A number of the summary's units; the sums are checked on the way.
    #[track_caller]
    pub(crate) fn units(&self, status: &str) -> u64 {
        let units = &self.value["summary"]["units"];
        let number = |key: &str| units[key].as_u64().unwrap();
        let sum = ["scanned", "partial", "skipped", "failed"]
            .map(number)
            .iter()
            .sum::<u64>();
        assert_eq!(number("enumerated"), sum, "{units}");
        number(status)
    }

    /// Parts of containers: all of them, then by how they ended.
    #[track_caller]
    pub(crate) fn parts(&self) -> [u64; 5] {
        let parts = &self.value["summary"]["parts"];
        let keys = ["enumerated", "scanned", "partial", "skipped", "failed"];
        let all = keys.map(|key| parts[key].as_u64().unwrap());
        assert_eq!(all[0], all[1..].iter().sum::<u64>(), "{parts}");
        all
    }

    /// The reasons of all skips, in words.
    pub(crate) fn text(&self) -> String {
        let skips = self.value["skips"].as_array().unwrap().iter();
        let words: Vec<&str> = skips.map(|skip| skip["reason"].as_str().unwrap()).collect();
        words.join("\n")
    }

    pub(crate) fn is_complete(&self) -> bool {
        self.value["summary"]["complete"].as_bool().unwrap()
    }
}

pub(crate) fn skips(list: &[(&str, &str)]) -> Vec<(String, String)> {
    list.iter()
        .map(|&(path, code)| (path.to_owned(), code.to_owned()))
        .collect()
}
