//! The filters of PDF streams (ISO 32000-2 §7.4), each as a reader around
//! another one.

use std::io::{self, BufReader, Read};

use flate2::read::{DeflateDecoder, ZlibDecoder};

use super::lex::{Dict, Object};
use crate::extract::budget::Budget;

/// Most filters around each other.
const MOST: usize = 8;
/// Most bytes of a row of a picture.
const WIDEST: usize = 1 << 20;

/// A stream's content, as far as it can be decoded here.
pub(super) struct Decoded<'a> {
    pub(super) reader: Box<dyn Read + 'a>,
    /// The filter at which decoding stopped: pictures, and what is unknown.
    pub(super) stopped: Option<Box<[u8]>>,
}

/// The filters and their parameters that `dict`, the dictionary of a stream,
/// names. `resolve` leads from references to objects.
pub(super) fn chain(
    dict: &Dict,
    resolve: &dyn Fn(&Object) -> Object,
) -> Vec<(Box<[u8]>, Option<Dict>)> {
    let value = |names: [&str; 2]| names.iter().find_map(|name| dict.get(name)).map(resolve);
    let filters = value(["Filter", "F"]).unwrap_or(Object::Null);
    let parameters = value(["DecodeParms", "DP"]).unwrap_or(Object::Null);
    let parameters = parameters.elements();
    let mut chain = Vec::new();
    for (index, filter) in filters.elements().iter().take(MOST).enumerate() {
        let Object::Name(name) = resolve(filter) else {
            continue;
        };
        let of = parameters.get(index).map(resolve);
        chain.push((name, of.and_then(|of| of.dict().cloned())));
    }
    chain
}

/// `data` with the filters of `chain` undone.
pub(super) fn decode<'a>(
    data: &'a [u8],
    chain: &[(Box<[u8]>, Option<Dict>)],
    budget: &'a Budget<'a>,
) -> Decoded<'a> {
    let mut reader: Box<dyn Read + 'a> = Box::new(data);
    for (index, (name, parameters)) in chain.iter().enumerate() {
        let decoder: Box<dyn Read + 'a> = match &**name {
            b"FlateDecode" | b"Fl" if index == 0 => flate(data),
            b"FlateDecode" | b"Fl" => Box::new(ZlibDecoder::new(reader)),
            b"LZWDecode" | b"LZW" => {
                let early = parameter(parameters.as_ref(), "EarlyChange").unwrap_or(1);
                Box::new(Lzw::new(reader, early != 0))
            }
            b"ASCII85Decode" | b"A85" => Box::new(Ascii85::new(reader)),
            b"ASCIIHexDecode" | b"AHx" => Box::new(AsciiHex::new(reader)),
            b"RunLengthDecode" | b"RL" => Box::new(RunLength::new(reader)),
            b"Crypt" => reader,
            other => {
                let stopped = Some(other.into());
                return Decoded { reader, stopped };
            }
        };
        let decoder = budget.meter(decoder, "pdf");
        reader = match predictor(parameters.as_ref()) {
            Some(rows) => Box::new(Predictor::new(decoder, rows)),
            None => Box::new(decoder),
        };
    }
    Decoded {
        reader,
        stopped: None,
    }
}

/// Deflated data with or without its header, or with a line end before it.
fn flate(data: &[u8]) -> Box<dyn Read + '_> {
    let has_header = |data: &[u8]| {
        matches!(data, [first, second, ..] if first & 0x0F == 8
            && (u16::from(*first) << 8 | u16::from(*second)).is_multiple_of(31))
    };
    let trimmed = data.trim_ascii_start();
    if trimmed.is_empty() {
        // Pages without anything on them.
        Box::new(trimmed)
    } else if has_header(data) {
        Box::new(ZlibDecoder::new(data))
    } else if has_header(trimmed) {
        Box::new(ZlibDecoder::new(trimmed))
    } else {
        Box::new(DeflateDecoder::new(data.get(2..).unwrap_or_default()))
    }
}

fn parameter(parameters: Option<&Dict>, name: &str) -> Option<usize> {
    parameters?.get(name)?.count()
}

/// How rows were changed before they were compressed.
#[derive(Clone, Copy)]
struct Rows {
    /// Bytes of a row.
    row: usize,
    /// Bytes of a pixel.
    pixel: usize,
    /// True when each row says how it was changed.
    marked: bool,
}

fn predictor(parameters: Option<&Dict>) -> Option<Rows> {
    let number = |name, default| parameter(parameters, name).unwrap_or(default);
    let kind = number("Predictor", 1);
    let bits = number("BitsPerComponent", 8).min(32);
    let colours = number("Colors", 1).min(32);
    let row = number("Columns", 1)
        .checked_mul(bits * colours)?
        .div_ceil(8);
    let is_known = kind >= 10 || (kind == 2 && bits == 8);
    (is_known && row > 0 && row <= WIDEST).then_some(Rows {
        row,
        pixel: (bits * colours).div_ceil(8).max(1),
        marked: kind >= 10,
    })
}

