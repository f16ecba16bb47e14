//! What office documents keep of the passwords that protect sheets from being
//! changed by mistake: short checks and hashes, which open nothing.

use super::cursor::starts_with_fold;
use crate::base::span::Span;

/// How far before an attribute its element begins, at most.
const ELEMENT: usize = 512;

/// Elements whose attributes tell of such passwords (ECMA-376, parts 1 and 4).
const ELEMENTS: &[&[u8]] = &[
    b"sheetprotection",
    b"workbookprotection",
    b"chartsheetprotection",
    b"protectedrange",
    b"filesharing",
    b"documentprotection",
    b"writeprotection",
    b"modifyverifier",
];

/// True when the name `span` is that of an attribute of such an element.
pub(super) fn stands_in_element(text: &[u8], span: Span) -> bool {
    let from = span.start.saturating_sub(ELEMENT);
    let before = &text[from..span.start];
    let Some(at) = memchr::memrchr2(b'<', b'>', before) else {
        return false;
    };
    let Some(tag) = before[at..].strip_prefix(b"<") else {
        return false;
    };
    let name = match memchr::memchr(b':', &tag[..tag.len().min(16)]) {
        Some(colon) => &tag[colon + 1..],
        None => tag,
    };
    ELEMENTS
        .iter()
        .any(|element| starts_with_fold(name, element))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_attributes_of_protection_are_meant() {
        for (text, expected) in [
            ("<sheetProtection sheet=\"1\" password=\"x\"/>", true),
            ("<x:workbookProtection workbookPassword=\"x\"/>", true),
            ("<w:documentProtection password=\"x\"", true),
            ("<login password=\"x\"/>", false),
            ("<sheetProtection/><login password=\"x\"/>", false),
            ("sheetProtection password=\"x\"", false),
        ] {
            let at = text.to_ascii_lowercase().find("password=").unwrap();
            let found = stands_in_element(text.as_bytes(), Span::new(at, at + 8));
            assert_eq!(found, expected, "{text}");
        }
    }
}
