//! Records a run in a ledger, finding by finding, and heeds what it says of them.

use std::io;
use std::path::{Path, PathBuf};

use super::present::{exit_of, open_or_make, refuse};
use crate::base::level::{Confidence, Severity};
use crate::base::provenance::{Origin, Provenance};
use crate::cli::args::{Global, ScanArgs};
use crate::cli::exit::Exit;
use crate::cli::keep::{Unkept, absolute};
use crate::cli::message;
use crate::cli::scan::Plan;
use crate::cli::words::{self, Deciders, Project};
use crate::judge::finding::Finding;
use crate::judge::key::is_key;
use crate::judge::outcome::{RunInfo, Skip, Summary};
use crate::judge::status::{Means, Status as Standing};
use crate::record::books::{Authority, IgnoreBook};
use crate::record::ignore::{About, Entry, IgnoreFile};
use crate::record::ledger::words::Said;
use crate::record::ledger::write::{Allowed, Begun, Covered, Ended, Recording, Sighting};
use crate::record::ledger::{Ledger, LedgerError};
use crate::report::Reporter;
use crate::report::model::{FindingModel, ToolModel};

/// Records the run that `plan` describes in the ledger at `file`.
///
/// # Errors
/// It cannot be opened; this has been told.
pub(in crate::cli) fn recorder(
    file: &Path,
    args: &ScanArgs,
    plan: &Plan,
    deciders: &mut Deciders,
    global: &Global,
) -> Result<Box<dyn Reporter>, Exit> {
    let ledger = open_or_make(file)?;
    let project = Project::find(global)?;
    let said = ledger.words().map_err(|error| refuse(&error))?;
    deciders.books.add(IgnoreBook {
        name: file.display().to_string(),
        file: heeded(said),
        authority: Authority::Obeyed,
        locks: words::locks_on_project(&plan.settings),
        means: Means::Ledger,
    });
    if let Some(run) = ledger.unfinished().map_err(|error| refuse(&error))? {
        message::warning(&format!(
            "run {run} in {} did not end, or goes on elsewhere",
            file.display()
        ));
    }
    Ok(Box::new(Recorder {
        ledger: Some(ledger),
        recording: None,
        place: Place {
            here: project.here,
            repository: plan.run.targets.first().cloned().unwrap_or_default(),
        },
        covered: covered(args)
            .into_iter()
            .map(|target| plan.scanner.shown_path(target))
            .collect(),
        except: Vec::new(),
    }))
}

/// What people said of findings, as entries of an ignore file.
fn heeded(said: Vec<Said>) -> IgnoreFile {
    let said = said.into_iter().filter(|said| is_key(&said.key));
    let entry = |said: Said| Entry {
        about: About::Key(said.key),
        rule: None,
        until: said.until,
        owner: said.owner,
        reason: said.note.unwrap_or(said.status),
    };
    IgnoreFile {
        entries: said.map(|said| (0, entry(said))).collect(),
        faults: Vec::new(),
    }
}

/// The targets whose every file is looked at; none when something else is scanned.
fn covered(args: &ScanArgs) -> Vec<PathBuf> {
    #[cfg(feature = "git")]
    if args.git.is_given() {
        return Vec::new();
    }
    if args.stdin_path.is_some() {
        return Vec::new();
    }
    if args.targets.is_empty() && args.files_from.is_none() {
        return vec![PathBuf::from(".")];
    }
    args.targets.clone()
}

/// How places are written.
struct Place {
    here: PathBuf,
    repository: String,
}

/// Records a run.
struct Recorder {
    /// Until the run begins.
    ledger: Option<Ledger>,
    /// While it goes on.
    recording: Option<Recording>,
    place: Place,
    covered: Vec<PathBuf>,
    /// What was not examined whole.
    except: Vec<String>,
}

