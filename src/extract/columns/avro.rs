//! Apache Avro's object container files: the texts in their blocks, read by the
//! schema that the file begins with.

use std::collections::HashMap;
use std::io::Cursor;

use serde_json::Value as Json;

use super::unpack::{Codec, unpack};
use crate::base::content::SkipReason;
use crate::extract::budget::Budget;
use crate::extract::part::{Blob, Extractor, Head, Needs, Part, YieldPart};

/// The reader of Avro.
#[derive(Debug)]
pub(crate) struct Avro;

const NAME: &str = "avro";
const MAGIC: &[u8] = b"Obj\x01";
/// Types inside each other, at most.
const DEEP: usize = 64;
/// Bytes of text for each byte of a block, at most: an array of nothing has none.
const GROWTH: usize = 16;

impl Extractor for Avro {
    fn name(&self) -> &'static str {
        NAME
    }

    fn accepts(&self, head: &Head<'_>) -> bool {
        head.bytes.starts_with(MAGIC) && memchr::memmem::find(head.bytes, b"avro.").is_some()
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
        let bytes = blob.whole(budget, NAME)?;
        let _held = budget.reserve(2 * bytes.len() as u64)?;
        let damaged = || SkipReason::Damaged(NAME);
        let mut input = Input(bytes.strip_prefix(MAGIC).ok_or_else(damaged)?);
        let head = input.head().ok_or_else(damaged)?;
        let codec = match head.codec {
            b"" | b"null" => Codec::Plain,
            b"deflate" => Codec::Deflate,
            b"snappy" => Codec::Snappy,
            b"zstandard" => Codec::Zstd,
            b"bzip2" => Codec::Bzip2,
            b"xz" => Codec::Xz,
            _ => return Err(SkipReason::Container("avro (compression)")),
        };
        let schema: Json = serde_json::from_slice(head.schema).map_err(|_| damaged())?;
        let mut types = HashMap::new();
        name_types(&schema, &mut types, 0);
        let mut number = 0;
        while !input.0.is_empty() {
            budget.alive()?;
            number += 1;
            let (count, packed) = input.block().ok_or_else(damaged)?;
            // Snappy's blocks end with a check.
            let packed = match codec {
                Codec::Snappy => &packed[..packed.len().saturating_sub(4)],
                _ => packed,
            };
            let block = unpack(codec, packed, None, budget, NAME)?;
            let (text, is_whole) = text(&block, count, &schema, &types);
            let name = format!("block {number}");
            let part = Part::Blob {
                name: &name,
                size: Some(text.len() as u64),
                content: &mut Cursor::new(text),
            };
            if yield_part(part).is_break() {
                return Ok(());
            }
            if !is_whole || input.take(16) != Some(head.sync) {
                return Err(damaged());
            }
        }
        Ok(())
    }
}

/// The texts of `count` values, one per line; with the bytes behind them and
/// false when they are not by the schema.
fn text(block: &[u8], count: u64, schema: &Json, types: &Types<'_>) -> (Vec<u8>, bool) {
    let mut walk = Walk {
        input: Input(block),
        types,
        most: block.len().saturating_add(64).saturating_mul(GROWTH),
        steps: 0,
        out: Vec::new(),
    };
    let mut all = 0..count;
    let is_whole = all.all(|_| walk.value(schema, 0).is_some());
    let mut text = walk.out;
    if !is_whole {
        text.extend_from_slice(block);
    }
    (text, is_whole)
}

/// Bytes that are left.
#[derive(Clone, Copy)]
struct Input<'t>(&'t [u8]);

/// What a file says of itself.
struct About<'t> {
    schema: &'t [u8],
    codec: &'t [u8],
    sync: &'t [u8],
}

impl<'t> Input<'t> {
    fn take(&mut self, count: usize) -> Option<&'t [u8]> {
        let (bytes, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(bytes)
    }

    fn long(&mut self) -> Option<i64> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.take(1)?[0];
            value |= u64::from(byte & 0x7F) << shift;
            if byte < 0x80 {
                return Some((value >> 1).cast_signed() ^ -((value & 1).cast_signed()));
            }
        }
        None
    }

    fn bytes(&mut self) -> Option<&'t [u8]> {
        let length = usize::try_from(self.long()?).ok()?;
        self.take(length)
    }

    /// The number of items in the next group of an array or a map; none at its end.
    fn group(&mut self) -> Option<u64> {
        let count = self.long()?;
        if count < 0 {
            // The group's length in bytes stands before it, too.
            self.long()?;
        }
        Some(count.unsigned_abs())
    }

    fn head(&mut self) -> Option<About<'t>> {
        let (mut schema, mut codec) = (&b""[..], &b""[..]);
        loop {
            let count = self.group()?;
            if count == 0 {
                break;
            }
            for _ in 0..count {
                let (key, value) = (self.bytes()?, self.bytes()?);
                match key {
                    b"avro.schema" => schema = value,
                    b"avro.codec" => codec = value,
                    _ => {}
                }
            }
        }
        let sync = self.take(16)?;
        Some(About {
            schema,
            codec,
            sync,
        })
    }

    fn block(&mut self) -> Option<(u64, &'t [u8])> {
        let count = u64::try_from(self.long()?).ok()?;
        Some((count, self.bytes()?))
    }
}

/// Types by their names.
type Types<'s> = HashMap<&'s str, &'s Json>;

