//! How bad, how sure, of what sort: the three gradings of a finding.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

macro_rules! graded {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "lowercase")]
        pub enum $name { $($(#[$vdoc])* $variant),+ }

        impl $name {
            /// Every value, lowest first.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];

            /// The word used in rule files, configuration and reports.
            pub fn as_str(self) -> &'static str {
                match self { $($name::$variant => $text),+ }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = String;

            fn from_str(text: &str) -> Result<$name, String> {
                match text {
                    $($text => Ok($name::$variant),)+
                    _ => Err(format!("expected one of {}", [$($text),+].join(", "))),
                }
            }
        }
    };
}

graded! {
    /// How bad a leak of this kind is.
    Severity {
        /// Worth knowing; not a leak by itself (a public key, an account id).
        Info = "info",
        /// Little can be done with it.
        Low = "low",
        /// Gives access to something of limited value.
        Medium = "medium",
        /// Gives access to an account or a system.
        High = "high",
        /// Gives control over an organisation, its money or its infrastructure.
        Critical = "critical",
    }
}

graded! {
    /// How sure the scanner is that this is what its rule says.
    Confidence {
        /// Could be; shown on request only.
        Low = "low",
        /// Probably: name, shape and value agree.
        Medium = "medium",
        /// Checksum, unmistakable structure, or all evidence together.
        High = "high",
    }
}

graded! {
    /// What sort of thing was found.
    Class {
        /// A value that grants access.
        Secret = "secret",
        /// A value that names an account without granting access.
        Identifier = "identifier",
        /// Personal or financial data.
        Personal = "personal",
        /// A classification marking.
        Marking = "marking",
        /// Text of a protected document.
        Document = "document",
    }
}

impl Confidence {
    /// The next higher one; the highest stays.
    #[must_use]
    pub fn raised(self) -> Confidence {
        let at = Confidence::ALL.iter().position(|&level| level == self);
        let next = at.and_then(|at| Confidence::ALL.get(at + 1));
        next.copied().unwrap_or(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_round_trip() {
        for &s in Severity::ALL {
            assert_eq!(s.as_str().parse(), Ok(s));
        }
        assert!("severe".parse::<Severity>().is_err());
    }

    #[test]
    fn levels_are_ordered() {
        assert!(Severity::Info < Severity::Critical);
        assert!(Confidence::Low < Confidence::High);
    }
}
