//! Findings of a history, put together: the same secret in many versions of a
//! file is one finding, and tells when it came and whether it left.
//!
//! Which commit brought a content is asked only once all findings are known,
//! and only for these. Until then they wait here.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use crate::base::control::Control;
use crate::base::provenance::{GitCommit, GitLife, GitPart, GitPlace, Origin, Provenance};
use crate::judge::finding::Finding;
use crate::scan::scanner::Scanner;
use crate::source::git::History;
use crate::source::git::history::{Story, Want};

/// Findings of one secret at one path that are kept whole; of more, only the
/// object is.
const WHOLE: usize = 8;

/// References that a finding names; others are counted.
const REFERENCES: usize = 8;

/// Further paths that a finding names.
const OTHER_PATHS: usize = 8;

/// What identifies findings that belong together: rule, key, and path.
type Group = (Arc<str>, String, Arc<Path>);

/// Findings of a history that wait for the end of the scan.
#[derive(Debug, Default)]
pub struct Waiting {
    groups: BTreeMap<Group, Members>,
    /// Findings in files beside the objects: logs, configuration.
    beside: Vec<Finding>,
}

#[derive(Debug, Default)]
struct Members {
    /// Some findings, in the order in which they came.
    whole: Vec<Finding>,
    /// All objects in which it was found.
    objects: BTreeSet<Arc<str>>,
}

/// True where nobody wants to hear of findings: at this path, of this value.
pub type Harmless<'a> = dyn Fn(&Finding, &Path) -> bool + 'a;

/// What there is to report at the end.
#[derive(Debug, Default)]
pub struct Settled {
    /// Findings, the oldest first.
    pub findings: Vec<Finding>,
    /// Findings that only stood where they are declared harmless.
    pub allowed: u64,
}

impl Waiting {
    /// Takes `finding`.
    pub fn take(&mut self, finding: Finding) {
        let Some(place) = finding.provenance.git_place() else {
            self.beside.push(finding);
            return;
        };
        let group = (
            Arc::clone(&finding.rule.id.0),
            finding.key.0.clone(),
            Arc::clone(&place.path),
        );
        let object = Arc::clone(&place.object);
        let members = self.groups.entry(group).or_default();
        if members.objects.insert(object) && members.whole.len() < WHOLE {
            members.whole.push(finding);
        }
    }

    /// Asks `history` for the stories of all findings, and puts together what
    /// belongs together. `harmless` is asked for every path of a finding.
    pub fn settle(
        self,
        history: &History,
        scanner: &Scanner,
        control: &Control,
        harmless: &Harmless<'_>,
    ) -> Settled {
        let mut wants = Vec::new();
        let mut numbers = HashMap::new();
        for members in self.groups.values() {
            for want in members.wants() {
                numbers.entry(want.clone()).or_insert_with(|| {
                    wants.push(want);
                    wants.len() - 1
                });
            }
        }
        let stories = history.stories(&wants, control);
        let story = |want: &Want| numbers.get(want).map(|&number| &stories[number]);
        let mut merged: BTreeMap<Group, Merged> = BTreeMap::new();
        for ((rule, key, path), members) in self.groups {
            // Where a content stood first is known only now.
            let first = members.first(&story);
            let path = first.and_then(|story| story.path.clone()).unwrap_or(path);
            merged
                .entry((rule, key, path))
                .or_default()
                .join(members, &story);
        }
        let mut settled = Settled {
            findings: fold(self.beside, &mut merged),
            allowed: 0,
        };
        let mut worker = scanner.worker(0);
        let mut sorted: Vec<(usize, Finding)> = Vec::new();
        for ((_, _, path), group) in merged {
            match group.finish(&path, harmless) {
                Some((order, mut finding)) => {
                    if let Some(place) = finding.provenance.git_place() {
                        let place = scanner.mask_place(place, &mut worker);
                        finding.provenance = Arc::new(Provenance::git(place));
                    }
                    sorted.push((order, finding));
                }
                None => settled.allowed += 1,
            }
        }
        sorted.sort_by(|(a, x), (b, y)| {
            let place = |finding: &Finding| (Arc::clone(&finding.provenance), finding.place);
            (a, place(x), &x.rule.id).cmp(&(b, place(y), &y.rule.id))
        });
        settled
            .findings
            .extend(sorted.into_iter().map(|(_, finding)| finding));
        settled
    }
}

