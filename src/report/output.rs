//! Opens reporters from what the user asked for: a format and where it goes.
//!
//! A report file appears under its name only when it is whole: it is written
//! beside it and renamed at the end.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process;
use std::str::FromStr;

use crate::judge::finding::Finding;
use crate::judge::outcome::{RunInfo, Skip, Summary};
use crate::report::Reporter;
use crate::report::json::JsonReporter;
use crate::report::jsonl::JsonlReporter;
use crate::report::sanitise::printable_bytes;
use crate::report::sarif::{SarifOptions, SarifReporter};
use crate::report::text::{Reveal, TextOptions, TextReporter};

/// A report format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Text,
    /// One JSON document.
    Json,
    /// JSON Lines.
    Jsonl,
    /// SARIF 2.1.0.
    Sarif,
}

impl Format {
    /// Every format with its word.
    pub const ALL: &'static [(&'static str, Format)] = &[
        ("text", Format::Text),
        ("json", Format::Json),
        ("jsonl", Format::Jsonl),
        ("sarif", Format::Sarif),
    ];
}

/// Where a report goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    /// Standard output.
    Stdout,
    /// A file, replaced when the report is whole.
    File(PathBuf),
}

/// One report that the user asked for: `sarif=FILE`, `jsonl=-`, `json`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutputSpec {
    /// The format.
    pub format: Format,
    /// Where it goes; standard output unless said.
    pub destination: Destination,
}

/// Why an output specification is not understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OutputSpecError {
    /// Not one of the formats.
    #[error(
        "unknown report format `{0}`: expected text, json, jsonl or sarif, with `=FILE` to write to a file"
    )]
    Format(String),
    /// Nothing after `=`.
    #[error("no file name after `{0}=`: name a file, or `-` for standard output")]
    NoFile(String),
}

impl FromStr for OutputSpec {
    type Err = OutputSpecError;

    fn from_str(text: &str) -> Result<OutputSpec, OutputSpecError> {
        let (word, to) = text.split_once('=').unwrap_or((text, "-"));
        let format = Format::ALL.iter().find(|(name, _)| *name == word);
        let (_, format) =
            format.ok_or_else(|| OutputSpecError::Format(printable_bytes(word.as_bytes())))?;
        let destination = match to {
            "" => return Err(OutputSpecError::NoFile(word.to_owned())),
            "-" => Destination::Stdout,
            file => Destination::File(file.into()),
        };
        Ok(OutputSpec {
            format: *format,
            destination,
        })
    }
}

/// How reports look.
#[derive(Clone, Copy, Debug, Default)]
pub struct OutputOptions {
    /// Of the text report. Files never get colours or secrets, whatever it says.
    pub text: TextOptions,
    /// Of the SARIF report.
    pub sarif: SarifOptions,
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
    match &spec.destination {
        Destination::Stdout => Ok(Output {
            reporter: reporter(spec.format, Box::new(BufWriter::new(io::stdout())), options),
            name: "standard output".into(),
            staged: None,
        }),
        Destination::File(path) => {
            let name = printable_bytes(path.as_os_str().as_encoded_bytes());
            let (file, staged) = stage(path).map_err(|error| named(&name, &error))?;
            let mut options = *options;
            options.text.colour = crate::report::text::Colour::Plain;
            options.text.reveal = Reveal::Hidden;
            Ok(Output {
                reporter: reporter(spec.format, Box::new(BufWriter::new(file)), &options),
                name,
                staged,
            })
        }
    }
}

fn reporter(format: Format, to: Box<dyn Write>, options: &OutputOptions) -> Box<dyn Reporter> {
    match format {
        Format::Text => Box::new(TextReporter::new(to, options.text)),
        Format::Json => Box::new(JsonReporter::new(to)),
        Format::Jsonl => Box::new(JsonlReporter::new(to)),
        Format::Sarif => Box::new(SarifReporter::new(to, options.sarif)),
    }
}

/// The same error with the destination before its text. The kind stays: callers
/// tell a closed pipe from a full disk by it.
fn named(name: &str, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{name}: {error}"))
}

impl Output {
    /// Files this report writes to while it runs, for a scan to leave out.
    pub fn files(&self) -> Vec<PathBuf> {
        let staged = self.staged.iter();
        staged
            .flat_map(|staged| [staged.temporary.clone(), staged.destination.clone()])
            .collect()
    }

