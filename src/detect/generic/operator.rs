//! What stands between a name and its value: closers, a type, an operator.

use super::cursor::{Cursor, is_word};
use super::file::{FileKind, Syntax};
use super::pair;

/// What binds a value to a name.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Assign,
    Colon,
    /// The name of the value in a name and value pair.
    Pair,
    Call,
    Comma,
    Close,
    Word,
    Blank,
    Flag,
}

/// Moves over what closes a name; returns whether a quote was among it.
pub(super) fn closers(c: &mut Cursor) -> bool {
    let mut quoted = false;
    for _ in 0..4 {
        match c.peek() {
            b'"' | b'\'' | b'`' => {
                quoted = true;
                c.at += 1;
            }
            b'\\' if matches!(c.ahead(1), b'"' | b'\'' | b'\\') => c.at += 1,
            b']' | b')' | b'}' | b'?' | b'!' if c.ahead(1) != b'=' || c.peek() != b'!' => c.at += 1,
            b'*' if c.ahead(1) == b'*' => c.at += 2,
            b'[' => {
                let mut inner = *c;
                inner.at += 1;
                inner.while_(24, |b| is_word(b) || b == b' ');
                if inner.peek() != b']' {
                    break;
                }
                c.at = inner.at + 1;
            }
            b'&' if c.eat(b"&quot;") || c.eat(b"&#34;") || c.eat(b"&#39;") => quoted = true,
            _ => break,
        }
    }
    quoted
}

/// Reads what binds a value to a name: `before` stands in front of the name, `closed` tells whether a
/// quote closed it, and `blanks` how many blanks follow.
pub(super) fn operator(
    c: &mut Cursor,
    before: u8,
    closed: bool,
    blanks: usize,
    file: FileKind,
) -> Option<Operator> {
    match c.peek() {
        b':' if closed && let Some(operator) = pair::block(c) => Some(operator),
        b':' => colon(c, file),
        b'<' if let Some(operator) = pair::element(c) => Some(operator),
        b'=' | b'!' | b'?' | b'+' | b'|' | b'<' => assign(c),
        b'(' if !closed && blanks == 0 => {
            c.at += 1;
            Some(Operator::Call)
        }
        b',' if closed || before == b'(' => {
            c.at += 1;
            pair::sibling(c).or(Some(Operator::Comma))
        }
        // `(?<name>...)` is a group of a regular expression.
        b'>' if closed || before == b'<' && !is_group(c.text, c.at) => {
            c.at += 1;
            if closed {
                // Without such an element the text itself is the value.
                let _ = pair::inner_element(c);
            }
            Some(Operator::Close)
        }
        b'-' if c.eat(b"->") && closed => Some(Operator::Assign),
        b'%' if c.eat(b"%3D") => Some(Operator::Assign),
        b'\\' if c.eat(b"\\u003d") || c.eat(b"\\u003D") => Some(Operator::Assign),
        b'\n' | b'\r' if closed || before == b' ' => pair::sibling(c),
        b'{' if closed => pair::block(c),
        _ if blanks > 0 => after_blank(c, before, closed, file),
        _ => None,
    }
}

/// `:`, `:=`, `::=`, and `: Type =`.
fn colon(c: &mut Cursor, file: FileKind) -> Option<Operator> {
    if c.eat(b"::=") || c.eat(b":=") {
        return Some(Operator::Assign);
    }
    if c.ahead(1) == b':' {
        return None;
    }
    c.at += 1;
    c.eat(b"**");
    let near = &c.rest()[..c.rest().len().min(48)];
    if matches!(file.syntax(), Syntax::Code | Syntax::Doc) && memchr::memchr(b'=', near).is_some() {
        let mut typed = *c;
        typed.while_(48, |b| {
            is_word(b)
                || matches!(
                    b,
                    b' ' | b'&' | b'\'' | b'<' | b'>' | b'[' | b']' | b'?' | b'|' | b'.' | b':'
                )
        });
        let spaced = typed.at > c.at + 1 && typed.text[typed.at - 1] == b' ';
        if typed.peek() == b'=' && spaced && !matches!(typed.ahead(1), b'=' | b'>') {
            let between = &c.text[c.at..typed.at];
            if between.iter().any(u8::is_ascii_alphabetic) && between.first() == Some(&b' ') {
                c.at = typed.at + 1;
                return Some(Operator::Assign);
            }
        }
    }
    Some(Operator::Colon)
}

/// The operators that end in `=`, `=>`, `||`, `??` and `<-`.
fn assign(c: &mut Cursor) -> Option<Operator> {
    const OPERATORS: &[&[u8]] = &[
        b"===", b"==", b"=>", b"!==", b"!=", b"?=", b"+=", b"||=", b"||", b"??=", b"??", b"<-",
    ];
    if c.eat(b"=~") {
        return None;
    }
    (OPERATORS.iter().any(|op| c.eat(op)) || c.eat(b"=")).then_some(Operator::Assign)
}

/// What may stand after a blank: `value=` of an attribute pair, `is`, a flag's value.
fn after_blank(c: &mut Cursor, before: u8, closed: bool, file: FileKind) -> Option<Operator> {
    if closed
        && let Some(operator) = pair::sibling(c)
            .or_else(|| pair::block(c))
            .or_else(|| pair::inner_element_after_attributes(c))
    {
        return Some(operator);
    }
    if c.eat(b"is ") || c.eat(b"to ") || c.eat(b"or ") || c.eat_word(b"by ") {
        return Some(Operator::Word);
    }
    if before == b'-' && !closed {
        return Some(Operator::Flag);
    }
    let alone = matches!(before, 0 | b'\n' | b' ' | b'\t') && file.has_bare_values();
    let long = || {
        c.rest()
            .iter()
            .take(20)
            .take_while(|b| b.is_ascii_alphanumeric())
            .count()
            == 20
    };
    (alone || matches!(c.peek(), b'"' | b'\'') || long()).then_some(Operator::Blank)
}

/// True when the `<` before the name that ends at `end` follows a question mark.
fn is_group(text: &[u8], end: usize) -> bool {
    let open = memchr::memrchr(b'<', &text[..end]).unwrap_or(0);
    matches!(text[..open], [.., b'?'] | [.., b'?', b'P'])
}
