//! Values of Kubernetes secrets that are too short to be told from words: in a
//! manifest that says `kind: Secret`, each value below `data` is base64.

use std::ops::Range;

use super::layer::{Counts, Layer};
use super::runs::with_surroundings;
use super::{Hand, Sight, base64, judge, runs};
use crate::base::decoding::Encoding;

/// Manifests begin with what they are, within so many bytes.
const HEAD: usize = 4 << 10;
/// Bytes between `kind` and the word behind it, at most.
const GAP: usize = 8;
/// Digits that a value has at least.
const SHORTEST: usize = 4;

/// Hands out the short values of what is new in `sight`, if it is a manifest.
pub(super) fn read(sight: &Sight<'_>, hand: &mut Hand<'_>) {
    let bytes = sight.bytes;
    let head = &bytes[..bytes.len().min(HEAD)];
    if memchr::memmem::find(head, b"kind").is_none() || !is_secret(bytes) {
        return;
    }
    let mut data = Data::default();
    let mut colons = memchr::memchr_iter(b':', bytes);
    while let Some(at) = colons.find(|at| sight.new.contains(at)) {
        let Some(run) = value(bytes, at + 1) else {
            continue;
        };
        let digits = &bytes[run.clone()];
        let mut layer = Layer::new(Encoding::Base64, Counts::Secret);
        base64::decode(&[(sight.base + run.start, digits)], &mut layer);
        let is_text = judge::is_text(&layer.bytes) && !layer.bytes.contains(&b'\n');
        if is_text && is_named(bytes, at) && data.is_above(bytes, at) {
            hand(with_surroundings(sight, run, layer));
        }
    }
}

/// True when the text says that it is a secret: in YAML or in JSON.
fn is_secret(bytes: &[u8]) -> bool {
    memchr::memmem::find_iter(bytes, b"Secret").any(|at| {
        let before = &bytes[at.saturating_sub(GAP + 4)..at];
        let is_word = bytes.get(at + 6).is_none_or(|b| !b.is_ascii_alphanumeric());
        let Some(kind) = memchr::memmem::rfind(before, b"kind") else {
            return false;
        };
        let between = &before[kind + 4..];
        let is_sign = |b: &u8| matches!(b, b'"' | b'\'' | b' ' | b':' | b'\\');
        is_word && between.contains(&b':') && between.iter().all(is_sign)
    })
}

/// The digits of a short value behind a colon: whole groups, alone or in quotes.
fn value(bytes: &[u8], from: usize) -> Option<Range<usize>> {
    let rest = &bytes[from..bytes.len().min(from + 64)];
    let is_sign = |b: &&u8| matches!(b, b' ' | b'"' | b'\'' | b'\\');
    let gap = rest.iter().take_while(is_sign).count();
    let rest = &rest[gap..];
    let digits = rest.iter().take_while(|b| base64::is_digit(**b)).count();
    let padding = rest[digits..].iter().take_while(|b| **b == b'=').count();
    let is_group = padding <= 2 && (digits + padding).is_multiple_of(4);
    let end = rest.get(digits + padding);
    let is_over =
        end.is_none_or(|b| matches!(b, b'\r' | b'\n' | b'"' | b'\'' | b' ' | b',' | b'\\'));
    let is_short = (SHORTEST..runs::SHORTEST).contains(&digits);
    let start = from + gap;
    (is_group && is_over && is_short).then_some(start..start + digits)
}

/// True when a key stands before the colon.
fn is_named(bytes: &[u8], colon: usize) -> bool {
    let before = &bytes[..colon];
    let is_key = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    let quotes = before.iter().rev().take_while(|b| is_quote(**b)).count();
    let name = &before[..before.len() - quotes];
    name.last().is_some_and(is_key)
}

fn is_quote(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'' | b'\\' | b' ')
}

/// The last place of `data` so far.
#[derive(Default)]
struct Data {
    last: Option<usize>,
    searched: usize,
}

impl Data {
    /// True when the line, or object, of a colon is below `data`. Colons are asked for in their order.
    fn is_above(&mut self, bytes: &[u8], colon: usize) -> bool {
        let from = self.searched.saturating_sub(3);
        let found = memchr::memmem::rfind(&bytes[from..colon], b"data");
        self.last = found.map(|at| from + at).or(self.last);
        self.searched = colon;
        // Not `metadata` or `stringData`, and nothing of the manifest after it.
        self.last.is_some_and(|at| {
            let is_word = at == 0 || !bytes[at - 1].is_ascii_alphanumeric();
            let sign = bytes[at + 4..].iter().find(|b| !is_quote(**b));
            is_word && sign == Some(&b':')
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::span::Position;

    fn found(text: &str) -> Vec<String> {
        let bytes = text.as_bytes();
        let sight = Sight {
            bytes,
            base: 0,
            new: 0..bytes.len(),
            last: true,
            position: &|_| Position { line: 1, column: 1 },
        };
        let mut all = Vec::new();
        read(&sight, &mut |layer| {
            all.push(String::from_utf8_lossy(&layer.bytes).trim().to_owned());
        });
        all
    }

    #[test]
    fn short_values_of_secrets_are_decoded() {
        let yaml = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: abcd\ndata:\n  user: YWRtaW4=\n  \
                    word: \"aHVudGVyMg==\"\n  not: this is prose\n";
        assert_eq!(found(yaml), ["user: admin", "word: \"hunter2\""]);
        let json = r#"{"apiVersion":"v1","kind":"Secret","data":{"word":"aHVudGVyMg=="}}"#;
        assert_eq!(found(json).len(), 1);
        assert!(found(json)[0].contains("hunter2"));
        let string = r#"{"a": "{\"kind\": \"Secret\", \"data\": {\"word\": \"aHVudGVyMg==\"}}"}"#;
        assert!(found(string)[0].contains("hunter2"));
    }

    #[test]
    fn other_manifests_and_other_places_are_left_alone() {
        for text in [
            "kind: ConfigMap\ndata:\n  word: aHVudGVyMg==\n",
            "kind: SecretList\ndata:\n  word: aHVudGVyMg==\n",
            "kind: SealedSecret\nspec:\n  data:\n    word: aHVudGVyMg==\n",
            "kind: Secret\nstringData:\n  word: aHVudGVyMg==\n",
            "kind: Secret\nmetadata:\n  name: aHVudGVyMg==\n",
            "kind: Secret\ndata:\n  word: aHVudGVyMg\n",
        ] {
            assert_eq!(found(text), [""; 0], "{text}");
        }
    }
}
