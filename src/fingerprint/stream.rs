//! Fingerprints of a text that comes in pieces: which of its tags are known, and
//! where they stand.
//!
//! This is the hot loop of a scan with a register. Per block: symbols, candidates,
//! cheap hashes, words of the prefilter (read in one loop, so that the processor
//! waits for many at once), and a tag for what passed.

use std::ops::Range;

use super::TAGGED;
use super::block::{CARRY, Symbols};
use super::candidates::Order;
use super::keys::Keys;
use super::phrase::Phrases;
use super::prefilter::Prefilter;
use super::symbols::{Alphabet, Grain};
use super::tag::Gram;

/// A known tag in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hit {
    /// The tag.
    pub tag: u64,
    /// Number of the first of its 32 symbols, from the beginning of the text.
    pub symbol: u64,
    /// Offset of the first symbol's first byte in the blob.
    pub start: usize,
    /// Offset after the last symbol's last byte.
    pub end: usize,
}

/// A piece of a text. Pieces follow each other without a gap.
pub struct Piece<'a> {
    /// The piece with what stands around it.
    pub text: &'a [u8],
    /// The piece. What follows in `text` is the true continuation: at least some
    /// dozen bytes, or all there is.
    pub new: Range<usize>,
    /// Where `text` comes from.
    pub grain: Grain,
    /// The bytes of the blob behind bytes of `text`.
    pub to_blob: &'a dyn Fn(Range<usize>) -> Range<usize>,
}

/// What is asked for.
pub struct Question<'a> {
    /// The register's keys.
    pub keys: &'a Keys,
    /// What bytes become.
    pub alphabet: &'a Alphabet,
    /// Sorts out most candidates.
    pub prefilter: &'a Prefilter,
    /// Knows the tags.
    pub known: &'a dyn Fn(u64) -> bool,
    /// Phrases to look for.
    pub phrases: &'a Phrases,
}

/// What a text shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// A known fingerprint.
    Fingerprint(Hit),
    /// A phrase: its number, and the blob's bytes from its first symbol to its last.
    Phrase(u32, usize, usize),
}

/// What one text leaves from piece to piece.
#[derive(Clone, Debug, Default)]
pub struct Stream {
    carried: Vec<u8>,
    /// Blob offsets of the carried symbols.
    places: Vec<usize>,
    /// Symbols before the carried ones.
    before: u64,
    /// Bytes of the next piece that were read already.
    ahead: usize,
}

/// Working memory, reused for all texts of a thread.
#[derive(Debug, Default)]
pub struct Memory {
    symbols: Symbols,
    order: Order,
    hashes: Vec<u64>,
    words: Vec<u64>,
}

impl Stream {
    /// Symbols read so far.
    pub fn symbols(&self) -> u64 {
        self.before + self.carried.len() as u64
    }

    /// Reads `piece` and hands every hit in it to `found`, in order.
    pub fn read(
        &mut self,
        piece: &Piece<'_>,
        question: &Question<'_>,
        memory: &mut Memory,
        found: &mut dyn FnMut(Sign),
    ) {
        let skipped = self.ahead.min(piece.new.len());
        self.ahead -= skipped;
        let mut at = piece.new.start + skipped;
        memory.symbols.begin(&self.carried);
        while at < piece.new.end {
            let range = at..piece.new.end;
            at = question
                .alphabet
                .fill(piece.text, piece.grain, range, &mut memory.symbols);
            self.ask(piece, question, memory, found);
            if at < piece.new.end {
                let gone = memory.symbols.move_on();
                self.before += gone as u64;
                self.places.drain(..gone.min(self.places.len()));
            } else {
                self.ahead += at - piece.new.end;
            }
        }
        self.carry(piece, question, &mut memory.symbols);
    }

    fn ask(
        &self,
        piece: &Piece<'_>,
        question: &Question<'_>,
        memory: &mut Memory,
        found: &mut dyn FnMut(Sign),
    ) {
        let symbols = memory.symbols.all();
        let positions = memory.order.candidates(question.keys, symbols);
        let gram_at = |at: u32| symbols[at as usize..].first_chunk::<TAGGED>();
        memory.hashes.clear();
        let hashes = positions
            .iter()
            .map(|&at| gram_at(at).map_or(0, |gram| question.keys.cheap(gram)));
        memory.hashes.extend(hashes);
        memory.words.clear();
        let words = memory.hashes.iter().map(|&q| question.prefilter.word(q));
        memory.words.extend(words);
        let asked = positions.iter().zip(&memory.hashes).zip(&memory.words);
        for ((&at, &hash), &word) in asked {
            if !question.prefilter.holds(word, hash) {
                continue;
            }
            let tag = gram_at(at).map(|gram: &Gram| question.keys.tag(gram));
            if let Some(tag) = tag.filter(|&tag| (question.known)(tag)) {
                let at = at as usize;
                found(Sign::Fingerprint(Hit {
                    tag,
                    symbol: self.before + at as u64,
                    start: self.place(piece, question, &memory.symbols, at).start,
                    end: self
                        .place(piece, question, &memory.symbols, at + TAGGED - 1)
                        .end,
                }));
            }
        }
        let positions = (symbols.len() + 1).saturating_sub(TAGGED);
        question.phrases.find(
            question.keys,
            symbols,
            positions,
            &mut |at, length, number| {
                let start = self.place(piece, question, &memory.symbols, at).start;
                let last = self.place(piece, question, &memory.symbols, at + length - 1);
                found(Sign::Phrase(number, start, last.end));
            },
        );
    }

