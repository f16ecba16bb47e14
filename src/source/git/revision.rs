//! Revisions as people write them: `main`, `v1.0^{}`, `HEAD~3`, `@{u}`, `1a2b3c4`.
//!
//! The part of git's `gitrevisions` that names one commit by references,
//! ids and ancestry. Searches in messages (`:/text`) and dates are not in it.

use gix_hash::ObjectId;

use super::error::GitError;
use super::object::{self, Kind};
use super::refs;
use super::repository::Repository;
use super::store::{Object, ReadError, Reading};

/// Longest chain of tags.
const TAGS: usize = 64;

impl Repository {
    /// The object `spec` names.
    ///
    /// # Errors
    /// [`GitError::Revision`] says what about it is wrong.
    pub fn resolve(&self, spec: &str) -> Result<ObjectId, GitError> {
        self.revision(spec).map_err(|cause| GitError::Revision {
            spec: spec.to_owned(),
            cause,
        })
    }

    /// The commit `spec` names, through tags.
    ///
    /// # Errors
    /// As [`Repository::resolve`].
    pub fn resolve_commit(&self, spec: &str) -> Result<ObjectId, GitError> {
        let id = self.resolve(spec)?;
        let mut reading = Reading::default();
        self.peel(id, Kind::Commit, &mut reading)
            .map_err(|cause| GitError::Revision {
                spec: spec.to_owned(),
                cause,
            })
    }

    fn revision(&self, spec: &str) -> Result<ObjectId, String> {
        let end = base_end(spec);
        let (base, mut steps) = spec.split_at(end);
        let mut id = self.base(base)?;
        let mut reading = Reading::default();
        while let Some(sign) = steps.chars().next() {
            let rest = &steps[1..];
            if let Some(braced) = rest.strip_prefix('{').filter(|_| sign == '^') {
                let (word, tail) = braced.split_once('}').ok_or("a brace is not closed")?;
                id = match word {
                    "" => self.peel_tags(id, &mut reading)?.0,
                    word => {
                        let kind = Kind::of_word(word).ok_or("unknown type in braces")?;
                        self.peel(id, kind, &mut reading)?
                    }
                };
                steps = tail;
                continue;
            }
            let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            let number: usize = if digits == 0 {
                1
            } else {
                rest[..digits]
                    .parse()
                    .map_err(|_| "a number is too large")?
            };
            id = self.peel(id, Kind::Commit, &mut reading)?;
            id = match sign {
                '~' => self.ancestor(id, number, &mut reading)?,
                '^' if number == 0 => id,
                '^' => self.parent(&id, number, &mut reading)?,
                _ => return Err("this way of naming a revision is not supported".to_owned()),
            };
            steps = &rest[digits..];
        }
        Ok(id)
    }

    fn ancestor(
        &self,
        mut id: ObjectId,
        generations: usize,
        reading: &mut Reading,
    ) -> Result<ObjectId, String> {
        for _ in 0..generations {
            id = self.parent(&id, 1, reading)?;
        }
        Ok(id)
    }

    fn parent(
        &self,
        id: &ObjectId,
        number: usize,
        reading: &mut Reading,
    ) -> Result<ObjectId, String> {
        let commit = self.need(id, reading)?;
        let links = object::links(&commit.data).ok_or("a commit is damaged")?;
        let parent = links.parents.get(number - 1).copied();
        parent.ok_or_else(|| "it goes back too far".to_owned())
    }

    fn need(&self, id: &ObjectId, reading: &mut Reading) -> Result<Object, String> {
        self.store.read(id, reading).map_err(|error| match error {
            ReadError::Missing => format!("object {id} is missing"),
            _ => format!("object {id} cannot be read"),
        })
    }

    fn peel_tags(
        &self,
        mut id: ObjectId,
        reading: &mut Reading,
    ) -> Result<(ObjectId, Object), String> {
        for _ in 0..TAGS {
            let object = self.need(&id, reading)?;
            if object.kind != Kind::Tag {
                return Ok((id, object));
            }
            id = object::tagged(&object.data).ok_or("a tag is damaged")?;
        }
        Err("a chain of tags does not end".to_owned())
    }

