//! Properties of documents as lines `name: value`: what the writer noted, and
//! the labels that programs left there.

use std::io::{self, Read};

use crate::extract::draft::Draft;
use crate::extract::xml::{Event, Xml};

/// Longest value that is told on one line.
const VALUE: usize = 1 << 20;

/// Reads the core, application or custom properties of Office Open XML, the
/// metadata of `OpenDocument`, or anything that is built like these.
///
/// # Errors
/// When the input fails.
pub(super) fn read<R: Read>(input: R, draft: &mut Draft<'_, '_>) -> io::Result<()> {
    read_on(&mut Xml::new(input), None, draft)
}

/// The same from the middle of a file, until the element `end` closes.
///
/// # Errors
/// When the input fails.
pub(super) fn read_on<R: Read>(
    xml: &mut Xml<R>,
    end: Option<&[u8]>,
    draft: &mut Draft<'_, '_>,
) -> io::Result<()> {
    let mut name: Option<String> = None;
    let mut value = Vec::new();
    while let Some(event) = xml.next()? {
        match event {
            Event::Open(tag) => {
                // The type of a value stands around it; the name counts.
                let is_value = matches!(
                    tag.name,
                    b"lpwstr"
                        | b"lpstr"
                        | b"bstr"
                        | b"vector"
                        | b"variant"
                        | b"bool"
                        | b"filetime"
                        | b"i1"
                        | b"i2"
                        | b"i4"
                        | b"i8"
                        | b"int"
                        | b"ui4"
                        | b"r8"
                        | b"date"
                        | b"blob"
                        | b"size"
                        | b"baseType"
                        | b"null"
                        | b"empty"
                );
                if !is_value {
                    let given = tag.text("name");
                    name = Some(
                        given.unwrap_or_else(|| String::from_utf8_lossy(tag.name).into_owned()),
                    );
                    value.clear();
                }
            }
            Event::Text(text) if name.is_some() && value.len() < VALUE => {
                value.extend_from_slice(text);
            }
            Event::Text(_) => {}
            Event::Close(closed) => {
                if let Some(name) = &name {
                    draft.field(name, String::from_utf8_lossy(&value).trim());
                }
                value.clear();
                if end == Some(closed) {
                    break;
                }
            }
        }
        if draft.is_over() {
            break;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::office::testing::drafted;

    fn told(xml: &str) -> String {
        drafted(|draft| read(xml.as_bytes(), draft).unwrap())
    }

    #[test]
    fn properties_of_all_kinds_are_lines() {
        for (xml, expected) in [
            (
                "<cp:coreProperties><dc:title>A &amp; B</dc:title><cp:keywords/></cp:coreProperties>",
                "title: A & B\n",
            ),
            (
                "<Properties><Company>Acme</Company><TitlesOfParts><vt:vector><vt:lpstr>a</vt:lpstr><vt:lpstr>b</vt:lpstr></vt:vector></TitlesOfParts></Properties>",
                "Company: Acme\nTitlesOfParts: a\nTitlesOfParts: b\n",
            ),
            (
                "<Properties><property fmtid=\"{x}\" pid=\"2\" name=\"Level\"><vt:lpwstr>high</vt:lpwstr></property><property name=\"n\"><vt:i4>1</vt:i4></property></Properties>",
                "Level: high\nn: 1\n",
            ),
            (
                "<office:meta><meta:user-defined meta:name=\"Level\">high</meta:user-defined></office:meta>",
                "Level: high\n",
            ),
        ] {
            assert_eq!(told(xml), expected, "{xml}");
        }
    }
}
