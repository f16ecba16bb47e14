//! Labels that programs write, read as what they are: facts over the text of a header or an
//! XML part, without an opened container.
//!
//! | label | where |
//! |---|---|
//! | `MSIP_Label_<guid>_<key>` | custom properties of documents, XMP, `msip_labels:` of mail (Microsoft, MIP SDK metadata) |
//! | `<label id=...>` | `docMetadata/LabelInfo.xml` (MS-OFFCRYPTO 2.6.4) |
//! | `SIO-Label:` | mail (RFC 7444) |
//! | `X-Protective-Marking:` | mail (Australia's email protective marking standard) |
//! | `Sensitivity:` | mail (RFC 4021) |
//! | `X-...Classification:` | mail (MS-OXCMAIL 2.2.3.2.22, and gateways) |
//! | `bjDocumentSecurityLabel`, SISL | properties of documents (Boldon James) |

use super::{Marked, REACH};
use crate::base::evidence::Evidence;
use crate::base::level::Confidence;
use crate::base::span::Span;

/// The parsers, by the names that rules use.
pub const PARSERS: &[&str] = &[
    "boldon-james",
    "label-info",
    "mail-classification",
    "mail-sensitivity",
    "msip",
    "protective-marking",
    "sio-label",
];

/// What the names of a document's label begin with.
const MSIP: &[u8] = b"MSIP_Label_";
/// Longest prefix of the names of a schema.
const PREFIX: usize = 16;
/// Longest value of a header or an element.
const VALUE: usize = 2 << 10;

/// What a label says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The whole of it, name and value.
    pub span: Span,
    /// The level, or the identifier of the label.
    pub value: Span,
}

/// What the parser called `name` makes of the place `at` of `text`.
pub(super) fn examine(name: &str, text: &[u8], at: usize) -> Option<Marked> {
    let end = text.len().min(at + REACH / 2);
    let text = &text[..end];
    let label = match name {
        "msip" => msip(text, at),
        "label-info" => label_info(text, at),
        "sio-label" => sio(text, at),
        "protective-marking" => protective_marking(text, at),
        "mail-sensitivity" => sensitivity(text, at),
        "mail-classification" => classification(text, at),
        "boldon-james" => boldon_james(text, at),
        _ => None,
    }?;
    let is_open = name == "msip" && is_open(label.value.of(text));
    Some(Marked {
        span: label.value,
        evidence: Evidence::LABEL_READ,
        confidence: if is_open {
            Confidence::Low
        } else {
            Confidence::High
        },
    })
}

/// A label of a document: its property `MSIP_Label_<guid>_Enabled` if that is not
/// switched off, or its name where only that was kept. Reports show the name, if
/// it stands near.
pub fn msip(text: &[u8], at: usize) -> Option<Label> {
    let name = text.get(at..)?.strip_prefix(MSIP)?;
    let guid = name.get(..36).filter(|guid| is_guid(guid))?;
    let key = name[36..].strip_prefix(b"_")?;
    let key = &key[..key.iter().take_while(|b| b.is_ascii_alphabetic()).count()];
    let start = at + MSIP.len();
    let value = value_behind(text, start + guid.len() + 1 + key.len())?;
    let near = |key: &[u8]| {
        let from = at.saturating_sub(REACH / 2);
        let property = [MSIP, guid, key].concat();
        let found = memchr::memmem::find(&text[from..], &property)?;
        Some(from + found + property.len())
    };
    let (is_label, shown) = match key {
        b"Enabled" => {
            let name = near(b"_Name").and_then(|behind| value_behind(text, behind));
            let is_on = value.of(text).eq_ignore_ascii_case(b"true");
            (is_on, name.unwrap_or(Span::new(start, start + guid.len())))
        }
        // One of the keys is enough; the other one says more.
        b"Name" => (near(b"_Enabled").is_none(), value),
        _ => return None,
    };
    is_label.then_some(Label {
        span: Span::new(at, value.end),
        value: shown,
    })
}

/// True for names of labels that every policy has for what is not protected.
fn is_open(name: &[u8]) -> bool {
    let open: [&[u8]; 10] = [
        b"public",
        b"general",
        "öffentlich".as_bytes(),
        "Öffentlich".as_bytes(),
        b"allgemein",
        b"non-business",
        b"nonbusiness",
        b"personal",
        b"unrestricted",
        b"unclassified",
    ];
    open.iter()
        .any(|word| name.trim_ascii().eq_ignore_ascii_case(word))
}