/// Adds findings beside the objects to those of objects that say the same: a
/// log repeats what commits say, and an index what directories do. Returns the rest.
fn fold(beside: Vec<Finding>, merged: &mut BTreeMap<Group, Merged>) -> Vec<Finding> {
    let mut known: HashMap<(Arc<str>, String), Group> = HashMap::new();
    for group in merged.keys() {
        let same = (Arc::clone(&group.0), value_of(&group.1).to_owned());
        known.entry(same).or_insert_with(|| group.clone());
    }
    let mut rest = Vec::new();
    for finding in beside {
        let rule = Arc::clone(&finding.rule.id.0);
        let same = (rule, value_of(&finding.key.0).to_owned());
        match known.get(&same).and_then(|group| merged.get_mut(group)) {
            Some(group) => {
                group.beside.insert(finding.provenance.path().into());
            }
            None => rest.push(finding),
        }
    }
    rest
}

/// The part of a finding key that stands for the value: equal values of one
/// file have numbers behind it.
fn value_of(key: &str) -> &str {
    key.split_once('-').map_or(key, |(value, _)| value)
}

fn want_of(place: &GitPlace, object: &Arc<str>) -> Want {
    match place.part {
        GitPart::Name => Want::Name(
            place
                .path
                .file_name()
                .unwrap_or_default()
                .as_encoded_bytes()
                .to_vec(),
        ),
        _ => Want::Object(Arc::clone(object)),
    }
}

impl Members {
    fn wants(&self) -> Vec<Want> {
        let Some(place) = self
            .whole
            .first()
            .and_then(|finding| finding.provenance.git_place())
        else {
            return Vec::new();
        };
        self.objects
            .iter()
            .map(|object| want_of(place, object))
            .collect()
    }

    /// The story of the object that came first.
    fn first<'s>(&self, story: &impl Fn(&Want) -> Option<&'s Story>) -> Option<&'s Story> {
        self.wants()
            .iter()
            .filter_map(story)
            .min_by_key(|story| story.order)
    }
}

/// Findings that are one.
#[derive(Debug, Default)]
struct Merged {
    /// The finding that is shown, and when it came.
    shown: Option<(usize, Finding)>,
    first: Option<Story>,
    removed: Option<(usize, Arc<GitCommit>)>,
    in_head: bool,
    versions: HashSet<Want>,
    paths: BTreeSet<Arc<Path>>,
    more_paths: bool,
    /// Files beside the objects that say the same.
    beside: BTreeSet<Arc<Path>>,
}

impl Merged {
    fn join<'s>(&mut self, members: Members, story: &impl Fn(&Want) -> Option<&'s Story>) {
        for want in members.wants() {
            let Some(story) = story(&want) else { continue };
            self.in_head |= story.in_head;
            self.more_paths |= story.more_paths;
            self.paths.extend(story.paths.iter().cloned());
            let later = |now: &Option<(usize, _)>, then: usize| {
                now.as_ref().is_none_or(|(at, _)| *at < then)
            };
            if let Some((at, commit)) = &story.removed
                && later(&self.removed, *at)
            {
                self.removed = Some((*at, Arc::clone(commit)));
            }
            if self
                .first
                .as_ref()
                .is_none_or(|first| story.order < first.order)
            {
                self.first = Some(story.clone());
            }
            self.versions.insert(want);
        }
        for finding in members.whole {
            let order = finding
                .provenance
                .git_place()
                .and_then(|place| story(&want_of(place, &place.object)))
                .map_or(usize::MAX, |story| story.order);
            if self.shown.as_ref().is_none_or(|(shown, _)| order < *shown) {
                self.shown = Some((order, finding));
            }
        }
    }

    /// The finding with what is known of it; `None` when it is harmless
    /// wherever it stood.
    fn finish(self, path: &Arc<Path>, harmless: &Harmless<'_>) -> Option<(usize, Finding)> {
        let (_, mut finding) = self.shown?;
        let mut paths = self.paths;
        let everywhere = !self.more_paths
            && harmless(&finding, path)
            && paths.iter().all(|path| harmless(&finding, path));
        if everywhere {
            return None;
        }
        paths.remove(path);
        let first = self.first.unwrap_or_default();
        let references = first.references;
        let life = GitLife {
            in_head: self.in_head,
            removed: self
                .removed
                .map(|(_, commit)| commit)
                .filter(|_| !self.in_head),
            more_references: references.len().saturating_sub(REFERENCES),
            references: references.into_iter().take(REFERENCES).collect(),
            versions: self.versions.len(),
            other_paths: paths
                .into_iter()
                .chain(self.beside)
                .take(OTHER_PATHS)
                .collect(),
        };
        if let Origin::Git(place) = &finding.provenance.origin {
            let place = GitPlace {
                path: Arc::clone(path),
                commit: first.introduced,
                life: Some(Arc::new(life)),
                ..(**place).clone()
            };
            finding.provenance = Arc::new(Provenance {
                origin: Origin::Git(Arc::new(place)),
                inner: finding.provenance.inner.clone(),
            });
        }
        Some((first.order, finding))
    }
}
