//! Git's packs, and bundles, which are packs with a list of references before
//! them. Objects are handed out whole; deltas are applied to their bases.
//!
//! Format: `gitformat-pack` and `gitformat-bundle`. Repositories are read
//! elsewhere, with their history; this is for packs that lie about.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::{self, BufRead, BufReader, Read, SeekFrom};
use std::rc::Rc;

use flate2::bufread::ZlibDecoder;
use sha1::{Digest, Sha1};

use crate::base::content::SkipReason;
use crate::extract::budget::{Budget, fault};
use crate::extract::part::{Blob, Extractor, Head, Needs, Part, ReadSeek, YieldPart};

/// The reader of packs and bundles.
#[derive(Debug)]
pub(crate) struct Pack;

const NAME: &str = "git-pack";
const BUNDLES: [&[u8]; 2] = [b"# v2 git bundle\n", b"# v3 git bundle\n"];
/// Longest object that is held, so that others can be made from it.
const LONGEST: u64 = 16 << 20;
/// Bytes of objects that are kept at hand.
const KEPT: usize = 16 << 20;
/// Deltas upon deltas.
const CHAIN: usize = 200;

type Id = [u8; 20];

impl Extractor for Pack {
    fn name(&self) -> &'static str {
        NAME
    }

    fn accepts(&self, head: &Head<'_>) -> bool {
        is_pack(head.bytes) || BUNDLES.iter().any(|mark| head.bytes.starts_with(mark))
    }

    fn needs(&self) -> Needs {
        Needs::Seek
    }

    fn extract(
        &self,
        blob: &mut Blob<'_>,
        budget: &Budget<'_>,
        yield_part: &mut YieldPart<'_>,
    ) -> Result<(), SkipReason> {
        let (input, _) = blob.seekable()?;
        let _reserved = budget.reserve(2 * KEPT as u64)?;
        let mut walk = Walk {
            input,
            budget,
            ids: HashMap::new(),
            kept: HashMap::new(),
            size: 0,
        };
        walk.run(yield_part)
    }
}

fn is_pack(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PACK\0\0\0\x02") || bytes.starts_with(b"PACK\0\0\0\x03")
}

