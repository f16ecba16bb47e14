//! Numbers that people write: cards, accounts, national ids.
//!
//! They have no fixed text to look for, so they have a loop of their own, which
//! runs only when a rule of this kind is in force. It stops at runs of letters
//! and digits that hold a digit ([`sweep`]), looks up the forms whose first such
//! run has that length ([`forms`]), and asks for words around the number or at
//! the head of its column ([`context`], [`columns`]) before it computes anything.
//!
//! Whether a number counts depends on the bytes within [`REACH`] of it, on the
//! head of the text, and on where the number before ended, so windows change nothing.

pub mod columns;
pub mod context;
pub mod forms;
pub mod sweep;

/// Bytes before a number in which a word may stand.
pub const BEFORE: usize = 120;
/// Bytes behind a number in which a word may stand.
pub const BEHIND: usize = 48;
/// Longest line in which columns are counted, up to the number.
pub const LINE: usize = 8 << 10;
/// Most bytes beside a number that anything here looks at.
pub const REACH: usize = LINE + 64;

/// A set of rules of this kind, by their position among them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RuleBits([u64; 4]);

impl RuleBits {
    /// Most rules of this kind.
    pub const MOST: usize = 256;

    /// Adds rule `number`.
    pub fn set(&mut self, number: usize) {
        self.0[number / 64] |= 1 << (number % 64);
    }

    /// True when rule `number` is in the set.
    pub fn has(&self, number: usize) -> bool {
        self.0[number / 64] >> (number % 64) & 1 == 1
    }

    /// Adds all of `other`.
    pub fn join(&mut self, other: &RuleBits) {
        for (word, more) in self.0.iter_mut().zip(other.0) {
            *word |= more;
        }
    }

    /// True when no rule is in the set.
    pub fn is_empty(&self) -> bool {
        self.0 == [0; 4]
    }
}
