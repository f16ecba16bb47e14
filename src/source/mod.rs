//! Where bytes come from: sources enumerate units, units open into readers.

pub mod chain;
pub mod exclude;
pub mod files;
#[cfg(feature = "git")]
pub mod git;
pub mod list;
pub mod open;
pub mod publish;
pub mod walk;
pub mod window;

use std::fmt;
use std::ops::ControlFlow;
use std::path::PathBuf;

use crate::base::content::SkipReason;
use crate::base::control::Control;
use crate::base::provenance::Provenance;

/// A promise of bytes. Cheap to queue; holds no content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A regular file, as far as the listing could tell. Should a symbolic
    /// link stand there by the time it is opened, it is not followed.
    File(PathBuf),
    /// A file behind a symbolic link that is to be followed: the user named
    /// the link itself, or asked for links to be followed.
    Linked(PathBuf),
    /// A directory that is entered: nothing to open, but it has a name. It
    /// counts as no unit in the account.
    Folder(PathBuf),
    /// Standard input, under the name to report.
    Stdin(String),
    /// Standard input in a file's place: what an editor has not saved yet.
    Piped(PathBuf),
    /// Something a git repository holds.
    #[cfg(feature = "git")]
    Git(git::GitUnit),
    /// Something met while listing that will not be opened: it only has to be accounted for.
    Unopened(Provenance, SkipReason),
}

impl Unit {
    /// Where the unit's content comes from.
    pub fn provenance(&self) -> Provenance {
        match self {
            Unit::File(path) | Unit::Linked(path) | Unit::Piped(path) | Unit::Folder(path) => {
                Provenance::file(path)
            }
            Unit::Stdin(name) => Provenance::stdin(name),
            #[cfg(feature = "git")]
            Unit::Git(unit) => unit.provenance(),
            Unit::Unopened(provenance, _) => provenance.clone(),
        }
    }

    /// How many units it stands for in the account: objects of a history are
    /// handed out many at a time.
    pub fn count(&self) -> u64 {
        match self {
            #[cfg(feature = "git")]
            Unit::Git(unit) => unit.count(),
            Unit::Folder(_) => 0,
            _ => 1,
        }
    }
}

/// Receives units; breaking stops the enumeration.
pub type Emit<'a> = dyn FnMut(Unit) -> ControlFlow<()> + Send + 'a;

/// Enumerates the units of targets, always in the same order for the same tree.
pub trait Source: Send + Sync + fmt::Debug {
    /// Emits every unit this source can see, until `emit` breaks or the run is cancelled.
    fn enumerate(&self, control: &Control, emit: &mut Emit<'_>);
}

impl<S: Source + ?Sized> Source for std::sync::Arc<S> {
    fn enumerate(&self, control: &Control, emit: &mut Emit<'_>) {
        (**self).enumerate(control, emit);
    }
}
