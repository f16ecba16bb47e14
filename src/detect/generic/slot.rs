//! Where the value of a name stands: after an operator and perhaps a wrapper, within its own bounds.

use super::cursor::{Cursor, is_word, line_end, line_start};
use super::file::{FileKind, Syntax};
use super::inside::{enclosing, in_raw_string};
use super::operator::{Operator, closers, operator};
use super::quote::{close, quoted};
use super::words::lists;
use crate::base::span::Span;

/// Longest value.
const LONGEST_VALUE: usize = 2048;
/// A bare value that is longer and has more equals signs is no secret, but assignments.
const LONG_CHAIN: usize = 512;
const LINKS: usize = 8;
/// Most blanks between the pieces; aligned tables have many.
const GAP: usize = 60;

/// The place of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Slot {
    /// The value itself.
    pub(super) value: Span,
    /// How it is bound to its name.
    pub(super) bond: Bond,
    /// How it is written.
    pub(super) form: Form,
}

/// How a value is bound to its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bond {
    /// An operator stands between them.
    Direct,
    /// They are siblings, each with a name of its own.
    Pair,
    /// They are arguments or elements.
    Argument,
    /// Only a word or a blank stands between.
    Loose,
    /// The name is called with the value.
    Call,
    /// A query parameter.
    Query,
    /// The value is on the next line.
    NextLine,
    /// A string further on in the line.
    Later,
    /// The user part of a URL.
    Userinfo,
}

/// How a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// In quotes.
    Quoted,
    /// Bare, in configuration, documentation or markup.
    Bare,
    /// Bare, with more words after it on the line.
    BareInProse,
    /// Bare, inside a string or a comment.
    InString,
}

/// Finds the value of the name `name`.
pub(super) fn find(text: &[u8], name: Span, file: FileKind) -> Option<Slot> {
    let before = name.start.checked_sub(1).map_or(0, |i| text[i]);
    let mut c = Cursor::new(text, name.end);
    if before == b'{' && name.start >= 2 && text[name.start - 2] == b'$' && c.peek() == b'}' {
        return None;
    }
    if matches!(before, b'?' | b'&') && c.peek() == b'=' {
        c.at += 1;
        return query_value(c);
    }
    let closed = closers(&mut c);
    let blanks = c.blanks(GAP);
    if c.peek() == b'=' && c.ahead(1) == b'>' && text[name.end..c.at].contains(&b')') {
        // What a call gives, not what it is given.
        return None;
    }
    let operator = operator(&mut c, before, closed, blanks, file)?;
    let mut bond = match operator {
        Operator::Comma | Operator::Close | Operator::Flag => Bond::Argument,
        Operator::Blank | Operator::Word => Bond::Loose,
        Operator::Call => Bond::Call,
        Operator::Pair => Bond::Pair,
        Operator::Assign | Operator::Colon => Bond::Direct,
    };
    c.blanks(GAP);
    if matches!(c.peek(), b'\n' | b'\r') {
        if !matches!(
            operator,
            Operator::Assign | Operator::Colon | Operator::Call | Operator::Close
        ) {
            return None;
        }
        to_next_line(&mut c)?;
        if operator != Operator::Close {
            bond = Bond::NextLine;
        }
    }
    value(c, operator, bond, file)
}

/// Moves to the first byte of the next line that is not blank.
fn to_next_line(c: &mut Cursor) -> Option<()> {
    c.eat(b"\r");
    c.eat(b"\n").then_some(())?;
    c.blanks(GAP);
    Some(())
}

/// Reads the value at the cursor, after at most one wrapper.
fn value(mut c: Cursor, operator: Operator, bond: Bond, file: FileKind) -> Option<Slot> {
    if operator == Operator::Close {
        return element_text(c);
    }
    let wrapped = wrapper(&mut c)?;
    if let Some((value, end)) = quoted(&mut c) {
        let key = is_key(c.text, end)
            && (wrapped || operator != Operator::Assign || bond == Bond::NextLine);
        let open = operator == Operator::Call && !closes(c.text, end);
        return (!key && !open).then_some(Slot {
            value,
            bond,
            form: Form::Quoted,
        });
    }
    if wrapped || matches!(operator, Operator::Call | Operator::Comma) {
        return None;
    }
    bare(c, operator, bond, file)
}

