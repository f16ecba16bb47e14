//! Lines that hold each other: each names the digest of the one before, and a
//! tree of digests lets one line be shown without the others.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use super::{hex, sha256};

/// What the first line names as the digest of the one before.
pub const BEGINNING: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// Writes lines.
#[derive(Debug)]
pub struct Chain<W> {
    to: W,
    number: u64,
    before: String,
    whole: Sha256,
    whole_too: blake3::Hasher,
    tree: Tree,
}

/// What a chain comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sum {
    /// Lines.
    pub lines: u64,
    /// Digest of the last line.
    pub last: String,
    /// SHA-256 of the file.
    pub sha256: String,
    /// BLAKE3 of the file.
    pub blake3: String,
    /// Root of the tree of digests (RFC 6962, section 2.1).
    pub root: String,
}

impl<W: Write> Chain<W> {
    /// Begins a chain.
    pub fn new(to: W) -> Chain<W> {
        Chain {
            to,
            number: 0,
            before: BEGINNING.to_owned(),
            whole: Sha256::new(),
            whole_too: blake3::Hasher::new(),
            tree: Tree::default(),
        }
    }

    /// Writes `value`, which has to be an object, as a line called `kind`.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn line(&mut self, kind: &str, value: &impl Serialize) -> io::Result<()> {
        let mut object = Map::new();
        object.insert("n".into(), self.number.into());
        object.insert("prev".into(), self.before.as_str().into());
        object.insert("type".into(), kind.into());
        match serde_json::to_value(value)? {
            Value::Object(fields) => object.extend(fields),
            other => {
                object.insert("value".into(), other);
            }
        }
        let mut line = serde_json::to_vec(&object)?;
        self.before = sha256(&line);
        self.tree.add(&line);
        line.push(b'\n');
        self.number += 1;
        self.whole.update(&line);
        self.whole_too.update(&line);
        self.to.write_all(&line)
    }

    /// Ends the chain.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn end(mut self) -> io::Result<(W, Sum)> {
        self.to.flush()?;
        let sum = Sum {
            lines: self.number,
            last: self.before,
            sha256: hex(&self.whole.finalize()),
            blake3: self.whole_too.finalize().to_hex().to_string(),
            root: self.tree.root(),
        };
        Ok((self.to, sum))
    }
}

/// The sum of a chain that was written, and its lines.
///
/// # Errors
/// The first line, from one, that is not what it was.
pub fn read(bytes: &[u8]) -> Result<(Sum, Vec<Map<String, Value>>), String> {
    let mut before = BEGINNING.to_owned();
    let mut lines = Vec::new();
    let mut tree = Tree::default();
    let Some(text) = bytes.strip_suffix(b"\n") else {
        return Err("it is cut off".into());
    };
    for (index, line) in text.split(|&byte| byte == b'\n').enumerate() {
        let wrong = |what: &str| format!("line {}: {what}", index + 1);
        let object: Map<String, Value> =
            serde_json::from_slice(line).map_err(|_| wrong("it is no JSON object"))?;
        if object.get("n").and_then(Value::as_u64) != Some(index as u64) {
            return Err(wrong("its number is wrong"));
        }
        if object.get("prev").and_then(Value::as_str) != Some(&*before) {
            return Err(wrong("the line before it is not the one it names"));
        }
        before = sha256(line);
        tree.add(line);
        lines.push(object);
    }
    let sum = Sum {
        lines: lines.len() as u64,
        last: before,
        sha256: sha256(bytes),
        blake3: blake3::hash(bytes).to_hex().to_string(),
        root: tree.root(),
    };
    Ok((sum, lines))
}

/// A tree of digests that grows leaf by leaf: the roots of its whole parts, the
/// largest first.
#[derive(Debug, Default)]
struct Tree {
    parts: Vec<(u64, [u8; 32])>,
}

impl Tree {
    fn add(&mut self, line: &[u8]) {
        let mut part = (1, node(&[&[0], line]));
        while let Some(&(size, left)) = self.parts.last() {
            if size != part.0 {
                break;
            }
            self.parts.pop();
            part = (size * 2, node(&[&[1], &left, &part.1]));
        }
        self.parts.push(part);
    }

    fn root(&self) -> String {
        let mut parts = self.parts.iter().rev();
        let Some(&(_, mut root)) = parts.next() else {
            return sha256(b"");
        };
        for (_, left) in parts {
            root = node(&[&[1], left, &root]);
        }
        hex(&root)
    }
}

fn node(parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part);
    }
    hasher.finalize().into()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn written(count: usize) -> (Vec<u8>, Sum) {
        let mut chain = Chain::new(Vec::new());
        for number in 0..count {
            chain.line("thing", &json!({ "number": number })).unwrap();
        }
        chain.end().unwrap()
    }

    #[test]
    fn what_is_written_is_read() {
        for count in [1, 2, 3, 7, 8] {
            let (bytes, sum) = written(count);
            let (read_sum, lines) = read(&bytes).unwrap();
            assert_eq!(read_sum, sum);
            assert_eq!(lines.len(), count);
            assert_eq!(lines[count - 1]["number"], count - 1);
        }
    }

    #[test]
    fn every_change_of_a_bit_is_seen_in_the_sum() {
        let (bytes, sum) = written(3);
        for at in 0..bytes.len() {
            let mut other = bytes.clone();
            other[at] ^= 1;
            assert!(read(&other).map_or(true, |(other, _)| other != sum), "{at}");
        }
    }

    #[test]
    fn lines_that_are_taken_out_or_change_places_are_missed() {
        let (bytes, _) = written(4);
        let lines: Vec<&[u8]> = bytes.split_inclusive(|&b| b == b'\n').collect();
        for order in [&[0, 2, 3][..], &[0, 2, 1, 3], &[1, 2, 3], &[0, 1, 1, 2, 3]] {
            let other: Vec<u8> = order.iter().flat_map(|&n| lines[n].to_vec()).collect();
            assert!(read(&other).is_err(), "{order:?}");
        }
        // The end can be cut off; that is what the statement is for.
        assert_eq!(read(&lines[..2].concat()).unwrap().0.lines, 2);
        assert!(read(b"").is_err());
    }

    #[test]
    fn the_tree_is_that_of_rfc_6962() {
        let leaf = |text: &[u8]| node(&[&[0], text]);
        let both = |a: &[u8], b: &[u8]| node(&[&[1], a, b]);
        let mut tree = Tree::default();
        for text in [b"a", b"b", b"c"] {
            tree.add(text);
        }
        let expected = both(&both(&leaf(b"a"), &leaf(b"b")), &leaf(b"c"));
        assert_eq!(tree.root(), hex(&expected));
    }
}
