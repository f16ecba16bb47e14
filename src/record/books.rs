//! Asks ignore files and baselines about every finding, and remembers which
//! entries were of use.

use std::collections::{HashMap, HashSet};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use crate::base::provenance::{Origin, Provenance};
use crate::judge::finding::Finding;
use crate::judge::key::{self, Keyer};
use crate::judge::status::{Grant, Means, Refusal, Status, Why};
use crate::judge::suppress::Locks;
use crate::record::ignore::{About, Entry, Fault, IgnoreFile};
use crate::register::date::Date;
use crate::source::exclude::Excludes;

/// Whether what is written has a say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Authority {
    /// It has.
    Obeyed,
    /// It is shown and has none: it came with the change under examination, or
    /// stands in a tree that is not trusted.
    Shown,
}

/// An ignore file in use.
#[derive(Debug)]
pub struct IgnoreBook {
    /// What it is called.
    pub name: String,
    /// Its content.
    pub file: IgnoreFile,
    /// Whether it has a say.
    pub authority: Authority,
    /// Rules it may not silence.
    pub locks: Locks,
    /// What it is.
    pub means: Means,
}

/// A baseline in use.
#[derive(Debug)]
pub struct BaselineBook {
    /// What it is called.
    pub name: Arc<str>,
    /// Keys of what it knows.
    pub keys: HashSet<String>,
    /// Whether it has a say.
    pub authority: Authority,
    /// Rules it may not silence.
    pub locks: Locks,
}

/// Where paths of entries begin.
#[derive(Clone, Debug, Default)]
pub struct Base {
    /// The project's directory, absolute; empty when paths are compared as they are.
    pub root: PathBuf,
    /// What relative paths of findings are relative to, absolute.
    pub here: PathBuf,
}

/// Everything that is asked about findings.
#[derive(Debug)]
pub struct Books {
    ignores: Vec<Opened>,
    baselines: Vec<BaselineBook>,
    base: Base,
    keyer: Keyer,
    today: Date,
}

#[derive(Debug)]
struct Opened {
    book: IgnoreBook,
    keys: HashMap<String, Vec<usize>>,
    values: HashMap<String, Vec<usize>>,
    paths: Vec<(usize, Excludes)>,
    used: Vec<u64>,
}

/// What is wrong with an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stale {
    /// Its last day is over.
    Expired,
    /// No finding needed it.
    Unused,
}

impl Books {
    /// Opens ignore files and baselines. `keyer` derives the digests of values.
    pub fn new(
        ignores: Vec<IgnoreBook>,
        baselines: Vec<BaselineBook>,
        base: Base,
        keyer: Keyer,
        today: Date,
    ) -> Books {
        Books {
            ignores: ignores.into_iter().map(Opened::new).collect(),
            baselines,
            base,
            keyer,
            today,
        }
    }

    /// Decides whether `finding` counts, unless that is decided.
    pub fn settle(&mut self, finding: &mut Finding) {
        if !finding.standing.is_new() {
            return;
        }
        for index in 0..self.ignores.len() {
            if self.ask(index, finding) {
                return;
            }
        }
        for baseline in &self.baselines {
            if baseline.knows(finding) {
                return;
            }
        }
    }

    /// Opens one more book, to be asked after the others.
    pub fn add(&mut self, book: IgnoreBook) {
        self.ignores.push(Opened::new(book));
    }

    /// Where paths of entries begin.
    pub fn base(&self) -> &Base {
        &self.base
    }

    /// True when the ignore file at `index` allows the finding.
    fn ask(&mut self, index: usize, finding: &mut Finding) -> bool {
        let path = self.base.path(&finding.provenance);
        let opened = &self.ignores[index];
        let about = opened.about(finding, &path, &self.keyer);
        for number in about {
            let opened = &mut self.ignores[index];
            let (line, entry) = &opened.book.file.entries[number];
            let grant = Arc::new(grant(&opened.book, *line, entry));
            let why = opened.refusal(entry, finding, self.today);
            opened.used[number] += 1;
            match why {
                None => {
                    finding.standing.status = Status::Allowed { by: grant };
                    finding.standing.refused.clear();
                    return true;
                }
                Some(why) => finding.standing.refused.push(Refusal { grant, why }),
            }
        }
        false
    }

    /// Lines of ignore files that are not understood, with the files' names.
    pub fn faults(&self) -> impl Iterator<Item = (&str, &Fault)> {
        self.ignores.iter().flat_map(|opened| {
            let faults = opened.book.file.faults.iter();
            faults.map(|fault| (opened.book.name.as_str(), fault))
        })
    }

