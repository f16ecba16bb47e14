//! The three level words of compilers and SARIF, and which severity gets which.

use crate::base::level::Severity;

/// How loudly a finding is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Severity info and low.
    Note,
    /// Severity medium.
    Warning,
    /// Severity high and critical.
    Error,
}

impl Level {
    /// The level of a severity.
    pub fn of(severity: Severity) -> Level {
        match severity {
            Severity::Critical | Severity::High => Level::Error,
            Severity::Medium => Level::Warning,
            Severity::Low | Severity::Info => Level::Note,
        }
    }

    /// The word, the same in text and in SARIF.
    pub fn as_str(self) -> &'static str {
        match self {
            Level::Error => "error",
            Level::Warning => "warning",
            Level::Note => "note",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_graver_severity_never_has_a_lower_level() {
        let levels: Vec<Level> = Severity::ALL.iter().map(|&s| Level::of(s)).collect();
        assert!(levels.is_sorted());
        assert_eq!(levels.first(), Some(&Level::Note));
        assert_eq!(levels.last(), Some(&Level::Error));
    }
}
