//! Rich Text Format (Microsoft's specification 1.9): text of body, headers,
//! notes and fields, the information group, and embedded objects.

mod encoding;
mod object;
mod reader;

use crate::base::content::SkipReason;
use crate::extract::budget::Budget;
use crate::extract::draft::{Draft, Gap};
use crate::extract::part::{Blob, Extractor, Head, Needs, YieldPart};
use reader::Reader;

/// The reader of RTF.
#[derive(Debug)]
pub(crate) struct Rtf;

const NAME: &str = "rtf";

impl Extractor for Rtf {
    fn name(&self) -> &'static str {
        NAME
    }

    fn accepts(&self, head: &Head<'_>) -> bool {
        let bytes = head
            .bytes
            .strip_prefix(b"\xef\xbb\xbf")
            .unwrap_or(head.bytes);
        bytes.first() == Some(&b'{') && bytes.starts_with(b"{\\rt")
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
        // The text is held as well until its end.
        let _held = budget.reserve(2 * bytes.len() as u64)?;
        let mut reader = Reader::new(&bytes, budget);
        let done = reader.run();
        let whole = reader.is_closed();
        let mut draft = Draft::new(budget, yield_part);
        hand_out(reader, &mut draft);
        draft.finish()?;
        done?;
        if whole {
            Ok(())
        } else {
            Err(SkipReason::Damaged(NAME))
        }
    }
}

/// Tells what was read, part by part.
fn hand_out(reader: Reader<'_, '_>, draft: &mut Draft<'_, '_>) {
    let mut texts = reader.texts();
    draft.begin("body");
    lines(&texts.body, draft);
    let order = |name: &str| name.split(' ').next().unwrap_or_default().to_owned();
    texts.asides.sort_by_key(|(name, _)| order(name));
    let mut current = String::new();
    let mut property = String::new();
    for (name, text) in &texts.asides {
        let (part, field) = name.split_once(' ').unwrap_or((name, ""));
        if part != current {
            part.clone_into(&mut current);
            draft.begin(part);
        }
        let text = text.trim_ascii();
        match field {
            "" => lines(text, draft),
            "propname" => property = String::from_utf8_lossy(text).into_owned(),
            "staticval" | "linkval" => draft.field(&property, &String::from_utf8_lossy(text)),
            field => draft.field(field, &String::from_utf8_lossy(text)),
        }
        draft.gap(Gap::Line);
    }
    for (nth, digits) in texts.objects.iter().enumerate() {
        let bytes = object::content(digits);
        if !bytes.is_empty() {
            draft.blob(&format!("object {}", nth + 1), &bytes);
        }
    }
}

fn lines(text: &[u8], draft: &mut Draft<'_, '_>) {
    for line in text.split(|b| *b == b'\n') {
        draft.push(line);
        draft.gap(Gap::Line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::markup::testing::told;

    fn read(text: &str) -> String {
        told(&Rtf, text.as_bytes()).0
    }

    #[test]
    fn text_is_read_through_formatting() {
        for (rtf, text) in [
            (r"{\rtf1\ansi AK{\b IA}\i0 x\par y}", "[body]\nAKIAx\ny\n"),
            (
                r"{\rtf1\ansi{\fonttbl{\f0 Arial;}}\f0 a\{b\}\\c\~d\_e\-f}",
                "[body]\na{b}\\c d-ef\n",
            ),
            (
                r"{\rtf1\ansi\ansicpg1251 \'cf\'e0\u1088?\u-10179?\u-8704?}",
                "[body]\nПар😀\n",
            ),
            (
                r"{\rtf1{\fonttbl{\f1\fcharset128 M;}}\f1\'8a\'bf}",
                "[body]\n漢\n",
            ),
            (r"{\rtf1\uc2 a\u233\'65\'65b}", "[body]\naéb\n"),
            (
                r"{\rtf1 password\cell value\cell\row}",
                "[body]\npassword\tvalue\t\n",
            ),
            (r"{\rtf1 one\pict 00}", "[body]\none\n"),
        ] {
            let end = |text: &str| text.replace("\t\n", "\n");
            assert_eq!(
                end(&read(rtf)).split('<').next().unwrap(),
                end(text),
                "{rtf}"
            );
        }
    }

    #[test]
    fn headers_notes_fields_and_properties_are_parts() {
        let rtf = r"{\rtf1{\info{\title A}{\*\userprops {\propname Level}\proptype30{\staticval high}}}{\header SECRET}a{\footnote note}b{\field{\*\fldinst HYPERLINK https://x}{\fldrslt here}}}";
        assert_eq!(
            read(rtf),
            "[body]\nabhere\n[fields]\nHYPERLINK https://x\n[footnotes]\nnote\n[header]\nSECRET\n[properties]\ntitle: A\nLevel: high\n"
        );
    }

    #[test]
    fn objects_are_handed_out() {
        let digits = "50\n4b\n03 04";
        let rtf = format!("{{\\rtf1 a{{\\object{{\\*\\objdata {digits}}}}}}}");
        assert_eq!(read(&rtf), "[body]\na\n<object 1>\nPK\u{3}\u{4}\n");
    }

    #[test]
    fn a_document_that_is_cut_off_is_damaged_and_read() {
        let (text, ended) = told(&Rtf, br"{\rtf1 a{\b b");
        assert_eq!(
            (text.as_str(), ended),
            ("[body]\nab\n", Err(SkipReason::Damaged(NAME)))
        );
        assert_eq!(told(&Rtf, br"{\rtf1 a}").1, Ok(()));
    }
}
