//! Tags, text and entities of good and of bad XML.

use super::*;
use std::fmt::Write as _;

/// Gives one byte at a time.
struct Slow<'a>(&'a [u8]);

impl Read for Slow<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Some((first, rest)) = self.0.split_first() else {
            return Ok(0);
        };
        buffer[0] = *first;
        self.0 = rest;
        Ok(1)
    }
}

fn told(xml: &[u8]) -> String {
    let mut out = String::new();
    let mut xml = Xml::new(Slow(xml));
    while let Some(event) = xml.next().unwrap() {
        match event {
            Event::Open(tag) => {
                write!(out, "<{}", String::from_utf8_lossy(tag.name)).unwrap();
                for (name, value) in tag.attributes() {
                    let (name, value) = (
                        String::from_utf8_lossy(name),
                        String::from_utf8_lossy(&value),
                    );
                    write!(out, " {name}={value}").unwrap();
                }
                out.push('>');
            }
            Event::Close(name) => write!(out, "</{}>", String::from_utf8_lossy(name)).unwrap(),
            Event::Text(text) => out += &String::from_utf8_lossy(text),
        }
    }
    out
}

#[test]
fn tags_texts_and_attributes_are_told() {
    for (xml, expected) in [
        (
            "<?xml version='1.0'?><w:p a:b=\"1 > 0\" c='&lt;'>x</w:p>",
            "<p a:b=1 > 0 c=<>x</p>",
        ),
        (
            "<br/><t xml:space=\"preserve\"> a &amp; b&#x41;&#66; </t>",
            "<br></br><t xml:space=preserve> a & bAB </t>",
        ),
        ("<a><!-- <b> --><![CDATA[<c>&amp;]]></a>", "<a><c>&amp;</a>"),
        (
            "\u{feff}<a>1 < 2 && 3 <4 &unknown; &;</a>",
            "<a>1 < 2 && 3 <4 &unknown; &;</a>",
        ),
        ("<a b=c/><a b=>x", "<a b=c></a><a>x"),
    ] {
        assert_eq!(told(xml.as_bytes()), expected, "{xml}");
    }
}

#[test]
fn what_is_cut_off_is_told_as_far_as_it_goes() {
    for (xml, expected) in [
        ("<a>text<b", "<a>text<b"),
        ("<a>text<b c=\"d>", "<a>text<b c=\"d>"),
        ("<a><!-- text", "<a>"),
        ("<a><![CDATA[text", "<a>text"),
        ("</a></b>x", "</a></b>x"),
        ("", ""),
    ] {
        assert_eq!(told(xml.as_bytes()), expected, "{xml}");
    }
}

#[test]
fn plain_entities_of_a_document_type_are_resolved_and_others_are_not() {
    let xml = "<!DOCTYPE a [<!ENTITY one \"1&#49;\"><!ENTITY two '&one;&one;'>\
               <!ENTITY % p \"x\"><!ENTITY e SYSTEM \"file:///e\">]><a>&one;&two;&p;&e;</a>";
    assert_eq!(told(xml.as_bytes()), "<a>11&two;&p;&e;</a>");
}

#[test]
fn other_encodings_are_decoded() {
    let xml = "<?xml version=\"1.0\"?><a b=\"é\">漢</a>";
    let wide: Vec<u8> = xml.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(told(&wide), "<a b=é>漢</a>");
    let latin = b"<?xml version=\"1.0\" encoding=\"iso-8859-1\"?><a>\xe9</a>";
    let mut xml = Xml::new(&latin[..]);
    let mut texts = Vec::new();
    while let Some(event) = xml.next().unwrap() {
        if let Event::Text(text) = event {
            texts.extend_from_slice(text);
        }
    }
    assert_eq!(texts, "é".as_bytes());
}

#[test]
fn long_texts_come_in_pieces_that_cut_no_entity() {
    let long = format!("<a>{}</a>", "0123456789&amp;".repeat(20_000));
    let expected = format!("<a>{}</a>", "0123456789&".repeat(20_000));
    assert_eq!(told(long.as_bytes()), expected);
}