/// A `<label ... id="{guid}" enabled="1" .../>` of a list of labels, not removed.
pub fn label_info(text: &[u8], at: usize) -> Option<Label> {
    // The prefix of a name is what stands before its colon.
    let at = at
        - text[at.saturating_sub(PREFIX)..at]
            .iter()
            .rev()
            .position(|&b| b == b'<')
            .map_or(0, |back| back + 1);
    let tag = text.get(at..)?;
    let end = memchr::memchr(b'>', &tag[..tag.len().min(VALUE)])?;
    let tag = &tag[..end];
    let name = tag.strip_prefix(b"<")?;
    let name = &name[..name.iter().position(u8::is_ascii_whitespace)?];
    if name != b"label" && !name.ends_with(b":label") {
        return None;
    }
    let on = |value: Option<Span>| value.is_none_or(|v| matches!(v.of(tag), b"1" | b"true"));
    let id = attribute(tag, b"id")?;
    let guid = Span::new(id.start + 1, id.end.saturating_sub(1));
    let known = is_guid(guid.of(tag)) && attribute(tag, b"siteId").is_some();
    let removed = attribute(tag, b"removed").is_some_and(|v| matches!(v.of(tag), b"1" | b"true"));
    (known && !removed && on(attribute(tag, b"enabled"))).then_some(Label {
        span: Span::new(at, at + end),
        value: guid.shifted(at),
    })
}

/// `SIO-Label:` with a type or a marking (RFC 7444 §4).
pub fn sio(text: &[u8], at: usize) -> Option<Label> {
    let header = header(text, at, b"SIO-Label:")?;
    let body = header.of(text);
    let field = |name: &[u8]| memchr::memmem::find(body, name);
    field(b"marking=")
        .or_else(|| field(b"label="))
        .map(|_| Label {
            span: Span::new(at, header.end),
            value: header,
        })
}

/// `X-Protective-Marking: VER=..., NS=gov.au, SEC=...`; unmarked levels are none.
pub fn protective_marking(text: &[u8], at: usize) -> Option<Label> {
    let header = header(text, at, b"X-Protective-Marking:")?;
    let body = header.of(text);
    let start = memchr::memmem::find(body, b"SEC=")? + 4;
    let length = body[start..]
        .iter()
        .position(|b| matches!(b, b',' | b'\r' | b'\n'))
        .unwrap_or(body.len() - start);
    let level = Span::new(start, start + length);
    let open: [&[u8]; 2] = [b"UNOFFICIAL", b"OFFICIAL"];
    (!open.contains(&level.of(body).trim_ascii())).then_some(Label {
        span: Span::new(at, header.end),
        value: level.shifted(header.start),
    })
}

/// `Sensitivity:` with one of the three words that RFC 4021 §2.1.55 has.
pub fn sensitivity(text: &[u8], at: usize) -> Option<Label> {
    let header = header(text, at, b"Sensitivity:")?;
    let words: [&[u8]; 3] = [b"Personal", b"Private", b"Company-Confidential"];
    let word = header.of(text);
    words
        .iter()
        .any(|known| word.eq_ignore_ascii_case(known))
        .then_some(Label {
            span: Span::new(at, header.end),
            value: header,
        })
}

/// A header of a gateway whose name says that its value is a classification.
pub fn classification(text: &[u8], at: usize) -> Option<Label> {
    let names: [&[u8]; 5] = [
        b"X-Microsoft-Classification:",
        b"X-Microsoft-ClassDesc:",
        b"X-Classification:",
        b"X-Sensitivity:",
        b"X-Data-Classification:",
    ];
    let header = names.iter().find_map(|name| header(text, at, name))?;
    let open: [&[u8]; 7] = [
        b"",
        b"public",
        b"none",
        b"unclassified",
        b"normal",
        b"general",
        b"unrestricted",
    ];
    let value = header.of(text);
    let said = !open.iter().any(|word| value.eq_ignore_ascii_case(word));
    said.then_some(Label {
        span: Span::new(at, header.end),
        value: header,
    })
}

