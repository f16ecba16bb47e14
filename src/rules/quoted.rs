//! From a place inside a TOML string's value back to its place in the file.
//!
//! The reader hands out values with the range of their token, quotes
//! included; an error inside a pattern needs the column in between.

use std::ops::Range;

/// The bytes of `source` that stand for `value`, a range of the value of the
/// string token at `token`. Escapes count as what they stand for.
pub fn locate(source: &str, token: Range<usize>, value: Range<usize>) -> Range<usize> {
    let Some(raw) = source.get(token.clone()) else {
        return token;
    };
    let quoting = Quoting::of(raw);
    let body = quoting.body(raw);
    let inner = &raw[body.clone()];
    let base = token.start + body.start;
    let start = base + raw_offset(inner, quoting, value.start);
    let end = base + raw_offset(inner, quoting, value.end);
    start..end.max(start)
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct Quoting {
    /// Bytes of each of the two delimiters.
    width: usize,
    escapes: bool,
}

impl Quoting {
    fn of(raw: &str) -> Quoting {
        let width = if raw.starts_with("'''") || raw.starts_with("\"\"\"") {
            3
        } else {
            1
        };
        let bare = !raw.starts_with(['"', '\'']);
        Quoting {
            width: if bare { 0 } else { width },
            escapes: raw.starts_with('"'),
        }
    }

    /// Where the value stands in the token. A line break right after a triple
    /// quote is not part of it.
    fn body(self, raw: &str) -> Range<usize> {
        let end = raw
            .len()
            .saturating_sub(self.width)
            .max(self.width.min(raw.len()));
        let (start, end) = (
            raw.ceil_char_boundary(self.width.min(end)),
            raw.ceil_char_boundary(end),
        );
        let inner = &raw[start..end];
        let skipped = match self.width {
            3 if inner.starts_with("\r\n") => 2,
            3 if inner.starts_with('\n') => 1,
            _ => 0,
        };
        start + skipped..end
    }
}

/// Bytes of `inner` before the value's byte number `wanted`.
fn raw_offset(inner: &str, quoting: Quoting, wanted: usize) -> usize {
    let (mut raw, mut value) = (0, 0);
    while value < wanted {
        let Some(step) = Step::at(&inner[raw..], quoting) else {
            break;
        };
        if value + step.value > wanted {
            break;
        }
        raw = inner.ceil_char_boundary(raw + step.raw);
        value += step.value;
    }
    // Line continuations stand for nothing: they belong to what goes before.
    while let Some(step) = Step::at(&inner[raw..], quoting).filter(|step| step.value == 0) {
        raw += step.raw;
    }
    raw
}

/// One character of a value: its bytes in the file and in the value.
struct Step {
    raw: usize,
    value: usize,
}

impl Step {
    fn at(rest: &str, quoting: Quoting) -> Option<Step> {
        let first = rest.chars().next()?;
        if !quoting.escapes || first != '\\' {
            let len = first.len_utf8();
            return Some(Step {
                raw: len,
                value: len,
            });
        }
        Some(Step::escape(rest))
    }

    fn escape(rest: &str) -> Step {
        let digits = match rest.as_bytes().get(1) {
            Some(b'x') => 2,
            Some(b'u') => 4,
            Some(b'U') => 8,
            Some(b' ' | b'\t' | b'\r' | b'\n') => return Step::continuation(rest),
            Some(_) => return Step { raw: 2, value: 1 },
            None => return Step { raw: 1, value: 1 },
        };
        let code = rest
            .get(2..2 + digits)
            .and_then(|hex| u32::from_str_radix(hex, 16).ok());
        let value = code.and_then(char::from_u32).map_or(1, char::len_utf8);
        Step {
            raw: (2 + digits).min(rest.len()),
            value,
        }
    }

    fn continuation(rest: &str) -> Step {
        let blank = rest[1..].trim_start_matches([' ', '\t', '\r', '\n']);
        Step {
            raw: rest.len() - blank.len(),
            value: 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde::Deserialize;
    use toml::Spanned;

    #[derive(Deserialize)]
    struct Holder {
        v: Spanned<String>,
    }

    /// Where the first `X` of the value stands in the file, by `locate`.
    fn located(source: &str) -> &str {
        let holder: Holder = toml::from_str(source).unwrap();
        let at = holder.v.get_ref().find('X').unwrap();
        &source[locate(source, holder.v.span(), at..at + 1)]
    }

    #[test]
    fn every_kind_of_string_is_mapped() {
        for source in [
            "v = 'abX'",
            "v = '''abX'''",
            "v = '''\nabX'''",
            "v = '''\r\na\r\nbX'''",
            r#"v = "ab\t\u00e9\U0001F600\\\"\x41\eXY""#,
            "v = \"\"\"\n ab\\\n   cX\"\"\"",
            "v = \"\"\"a\\\n  X\"\"\"",
            "v = \"\"\"a\r\n\r\nX\"\"\"",
        ] {
            assert_eq!(located(source), "X", "{source:?}");
        }
    }

    proptest! {
        #[test]
        fn any_value_maps_back(text in "\\PC{0,12}[\\n\\t\"'\\\\é]{0,4}", tail in "[a-z\\\\\"]{0,5}") {
            let text = text.replace('X', "x");
            let written = toml::Value::String(format!("{text}X{tail}")).to_string();
            let source = format!("v = {written}\n");
            prop_assert_eq!(located(&source), "X");
        }

        #[test]
        fn no_range_panics(source in "\\PC{0,20}", a in 0_usize..30, b in 0_usize..30) {
            let found = locate(&source, 0..source.len(), a..b);
            prop_assert!(found.start <= found.end && found.end <= source.len());
        }
    }
}
