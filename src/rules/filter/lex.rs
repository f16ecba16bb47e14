//! The words of a filter.

use std::ops::Range;

use crate::rules::filter::FilterError;

/// A word.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Name(String),
    Number(f64),
    Text(String),
    Sign(&'static str),
    End,
}

/// Signs, longer ones before their beginnings.
const SIGNS: &[&str] = &[
    "==", "!=", "<=", ">=", "&&", "||", "?.", "??", "<", ">", "!", "?", ":", ";", ",", ".", "(",
    ")", "[", "]", "=", "+", "-", "*",
];

/// The words of `text` with their places; the last one is [`Token::End`].
pub(super) fn tokens(text: &str) -> Result<Vec<(Token, Range<usize>)>, FilterError> {
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        let rest = &text[at..];
        let len = if first.is_whitespace() {
            first.len_utf8()
        } else if let Some(len) = comment(rest) {
            len
        } else {
            let (token, len) = token(rest, first).map_err(|message| FilterError {
                span: at..at + first.len_utf8(),
                message,
            })?;
            out.push((token, at..at + len));
            len
        };
        at += len;
    }
    out.push((Token::End, text.len()..text.len()));
    Ok(out)
}

fn comment(rest: &str) -> Option<usize> {
    if rest.starts_with("//") {
        return Some(rest.find('\n').unwrap_or(rest.len()));
    }
    if rest.starts_with("/*") {
        return Some(rest.find("*/").map_or(rest.len(), |at| at + 2));
    }
    None
}

fn token(rest: &str, first: char) -> Result<(Token, usize), String> {
    if first.is_ascii_alphabetic() || first == '_' {
        let len = rest
            .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
            .unwrap_or(rest.len());
        return Ok((Token::Name(rest[..len].to_owned()), len));
    }
    if first.is_ascii_digit() {
        return number(rest);
    }
    if matches!(first, '"' | '\'' | '`') {
        return quoted(rest, first);
    }
    let sign = SIGNS.iter().find(|sign| rest.starts_with(**sign));
    let sign = sign.ok_or_else(|| format!("`{first}` means nothing here"))?;
    Ok((Token::Sign(sign), sign.len()))
}

fn number(rest: &str) -> Result<(Token, usize), String> {
    let digits = |text: &str| {
        text.find(|c: char| !c.is_ascii_digit() && c != '_')
            .unwrap_or(text.len())
    };
    let mut len = digits(rest);
    if rest[len..].starts_with('.') && rest[len + 1..].starts_with(|c: char| c.is_ascii_digit()) {
        len += 1 + digits(&rest[len + 1..]);
    }
    let written = rest[..len].replace('_', "");
    let number = written
        .parse()
        .map_err(|_| format!("`{written}` is no number"))?;
    Ok((Token::Number(number), len))
}

/// A text in quotes; in backticks a backslash is a backslash.
fn quoted(rest: &str, quote: char) -> Result<(Token, usize), String> {
    let mut out = String::new();
    let mut characters = rest.char_indices().skip(1);
    while let Some((at, character)) = characters.next() {
        if character == quote {
            return Ok((Token::Text(out), at + 1));
        }
        if character != '\\' || quote == '`' {
            out.push(character);
            continue;
        }
        let Some((_, escaped)) = characters.next() else {
            break;
        };
        match escaped {
            'n' => out.push('\n'),
            't' => out.push('\t'),
            'r' => out.push('\r'),
            '0' => out.push('\0'),
            'x' => out.push(code(&mut characters, 2)?),
            'u' => out.push(code(&mut characters, 4)?),
            '\\' | '"' | '\'' | '`' | '/' => out.push(escaped),
            // Regular expressions in quotes often keep their own backslashes.
            other => out.extend(['\\', other]),
        }
    }
    Err("the text has no end".into())
}

fn code(
    characters: &mut impl Iterator<Item = (usize, char)>,
    digits: usize,
) -> Result<char, String> {
    let written: String = characters.take(digits).map(|(_, c)| c).collect();
    let code = u32::from_str_radix(&written, 16).ok();
    code.filter(|_| written.len() == digits)
        .and_then(char::from_u32)
        .ok_or_else(|| "the escape is no character".into())
}
