//! The page around the data: the template, its policy, and how text is put into it.

use std::io::{self, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

const PAGE: &str = include_str!("page/page.html");
const STYLE: &str = include_str!("page/page.css");

/// The script, in the order in which its parts need each other. It runs as one.
const SCRIPT: &str = concat!(
    include_str!("page/text.js"),
    include_str!("page/data.js"),
    include_str!("page/filter.js"),
    include_str!("page/coverage.js"),
    include_str!("page/charts.js"),
    include_str!("page/list.js"),
    include_str!("page/detail.js"),
    include_str!("page/paper.js"),
    include_str!("page/main.js"),
);

/// What the template asks for.
pub(super) enum Slot {
    /// Title of the document.
    Title,
    /// What is read where no script runs.
    Plain,
    /// Everything but the findings themselves.
    Overview,
    /// The findings.
    Findings,
}

/// Writes the page; `fill` writes what belongs into a slot.
pub(super) fn write<W: Write>(
    to: &mut W,
    mut fill: impl FnMut(&mut W, Slot) -> io::Result<()>,
) -> io::Result<()> {
    for (index, piece) in PAGE.split("@@").enumerate() {
        if index % 2 == 0 {
            to.write_all(piece.as_bytes())?;
            continue;
        }
        match piece {
            "policy" => to.write_all(policy().as_bytes())?,
            "style" => to.write_all(STYLE.as_bytes())?,
            "script" => to.write_all(SCRIPT.as_bytes())?,
            "title" => fill(to, Slot::Title)?,
            "plain" => fill(to, Slot::Plain)?,
            "overview" => fill(to, Slot::Overview)?,
            "findings" => fill(to, Slot::Findings)?,
            other => unreachable!("the template is part of the program: {other}"),
        }
    }
    Ok(())
}

/// Content Security Policy, level 3: nothing but this style and this script, no address but the
/// page's own, and no way from text to markup.
fn policy() -> String {
    let hash = |text: &str| STANDARD.encode(Sha256::digest(text.as_bytes()));
    format!(
        "default-src 'none'; script-src 'sha256-{}'; style-src 'sha256-{}'; img-src data:; \
         base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
        hash(SCRIPT),
        hash(STYLE),
    )
}

/// Writes JSON text so that no HTML parser sees anything in it. Outside strings JSON has none of
/// these characters, and inside an escape means the same.
pub(super) fn write_inert(to: &mut impl Write, json: &[u8]) -> io::Result<()> {
    let mut done = 0;
    for (at, &byte) in json.iter().enumerate() {
        if matches!(byte, b'<' | b'>' | b'&') {
            to.write_all(&json[done..at])?;
            write!(to, "\\u{byte:04x}")?;
            done = at + 1;
        }
    }
    to.write_all(&json[done..])
}

/// `text` as HTML text or as the value of a quoted attribute.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn style_and_script_cannot_end_their_elements_early() {
        assert!(!STYLE.to_lowercase().contains("</style"));
        let script = SCRIPT.to_lowercase();
        assert!(!script.contains("</script") && !script.contains("<!--"));
        assert!(!STYLE.contains('\r') && !SCRIPT.contains('\r') && !PAGE.contains('\r'));
    }

    #[test]
    fn the_policy_names_the_hashes_of_what_is_written() {
        let mut bytes = Vec::new();
        write(&mut bytes, |_, _| Ok(())).unwrap();
        let page = String::from_utf8(bytes).unwrap();
        let inside = |open: &str, close: &str| {
            let (_, rest) = page.split_once(open).unwrap();
            rest.split_once(close).unwrap().0.to_owned()
        };
        for text in [
            inside("<style>", "</style>"),
            inside("<script>", "</script>"),
        ] {
            let hash = STANDARD.encode(Sha256::digest(text.as_bytes()));
            assert!(policy().contains(&hash));
        }
        assert!(page.contains(&policy()));
        assert!(!page.contains(" style=") && !page.contains(" onclick="));
    }

    #[test]
    fn the_script_makes_no_markup() {
        for needle in [
            "innerHTML",
            "outerHTML",
            "insertAdjacent",
            "document.write",
            "eval(",
            "fetch(",
        ] {
            assert!(!SCRIPT.contains(needle), "{needle}");
        }
    }

    #[test]
    fn json_stays_json_and_is_no_markup() {
        let mut bytes = Vec::new();
        write_inert(&mut bytes, br#"{"a":"</script>&<!--"}"#).unwrap();
        let text = String::from_utf8(bytes).unwrap();
        assert_eq!(text, r#"{"a":"\u003c/script\u003e\u0026\u003c!--"}"#);
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["a"], "</script>&<!--");
    }
}
