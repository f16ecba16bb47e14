//! Collects what the learned score would be asked, with the answers, from labelled and clean trees.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use aho_corasick::AhoCorasick;
use stanch::base::level::Confidence;
use stanch::detect::generic::{Features, FileKind, Recogniser, Sample, Trigger, sample};

use crate::labels::{self, Row};

/// Where a sample comes from, and with that its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Origin {
    /// Labelled as a secret.
    Secret,
    /// Labelled as a secret, with its letters exchanged for words.
    WordLike,
    /// Labelled as no secret.
    None,
    /// Labelled as a placeholder.
    Placeholder,
    /// In a labelled tree, but without a label.
    Unlabelled,
    /// In a tree that holds no secrets worth the name.
    Clean,
}

/// One question with its answer.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    pub(crate) features: Features,
    pub(crate) level: Option<Confidence>,
    pub(crate) origin: Origin,
    /// What is told apart by cross validation: a repository, or a package.
    pub(crate) group: String,
}

impl Question {
    pub(crate) fn is_secret(&self) -> bool {
        matches!(self.origin, Origin::Secret | Origin::WordLike)
    }
}

/// Finds the places where a recogniser is asked.
pub(crate) struct Finder {
    automaton: AhoCorasick,
    triggers: Vec<(Recogniser, Trigger)>,
}

impl Finder {
    pub(crate) fn new() -> Result<Finder, Box<dyn std::error::Error>> {
        let triggers: Vec<(Recogniser, Trigger)> = Recogniser::ALL
            .iter()
            .flat_map(|&recogniser| recogniser.triggers().iter().map(move |&t| (recogniser, t)))
            .collect();
        let automaton = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .kind(Some(aho_corasick::AhoCorasickKind::DFA))
            .build(triggers.iter().map(|(_, trigger)| trigger.literal))?;
        Ok(Finder {
            automaton,
            triggers,
        })
    }

    /// The samples of one text, each value once.
    fn samples(&self, text: &[u8], file: FileKind) -> Vec<Sample> {
        let mut out: Vec<Sample> = Vec::new();
        for hit in self.automaton.find_overlapping_iter(text) {
            let (recogniser, trigger) = self.triggers[hit.pattern().as_usize()];
            let exact = trigger.fold_case || text[hit.range()] == *trigger.literal.as_bytes();
            let next = text.get(hit.end());
            let follows = trigger.then.is_empty() || next.is_some_and(|b| trigger.then.contains(b));
            if exact && follows {
                out.extend(sample(recogniser, text, hit.start(), file));
            }
        }
        out.sort_by_key(|found| (found.secret, found.features));
        out.dedup();
        out
    }

    /// Questions from the labelled tree at `root`; the repositories held out give none.
    pub(crate) fn labelled(&self, root: &Path, natural: bool) -> std::io::Result<Vec<Question>> {
        let mut files: BTreeMap<PathBuf, Vec<Row>> = BTreeMap::new();
        for row in labels::read(root)? {
            if !labels::is_held_out(&row.repository) {
                files.entry(row.path.clone()).or_default().push(row);
            }
        }
        let mut out = Vec::new();
        for (path, rows) in files {
            let text = std::fs::read(root.join(&path))?;
            let lines = Lines::of(&text);
            let mut by_line: HashMap<usize, Vec<&Row>> = HashMap::new();
            for row in &rows {
                for line in row.first..=row.last {
                    by_line.entry(line).or_default().push(row);
                }
            }
            for found in self.samples(&text, FileKind::of(&path)) {
                let line = lines.number(found.secret.start);
                let rows = by_line.get(&line).map_or(&[][..], Vec::as_slice);
                let place = lines.characters(line, found.secret.start, found.secret.end);
                if let Some(origin) = origin(rows, line, place, natural) {
                    out.push(Question {
                        features: found.features,
                        level: found.level,
                        origin,
                        group: rows
                            .first()
                            .map_or_else(|| repository(&path), |row| row.repository.clone()),
                    });
                }
            }
        }
        Ok(out)
    }

    /// Questions from a tree without secrets; each directory in it is a group.
    pub(crate) fn clean(&self, root: &Path) -> Vec<Question> {
        let mut out = Vec::new();
        for entry in walkdir::WalkDir::new(root).sort_by_file_name() {
            let Ok(entry) = entry else { continue };
            let big = entry.metadata().map_or(0, |m| m.len()) > 4 << 20;
            if !entry.file_type().is_file() || big {
                continue;
            }
            let Ok(text) = std::fs::read(entry.path()) else {
                continue;
            };
            if memchr::memchr(0, &text[..text.len().min(8192)]).is_some() {
                continue;
            }
            let inner = entry.path().strip_prefix(root).unwrap_or(entry.path());
            let group = inner.components().next().map_or_else(String::new, |first| {
                first.as_os_str().to_string_lossy().into_owned()
            });
            for found in self.samples(&text, FileKind::of(entry.path())) {
                out.push(Question {
                    features: found.features,
                    level: found.level,
                    origin: Origin::Clean,
                    group: group.clone(),
                });
            }
        }
        out
    }
}

/// `data/REPOSITORY/...`
fn repository(path: &Path) -> String {
    let part = path.components().nth(1);
    part.map_or_else(String::new, |p| {
        p.as_os_str().to_string_lossy().into_owned()
    })
}

/// What the rows of its line say of the value at `place`; none when they leave it open.
fn origin(rows: &[&Row], line: usize, place: (usize, usize), natural: bool) -> Option<Origin> {
    let overlaps = |row: &Row| match row.value {
        Some((from, to)) if row.first == row.last && row.first == line => {
            from < place.1 && place.0 < to
        }
        _ => true,
    };
    let on_value: Vec<&&Row> = rows.iter().filter(|row| overlaps(row)).collect();
    if let Some(row) = on_value.iter().find(|row| row.truth == 'T') {
        return match (row.identifier, natural) {
            (true, _) => None,
            (false, true) => Some(Origin::WordLike),
            (false, false) => Some(Origin::Secret),
        };
    }
    if natural || rows.iter().any(|row| row.truth == 'T') {
        return None;
    }
    match on_value.iter().map(|row| row.truth).max() {
        Some('X') => Some(Origin::Placeholder),
        Some(_) => Some(Origin::None),
        None => Some(Origin::Unlabelled),
    }
}

/// Where the lines of a text begin.
struct Lines<'a> {
    text: &'a [u8],
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    fn of(text: &'a [u8]) -> Lines<'a> {
        let ends = memchr::memchr_iter(b'\n', text).map(|at| at + 1);
        Lines {
            text,
            starts: std::iter::once(0).chain(ends).collect(),
        }
    }

    /// The number of the line in which `at` stands, from 1.
    fn number(&self, at: usize) -> usize {
        self.starts.partition_point(|&start| start <= at)
    }

    /// Offsets in characters of the bytes `from..to` in their line.
    fn characters(&self, line: usize, from: usize, to: usize) -> (usize, usize) {
        let start = self.starts[line - 1];
        let count = |end: usize| {
            String::from_utf8_lossy(&self.text[start..end])
                .chars()
                .count()
        };
        (count(from), count(to))
    }
}
