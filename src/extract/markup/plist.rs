//! Property lists of Apple's systems: the binary form, and what is embedded in
//! either form. Safari's web archives are such lists.

use std::collections::HashSet;

use super::base64;
use crate::base::content::SkipReason;
use crate::extract::budget::Budget;
use crate::extract::draft::Draft;
use crate::extract::part::{Blob, Extractor, Head, Needs, YieldPart};
use crate::extract::xml::{Event, Xml};

/// The reader of binary lists.
#[derive(Debug)]
pub(crate) struct BinaryPlist;

/// The reader of lists in XML. Their text stands in them as it is; the reader
/// opens what is in base64.
#[derive(Debug)]
pub(crate) struct XmlPlist;

const NAME: &str = "plist";
const MAGIC: &[u8] = b"bplist0";
/// Bytes of the trailer.
const TRAILER: usize = 32;
/// Objects inside each other.
const DEEP: usize = 64;
/// Bytes in which the root element of a list in XML begins.
const NEAR: usize = 512;
/// Shortest data that can hold something.
const SHORT: usize = 12;
/// Longest data in base64 that is held.
const LONG: usize = 64 << 20;

impl Extractor for BinaryPlist {
    fn name(&self) -> &'static str {
        NAME
    }

    fn accepts(&self, head: &Head<'_>) -> bool {
        head.bytes.starts_with(MAGIC)
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
        let _held = budget.reserve(bytes.len() as u64)?;
        let mut list = List::of(&bytes).ok_or(SkipReason::Damaged(NAME))?;
        let mut draft = Draft::new(budget, yield_part);
        draft.begin("values");
        list.tell(list.top, "", 0, &mut draft);
        // What the top does not lead to.
        for object in 0..list.count {
            if draft.is_over() {
                break;
            }
            list.tell(object, "", 0, &mut draft);
        }
        for (name, data) in std::mem::take(&mut list.data) {
            draft.blob(&name, data);
        }
        draft.finish()?;
        if list.is_damaged {
            Err(SkipReason::Damaged(NAME))
        } else {
            Ok(())
        }
    }
}

struct List<'l> {
    bytes: &'l [u8],
    /// Bytes of an offset, and of a reference.
    widths: (usize, usize),
    table: usize,
    count: usize,
    top: usize,
    known: HashSet<usize>,
    data: Vec<(String, &'l [u8])>,
    is_damaged: bool,
}

fn number(bytes: &[u8]) -> Option<usize> {
    let value = bytes.iter().try_fold(0_u64, |sum, byte| {
        Some(sum.checked_mul(256)? | u64::from(*byte))
    })?;
    usize::try_from(value).ok()
}

