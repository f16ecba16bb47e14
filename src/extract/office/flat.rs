//! Documents as a single XML file: `OpenDocument`; packages of Office Open XML
//! in one file ("flat OPC"), and what Office 2003 wrote.

use std::io::{self, Read};

use super::{ODF, content, flow};
use crate::base::content::SkipReason;
use crate::extract::budget::Budget;
use crate::extract::draft::{Draft, Gap};
use crate::extract::part::{Blob, Extractor, Head, Needs, YieldPart};
use crate::extract::xml::{Event, Xml};

/// The reader of flat documents.
#[derive(Debug)]
pub(crate) struct FlatDocument;

/// Bytes in which the root element begins.
const NEAR: usize = 4 << 10;

impl Extractor for FlatDocument {
    fn name(&self) -> &'static str {
        "odf-flat"
    }

    fn accepts(&self, head: &Head<'_>) -> bool {
        let bytes = head
            .bytes
            .strip_prefix(b"\xef\xbb\xbf")
            .unwrap_or(head.bytes);
        let near = &bytes[..bytes.len().min(NEAR)];
        let root = b"<office:document";
        // Behind the name of the root of a packed document's part more follows.
        near.starts_with(b"<")
            && memchr::memmem::find(near, root).is_some_and(|at| {
                let after = near.get(at + root.len());
                after.is_some_and(|b| b.is_ascii_whitespace() || *b == b'>')
            })
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
        let done = content::read_flat(blob.stream(), "", &mut draft);
        draft.finish()?;
        done.map_err(|error| budget.reason(&error, ODF))
    }
}

/// The reader of Office's own documents in one file.
#[derive(Debug)]
pub(crate) struct FlatOffice;

const OFFICE: &str = "office-flat";
/// Roots of documents with text that flows.
const FLOWING: [&[u8]; 2] = [b"<pkg:package", b"<w:wordDocument"];
/// The name space of a workbook.
const WORKBOOK: &[u8] = b"urn:schemas-microsoft-com:office:spreadsheet";

impl Extractor for FlatOffice {
    fn name(&self) -> &'static str {
        OFFICE
    }

    fn accepts(&self, head: &Head<'_>) -> bool {
        let bytes = head.bytes;
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let near = &bytes[..bytes.len().min(NEAR)];
        let has = |words: &[u8]| memchr::memmem::find(near, words).is_some();
        near.starts_with(b"<")
            && (FLOWING.iter().any(|root| has(root)) || has(b"<Workbook") && has(WORKBOOK))
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
        let mut input = blob.stream();
        let mut head = Vec::new();
        let read = (&mut input).take(NEAR as u64).read_to_end(&mut head);
        read.map_err(|error| budget.reason(&error, OFFICE))?;
        let is_workbook = memchr::memmem::find(&head, WORKBOOK).is_some()
            && memchr::memmem::find(&head, b"<Workbook").is_some();
        let whole = head.chain(input);
        let mut draft = Draft::new(budget, yield_part);
        draft.begin("body");
        let done = if is_workbook {
            cells(whole, &mut draft)
        } else {
            flow::read(whole, &mut draft)
        };
        draft.finish()?;
        done.map_err(|error| budget.reason(&error, OFFICE))
    }
}

/// Reads the cells of a workbook of Office 2003, row by row, and its comments.
fn cells<R: Read>(input: R, draft: &mut Draft<'_, '_>) -> io::Result<()> {
    let mut xml = Xml::new(input);
    let mut data = 0_usize;
    while let Some(event) = xml.next()? {
        match event {
            Event::Open(tag) if tag.name == b"Data" => data += 1,
            Event::Text(text) if data > 0 => draft.push(text),
            Event::Close(b"Data") => {
                data = data.saturating_sub(1);
                draft.gap(Gap::Cell);
            }
            Event::Close(b"Row" | b"Comment") => draft.gap(Gap::Line),
            _ => {}
        }
        if draft.is_over() {
            break;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::super::testing::drafted;
    use super::*;

    #[test]
    fn runs_and_cells_are_joined() {
        let letter = b"<w:wordDocument><w:body><w:p><w:r><w:t>one </w:t></w:r><w:r><w:t>two</w:t></w:r></w:p></w:body></w:wordDocument>";
        let text = drafted(|draft| flow::read(&letter[..], draft).unwrap());
        assert_eq!(text, "one two\n");
        let book = b"<Workbook><Worksheet><Table><Row><Cell><Data>a<B>b</B>c</Data></Cell><Cell><ss:Data>d</ss:Data></Cell></Row><Row><Cell><Data>e</Data></Cell></Row></Table></Worksheet></Workbook>";
        let text = drafted(|draft| cells(Cursor::new(book), draft).unwrap());
        assert_eq!(text, "abc\td\ne\n");
    }

    #[test]
    fn they_are_known_by_their_roots() {
        let is_one = |text: &str| {
            let head = Head {
                bytes: text.as_bytes(),
                name: "a.xml",
            };
            FlatOffice.accepts(&head)
        };
        assert!(is_one(
            "<?xml version=\"1.0\"?><pkg:package xmlns:pkg=\"x\">"
        ));
        assert!(is_one(
            "<Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\">"
        ));
        assert!(!is_one("<Workbook xmlns=\"x\">"));
        assert!(!is_one("text about <pkg:package"));
    }
}
