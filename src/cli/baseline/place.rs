//! Where a baseline is, and what stands in it.

use std::path::PathBuf;

use super::Which;
use crate::cli::exit::Exit;
use crate::cli::settings::stop;
use crate::cli::words::{BASELINE, Project};
use crate::judge::key::Keyer;
use crate::record::baseline::{Accept, Baseline, Difference, Entry};
use crate::record::plain;

/// A baseline's file.
pub(in crate::cli) struct Place {
    path: PathBuf,
    name: String,
}

impl Place {
    /// The one that is meant.
    pub(in crate::cli) fn of(which: &Which, project: &Project) -> Place {
        let path = which
            .file
            .as_ref()
            .map_or_else(|| project.file(BASELINE), |file| project.here.join(file));
        Place {
            name: project.shown(&path),
            path,
        }
    }

    /// What stands in it; `None` when there is none.
    fn read(&self) -> Result<Option<Baseline>, Exit> {
        let text = plain::read(&self.path);
        let text = text.map_err(|error| stop(&format!("cannot read {}: {error}", self.name)))?;
        let Some(text) = text else { return Ok(None) };
        let baseline = Baseline::parse(&text);
        // What is not understood may be somebody's work.
        if let Some((line, why)) = baseline.faults.first() {
            let text = format!("{}:{line}: {why}; mend or remove the line first", self.name);
            return Err(stop(&text));
        }
        Ok(Some(baseline))
    }

    /// What stands in it, made with the project key of `keyer`.
    ///
    /// # Errors
    /// There is none, it is not understood, or its key is another one.
    pub(super) fn open(&self, keyer: &Keyer) -> Result<Baseline, Exit> {
        let none = || {
            stop(&format!(
                "there is no baseline {}; `stanch baseline create` writes one",
                self.name
            ))
        };
        let baseline = self.read()?.ok_or_else(none)?;
        if !baseline.is_keyed_by(keyer) {
            return Err(stop(&format!(
                "{} was made with another project key; set the same `STANCH_KEY`",
                self.name
            )));
        }
        Ok(baseline)
    }

    /// Writes `baseline`, whose keys `keyer` made.
    ///
    /// # Errors
    /// It cannot be written; this has been told.
    pub(super) fn write(&self, baseline: &Baseline, keyer: &Keyer) -> Result<(), Exit> {
        plain::write(&self.path, &baseline.text(keyer))
            .map_err(|error| stop(&format!("cannot write {}: {error}", self.name)))
    }

    /// Adds `entries` to what stands in it.
    pub(in crate::cli) fn add(&self, entries: Vec<Entry>, keyer: &Keyer) -> Result<(), Exit> {
        let before = self.read()?.unwrap_or_default();
        let difference = Difference {
            new: entries,
            ..Difference::default()
        };
        self.write(&difference.applied(&before, Accept::New), keyer)
    }

    /// True when there is one.
    pub(super) fn exists(&self) -> bool {
        self.path.exists()
    }

    /// What it is called.
    pub(in crate::cli) fn name(&self) -> &str {
        &self.name
    }
}
