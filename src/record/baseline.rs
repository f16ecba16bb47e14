//! Baselines: findings that were there when somebody looked, one per line.
//!
//! ```text
//! # stanch baseline, version 1
//! # key check: st1:5d1f0a6be2d94377
//! st1:8c1f0a6be2d94377 rule=acme-token path=src/a.env
//! st1:93aa0a6be2d94377 rule=acme-token path=old.env in=history verdict=accepted note=revoked in May
//! ```
//!
//! There are no lines, columns, commits or dates in it, so that it changes only
//! when a finding comes, goes or is moved to another file, and git can merge it
//! line by line. The second comment tells keys of other projects apart.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt;

use crate::base::provenance::Provenance;
use crate::judge::finding::Finding;
use crate::judge::key::{self, Keyer};
use crate::record::books::Base;
use crate::record::plain::{entries, page, unword, word};

const HEAD: &str =
    "# stanch baseline, version 1: one finding per line, sorted; `stanch baseline` writes it";
const CHECK: &str = "# key check: ";

/// What somebody who looked at a finding says of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// A secret that has to be changed.
    Real,
    /// No secret.
    False,
    /// A secret, and the risk is accepted.
    Accepted,
}

impl Verdict {
    /// The words used in files.
    pub const ALL: &'static [(&'static str, Verdict)] = &[
        ("real", Verdict::Real),
        ("false", Verdict::False),
        ("accepted", Verdict::Accepted),
    ];

    /// The word used in files.
    pub fn as_str(self) -> &'static str {
        let named = Verdict::ALL.iter().find(|(_, known)| *known == self);
        named.map_or("real", |(word, _)| word)
    }
}

/// Where a known finding stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// In files.
    #[default]
    Files,
    /// Only in the history of a repository.
    History,
}

/// A finding that is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its key, without a number where the key is that of a value.
    pub key: String,
    /// Its rule.
    pub rule: String,
    /// Its path, seen from the project's root, with members behind `!`.
    pub path: String,
    /// Where it stands.
    pub standing: Standing,
    /// What somebody says of it.
    pub verdict: Option<Verdict>,
    /// A word about that.
    pub note: String,
}

/// A baseline.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    /// What is known, in order.
    pub entries: Vec<Entry>,
    /// The digest that tells with which project key it was made.
    pub check: Option<String>,
    /// Lines that are not understood: number and text of what is wrong.
    pub faults: Vec<(usize, String)>,
}

impl Entry {
    /// What is kept of `finding`.
    pub fn of(finding: &Finding, base: &Base) -> Entry {
        let life = finding.provenance.git_place();
        let gone = life
            .and_then(|place| place.life.as_ref())
            .is_some_and(|life| !life.in_head);
        Entry {
            key: key::identity(&finding.key.0).to_owned(),
            rule: finding.rule.id.as_str().to_owned(),
            path: without_secret(path_of(&finding.provenance, base), finding),
            standing: if gone {
                Standing::History
            } else {
                Standing::Files
            },
            verdict: None,
            note: String::new(),
        }
    }
}

/// `path` with the finding's own secret masked: a file may be called what it
/// holds. Short secrets are ordinary words, and masked nowhere in paths.
fn without_secret(path: String, finding: &Finding) -> String {
    match std::str::from_utf8(finding.secret.expose()) {
        Ok(secret) if secret.len() >= 16 => {
            path.replace(secret, &"*".repeat(secret.chars().count()))
        }
        _ => path,
    }
}

/// The path as baselines write it.
pub fn path_of(provenance: &Provenance, base: &Base) -> String {
    let mut path = base.shown(provenance).to_string_lossy().replace('\\', "/");
    for member in &provenance.inner {
        path.push('!');
        path.push_str(member);
    }
    path
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (rule, path) = (word(&self.rule), word(&self.path));
        write!(f, "{} rule={rule} path={path}", self.key)?;
        if self.standing == Standing::History {
            f.write_str(" in=history")?;
        }
        if let Some(verdict) = self.verdict {
            write!(f, " verdict={}", verdict.as_str())?;
        }
        let note: Vec<&str> = self.note.split_whitespace().collect();
        if !note.is_empty() {
            write!(f, " note={}", note.join(" "))?;
        }
        Ok(())
    }
}

