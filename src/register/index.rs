//! An index in memory: what a scan asks.

use serde::{Deserialize, Serialize};

use super::entry::Entry;
use super::names::Names;
use super::phrase::PhraseEntry;
use super::records::Records;
use super::table::{Posting, TagTable};
use crate::fingerprint::cover::Density;
use crate::fingerprint::keys::Keys;
use crate::fingerprint::phrase::Phrases;
use crate::fingerprint::prefilter::Prefilter;
use crate::fingerprint::profile::{Measure, Profile};
use crate::fingerprint::symbols::Alphabet;

/// Who an index is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tier {
    /// The security team: says which document, and which part of it.
    Vault,
    /// Hooks and CI: says that something protected was found, and nothing more.
    Filter,
}

/// A protected document in an index.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// What the register says of it.
    pub entry: Entry,
    /// What of it is fingerprinted; a document stands in the list once for each profile.
    #[serde(default)]
    pub profile: Profile,
    /// How much of it the index knows.
    pub account: Account,
    /// The longest stretches without a whole fingerprint where there should be
    /// one, first symbol and length; the longest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gaps: Vec<(u32, u32)>,
}

impl Document {
    /// True when its tokens are fingerprinted.
    pub fn is_code(&self) -> bool {
        matches!(self.profile, Profile::CodeLex | Profile::CodeShape)
    }

    /// True when chunks of its bytes are fingerprinted.
    pub fn is_binary(&self) -> bool {
        self.profile == Profile::Binary
    }
}

/// What became of a document's text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Symbols of its text.
    pub symbols: u32,
    /// Candidates.
    pub candidates: u32,
    /// Candidates that say too little.
    pub poor: u32,
    /// Candidates that stand in public text.
    pub public: u32,
    /// Candidates that stand in too many families.
    pub common: u32,
    /// Fingerprints kept.
    pub kept: u32,
    /// Windows of the promised length.
    pub windows: u32,
    /// Those of them without a fingerprint.
    pub empty: u32,
    /// Symbols of the longest stretch that holds no whole fingerprint.
    pub longest_gap: u32,
    /// The longest step between two fingerprints where the text allows it.
    pub step: u32,
}

impl Account {
    /// Share of the windows of the promised length that hold a fingerprint.
    pub fn coverage(&self) -> f64 {
        if self.windows == 0 {
            return if self.kept > 0 { 1.0 } else { 0.0 };
        }
        1.0 - f64::from(self.empty) / f64::from(self.windows)
    }

    /// Symbols of the shortest excerpt that is sure to hold a fingerprint.
    pub fn promised(&self) -> u32 {
        31 + self.step
    }

    /// Symbols of the shortest excerpt that is sure to hold a passage of `span`
    /// symbols with so many fingerprints.
    pub fn promised_span(&self, span: u32, hits: u32) -> u32 {
        (span - 2 + 2 * self.step).max(31 + hits * self.step)
    }

    /// Share of the candidates that stand in public text.
    pub fn public_share(&self) -> f64 {
        f64::from(self.public) / f64::from(self.candidates.max(1))
    }
}

/// An index, ready to be asked.
#[derive(Debug)]
pub struct Index {
    /// Who it is for.
    pub tier: Tier,
    /// How many fingerprints the register keeps where a document says nothing else.
    pub density: Density,
    /// When it was built, in seconds since 1970.
    pub created: u64,
    /// What its tags were made with.
    pub keys: Keys,
    /// What bytes become.
    pub alphabet: Alphabet,
    /// Sorts out most candidates.
    pub prefilter: Prefilter,
    /// The tags.
    pub table: TagTable,
    /// True when the tokens of source code are to be looked at.
    pub has_code: bool,
    /// True when chunks of binaries are to be looked at.
    pub has_chunks: bool,
    /// The documents; one without a name in a filter.
    pub documents: Vec<Document>,
    /// What the register says of each phrase; without names in a filter.
    pub phrases: Vec<PhraseEntry>,
    /// Looks for them.
    pub search: Phrases,
    /// Looks for those that are in the clear.
    pub names: Names,
    /// The protected tables.
    pub records: Records,
}

impl Index {
    /// What makes a passage of document `number` worth telling that `profile` sees.
    pub fn measure(&self, number: usize, profile: Profile) -> Measure {
        // The profiles of one document stand side by side; a filter has no documents.
        let own = self.documents.get(number);
        let next = self.documents.get(number + 1).filter(|next| next.is_code());
        let is_source = own
            .zip(next)
            .is_some_and(|(own, next)| own.entry.id == next.entry.id);
        if is_source {
            profile.measure_of_source()
        } else {
            profile.measure()
        }
    }

    /// Calls `each` with every place that the tag at symbol `at` of a text may come from.
    pub(super) fn postings(&self, tag: u64, at: u64, each: &mut dyn FnMut(Posting)) {
        match self.tier {
            Tier::Vault => self.table.postings(tag).iter().for_each(|&p| each(p)),
            // A filter knows no places: as if the text itself were the document.
            Tier::Filter => each(Posting {
                document: 0,
                symbol: at as u32,
            }),
        }
    }
}
