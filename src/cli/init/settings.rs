//! The configuration file that `stanch init` writes: every setting with its default,
//! commented out, and what is sure to be of use.

use std::fs;
use std::path::{Path, PathBuf};

use crate::cli::exit::Exit;
use crate::cli::settings::stop;
use crate::cli::words::Project;
use crate::config::discover::NAMES;

/// The file, but for what is left out.
const TEXT: &str = include_str!("settings.toml");

/// Where in it stands what is left out.
const PLACE: &str = "@exclude@";

/// Folders that hold what others wrote or programs made: the folder, what beside
/// or in it tells that it is one, and what it holds.
const FOLDERS: &[(&str, &str, &str)] = &[
    ("node_modules", "package.json", "packages of others"),
    ("bower_components", "bower.json", "packages of others"),
    ("target", "Cargo.toml", "what the compiler made"),
    (".venv", ".venv/pyvenv.cfg", "packages of others"),
    ("venv", "venv/pyvenv.cfg", "packages of others"),
    (".gradle", "settings.gradle", "what the build made"),
    (".terraform", ".terraform.lock.hcl", "providers of others"),
];

/// What became of the file.
pub(super) enum Written {
    /// There is one, which stays as it is.
    Kept(String),
    /// It was written.
    New {
        /// Its name.
        name: String,
        /// What it leaves out, and what that is.
        left_out: Vec<(String, &'static str)>,
    },
}

/// Writes the file at the project's root, unless there is one and it is not to be
/// written over.
pub(super) fn write(project: &Project, force: bool) -> Result<Written, Exit> {
    let root = project.root.as_ref().unwrap_or(&project.here);
    let there = NAMES.iter().map(|name| root.join(name));
    let there: Vec<PathBuf> = there
        .filter(|path| path.symlink_metadata().is_ok())
        .collect();
    let path = match there.first() {
        Some(path) if !force => return Ok(Written::Kept(project.shown(path))),
        Some(path) => path.clone(),
        None => root.join(NAMES[0]),
    };
    let name = project.shown(&path);
    let left_out = left_out(root);
    put(&path, &text(&left_out)).map_err(|error| stop(&format!("cannot write {name}: {error}")))?;
    Ok(Written::New { name, left_out })
}

/// Puts a file in place as a whole; a link that stands there is replaced, not followed.
fn put(path: &Path, text: &str) -> std::io::Result<()> {
    crate::record::plain::write(path, text)
}

/// What of `root` nobody wrote.
fn left_out(root: &Path) -> Vec<(String, &'static str)> {
    let there = FOLDERS.iter().filter(|(folder, mark, _)| {
        fs::symlink_metadata(root.join(folder)).is_ok_and(|meta| meta.is_dir())
            && root.join(mark).is_file()
    });
    there
        .map(|(folder, _, what)| (format!("/{folder}/"), *what))
        .collect()
}

/// The file, with `left_out` as what it leaves out.
fn text(left_out: &[(String, &'static str)]) -> String {
    let line = if left_out.is_empty() {
        "#exclude = []".to_owned()
    } else {
        let globs = left_out.iter().map(|(glob, _)| format!("\"{glob}\""));
        format!("exclude = [{}]", globs.collect::<Vec<_>>().join(", "))
    };
    TEXT.replace(PLACE, &line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::diagnose::{Role, parse};
    use crate::config::file::{ANY, KEYS, TASTE};
    use crate::config::settings::{Layer, Origin, Settings};
    use crate::config::show::Origins;

    /// What a configuration file says, as `stanch config show` has it.
    fn shown(text: &str) -> String {
        let mut settings = Settings::default();
        let file = parse("stanch.toml", text, Role::Project).unwrap();
        let origin = Origin::new(Layer::Project, "stanch.toml", text);
        settings.take_file(file, &origin, Path::new(""));
        settings.show(Origins::Hidden)
    }

    /// The file with everything in it that is commented out.
    fn uncommented() -> String {
        let line = |line: &str| match line.strip_prefix('#') {
            Some(rest) if rest.starts_with(|c: char| c.is_ascii_lowercase()) => rest.to_owned(),
            _ => line.to_owned(),
        };
        text(&[]).lines().map(|l| line(l) + "\n").collect()
    }

    #[test]
    fn what_is_commented_out_is_the_default() {
        let defaults = Settings::default().show(Origins::Hidden);
        assert_eq!(shown(&text(&[])), defaults);
        assert_eq!(shown(&uncommented()), defaults);
    }

    #[test]
    fn every_setting_of_a_project_is_in_it() {
        let text = uncommented();
        for (section, keys) in KEYS.iter().filter(|(_, keys)| *keys != ANY) {
            for key in *keys {
                let taste = TASTE.contains(&(section, key));
                let register = *section == "register";
                let there = text
                    .lines()
                    .any(|line| line.starts_with(&format!("{key} =")));
                assert!(there || taste || register, "{section}.{key}");
            }
        }
    }

    #[test]
    fn folders_of_others_are_left_out_and_lookalikes_are_not() {
        let root = tempfile::tempdir().unwrap();
        for folder in ["node_modules", "target", "venv"] {
            fs::create_dir(root.path().join(folder)).unwrap();
        }
        assert!(left_out(root.path()).is_empty());
        fs::write(root.path().join("package.json"), "{}").unwrap();
        let left_out = left_out(root.path());
        assert_eq!(left_out, [("/node_modules/".into(), "packages of others")]);
        assert!(shown(&text(&left_out)).contains("\"/node_modules/\","));
    }
}
