//! Writes the table of built-in rule files, so that nobody keeps a list by hand.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=rules");
    println!("cargo::rerun-if-changed=build.rs");
    let home = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").ok_or(io::ErrorKind::NotFound)?);
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or(io::ErrorKind::NotFound)?);
    let table = table(&rule_files(&home.join("rules"))?);
    fs::write(out.join("builtin_rules.rs"), table)
}

/// Names of the rule files in `folder`, sorted.
fn rule_files(folder: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = PathBuf::from(entry?.file_name());
        let name = path.to_string_lossy();
        if path.extension().is_some_and(|end| end == "toml") && !name.starts_with('.') {
            names.push(name.into_owned());
        }
    }
    names.sort();
    Ok(names)
}

/// The table as a Rust expression.
fn table(names: &[String]) -> String {
    let mut text = String::from("&[\n");
    for name in names {
        let path = format!("/rules/{name}");
        let _ = writeln!(
            text,
            "    ({name:?}, include_str!(concat!(env!(\"CARGO_MANIFEST_DIR\"), {path:?}))),"
        );
    }
    text.push_str("]\n");
    text
}