    /// Looks for phrases in the last symbols, of which no more will come.
    pub fn finish(&self, question: &Question<'_>, found: &mut dyn FnMut(Sign)) {
        let (symbols, places) = (&self.carried, &self.places);
        let mut tell = |at: usize, length: usize, number| {
            found(Sign::Phrase(
                number,
                places[at],
                places[at + length - 1] + 1,
            ));
        };
        question
            .phrases
            .find(question.keys, symbols, symbols.len(), &mut tell);
    }

    /// The blob's bytes behind the symbol at `at` of the block.
    fn place(
        &self,
        piece: &Piece<'_>,
        question: &Question<'_>,
        symbols: &Symbols,
        at: usize,
    ) -> Range<usize> {
        match self.places.get(at) {
            Some(&place) => place..place + 1,
            None => (piece.to_blob)(symbols.place(question.alphabet, piece.text, at)),
        }
    }

    /// Keeps what the next piece needs.
    fn carry(&mut self, piece: &Piece<'_>, question: &Question<'_>, symbols: &mut Symbols) {
        let len = symbols.all().len();
        let gone = len.saturating_sub(CARRY);
        // After the end of the text nobody asks for places.
        let is_raw = matches!(piece.grain, Grain::Raw(_));
        let is_last = is_raw && piece.new.end >= piece.text.len() && question.phrases.is_empty();
        let places = (gone..len).map(|at| {
            if is_last {
                return 0;
            }
            self.place(piece, question, symbols, at).start
        });
        self.places = places.collect();
        self.carried.clear();
        self.carried.extend_from_slice(&symbols.all()[gone..]);
        self.before += gone as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fingerprint::candidates::candidates;
    use crate::fingerprint::fixtures::sentences;
    use proptest::prelude::*;

    /// The hits of `text` in pieces of the given sizes, when every tag is known.
    fn hits(text: &[u8], sizes: &[usize]) -> (Vec<Hit>, u64) {
        let keys = Keys::derive(b"k");
        let alphabet = Alphabet::default();
        let full = vec![u64::MAX; 64];
        let prefilter = Prefilter::from_words(full, 0).unwrap();
        let question = Question {
            keys: &keys,
            alphabet: &alphabet,
            prefilter: &prefilter,
            known: &|_| true,
            phrases: &Phrases::default(),
        };
        let (mut stream, mut memory, mut out) = (Stream::default(), Memory::default(), Vec::new());
        let mut at = 0;
        let mut sizes = sizes.iter().cycle();
        while at < text.len() {
            let end = sizes
                .next()
                .map_or(text.len(), |size| (at + size.max(&1)).min(text.len()));
            // As a window does: some context before and after.
            let from = at.saturating_sub(200);
            let piece = Piece {
                text: &text[from..(end + 200).min(text.len())],
                new: at - from..end - from,
                grain: Grain::Raw(from),
                to_blob: &|range| range.start + from..range.end + from,
            };
            stream.read(&piece, &question, &mut memory, &mut |sign| {
                if let Sign::Fingerprint(hit) = sign {
                    out.push(hit);
                }
            });
            at = end;
        }
        (out, stream.symbols())
    }

    #[test]
    fn the_stream_finds_every_candidate() {
        let text = sentences(5, 4000);
        let keys = Keys::derive(b"k");
        let symbols = Alphabet::default().symbols(text.as_bytes(), Grain::Raw(0));
        let (found, count) = hits(text.as_bytes(), &[]);
        assert_eq!(count, symbols.len() as u64);
        let expected: Vec<(u64, u64)> = candidates(&keys, &symbols)
            .into_iter()
            .map(|at| {
                let gram = symbols[at as usize..].first_chunk().unwrap();
                (u64::from(at), keys.tag(gram))
            })
            .collect();
        let found: Vec<(u64, u64)> = found.iter().map(|hit| (hit.symbol, hit.tag)).collect();
        assert_eq!(found, expected);
        assert!(expected.len() > 1500);
    }

    #[test]
    fn a_hit_knows_its_bytes() {
        let text = format!("¶ {}", sentences(6, 300));
        let alphabet = Alphabet::default();
        let symbols = alphabet.symbols(text.as_bytes(), Grain::Raw(0));
        for hit in hits(text.as_bytes(), &[]).0 {
            let own = alphabet.symbols(&text.as_bytes()[hit.start..hit.end], Grain::Raw(0));
            let at = hit.symbol as usize;
            assert_eq!(own, symbols[at..at + TAGGED]);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn pieces_of_any_size_give_the_same_hits(
            seed in any::<u64>(),
            sizes in prop::collection::vec(1usize..3000, 1..8),
            marks in prop::collection::vec((any::<u16>(), 0usize..6), 0..60),
        ) {
            let mut text = sentences(seed, 1500);
            for (at, mark) in marks {
                let mark = ["é", "漢字", "\\n", "\\u0041", "\0\0", "ﬁ"][mark];
                let at = usize::from(at) % text.len();
                if text.is_char_boundary(at) {
                    text.insert_str(at, mark);
                }
            }
            prop_assert_eq!(hits(text.as_bytes(), &sizes), hits(text.as_bytes(), &[]));
        }
    }
}
