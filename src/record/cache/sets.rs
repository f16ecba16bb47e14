//! The sets of rules under which the verdicts of a cache were kept.
//!
//! A verdict that nothing matched outlives a change of the rules, as far as they
//! are the same: so a cache remembers which they were. A file beside the records
//! holds the last lists, the newest first, of a print for each rule:
//!
//! ```text
//! bytes 0..8    "rulesets"
//! then of each list: number of prints, 4 bytes little endian, and 16 bytes each
//! ```
//!
//! The file needs no seal. The key of a set's records is made of its list, so
//! one that was changed finds no record.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Read as _};
use std::path::Path;

use crate::record::cache::Cache;
use crate::record::cache::seal::Seals;
use crate::record::plain;
use crate::rules::load::{Rule, RuleKind, RuleSet};

/// The name of the file.
const FILE: &str = "rule-sets";
/// How it begins.
const HEAD: &[u8] = b"rulesets";
/// Most lists that are remembered.
const LISTS: usize = 8;
/// The part of a cache that the file takes, as a divisor.
const SHARE: u64 = 8;
/// Most rules of a list that is remembered.
const RULES: usize = 1 << 15;

/// What stands for a rule: its kind, and a keyed digest of all that it says.
pub type Print = [u8; 16];

/// Kinds of rules whose matches do not depend on other rules.
const ALONE: [u8; 2] = [0, 4];

/// Makes prints, which without the key tell nothing of a rule.
#[derive(Clone)]
pub struct Printer([u8; 32]);

impl Printer {
    /// With the project's key, where there is one, or the machine's.
    pub fn new(project: Option<&[u8]>, machine: &[u8; 32]) -> Printer {
        let context = "stanch 2026 prints of rules v1";
        Printer(blake3::derive_key(context, project.unwrap_or(machine)))
    }

    /// The print of a rule.
    pub fn print(&self, rule: &Rule) -> Print {
        let mut print = [0; 16];
        let digest = blake3::keyed_hash(&self.0, &rule.digest());
        print.copy_from_slice(&digest.as_bytes()[..16]);
        print[0] = match rule.kind {
            RuleKind::Pattern { .. } => 0,
            RuleKind::Number(_) => 1,
            RuleKind::Marking(_) => 2,
            RuleKind::Recogniser(_) => 3,
            RuleKind::FileName => 4,
        };
        print
    }
}

impl std::fmt::Debug for Printer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Printer(keyed)")
    }
}

/// The rules of one set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleList(Vec<Print>);

impl RuleList {
    /// The list of `rules`.
    pub fn of(rules: &RuleSet, printer: &Printer) -> RuleList {
        let prints = rules.rules.iter().map(|rule| printer.print(rule));
        RuleList(prints.collect())
    }

    /// A digest of the rules and of everything else that a verdict depends on.
    pub fn policy(&self, frame: &[u8; 32]) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new_derive_key("stanch 2026 verdict policy v2");
        hasher.update(frame);
        hasher.update(&(self.0.len() as u64).to_le_bytes());
        self.0.iter().for_each(|print| _ = hasher.update(print));
        *hasher.finalize().as_bytes()
    }

    /// The rules of `now` that have to be looked for in what was bare under these.
    ///
    /// Patterns and names of files match by themselves. Numbers are compared
    /// with each other, markings as well, and recognisers share their work: if
    /// one of a kind comes, changes or goes, all of the kind are looked for again.
    pub fn changed(&self, now: &RuleList) -> BTreeSet<Print> {
        let before: BTreeSet<Print> = self.0.iter().copied().collect();
        let after: BTreeSet<Print> = now.0.iter().copied().collect();
        let other = before.symmetric_difference(&after);
        let kinds: BTreeSet<u8> = other.map(|print| print[0]).collect();
        let is_changed = |print: &Print| {
            !before.contains(print) || !ALONE.contains(&print[0]) && kinds.contains(&print[0])
        };
        after.into_iter().filter(is_changed).collect()
    }
}

/// What goes into the keys of a cache's records beside the rules.
#[derive(Clone, Copy)]
pub struct Keys<'a> {
    /// The project's key, if there is one.
    pub project: Option<&'a [u8]>,
    /// The machine's key.
    pub machine: &'a [u8; 32],
    /// A digest of everything that a verdict depends on, beside the rules.
    pub frame: &'a [u8; 32],
}

impl std::fmt::Debug for Keys<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys")
    }
}

/// A cache; with it the seals of verdicts under earlier rules, if they help, and
/// the rules that are to be looked for then.
pub type Opened = (Cache, Option<(Seals, RuleSet)>);

/// Opens the cache in `folder` for `rules`, and remembers them.
///
/// # Errors
/// See [`Cache::open`].
pub fn open(folder: &Path, keys: &Keys<'_>, rules: &RuleSet, size: u64) -> io::Result<Opened> {
    let printer = Printer::new(keys.project, keys.machine);
    let now = RuleList::of(rules, &printer);
    let seals = |list: &RuleList| Seals::new(keys.project, keys.machine, &list.policy(keys.frame));
    let cache = Cache::open(folder, seals(&now), size)?;
    let earlier = remember(cache.folder(), &now, size / SHARE).map(|before| {
        let changed = before.changed(&now);
        let changed = rules.filtered(|rule| changed.contains(&printer.print(rule)));
        (seals(&before), changed)
    });
    Ok((cache, earlier))
}