/// True when what follows a closed string shows that it is itself a name.
fn is_key(text: &[u8], end: usize) -> bool {
    let mut after = Cursor::new(text, end);
    after.blanks(4);
    after.peek() == b':' && after.ahead(1) != b':' || after.peek() == b'=' && after.ahead(1) == b'>'
}

/// True when the call whose argument ended at `end` has no further argument.
fn closes(text: &[u8], end: usize) -> bool {
    let mut after = Cursor::new(text, end);
    after.while_(GAP, |b| b.is_ascii_whitespace() || b == b',');
    after.peek() == b')'
}

/// Moves over a call, bracket or string prefix; none when the call fetches the value from elsewhere.
fn wrapper(c: &mut Cursor) -> Option<bool> {
    let mut p = *c;
    p.while_(1, |b| b == b'&');
    p.eat(b"new ");
    let start = p.at;
    p.while_(40, |b| {
        is_word(b) || matches!(b, b'.' | b':' | b'!' | b'@' | b'~' | b'$')
    });
    let callee = &p.text[start..p.at];
    if callee == b"R" {
        // A raw string of C++, which is no prefix and a plain string.
        return Some(false);
    }
    if matches!(p.peek(), b'"' | b'\'' | b'`') && callee.len() <= 2 {
        *c = p;
        return Some(false);
    }
    if callee.first().is_some_and(|b| !is_word(*b)) {
        return Some(false);
    }
    if p.peek() == b'[' && p.ahead(1) == b']' {
        p.at += 2;
        p.while_(12, is_word);
    }
    if !matches!(p.peek(), b'(' | b'[' | b'{') {
        return Some(false);
    }
    let indexed = p.peek() == b'[' && !callee.is_empty();
    p.at += 1;
    p.blanks(4);
    if p.eat(b"None,") || p.eat(b"null,") {
        p.blanks(4);
    }
    p.while_(2, |b| matches!(b, b'b' | b'r' | b'u' | b'@'));
    if !matches!(p.peek(), b'"' | b'\'' | b'`') {
        return Some(false);
    }
    if indexed || fetches(callee) {
        return None;
    }
    *c = p;
    Some(true)
}

/// True for calls whose argument names a value rather than being it.
fn fetches(callee: &[u8]) -> bool {
    lists().fetchers.stands_in(callee)
}

/// The text between `>` and `<`.
fn element_text(mut c: Cursor) -> Option<Slot> {
    c.while_(GAP, |b| b.is_ascii_whitespace());
    let start = c.at;
    c.while_(LONGEST_VALUE, |b| !matches!(b, b'<' | b'\n'));
    let end = trim_end(c.text, start, c.at);
    c.while_(GAP, |b| b.is_ascii_whitespace());
    (c.peek() == b'<' && end > start).then_some(Slot {
        value: Span::new(start, end),
        bond: Bond::Direct,
        form: Form::Quoted,
    })
}

/// The value of a query parameter.
fn query_value(mut c: Cursor) -> Option<Slot> {
    let start = c.at;
    c.while_(LONGEST_VALUE, |b| {
        b > b' '
            && !matches!(
                b,
                b'&' | b'"'
                    | b'\''
                    | b'`'
                    | b'#'
                    | b'<'
                    | b'>'
                    | b')'
                    | b']'
                    | b'\\'
                    | b'|'
                    | b','
                    | b';'
            )
    });
    (c.at > start).then_some(Slot {
        value: Span::new(start, c.at),
        bond: Bond::Query,
        form: Form::InString,
    })
}

