//! Workbooks whose parts are records and not XML (`xlsb`, MS-XLSB): names of
//! sheets, shared strings, and cells with their places.

use std::io::{self, BufRead, BufReader, Read};

use super::table::Grid;
use crate::extract::draft::Draft;

/// Bytes of a record that are looked at; a cell holds 32767 characters at most.
const LONGEST: u64 = 1 << 18;

/// Kinds of records (MS-XLSB 2.3).
mod kind {
    pub(super) const ROW: u16 = 0;
    pub(super) const RK: u16 = 2;
    pub(super) const REAL: u16 = 5;
    pub(super) const STRING: u16 = 6;
    pub(super) const SHARED: u16 = 7;
    pub(super) const FORMULA_STRING: u16 = 8;
    pub(super) const FORMULA_NUMBER: u16 = 9;
    pub(super) const ITEM: u16 = 19;
    pub(super) const RICH: u16 = 62;
    pub(super) const SHEET: u16 = 156;
}

/// Records in their order.
struct Records<R> {
    input: BufReader<R>,
    data: Vec<u8>,
}

impl<R: Read> Records<R> {
    fn new(input: R) -> Records<R> {
        Records {
            input: BufReader::new(input),
            data: Vec::new(),
        }
    }

    fn byte(&mut self) -> io::Result<Option<u8>> {
        let byte = self.input.fill_buf()?.first().copied();
        self.input.consume(usize::from(byte.is_some()));
        Ok(byte)
    }

    /// Reads the next record, and tells its kind.
    fn next(&mut self) -> io::Result<Option<u16>> {
        let Some(low) = self.byte()? else {
            return Ok(None);
        };
        let mut kind = u16::from(low);
        if low & 0x80 != 0 {
            let Some(high) = self.byte()? else {
                return Ok(None);
            };
            kind = u16::from(low & 0x7F) | u16::from(high & 0x7F) << 7;
        }
        let mut length = 0;
        for shift in [0, 7, 14, 21] {
            let Some(byte) = self.byte()? else {
                return Ok(None);
            };
            length |= u64::from(byte & 0x7F) << shift;
            if byte & 0x80 == 0 {
                break;
            }
        }
        self.data.clear();
        let kept = length.min(LONGEST);
        (&mut self.input).take(kept).read_to_end(&mut self.data)?;
        io::copy(&mut (&mut self.input).take(length - kept), &mut io::sink())?;
        Ok(Some(kind))
    }

    fn number(&self, at: usize) -> Option<u32> {
        let bytes = self.data.get(at..)?.first_chunk()?;
        Some(u32::from_le_bytes(*bytes))
    }

    /// The string at `at` with its length before it, and where it ends.
    fn string(&self, at: usize) -> Option<(String, usize)> {
        let count = self.number(at)? as usize;
        // No string at all.
        let count = if count == u32::MAX as usize { 0 } else { count };
        let bytes = &self.data[at + 4..];
        let bytes = &bytes[..bytes.len().min(count.saturating_mul(2))];
        let (units, _) = bytes.as_chunks::<2>();
        let units = units.iter().map(|unit| u16::from_le_bytes(*unit));
        let text = char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER));
        Some((text.collect(), at + 4 + bytes.len()))
    }
}

/// Tells the id and the name of each sheet.
///
/// # Errors
/// When the input fails.
pub(super) fn titles<R: Read>(input: R, mut tell: impl FnMut(&str, String)) -> io::Result<()> {
    let mut records = Records::new(input);
    while let Some(found) = records.next()? {
        if found == kind::SHEET
            && let Some((id, end)) = records.string(8)
            && let Some((name, _)) = records.string(end)
        {
            tell(&id, name);
        }
    }
    Ok(())
}

/// Tells the shared strings in their order.
///
/// # Errors
/// When the input or `tell` fails.
pub(super) fn strings<R: Read>(
    input: R,
    mut tell: impl FnMut(&str) -> io::Result<()>,
) -> io::Result<()> {
    let mut records = Records::new(input);
    while let Some(found) = records.next()? {
        if found == kind::ITEM {
            tell(&records.string(1).unwrap_or_default().0)?;
        }
    }
    Ok(())
}

