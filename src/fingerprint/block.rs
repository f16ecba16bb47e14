//! A block of symbols, and the way back from a symbol to the text.

use std::ops::Range;

use super::TAGGED;
use super::characters::read;
use super::symbols::Alphabet;

/// Symbols that are handed on together.
pub(super) const BLOCK: usize = 4096;

/// Room behind a block: what one chunk of ligatures could become.
const SLACK: usize = 1024;

/// Symbols kept from one block to the next: one less than a tag needs.
pub(super) const CARRY: usize = TAGGED - 1;

/// Bytes of text after which a place is noted again.
const NOTED: usize = 512;

/// How a stretch of symbols goes back to the text.
#[derive(Clone, Copy, Debug)]
struct Run {
    /// The first symbol; negative when the buffer has moved on.
    symbol: isize,
    /// Where in the text it begins.
    text: usize,
    /// What counts in it.
    kind: RunKind,
}

/// What of the text behind a run became symbols.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RunKind {
    /// ASCII letters and digits, and nothing else.
    Plain,
    /// All characters.
    Walked,
}

/// A block of symbols, with the last ones of the block before.
#[derive(Debug)]
pub(super) struct Symbols {
    pub(super) bytes: Vec<u8>,
    pub(super) len: usize,
    runs: Vec<Run>,
}

impl Default for Symbols {
    fn default() -> Symbols {
        Symbols {
            bytes: vec![0; CARRY + BLOCK + SLACK],
            len: 0,
            runs: Vec::new(),
        }
    }
}

impl Symbols {
    /// Begins a new text after the symbols `carried`.
    pub(super) fn begin(&mut self, carried: &[u8]) {
        self.len = carried.len().min(CARRY);
        self.bytes[..self.len].copy_from_slice(&carried[..self.len]);
        self.runs.clear();
    }

    /// The symbols of the block.
    pub(super) fn all(&self) -> &[u8] {
        &self.bytes[..self.len]
    }

    /// Drops all but the symbols that the next block needs; returns how many are gone.
    pub(super) fn move_on(&mut self) -> usize {
        let gone = self.len.saturating_sub(CARRY);
        self.bytes.copy_within(gone..self.len, 0);
        self.len -= gone;
        let first = self
            .runs
            .partition_point(|run| run.symbol <= gone.cast_signed());
        self.runs.drain(..first.saturating_sub(1));
        for run in &mut self.runs {
            run.symbol -= gone.cast_signed();
        }
        gone
    }

    /// The bytes of `text` that became the symbol at `at`, which must not be
    /// one that was carried over from another text.
    pub(super) fn place(&self, alphabet: &Alphabet, text: &[u8], at: usize) -> Range<usize> {
        let index = self
            .runs
            .partition_point(|run| run.symbol <= at.cast_signed());
        let Some(run) = index.checked_sub(1).map(|index| self.runs[index]) else {
            return 0..0;
        };
        let mut left = (at.cast_signed() - run.symbol).max(0).cast_unsigned();
        let mut at = run.text;
        while let Some(&byte) = text.get(at) {
            let (count, len) = match run.kind {
                RunKind::Walked if byte >= 0x80 || byte == b'\\' => match read(text, at) {
                    Some((c, len)) => (c.map_or(0, |c| alphabet.count(c)), len),
                    None => (0, 1),
                },
                _ => (usize::from(byte.is_ascii_alphanumeric()), 1),
            };
            if left < count {
                return at..at + len;
            }
            left -= count;
            at += len;
        }
        at..at
    }

    /// Adds one symbol.
    #[inline]
    pub(super) fn push(&mut self, symbol: u8) {
        // The slack is more than a chunk can give, so no symbol is lost here.
        if let Some(place) = self.bytes.get_mut(self.len) {
            *place = symbol;
            self.len += 1;
        }
    }

    /// Adds the first `count` of `symbols`, which are three at most.
    #[inline]
    pub(super) fn push_some(&mut self, symbols: [u8; 4], count: usize) {
        if let Some(room) = self.bytes.get_mut(self.len..self.len + 4) {
            room.copy_from_slice(&symbols);
            self.len += count;
        }
    }

    /// Notes that a chunk of ASCII follows, which is the same however it is read.
    #[inline]
    pub(super) fn note_ascii(&mut self, at: usize) {
        if self.runs.last().is_none_or(|run| at - run.text >= NOTED) {
            self.run(at, RunKind::Plain);
        }
    }

    /// Notes that text of this kind follows.
    #[inline]
    pub(super) fn note(&mut self, at: usize, kind: RunKind) {
        let goes_on = |run: &Run| run.kind == kind && at - run.text < NOTED;
        if !self.runs.last().is_some_and(goes_on) {
            self.run(at, kind);
        }
    }

    fn run(&mut self, text: usize, kind: RunKind) {
        let symbol = self.len.cast_signed();
        self.runs.push(Run { symbol, text, kind });
    }
}
