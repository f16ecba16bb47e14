//! Profiles: what of a file is fingerprinted.
//!
//! Every profile makes a stream of symbols; candidates, tags and chains are the
//! same for all of them. Tags of different profiles are made with different keys.

use serde::{Deserialize, Serialize};

/// What the symbols of a stream are.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum Profile {
    /// Letters and digits.
    #[default]
    #[serde(rename = "text-1")]
    Text,
    /// Tokens of source code as they are written: two symbols each.
    #[serde(rename = "code-lex")]
    CodeLex,
    /// The shape of source code, whatever its names are: a symbol for each run of tokens.
    #[serde(rename = "code-shape")]
    CodeShape,
    /// Chunks of bytes.
    #[serde(rename = "binary")]
    Binary,
}

/// What makes a passage of a profile's symbols worth telling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measure {
    /// Symbols and hits of a passage.
    pub passage: (u64, u32),
    /// Symbols and hits of one that makes a finding likely.
    pub likely: (u64, u32),
    /// Symbols and hits of several together that make a finding likely.
    pub together: (u64, u32),
    /// Symbols that make a finding substantial.
    pub substantial: u64,
}

impl Profile {
    /// The word used in indexes and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Profile::Text => "text-1",
            Profile::CodeLex => "code-lex",
            Profile::CodeShape => "code-shape",
            Profile::Binary => "binary",
        }
    }

    /// What makes a passage worth telling.
    pub fn measure(self) -> Measure {
        match self {
            Profile::Text | Profile::Binary => Measure {
                passage: (80, 2),
                likely: (144, 3),
                together: (160, 4),
                substantial: 1_000,
            },
            Profile::CodeLex => Measure {
                passage: (140, 6),
                likely: (280, 10),
                together: (280, 12),
                substantial: 2_000,
            },
            Profile::CodeShape => Measure {
                passage: (56, 4),
                likely: (150, 6),
                together: (112, 8),
                substantial: 1_000,
            },
        }
    }

    /// The same for a document that is source code.
    ///
    /// As text, code has idioms: what every iterator, every serializer and every
    /// list of platforms says, half of it alike. A copy has a fingerprint for
    /// every twenty symbols or so, an idiom has few and is short.
    pub fn measure_of_source(self) -> Measure {
        match self {
            Profile::Text => Measure {
                likely: (200, 8),
                together: (400, 16),
                ..self.measure()
            },
            _ => self.measure(),
        }
    }
}