impl<'l> List<'l> {
    fn of(bytes: &'l [u8]) -> Option<List<'l>> {
        let trailer = bytes.get(bytes.len().checked_sub(TRAILER)?..)?;
        let widths = (usize::from(trailer[6]), usize::from(trailer[7]));
        let (count, top) = (number(&trailer[8..16])?, number(&trailer[16..24])?);
        let table = number(&trailer[24..32])?;
        let is_sane = (1..=8).contains(&widths.0) && (1..=8).contains(&widths.1);
        let end = table.checked_add(count.checked_mul(widths.0)?)?;
        (is_sane && end <= bytes.len() - TRAILER).then_some(List {
            bytes,
            widths,
            table,
            count,
            top,
            known: HashSet::new(),
            data: Vec::new(),
            is_damaged: false,
        })
    }

    /// Tells the object and what is in it, each once, as the value of `key`.
    fn tell(&mut self, object: usize, key: &str, depth: usize, draft: &mut Draft<'_, '_>) {
        if depth > DEEP || object >= self.count || draft.is_over() || !self.known.insert(object) {
            return;
        }
        if self.tell_known(object, key, depth, draft).is_none() {
            self.is_damaged = true;
        }
    }

    fn tell_known(
        &mut self,
        object: usize,
        key: &str,
        depth: usize,
        draft: &mut Draft<'_, '_>,
    ) -> Option<()> {
        let (kind, length, at) = self.header(object)?;
        match kind {
            4 => {
                let data = self.bytes.get(at..at.checked_add(length)?)?;
                if data.len() >= SHORT {
                    let name = if key.is_empty() { "data" } else { key };
                    self.data.push((name.to_owned(), data));
                }
            }
            5..=7 => {
                let text = self.string(kind, length, at)?;
                if key.is_empty() {
                    draft.line(text.as_bytes());
                } else {
                    draft.field(key, &text);
                }
            }
            0xA..=0xC => {
                for nth in 0..length {
                    let item = self.reference(at, nth)?;
                    self.tell(item, key, depth + 1, draft);
                }
            }
            0xD => {
                for nth in 0..length {
                    let name = self.reference(at, nth)?;
                    let value = self.reference(at, length.checked_add(nth)?)?;
                    let key = self.key(name).unwrap_or_default();
                    if !self.is_string(value) || self.known.contains(&value) {
                        // A key may be what somebody wants to hide.
                        self.tell(name, "", depth + 1, draft);
                    }
                    self.known.insert(name);
                    self.tell(value, &key, depth + 1, draft);
                }
            }
            _ => {}
        }
        Some(())
    }

    fn is_string(&self, object: usize) -> bool {
        matches!(self.header(object), Some((5..=7, _, _)))
    }

    fn key(&self, object: usize) -> Option<String> {
        let (kind, length, at) = self.header(object)?;
        self.string(kind, length, at)
    }

    fn string(&self, kind: u8, length: usize, at: usize) -> Option<String> {
        let bytes = self.bytes.get(at..)?;
        match kind {
            5 | 7 => Some(String::from_utf8_lossy(bytes.get(..length)?).into_owned()),
            6 => {
                let units = bytes.get(..length.checked_mul(2)?)?.as_chunks::<2>().0;
                let units: Vec<u16> = units.iter().map(|unit| u16::from_be_bytes(*unit)).collect();
                Some(String::from_utf16_lossy(&units))
            }
            _ => None,
        }
    }

    fn reference(&self, at: usize, nth: usize) -> Option<usize> {
        let start = at.checked_add(nth.checked_mul(self.widths.1)?)?;
        number(self.bytes.get(start..start.checked_add(self.widths.1)?)?)
    }

    /// Kind and length of an object, and where its content begins.
    fn header(&self, object: usize) -> Option<(u8, usize, usize)> {
        if object >= self.count {
            return None;
        }
        let entry = self.table + object * self.widths.0;
        let at = number(&self.bytes[entry..entry + self.widths.0])?;
        let marker = *self.bytes.get(at)?;
        let (kind, length) = (marker >> 4, usize::from(marker & 0xF));
        if length < 0xF || !matches!(kind, 4..=7 | 0xA..=0xD) {
            return Some((kind, length, at + 1));
        }
        // The length is an integer object of its own.
        let width = *self.bytes.get(at + 1)?;
        let bytes = 1_usize << (width & 0xF).min(4);
        let length = number(self.bytes.get(at + 2..at + 2 + bytes)?)?;
        Some((kind, length, at + 2 + bytes))
    }
}

impl Extractor for XmlPlist {
    fn name(&self) -> &'static str {
        NAME
    }

