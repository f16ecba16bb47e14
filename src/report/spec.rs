//! What the user writes to ask for a report: `sarif=FILE`, `jsonl=-`, `json`.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use crate::report::foreign::Foreign;
use crate::report::sanitise::printable_bytes;

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
    /// One page for people.
    Html,
    /// What another program reads.
    Foreign(Foreign),
    /// What a template of the user's own makes; it is named with the format.
    Template,
}

impl Format {
    /// Every format with its word.
    pub const ALL: &'static [(&'static str, Format)] = &[
        ("text", Format::Text),
        ("json", Format::Json),
        ("jsonl", Format::Jsonl),
        ("sarif", Format::Sarif),
        ("html", Format::Html),
        ("codequality", Format::Foreign(Foreign::CodeQuality)),
        ("csv", Format::Foreign(Foreign::Csv)),
        ("defectdojo", Format::Foreign(Foreign::DefectDojo)),
        ("github", Format::Foreign(Foreign::Github)),
        ("gitlab", Format::Foreign(Foreign::Gitlab)),
        ("gitleaks", Format::Foreign(Foreign::Gitleaks)),
        ("junit", Format::Foreign(Foreign::Junit)),
        ("markdown", Format::Foreign(Foreign::Markdown)),
        ("ocsf", Format::Foreign(Foreign::Ocsf)),
        ("sonarqube", Format::Foreign(Foreign::Sonarqube)),
    ];

    /// The words of all formats, for messages.
    fn words() -> String {
        let words: Vec<&str> = Format::ALL.iter().map(|(word, _)| *word).collect();
        words.join(", ")
    }
}

/// Where a report goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    /// Standard output.
    Stdout,
    /// A file, replaced when the report is whole.
    File(PathBuf),
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Destination::Stdout => f.write_str("standard output"),
            Destination::File(path) => {
                f.write_str(&printable_bytes(path.as_os_str().as_encoded_bytes()))
            }
        }
    }
}

/// One report that the user asked for: `sarif=FILE`, `jsonl=-`, `json`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutputSpec {
    /// The format.
    pub format: Format,
    /// Where it goes; standard output unless said.
    pub destination: Destination,
    /// The template of [`Format::Template`].
    pub template: Option<PathBuf>,
}

/// How a template is named: `template:FILE`.
const TEMPLATE: &str = "template";

/// Why an output specification is not understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OutputSpecError {
    /// Not one of the formats.
    #[error(
        "unknown report format `{0}`: expected one of {words} or template:FILE, with `=FILE` to write to a file",
        words = Format::words()
    )]
    Format(String),
    /// Nothing after `=`.
    #[error("no file name after `{0}=`: name a file, or `-` for standard output")]
    NoFile(String),
    /// A template without its file.
    #[error("no template: name its file, as `template:FILE` or `template:FILE=REPORT`")]
    NoTemplate,
}

impl OutputSpec {
    /// True for the report that a person at a terminal reads.
    pub fn is_text_on_stdout(&self) -> bool {
        self.format == Format::Text && self.destination == Destination::Stdout
    }
}

impl FromStr for OutputSpec {
    type Err = OutputSpecError;

    fn from_str(text: &str) -> Result<OutputSpec, OutputSpecError> {
        let (word, to) = text.split_once('=').unwrap_or((text, "-"));
        let (format, template) = format_of(word)?;
        let destination = match to {
            "" => return Err(OutputSpecError::NoFile(word.to_owned())),
            "-" => Destination::Stdout,
            file => Destination::File(file.into()),
        };
        Ok(OutputSpec {
            format,
            destination,
            template,
        })
    }
}

/// The format that `word` names, and its template.
fn format_of(word: &str) -> Result<(Format, Option<PathBuf>), OutputSpecError> {
    match word.split_once(':') {
        Some((TEMPLATE, "")) => return Err(OutputSpecError::NoTemplate),
        Some((TEMPLATE, file)) => return Ok((Format::Template, Some(file.into()))),
        None if word == TEMPLATE => return Err(OutputSpecError::NoTemplate),
        _ => {}
    }
    let format = Format::ALL.iter().find(|(name, _)| *name == word);
    let (_, format) =
        format.ok_or_else(|| OutputSpecError::Format(printable_bytes(word.as_bytes())))?;
    Ok((*format, None))
}

#[cfg(test)]
mod tests {
    use super::*;

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
                    destination,
                    template: None,
                })
            );
        }
        let spec: OutputSpec = "template:a.j2=b.html".parse().unwrap();
        assert_eq!(spec.template, Some("a.j2".into()));
        assert_eq!(spec.destination, Destination::File("b.html".into()));
        for wrong in ["template", "template:", "template=x", "template:=x"] {
            assert_eq!(
                wrong.parse::<OutputSpec>(),
                Err(OutputSpecError::NoTemplate)
            );
        }
        assert_eq!(
            "json=".parse::<OutputSpec>(),
            Err(OutputSpecError::NoFile("json".into()))
        );
        let unknown = "xml\u{1b}".parse::<OutputSpec>().unwrap_err().to_string();
        assert!(
            unknown.starts_with("unknown report format `xml\\x1b`: expected one of text, json")
        );
    }
}
