//! Records of a number, a length and some data, as spreadsheets have them.

use super::bytes::short;

/// A record, with the pieces that continue it.
#[derive(Debug)]
pub(super) struct Record<'a> {
    pub(super) kind: u16,
    /// Its data, and those of the records that continue it.
    pub(super) pieces: Vec<&'a [u8]>,
}

impl<'a> Record<'a> {
    /// The data of the record itself.
    pub(super) fn data(&self) -> &'a [u8] {
        self.pieces.first().copied().unwrap_or_default()
    }
}

/// A record that continues the one before it.
const CONTINUE: u16 = 0x3C;

/// Reads the records of a stream in their order.
#[derive(Debug)]
pub(super) struct Records<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Records<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Records<'a> {
        Records { bytes, at: 0 }
    }

    /// Where the next record begins.
    pub(super) fn place(&self) -> usize {
        self.at
    }

    fn one(&mut self) -> Option<(u16, &'a [u8])> {
        let kind = short(self.bytes, self.at)?;
        let length = usize::from(short(self.bytes, self.at + 2)?);
        let start = self.at + 4;
        let end = (start + length).min(self.bytes.len());
        self.at = end;
        Some((kind, self.bytes.get(start..end)?))
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = Record<'a>;

    fn next(&mut self) -> Option<Record<'a>> {
        let (kind, data) = self.one()?;
        let mut pieces = vec![data];
        while short(self.bytes, self.at) == Some(CONTINUE) {
            pieces.push(self.one()?.1);
        }
        Some(Record { kind, pieces })
    }
}

/// Reads fields that may go on in the next piece.
#[derive(Debug)]
pub(super) struct Pieces<'a> {
    pieces: &'a [&'a [u8]],
    at: usize,
}

impl<'a> Pieces<'a> {
    pub(super) fn new(pieces: &'a [&'a [u8]]) -> Pieces<'a> {
        Pieces { pieces, at: 0 }
    }

    fn byte(&mut self) -> Option<u8> {
        loop {
            let piece = self.pieces.first()?;
            if let Some(byte) = piece.get(self.at) {
                self.at += 1;
                return Some(*byte);
            }
            self.pieces = &self.pieces[1..];
            self.at = 0;
        }
    }

    pub(super) fn short(&mut self) -> Option<u16> {
        Some(u16::from_le_bytes([self.byte()?, self.byte()?]))
    }

    pub(super) fn long(&mut self) -> Option<u32> {
        let low = u32::from(self.short()?);
        Some(u32::from(self.short()?) << 16 | low)
    }

    pub(super) fn pass(&mut self, count: usize) -> Option<()> {
        for _ in 0..count {
            self.byte()?;
        }
        Some(())
    }

    /// A string with a length, flags, and what the flags say. Where it goes on
    /// in the next piece, the width of its characters is told anew.
    pub(super) fn string(&mut self) -> Option<String> {
        let count = usize::from(self.short()?);
        let flags = self.byte()?;
        let runs = if flags & 8 != 0 {
            usize::from(self.short()?)
        } else {
            0
        };
        let extra = if flags & 4 != 0 {
            self.long()? as usize
        } else {
            0
        };
        let text = self.characters(count, flags & 1 != 0);
        self.pass(runs.saturating_mul(4).saturating_add(extra))?;
        Some(text)
    }

    /// `count` characters of one or two bytes, as many as there are.
    pub(super) fn characters(&mut self, count: usize, wide: bool) -> String {
        let mut units = Vec::with_capacity(count.min(1 << 16));
        let mut wide = wide;
        while units.len() < count {
            let ended = self
                .pieces
                .first()
                .is_some_and(|piece| self.at >= piece.len());
            if ended && !units.is_empty() {
                let Some(flags) = self.byte() else { break };
                wide = flags & 1 != 0;
            }
            let Some(low) = self.byte() else { break };
            let high = if wide { self.byte().unwrap_or(0) } else { 0 };
            units.push(u16::from_le_bytes([low, high]));
        }
        String::from_utf16_lossy(&units)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_go_on_in_the_next_piece() {
        let one = [4, 0, 0, b'a', b'b'];
        let two = [1, b'c', 0, b'd', 0, 1, 0, 0, b'e'];
        let all = [&one[..], &two];
        let mut pieces = Pieces::new(&all);
        assert_eq!(pieces.string().as_deref(), Some("abcd"));
        assert_eq!(pieces.string().as_deref(), Some("e"));
        assert_eq!(pieces.string(), None);
    }

    #[test]
    fn records_are_put_together() {
        let bytes = [1, 0, 1, 0, 7, 0x3C, 0, 1, 0, 8, 2, 0, 9, 0];
        let read: Vec<_> = Records::new(&bytes)
            .map(|r| (r.kind, r.pieces.len()))
            .collect();
        assert_eq!(read, [(1, 2), (2, 1)]);
    }
}