impl Baseline {
    /// What is known of `findings`.
    pub fn of<'a>(findings: impl IntoIterator<Item = &'a Finding>, base: &Base) -> Baseline {
        let mut baseline = Baseline::default();
        let all = findings.into_iter().map(|finding| Entry::of(finding, base));
        baseline.entries.extend(all);
        baseline.tidy();
        baseline
    }

    /// Reads `text`.
    pub fn parse(text: &str) -> Baseline {
        let check = text.lines().find_map(|line| line.strip_prefix(CHECK));
        let mut baseline = Baseline {
            check: check.map(|check| check.trim().to_owned()),
            ..Baseline::default()
        };
        for (line, text) in entries(text) {
            match parse(text) {
                Ok(entry) => baseline.entries.push(entry),
                Err(message) => baseline.faults.push((line, message)),
            }
        }
        baseline.tidy();
        baseline
    }

    /// The baseline as text, for keys that `keyer` derives.
    pub fn text(&self, keyer: &Keyer) -> String {
        let head = format!("{HEAD}\n{CHECK}{}", check_of(keyer));
        page(&head, self.entries.iter().map(Entry::to_string))
    }

    /// True when it was made with the project key of `keyer`.
    pub fn is_keyed_by(&self, keyer: &Keyer) -> bool {
        let check = self.check.as_ref();
        check.is_none_or(|check| *check == check_of(keyer))
    }

    /// The keys of everything known.
    pub fn keys(&self) -> HashSet<String> {
        self.entries.iter().map(|entry| entry.key.clone()).collect()
    }

    /// One entry for each finding and path; what people wrote goes before
    /// nothing, what stands in files before what does not.
    fn tidy(&mut self) {
        let mut kept: BTreeMap<(String, String, String), Entry> = BTreeMap::new();
        for entry in self.entries.drain(..) {
            let same = (entry.key.clone(), entry.path.clone(), entry.rule.clone());
            match kept.get_mut(&same) {
                None => {
                    kept.insert(same, entry);
                }
                Some(old) => {
                    old.standing = old.standing.min(entry.standing);
                    if old.verdict < entry.verdict {
                        old.verdict = entry.verdict;
                        old.note = entry.note;
                    }
                }
            }
        }
        self.entries = kept.into_values().collect();
    }
}

/// A digest of nothing in particular, which differs with the project key.
fn check_of(keyer: &Keyer) -> String {
    let word = b"5tAnch ch3cks which k3y a b4seline was mad3 with";
    keyer.key("key-check", word, "", 0).0
}

fn parse(line: &str) -> Result<Entry, String> {
    let (first, mut rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    if !key::is_key(first) {
        return Err("it begins with no finding key".into());
    }
    let mut entry = Entry {
        key: key::identity(first).to_owned(),
        rule: String::new(),
        path: String::new(),
        standing: Standing::Files,
        verdict: None,
        note: String::new(),
    };
    loop {
        rest = rest.trim_start();
        if let Some(note) = rest.strip_prefix("note=") {
            note.trim().clone_into(&mut entry.note);
            break;
        }
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        let (field, after) = rest.split_at(end);
        match field.split_once('=') {
            None if field.is_empty() => break,
            Some(("rule", rule)) => entry.rule = unword(rule),
            Some(("path", path)) => entry.path = unword(path),
            Some(("in", "history")) => entry.standing = Standing::History,
            Some(("verdict", word)) => {
                let known = Verdict::ALL.iter().find(|(known, _)| *known == word);
                let unknown = || format!("`{word}` is none of real, false and accepted");
                entry.verdict = Some(known.ok_or_else(unknown)?.1);
            }
            _ => return Err(format!("`{field}` means nothing here")),
        }
        rest = after;
    }
    Ok(entry)
}

/// How a baseline and what is there now differ.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// Not known.
    pub new: Vec<Entry>,
    /// Known, and where it was.
    pub known: Vec<Entry>,
    /// Known, at a path where it was not: the path it left, if it left one.
    pub moved: Vec<(Entry, Option<String>)>,
    /// Known, and there no more.
    pub gone: Vec<Entry>,
}

