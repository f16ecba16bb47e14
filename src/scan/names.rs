//! Names as texts: what a file or directory is called, and what a symbolic
//! link points to. What is found in a name is also masked wherever the name is
//! told: in the place of every other finding, and of what was not examined.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use super::scanner::{Scanner, Worker};
use crate::base::content::SkipReason;
use crate::base::control::Control;
use crate::base::level::Class;
use crate::base::provenance::{GitPlace, Origin, Provenance};
use crate::base::span::Span;
use crate::judge::blob::Verdict;
use crate::judge::finding::Finding;
use crate::judge::outcome::{Outcome, Skip};
use crate::source::Unit;
use crate::source::walk::NAME as SHORTEST;

/// Names whose masks are remembered.
const REMEMBERED: usize = 4096;

/// What a worker knows of names it has met. The names are secrets until they
/// turn out not to be.
#[derive(Default)]
pub(super) struct Names(HashMap<Box<[u8]>, Option<String>>);

impl fmt::Debug for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Names({})", self.0.len())
    }
}

impl Scanner {
    /// Adds to the outcome of `unit` what stands in its name and, if it is a
    /// symbolic link, in what that points to.
    pub(super) fn names(&self, unit: &Unit, worker: &mut Worker, outcome: &mut Outcome) {
        let is_link = match unit {
            Unit::File(_) | Unit::Piped(_) | Unit::Folder(_) => false,
            Unit::Linked(_) | Unit::Unopened(_, SkipReason::Symlink) => true,
            _ => return,
        };
        let provenance = unit.provenance();
        let Origin::File { path, .. } = &provenance.origin else {
            return;
        };
        let mut add = |name: &[u8], part| {
            let verdict = self.name(name, part, &provenance, worker);
            outcome.dropped += verdict.drops.len() as u64;
            outcome.findings.extend(verdict.findings);
            outcome.hidden += verdict.hidden;
            outcome.allowed += verdict.allowed;
        };
        if let Some(name) = path.file_name() {
            add(name.as_encoded_bytes(), "[name]");
        }
        if is_link && let Ok(target) = std::fs::read_link(path) {
            add(target.as_os_str().as_encoded_bytes(), "[link]");
        }
    }

    /// Searches one name, which findings call `part`.
    fn name(
        &self,
        name: &[u8],
        part: &str,
        provenance: &Provenance,
        worker: &mut Worker,
    ) -> Verdict {
        if name.len() < SHORTEST {
            return Verdict::default();
        }
        let mut scan = self.blob_scan(Path::new(part));
        scan.whole(name, self.limits.window, &mut worker.memory);
        let place = || {
            let mut provenance = provenance.clone();
            provenance.inner.push(part.into());
            Arc::new(provenance)
        };
        self.verdict(scan, &place).0
    }

    /// Masks what is found in the names that `outcome` tells: of directories,
    /// of files, and of what containers hold.
    pub(super) fn mask_names(&self, outcome: &mut Outcome, worker: &mut Worker) {
        let mut last: Option<(Arc<Provenance>, Arc<Provenance>)> = None;
        let mut mask = |place: &mut Arc<Provenance>| {
            let known = last.as_ref().filter(|(from, _)| Arc::ptr_eq(from, place));
            let masked = match known {
                Some((_, masked)) => Arc::clone(masked),
                None => self.masked_place(place, worker),
            };
            last = Some((Arc::clone(place), Arc::clone(&masked)));
            *place = masked;
        };
        for finding in &mut outcome.findings {
            mask(&mut finding.provenance);
        }
        for skip in &mut outcome.skips {
            mask(&mut skip.provenance);
        }
        for skip in &mut outcome.skips {
            self.mask_gap(skip, worker);
        }
    }

    /// Masks the path of what was not examined in a repository. Those of
    /// findings there are masked where their stories are told.
    fn mask_gap(&self, skip: &mut Skip, worker: &mut Worker) {
        if let Origin::Git(place) = &skip.provenance.origin
            && let Some(path) = self.masked_path(&place.path, worker)
        {
            let place = GitPlace {
                path: path.into(),
                ..(**place).clone()
            };
            skip.provenance = Arc::new(Provenance {
                origin: Origin::Git(Arc::new(place)),
                inner: skip.provenance.inner.clone(),
            });
        }
    }

    /// The same for an outcome that no worker may have seen the end of. A name
    /// whose examination fails is not shown at all.
    pub fn mask_unexamined(&self, outcome: &mut Outcome, control: &Control) {
        let mut skips = outcome.skips.iter();
        let failed = skips.any(|skip| skip.reason == SkipReason::Panicked);
        if !failed && !control.is_cancelled() {
            return;
        }
        let mut worker = self.worker(0);
        let masked = catch_unwind(AssertUnwindSafe(|| self.mask_names(outcome, &mut worker)));
        if masked.is_err() {
            for skip in &mut outcome.skips {
                skip.provenance = Arc::new(Provenance::file("[name]"));
            }
        }
    }