    /// Entries of files with a say that are over, or that nothing needed so
    /// far; with the files' names and the numbers of their lines.
    pub fn stale(&self) -> impl Iterator<Item = (&str, usize, &Entry, Stale)> {
        let obeyed = self.ignores.iter();
        let obeyed = obeyed.filter(|opened| opened.book.authority == Authority::Obeyed);
        obeyed.flat_map(|opened| {
            let entries = opened.book.file.entries.iter().zip(&opened.used);
            entries.filter_map(|((line, entry), used)| {
                let stale = if entry.until.is_some_and(|until| until < self.today) {
                    Stale::Expired
                } else if *used == 0 {
                    Stale::Unused
                } else {
                    return None;
                };
                Some((opened.book.name.as_str(), *line, entry, stale))
            })
        })
    }
}

impl BaselineBook {
    /// True when the finding is known from now on.
    fn knows(&self, finding: &mut Finding) -> bool {
        if !self.keys.contains(key::identity(&finding.key.0)) {
            return false;
        }
        let why = match self.locks.on(finding.rule.id.as_str()) {
            Some(by) => Why::Locked(by.to_owned()),
            None if self.authority == Authority::Shown => Why::Untrusted,
            None => {
                finding.standing.status = Status::Known {
                    baseline: Arc::clone(&self.name),
                };
                finding.standing.refused.clear();
                return true;
            }
        };
        let grant = Arc::new(Grant {
            means: Means::Baseline,
            place: self.name.to_string(),
            reason: String::new(),
            owner: None,
            until: None,
        });
        finding.standing.refused.push(Refusal { grant, why });
        false
    }
}

impl Opened {
    fn new(book: IgnoreBook) -> Opened {
        let entries = &book.file.entries;
        let mut opened = Opened {
            keys: HashMap::new(),
            values: HashMap::new(),
            paths: Vec::new(),
            used: vec![0; entries.len()],
            book: IgnoreBook {
                file: IgnoreFile::default(),
                ..book
            },
        };
        for (index, (_, entry)) in book.file.entries.iter().enumerate() {
            match &entry.about {
                About::Key(key) => opened.keys.entry(key.clone()).or_default().push(index),
                About::Value(digest) => {
                    opened.values.entry(digest.clone()).or_default().push(index);
                }
                About::Path(pattern) => {
                    if let Ok(globs) = Excludes::new([pattern]) {
                        opened.paths.push((index, globs));
                    }
                }
            }
        }
        opened.book.file = book.file;
        opened
    }

    /// Entries about `finding`: first of its key, then of its value, of its path.
    fn about(&self, finding: &Finding, path: &Path, keyer: &Keyer) -> Vec<usize> {
        let mut about = Vec::new();
        let key = finding.key.0.as_str();
        about.extend(self.keys.get(key).into_iter().flatten());
        if key::identity(key) != key {
            about.extend(self.keys.get(key::identity(key)).into_iter().flatten());
        }
        if !self.values.is_empty()
            && let Some(digest) = keyer.value(finding.secret.expose())
        {
            about.extend(self.values.get(&digest).into_iter().flatten());
        }
        let of_rule = |index: &usize| {
            let rule = self.book.file.entries[*index].1.rule.as_ref();
            rule.is_none_or(|rule| rule.matches(finding.rule.id.as_str()))
        };
        let paths = self.paths.iter();
        let paths = paths.filter(|(_, globs)| globs.pattern_above(path).is_some());
        about.extend(paths.map(|(index, _)| index));
        about.into_iter().copied().filter(of_rule).collect()
    }

    fn refusal(&self, entry: &Entry, finding: &Finding, today: Date) -> Option<Why> {
        if let Some(until) = entry.until.filter(|until| *until < today) {
            return Some(Why::Expired(until));
        }
        if let Some(by) = self.book.locks.on(finding.rule.id.as_str()) {
            return Some(Why::Locked(by.to_owned()));
        }
        (self.book.authority == Authority::Shown).then_some(Why::Untrusted)
    }
}

fn grant(book: &IgnoreBook, line: usize, entry: &Entry) -> Grant {
    let name = &book.name;
    Grant {
        means: book.means,
        // A ledger has no lines.
        place: if line == 0 {
            name.clone()
        } else {
            format!("{name}:{line}")
        },
        reason: entry.reason.clone(),
        owner: entry.owner.clone(),
        until: entry.until,
    }
}

impl Base {
    /// The path of what is at `provenance` as entries write it: below the
    /// project, with slashes.
    pub fn path(&self, provenance: &Provenance) -> PathBuf {
        self.below(provenance, provenance.path())
    }

    /// The same for people, without the secrets in it.
    pub fn shown(&self, provenance: &Provenance) -> PathBuf {
        self.below(provenance, provenance.shown())
    }

    fn below(&self, provenance: &Provenance, path: &Path) -> PathBuf {
        if !matches!(provenance.origin, Origin::File { .. }) {
            return path.to_owned();
        }
        let whole = without_dots(&self.here.join(path));
        let below = whole.strip_prefix(&self.root);
        below.map_or_else(|_| without_dots(path), Path::to_owned)
    }
}

/// `path` without `.` and `..`, as far as that can be told without looking.
fn without_dots(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                out.pop();
            }
            part => out.push(part),
        }
    }
    out
}