/// Compares `before` with `now`. Entries for which `looked` is false were not
/// looked for, so that nobody can say that they are gone.
pub fn compare(before: &Baseline, now: &Baseline, looked: impl Fn(&Entry) -> bool) -> Difference {
    let mut difference = Difference::default();
    let by_key = |baseline: &Baseline| {
        let mut map: BTreeMap<String, Vec<Entry>> = BTreeMap::new();
        for entry in &baseline.entries {
            map.entry(entry.key.clone())
                .or_default()
                .push(entry.clone());
        }
        map
    };
    let (old, new) = (by_key(before), by_key(now));
    for (key, entries) in &new {
        let Some(known) = old.get(key) else {
            difference.new.extend(entries.iter().cloned());
            continue;
        };
        let here: BTreeSet<&str> = entries.iter().map(|entry| entry.path.as_str()).collect();
        let there: BTreeSet<&str> = known.iter().map(|entry| entry.path.as_str()).collect();
        let left = known
            .iter()
            .filter(|entry| !here.contains(entry.path.as_str()));
        let mut left = left.filter(|entry| looked(entry));
        for entry in entries {
            let mut entry = entry.clone();
            // What people said of a finding is said of it wherever it goes.
            let judged = known.iter().max_by_key(|known| known.verdict);
            if let Some(judged) = judged.filter(|judged| judged.verdict.is_some()) {
                entry.verdict = judged.verdict;
                entry.note.clone_from(&judged.note);
            }
            if there.contains(entry.path.as_str()) {
                difference.known.push(entry);
            } else {
                let from = left.next().map(|entry| entry.path.clone());
                difference.moved.push((entry, from));
            }
        }
        // It stood at more places than it stands now.
        difference.gone.extend(left.cloned());
    }
    let gone = old.iter().filter(|(key, _)| !new.contains_key(*key));
    let gone = gone.flat_map(|(_, entries)| entries.iter());
    difference
        .gone
        .extend(gone.filter(|entry| looked(entry)).cloned());
    difference
        .gone
        .sort_by(|a, b| (&a.path, &a.key).cmp(&(&b.path, &b.key)));
    difference
}

impl Difference {
    /// `before` as it has to be now. `accept` says whether new findings become known.
    pub fn applied(&self, before: &Baseline, accept: Accept) -> Baseline {
        let over: BTreeSet<(&str, &str)> = self
            .gone
            .iter()
            .map(|entry| (entry.key.as_str(), entry.path.as_str()))
            .chain(
                self.moved
                    .iter()
                    .filter_map(|(entry, left)| Some((entry.key.as_str(), left.as_deref()?))),
            )
            .collect();
        let kept = before.entries.iter();
        let kept = kept.filter(|entry| !over.contains(&(entry.key.as_str(), entry.path.as_str())));
        let moved = self.moved.iter().map(|(entry, _)| entry);
        let known = self.known.iter().chain(moved);
        let new = self.new.iter().filter(|_| accept == Accept::New);
        let mut after = Baseline {
            entries: known.chain(new).chain(kept).cloned().collect(),
            check: before.check.clone(),
            faults: Vec::new(),
        };
        after.tidy();
        after
    }
}

/// Whether new findings become known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accept {
    /// They do.
    New,
    /// Only what is gone leaves.
    Nothing,
}

#[cfg(test)]
mod tests;
