//! What is found in the text that a reader makes of a document, and again in
//! the members that the text was made of.
//!
//! The text tells it better, and in one piece: of a value that markup cuts or
//! escapes, the member's own bytes show less. So what the text holds is
//! dropped where it comes from a member as it is.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use crate::extract::reading;
use crate::judge::finding::Finding;

/// The name of the text that lists where links lead.
const LINKS: &str = "links";
/// Most pairs of values that are compared byte by byte.
const PAIRS: usize = 1 << 20;
/// Shortest value that is looked for inside others.
const SHORT: usize = 6;

/// Which findings of a container come from text that was made.
#[derive(Debug)]
pub(super) struct Made {
    /// Where the container's own parts begin.
    first: usize,
    texts: Vec<Range<usize>>,
    /// Text that repeats what others say, as a list of links does.
    lists: Vec<Range<usize>>,
}

impl Made {
    /// Nothing yet, of a container whose findings begin at `first`.
    pub(super) fn from(first: usize) -> Made {
        Made {
            first,
            texts: Vec::new(),
            lists: Vec::new(),
        }
    }

    /// Notes that the text called `name` gave `findings`.
    pub(super) fn note(&mut self, name: &str, findings: Range<usize>) {
        if findings.is_empty() {
            return;
        }
        if name == LINKS {
            self.lists.push(findings);
        } else {
            self.texts.push(findings);
        }
    }

    /// Drops what stands in members that lie `depth` names deep, and in the text as well.
    pub(super) fn drop_covered(&self, findings: &mut Vec<Finding>, depth: usize) {
        let lists = self.lists.iter().flat_map(|range| &findings[range.clone()]);
        let lists = Texts::of(lists);
        let texts = self.texts.iter().flat_map(|range| &findings[range.clone()]);
        let texts = Texts::of(texts);
        let mut room = PAIRS;
        let mut at = 0;
        findings.retain(|finding| {
            let index = at;
            at += 1;
            if index < self.first || contains(&self.texts, index) {
                return true;
            }
            if contains(&self.lists, index) {
                return !texts.cover(finding, &mut room);
            }
            let is_member = finding.provenance.inner.len() == depth && is_source(finding);
            let covered = |texts: &Texts, room: &mut usize| texts.cover(finding, room);
            !(is_member && (covered(&texts, &mut room) || covered(&lists, &mut room)))
        });
    }
}

/// True for what stands in a part that text is made of; an attachment is none.
fn is_source(finding: &Finding) -> bool {
    let name = finding.provenance.inner.last();
    let ending = name.and_then(|name| name.rsplit_once('.'));
    ending.is_some_and(|(path, ending)| match ending {
        "xml" | "rels" => true,
        // Workbooks in binary form.
        "bin" => path == "xl/sharedStrings" || path.starts_with("xl/worksheets/sheet"),
        _ => false,
    })
}

fn contains(ranges: &[Range<usize>], index: usize) -> bool {
    let after = ranges.partition_point(|range| range.start <= index);
    after > 0 && ranges[after - 1].contains(&index)
}

/// What the texts hold.
#[derive(Default)]
struct Texts {
    values: HashSet<Vec<u8>>,
    documents: HashSet<usize>,
    amounts: HashMap<String, u64>,
}

impl Texts {
    fn of<'f>(findings: impl Iterator<Item = &'f Finding>) -> Texts {
        let mut texts = Texts::default();
        for finding in findings {
            if let Some(found) = &finding.document {
                let document = std::ptr::from_ref(&*found.document).addr();
                texts.documents.insert(document);
            } else if let Some(amount) = &finding.amount {
                *texts
                    .amounts
                    .entry(finding.rule.id.to_string())
                    .or_default() += amount.count;
            } else {
                texts.values.insert(finding.secret.expose().to_vec());
            }
        }
        texts
    }

    fn cover(&self, finding: &Finding, room: &mut usize) -> bool {
        if let Some(found) = &finding.document {
            let document = std::ptr::from_ref(&*found.document).addr();
            return self.documents.contains(&document);
        }
        if let Some(amount) = &finding.amount {
            let rule = finding.rule.id.as_str();
            return self
                .amounts
                .get(rule)
                .is_some_and(|count| *count >= amount.count);
        }
        let value = finding.secret.expose();
        if self.values.contains(value) {
            return true;
        }
        let plain = plain(value);
        let plain = plain.trim_ascii();
        if plain.len() < SHORT || *room < self.values.len() {
            return false;
        }
        *room -= self.values.len();
        let within = |a: &[u8], b: &[u8]| memchr::memmem::find(a, b).is_some();
        self.values
            .iter()
            .any(|text| within(text, plain) || text.len() >= SHORT && within(plain, text))
    }
}

/// `value` without the tags in it, and with the entities that XML itself has.
fn plain(value: &[u8]) -> Vec<u8> {
    // A sign that stands for itself must not be taken for the beginning of a tag.
    let signs: [(&[u8], u8); 5] = [
        (b"&lt;", 1),
        (b"&gt;", 2),
        (b"&quot;", b'"'),
        (b"&apos;", b'\''),
        (b"&amp;", b'&'),
    ];
    let mut out = Vec::with_capacity(value.len());
    let mut rest = value;
    while let Some((&byte, behind)) = rest.split_first() {
        if let Some((name, sign)) = signs.iter().find(|(name, _)| rest.starts_with(name)) {
            out.push(*sign);
            rest = &rest[name.len()..];
        } else {
            out.push(byte);
            rest = behind;
        }
    }
    let mut text = reading::without_tags(&out, 0..out.len()).0.text;
    for byte in &mut text {
        *byte = match *byte {
            1 => b'<',
            2 => b'>',
            other => other,
        };
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_compared_without_markup() {
        for (value, text) in [
            (&b"a</w:t><w:t>b"[..], &b"ab"[..]),
            (b"p&amp;w&lt;x&gt;", b"p&w<x>"),
            (b"a&#65;b", b"aAb"),
            (b"plain", b"plain"),
        ] {
            assert_eq!(plain(value), text);
        }
    }
}