    /// The object of type `kind` that `id` leads to.
    pub(super) fn peel(
        &self,
        id: ObjectId,
        kind: Kind,
        reading: &mut Reading,
    ) -> Result<ObjectId, String> {
        let (id, object) = self.peel_tags(id, reading)?;
        match (object.kind, kind) {
            (found, wanted) if found == wanted => Ok(id),
            (Kind::Commit, Kind::Tree) => object::links(&object.data)
                .map(|links| links.tree)
                .ok_or_else(|| "a commit is damaged".to_owned()),
            (found, wanted) => Err(format!("it is a {}, not a {}", found.word(), wanted.word())),
        }
    }

    fn base(&self, base: &str) -> Result<ObjectId, String> {
        let (name, at) = match base.split_once("@{") {
            Some((name, rest)) => (name, rest.strip_suffix('}')),
            None => (base, None),
        };
        let name = if matches!(name, "" | "@") {
            "HEAD"
        } else {
            name
        };
        match at {
            None if base.contains("@{") => Err("a brace is not closed".to_owned()),
            None => self.name(name),
            Some(word) => self.at(name, word),
        }
    }

    fn at(&self, name: &str, word: &str) -> Result<ObjectId, String> {
        if matches!(word, "u" | "upstream" | "push") {
            return self.upstream(name);
        }
        let number = word
            .parse()
            .map_err(|_| "dates of reference logs are not supported")?;
        let full = self.full_name(name).ok_or("no such reference")?;
        refs::logged_at(&self.layout, &full, number)
            .ok_or_else(|| "its log does not go back so far".to_owned())
    }

    /// The branch that the branch called `name` follows.
    fn upstream(&self, name: &str) -> Result<ObjectId, String> {
        let full = match name {
            "HEAD" => refs::head_branch(&self.layout),
            name => self.full_name(name),
        };
        let branch = full
            .as_deref()
            .and_then(|full| full.strip_prefix("refs/heads/"));
        let branch = branch.ok_or("it is not a branch")?;
        let setting = |key: &str| self.config.value(&format!("branch.{branch}.{key}"));
        let (Some(remote), Some(merge)) = (setting("remote"), setting("merge")) else {
            return Err("the branch follows no other".to_owned());
        };
        let short = merge.strip_prefix("refs/heads/").unwrap_or(&merge);
        let followed = if remote == "." {
            merge
        } else {
            format!("refs/remotes/{remote}/{short}")
        };
        refs::resolve(&self.layout, &followed).ok_or_else(|| format!("{followed} does not exist"))
    }

    /// The full name of the reference that `name` means, as git looks for it.
    fn full_name(&self, name: &str) -> Option<String> {
        let places = ["", "refs/", "refs/tags/", "refs/heads/", "refs/remotes/"];
        let mut names = places.map(|place| format!("{place}{name}")).to_vec();
        names.push(format!("refs/remotes/{name}/HEAD"));
        names.into_iter().find(|full| {
            (full.starts_with("refs/") || full.bytes().all(|b| b.is_ascii_uppercase() || b == b'_'))
                && refs::find(&self.layout, full).is_some()
        })
    }

    fn name(&self, name: &str) -> Result<ObjectId, String> {
        if let Some(full) = self.full_name(name) {
            return refs::resolve(&self.layout, &full)
                .ok_or_else(|| format!("{full} leads nowhere"));
        }
        let described = name.rsplit_once("-g").map_or(name, |(_, hex)| hex);
        let digits = described.len();
        let whole = self.store.hash.len_in_hex();
        if !(4..=whole).contains(&digits) || !described.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err("nothing has this name".to_owned());
        }
        let padded = format!("{described:0<whole$}").to_ascii_lowercase();
        let prefix = ObjectId::from_hex(padded.as_bytes()).map_err(|_| "no object id")?;
        if digits == whole {
            return Ok(prefix);
        }
        match &self.store.with_prefix(prefix.as_slice(), digits)[..] {
            [] => Err("nothing has this name".to_owned()),
            [one] => Ok(*one),
            _ => Err("several objects begin with it".to_owned()),
        }
    }
}

/// Where the name ends and the steps from it begin.
fn base_end(spec: &str) -> usize {
    let mut depth = 0;
    for (at, letter) in spec.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            '^' | '~' | ':' if depth == 0 => return at,
            _ => {}
        }
    }
    spec.len()
}
