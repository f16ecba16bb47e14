//! Passwords told by their place rather than by a name: the second of user and password, and what
//! follows an option of a command that is known to take a password.

use super::cursor::{Cursor, line_start, starts_with_fold};
use super::quote::quoted;
use super::slot::{Bond, Form, Slot};
use crate::base::span::Span;

/// What the names of things made of user and password end in.
const PAIRED: &[&str] = &[
    "auth",
    "authentication",
    "credential",
    "credentials",
    "creds",
];
/// Commands whose `-pVALUE` is a password.
const JOINED: &[&[u8]] = &[b"mysql", b"mariadb", b"7z "];
/// Commands whose `-p VALUE` is a password.
const APART: &[&[u8]] = &[
    b"sshpass",
    b"docker login",
    b"podman login",
    b"registry login",
    b"az login",
    b"mongo",
];
const LONGEST: usize = 128;

/// The second string of `auth=("user", "password")` or `Credentials("user", "password")`, where the
/// name is at `name`.
pub(super) fn second(text: &[u8], name: Span) -> Option<Slot> {
    let label = name.of(text);
    let fits = |end: &&str| {
        label.len() >= end.len()
            && label[label.len() - end.len()..].eq_ignore_ascii_case(end.as_bytes())
    };
    if !PAIRED.iter().any(fits) {
        return None;
    }
    let mut c = Cursor::new(text, name.end);
    c.while_(1, |b| matches!(b, b'"' | b'\''));
    c.blanks(2);
    let assigned = c.while_(1, |b| matches!(b, b'=' | b':')) > 0;
    c.blanks(2);
    if assigned {
        c.while_(40, |b| {
            b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.')
        });
    }
    if !(c.eat(b"(") || assigned && c.eat(b"[")) {
        return None;
    }
    c.blanks(2);
    let (user, _) = quoted(&mut c)?;
    if user.is_empty() || user.len() > 64 {
        return None;
    }
    c.blanks(2);
    c.eat(b",").then_some(())?;
    c.while_(40, |b| b.is_ascii_whitespace());
    let (value, end) = quoted(&mut c)?;
    c.at = end;
    c.eat(b".toCharArray()");
    c.while_(8, |b| b.is_ascii_whitespace() || b == b',');
    matches!(c.peek(), b')' | b']').then_some(Slot {
        value,
        bond: Bond::Pair,
        form: Form::Quoted,
    })
}

/// The value of ` -p` in front of `hit`, for commands that take a password there.
pub(super) fn option(text: &[u8], hit: usize) -> Option<Slot> {
    let line = &text[line_start(text, hit)..hit];
    let told = |commands: &[&[u8]]| {
        commands
            .iter()
            .any(|command| memchr::memmem::find(line, command).is_some())
    };
    let mut c = Cursor::new(text, hit + b" -p".len());
    let apart = c.blanks(4) > 0;
    if !told(if apart { APART } else { JOINED }) {
        return None;
    }
    bare_or_quoted(c)
}

/// The text of `ConvertTo-SecureString 'x' -AsPlainText`, after that name.
pub(super) fn secure_string(text: &[u8], end: usize) -> Option<Slot> {
    let mut c = Cursor::new(text, end);
    if c.blanks(4) == 0 {
        return None;
    }
    if c.eat_word(b"-string") {
        c.blanks(4);
    }
    if starts_with_fold(c.rest(), b"-") {
        return None;
    }
    matches!(c.peek(), b'"' | b'\'').then_some(())?;
    bare_or_quoted(c)
}

/// A string that follows after blanks and perhaps the word `password`.
pub(super) fn quoted_after(text: &[u8], from: usize) -> Option<Slot> {
    let mut c = Cursor::new(text, from);
    c.blanks(60);
    if c.eat_word(b"password") {
        c.blanks(60);
    }
    if let Some((value, _)) = quoted(&mut c) {
        return Some(Slot {
            value,
            bond: Bond::Direct,
            form: Form::Quoted,
        });
    }
    let start = c.at;
    c.while_(128, |b| {
        b > b' ' && !matches!(b, b';' | b'"' | b'\'' | b'`' | b')' | b',')
    });
    (c.at > start && c.at > from).then_some(Slot {
        value: Span::new(start, c.at),
        bond: Bond::Direct,
        form: Form::Bare,
    })
}

fn bare_or_quoted(mut c: Cursor) -> Option<Slot> {
    if let Some((value, _)) = quoted(&mut c) {
        return Some(Slot {
            value,
            bond: Bond::Direct,
            form: Form::Quoted,
        });
    }
    let start = c.at;
    c.while_(LONGEST, |b| {
        b > b' '
            && !matches!(
                b,
                b';' | b'"' | b'\'' | b'`' | b')' | b'|' | b'&' | b'<' | b'>'
            )
    });
    (c.at > start && c.text[start] != b'-').then_some(Slot {
        value: Span::new(start, c.at),
        bond: Bond::Direct,
        form: Form::Bare,
    })
}
