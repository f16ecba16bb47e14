//! Notebooks of Jupyter (nbformat 3 and 4): sources, outputs and attachments of
//! the cells, and what is noted beside them.

use super::json::{self, End, Step};
use crate::base::content::SkipReason;
use crate::extract::budget::Budget;
use crate::extract::draft::{Draft, Gap};
use crate::extract::part::{Blob, Extractor, Head, Needs, YieldPart};

/// The reader of notebooks.
#[derive(Debug)]
pub(crate) struct Notebook;

const NAME: &str = "ipynb";

impl Extractor for Notebook {
    fn name(&self) -> &'static str {
        NAME
    }

    fn accepts(&self, head: &Head<'_>) -> bool {
        let bytes = head
            .bytes
            .strip_prefix(b"\xef\xbb\xbf")
            .unwrap_or(head.bytes);
        let is_object =
            bytes.first() == Some(&b'{') || bytes.trim_ascii_start().first() == Some(&b'{');
        let has = |word: &[u8]| memchr::memmem::find(bytes, word).is_some();
        is_object && has(b"\"cell_type\"") && (has(b"\"cells\"") || has(b"\"worksheets\""))
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
        let mut book = Book {
            draft: Draft::new(budget, yield_part),
            cell: None,
            way: Vec::new(),
            aside: Vec::new(),
            packed: Vec::new(),
        };
        book.draft.begin("");
        let end = json::strings(&bytes, &mut |way, text| book.take(way, text));
        book.finish()?;
        match end {
            End::Whole => Ok(()),
            End::Broken => Err(SkipReason::Damaged(NAME)),
        }
    }
}

struct Book<'d, 'y> {
    draft: Draft<'d, 'y>,
    cell: Option<usize>,
    /// The way to the text before, without its index in a list of lines.
    way: Vec<Step>,
    /// What does not belong to a cell.
    aside: Vec<(String, String)>,
    /// Content in base64, for after the cells.
    packed: Vec<(String, Vec<u8>)>,
}

impl Book<'_, '_> {
    fn take(&mut self, way: &[Step], text: &str) -> bool {
        let cells = way.iter().position(|step| step.is("cells"));
        let cell = cells.and_then(|at| match way.get(at + 1) {
            Some(Step::Index(index)) => Some((*index + 1, &way[at + 2..])),
            _ => None,
        });
        match cell {
            Some((number, inner)) => self.in_cell(number, inner, text),
            None => self.beside(way, text),
        }
        !self.draft.is_over()
    }

    fn beside(&mut self, way: &[Step], text: &str) {
        let mut keys = way.iter().rev().filter_map(|step| match step {
            Step::Key(key) => Some(key.as_str()),
            Step::Index(_) => None,
        });
        let name = keys.next().unwrap_or_default().to_owned();
        self.aside.push((name, text.to_owned()));
    }

    fn in_cell(&mut self, number: usize, inner: &[Step], text: &str) {
        let kind = |name: &str| inner.first().is_some_and(|step| step.is(name));
        if kind("cell_type") || kind("id") || inner.iter().any(|step| step.is("output_type")) {
            return;
        }
        if let Some(media) = media(inner)
            && !is_plain(media)
        {
            let bytes = super::base64::decode(text.as_bytes());
            self.packed.push((format!("cell {number} {media}"), bytes));
            return;
        }
        // A list of lines is one text; their ends are in them.
        let listed = matches!(inner.last(), Some(Step::Index(_)));
        let named = &inner[..inner.len() - usize::from(listed)];
        if self.cell != Some(number) || self.way != named {
            self.draft.gap(Gap::Line);
            self.draft.anchor(format!("cell {number}").into());
            self.cell = Some(number);
            self.way = named.to_vec();
            if let Some(Step::Key(name)) = named.last()
                && kind("metadata")
            {
                self.draft.push(format!("{name}: ").as_bytes());
            }
        }
        self.draft.push(text.as_bytes());
        if inner.iter().any(|step| step.is("traceback")) {
            self.draft.gap(Gap::Line);
        }
    }

    fn finish(mut self) -> Result<(), SkipReason> {
        self.draft.begin("metadata");
        for (name, text) in &self.aside {
            self.draft.field(name, text);
        }
        for (name, bytes) in &self.packed {
            self.draft.blob(name, bytes);
        }
        self.draft.finish()
    }
}

/// The media type that an output or an attachment stands under.
fn media(inner: &[Step]) -> Option<&str> {
    inner.iter().rev().find_map(|step| match step {
        Step::Key(key) if key.contains('/') => Some(key.as_str()),
        _ => None,
    })
}

/// True for types whose content stands as it is.
fn is_plain(media: &str) -> bool {
    let text = ["json", "xml", "javascript", "latex", "geo+json"];
    media.starts_with("text/") || text.iter().any(|word| media.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::markup::testing::told;

    #[test]
    fn cells_are_joined_and_named() {
        let book = r##"{"cells": [
            {"cell_type": "markdown", "source": ["# A\n", "b"], "attachments": {"f.bin": {"application/zip": "UEsD"}}},
            {"cell_type": "code", "metadata": {"note": "n"}, "source": "AK", "outputs": [
                {"output_type": "stream", "text": ["o", "ut\n"]},
                {"output_type": "display_data", "data": {"text/plain": ["p"], "image/png": "iVBO\nRw=="}}]}],
            "metadata": {"author": "me"}, "nbformat": 4}"##;
        let (text, ended) = told(&Notebook, book.as_bytes());
        assert_eq!(
            text,
            "@cell 1 # A\nb\n@cell 2 note: n\n@cell 2 AK\n@cell 2 out\n@cell 2 p\n[metadata]\nauthor: me\n\
            <cell 1 application/zip>\nPK\u{3}\n<cell 2 image/png>\n\u{fffd}PNG\n"
        );
        assert_eq!(ended, Ok(()));
    }

    #[test]
    fn other_json_is_no_notebook_and_half_a_notebook_is_damaged() {
        let accepts = |text: &str| {
            Notebook.accepts(&Head {
                bytes: text.as_bytes(),
                name: "a.ipynb",
            })
        };
        assert!(accepts(" {\"cells\": [{\"cell_type\": \"code\""));
        assert!(!accepts("{\"cells\": []}"));
        assert!(!accepts("text with \"cells\" and \"cell_type\""));
        let (text, ended) = told(
            &Notebook,
            br#"{"cells": [{"cell_type": "code", "source": "abc"#,
        );
        assert_eq!(
            (text.as_str(), ended),
            ("@cell 1 abc\n", Err(SkipReason::Damaged(NAME)))
        );
    }
}