/// A value without quotes.
fn bare(mut c: Cursor, operator: Operator, bond: Bond, file: FileKind) -> Option<Slot> {
    if matches!(
        c.peek(),
        b'$' | b'{' | b'[' | b'(' | b'<' | b'&' | b'*' | b'!' | b'|' | b'>' | b'"' | b'\'' | b'`'
    ) {
        return None;
    }
    let start = c.at;
    let inside = !file.has_bare_values() || file.syntax() == Syntax::Doc;
    let quote = if inside {
        enclosing(c.text, start)
    } else {
        None
    };
    let in_string = quote.is_some() || inside && in_raw_string(c.text, start);
    let in_code = !file.has_bare_values() && !in_string;
    if in_code && !is_long_word(c.rest()) {
        return None;
    }
    c.while_(LONGEST_VALUE, |b| {
        b > b' '
            && !matches!(b, b'"' | b'\'' | b'`' | b'<')
            && !(in_string && matches!(b, b'&' | b';' | b',' | b'\\' | b'>'))
    });
    if c.peek() == b'(' || is_chain(&c.text[start..c.at]) {
        return None;
    }
    let cut = c.text[start..c.at]
        .windows(2)
        .position(|w| w[0] == b';' && w[1].is_ascii_alphabetic());
    let stop = cut.map_or(c.at, |n| start + n);
    let end = trim_tail(c.text, start, stop);
    if end <= start {
        return None;
    }
    let listed = matches!(c.text[stop - 1], b',' | b';') && file.syntax() != Syntax::Doc;
    let form = if !listed && has_more_words(c, start, operator) {
        Form::BareInProse
    } else if in_string || in_code {
        Form::InString
    } else {
        Form::Bare
    };
    Some(Slot {
        value: Span::new(start, end),
        bond,
        form,
    })
}

/// True for a long row of assignments, each of which is the value of those before it.
fn is_chain(value: &[u8]) -> bool {
    value.len() > LONG_CHAIN && memchr::memchr_iter(b'=', value).count() > LINKS
}

/// True when a run of 24 letters and digits or more begins here, as no name in code does.
fn is_long_word(text: &[u8]) -> bool {
    let run = text
        .iter()
        .take(40)
        .take_while(|b| b.is_ascii_alphanumeric())
        .count();
    let digits = text[..run].iter().filter(|b| b.is_ascii_digit()).count();
    run >= 24 && digits >= 3 && !text.starts_with(b"0x")
}

/// True when more words follow on the line and neither a comment nor another assignment begins.
fn has_more_words(mut c: Cursor, start: usize, operator: Operator) -> bool {
    if c.blanks(GAP) == 0 {
        return false;
    }
    let is_tight = operator == Operator::Assign
        || operator == Operator::Colon && !c.text[start - 1].is_ascii_whitespace();
    let next = c.peek();
    if is_tight && !matches!(next, b'=' | b'+' | b'?') {
        return false;
    }
    !matches!(
        next,
        0 | b'\n'
            | b'\r'
            | b'#'
            | b'/'
            | b'-'
            | b';'
            | b'\\'
            | b'&'
            | b'|'
            | b'}'
            | b']'
            | b')'
            | b'('
            | b'"'
            | b'\''
            | b'`'
            | b'<'
            | b'>'
    )
}

/// Drops punctuation that ends a bare value, and brackets that were opened before it.
fn trim_tail(text: &[u8], start: usize, mut end: usize) -> usize {
    let before = &text[line_start(text, start)..start];
    while end > start {
        let belongs = match text[end - 1] {
            b',' | b';' | b'.' | b':' => false,
            b')' => !before.contains(&b'('),
            b']' => !before.contains(&b'['),
            b'}' => !before.contains(&b'{'),
            _ => true,
        };
        if belongs {
            break;
        }
        end -= 1;
    }
    end
}

fn trim_end(text: &[u8], start: usize, mut end: usize) -> usize {
    while end > start && text[end - 1].is_ascii_whitespace() {
        end -= 1;
    }
    end
}

/// The first string after `from` on its line that is at least `least` long.
pub(super) fn later(text: &[u8], from: usize, least: usize) -> Option<Slot> {
    let end = line_end(&text[..text.len().min(from + 200)], from);
    let mut at = from;
    while at < end {
        let quote = at + memchr::memchr3(b'"', b'\'', b'`', &text[at..end])?;
        let opener = &text[quote..=quote];
        let close = close(text, quote + 1, opener)?;
        let inner = &text[quote + 1..close];
        let worth =
            inner.len() >= least && inner.iter().any(u8::is_ascii_digit) && !inner.contains(&b' ');
        if worth && !is_key(text, close + 1) {
            return Some(Slot {
                value: Span::new(quote + 1, close),
                bond: Bond::Later,
                form: Form::Quoted,
            });
        }
        at = close + 1;
    }
    None
}