/// Undoes the prediction of PNG and TIFF.
struct Predictor<R> {
    input: R,
    rows: Rows,
    above: Vec<u8>,
    now: Vec<u8>,
    given: usize,
}

impl<R: Read> Predictor<R> {
    fn new(input: R, rows: Rows) -> Predictor<R> {
        Predictor {
            input,
            rows,
            above: vec![0; rows.row],
            now: Vec::new(),
            given: 0,
        }
    }

    fn row(&mut self) -> io::Result<()> {
        std::mem::swap(&mut self.above, &mut self.now);
        self.above.resize(self.rows.row, 0);
        let mut kind = [2];
        self.now.clear();
        self.given = 0;
        if self.rows.marked && self.input.read(&mut kind)? == 0 {
            return Ok(());
        }
        let row = self.rows.row as u64;
        (&mut self.input).take(row).read_to_end(&mut self.now)?;
        let pixel = self.rows.pixel;
        for at in 0..self.now.len() {
            let before = |row: &[u8]| at.checked_sub(pixel).map_or(0, |at| row[at]);
            let (left, up, corner) = (before(&self.now), self.above[at], before(&self.above));
            let guess = match (self.rows.marked, kind[0]) {
                (false, _) | (true, 1) => left,
                (true, 2) => up,
                (true, 3) => u16::midpoint(left.into(), up.into()) as u8,
                (true, 4) => paeth(left, up, corner),
                (true, _) => 0,
            };
            self.now[at] = self.now[at].wrapping_add(guess);
        }
        Ok(())
    }
}

fn paeth(left: u8, up: u8, corner: u8) -> u8 {
    let (a, b, c) = (i16::from(left), i16::from(up), i16::from(corner));
    let estimate = a + b - c;
    let [to_a, to_b, to_c] = [a, b, c].map(|from| (estimate - from).abs());
    if to_a <= to_b && to_a <= to_c {
        left
    } else if to_b <= to_c {
        up
    } else {
        corner
    }
}

impl<R: Read> Read for Predictor<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.given >= self.now.len() {
            self.row()?;
        }
        let rest = &self.now[self.given..];
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        self.given += count;
        Ok(count)
    }
}

/// A decoder that makes some bytes at a time.
trait Steps {
    /// Adds bytes to `out`; false at the end.
    fn step(&mut self, out: &mut Vec<u8>) -> io::Result<bool>;
}

/// What a decoder made and nobody took yet.
struct Stepped<S> {
    steps: S,
    out: Vec<u8>,
    given: usize,
}

impl<S> Stepped<S> {
    fn of(steps: S) -> Stepped<S> {
        Stepped {
            steps,
            out: Vec::new(),
            given: 0,
        }
    }
}

impl<S: Steps> Read for Stepped<S> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.given >= self.out.len() {
            self.out.clear();
            self.given = 0;
            if !self.steps.step(&mut self.out)? && self.out.is_empty() {
                return Ok(0);
            }
        }
        let rest = &self.out[self.given..];
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        self.given += count;
        Ok(count)
    }
}

/// The next byte of a reader.
fn byte<R: Read>(input: &mut BufReader<R>) -> io::Result<Option<u8>> {
    let mut one = [0];
    Ok((input.read(&mut one)? == 1).then_some(one[0]))
}

struct AsciiHex<R>(BufReader<R>);

impl<R: Read> AsciiHex<R> {
    fn new(input: R) -> Stepped<AsciiHex<R>> {
        Stepped::of(AsciiHex(BufReader::new(input)))
    }
}

impl<R: Read> Steps for AsciiHex<R> {
    fn step(&mut self, out: &mut Vec<u8>) -> io::Result<bool> {
        let mut half = None;
        while let Some(byte) = byte(&mut self.0)?.filter(|byte| *byte != b'>') {
            let Some(digit) = char::from(byte).to_digit(16) else {
                continue;
            };
            match half.take() {
                None => half = Some(digit),
                Some(high) => {
                    out.push((high * 16 + digit) as u8);
                    return Ok(true);
                }
            }
        }
        out.extend(half.map(|high| (high * 16) as u8));
        Ok(false)
    }
}

struct Ascii85<R>(BufReader<R>);

impl<R: Read> Ascii85<R> {
    fn new(input: R) -> Stepped<Ascii85<R>> {
        Stepped::of(Ascii85(BufReader::new(input)))
    }
}

