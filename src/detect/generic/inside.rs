//! Whether a place stands inside a string or a comment of its line.

use super::cursor::line_start;

/// True for lines that begin as comments do, but not for directives of the C preprocessor.
fn is_comment(line: &[u8]) -> bool {
    const DIRECTIVES: &[&[u8]] = &[
        b"#def", b"#if", b"#el", b"#en", b"#und", b"#pra", b"#err", b"#inc",
    ];
    matches!(line.first(), Some(b'#' | b'*' | b'%' | b';'))
        && !DIRECTIVES
            .iter()
            .any(|directive| line.starts_with(directive))
}

/// The quote or comment leader inside which `at` stands on its line, if any.
pub(super) fn enclosing(text: &[u8], at: usize) -> Option<u8> {
    let start = line_start(text, at);
    let line = &text[start..at];
    if memchr::memchr3(b'"', b'\'', b'`', line).is_none()
        && memchr::memchr3(b'#', b'/', b'*', line).is_none()
        && memchr::memchr2(b'%', b';', line).is_none()
    {
        return None;
    }
    let indent = line.iter().take_while(|b| b.is_ascii_whitespace()).count();
    if is_comment(&line[indent.min(line.len())..]) {
        return Some(b'#');
    }
    let mut open = None;
    let mut i = indent;
    while i < line.len() {
        let byte = line[i];
        if !matches!(byte, b'"' | b'\'' | b'`' | b'/' | b'#' | b'\\') {
            i += 1;
            continue;
        }
        match open {
            None if matches!(byte, b'"' | b'\'' | b'`') => open = Some(byte),
            None if line[i..].starts_with(b"//")
                || line[i..].starts_with(b"/*")
                || line[i..].starts_with(b"# ") =>
            {
                return Some(b'/');
            }
            Some(quote) if quote == byte => open = None,
            _ => {}
        }
        i += if byte == b'\\' { 2 } else { 1 };
    }
    open
}

/// True when `at` stands in a string in backticks that began on an earlier line, as far as visible:
/// the last backtick before this line has text of its line before it, and none that would follow
/// the end of a string.
pub(super) fn in_raw_string(text: &[u8], at: usize) -> bool {
    let line = line_start(text, at);
    let Some(tick) = memchr::memrchr(b'`', &text[..line]) else {
        return false;
    };
    let before = &text[line_start(text, tick)..tick];
    let opens = before
        .trim_ascii_end()
        .last()
        .is_some_and(|b| matches!(b, b'(' | b'=' | b',' | b'{' | b'[' | b'+' | b':'));
    let after = text[tick + 1..].iter().find(|b| !matches!(b, b' ' | b'\t'));
    opens && !matches!(after, Some(b')' | b',' | b';' | b'.' | b']'))
}