/// Reads the cells of the sheet called `name`; `shared` gives the strings.
///
/// # Errors
/// When the input fails.
pub(super) fn sheet<'s, R: Read>(
    input: R,
    name: &str,
    shared: impl Fn(usize) -> Option<&'s [u8]>,
    draft: &mut Draft<'_, '_>,
) -> io::Result<()> {
    let mut records = Records::new(input);
    let mut grid = Grid::new(name.to_owned());
    let mut row = 0;
    draft.begin("");
    while let Some(found) = records.next()? {
        if draft.is_over() {
            return Ok(());
        }
        if found == kind::ROW {
            grid.end_row(draft);
            row = records.number(0).map_or(0, |row| row.saturating_add(1));
            continue;
        }
        let Some(column) = records.number(0).map(|column| column.saturating_add(1)) else {
            continue;
        };
        let text = match found {
            kind::STRING | kind::FORMULA_STRING => records.string(8).map(|found| found.0),
            kind::RICH => records.string(9).map(|found| found.0),
            kind::REAL | kind::FORMULA_NUMBER => {
                let real = records.data.get(8..).and_then(<[u8]>::first_chunk);
                real.map(|bytes| f64::from_le_bytes(*bytes).to_string())
            }
            kind::RK => records.number(8).map(|number| rk(number).to_string()),
            kind::SHARED => {
                let text = records.number(8).and_then(|nth| shared(nth as usize));
                grid.cell(row, column, text.unwrap_or_default());
                continue;
            }
            _ => continue,
        };
        grid.cell(row, column, text.unwrap_or_default().as_bytes());
    }
    grid.end_row(draft);
    Ok(())
}

/// A number in 30 bits (MS-XLSB 2.5.123).
fn rk(number: u32) -> f64 {
    let value = if number & 2 != 0 {
        f64::from(number.cast_signed() >> 2)
    } else {
        f64::from_bits(u64::from(number & !3) << 32)
    };
    if number & 1 != 0 {
        value / 100.0
    } else {
        value
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::anchored;
    use super::*;

    fn record(kind: u16, data: &[u8]) -> Vec<u8> {
        let mut out = if kind < 128 {
            vec![kind as u8]
        } else {
            vec![kind as u8 | 0x80, (kind >> 7) as u8]
        };
        out.push(data.len() as u8);
        out.extend(data);
        out
    }

    fn wide(text: &str) -> Vec<u8> {
        let units: Vec<u16> = text.encode_utf16().collect();
        let length = (units.len() as u32).to_le_bytes();
        let bytes = units.into_iter().flat_map(u16::to_le_bytes);
        length.into_iter().chain(bytes).collect()
    }

    fn cell(kind: u16, column: u32, value: &[u8]) -> Vec<u8> {
        record(kind, &[&column.to_le_bytes()[..], &[0; 4], value].concat())
    }

    #[test]
    fn cells_are_told_with_their_places() {
        let row = |row: u32| record(kind::ROW, &[&row.to_le_bytes()[..], &[0; 13]].concat());
        let part = [
            record(129, b""),
            row(1),
            cell(kind::STRING, 0, &wide("label")),
            cell(kind::SHARED, 27, &1_u32.to_le_bytes()),
            row(9),
            cell(kind::RK, 2, &(42_u32 << 2 | 2).to_le_bytes()),
            cell(kind::RICH, 3, &[&[0][..], &wide("riché")].concat()),
            cell(kind::FORMULA_STRING, 4, &wide("made")),
            cell(kind::REAL, 5, &1.5_f64.to_le_bytes()),
            cell(kind::SHARED, 6, &9_u32.to_le_bytes()),
        ]
        .concat();
        let strings = [&b"zero"[..], b"one"];
        let found = anchored(|draft| {
            sheet(&part[..], "Data", |nth| strings.get(nth).copied(), draft).unwrap();
        });
        let found: Vec<_> = found
            .iter()
            .map(|(place, text)| (place.as_str(), text.trim_end()))
            .collect();
        assert_eq!(
            found,
            [
                ("Data!A2", "label"),
                ("Data!AB2", "one"),
                ("Data!C10", "42"),
                ("Data!D10", "riché"),
                ("Data!E10", "made"),
                ("Data!F10", "1.5"),
            ]
        );
        for cut in 0..part.len() {
            anchored(|draft| sheet(&part[..cut], "", |_| None, draft).unwrap());
        }
    }

    #[test]
    fn sheets_and_strings_are_told_in_their_order() {
        let bundle = [&[0; 8][..], &wide("rId1"), &wide("Main page")].concat();
        let part = record(kind::SHEET, &bundle);
        let mut found = Vec::new();
        titles(&part[..], |id, name| found.push((id.to_owned(), name))).unwrap();
        assert_eq!(found, [("rId1".to_owned(), "Main page".to_owned())]);
        let item = |text: &str| record(kind::ITEM, &[&[0][..], &wide(text)].concat());
        let part = [item("one"), item(""), item("three")].concat();
        let mut found = Vec::new();
        let tell = |text: &str| {
            found.push(text.to_owned());
            Ok(())
        };
        strings(&part[..], tell).unwrap();
        assert_eq!(found, ["one", "", "three"]);
    }
}