    fn told(&mut self, tell: impl FnOnce(&mut dyn Reporter) -> io::Result<()>) -> io::Result<()> {
        tell(&mut *self.reporter).map_err(|error| named(&self.name, &error))
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

/// A file that is not yet under its name. Dropped unpublished, it is removed.
struct Staged {
    file: File,
    temporary: PathBuf,
    destination: PathBuf,
    published: bool,
}

impl Staged {
    fn publish(mut self) -> io::Result<()> {
        self.file.sync_all()?;
        fs::rename(&self.temporary, &self.destination)?;
        self.published = true;
        Ok(())
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        if !self.published {
            // The run has failed already; a file that is left over harms nobody.
            let _ = fs::remove_file(&self.temporary);
        }
    }
}

/// Opens a new file beside `path`, or `path` itself when it exists and is no
/// regular file (`/dev/stderr`, a FIFO), which must not be replaced.
fn stage(path: &Path) -> io::Result<(File, Option<Staged>)> {
    let destination = match fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => return Err(io::ErrorKind::IsADirectory.into()),
        Ok(metadata) if !metadata.is_file() => {
            return Ok((OpenOptions::new().write(true).open(path)?, None));
        }
        // Through a symbolic link, the file it leads to is replaced, not the link.
        Ok(_) => fs::canonicalize(path)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => path.to_owned(),
        Err(error) => return Err(error),
    };
    let Some(name) = destination.file_name() else {
        return Err(io::ErrorKind::InvalidFilename.into());
    };
    for attempt in 0..100 {
        let mut hidden = std::ffi::OsString::from(".");
        hidden.push(name);
        hidden.push(format!(".{}-{attempt}.tmp", process::id()));
        let temporary = destination.with_file_name(hidden);
        match create_private(&temporary) {
            Ok(file) => {
                let staged = Staged {
                    file: file.try_clone()?,
                    temporary,
                    destination,
                    published: false,
                };
                return Ok((file, Some(staged)));
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

/// Creates a file that only its owner can read.
fn create_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Several reports of one run.
#[derive(Debug, Default)]
pub struct Reporters {
    outputs: Vec<Output>,
}

impl Reporters {
    /// Opens all of `specs`. At most one should go to standard output.
    ///
    /// # Errors
    ///
    /// A destination cannot be written to.
    pub fn open(specs: &[OutputSpec], options: &OutputOptions) -> io::Result<Reporters> {
        let outputs = specs
            .iter()
            .map(|spec| open(spec, options))
            .collect::<io::Result<_>>()?;
        Ok(Reporters { outputs })
    }

    /// Files the reports write to while they run, for a scan to leave out.
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
    use crate::report::samples;

    fn file(format: Format, path: PathBuf) -> OutputSpec {
        OutputSpec {
            format,
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
    fn specifications_are_a_format_and_a_place() {
        for (text, format, destination) in [
            ("json", Format::Json, Destination::Stdout),
            ("jsonl=-", Format::Jsonl, Destination::Stdout),
            (
                "sarif=a=b.sarif",
                Format::Sarif,
                Destination::File("a=b.sarif".into()),
            ),
        ] {
            assert_eq!(
                text.parse(),
                Ok(OutputSpec {
                    format,
                    destination
                })
            );
        }
        assert_eq!(
            "json=".parse::<OutputSpec>(),
            Err(OutputSpecError::NoFile("json".into()))
        );
        let unknown = "xml\u{1b}".parse::<OutputSpec>().unwrap_err().to_string();
        assert!(unknown.starts_with("unknown report format `xml\\x1b`: expected text, json"));
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

    #[cfg(unix)]
    #[test]
    fn a_link_is_written_through_and_kept() {
        let directory = tempfile::tempdir().unwrap();
        let (real, link) = (directory.path().join("real"), directory.path().join("link"));
        fs::write(&real, "old").unwrap();
        std::os::unix::fs::symlink(&real, &link).unwrap();
        let mut output =
            open(&file(Format::Json, link.clone()), &OutputOptions::default()).unwrap();
        output.begin(&samples::run()).unwrap();
        output.end(&Summary::default()).unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert!(fs::read_to_string(&real).unwrap().starts_with('{'));
    }
}
