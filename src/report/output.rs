//! Opens reporters from what the user asked for: a format and where it goes.
//!
//! A report file appears under its name only when it is whole: it is written
//! beside it and renamed at the end.

use std::fmt;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use crate::judge::finding::Finding;
use crate::judge::outcome::{RunInfo, Skip, Summary};
use crate::report::Reporter;
use crate::report::foreign::Clock;
use crate::report::html::HtmlReporter;
use crate::report::json::JsonReporter;
use crate::report::jsonl::JsonlReporter;
use crate::report::sarif::{SarifOptions, SarifReporter};
use crate::report::staged::{Staged, stage};
#[cfg(feature = "cli")]
use crate::report::template::{Template, TemplateError, TemplateReporter};
use crate::report::text::{Reveal, TextOptions, TextReporter};

pub use crate::report::spec::{Destination, Format, OutputSpec, OutputSpecError};

/// How reports look.
#[derive(Clone, Copy, Debug, Default)]
pub struct OutputOptions {
    /// Of the text report. Files never get colours or secrets, whatever it says.
    pub text: TextOptions,
    /// Of the SARIF report.
    pub sarif: SarifOptions,
    /// For formats that tell the time.
    pub clock: Clock,
}

/// One open report. Errors name its destination.
pub struct Output {
    reporter: Box<dyn Reporter>,
    name: String,
    staged: Option<Staged>,
}

impl fmt::Debug for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Output")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// Opens the report that `spec` asks for.
///
/// # Errors
///
/// The destination cannot be written to.
pub fn open(spec: &OutputSpec, options: &OutputOptions) -> io::Result<Output> {
    let shape = Shape::of(spec)?;
    match &spec.destination {
        Destination::Stdout => Ok(Output {
            reporter: reporter(shape, Box::new(BufWriter::new(io::stdout())), options),
            name: spec.destination.to_string(),
            staged: None,
        }),
        Destination::File(path) => {
            let name = spec.destination.to_string();
            let (file, staged) = stage(path).map_err(|error| named(&name, &error))?;
            let mut options = *options;
            options.text.colour = crate::report::text::Colour::Plain;
            options.text.reveal = Reveal::Hidden;
            Ok(Output {
                reporter: reporter(shape, Box::new(BufWriter::new(file)), &options),
                name,
                staged,
            })
        }
    }
}

/// A format with what it needs.
enum Shape {
    Known(Format),
    #[cfg(feature = "cli")]
    Own(Template),
}

impl Shape {
    /// The one that `spec` asks for; a template is read and looked at before
    /// anything is scanned.
    fn of(spec: &OutputSpec) -> io::Result<Shape> {
        let Some(template) = &spec.template else {
            return Ok(Shape::Known(spec.format));
        };
        #[cfg(feature = "cli")]
        {
            let to = match &spec.destination {
                Destination::Stdout => None,
                Destination::File(path) => Some(path.as_path()),
            };
            Template::read(template, to).map(Shape::Own)
        }
        #[cfg(not(feature = "cli"))]
        Err(io::Error::other(format!(
            "this build has no templates: {}",
            template.display()
        )))
    }
}

fn reporter(shape: Shape, to: Box<dyn Write>, options: &OutputOptions) -> Box<dyn Reporter> {
    let format = match shape {
        Shape::Known(format) => format,
        #[cfg(feature = "cli")]
        Shape::Own(template) => return Box::new(TemplateReporter::new(to, template)),
    };
    match format {
        Format::Text => Box::new(TextReporter::new(to, options.text)),
        // A template that is not there leaves what it would have been given.
        Format::Json | Format::Template => Box::new(JsonReporter::new(to)),
        Format::Jsonl => Box::new(JsonlReporter::new(to)),
        Format::Sarif => Box::new(SarifReporter::new(to, options.sarif)),
        Format::Html => Box::new(HtmlReporter::new(to)),
        Format::Foreign(foreign) => foreign.open(to, options.clock),
    }
}

/// The same error with the destination before its text. The kind stays: callers
/// tell a closed pipe from a full disk by it.
fn named(name: &str, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{name}: {error}"))
}

impl Output {
    /// Absolute paths this report writes to, for a scan to leave out.
    pub fn files(&self) -> Vec<PathBuf> {
        self.staged.iter().flat_map(Staged::files).collect()
    }

    fn told(&mut self, tell: impl FnOnce(&mut dyn Reporter) -> io::Result<()>) -> io::Result<()> {
        tell(&mut *self.reporter).map_err(|error| {
            #[cfg(feature = "cli")]
            if error
                .get_ref()
                .and_then(|inner| inner.downcast_ref::<TemplateError>())
                .is_some()
            {
                return error;
            }
            named(&self.name, &error)
        })
    }
}

impl Reporter for Output {
    fn begin(&mut self, run: &RunInfo) -> io::Result<()> {
        self.told(|reporter| reporter.begin(run))
    }

    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        self.told(|reporter| reporter.finding(finding))
    }

    fn skip(&mut self, skip: &Skip) -> io::Result<()> {
        self.told(|reporter| reporter.skip(skip))
    }

    fn end(&mut self, summary: &Summary) -> io::Result<()> {
        self.told(|reporter| reporter.end(summary))?;
        match self.staged.take() {
            Some(staged) => staged.publish().map_err(|error| named(&self.name, &error)),
            None => Ok(()),
        }
    }
}

