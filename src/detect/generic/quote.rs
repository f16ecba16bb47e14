//! Strings in quotes: every style that languages have for them.

use super::cursor::Cursor;
use crate::base::span::Span;

/// Longest string that is read.
const LONGEST: usize = 3000;
/// Longest delimiter of a raw string.
const LONGEST_MARK: usize = 16;

/// Quotes that end as they begin. Longer ones first.
const PLAIN: &[&[u8]] = &[
    b"\"\"\"",
    b"'''",
    b"\\\\\\\"",
    b"\\\"",
    b"\\'",
    b"\\u0022",
    b"\\u0027",
    b"\\x22",
    b"\\x27",
    b"&quot;",
    b"&apos;",
    b"&#34;",
    b"&#39;",
    b"&#x22;",
    b"&#x27;",
    b"%22",
    b"\"",
    b"'",
    b"`",
];

/// A string in quotes of any style: its content, and where the cursor is after it.
pub(super) fn quoted(c: &mut Cursor) -> Option<(Span, usize)> {
    let found = plain(c)
        .or_else(|| hashed(c))
        .or_else(|| marked(c))
        .or_else(|| operator(c))?;
    c.at = found.1;
    Some(found)
}

fn plain(c: &Cursor) -> Option<(Span, usize)> {
    let opener = PLAIN.iter().find(|opener| c.rest().starts_with(opener))?;
    let start = c.at + opener.len();
    let end = close(c.text, start, opener)?;
    Some((Span::new(start, end), end + opener.len()))
}

/// `r#"..."#` of Rust and `#"..."#` of Swift, with any number of marks.
fn hashed(c: &Cursor) -> Option<(Span, usize)> {
    let mut p = *c;
    p.while_(2, |b| matches!(b, b'b' | b'c' | b'r'));
    let marks = p.while_(4, |b| b == b'#');
    if marks == 0 || !p.eat(b"\"") {
        return None;
    }
    let closer = [b"\"".as_slice(), &b"####"[..marks]].concat();
    raw(p, &closer)
}

/// `R"mark(...)mark"` of C++.
fn marked(c: &Cursor) -> Option<(Span, usize)> {
    let mut p = *c;
    if !p.eat(b"R\"") {
        return None;
    }
    let mark = p.at;
    p.while_(LONGEST_MARK, |b| b.is_ascii_alphanumeric() || b == b'_');
    let closer = [b")".as_slice(), &p.text[mark..p.at], b"\""].concat();
    if !p.eat(b"(") {
        return None;
    }
    raw(p, &closer)
}

/// `q{...}` and `qq(...)` of Perl, `%q[...]` and `%Q<...>` of Ruby.
fn operator(c: &Cursor) -> Option<(Span, usize)> {
    const OPERATORS: &[&[u8]] = &[b"qq", b"q", b"%q", b"%Q"];
    let mut p = *c;
    if !OPERATORS.iter().any(|operator| p.eat(operator)) {
        return None;
    }
    let closer = match p.peek() {
        b'{' => b"}",
        b'(' => b")",
        b'[' => b"]",
        b'<' => b">",
        b'|' => b"|",
        b'!' => b"!",
        _ => return None,
    };
    p.at += 1;
    raw(p, closer)
}

/// The string that begins at `c` and ends before `closer`, on the same line and without escapes.
fn raw(c: Cursor, closer: &[u8]) -> Option<(Span, usize)> {
    let near = &c.rest()[..c.rest().len().min(LONGEST)];
    let end = c.at + memchr::memmem::find(near, closer)?;
    let content = Span::new(c.at, end);
    (end > c.at && !content.of(c.text).contains(&b'\n')).then_some((content, end + closer.len()))
}

/// The end of the string opened by `opener`, on the same line.
pub(super) fn close(text: &[u8], start: usize, opener: &[u8]) -> Option<usize> {
    let limit = text.len().min(start + LONGEST);
    let mut at = start;
    while at < limit {
        if text[at..].starts_with(opener) {
            return Some(at);
        }
        match text[at] {
            b'\n' => return None,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_style_gives_its_content() {
        let cases = [
            r#""v""#,
            "'v'",
            "`v`",
            r#"\"v\""#,
            r#"\\\"v\\\""#,
            "&quot;v&quot;",
            "&#39;v&#39;",
            r#""""v""""#,
            "r#\"v\"#",
            "br##\"v\"##",
            "#\"v\"#",
            "R\"(v)\"",
            "R\"x(v)x\"",
            "q{v}",
            "qq(v)",
            "%q[v]",
            r"\u0022v\u0022",
        ];
        for text in cases {
            let mut c = Cursor::new(text.as_bytes(), 0);
            let (content, end) = quoted(&mut c).expect(text);
            assert_eq!(content.of(text.as_bytes()), b"v", "{text}");
            assert_eq!(end, text.len(), "{text}");
        }
    }

    #[test]
    fn what_is_not_closed_on_its_line_is_no_string() {
        for text in ["\"v", "'v\n'", "r#\"v\"", "q{v", "query", "R\"(v\n)\""] {
            assert!(
                quoted(&mut Cursor::new(text.as_bytes(), 0)).is_none(),
                "{text}"
            );
        }
    }
}
