//! A folder with a register, its key and files to scan; and runs in it.

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::Value;

/// A folder that is removed in the end.
pub(crate) struct Home(tempfile::TempDir);

/// What a run said.
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Home {
    /// A folder with an empty register.
    pub(crate) fn new() -> Home {
        let home = Home(tempfile::tempdir().unwrap());
        assert_eq!(home.run(&["register", "init"]).code, 0);
        home
    }

    /// A folder with a register of one document, `plan`, and its vault.
    pub(crate) fn with_plan(text: &str, options: &[&str]) -> Home {
        let home = Home::new();
        home.write("vault/plan.txt", text);
        let add = ["register", "add", "vault/plan.txt", "--owner", "jane"];
        let run = home.run(&[&add, options].concat());
        assert_eq!(run.code, 0, "{}", run.err);
        home.build();
        home
    }

    pub(crate) fn build(&self) {
        let run = self.run(&["register", "build"]);
        assert_eq!(run.code, 0, "{}", run.err);
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    pub(crate) fn run(&self, args: &[&str]) -> Run {
        self.run_with_key(args, "0123456789abcdef0123456789abcdef")
    }

    pub(crate) fn run_with_key(&self, args: &[&str], key: &str) -> Run {
        self.run_with(args, key, "")
    }

    pub(crate) fn run_with_input(&self, args: &[&str], input: &str) -> Run {
        self.run_with(args, "0123456789abcdef0123456789abcdef", input)
    }

    /// Runs in a folder below.
    pub(crate) fn run_in(&self, folder: &str, args: &[&str]) -> Run {
        let key = "0123456789abcdef0123456789abcdef";
        self.run_at(folder, args, key, "")
    }

    fn run_with(&self, args: &[&str], key: &str, input: &str) -> Run {
        self.run_at("", args, key, input)
    }

    fn run_at(&self, folder: &str, args: &[&str], key: &str, input: &str) -> Run {
        let mut command = Command::new(env!("CARGO_BIN_EXE_stanch"));
        command
            .args(args)
            .current_dir(self.0.path().join(folder))
            .env_clear();
        command
            .env("STANCH_REGISTER_KEY", key)
            .stdin(Stdio::piped());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        if let Ok(path) = std::env::var("PATH") {
            command.env("PATH", path);
        }
        let mut child = command.spawn().unwrap();
        // A program that does not read may be gone already.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let output = child.wait_with_output().unwrap();
        Run {
            code: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Scans `name` with the vault; the exit code and the findings of documents.
    pub(crate) fn scan(&self, name: &str, options: &[&str]) -> (i32, Vec<Value>) {
        let args = ["scan", "--isolated", name, "--register", "register.vault"];
        let run = self.run(&[&args[..], &["--report", "json"], options].concat());
        let report: Value =
            serde_json::from_str(&run.out).unwrap_or_else(|_| panic!("{}", run.err));
        let findings = report["findings"].as_array().unwrap();
        (run.code, findings.clone())
    }
}
