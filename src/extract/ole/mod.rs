//! Files of old office programs and of Outlook: compound files with streams
//! inside (MS-CFB), of which each program's are read as text.
//!
//! A stream that is read by none of the readers here is handed out as it is:
//! its sectors may lie apart in the file.

mod bytes;
mod cfb;
mod doc;
mod msg;
mod ppt;
mod properties;
mod records;
mod vba;
mod xls;

use std::collections::HashSet;
use std::sync::Arc;

use crate::base::content::SkipReason;
use crate::extract::budget::Budget;
use crate::extract::part::{Blob, Extractor, Head, Needs, Part, Text, YieldPart};
use cfb::{Compound, MAGIC, NAME};

/// The reader of compound files.
#[derive(Debug)]
pub(crate) struct Ole;

impl Extractor for Ole {
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
        let file = Compound::open(&bytes, budget)?;
        let mut reader = Reader {
            file,
            budget,
            yield_part,
            read: HashSet::new(),
            done: false,
            damaged: false,
        };
        reader.documents()?;
        reader.messages()?;
        reader.others()?;
        budget.alive()?;
        if reader.damaged || reader.file.damaged {
            Err(SkipReason::Damaged(NAME))
        } else {
            Ok(())
        }
    }
}

/// What is taken out of one compound file.
struct Reader<'r, 'b, 'p> {
    file: Compound<'r>,
    budget: &'r Budget<'b>,
    yield_part: &'r mut YieldPart<'p>,
    /// Indices of the entries that were read.
    read: HashSet<usize>,
    /// True once nothing more is wanted.
    done: bool,
    damaged: bool,
}

/// Text with the places it comes from.
#[derive(Debug, Default)]
struct Draft {
    text: String,
    anchors: Vec<(usize, Arc<str>)>,
}

impl Draft {
    /// What is added from here on stands at `place`.
    fn at(&mut self, place: &str) {
        let same = self
            .anchors
            .last()
            .is_some_and(|(_, last)| **last == *place);
        if !same {
            self.anchors.push((self.text.len(), place.into()));
        }
    }

    /// Adds a line.
    fn line(&mut self, text: &str) {
        self.text.push_str(text);
        self.text.push('\n');
    }
}

impl Reader<'_, '_, '_> {
    /// Documents with a stream of a known name, in the root or embedded.
    fn documents(&mut self) -> Result<(), SkipReason> {
        for index in 0..self.file.entries.len() {
            if self.done {
                break;
            }
            let entry = &self.file.entries[index];
            if !entry.is_stream {
                continue;
            }
            let folder = entry.folder().to_owned();
            match entry.name() {
                "WordDocument" => doc::read(self, index, &folder)?,
                "Workbook" | "Book" => xls::read(self, index, &folder)?,
                "PowerPoint Document" => ppt::read(self, index, &folder)?,
                "EncryptedPackage" | "\u{9}DRMContent" => {
                    self.read.insert(index);
                    let path = self.file.entries[index].path.clone();
                    self.skip(&path, SkipReason::Encrypted("office"));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The content of the stream called `name` in `folder`; it counts as read.
    fn stream(&mut self, folder: &str, name: &str) -> Result<Option<Vec<u8>>, SkipReason> {
        let mut entries = self.file.entries.iter();
        let index = entries.position(|e| e.is_stream && e.folder() == folder && e.name() == name);
        match index {
            Some(index) => self.content(index).map(Some),
            None => Ok(None),
        }
    }

    /// The content of an entry, which counts as read.
    fn content(&mut self, index: usize) -> Result<Vec<u8>, SkipReason> {
        self.budget.alive()?;
        self.read.insert(index);
        self.file.read(index, self.budget)
    }

    /// Everything that was not read by another reader.
    fn others(&mut self) -> Result<(), SkipReason> {
        for index in 0..self.file.entries.len() {
            if self.done {
                break;
            }
            if self.read.contains(&index) || !self.file.entries[index].is_stream {
                continue;
            }
            let content = self.content(index)?;
            let path = self.file.entries[index].path.clone();
            let name = self.file.entries[index].name().to_owned();
            let name = name.trim_start_matches(|c: char| c.is_control());
            let text = match name {
                "SummaryInformation" | "DocumentSummaryInformation" => properties::read(&content),
                "dir" => vba::decompress(&content, 0)
                    .map(|plain| {
                        let mut text = String::new();
                        bytes::strings(&plain, &mut text);
                        text
                    })
                    .filter(|text| !text.is_empty()),
                _ => vba::source(&content),
            };
            match text {
                Some(text) => self.text(&path, text.as_bytes()),
                None if name == "Ole10Native" => self.native(&path, &content),
                None => self.blob(&path, &content),
            }
        }
        Ok(())
    }

    /// A file that was put into a document as it is.
    fn native(&mut self, path: &str, content: &[u8]) {
        match native(content) {
            Some((name, inner)) => {
                let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
                self.blob(&format!("{folder}/{name}"), inner);
            }
            None => self.blob(path, content.get(4..).unwrap_or_default()),
        }
    }

    fn hand_out(&mut self, part: Part<'_>) {
        if !self.done {
            self.done = (self.yield_part)(part).is_break();
        }
    }

    fn blob(&mut self, name: &str, mut content: &[u8]) {
        let name: String = name.chars().filter(|c| !c.is_control()).collect();
        let size = Some(content.len() as u64);
        if !content.is_empty() {
            self.hand_out(Part::Blob {
                name: &name,
                content: &mut content,
                size,
            });
        }
    }

    fn text(&mut self, name: &str, text: &[u8]) {
        let name: String = name.chars().filter(|c| !c.is_control()).collect();
        if !text.is_empty() {
            self.hand_out(Part::Text(Text::plain(&name, text)));
        }
    }

    fn draft(&mut self, name: &str, draft: &Draft) {
        if !draft.text.is_empty() {
            self.hand_out(Part::Text(Text {
                name,
                bytes: draft.text.as_bytes(),
                anchors: &draft.anchors,
            }));
        }
    }

    fn skip(&mut self, name: &str, reason: SkipReason) {
        let name: String = name.chars().filter(|c| !c.is_control()).collect();
        self.hand_out(Part::Skip {
            name: &name,
            reason,
        });
    }
}

/// Name and content of a file in an `Ole10Native` stream (MS-OLEDS 2.3.6, and
/// what packager programs write into it).
fn native(content: &[u8]) -> Option<(String, &[u8])> {
    let mut rest = content.get(6..)?;
    let string = |rest: &mut &[u8]| {
        let end = memchr::memchr(0, rest)?;
        let text = String::from_utf8_lossy(&rest[..end]).into_owned();
        *rest = &rest[end + 1..];
        Some(text)
    };
    let label = string(&mut rest)?;
    string(&mut rest)?;
    let path = bytes::long(rest, 4)? as usize;
    let rest = rest.get(8..)?.get(path..)?;
    let size = bytes::long(rest, 0)? as usize;
    let content = rest.get(4..)?;
    let name = label.replace(['/', '\\'], "_");
    Some((name, &content[..size.min(content.len())]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packaged_file_is_unwrapped() {
        let mut stream = vec![0, 0, 0, 0, 2, 0];
        stream.extend(b"a.txt\0C:\\a.txt\0\0\0\x03\0\x02\0\0\0x\0\x04\0\0\0text rest");
        let (name, content) = native(&stream).unwrap();
        assert_eq!((&*name, content), ("a.txt", &b"text"[..]));
        assert!(native(&stream[..20]).is_none());
        assert!(native(b"").is_none());
    }
}
