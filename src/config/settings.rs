//! The settings in force: nothing missing, everything with its origin.

use std::fmt;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use crate::base::level::{Confidence, Severity};
use crate::base::limits::Limits;
use crate::base::secret::Secret;
use crate::config::file::{Obey, When};
use crate::detect::generic::Learned;
use crate::judge::reuse::Check;
use crate::report::output::Format;
use crate::rules::file::Quantity;
use crate::rules::select::{Classes, IdGlob, Preview, Selection};

/// Who has the say, the weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Layer {
    /// The product.
    Default,
    /// The organisation's file; what it fixes nobody else changes.
    Organisation,
    /// The user's own file: taste only.
    User,
    /// The project's file, or the one named in its place.
    Project,
    /// An environment variable.
    Environment,
    /// A command line option.
    Flag,
}

/// Where a value was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// Who wrote it.
    pub layer: Layer,
    /// File, variable or option.
    pub name: Arc<str>,
    /// The text it stands in.
    pub source: Arc<str>,
    /// Its bytes in `source`.
    pub span: Range<usize>,
}

impl Origin {
    /// The product's own value.
    pub fn default_value() -> Origin {
        Origin::new(Layer::Default, "default", "")
    }

    /// The whole of `source`, which a variable or an option called `name` holds.
    pub fn new(layer: Layer, name: &str, source: &str) -> Origin {
        Origin {
            layer,
            name: name.into(),
            source: source.into(),
            span: 0..source.len(),
        }
    }

    /// The same text, narrowed to `span`.
    #[must_use]
    pub fn at(&self, span: Range<usize>) -> Origin {
        Origin {
            span,
            ..self.clone()
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        if matches!(
            self.layer,
            Layer::Organisation | Layer::User | Layer::Project
        ) {
            let before = &self.source.as_bytes()[..self.span.start.min(self.source.len())];
            write!(f, ":{}", memchr::memchr_iter(b'\n', before).count() + 1)?;
        }
        Ok(())
    }
}

/// A value and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Set<T> {
    /// The value.
    pub value: T,
    /// Where it was written.
    pub origin: Origin,
}

impl<T> Set<T> {
    /// The product's own value.
    pub fn default_value(value: T) -> Set<T> {
        Set {
            value,
            origin: Origin::default_value(),
        }
    }
}

