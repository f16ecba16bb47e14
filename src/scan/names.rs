//! Names as texts: what a file is called, and what a symbolic link points to.

use std::path::Path;
use std::sync::Arc;

use super::scanner::{Scanner, Worker};
use crate::base::content::SkipReason;
use crate::base::provenance::{Origin, Provenance};
use crate::judge::blob::Verdict;
use crate::judge::outcome::Outcome;
use crate::source::Unit;

/// Bytes that a name has at least which could hold anything.
const SHORTEST: usize = 12;

impl Scanner {
    /// Adds to the outcome of `unit` what stands in its name and, if it is a
    /// symbolic link, in what that points to.
    pub(super) fn names(&self, unit: &Unit, worker: &mut Worker, outcome: &mut Outcome) {
        let is_link = match unit {
            Unit::File(_) | Unit::Piped(_) => false,
            Unit::Linked(_) | Unit::Unopened(_, SkipReason::Symlink) => true,
            _ => return,
        };
        let provenance = unit.provenance();
        let Origin::File { path, .. } = &provenance.origin else {
            return;
        };
        if let Some(name) = path.file_name() {
            self.name(
                name.as_encoded_bytes(),
                "[name]",
                &provenance,
                worker,
                outcome,
            );
        }
        if is_link && let Ok(target) = std::fs::read_link(path) {
            let target = target.as_os_str().as_encoded_bytes();
            self.name(target, "[link]", &provenance, worker, outcome);
        }
    }

    /// Searches one name, which findings call `part`.
    fn name(
        &self,
        name: &[u8],
        part: &str,
        provenance: &Provenance,
        worker: &mut Worker,
        outcome: &mut Outcome,
    ) {
        if name.len() < SHORTEST {
            return;
        }
        let mut scan = self.blob_scan(Path::new(part));
        scan.whole(name, self.limits.window, &mut worker.memory);
        let place = || {
            let mut provenance = provenance.clone();
            provenance.inner.push(part.into());
            Arc::new(provenance)
        };
        let (verdict, _) = self.verdict(scan, &place);
        let Verdict {
            findings,
            hidden,
            allowed,
            drops,
            ..
        } = verdict;
        outcome.dropped += drops.len() as u64;
        outcome.findings.extend(findings);
        outcome.hidden += hidden;
        outcome.allowed += allowed;
    }
}