/// Several reports of one run.
#[derive(Debug, Default)]
pub struct Reporters {
    outputs: Vec<Output>,
}

impl Reporters {
    /// Opens all of `specs`.
    ///
    /// # Errors
    ///
    /// A destination cannot be written to, or is asked for twice.
    pub fn open(specs: &[OutputSpec], options: &OutputOptions) -> io::Result<Reporters> {
        for (index, spec) in specs.iter().enumerate() {
            let same = |other: &OutputSpec| other.destination == spec.destination;
            if specs[..index].iter().any(same) {
                let twice = io::Error::other("two reports cannot go to the same place");
                return Err(named(&spec.destination.to_string(), &twice));
            }
        }
        let outputs = specs
            .iter()
            .map(|spec| open(spec, options))
            .collect::<io::Result<_>>()?;
        Ok(Reporters { outputs })
    }

    /// Absolute paths the reports write to, for a scan to leave out.
    pub fn files(&self) -> Vec<PathBuf> {
        self.outputs.iter().flat_map(Output::files).collect()
    }
}

impl Reporter for Reporters {
    fn begin(&mut self, run: &RunInfo) -> io::Result<()> {
        self.outputs
            .iter_mut()
            .try_for_each(|output| output.begin(run))
    }

    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        self.outputs
            .iter_mut()
            .try_for_each(|output| output.finding(finding))
    }

    fn skip(&mut self, skip: &Skip) -> io::Result<()> {
        self.outputs
            .iter_mut()
            .try_for_each(|output| output.skip(skip))
    }

    /// Ends every report, even after one has failed, and gives the first error.
    fn end(&mut self, summary: &Summary) -> io::Result<()> {
        let ended: Vec<io::Result<()>> = self
            .outputs
            .iter_mut()
            .map(|output| output.end(summary))
            .collect();
        ended.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::path::Path;

    use crate::report::samples;

    fn file(format: Format, path: PathBuf) -> OutputSpec {
        OutputSpec {
            format,
            template: None,
            destination: Destination::File(path),
        }
    }

    fn names(directory: &Path) -> Vec<String> {
        let entries = fs::read_dir(directory).unwrap();
        entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect()
    }

    #[test]
    fn a_report_appears_under_its_name_when_it_is_whole() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("r.json");
        fs::write(&path, "old").unwrap();
        let mut output =
            open(&file(Format::Json, path.clone()), &OutputOptions::default()).unwrap();
        assert_eq!(output.files().len(), 2);
        output.begin(&samples::run()).unwrap();
        output.finding(&samples::finding("x")).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"old");
        output.end(&Summary::default()).unwrap();
        assert!(fs::read_to_string(&path).unwrap().ends_with("}\n"));
        assert_eq!(names(directory.path()), ["r.json"]);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(
                fs::metadata(&path).unwrap().permissions().mode() & 0o777,
                0o600
            );
        }
    }

    #[test]
    fn an_abandoned_report_leaves_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let spec = file(Format::Sarif, directory.path().join("r.sarif"));
        let mut output = open(&spec, &OutputOptions::default()).unwrap();
        output.begin(&samples::run()).unwrap();
        drop(output);
        assert!(names(directory.path()).is_empty());
    }

    #[test]
    fn a_directory_or_a_missing_directory_is_an_error_that_names_it() {
        let directory = tempfile::tempdir().unwrap();
        for path in [
            directory.path().to_owned(),
            directory.path().join("no/r.json"),
        ] {
            let error = open(&file(Format::Json, path.clone()), &OutputOptions::default());
            assert!(
                error
                    .unwrap_err()
                    .to_string()
                    .starts_with(path.to_str().unwrap())
            );
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_an_error_in_every_format() {
        for &(_, format) in Format::ALL {
            let spec = file(format, "/dev/full".into());
            let mut output = open(&spec, &OutputOptions::default()).unwrap();
            let told = output
                .begin(&samples::run())
                .and_then(|()| output.finding(&samples::finding("x")))
                .and_then(|()| output.end(&Summary::default()));
            let error = told.unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::StorageFull, "{format:?}");
            assert!(error.to_string().starts_with("/dev/full: "));
        }
    }

    #[test]
    fn two_reports_do_not_share_a_place() {
        let specs = ["json", "text=-"].map(|text| text.parse().unwrap());
        let error = Reporters::open(&specs, &OutputOptions::default()).unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("standard output: two reports")
        );
    }

    #[test]
    fn several_reports_of_one_run_are_all_whole() {
        let directory = tempfile::tempdir().unwrap();
        let specs: Vec<OutputSpec> = Format::ALL
            .iter()
            .map(|(name, format)| file(*format, directory.path().join(name)))
            .collect();
        let mut reporters = Reporters::open(&specs, &OutputOptions::default()).unwrap();
        assert_eq!(reporters.files().len(), 2 * Format::ALL.len());
        samples::drive(
            &mut reporters,
            &[samples::finding("x")],
            &[],
            &Summary::default(),
        );
        assert_eq!(names(directory.path()).len(), Format::ALL.len());
    }
}