/// Everything a scan needs to be told. Lists hold what all layers say together;
/// single values hold what the strongest layer says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Leave out what `.gitignore` leaves out. Default: no.
    pub respect_gitignore: Set<bool>,
    /// Follow symbolic links. Default: no.
    pub follow_symlinks: Set<bool>,
    /// Search what is encoded in text. Default: yes.
    pub decode: Set<bool>,
    /// Worker threads; zero, the default, is one per processor.
    pub threads: Set<usize>,
    /// Paths to leave out, as globs.
    pub exclude: Vec<Set<String>>,
    /// Lowest confidence that is shown. Default: medium.
    pub min_confidence: Set<Confidence>,
    /// Lowest severity that makes the scan fail. Default: low.
    pub fail_on: Set<Severity>,
    /// Skip codes that do not make the scan incomplete.
    pub allow_incomplete: Vec<Set<String>>,
    /// What opening the containers of one file may cost; the last word counts.
    pub unpack_limits: Vec<Set<String>>,
    /// Rule files of the user's own; those of a file are relative to it.
    pub rule_files: Vec<Set<PathBuf>>,
    /// Classes of rules that are on; none is those of everyday use.
    pub classes: Vec<Set<String>>,
    /// Rules that are off.
    pub disable: Vec<Set<IdGlob>>,
    /// Rules that are on whatever `disable` says.
    pub enable: Vec<Set<IdGlob>>,
    /// Severities by id.
    pub severity: Vec<Set<(IdGlob, Severity)>>,
    /// Use rules on trial, too. Default: no.
    pub preview: Set<bool>,
    /// Quantities by id.
    pub quantity: Vec<Set<(IdGlob, Quantity)>>,
    /// Let the learned score have a say in generic findings. Default: yes.
    pub learned: Set<bool>,
    /// Whole secrets that are harmless, joined.
    pub allow_values: Vec<Set<Secret>>,
    /// Paths whose findings are harmless, as globs.
    pub allow_paths: Vec<Set<String>>,
    /// Fragments that make a secret harmless, matched without case.
    pub stop_words: Vec<Set<String>>,
    /// The index of protected documents, if there is one.
    pub register_index: Option<Set<PathBuf>>,
    /// The file with the register key.
    pub register_key_file: Option<Set<PathBuf>>,
    /// The command that prints the register key.
    pub register_key_command: Option<Set<String>>,
    /// Where comments beside findings are obeyed. Default: in the project's own tree.
    pub comments: Set<Obey>,
    /// Other scanners whose comments are obeyed as well. Default: none.
    pub honour: Vec<Set<String>>,
    /// Ignore files beside the project's own; those of a file are relative to it.
    pub ignore_files: Vec<Set<PathBuf>>,
    /// Baselines; those of a file are relative to it.
    pub baselines: Vec<Set<PathBuf>>,
    /// Rules that nobody weaker silences.
    pub locked: Vec<Set<IdGlob>>,
    /// Keys that nobody weaker sets.
    pub fixed: Vec<Set<String>>,
    /// Which commands use verdicts of earlier scans; `auto`, the default, is sweeps.
    pub cache_use: Set<When>,
    /// The folder with them; that of a file is relative to it.
    pub cache_dir: Option<Set<PathBuf>>,
    /// Most bytes they take.
    pub cache_size: Option<Set<String>>,
    /// Whether files are read to tell whether they are known. Default: by their state.
    pub cache_check: Set<Check>,
    /// The ledger of sweeps; that of a file is relative to it.
    pub ledger_path: Option<Set<PathBuf>>,
    /// When to use colour. Default: on a terminal.
    pub color: Set<When>,
    /// Report format. Default: text.
    pub format: Set<Format>,
    /// When to show progress. Default: on a terminal.
    pub progress: Set<When>,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            respect_gitignore: Set::default_value(false),
            follow_symlinks: Set::default_value(false),
            decode: Set::default_value(true),
            threads: Set::default_value(0),
            exclude: Vec::new(),
            min_confidence: Set::default_value(Confidence::Medium),
            fail_on: Set::default_value(Severity::Low),
            allow_incomplete: Vec::new(),
            unpack_limits: Vec::new(),
            rule_files: Vec::new(),
            classes: Vec::new(),
            disable: Vec::new(),
            enable: Vec::new(),
            severity: Vec::new(),
            preview: Set::default_value(false),
            quantity: Vec::new(),
            learned: Set::default_value(true),
            allow_values: Vec::new(),
            allow_paths: Vec::new(),
            stop_words: Vec::new(),
            register_index: None,
            register_key_file: None,
            register_key_command: None,
            comments: Set::default_value(Obey::Trusted),
            honour: Vec::new(),
            ignore_files: Vec::new(),
            baselines: Vec::new(),
            locked: Vec::new(),
            fixed: Vec::new(),
            cache_use: Set::default_value(When::Auto),
            cache_dir: None,
            cache_size: None,
            cache_check: Set::default_value(Check::Status),
            ledger_path: None,
            color: Set::default_value(When::Auto),
            format: Set::default_value(Format::Text),
            progress: Set::default_value(When::Auto),
        }
    }
}

impl Settings {
    /// What a scan may spend. Limits that are none were reported before.
    pub fn limits(&self) -> Limits {
        let mut limits = Limits::default();
        for limit in &self.unpack_limits {
            let _ = limits.unpack.set(&limit.value);
        }
        limits.decode = if self.decode.value {
            limits.decode.min(limits.unpack.depth)
        } else {
            0
        };
        limits
    }

    /// Whether the learned score has a say.
    pub fn learned(&self) -> Learned {
        if self.learned.value {
            Learned::BuiltIn
        } else {
            Learned::Off
        }
    }

    /// What the settings say about rules.
    pub fn selection(&self) -> Selection {
        let mut selection = self.selection_by(|_| true);
        let locked = self.locked.iter();
        let locked = locked.filter(|set| set.origin.layer < Layer::User);
        let locked: Vec<IdGlob> = locked.map(|set| set.value.clone()).collect();
        if !locked.is_empty() {
            let strong = self.selection_by(|layer| layer < Layer::User);
            selection.protected = Some((locked, Box::new(strong)));
        }
        selection
    }

    /// What some layers say about rules.
    fn selection_by(&self, by: impl Fn(Layer) -> bool) -> Selection {
        fn of<T: Clone>(list: &[Set<T>], by: impl Fn(Layer) -> bool) -> Vec<T> {
            let meant = list.iter().filter(|set| by(set.origin.layer));
            meant.map(|set| set.value.clone()).collect()
        }
        let words = self.classes.iter().filter_map(|set| set.value.parse().ok());
        Selection {
            // More classes take nothing away.
            classes: Classes::of(words),
            preview: if self.preview.value {
                Preview::On
            } else {
                Preview::Off
            },
            quantity: of(&self.quantity, &by),
            enable: of(&self.enable, &by),
            disable: of(&self.disable, &by),
            severity: of(&self.severity, &by),
            protected: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::resolve::Flags;

    #[test]
    fn the_learned_score_has_a_say_unless_switched_off() {
        let mut settings = Settings::default();
        assert!(matches!(settings.learned(), Learned::BuiltIn));
        settings.take_flags(&Flags {
            learned: Some(false),
            ..Flags::default()
        });
        assert!(matches!(settings.learned(), Learned::Off));
    }
}
