//! Thrift's compact protocol, as Parquet describes itself in it: any structure,
//! read without knowing what its fields mean.

use std::collections::BTreeMap;

/// Structures and lists inside each other, at most.
const DEEP: usize = 24;

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value<'t> {
    /// A number, or 1 and 0 for true and false.
    Number(i64),
    /// A text or bytes.
    Bytes(&'t [u8]),
    /// The elements of a list or a set.
    List(Vec<Value<'t>>),
    /// Fields by their numbers.
    Struct(BTreeMap<i64, Value<'t>>),
    /// Something of no interest: a float, a map.
    Other,
}

impl<'t> Value<'t> {
    /// A field of a structure.
    pub(super) fn field(&self, id: i64) -> Option<&Value<'t>> {
        match self {
            Value::Struct(fields) => fields.get(&id),
            _ => None,
        }
    }

    /// A field that is a number.
    pub(super) fn number(&self, id: i64) -> Option<i64> {
        match self.field(id)? {
            Value::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// A field that is a number and no less than zero.
    pub(super) fn size(&self, id: i64) -> Option<usize> {
        usize::try_from(self.number(id)?).ok()
    }

    /// The elements of a field that is a list; none of any other.
    pub(super) fn list(&self, id: i64) -> &[Value<'t>] {
        match self.field(id) {
            Some(Value::List(elements)) => elements,
            _ => &[],
        }
    }
}

/// The structure at the beginning of `bytes`, and its length.
pub(super) fn structure(bytes: &[u8]) -> Option<(Value<'_>, usize)> {
    let mut reader = Reader { bytes, at: 0 };
    let value = reader.structure(0)?;
    Some((value, reader.at))
}

struct Reader<'t> {
    bytes: &'t [u8],
    at: usize,
}

impl<'t> Reader<'t> {
    fn byte(&mut self) -> Option<u8> {
        let byte = *self.bytes.get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    fn take(&mut self, count: usize) -> Option<&'t [u8]> {
        let end = self.at.checked_add(count)?;
        let bytes = self.bytes.get(self.at..end)?;
        self.at = end;
        Some(bytes)
    }

    fn varint(&mut self) -> Option<u64> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7F) << shift;
            if byte < 0x80 {
                return Some(value);
            }
        }
        None
    }

    fn signed(&mut self) -> Option<i64> {
        let value = self.varint()?;
        Some((value >> 1).cast_signed() ^ -((value & 1).cast_signed()))
    }

    fn structure(&mut self, depth: usize) -> Option<Value<'t>> {
        if depth > DEEP {
            return None;
        }
        let mut fields = BTreeMap::new();
        let mut id = 0_i64;
        loop {
            let head = self.byte()?;
            let kind = head & 0x0F;
            if kind == 0 {
                return Some(Value::Struct(fields));
            }
            id = match head >> 4 {
                0 => self.signed()?,
                more => id.checked_add(i64::from(more))?,
            };
            let value = match kind {
                // True and false have no bytes of their own here.
                1 => Value::Number(1),
                2 => Value::Number(0),
                _ => self.value(kind, depth + 1)?,
            };
            fields.insert(id, value);
        }
    }

    fn value(&mut self, kind: u8, depth: usize) -> Option<Value<'t>> {
        Some(match kind {
            1..=3 => Value::Number(i64::from(self.byte()?)),
            4..=6 => Value::Number(self.signed()?),
            7 => {
                self.take(8)?;
                Value::Other
            }
            8 => {
                let length = usize::try_from(self.varint()?).ok()?;
                Value::Bytes(self.take(length)?)
            }
            9 | 10 => self.list(depth)?,
            11 => self.map(depth)?,
            12 => self.structure(depth)?,
            _ => return None,
        })
    }

    fn list(&mut self, depth: usize) -> Option<Value<'t>> {
        let head = self.byte()?;
        let count = match head >> 4 {
            15 => usize::try_from(self.varint()?).ok()?,
            few => usize::from(few),
        };
        // Each element takes a byte at least.
        if depth > DEEP || count > self.bytes.len() - self.at {
            return None;
        }
        let elements = (0..count).map(|_| self.value(head & 0x0F, depth + 1));
        Some(Value::List(elements.collect::<Option<_>>()?))
    }

    fn map(&mut self, depth: usize) -> Option<Value<'t>> {
        let count = usize::try_from(self.varint()?).ok()?;
        if depth > DEEP || count > self.bytes.len() - self.at {
            return None;
        }
        if count > 0 {
            let kinds = self.byte()?;
            for _ in 0..count {
                self.value(kinds >> 4, depth + 1)?;
                self.value(kinds & 0x0F, depth + 1)?;
            }
        }
        Some(Value::Other)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn fields_of_all_kinds_are_read() {
        // 1: i32 -3, 2: true, 3: "ab", 4: list of i32 1 2, 20: struct { 1: i64 7 }
        let bytes = [
            0x15, 0x05, 0x11, 0x18, 0x02, b'a', b'b', 0x19, 0x25, 0x02, 0x04, 0x0C, 0x28, 0x16,
            0x0E, 0x00, 0x00, 0xFF,
        ];
        let (value, length) = structure(&bytes).unwrap();
        assert_eq!(length, bytes.len() - 1);
        assert_eq!((value.number(1), value.number(2)), (Some(-3), Some(1)));
        assert_eq!(value.field(3), Some(&Value::Bytes(b"ab")));
        assert_eq!(value.list(4), [Value::Number(1), Value::Number(2)]);
        assert_eq!(value.field(20).unwrap().size(1), Some(7));
        assert_eq!(structure(&bytes[..16]), None);
    }

    proptest! {
        #[test]
        fn no_bytes_are_too_strange(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            if let Some((_, length)) = structure(&bytes) {
                prop_assert!(length <= bytes.len());
            }
        }
    }
}