impl Reporter for Recorder {
    fn begin(&mut self, run: &RunInfo) -> io::Result<()> {
        let Some(ledger) = self.ledger.take() else {
            return Ok(());
        };
        let begun = Begun {
            program: format!("{} {}", ToolModel::THIS.name, ToolModel::THIS.version),
            rules: run.rules_digest.clone(),
            targets: run.targets.iter().map(|t| self.place.target(t)).collect(),
        };
        self.recording = Some(ledger.record(&begun).map_err(|error| unkept(&error))?);
        Ok(())
    }

    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        let sighting = self.place.sighting(finding);
        match &mut self.recording {
            Some(recording) => recording.take(sighting).map_err(|error| unkept(&error)),
            None => Ok(()),
        }
    }

    fn skip(&mut self, skip: &Skip) -> io::Result<()> {
        if matches!(skip.provenance.origin, Origin::File { .. }) {
            let path = self.place.path(&skip.provenance);
            self.except.push(path);
        }
        Ok(())
    }

    fn end(&mut self, summary: &Summary) -> io::Result<()> {
        let Some(recording) = self.recording.take() else {
            return Ok(());
        };
        let outcome = if summary.interrupted {
            "interrupted"
        } else if summary.is_complete() {
            "complete"
        } else {
            "incomplete"
        };
        let ended = Ended {
            outcome,
            units: [
                summary.enumerated,
                summary.scanned,
                summary.partial,
                summary.skipped,
                summary.failed,
                summary.reused,
            ],
            bytes: summary.bytes,
            findings: summary.findings,
        };
        let here = &self.place.here;
        let targets = self.covered.iter().map(|target| {
            let target = absolute(here, target);
            target.to_string_lossy().into_owned()
        });
        let covered = Covered {
            targets: targets.collect(),
            except: std::mem::take(&mut self.except),
        };
        recording
            .end(&ended, &covered)
            .map_err(|error| unkept(&error))
            .map(drop)
    }
}

impl Place {
    /// A target as the ledger writes it.
    fn target(&self, target: &str) -> String {
        if target == "-" {
            return target.to_owned();
        }
        let path = absolute(&self.here, Path::new(target));
        path.to_string_lossy().into_owned()
    }

    /// The path of what is at `provenance`, with members of containers.
    fn path(&self, provenance: &Provenance) -> String {
        let mut whole = (*provenance).clone();
        if let Origin::File { path, shown } = &mut whole.origin {
            *path = absolute(&self.here, path).into();
            *shown = shown
                .take()
                .map(|shown| absolute(&self.here, &shown).into());
        }
        whole.display()
    }

    fn sighting(&self, finding: &Finding) -> Sighting {
        let model = FindingModel::from(finding);
        let members = model.blob.members.iter();
        let inside: String = members.flat_map(|member| ["!", member.as_str()]).collect();
        let path = match model.blob.source {
            "file" => {
                let path = absolute(&self.here, Path::new(&model.blob.path));
                path.to_string_lossy().into_owned()
            }
            "git" => format!("{}:{}", self.target(&self.repository), model.blob.path),
            _ => model.blob.path.clone(),
        };
        let git = model.git.as_ref();
        Sighting {
            key: finding.key.0.clone(),
            rule: finding.rule.id.as_str().to_owned(),
            severity: rank(Severity::ALL, finding.severity),
            confidence: rank(Confidence::ALL, finding.confidence),
            source: model.blob.source,
            path: path + &inside,
            at: (finding.place.start.line, finding.place.start.column),
            origin: git.and_then(|git| git.commit.as_ref().map(|commit| commit.id.clone())),
            allowed: match &finding.standing.status {
                Standing::Allowed { by } if by.means != Means::Ledger => Allowed::Yes,
                _ => Allowed::No,
            },
        }
    }
}

/// The position of a level among all of them, from one.
fn rank<T: Copy + PartialOrd>(all: &[T], level: T) -> u8 {
    let below = all.iter().filter(|other| **other <= level).count();
    u8::try_from(below).unwrap_or(u8::MAX)
}

fn unkept(error: &LedgerError) -> io::Error {
    Unkept {
        exit: exit_of(error),
        message: error.to_string(),
    }
    .into()
}