fn name_types<'s>(schema: &'s Json, types: &mut Types<'s>, depth: usize) {
    if depth > DEEP {
        return;
    }
    let mut below = |inner: &'s Json| name_types(inner, types, depth + 1);
    match schema {
        Json::Array(choices) => choices.iter().for_each(below),
        Json::Object(about) => {
            ["type", "items", "values"]
                .iter()
                .filter_map(|key| about.get(*key))
                .filter(|inner| !inner.is_string())
                .for_each(&mut below);
            let fields = about.get("fields").and_then(Json::as_array);
            for field in fields.into_iter().flatten() {
                below(field);
            }
            let kind = about.get("type").and_then(Json::as_str);
            let name = about.get("name").and_then(Json::as_str);
            if let Some(name) = name
                && matches!(kind, Some("record" | "error" | "enum" | "fixed"))
            {
                types.insert(name.rsplit('.').next().unwrap_or(name), schema);
            }
        }
        _ => {}
    }
}

/// Reads values by their types.
struct Walk<'t, 's> {
    input: Input<'t>,
    types: &'s Types<'s>,
    /// Steps that may be taken, and that were: values may take no bytes.
    most: usize,
    steps: usize,
    out: Vec<u8>,
}

impl Walk<'_, '_> {
    fn value(&mut self, schema: &Json, depth: usize) -> Option<()> {
        self.steps += 1;
        if depth > DEEP || self.steps > self.most {
            return None;
        }
        match schema {
            Json::String(name) => self.named(name, schema, depth),
            Json::Array(choices) => {
                let choice = usize::try_from(self.input.long()?).ok()?;
                self.value(choices.get(choice)?, depth + 1)
            }
            Json::Object(about) => match about.get("type")? {
                Json::String(name) => self.named(name, schema, depth),
                inner => self.value(inner, depth + 1),
            },
            _ => None,
        }
    }

    fn named(&mut self, name: &str, schema: &Json, depth: usize) -> Option<()> {
        match name {
            "null" => {}
            "boolean" => _ = self.input.take(1)?,
            "int" | "long" | "enum" => _ = self.input.long()?,
            "float" => _ = self.input.take(4)?,
            "double" => _ = self.input.take(8)?,
            "string" | "bytes" => {
                let text = self.input.bytes()?;
                self.line(text);
            }
            "fixed" => {
                let size = usize::try_from(schema.get("size")?.as_u64()?).ok()?;
                let text = self.input.take(size)?;
                self.line(text);
            }
            "array" => self.groups(schema.get("items")?, false, depth)?,
            "map" => self.groups(schema.get("values")?, true, depth)?,
            "record" | "error" => {
                for field in schema.get("fields")?.as_array()? {
                    let name = field.get("name")?.as_str()?;
                    let before = self.out.len();
                    self.out.extend_from_slice(name.as_bytes());
                    self.out.extend_from_slice(b": ");
                    let begun = self.out.len();
                    self.value(field.get("type")?, depth + 1)?;
                    if self.out.len() == begun {
                        // A number: nothing to tell.
                        self.out.truncate(before);
                    }
                }
            }
            other => {
                let last = other.rsplit('.').next().unwrap_or(other);
                let known = *self.types.get(last)?;
                self.value(known, depth + 1)?;
            }
        }
        Some(())
    }

    fn groups(&mut self, items: &Json, has_keys: bool, depth: usize) -> Option<()> {
        loop {
            let count = self.input.group()?;
            if count == 0 {
                return Some(());
            }
            for _ in 0..count {
                if has_keys {
                    let key = self.input.bytes()?;
                    self.out.extend_from_slice(key);
                    self.out.extend_from_slice(b": ");
                }
                self.value(items, depth + 1)?;
            }
        }
    }

    fn line(&mut self, text: &[u8]) {
        self.out.extend_from_slice(text);
        self.out.push(b'\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(schema: &str, block: &[u8], count: u64) -> (String, bool) {
        let schema: Json = serde_json::from_str(schema).unwrap();
        let mut types = HashMap::new();
        name_types(&schema, &mut types, 0);
        let (text, is_whole) = text(block, count, &schema, &types);
        (String::from_utf8_lossy(&text).into_owned(), is_whole)
    }

    #[test]
    fn texts_are_told_by_their_fields() {
        let schema = r#"{"type": "record", "name": "a.User", "fields": [
            {"name": "id", "type": "long"},
            {"name": "word", "type": ["null", "string"]},
            {"name": "tags", "type": {"type": "map", "values": "string"}},
            {"name": "next", "type": ["null", "User"]}]}"#;
        let inner = b"\x02\x02\x04no\0\0";
        let block = [&b"\x06\x02\x06abc\x02\x02k\x04xy\0\x02"[..], inner].concat();
        let (text, is_whole) = read(schema, &block, 1);
        assert!(is_whole, "{text}");
        assert!(
            text.contains("word: abc\n") && text.contains("k: xy\n"),
            "{text}"
        );
        assert!(text.contains("word: no\n"), "{text}");
    }

    #[test]
    fn a_block_that_does_not_fit_is_told_as_it_is() {
        let (text, is_whole) = read(r#""string""#, b"\x7fabc", 1);
        assert!(!is_whole && text.contains("abc"));
        let nothing = r#"{"type": "array", "items": "null"}"#;
        let endless = [0xFE, 0xFF, 0xFF, 0xFF, 0x0F, 0];
        assert!(!read(nothing, &endless, 1).1);
    }
}
