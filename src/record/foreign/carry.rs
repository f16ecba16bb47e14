//! Carries over what files of other scanners say, by what a scan finds now.

use sha2::{Digest, Sha256};

use crate::judge::finding::Finding;
use crate::judge::key::Keyer;
use crate::record::baseline::{Entry, path_of};
use crate::record::books::Base;
use crate::record::foreign::sha1::sha1;
use crate::record::foreign::{Item, Known, What};
use crate::record::ignore::{self, About};

/// What ggshield appends to a value before it makes a digest of it: the kinds
/// of matches it knows.
const KINDS: &[&str] = &[
    "apikey",
    "password",
    "client_secret",
    "client_id",
    "token",
    "key",
    "secret",
    "connection_uri",
];

/// Shortest part of a value that stands for it.
const PART: usize = 12;

/// What became of the items.
#[derive(Debug, Default)]
pub struct Carried {
    /// Findings that are known.
    pub baseline: Vec<Entry>,
    /// Words about values and paths.
    pub ignore: Vec<ignore::Entry>,
    /// Items without effect, each with the reason.
    pub lost: Vec<(String, String)>,
    /// Items that were carried over.
    pub count: usize,
}

/// Carries over `items` of the file called `name`, by `findings`, whose paths
/// begin at `base` and whose values `keyer` digests.
pub fn carry(
    items: &[Item],
    name: &str,
    findings: &[Finding],
    base: &Base,
    keyer: &Keyer,
) -> Carried {
    let mut carried = Carried::default();
    let places: Vec<(String, &Finding)> = findings
        .iter()
        .map(|finding| (path_of(&finding.provenance, base), finding))
        .collect();
    let work = Work {
        places,
        base,
        keyer,
        reason: format!("imported from {name}"),
    };
    for item in items {
        match work.one(&item.what, &mut carried) {
            Ok(()) => carried.count += 1,
            Err(why) => carried.lost.push((item.name.clone(), why)),
        }
    }
    carried
}

struct Work<'a> {
    places: Vec<(String, &'a Finding)>,
    base: &'a Base,
    keyer: &'a Keyer,
    reason: String,
}

impl Work<'_> {
    fn one(&self, what: &What, carried: &mut Carried) -> Result<(), String> {
        match what {
            What::Place {
                path,
                line,
                commit,
                value,
            } => {
                let here = |(at, finding): &&(String, &Finding)| {
                    let place = &finding.place;
                    at == path
                        && (place.start.line..=place.end.line).contains(line)
                        && commit.as_deref().is_none_or(|id| is_of(finding, id))
                        && value
                            .as_ref()
                            .is_none_or(|value| alike(finding.secret.expose(), value.expose()))
                };
                self.known(here, carried, "nothing is found there now")
            }
            What::Value { known, path } => {
                let same = |(at, finding): &&(String, &Finding)| {
                    path.as_ref().is_none_or(|path| at == path) && known.is(finding.secret.expose())
                };
                match (known, path) {
                    (Known::Clear(value), None) => self.value(value.expose(), same, carried),
                    _ => self.known(same, carried, "no value that is found now has this digest"),
                }
            }
            What::Path(pattern) => {
                let pattern = rooted(pattern);
                self.ignore(About::Path(pattern), carried)
            }
            What::Nothing(why) => Err((*why).to_owned()),
        }
    }

    /// Findings that `is_meant` are known.
    fn known(
        &self,
        is_meant: impl Fn(&&(String, &Finding)) -> bool,
        carried: &mut Carried,
        otherwise: &str,
    ) -> Result<(), String> {
        let meant = self.places.iter().filter(is_meant);
        let entries: Vec<Entry> = meant
            .map(|(_, finding)| Entry::of(finding, self.base))
            .collect();
        if entries.is_empty() {
            return Err(otherwise.to_owned());
        }
        carried.baseline.extend(entries);
        Ok(())
    }

    /// A value in clear, whether it is found or not.
    fn value(
        &self,
        value: &[u8],
        is_meant: impl Fn(&&(String, &Finding)) -> bool,
        carried: &mut Carried,
    ) -> Result<(), String> {
        match self.keyer.value(value) {
            Some(digest) => self.ignore(About::Value(digest), carried),
            None => self.known(
                is_meant,
                carried,
                "it could be guessed from a digest, and is not found now; a project key would do",
            ),
        }
    }

    fn ignore(&self, about: About, carried: &mut Carried) -> Result<(), String> {
        let entry = ignore::sound(ignore::Entry {
            about,
            rule: None,
            until: None,
            owner: None,
            reason: self.reason.clone(),
        })?;
        carried.ignore.push(entry);
        Ok(())
    }
}

/// True when the finding came with the commit called `id`.
fn is_of(finding: &Finding, id: &str) -> bool {
    let place = finding.provenance.git_place();
    let commit = place.and_then(|place| place.commit.as_ref());
    commit.is_some_and(|commit| commit.id.starts_with(id))
}

/// True when one is the other, or a good part of it: scanners cut differently.
fn alike(found: &[u8], value: &[u8]) -> bool {
    let holds = |a: &[u8], b: &[u8]| b.len() >= PART && memchr::memmem::find(a, b).is_some();
    found == value || holds(found, value) || holds(value, found)
}

/// A pattern as in `.gitignore`, seen from the project's root.
fn rooted(pattern: &str) -> String {
    let pattern = pattern.trim_end_matches('/');
    match pattern.strip_prefix('/') {
        Some(rooted) => rooted.to_owned(),
        None if pattern.contains('/') => pattern.to_owned(),
        None => format!("**/{pattern}"),
    }
}

impl Known {
    fn is(&self, value: &[u8]) -> bool {
        match self {
            Known::Clear(known) => known.expose() == value,
            Known::Sha1(digest) => sha1(value) == *digest,
            Known::Sha256(digest) => {
                let is = |parts: &[&[u8]]| {
                    let mut hasher = Sha256::new();
                    for part in parts {
                        hasher.update(part);
                    }
                    hasher.finalize().as_slice() == digest
                };
                is(&[value]) || KINDS.iter().any(|kind| is(&[value, b",", kind.as_bytes()]))
            }
        }
    }
}
