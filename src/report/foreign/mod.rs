//! Reports in the formats that other programs read: build servers, dashboards,
//! spreadsheets, and programs made for another scanner's report.
//!
//! Each format has a file; [`Foreign::ALL`] is the table of all of them. They tell only
//! findings that count: none of them knows what a baseline knows.

mod csv;
mod defectdojo;
mod facts;
mod github;
mod gitlab;
mod gitleaks;
mod junit;
mod list;
mod markdown;
mod ocsf;
mod quality;
mod sonarqube;
mod stamp;

use std::io::Write;

use crate::report::Reporter;

pub use stamp::Clock;

/// A format of another program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Foreign {
    /// Code Climate issues, as GitLab's code quality reads them.
    CodeQuality,
    /// Comma-separated values (RFC 4180).
    Csv,
    /// `DefectDojo`'s generic findings.
    DefectDojo,
    /// Workflow commands of GitHub Actions.
    Github,
    /// GitLab's secret detection report.
    Gitlab,
    /// The JSON report of gitleaks.
    Gitleaks,
    /// `JUnit`'s XML, as build servers read it.
    Junit,
    /// A summary in Markdown.
    Markdown,
    /// Data Security Findings of the Open Cybersecurity Schema Framework, one a line.
    Ocsf,
    /// `SonarQube`'s generic issues.
    Sonarqube,
}

impl Foreign {
    /// Opens a report of this format on `to`, which should be buffered.
    pub fn open<'a>(self, to: impl Write + 'a, clock: Clock) -> Box<dyn Reporter + 'a> {
        match self {
            Foreign::CodeQuality => Box::new(list::Listed::new(to, quality::CodeQuality)),
            Foreign::Csv => Box::new(csv::Csv::new(to)),
            Foreign::DefectDojo => {
                Box::new(list::Listed::new(to, defectdojo::DefectDojo::new(clock)))
            }
            Foreign::Github => Box::new(github::Github::new(to)),
            Foreign::Gitlab => Box::new(list::Listed::new(to, gitlab::Gitlab::new(clock))),
            Foreign::Gitleaks => Box::new(list::Listed::new(to, gitleaks::Gitleaks)),
            Foreign::Junit => Box::new(junit::Junit::new(to)),
            Foreign::Markdown => Box::new(markdown::Markdown::new(to)),
            Foreign::Ocsf => Box::new(list::Listed::new(to, ocsf::Ocsf::new(clock))),
            Foreign::Sonarqube => Box::new(list::Listed::new(to, sonarqube::Sonarqube::default())),
        }
    }
}
