//! How much of a protected document was found.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::base::level::{Confidence, Severity};

/// Levels of a finding of protected text, the weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Some fingerprints, but no passage.
    Trace,
    /// A passage of 80 symbols or more, about 17 words.
    Possible,
    /// A passage of 144 symbols or more, or several; of source code 200.
    Likely,
    /// 1,000 symbols or more, or a tenth of the document.
    Substantial,
    /// Most of the document.
    Copy,
}

impl Level {
    /// Every level, the weakest first.
    pub const ALL: &'static [Level] = &[
        Level::Trace,
        Level::Possible,
        Level::Likely,
        Level::Substantial,
        Level::Copy,
    ];

    /// The word used in register files and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Level::Trace => "trace",
            Level::Possible => "possible",
            Level::Likely => "likely",
            Level::Substantial => "substantial",
            Level::Copy => "copy",
        }
    }

    /// How sure a finding of this level is.
    pub fn confidence(self) -> Confidence {
        match self {
            Level::Trace => Confidence::Low,
            Level::Possible => Confidence::Medium,
            Level::Likely | Level::Substantial | Level::Copy => Confidence::High,
        }
    }

    /// How bad a finding of this level is.
    pub fn severity(self) -> Severity {
        match self {
            Level::Trace => Severity::Low,
            Level::Possible => Severity::Medium,
            Level::Likely => Severity::High,
            Level::Substantial | Level::Copy => Severity::Critical,
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Level {
    type Err = String;

    fn from_str(text: &str) -> Result<Level, String> {
        let found = Level::ALL.iter().find(|level| level.as_str() == text);
        found.copied().ok_or_else(|| {
            let words: Vec<&str> = Level::ALL.iter().map(|level| level.as_str()).collect();
            format!("expected one of {}", words.join(", "))
        })
    }
}