    fn accepts(&self, head: &Head<'_>) -> bool {
        let bytes = head
            .bytes
            .strip_prefix(b"\xef\xbb\xbf")
            .unwrap_or(head.bytes);
        let near = &bytes[..bytes.len().min(NEAR)];
        near.first() == Some(&b'<')
            && memchr::memmem::find(near, b"<plist").is_some()
            && memchr::memmem::find(bytes, b"<data").is_some()
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
        let mut draft = Draft::new(budget, yield_part);
        let mut xml = Xml::new(blob.stream());
        let (mut key, mut text) = (String::new(), Vec::new());
        let ended = loop {
            match xml.next() {
                Ok(Some(Event::Open(_))) => text.clear(),
                Ok(Some(Event::Text(piece))) if text.len() < LONG => text.extend_from_slice(piece),
                Ok(Some(Event::Text(_))) => {}
                Ok(Some(Event::Close(name))) => match name {
                    b"key" => key = String::from_utf8_lossy(&text).into_owned(),
                    b"data" => {
                        let bytes = base64::decode(&text);
                        if bytes.len() >= SHORT {
                            draft.blob(if key.is_empty() { "data" } else { &key }, &bytes);
                        }
                    }
                    _ => {}
                },
                Ok(None) => break Ok(()),
                Err(error) => break Err(error),
            }
            if draft.is_over() {
                break Ok(());
            }
        };
        draft.finish()?;
        ended.map_err(|error| budget.reason(&error, NAME))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::markup::testing::told;

    /// A list of these objects, the first of which is the top.
    fn list(objects: &[Vec<u8>]) -> Vec<u8> {
        let mut out = b"bplist00".to_vec();
        let offsets: Vec<u8> = objects
            .iter()
            .map(|object| {
                let at = out.len() as u8;
                out.extend(object);
                at
            })
            .collect();
        let table = out.len() as u64;
        out.extend(&offsets);
        out.extend([0; 6]);
        out.extend([1, 1]);
        for number in [objects.len() as u64, 0, table] {
            out.extend(number.to_be_bytes());
        }
        out
    }

    fn string(text: &str) -> Vec<u8> {
        [&[0x50 | text.len() as u8], text.as_bytes()].concat()
    }

    #[test]
    fn values_have_their_keys_and_data_is_handed_out() {
        let wide: Vec<u8> = "üb".encode_utf16().flat_map(u16::to_be_bytes).collect();
        let objects = [
            vec![0xD3, 1, 2, 3, 4, 5, 6],
            string("user"),
            string("list"),
            string("blob"),
            [&[0x62][..], &wide].concat(),
            vec![0xA2, 7, 0],
            [&[0x4F, 0x10, 12][..], b"some data 12"].concat(),
            string("x"),
        ];
        let (text, ended) = told(&BinaryPlist, &list(&objects));
        assert_eq!(
            text,
            "[values]\nuser: üb\nlist\nlist: x\nblob\n<blob>\nsome data 12\n"
        );
        assert_eq!(ended, Ok(()));
    }

    #[test]
    fn a_list_that_leads_nowhere_is_damaged() {
        let (text, ended) = told(
            &BinaryPlist,
            &list(&[vec![0xA2, 1, 9], vec![0x5F, 0x10, 200, b'x']]),
        );
        assert_eq!((text.as_str(), ended), ("", Err(SkipReason::Damaged(NAME))));
        assert_eq!(
            told(&BinaryPlist, b"bplist00").1,
            Err(SkipReason::Damaged(NAME))
        );
        let own = list(&[vec![0xA1, 0]]);
        assert_eq!(told(&BinaryPlist, &own).1, Ok(()));
    }

    #[test]
    fn data_in_xml_is_handed_out() {
        let xml = "<?xml version=\"1.0\"?><plist><dict><key>k</key><data>\n  c29tZSBkYXRh\n  IDEy\n</data><key>s</key><string>c29tZSBkYXRhIDEy</string></dict></plist>";
        assert_eq!(
            told(&XmlPlist, xml.as_bytes()),
            ("<k>\nsome data 12\n".into(), Ok(()))
        );
        let head = |bytes| Head { bytes, name: "a" };
        assert!(XmlPlist.accepts(&head(xml.as_bytes())));
        assert!(!XmlPlist.accepts(&head(b"<plist><string/>")));
        assert!(!XmlPlist.accepts(&head(b"say <plist> and <data>")));
    }
}
