//! Documents that are text themselves: RTF, notebooks, property lists, and
//! what is left of HTML and XML without tags.

pub(crate) mod base64;
mod json;
mod notebook;
mod plist;
mod rtf;

pub(crate) use notebook::Notebook;
pub(crate) use plist::{BinaryPlist, XmlPlist};
pub(crate) use rtf::Rtf;

#[cfg(test)]
mod testing {
    use crate::base::content::SkipReason;
    use crate::base::control::Control;
    use crate::base::limits::Unpack;
    use crate::extract::budget::Budget;
    use crate::extract::part::{Blob, Content, Extractor, Part};
    use std::fmt::Write as _;
    use std::io::Cursor;
    use std::ops::ControlFlow;

    /// Everything a reader hands out: names of parts in brackets, of blobs in
    /// angles, anchors behind an at sign.
    pub(super) fn told(reader: &dyn Extractor, bytes: &[u8]) -> (String, Result<(), SkipReason>) {
        let control = Control::default();
        let budget = Budget::new(&Unpack::default(), &control, &[], bytes.len() as u64);
        let mut out = String::new();
        let mut content = Cursor::new(bytes);
        let mut blob = Blob {
            name: "file",
            content: Content::Seek(&mut content, bytes.len() as u64),
        };
        let ended = reader.extract(&mut blob, &budget, &mut |part| {
            match part {
                Part::Text(text) => {
                    if !text.name.is_empty() {
                        writeln!(out, "[{}]", text.name).unwrap();
                    }
                    let mut last = 0;
                    for (at, name) in text.anchors {
                        out += &String::from_utf8_lossy(&text.bytes[last..*at]);
                        write!(out, "@{name} ").unwrap();
                        last = *at;
                    }
                    out += &String::from_utf8_lossy(&text.bytes[last..]);
                }
                Part::Blob { name, content, .. } => {
                    let mut bytes = Vec::new();
                    content.read_to_end(&mut bytes).unwrap();
                    let text = String::from_utf8_lossy(&bytes);
                    write!(
                        out,
                        "<{name}>\n{}\n",
                        text.trim_end_matches(['\r', '\n', '\u{1a}'])
                    )
                    .unwrap();
                }
                Part::Name(_) | Part::Skip { .. } => {}
            }
            ControlFlow::Continue(())
        });
        (out, ended)
    }
}
