//! TNEF, the `winmail.dat` of Outlook (MS-OXTNEF): attachments, bodies, and
//! the properties of a message.

use encoding_rs::UTF_16LE;

use super::lzfu;
use crate::base::content::SkipReason;
use crate::extract::budget::Budget;
use crate::extract::part::{Blob, Extractor, Head, Needs, Part, Text, YieldPart};

/// The reader of TNEF.
#[derive(Debug)]
pub(crate) struct Tnef;

const NAME: &str = "tnef";
const MAGIC: [u8; 4] = [0x78, 0x9F, 0x3E, 0x22];
/// Longest RTF that is decompressed.
const LONGEST: usize = 64 << 20;
/// Attributes and properties by their numbers.
const ATTACH_DATA: u16 = 0x800F;
const ATTACH_TITLE: u16 = 0x8010;
const ATTACH_START: u16 = 0x9002;
const PROPERTIES: u16 = 0x9003;
const ATTACH_PROPERTIES: u16 = 0x9005;
const RTF: u16 = 0x1009;
const HTML: u16 = 0x1013;
const DATA: u16 = 0x3701;

impl Extractor for Tnef {
    fn name(&self) -> &'static str {
        NAME
    }

    fn accepts(&self, head: &Head<'_>) -> bool {
        head.bytes.starts_with(&MAGIC)
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
        let mut found = Found {
            budget,
            yield_part,
            texts: String::new(),
            title: String::new(),
            attachments: 0,
            done: false,
        };
        let mut input = Fields(bytes.get(6..).unwrap_or_default());
        let mut whole = true;
        while !input.0.is_empty() && !found.done {
            budget.alive()?;
            let Some((id, data)) = input.attribute() else {
                whole = false;
                break;
            };
            whole &= found.attribute(id, data).is_some();
        }
        found.finish();
        if whole {
            Ok(())
        } else {
            Err(SkipReason::Damaged(NAME))
        }
    }
}

/// Reads little-endian fields from the front.
struct Fields<'b>(&'b [u8]);

impl<'b> Fields<'b> {
    fn take(&mut self, count: usize) -> Option<&'b [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn short(&mut self) -> Option<u16> {
        self.take(2)?.first_chunk().map(|b| u16::from_le_bytes(*b))
    }

    fn long(&mut self) -> Option<u32> {
        self.take(4)?.first_chunk().map(|b| u32::from_le_bytes(*b))
    }

    /// Level, number, kind, length, data and checksum.
    fn attribute(&mut self) -> Option<(u16, &'b [u8])> {
        self.take(1)?;
        let id = self.short()?;
        self.short()?;
        let length = self.long()? as usize;
        let data = self.take(length)?;
        self.take(2)?;
        Some((id, data))
    }

    /// A value of `kind` that stands alone or in a list, padded.
    fn value(&mut self, kind: u16) -> Option<&'b [u8]> {
        let length = match kind & 0x0FFF {
            0x0002 | 0x0003 | 0x0004 | 0x000A | 0x000B => 4,
            0x0005 | 0x0006 | 0x0007 | 0x0014 | 0x0040 => 8,
            0x0048 => 16,
            0x000D | 0x001E | 0x001F | 0x0102 => self.long()? as usize,
            _ => return None,
        };
        let value = self.take(length)?;
        let padding = (4 - length % 4) % 4;
        self.take(padding.min(self.0.len()))?;
        Some(value)
    }
}

struct Found<'f, 'b, 'p> {
    budget: &'f Budget<'b>,
    yield_part: &'f mut YieldPart<'p>,
    texts: String,
    /// Name of the attachment that is being read.
    title: String,
    attachments: usize,
    done: bool,
}

impl Found<'_, '_, '_> {
    /// Reads an attribute; nothing when it is damaged.
    fn attribute(&mut self, id: u16, data: &[u8]) -> Option<()> {
        match id {
            ATTACH_START => {
                self.title.clear();
                self.attachments += 1;
            }
            ATTACH_TITLE => self.title = text_of(data),
            ATTACH_DATA => {
                let name = self.attachment();
                self.blob(&name, data);
            }
            PROPERTIES | ATTACH_PROPERTIES => return self.properties(data),
            _ => {
                let text = text_of(data);
                if !text.chars().any(char::is_control) {
                    self.texts.extend([&text, "\n"]);
                }
            }
        }
        Some(())
    }

    fn attachment(&self) -> String {
        if self.title.is_empty() {
            format!("attachment {}", self.attachments)
        } else {
            self.title.clone()
        }
    }

    fn blob(&mut self, name: &str, mut content: &[u8]) {
        let size = Some(content.len() as u64);
        if !self.done {
            self.done = (self.yield_part)(Part::Blob {
                name,
                content: &mut content,
                size,
            })
            .is_break();
        }
    }

    fn properties(&mut self, data: &[u8]) -> Option<()> {
        let mut input = Fields(data);
        for _ in 0..input.long()? {
            let (kind, id) = (input.short()?, input.short()?);
            if id >= 0x8000 {
                input.take(16)?;
                if input.long()? == 0 {
                    input.long()?;
                } else {
                    let name = input.value(0x001F)?;
                    self.texts.extend([&wide(name), ": "]);
                }
            }
            let is_list = kind & 0x1000 != 0 || matches!(kind, 0x000D | 0x001E | 0x001F | 0x0102);
            let count = if is_list { input.long()? } else { 1 };
            for _ in 0..count {
                let value = input.value(kind)?;
                self.property(kind & 0x0FFF, id, value)?;
            }
        }
        Some(())
    }

    fn property(&mut self, kind: u16, id: u16, value: &[u8]) -> Option<()> {
        match (kind, id) {
            (_, RTF) => {
                let rtf = lzfu::decompress(value, LONGEST)?;
                self.budget.produce(rtf.len() as u64).ok()?;
                self.blob("body.rtf", &rtf);
            }
            (_, HTML) => self.blob("body.html", value),
            (0x000D | 0x0102, DATA) => {
                // An object is preceded by the number of its interface.
                let content = if kind == 0x000D {
                    value.get(16..)?
                } else {
                    value
                };
                let name = self.attachment();
                self.blob(&name, content);
            }
            (0x001E, _) => self.texts.extend([&text_of(value), "\n"]),
            (0x001F, _) => self.texts.extend([&wide(value), "\n"]),
            _ => {}
        }
        Some(())
    }

    fn finish(&mut self) {
        if !self.texts.is_empty() && !self.done {
            let text = Text::plain("[properties]", self.texts.as_bytes());
            self.done = (self.yield_part)(Part::Text(text)).is_break();
        }
    }
}

fn text_of(bytes: &[u8]) -> String {
    let end = memchr::memchr(0, bytes).unwrap_or(bytes.len());
    String::from_utf8_lossy(&bytes[..end]).into_owned()
}

fn wide(bytes: &[u8]) -> String {
    let text = UTF_16LE.decode_without_bom_handling(bytes).0;
    text.trim_end_matches('\0').to_owned()
}