/// A property that holds a label's text or its XML.
pub fn boldon_james(text: &[u8], at: usize) -> Option<Label> {
    let name = text.get(at..)?;
    let length = ["bjDocumentSecurityLabel", "bjDocumentLabelXML"]
        .iter()
        .find(|known| name.starts_with(known.as_bytes()))
        .map(|known| known.len())
        .or_else(|| name.starts_with(b"<sisl ").then_some(5))?;
    if length == 5 {
        let end = memchr::memmem::find(&name[..name.len().min(VALUE)], b"</sisl>")?;
        memchr::memmem::find(&name[..end], b"uid=")?;
        return Some(Label {
            span: Span::new(at, at + end),
            value: Span::new(at, at + end),
        });
    }
    let value = value_behind(text, at + length)?;
    (value.len() > 1).then_some(Label {
        span: Span::new(at, value.end),
        value,
    })
}

/// The body of the header called `name` at the beginning of the line at `at`, with the
/// lines it is folded over.
fn header(text: &[u8], at: usize, name: &[u8]) -> Option<Span> {
    let begins = at.checked_sub(1).is_none_or(|before| text[before] == b'\n');
    let named = text.get(at..at + name.len())?.eq_ignore_ascii_case(name);
    if !begins || !named {
        return None;
    }
    let start = at + name.len();
    let most = text.len().min(start + VALUE);
    let mut end = start;
    loop {
        end += memchr::memchr(b'\n', &text[end..most]).unwrap_or(most - end);
        match text.get(end + 1) {
            Some(b' ' | b'\t') if end < most => end += 1,
            _ => break,
        }
    }
    let body = &text[start..end];
    let skipped = body.len() - body.trim_ascii_start().len();
    Some(Span::new(
        start + skipped,
        start + body.trim_ascii_end().len(),
    ))
}

/// The value of a property whose name ends at `at`: an element's text, an attribute, or
/// what stands behind `=` or `:`; in RTF, and in the head of a page, what is said to be it.
fn value_behind(text: &[u8], at: usize) -> Option<Span> {
    let rest = &text[at..text.len().min(at + VALUE)];
    let shut = |from: usize, sign: u8| {
        let length = memchr::memchr(sign, &rest[from..])?;
        (length > 0).then_some(Span::new(at + from, at + from + length))
    };
    if rest.starts_with(b"}\\proptype") {
        const VALUE: &[u8] = b"{\\staticval ";
        let from = memchr::memmem::find(&rest[..rest.len().min(64)], VALUE)?;
        return shut(from + VALUE.len(), b'}');
    }
    if let Some(quoted) = rest.strip_prefix(b"\"") {
        let name = b"content=\"";
        let blanks = quoted.len() - quoted.trim_ascii_start().len();
        if quoted[blanks..].starts_with(name) {
            return shut(1 + blanks + name.len(), b'"');
        }
    }
    let mut from = 0;
    // What is left of the tag, and the tags down to the text.
    loop {
        let skipped = rest[from..]
            .iter()
            .position(|b| !b" \t\r\n\"'=:".contains(b))?;
        from += skipped;
        let in_tag = rest[from] == b'<' || rest[from] == b'>' || is_in_tag(&rest[from..]);
        if !in_tag {
            break;
        }
        from += memchr::memchr(b'>', &rest[from..])? + 1;
    }
    let length = rest[from..]
        .iter()
        .position(|b| b"<>\"'\r\n;,".contains(b))
        .unwrap_or(rest.len() - from);
    (length > 0).then_some(Span::new(at + from, at + from + length))
}

/// True when `rest` goes on with further attributes.
fn is_in_tag(rest: &[u8]) -> bool {
    let name = rest
        .iter()
        .take_while(|b| b.is_ascii_alphanumeric() || **b == b':')
        .count();
    name > 0 && rest[name..].starts_with(b"=\"")
}

/// The value of an attribute of `tag`.
fn attribute(tag: &[u8], name: &[u8]) -> Option<Span> {
    let mut from = 0;
    loop {
        let at = from + memchr::memmem::find(&tag[from..], name)?;
        from = at + name.len();
        let begins = at > 0 && tag[at - 1].is_ascii_whitespace();
        if let Some(quote @ (b'"' | b'\'')) = tag.get(from + 1)
            && begins
            && tag[from] == b'='
        {
            let start = from + 2;
            let length = memchr::memchr(*quote, &tag[start..])?;
            return Some(Span::new(start, start + length));
        }
    }
}

fn is_guid(text: &[u8]) -> bool {
    text.len() == 36
        && text.iter().enumerate().all(|(at, b)| match at {
            8 | 13 | 18 | 23 => *b == b'-',
            _ => b.is_ascii_hexdigit(),
        })
}

#[cfg(test)]
mod tests;
