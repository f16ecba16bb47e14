//! Compressed streams: one part each, decoded as it is read.

mod ahead;
mod block;
mod compress;
mod gzip;
mod lz4;
mod lzma;
mod zlib;
mod zstd;

pub(super) use block::{BROTLI, BZIP2, SNAPPY};
pub(super) use compress::COMPRESS;
pub(super) use gzip::GZIP;
pub(super) use lz4::LZ4;
pub(super) use lzma::{LZIP, LZMA, XZ, XZ_ALONE};
pub(super) use zlib::ZLIB;
pub(super) use zstd::{ZSTD, frames as zstd_frames};

use std::cell::Cell;
use std::fmt;
use std::io::{self, BufRead, BufReader, Read};
use std::ops::ControlFlow;
use std::path::Path;
use std::rc::Rc;

use super::budget::Budget;
use super::part::{Blob, Extractor, Head, Needs, Part, YieldPart};
use crate::base::content::SkipReason;

/// Size of the buffers decoders read through.
pub(super) const BUFFER: usize = 64 << 10;

/// The compressed bytes, of which those that a decoder took are counted.
pub(super) struct Input<'a> {
    reader: BufReader<&'a mut dyn Read>,
    taken: Rc<Cell<u64>>,
}

impl<'a> Input<'a> {
    pub(super) fn new(reader: &'a mut dyn Read) -> Input<'a> {
        Input::with_capacity(BUFFER, reader)
    }

    pub(super) fn with_capacity(capacity: usize, reader: &'a mut dyn Read) -> Input<'a> {
        Input {
            reader: BufReader::with_capacity(capacity, reader),
            taken: Rc::default(),
        }
    }

    /// How many bytes were taken, whoever has the input by then.
    pub(super) fn taken(&self) -> Rc<Cell<u64>> {
        Rc::clone(&self.taken)
    }

    fn count(&self, bytes: usize) {
        self.taken.set(self.taken.get() + bytes as u64);
    }
}

impl Read for Input<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(buffer)?;
        self.count(count);
        Ok(count)
    }
}

impl BufRead for Input<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.reader.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        self.count(count);
        self.reader.consume(count);
    }
}

/// A decoder.
pub(super) type Decoder<'a> = Box<dyn Read + 'a>;

/// A format of compressed streams.
pub(crate) struct Stream {
    name: &'static str,
    /// Endings of names, and what they stand for.
    endings: &'static [(&'static str, &'static str)],
    accepts: fn(&Head<'_>) -> bool,
    open: for<'a> fn(Input<'a>, &'a Budget<'a>) -> io::Result<Decoder<'a>>,
}

impl fmt::Debug for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Stream({})", self.name)
    }
}

impl Stream {
    /// Begins to decode `input`.
    pub(super) fn decoder<'a>(
        &self,
        input: Input<'a>,
        budget: &'a Budget<'a>,
    ) -> io::Result<Decoder<'a>> {
        (self.open)(input, budget)
    }
}

impl Extractor for Stream {
    fn name(&self) -> &'static str {
        self.name
    }

    fn accepts(&self, head: &Head<'_>) -> bool {
        (self.accepts)(head)
    }

    fn needs(&self) -> Needs {
        Needs::Stream
    }

    fn extract(
        &self,
        blob: &mut Blob<'_>,
        budget: &Budget<'_>,
        yield_part: &mut YieldPart<'_>,
    ) -> Result<(), SkipReason> {
        let name = inner_name(blob.name, self.endings);
        let input = Input::new(blob.stream());
        let decoder = (self.open)(input, budget);
        let decoder = decoder.map_err(|error| budget.reason(&error, self.name))?;
        let mut content = budget.meter(decoder, self.name);
        let _: ControlFlow<()> = yield_part(Part::Blob {
            name: &name,
            content: &mut content,
            size: None,
        });
        Ok(())
    }
}

/// What the content of the stream called `name` is called: the name without
/// the ending, of which some stand for two.
fn inner_name(name: &str, endings: &[(&str, &str)]) -> String {
    let found = endings.iter().find_map(|(ending, stands_for)| {
        let at = name.len().checked_sub(ending.len())?;
        let (stem, end) = (name.get(..at)?, name.get(at..)?);
        (!stem.is_empty() && end.eq_ignore_ascii_case(ending))
            .then(|| format!("{stem}{stands_for}"))
    });
    found.unwrap_or_else(|| {
        let file = Path::new(name).file_stem().unwrap_or_default();
        let stem = file.to_string_lossy();
        if stem.is_empty() || stem == name {
            "content".to_owned()
        } else {
            stem.into_owned()
        }
    })
}

fn invalid(error: impl fmt::Display) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_are_taken_off() {
        let endings = &[(".tgz", ".tar"), (".gz", "")];
        for (name, expected) in [
            ("a.tar.gz", "a.tar"),
            ("a.TGZ", "a.tar"),
            (".gz", "content"),
            ("blob", "content"),
            ("a.bin", "a"),
            ("", "content"),
            ("é.gz", "é"),
        ] {
            assert_eq!(inner_name(name, endings), expected);
        }
    }
}
