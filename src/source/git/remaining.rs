//! Changes, without those of files that are left out by configuration.

use super::unit::GitUnit;
use crate::base::content::SkipReason;
use crate::base::control::Control;
use crate::source::exclude::Excludes;
use crate::source::{Emit, Source, Unit};

/// A source of changes, of which some are left out.
#[derive(Debug)]
pub struct Remaining {
    changes: Box<dyn Source>,
    excludes: Excludes,
}

impl Remaining {
    /// Leaves out of `changes` the files that `excludes` name.
    pub fn new(changes: Box<dyn Source>, excludes: Excludes) -> Remaining {
        Remaining { changes, excludes }
    }
}

impl Source for Remaining {
    fn enumerate(&self, control: &Control, emit: &mut Emit<'_>) {
        self.changes.enumerate(control, &mut |unit| {
            if let Unit::Git(GitUnit::Change(_)) = &unit {
                let provenance = unit.provenance();
                if let Some(pattern) = self.excludes.pattern_above(provenance.path()) {
                    let reason = SkipReason::Excluded(pattern.to_owned());
                    return emit(Unit::Unopened(provenance, reason));
                }
            }
            emit(unit)
        });
    }
}
