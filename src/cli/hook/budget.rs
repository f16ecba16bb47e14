//! How long a hook may take, and what happens when that is over.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use clap::ValueEnum;

/// A span of time: `30s`, `500ms`, `2m`; a bare number means seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget(pub Duration);

/// What happens when the time is over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum OnTimeout {
    /// It is blocked: what was not examined does not pass.
    #[default]
    Block,
    /// It passes with a warning, and that is recorded.
    Pass,
}

impl OnTimeout {
    /// The word of the command line.
    pub(super) fn word(self) -> &'static str {
        match self {
            OnTimeout::Block => "block",
            OnTimeout::Pass => "pass",
        }
    }
}

impl fmt::Display for Budget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}ms", self.0.as_millis())
    }
}

impl Default for Budget {
    fn default() -> Budget {
        Budget(Duration::from_mins(1))
    }
}

impl FromStr for Budget {
    type Err = String;

    fn from_str(text: &str) -> Result<Budget, String> {
        let units: [(&str, u64); 4] = [("ms", 1), ("s", 1000), ("m", 60_000), ("", 1000)];
        let found = units
            .iter()
            .find_map(|(unit, factor)| Some((text.strip_suffix(unit)?, factor)));
        let parsed =
            found.and_then(|(number, factor)| number.parse::<u64>().ok()?.checked_mul(*factor));
        parsed
            .filter(|millis| *millis <= 24 * 3_600_000)
            .map(|millis| Budget(Duration::from_millis(millis)))
            .ok_or_else(|| "expected a time of at most a day such as `30s`, `500ms` or `2m`".into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_units() {
        for (text, millis) in [
            ("5", 5000),
            ("5s", 5000),
            ("250ms", 250),
            ("2m", 120_000),
            ("0", 0),
        ] {
            let budget = Budget(Duration::from_millis(millis));
            assert_eq!(text.parse(), Ok(budget));
            assert_eq!(budget.to_string().parse(), Ok(budget));
        }
        for text in [
            "",
            "s",
            "-1s",
            "1h",
            "1.5s",
            "99999999999999999999",
            "25000m",
        ] {
            assert!(text.parse::<Budget>().is_err(), "{text}");
        }
    }
}
