//! Several sources one after the other: what a command line names.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use super::exclude::Excludes;
use super::files::FileSource;
use super::list::{ListSource, Separator};
use super::walk::WalkOptions;
use super::{Emit, Source, Unit};
use crate::base::content::SkipReason;
use crate::base::control::Control;
use crate::base::provenance::Provenance;

/// Sources in the order given.
#[derive(Debug, Default)]
pub struct Sources(Vec<Box<dyn Source>>);

/// Standard input as one unit.
#[derive(Debug)]
struct Stdin(String);

impl Source for Stdin {
    fn enumerate(&self, _control: &Control, emit: &mut Emit<'_>) {
        let _ = emit(Unit::Stdin(self.0.clone()));
    }
}

/// Standard input as one unit, in a file's place.
#[derive(Debug)]
struct Piped(Unit);

impl Source for Piped {
    fn enumerate(&self, _control: &Control, emit: &mut Emit<'_>) {
        let _ = emit(self.0.clone());
    }
}

impl Sources {
    /// Adds standard input in the place of the file at `path`, unless the patterns
    /// leave that out; `seen` is the path as patterns see it.
    pub fn add_piped(&mut self, path: &Path, seen: &Path, excludes: &Excludes) {
        let unit = match excludes.pattern_above(seen) {
            Some(pattern) => Unit::Unopened(
                Provenance::file(path),
                SkipReason::Excluded(pattern.to_owned()),
            ),
            None => Unit::Piped(path.to_owned()),
        };
        self.0.push(Box::new(Piped(unit)));
    }

    /// Adds files and directories; `-` is standard input, reported as `stdin`.
    pub fn add_targets(&mut self, targets: Vec<PathBuf>, stdin: &str, options: WalkOptions) {
        let (input, paths): (Vec<_>, Vec<_>) = targets
            .into_iter()
            .partition(|target| target == Path::new("-"));
        if !paths.is_empty() {
            self.0.push(Box::new(FileSource::new(paths, options)));
        }
        if !input.is_empty() {
            self.0.push(Box::new(Stdin(stdin.to_owned())));
        }
    }

    /// Adds the files and directories listed in `list`; `-` is standard input.
    ///
    /// # Errors
    /// When the list cannot be opened.
    pub fn add_list(
        &mut self,
        list: &Path,
        separator: Separator,
        options: WalkOptions,
    ) -> io::Result<()> {
        let reader: Box<dyn BufRead + Send> = if list == Path::new("-") {
            Box::new(BufReader::new(io::stdin()))
        } else {
            Box::new(BufReader::new(File::open(list)?))
        };
        let name = list.to_string_lossy();
        self.0
            .push(Box::new(ListSource::new(&name, reader, separator, options)));
        Ok(())
    }
}

impl Source for Sources {
    fn enumerate(&self, control: &Control, emit: &mut Emit<'_>) {
        let mut flow = ControlFlow::Continue(());
        for source in &self.0 {
            source.enumerate(control, &mut |unit| {
                flow = emit(unit);
                flow
            });
            if flow.is_break() || control.is_cancelled() {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_piped_in_a_files_place_is_left_out_as_the_file_is() {
        let excludes = Excludes::new(["/gen"]).unwrap();
        let unit = |path: &str, seen: &str| {
            let mut sources = Sources::default();
            sources.add_piped(Path::new(path), Path::new(seen), &excludes);
            let mut units = Vec::new();
            sources.enumerate(&Control::default(), &mut |unit| {
                units.push(unit);
                ControlFlow::Continue(())
            });
            units.remove(0)
        };
        assert_eq!(unit("/p/a.py", "a.py"), Unit::Piped("/p/a.py".into()));
        let left_out = unit("/p/gen/a.py", "gen/a.py");
        assert!(matches!(
            left_out,
            Unit::Unopened(_, SkipReason::Excluded(_))
        ));
    }

    #[test]
    fn standard_input_comes_after_files_and_once() {
        let mut sources = Sources::default();
        let targets = ["-", "/nonexistent/x", "-"].map(PathBuf::from).to_vec();
        sources.add_targets(targets, "in", WalkOptions::default());
        let mut units = Vec::new();
        sources.enumerate(&Control::default(), &mut |unit| {
            units.push(unit);
            ControlFlow::Continue(())
        });
        assert_eq!(units.len(), 2);
        assert_eq!(units[1], Unit::Stdin("in".into()));
    }
}
