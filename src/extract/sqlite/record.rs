//! Records of `SQLite`: numbers of variable length, and rows made of columns
//! (file format §2.1).

use encoding_rs::{UTF_16BE, UTF_16LE};

/// Most columns of a row.
const MOST: usize = 4096;

/// How a database writes text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Encoding {
    Utf8,
    Utf16Le,
    Utf16Be,
}

impl Encoding {
    /// The encoding that the header calls by `number`.
    pub(super) fn of(number: u32) -> Encoding {
        match number {
            2 => Encoding::Utf16Le,
            3 => Encoding::Utf16Be,
            _ => Encoding::Utf8,
        }
    }

    /// The text that `bytes` hold.
    pub(super) fn text(self, bytes: &[u8]) -> String {
        match self {
            Encoding::Utf8 => String::from_utf8_lossy(bytes).into_owned(),
            Encoding::Utf16Le => UTF_16LE.decode_without_bom_handling(bytes).0.into_owned(),
            Encoding::Utf16Be => UTF_16BE.decode_without_bom_handling(bytes).0.into_owned(),
        }
    }
}

/// The value of a column.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value<'r> {
    Null,
    Integer(i64),
    Real(f64),
    Blob(&'r [u8]),
    /// Not decoded.
    Text(&'r [u8]),
}

/// The number that `bytes` begin with, and its length.
pub(super) fn varint(bytes: &[u8]) -> Option<(u64, usize)> {
    let mut number = 0;
    for (index, byte) in bytes.iter().take(9).enumerate() {
        if index == 8 {
            return Some((number << 8 | u64::from(*byte), 9));
        }
        number = number << 7 | u64::from(byte & 0x7F);
        if byte & 0x80 == 0 {
            return Some((number, index + 1));
        }
    }
    None
}

/// Bytes that a value of this kind takes.
fn width(kind: u64) -> Option<usize> {
    match kind {
        0..=4 => Some(kind as usize),
        5 => Some(6),
        6 | 7 => Some(8),
        8 | 9 => Some(0),
        10 | 11 => None,
        _ => usize::try_from((kind - 12) / 2).ok(),
    }
}

/// The kinds of the columns in a header that `record` begins with, and where
/// the values begin.
fn header(record: &[u8]) -> Option<(Vec<u64>, usize)> {
    let (size, mut at) = varint(record)?;
    let size = usize::try_from(size).ok()?;
    let header = record.get(..size)?;
    let mut kinds = Vec::new();
    while at < size {
        let (kind, length) = varint(&header[at..])?;
        at += length;
        kinds.push(kind);
        if kinds.len() > MOST {
            return None;
        }
    }
    (at == size).then_some((kinds, size))
}

/// The values in `record`, as many as there are; and whether these are all.
pub(super) fn values(record: &[u8]) -> (Vec<Value<'_>>, bool) {
    let Some((kinds, mut at)) = header(record) else {
        return (Vec::new(), false);
    };
    let mut values = Vec::with_capacity(kinds.len());
    for kind in kinds {
        let Some(width) = width(kind) else {
            return (values, false);
        };
        let rest = record.get(at..).unwrap_or_default();
        let whole = width <= rest.len();
        let bytes = &rest[..width.min(rest.len())];
        if !whole && kind < 12 {
            return (values, false);
        }
        at = at.saturating_add(width);
        values.push(match kind {
            0 => Value::Null,
            7 => Value::Real(f64::from_bits(unsigned(bytes))),
            8 => Value::Integer(0),
            9 => Value::Integer(1),
            1..=6 => Value::Integer(signed(bytes)),
            _ if kind % 2 == 0 => Value::Blob(bytes),
            _ => Value::Text(bytes),
        });
        if !whole {
            return (values, false);
        }
    }
    (values, true)
}

/// Length of the cell of a table that `bytes` begin with, if it looks like a
/// whole one that holds text: length, row, header and values fit together.
pub(super) fn plausible(bytes: &[u8]) -> Option<(usize, i64, &[u8])> {
    let (length, first) = varint(bytes)?;
    let (row, second) = varint(bytes.get(first..)?)?;
    let length = usize::try_from(length).ok().filter(|length| *length >= 4)?;
    let start = first + second;
    let record = bytes.get(start..start.checked_add(length)?)?;
    // Every place of a page is tried, so long headers would take too long.
    let size = usize::from(*record.first().filter(|size| (2..0x80).contains(*size))?);
    let header = record.get(1..size)?;
    let (mut total, mut at, mut has_text) = (size, 0, false);
    while at < header.len() {
        let (kind, used) = varint(&header[at..])?;
        at += used;
        total = total
            .checked_add(width(kind)?)
            .filter(|total| *total <= length)?;
        has_text |= kind >= 13 && kind % 2 == 1;
    }
    (total == length && has_text).then_some((start + length, row.cast_signed(), record))
}

fn unsigned(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0, |number, byte| number << 8 | u64::from(*byte))
}

fn signed(bytes: &[u8]) -> i64 {
    let shift = 64 - 8 * bytes.len().clamp(1, 8) as u32;
    (unsigned(bytes) << shift).cast_signed() >> shift
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_of_variable_length_are_read() {
        for (bytes, read) in [
            (&[0x7F][..], Some((127, 1))),
            (&[0x81, 0x00], Some((128, 2))),
            (&[0xFF; 9], Some((u64::MAX, 9))),
            (&[0x80], None),
            (&[], None),
        ] {
            assert_eq!(varint(bytes), read);
        }
    }

    #[test]
    fn values_of_all_kinds_are_read() {
        let record = [6, 1, 0, 9, 19, 16, 0xFE, b'a', b'b', b'c', 1, 2];
        let (read, whole) = values(&record);
        assert!(whole);
        assert_eq!(
            read,
            [
                Value::Integer(-2),
                Value::Null,
                Value::Integer(1),
                Value::Text(b"abc"),
                Value::Blob(&[1, 2]),
            ]
        );
        let (cut, whole) = values(&record[..9]);
        assert_eq!(
            (cut.last(), whole),
            (Some(&Value::Text(b"ab"[..].into())), false)
        );
    }

    #[test]
    fn cells_are_recognised_by_their_sums() {
        let cell = [5, 7, 2, 19, b'a', b'b', b'c', 0];
        assert_eq!(plausible(&cell), Some((7, 7, &cell[2..7])));
        assert_eq!(plausible(&[6, 7, 2, 19, b'a', b'b', b'c', 0]), None);
        assert_eq!(plausible(b"plain text, no cell"), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let _ = (values(&bytes), plausible(&bytes), varint(&bytes));
        }
    }
}
