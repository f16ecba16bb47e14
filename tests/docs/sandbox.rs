//! A place where a page's commands do no harm and find what they speak of.

use std::cell::RefCell;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A folder with a home, a project and the program on the path.
pub(crate) struct Sandbox {
    folder: tempfile::TempDir,
    /// `export` commands so far: they hold for all that follow on the page.
    exports: RefCell<String>,
}

impl Sandbox {
    /// Makes the sandbox of a page.
    pub(crate) fn new(page: &str) -> Sandbox {
        let folder = tempfile::tempdir().unwrap();
        for name in ["bin", "home", "project"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        let program = folder.path().join("bin/stanch");
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_stanch"), program).unwrap();
        let sandbox = Sandbox {
            folder,
            exports: RefCell::default(),
        };
        let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/docs");
        for setup in [here.join("setup.sh"), here.join(format!("setup/{page}.sh"))] {
            if setup.exists() {
                let (code, said) = sandbox.run(&format!("sh -eu {}", quoted(&setup)));
                assert_eq!(code, 0, "{}: {said}", setup.display());
            }
        }
        sandbox
    }

    /// Runs one command in the project; returns its exit code and what it said.
    pub(crate) fn run(&self, command: &str) -> (i32, String) {
        let home = self.folder.path().join("home");
        let script = format!("{}{}", self.exports.borrow(), self.with_keys(command));
        if command.starts_with("export ") {
            *self.exports.borrow_mut() += command;
            *self.exports.borrow_mut() += "\n";
        }
        let path = format!(
            "{}:/usr/local/bin:/usr/bin:/bin",
            self.path("bin").display()
        );
        let out = Command::new("sh")
            .args(["-c", &script])
            .current_dir(self.path("project"))
            .env_clear()
            .env("PATH", path)
            .env("HOME", &home)
            .env("STANCH_SOURCE", env!("CARGO_MANIFEST_DIR"))
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("NO_COLOR", "1")
            // What the pages name without giving it a value.
            .env("URL", self.path("origin.git"))
            .env("VALUE", ["q7Xv9", "LmT2w", "Kd84R", "zPb6N"].concat())
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let said = [out.stdout, out.stderr].concat();
        (
            out.status.code().unwrap_or(-1),
            String::from_utf8_lossy(&said).into_owned(),
        )
    }

    /// The command with keys of this sandbox where the page has invented ones: `../keys`
    /// holds pairs of them, one pair a line.
    fn with_keys(&self, command: &str) -> String {
        let keys = fs::read_to_string(self.path("keys")).unwrap_or_default();
        let pairs = keys.lines().filter_map(|line| line.split_once(' '));
        pairs.fold(command.to_owned(), |text, (from, to)| {
            text.replace(from, to)
        })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

/// A path as one word of the shell.
fn quoted(path: &Path) -> String {
    format!("'{}'", path.display().to_string().replace('\'', r"'\''"))
}