impl<R: Read> Steps for Ascii85<R> {
    fn step(&mut self, out: &mut Vec<u8>) -> io::Result<bool> {
        let (mut value, mut digits) = (0_u32, 0);
        let mut add = |digit: u8, digits: &mut usize| {
            value = value.wrapping_mul(85).wrapping_add(u32::from(digit));
            *digits += 1;
            value
        };
        while let Some(byte) = byte(&mut self.0)?.filter(|byte| *byte != b'~') {
            match byte {
                b'z' if digits == 0 => {
                    out.extend([0; 4]);
                    return Ok(true);
                }
                b'!'..=b'u' => {
                    let value = add(byte - b'!', &mut digits);
                    if digits == 5 {
                        out.extend(value.to_be_bytes());
                        return Ok(true);
                    }
                }
                _ => {}
            }
        }
        if digits > 1 {
            let kept = digits - 1;
            let mut value = 0;
            while digits < 5 {
                value = add(84, &mut digits);
            }
            out.extend(&value.to_be_bytes()[..kept]);
        }
        Ok(false)
    }
}

struct RunLength<R>(BufReader<R>);

impl<R: Read> RunLength<R> {
    fn new(input: R) -> Stepped<RunLength<R>> {
        Stepped::of(RunLength(BufReader::new(input)))
    }
}

impl<R: Read> Steps for RunLength<R> {
    fn step(&mut self, out: &mut Vec<u8>) -> io::Result<bool> {
        match byte(&mut self.0)? {
            None | Some(128) => Ok(false),
            Some(length @ 0..=127) => {
                let length = u64::from(length) + 1;
                let got = (&mut self.0).take(length).read_to_end(out)?;
                Ok(got as u64 == length)
            }
            Some(length) => {
                let repeated = byte(&mut self.0)?;
                out.extend(repeated.iter().cycle().take(257 - usize::from(length)));
                Ok(repeated.is_some())
            }
        }
    }
}

/// LZW with codes of 9 to 12 bits, highest bit first.
struct Lzw<R> {
    input: BufReader<R>,
    early: usize,
    bits: u32,
    held: u32,
    width: u32,
    /// For each code from 258 on: the code before and the byte behind.
    table: Vec<(u16, u8)>,
    previous: Option<u16>,
}

/// Codes with a meaning of their own.
const CLEAR: u16 = 256;
const END: u16 = 257;

impl<R: Read> Lzw<R> {
    fn new(input: R, early: bool) -> Stepped<Lzw<R>> {
        Stepped::of(Lzw {
            input: BufReader::new(input),
            early: usize::from(early),
            bits: 0,
            held: 0,
            width: 9,
            table: Vec::new(),
            previous: None,
        })
    }

    fn code(&mut self) -> io::Result<Option<u16>> {
        while self.held < self.width {
            let Some(byte) = byte(&mut self.input)? else {
                return Ok(None);
            };
            self.bits = self.bits << 8 | u32::from(byte);
            self.held += 8;
        }
        self.held -= self.width;
        Ok(Some(
            ((self.bits >> self.held) & ((1 << self.width) - 1)) as u16,
        ))
    }

    /// Writes what `code` stands for; its first byte.
    fn expand(&self, code: u16, out: &mut Vec<u8>) -> Option<u8> {
        let start = out.len();
        let mut code = code;
        while code > END {
            let (before, last) = *self.table.get(usize::from(code - 258))?;
            out.push(last);
            code = before;
        }
        out.push(u8::try_from(code).ok()?);
        out[start..].reverse();
        out.get(start).copied()
    }
}

impl<R: Read> Steps for Lzw<R> {
    fn step(&mut self, out: &mut Vec<u8>) -> io::Result<bool> {
        let wrong = || io::Error::new(io::ErrorKind::InvalidData, "no such code");
        let code = match self.code()? {
            None | Some(END) => return Ok(false),
            Some(CLEAR) => {
                self.table.clear();
                self.width = 9;
                self.previous = None;
                return Ok(true);
            }
            Some(code) => code,
        };
        let next = self.table.len() + 258;
        if let Some(previous) = self.previous.filter(|_| next < 4096) {
            let mut word = Vec::new();
            let known = if usize::from(code) < next {
                code
            } else {
                previous
            };
            let first = self.expand(known, &mut word).ok_or_else(wrong)?;
            self.table.push((previous, first));
        }
        self.expand(code, out).ok_or_else(wrong)?;
        self.previous = Some(code);
        let most = self.table.len() + 258 + self.early;
        self.width = match most {
            0..512 => 9,
            512..1024 => 10,
            1024..2048 => 11,
            _ => 12,
        };
        Ok(true)
    }
}