    /// `path` as reports may show it: with what is found in its names masked.
    pub fn shown_path(&self, path: PathBuf) -> PathBuf {
        let masked = self.masked_path(&path, &mut self.worker(0));
        masked.unwrap_or(path)
    }

    fn masked_place(&self, place: &Arc<Provenance>, worker: &mut Worker) -> Arc<Provenance> {
        let shown = match &place.origin {
            Origin::File { path, shown: None } => self.masked_path(path, worker),
            _ => None,
        };
        let masked = |member: &Arc<str>| self.masked_name(member.as_bytes(), worker);
        let inner: Vec<Option<String>> = place.inner.iter().map(masked).collect();
        if shown.is_none() && inner.iter().all(Option::is_none) {
            return Arc::clone(place);
        }
        let mut place = (**place).clone();
        if let (Origin::File { shown: to, .. }, Some(shown)) = (&mut place.origin, shown) {
            *to = Some(shown.into());
        }
        for (member, masked) in place.inner.iter_mut().zip(inner) {
            if let Some(masked) = masked {
                *member = masked.into();
            }
        }
        Arc::new(place)
    }

    /// `path` with what is found in its names masked, if anything is.
    pub(super) fn masked_path(&self, path: &Path, worker: &mut Worker) -> Option<PathBuf> {
        let mut masked = PathBuf::new();
        let mut is_other = false;
        for component in path.components() {
            let name = match component {
                Component::Normal(name) => self.masked_name(name.as_encoded_bytes(), worker),
                _ => None,
            };
            is_other |= name.is_some();
            match name {
                Some(name) => masked.push(name),
                None => masked.push(component),
            }
        }
        is_other.then_some(masked)
    }

    /// `name` with what is found in it masked, if anything is.
    pub(super) fn masked_name(&self, name: &[u8], worker: &mut Worker) -> Option<String> {
        if name.len() < SHORTEST {
            return None;
        }
        if let Some(known) = worker.names.0.get(name) {
            return known.clone();
        }
        let place = Provenance::file("name");
        let findings = self.name(name, "[name]", &place, worker).findings;
        let masked = masked(name, &findings);
        let Names(names) = &mut worker.names;
        if names.len() >= REMEMBERED {
            names.clear();
        }
        names.insert(name.into(), masked.clone());
        masked
    }
}

/// `text` with the values of `findings`, which are its own, masked: one star
/// for each character. A value that is written in some other way is masked as
/// it is written.
pub(super) fn masked(text: &[u8], findings: &[Finding]) -> Option<String> {
    let is_told = |finding: &&Finding| {
        let class = finding.rule.class;
        !matches!(class, Class::Marking | Class::Document)
    };
    let spans: Vec<Span> = findings.iter().filter(is_told).flat_map(spans).collect();
    if spans.is_empty() {
        return None;
    }
    let mut out = Vec::with_capacity(text.len());
    for (at, &byte) in text.iter().enumerate() {
        if !spans
            .iter()
            .any(|span| (span.start..span.end).contains(&at))
        {
            out.push(byte);
        } else if byte & 0xC0 != 0x80 {
            out.push(b'*');
        }
    }
    Some(String::from_utf8_lossy(&out).into_owned())
}

fn spans(finding: &Finding) -> Vec<Span> {
    match &finding.amount {
        Some(amount) => amount.places.iter().map(|place| place.span).collect(),
        None => vec![finding.place.span],
    }
}

/// Of the findings from `first` on, which stand in `names`, drops those in the
/// name of a directory that an earlier one told of.
pub(super) fn tell_once(names: &str, findings: &mut Vec<Finding>, first: usize) {
    let mut told = HashSet::new();
    let mut index = 0;
    findings.retain(|finding| {
        index += 1;
        if index <= first || finding.amount.is_some() {
            return true;
        }
        let names = names.as_bytes();
        let at = finding.place.span.end.min(names.len());
        let (before, after) = names.split_at(at);
        let line = before.iter().rposition(|&byte| byte == b'\n');
        let rest = after.iter().position(|byte| b"/\n".contains(byte));
        let end = at + rest.unwrap_or(after.len());
        let is_folder = names.get(end) == Some(&b'/');
        let way = &names[line.map_or(0, |line| line + 1)..end];
        !is_folder || told.insert((finding.rule.id.to_string(), finding.place.start.column, way))
    });
}
