//! Values that look like secrets and are none, as what they are made of or
//! what they stand in shows: base64 of a placeholder, the secrets that a
//! cluster sealed, and the guards of web forms, which hold for one visit.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::base::span::Span;

/// Longest placeholder that is looked for in base64.
const LONGEST: usize = 64;
/// How far before a value the manifest that holds it may begin.
const MANIFEST: usize = 64 << 10;
/// Shortest value that a cluster sealed: a key of its own stands before it.
const SEALED: usize = 64;
/// How far before a name its element begins, at most.
const ELEMENT: usize = 512;

/// Names of guards against forged requests, in small letters.
const GUARDS: &[&[u8]] = &[
    b"authenticity_token",
    b"csrf_token",
    b"csrf-token",
    b"csrftoken",
    b"csrfmiddlewaretoken",
    b"_csrf_token",
    b"_token",
    b"__requestverificationtoken",
    b"xsrf-token",
    b"xsrf_token",
];

/// The text that `value` is base64 of, if it is one.
pub(super) fn text_in_base64(value: &[u8]) -> Option<Vec<u8>> {
    let fits = (8..=LONGEST).contains(&value.len()) && value.len().is_multiple_of(4);
    let text = STANDARD.decode(value).ok().filter(|_| fits)?;
    let text = text.trim_ascii_end();
    let is_text = text.iter().all(|b| b.is_ascii_graphic() || *b == b' ');
    (is_text && text.len() >= 4).then(|| text.to_vec())
}

/// True when the value at `value` stands under `encryptedData` of a manifest
/// that says `kind: SealedSecret`.
pub(super) fn is_sealed(text: &[u8], value: Span) -> bool {
    if value.len() < SEALED {
        return false;
    }
    let before = &text[value.start.saturating_sub(MANIFEST)..value.start];
    let document = memchr::memmem::rfind(before, b"\n---").map_or(0, |at| at + 4);
    let document = &before[document..];
    let Some(data) = memchr::memmem::rfind(document, b"encryptedData") else {
        return false;
    };
    let has = |part: &[u8], word: &[u8]| memchr::memmem::find(part, word).is_some();
    // Labels and templates follow the data, and are in the clear.
    has(document, b"SealedSecret") && !has(&document[data..], b"template")
}

/// True when `name` is that of a guard in a hidden field or in the head of a page.
pub(super) fn is_form_guard(text: &[u8], name: Span) -> bool {
    let is_guard = GUARDS
        .iter()
        .any(|guard| name.of(text).eq_ignore_ascii_case(guard));
    let before = &text[name.start.saturating_sub(ELEMENT)..name.start];
    let Some(at) = memchr::memrchr2(b'<', b'>', before).filter(|_| is_guard) else {
        return false;
    };
    let behind = &text[name.end..text.len().min(name.end + ELEMENT)];
    let end = memchr::memchr(b'>', behind).unwrap_or(behind.len());
    let is_hidden = |part: &[u8]| {
        let words = part.split(|b| !b.is_ascii_alphabetic());
        words
            .into_iter()
            .any(|word| word.eq_ignore_ascii_case(b"hidden"))
    };
    let tag = &before[at..];
    tag.starts_with(b"<meta ")
        || tag.starts_with(b"<input") && (is_hidden(tag) || is_hidden(&behind[..end]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_of_text_is_told_from_other_tokens() {
        let coded = |text: &str| STANDARD.encode(text);
        for text in ["changeme", "${TOKEN}", "YOUR_API_KEY_HERE"] {
            assert_eq!(
                text_in_base64(coded(text).as_bytes()).as_deref(),
                Some(text.as_bytes())
            );
        }
        for other in ["vq7Xk2wzR9pLmT4b", "changeme", "", "Y2hhbmdlbWU"] {
            assert_eq!(text_in_base64(other.as_bytes()), None, "{other}");
        }
    }

    #[test]
    fn only_sealed_data_is_idle() {
        let value = "AgB7".repeat(40);
        for (text, expected) in [
            (
                "kind: SealedSecret\nspec:\n  encryptedData:\n    password: ",
                true,
            ),
            (
                "kind: SealedSecret\n---\nkind: X\nencryptedData:\n    password: ",
                false,
            ),
            (
                "kind: SealedSecret\nencryptedData:\n  a: b\ntemplate:\n    password: ",
                false,
            ),
            ("kind: Secret\nencryptedData:\n    password: ", false),
        ] {
            let whole = format!("{text}{value}\n");
            let span = Span::new(text.len(), text.len() + value.len());
            assert_eq!(is_sealed(whole.as_bytes(), span), expected, "{text}");
        }
    }

    #[test]
    fn guards_of_forms_stand_in_hidden_fields() {
        for (text, expected) in [
            (
                "<input type=\"hidden\" name=\"csrf_token\" value=\"x\">",
                true,
            ),
            ("<input name=\"csrf_token\" type=hidden value=\"x\">", true),
            ("<meta name=\"csrf_token\" content=\"x\">", true),
            (
                "<input type=\"text\" name=\"csrf_token\" value=\"x\">",
                false,
            ),
            (
                "<input type=\"text\" name=\"csrf_token\"><input type=\"hidden\">",
                false,
            ),
            ("csrf_token = \"x\" # hidden", false),
        ] {
            let at = text.find("csrf_token").unwrap();
            let found = is_form_guard(text.as_bytes(), Span::new(at, at + 10));
            assert_eq!(found, expected, "{text}");
        }
    }
}