/// Remembers the rules of this run in the cache at `folder`, and gives those of
/// an earlier one whose verdicts help most: the most like, of such the newest.
/// The file takes at most `size` bytes.
fn remember(folder: &Path, now: &RuleList, size: u64) -> Option<RuleList> {
    let path = folder.join(FILE);
    let mut lists = read(&path).map_or_else(|_| Vec::new(), |bytes| parse(&bytes));
    if lists.first() != Some(now) && now.0.len() <= RULES {
        let mut all = vec![now.clone()];
        all.extend(lists.iter().filter(|list| *list != now).cloned());
        all.truncate(LISTS);
        while bytes_of(&all) > size && !all.is_empty() {
            all.pop();
        }
        // A cache that cannot be written is told of when verdicts are.
        _ = write(&path, &all);
    }
    lists.retain(|list| list != now);
    lists.into_iter().min_by_key(|list| list.changed(now).len())
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let most = LISTS * (RULES * 16 + 4) + HEAD.len();
    let mut bytes = Vec::new();
    fs::File::open(path)?
        .take(most as u64)
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn parse(bytes: &[u8]) -> Vec<RuleList> {
    let mut lists = Vec::new();
    let Some(mut rest) = bytes.strip_prefix(HEAD) else {
        return lists;
    };
    while let Some((count, after)) = rest.split_first_chunk::<4>() {
        let count = u32::from_le_bytes(*count) as usize;
        let Some(bytes) = after.get(..count.saturating_mul(16)) else {
            break;
        };
        let (prints, _) = bytes.as_chunks::<16>();
        lists.push(RuleList(prints.to_vec()));
        rest = &after[count * 16..];
        if lists.len() == LISTS {
            break;
        }
    }
    lists
}

fn bytes_of(lists: &[RuleList]) -> u64 {
    let of_list = |list: &RuleList| 4 + 16 * list.0.len() as u64;
    HEAD.len() as u64 + lists.iter().map(of_list).sum::<u64>()
}

fn write(path: &Path, lists: &[RuleList]) -> io::Result<()> {
    let mut bytes = HEAD.to_vec();
    for RuleList(prints) in lists {
        let count = u32::try_from(prints.len()).unwrap_or(0);
        bytes.extend(count.to_le_bytes());
        bytes.extend(prints.as_flattened());
    }
    plain::replace(path, &bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(prints: &[(u8, u8)]) -> RuleList {
        let print = |&(kind, name): &(u8, u8)| {
            let mut print = [name; 16];
            print[0] = kind;
            print
        };
        RuleList(prints.iter().map(print).collect())
    }

    #[test]
    fn new_and_changed_patterns_are_looked_for_and_others_are_not() {
        let before = list(&[(0, 1), (0, 2), (1, 3), (1, 4)]);
        for (now, expected) in [
            (list(&[(0, 1), (0, 2), (1, 3), (1, 4)]), list(&[])),
            (list(&[(0, 1), (1, 3), (1, 4)]), list(&[])),
            (list(&[(0, 1), (0, 5), (1, 3), (1, 4)]), list(&[(0, 5)])),
            (list(&[(0, 1), (0, 2), (1, 3)]), list(&[(1, 3)])),
            (
                list(&[(0, 1), (0, 2), (1, 3), (1, 6)]),
                list(&[(1, 3), (1, 6)]),
            ),
            (list(&[(0, 1), (2, 1), (1, 3), (1, 4)]), list(&[(2, 1)])),
        ] {
            let changed: Vec<Print> = before.changed(&now).into_iter().collect();
            assert_eq!(changed, expected.0, "{now:?}");
        }
    }

    #[test]
    fn the_list_most_like_is_found_again() {
        let folder = tempfile::tempdir().unwrap();
        let one = list(&[(0, 1), (0, 2)]);
        let two = list(&[(0, 1), (0, 3)]);
        let three = list(&[(0, 1), (0, 3), (0, 4)]);
        assert_eq!(remember(folder.path(), &one, 9999), None);
        assert_eq!(remember(folder.path(), &one, 9999), None);
        assert_eq!(remember(folder.path(), &two, 9999), Some(one.clone()));
        assert_eq!(remember(folder.path(), &three, 9999), Some(two.clone()));
        assert_eq!(remember(folder.path(), &one, 9999), Some(three));
    }

    #[test]
    fn a_damaged_file_is_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let one = list(&[(0, 1), (0, 2)]);
        for damaged in [
            &b"rulesets\xff\xff\xff\xffab"[..],
            b"",
            b"rulesets",
            b"other",
        ] {
            fs::write(folder.path().join(FILE), damaged).unwrap();
            assert_eq!(remember(folder.path(), &one, 9999), None);
        }
    }

    #[test]
    fn another_list_is_another_policy() {
        let frame = [7; 32];
        let one = list(&[(0, 1), (0, 2)]).policy(&frame);
        assert_ne!(one, list(&[(0, 1)]).policy(&frame));
        assert_ne!(one, list(&[(0, 1), (0, 2)]).policy(&[8; 32]));
    }
}
