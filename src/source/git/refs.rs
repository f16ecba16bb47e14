//! References: branches, tags, stashes, notes, and what else names an object.
//!
//! Format: git's `gitrepository-layout`: loose files under `refs`, and
//! `packed-refs`. Symbolic links are not followed.

use std::collections::BTreeMap;
use std::path::Path;

use gix_hash::ObjectId;

use super::layout::{Layout, path_of, read_small};

/// Largest file of references, in bytes.
const MOST: u64 = 512 << 20;

/// Largest file of one reference, in bytes.
const ONE: u64 = 64 << 10;

/// How deep names of references are nested, and symbolic ones followed.
const DEEPEST: usize = 32;

/// Where a reference leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// To an object.
    Object(ObjectId),
    /// To another reference.
    Symbolic(String),
}

/// Every reference under `refs/`, by name; also those whose content is no
/// target (`None`). Names are lossy where they are not UTF-8.
pub(super) fn all(layout: &Layout) -> BTreeMap<String, Option<Target>> {
    let mut found = BTreeMap::new();
    packed(&layout.common_dir, &mut found);
    loose(&layout.common_dir, "refs", 0, &mut found);
    if layout.git_dir != layout.common_dir {
        // Worktrees have references of their own, for bisecting and rewriting.
        loose(&layout.git_dir, "refs", 0, &mut found);
    }
    found
}

fn packed(dir: &Path, found: &mut BTreeMap<String, Option<Target>>) {
    let Ok(Some(text)) = read_small(&dir.join("packed-refs"), MOST) else {
        return;
    };
    for line in text.split(|&byte| byte == b'\n') {
        let Some(blank) = memchr::memchr(b' ', line) else {
            continue;
        };
        if let Ok(id) = ObjectId::from_hex(&line[..blank]) {
            let name = String::from_utf8_lossy(&line[blank + 1..]).into_owned();
            found.insert(name, Some(Target::Object(id)));
        }
    }
}

fn loose(dir: &Path, name: &str, depth: usize, found: &mut BTreeMap<String, Option<Target>>) {
    let folder = dir.join(name);
    let real = folder
        .symlink_metadata()
        .is_ok_and(|metadata| metadata.is_dir());
    if depth > DEEPEST || !real {
        return;
    }
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let inner = format!("{name}/{}", entry.file_name().to_string_lossy());
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            loose(dir, &inner, depth + 1, found);
        } else if Path::new(&inner)
            .extension()
            .is_none_or(|end| end != "lock")
        {
            let target = read(&dir.join(&inner));
            found.insert(inner, target);
        }
    }
}

/// What the reference file at `path` says.
fn read(path: &Path) -> Option<Target> {
    let text = read_small(path, ONE).ok()??;
    let text = text.trim_ascii();
    if let Some(name) = text.strip_prefix(b"ref:") {
        let name = String::from_utf8_lossy(name.trim_ascii()).into_owned();
        return Some(Target::Symbolic(name));
    }
    let end = text
        .iter()
        .position(u8::is_ascii_whitespace)
        .unwrap_or(text.len());
    ObjectId::from_hex(&text[..end]).ok().map(Target::Object)
}

/// True for names that stay under the repository when they are taken for paths.
fn is_safe(name: &str) -> bool {
    !name.is_empty()
        && name.split('/').all(|part| !matches!(part, "" | "." | ".."))
        && !name.contains(['\\', '\0', ':'])
}

/// The object the reference called exactly `name` leads to.
pub(super) fn resolve(layout: &Layout, name: &str) -> Option<ObjectId> {
    let mut name = name.to_owned();
    for _ in 0..DEEPEST {
        match find(layout, &name)? {
            Target::Object(id) => return Some(id),
            Target::Symbolic(next) => name = next,
        }
    }
    None
}

/// What the reference called exactly `name` says.
pub(super) fn find(layout: &Layout, name: &str) -> Option<Target> {
    if !is_safe(name) {
        return None;
    }
    let path = path_of(name.as_bytes());
    let dirs = [&layout.git_dir, &layout.common_dir];
    let loose = dirs.into_iter().find_map(|dir| read(&dir.join(&path)));
    loose.or_else(|| {
        let mut found = BTreeMap::new();
        packed(&layout.common_dir, &mut found);
        found.remove(name).flatten()
    })
}

/// The branch `HEAD` is on.
pub(super) fn head_branch(layout: &Layout) -> Option<String> {
    match find(layout, "HEAD")? {
        Target::Symbolic(name) => Some(name),
        Target::Object(_) => None,
    }
}

/// What the `HEAD`s of linked worktrees lead to.
pub(super) fn worktree_heads(layout: &Layout) -> Vec<ObjectId> {
    let folders = std::fs::read_dir(layout.common_dir.join("worktrees"));
    let heads = folders.into_iter().flatten().flatten();
    heads
        .filter_map(|folder| match read(&folder.path().join("HEAD"))? {
            Target::Object(id) => Some(id),
            Target::Symbolic(name) => resolve(layout, &name),
        })
        .collect()
}

/// Every object in the log of `name`.
pub(super) fn logged(layout: &Layout, name: &str) -> Vec<ObjectId> {
    let text = read_small(&layout.common_dir.join("logs").join(name), MOST);
    let text = text.ok().flatten().unwrap_or_default();
    text.split(|&byte| byte == b'\n')
        .flat_map(|line| line.split(|&byte| byte == b' ').take(2))
        .filter_map(|id| ObjectId::from_hex(id).ok())
        .filter(|id| !id.is_null())
        .collect()
}

/// The object at position `number` (from the newest, zero) of the log of `name`.
pub(super) fn logged_at(layout: &Layout, name: &str, number: usize) -> Option<ObjectId> {
    if !is_safe(name) {
        return None;
    }
    let dirs = [&layout.git_dir, &layout.common_dir];
    let text = dirs
        .into_iter()
        .find_map(|dir| read_small(&dir.join("logs").join(name), MOST).ok()?)?;
    let lines: Vec<&[u8]> = text
        .split(|&byte| byte == b'\n')
        .filter(|l| !l.is_empty())
        .collect();
    let line = lines.iter().rev().nth(number)?;
    line.split(|&byte| byte == b' ')
        .nth(1)
        .and_then(|id| ObjectId::from_hex(id).ok())
}
