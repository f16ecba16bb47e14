//! Writes the table of built-in rule files, so that nobody keeps a list by hand,
//! and what the engine's own code finds out about their patterns, so that no
//! start of the product has to.

#![expect(
    dead_code,
    unreachable_pub,
    reason = "the engine's rooms are only partly used here"
)]

#[path = "src/base"]
mod base {
    pub mod level;
}

#[path = "src/rules"]
mod rules {
    pub mod file;
    pub mod spanned;
}

#[path = "src/detect"]
mod detect {
    pub mod byte_set;
    pub mod frequency;
    pub mod heads;
    pub mod literals;
    pub mod prefilter;
    pub mod syntax;
    pub mod windows;
}

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=rules");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=src/detect");
    let home = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").ok_or(io::ErrorKind::NotFound)?);
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or(io::ErrorKind::NotFound)?);
    let rules = home.join("rules");
    let names = rule_files(&rules)?;
    fs::write(out.join("builtin_rules.rs"), table(&names))?;
    fs::write(out.join("parsed_rules.bin"), parsed(&rules, &names)?)?;
    fs::write(out.join("extracted.bin"), extracted(&rules, &names)?)
}

/// The rule files, read. Those with mistakes are left to the product's own tests.
fn parsed(folder: &Path, names: &[String]) -> io::Result<Vec<u8>> {
    let mut known = Vec::new();
    for name in names {
        let text = fs::read_to_string(folder.join(name))?;
        if let Ok(file) = toml::from_str::<rules::file::RuleFile>(&text) {
            let bytes = postcard::to_allocvec(&file).map_err(io::Error::other)?;
            known.push((name.clone(), bytes));
        }
    }
    postcard::to_allocvec(&known).map_err(io::Error::other)
}

/// The patterns of the rule files with what is known of them. Files and
/// patterns with mistakes are left to the product's own tests.
fn extracted(folder: &Path, names: &[String]) -> io::Result<Vec<u8>> {
    let mut known = Vec::new();
    for name in names {
        let file: toml::Table =
            toml::from_str(&fs::read_to_string(folder.join(name))?).unwrap_or_default();
        let rules = file.get("rule").and_then(toml::Value::as_array);
        for rule in rules.into_iter().flatten() {
            let pattern = rule.get("pattern").and_then(toml::Value::as_str);
            if let Some(pattern) = pattern
                && let Ok(extracted) = detect::literals::extract(pattern)
            {
                let bytes = postcard::to_allocvec(&extracted).map_err(io::Error::other)?;
                known.push((pattern.to_owned(), bytes));
            }
        }
    }
    postcard::to_allocvec(&known).map_err(io::Error::other)
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