fn invalid(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

struct Walk<'a, 'b> {
    input: &'a mut dyn ReadSeek,
    budget: &'a Budget<'b>,
    /// Where objects stand that deltas may name.
    ids: HashMap<Id, u64>,
    /// Objects at hand, by where they stand.
    kept: HashMap<u64, Rc<Object>>,
    size: usize,
}

struct Object {
    kind: u8,
    data: Vec<u8>,
}

/// What an entry begins with.
struct Entry {
    kind: u8,
    size: u64,
    base: Base,
    /// Where its compressed data begins.
    data: u64,
}

enum Base {
    None,
    At(u64),
    Named(Id),
}

impl Walk<'_, '_> {
    fn run(&mut self, yield_part: &mut YieldPart<'_>) -> Result<(), SkipReason> {
        let broken = |error: io::Error, budget: &Budget<'_>| budget.reason(&error, NAME);
        let (mut at, count) = self.begin().map_err(|error| broken(error, self.budget))?;
        let mut later = Vec::new();
        for _ in 0..count {
            self.budget.alive()?;
            let entry = self.entry(at).map_err(|error| broken(error, self.budget))?;
            let next = self
                .pass(&entry)
                .map_err(|error| broken(error, self.budget))?;
            match self.object(at, 0) {
                Ok(Some(object)) => {
                    if !self.hand_out(at, &object, yield_part) {
                        return Ok(());
                    }
                }
                Ok(None) => later.push(at),
                Err(error) => {
                    let reason = broken(error, self.budget);
                    if yield_part(Part::Skip {
                        name: &format!("object at {at}"),
                        reason,
                    })
                    .is_break()
                    {
                        return Ok(());
                    }
                }
            }
            at = next;
        }
        for at in later {
            let object = self
                .object(at, 0)
                .map_err(|error| broken(error, self.budget))?;
            let goes_on = if let Some(object) = object {
                self.hand_out(at, &object, yield_part)
            } else {
                // A thin pack leaves out what the other side has.
                let reason = SkipReason::MissingObject("the pack is thin");
                yield_part(Part::Skip {
                    name: &format!("object at {at}"),
                    reason,
                })
                .is_continue()
            };
            if !goes_on {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Passes over what comes before the entries; where they begin, and how many there are.
    fn begin(&mut self) -> io::Result<(u64, u32)> {
        self.input.seek(SeekFrom::Start(0))?;
        let mut input = BufReader::new(&mut *self.input);
        let mut at = 0;
        if !is_pack(input.fill_buf()?) {
            loop {
                let mut line = Vec::new();
                let read = (&mut input).take(1 << 16).read_until(b'\n', &mut line)?;
                at += read as u64;
                match &line[..] {
                    b"\n" => break,
                    [.., b'\n'] => {}
                    _ => return Err(invalid("bundle")),
                }
            }
        }
        let mut header = [0; 12];
        input.read_exact(&mut header)?;
        if !is_pack(&header) {
            return Err(invalid("pack"));
        }
        let count = u32::from_be_bytes([header[8], header[9], header[10], header[11]]);
        Ok((at + 12, count))
    }

    fn entry(&mut self, at: u64) -> io::Result<Entry> {
        self.input.seek(SeekFrom::Start(at))?;
        let mut input = BufReader::with_capacity(64, &mut *self.input);
        let mut used = 0;
        let mut byte = |input: &mut dyn Read| {
            let mut byte = [0];
            used += 1;
            input.read_exact(&mut byte).map(|()| byte[0])
        };
        let mut next = byte(&mut input)?;
        let kind = next >> 4 & 7;
        let (mut size, mut shift) = (u64::from(next & 15), 4);
        while next & 0x80 != 0 {
            next = byte(&mut input)?;
            let part = u64::from(next & 0x7F).checked_shl(shift);
            size |= part.filter(|_| shift < 60).ok_or_else(|| invalid("size"))?;
            shift += 7;
        }
        let base = match kind {
            6 => {
                let mut next = byte(&mut input)?;
                let mut back = u64::from(next & 0x7F);
                while next & 0x80 != 0 {
                    next = byte(&mut input)?;
                    let more = back.checked_add(1).and_then(|back| back.checked_mul(128));
                    back = more.ok_or_else(|| invalid("base"))? | u64::from(next & 0x7F);
                }
                let place = at.checked_sub(back).filter(|_| back > 0);
                Base::At(place.ok_or_else(|| invalid("base"))?)
            }
            7 => {
                let mut id = [0; 20];
                input.read_exact(&mut id)?;
                used += 20;
                Base::Named(id)
            }
            1..=4 => Base::None,
            _ => return Err(invalid("kind")),
        };
        Ok(Entry {
            kind,
            size,
            base,
            data: at + used,
        })
    }

    /// Inflates an entry without keeping it; where the next one begins.
    fn pass(&mut self, entry: &Entry) -> io::Result<u64> {
        self.input.seek(SeekFrom::Start(entry.data))?;
        let input = BufReader::with_capacity(32 << 10, &mut *self.input);
        let mut decoder = ZlibDecoder::new(input);
        io::copy(&mut self.budget.meter(&mut decoder, NAME), &mut io::sink())?;
        Ok(entry.data + decoder.total_in())
    }

    fn inflate(&mut self, entry: &Entry) -> io::Result<Vec<u8>> {
        if entry.size > LONGEST {
            return Err(fault(SkipReason::Limit("memory")));
        }
        self.input.seek(SeekFrom::Start(entry.data))?;
        let input = BufReader::with_capacity(32 << 10, &mut *self.input);
        let decoder = ZlibDecoder::new(input).take(entry.size);
        let mut data = Vec::new();
        self.budget.meter(decoder, NAME).read_to_end(&mut data)?;
        Ok(data)
    }

    /// The object at `at`; `None` when its base is not known.
    fn object(&mut self, at: u64, depth: usize) -> io::Result<Option<Rc<Object>>> {
        if let Some(object) = self.kept.get(&at) {
            return Ok(Some(Rc::clone(object)));
        }
        if depth > CHAIN {
            return Err(fault(SkipReason::Limit("depth")));
        }
        let entry = self.entry(at)?;
        let base = match entry.base {
            Base::None => None,
            Base::At(place) => self.object(place, depth + 1)?,
            Base::Named(id) => match self.ids.get(&id).copied() {
                Some(place) => self.object(place, depth + 1)?,
                None => None,
            },
        };
        if base.is_none() && entry.kind > 4 {
            return Ok(None);
        }
        let data = self.inflate(&entry)?;
        let object = match base {
            Some(base) => Object {
                kind: base.kind,
                data: apply(&base.data, &data).ok_or_else(|| invalid("delta"))?,
            },
            None => Object {
                kind: entry.kind,
                data,
            },
        };
        self.budget
            .produce(object.data.len() as u64)
            .map_err(fault)?;
        Ok(Some(self.keep(at, object)))
    }

    fn keep(&mut self, at: u64, object: Object) -> Rc<Object> {
        let object = Rc::new(object);
        self.size += object.data.len();
        if self.size > KEPT {
            self.kept.clear();
            self.size = object.data.len();
        }
        self.kept.insert(at, Rc::clone(&object));
        object
    }

    /// False when that is enough.
    fn hand_out(&mut self, at: u64, object: &Object, yield_part: &mut YieldPart<'_>) -> bool {
        let kind = match object.kind {
            1 => "commit",
            2 => "tree",
            3 => "blob",
            _ => "tag",
        };
        let mut hasher = Sha1::new();
        hasher.update(format!("{kind} {}\0", object.data.len()));
        hasher.update(&object.data);
        let id: Id = hasher.finalize().into();
        self.ids.insert(id, at);
        let mut name = format!("{kind} ");
        for byte in &id[..6] {
            let _ = write!(name, "{byte:02x}");
        }
        let mut content = &object.data[..];
        let size = Some(object.data.len() as u64);
        let part = Part::Blob {
            name: &name,
            content: &mut content,
            size,
        };
        yield_part(part).is_continue()
    }
}

/// A number in groups of seven bits, the lowest first.
fn number(delta: &mut &[u8]) -> Option<usize> {
    let (mut value, mut shift) = (0_u64, 0);
    loop {
        let (&byte, rest) = delta.split_first()?;
        *delta = rest;
        value |= u64::from(byte & 0x7F) << shift;
        shift += 7;
        if byte & 0x80 == 0 {
            return usize::try_from(value).ok();
        }
        if shift > 56 {
            return None;
        }
    }
}

/// What `delta` makes of `base`.
fn apply(base: &[u8], mut delta: &[u8]) -> Option<Vec<u8>> {
    let (from, to) = (number(&mut delta)?, number(&mut delta)?);
    if from != base.len() || to as u64 > LONGEST {
        return None;
    }
    let mut out = Vec::with_capacity(to);
    while let Some((&code, rest)) = delta.split_first() {
        delta = rest;
        if code & 0x80 == 0 {
            let (literal, rest) = delta.split_at_checked(code.into())?;
            out.extend_from_slice(literal);
            delta = rest;
        } else {
            let mut fields = [0_usize; 7];
            for (bit, field) in fields.iter_mut().enumerate() {
                if code >> bit & 1 == 1 {
                    let (&byte, rest) = delta.split_first()?;
                    *field = byte.into();
                    delta = rest;
                }
            }
            let join = |bytes: &[usize]| bytes.iter().rev().fold(0, |all, byte| all << 8 | byte);
            let start = join(&fields[..4]);
            let length = match join(&fields[4..]) {
                0 => 0x10000,
                length => length,
            };
            out.extend_from_slice(base.get(start..start.checked_add(length)?)?);
        }
        if out.len() > to {
            return None;
        }
    }
    (out.len() == to).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delta_copies_and_inserts() {
        let base = b"hello, world";
        // From 12 bytes to 10: copy 5 from 7, insert 2, copy 3 from 0.
        let delta = b"\x0c\x0a\x91\x07\x05\x02!!\x90\x03";
        assert_eq!(apply(base, delta).as_deref(), Some(&b"world!!hel"[..]));
    }

    #[test]
    fn a_delta_that_lies_is_refused() {
        for delta in [
            &b"\x0b\x0a"[..],
            b"\x0c\x03\x91\x0b\x05",
            b"\x0c\x02\x03abc",
            b"\x0c\x05\x02ab",
            b"\x0c\x02\x05a",
            b"",
        ] {
            assert_eq!(apply(b"hello, world", delta), None, "{delta:?}");
        }
    }
}
