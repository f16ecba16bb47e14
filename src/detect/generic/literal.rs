//! What shows that a value is not literally a secret: templates, code, places, measures, hashes.

use super::cursor::{is_word, starts_with_fold};
use super::lexicon;
use super::value::{Counts, is_token};
use super::words::lists;

/// True when the value is not literally the secret: a template, a reference to code, a place,
/// prose, or an encoding's name.
pub(super) fn is_no_literal(value: &[u8], counts: &Counts) -> bool {
    is_template(value)
        || is_reference(value)
        || is_path(value, counts)
        || is_measure(value, counts)
        || is_bytes(value, counts)
        || is_encoding(value)
        || is_address(value)
        || counts.blanks >= 2 && counts.digits * 5 < counts.length
        || counts.high > 0
        || is_escaped_script(value)
        || starts_with_fold(value, b"basic ")
        || starts_with_fold(value, b"bearer ")
}

/// `${X}`, `$X`, `{{ x }}`, `<x>`, `%s`, `%(x)s`, `#{x}`, `@X@`, `%X%`, `{x}`, `[x]`.
pub(super) fn is_template(value: &[u8]) -> bool {
    const PARTS: &[&[u8]] = &[
        b"${", b"{{", b"$(", b"#{", b"<%", b"%{", b"{}", b"\\(", b"}}",
    ];
    let marked = value
        .iter()
        .any(|b| matches!(b, b'$' | b'{' | b'}' | b'#' | b'<' | b'%' | b'\\'));
    let has = |part: &&[u8]| value.windows(part.len()).any(|w| w == *part);
    if marked && PARTS.iter().any(has) || lists().templates.begins(value) {
        return true;
    }
    let (Some(&first), Some(&last)) = (value.first(), value.last()) else {
        return true;
    };
    let inner = &value[1..value.len().max(2) - 1];
    match (first, last) {
        (b'<', _) => memchr::memchr(b'>', value).is_some(),
        (b'{', b'}') | (b'[', b']') | (b'(', b')') => true,
        (b'%', _) if value[1] == b'(' => true,
        (b'\\', _) => value.len() < 16,
        (b'%', b'%') | (b'@', b'@') => inner.iter().all(|&b| is_word(b)),
        (b'$', _) => value[1..].iter().all(|&b| is_word(b) || b == b'.'),
        _ => has_placeholder_field(value),
    }
}

/// In braces: a long token, or a JSON object of which one string is a token. Gives that token.
pub(super) fn braced_token(value: &[u8]) -> Option<&[u8]> {
    let inner = value.strip_prefix(b"{")?.strip_suffix(b"}")?;
    inner
        .split(|b| matches!(b, b'"' | b'\\'))
        .take(64)
        .find(|piece| {
            piece.len() >= 24 && is_token(piece, &Counts::of(piece), lexicon::letters(piece))
        })
}

/// A `{name}` or `%s` field somewhere in a text.
fn has_placeholder_field(value: &[u8]) -> bool {
    let field = memchr::memchr(b'{', value).is_some_and(|open| {
        let n = value[open + 1..]
            .iter()
            .take(32)
            .take_while(|&&b| is_word(b) || b == b'.')
            .count();
        value.get(open + 1 + n) == Some(&b'}')
    });
    field || has_format_field(value)
}

/// `%s` and `%d` in short texts, `%08x`, `%*s`, `%hhd`, `%lld` and `0x%` in any.
fn has_format_field(value: &[u8]) -> bool {
    memchr::memchr_iter(b'%', value).any(|at| match (value.get(at + 1), value.get(at + 2)) {
        (Some(b's' | b'd'), _) => value.len() < 24 || value.contains(&b' '),
        (Some(b'*' | b'#'), _)
        | (Some(b'h'), Some(b'h' | b'd'))
        | (Some(b'l'), Some(b'l' | b'd' | b'x' | b'u')) => true,
        (Some(b'0'), Some(b'0'..=b'9')) => {
            let width = value[at + 1..]
                .iter()
                .take_while(|b| b.is_ascii_digit())
                .count();
            matches!(
                value.get(at + 1 + width),
                Some(b'x' | b'X' | b'd' | b'l' | b'u')
            )
        }
        _ => at > 1 && &value[at - 2..at] == b"0x",
    })
}

/// Words that say what a value is, whether there is one, or when it is asked for.
pub(super) fn is_type_word(value: &[u8]) -> bool {
    const WORDS: &[&[u8]] = &[
        b"true",
        b"false",
        b"null",
        b"none",
        b"string",
        b"text",
        b"bool",
        b"boolean",
        b"required",
        b"optional",
        b"undefined",
        b"empty",
        b"object",
        b"integer",
        b"number",
        b"bytes",
        b"enabled",
        b"disabled",
        b"enable",
        b"disable",
        b"always",
        b"never",
        b"auto",
        // Ways to be asked for a password, which stand beside the word in lists.
        b"radius",
        b"tacacs",
        b"ldap",
        b"totp",
        b"mnemonic",
    ];
    WORDS.iter().any(|word| word.eq_ignore_ascii_case(value))
}

/// `SOME_CONSTANT`: a name rather than a value.
pub(super) fn is_constant_name(value: &[u8]) -> bool {
    value.contains(&b'_')
        && value.first().is_some_and(u8::is_ascii_uppercase)
        && value
            .iter()
            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || *b == b'_')
        && value.iter().filter(|b| b.is_ascii_digit()).count() <= 2
}

/// A call, an index, a member: `name(...)`, `a[b]`, `a.b.c`, `a->b`, `A::B`.
/// True for a name of several words in camel case: `railHoverBg`.
pub(super) fn is_camel_name(value: &[u8]) -> bool {
    let word = |word: &[u8]| {
        word.iter()
            .any(|b| b"aeiouy".contains(&b.to_ascii_lowercase()))
    };
    let mut humps = 0;
    let mut spoken = 0;
    let mut rest = value;
    while !rest.is_empty() {
        let lower = rest.iter().skip(1).take_while(|b| b.is_ascii_lowercase());
        let (hump, next) = rest.split_at(1 + lower.count());
        if hump.len() < 2 || !hump[0].is_ascii_alphabetic() {
            return false;
        }
        humps += 1;
        spoken += usize::from(word(hump));
        rest = next;
    }
    let roomy = value.len() >= 3 * humps && value.len() <= 32;
    value.first().is_some_and(u8::is_ascii_lowercase) && humps >= 2 && spoken * 2 >= humps && roomy
}

/// True for words of a script beyond Latin that are written as escapes: `\u0E42\u0E17`.
fn is_escaped_script(value: &[u8]) -> bool {
    let escapes = memchr::memmem::find_iter(value, b"\\u").filter(|at| {
        let code = value
            .get(at + 2..at + 6)
            .and_then(|hex| std::str::from_utf8(hex).ok());
        let code = code.and_then(|hex| u32::from_str_radix(hex, 16).ok());
        code.is_some_and(|code| code >= 0x80)
    });
    escapes.count() * 12 >= value.len().max(24)
}

fn is_reference(value: &[u8]) -> bool {
    let head = value
        .iter()
        .take_while(|&&b| is_word(b) || matches!(b, b'.' | b':' | b'$'))
        .count();
    if head > 0 && matches!(value.get(head), Some(b'(' | b'[')) {
        return true;
    }
    let has = |part: &[u8]| value.windows(part.len()).any(|w| w == part);
    has(b"->") || has(b"::") || has(b"=>") || has(b" == ") || is_member_path(value)
}

/// Words joined by dots, and by `#` as in the names of interface definitions,
/// none of which looks random.
fn is_member_path(value: &[u8]) -> bool {
    let mut parts = 0;
    for part in value.split(|&b| matches!(b, b'.' | b'#')) {
        let is_name = part
            .first()
            .is_some_and(|b| b.is_ascii_alphabetic() || matches!(b, b'_' | b'$'))
            && part.iter().all(|&b| is_word(b) || matches!(b, b'-' | b'$'));
        let digits = part.iter().filter(|b| b.is_ascii_digit()).count();
        if !is_name || digits > 2 || part.len() > 24 {
            return false;
        }
        parts += 1;
    }
    parts >= 2 && lexicon::letters(value).surprise < 5.2
}

fn is_path(value: &[u8], counts: &Counts) -> bool {
    if value.windows(3).any(|w| w == b"://") || lists().paths.begins(value) {
        return true;
    }
    if lists().extensions.ends(value) {
        return true;
    }
    let drive =
        value.len() > 2 && value[0].is_ascii_alphabetic() && value[1] == b':' && value[2] == b'\\';
    let slashes = value.iter().filter(|&&b| b == b'/').count();
    let natural = || lexicon::letters(value).surprise < 5.0 && counts.digits * 4 < counts.length;
    let plain = || {
        value
            .iter()
            .all(|&b| is_word(b) || matches!(b, b'/' | b'-' | b'.' | b':' | b'~' | b'@'))
    };
    drive || slashes >= 1 && plain() && natural()
}

/// Bytes in hexadecimal, as escapes or between colons: key material of tests, fingerprints.
fn is_bytes(value: &[u8], counts: &Counts) -> bool {
    let escapes = memchr::memmem::find_iter(&value[..counts.length], b"\\x").count();
    let colons = value.iter().filter(|&&b| b == b':').count();
    escapes * 8 >= counts.length && escapes > 0
        || colons >= 5 && value.iter().all(|b| b.is_ascii_hexdigit() || *b == b':')
}

/// Dates, versions, addresses of machines, sizes: digits and separators, or nearly.
fn is_measure(value: &[u8], counts: &Counts) -> bool {
    if counts.digits == 0 {
        return false;
    }
    let numeric = value.iter().all(|b| {
        b.is_ascii_digit()
            || matches!(
                b,
                b'.' | b':' | b'-' | b'/' | b'_' | b' ' | b'T' | b'Z' | b'+' | b','
            )
    });
    let separators = value
        .iter()
        .filter(|b| matches!(b, b'.' | b':' | b'-' | b'/'))
        .count();
    if numeric && separators > 0 && counts.length < 32 && counts.letters <= 2 {
        return true;
    }
    let unit = value
        .iter()
        .rev()
        .take_while(|b| b.is_ascii_alphabetic())
        .count();
    let number = counts.letters <= 3
        && unit == counts.letters
        && value[0].is_ascii_digit()
        && counts.digits + counts.letters + separators == counts.length;
    number && counts.letters > 0 && counts.digits < 12
        || value.starts_with(b"0x") && counts.length <= 18
        || value.starts_with(b"v") && counts.letters == 1 && separators > 0
}

/// `someone@example.com`.
fn is_address(value: &[u8]) -> bool {
    let Some(at) = memchr::memchr(b'@', value) else {
        return false;
    };
    let host = &value[at + 1..];
    let dot = memchr::memrchr(b'.', host);
    at > 0
        && host.iter().all(|&b| is_word(b) || matches!(b, b'.' | b'-'))
        && dot.is_some_and(|dot| {
            (2..=6).contains(&(host.len() - dot - 1))
                && host[dot + 1..].iter().all(u8::is_ascii_alphabetic)
        })
}

/// Names of encodings, algorithms and protocols.
fn is_encoding(value: &[u8]) -> bool {
    // `RSASSA-PKCS1-v1_5` and its like: few letters, none of them a word.
    let padding = value.windows(4).any(|w| w.eq_ignore_ascii_case(b"pkcs"));
    let named = || {
        let letters = lexicon::letters(value);
        lists().encodings.begins(value) && (value.len() < 12 || letters.surprise < 5.6)
    };
    value.len() < 40 && (padding || named())
}

/// Crypt strings and directory password schemes.
pub(super) fn is_password_hash(value: &[u8]) -> bool {
    if lists().hashes.begins(value) {
        return value.len() >= 16;
    }
    if value.first() != Some(&b'$') || value.len() < 20 {
        return false;
    }
    let id = value[1..]
        .iter()
        .take(12)
        .take_while(|b| b.is_ascii_alphanumeric() || **b == b'-')
        .count();
    id > 0 && value.get(1 + id) == Some(&b'$')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn no_literal(value: &str) -> bool {
        is_no_literal(value.as_bytes(), &Counts::of(value.as_bytes()))
    }

    #[test]
    fn templates_and_references_are_no_literals() {
        for value in [
            "${DB_PASSWORD}",
            "$PASSWORD",
            "{{ token }}",
            "<your-token>",
            "%(password)s",
            "os.environ[",
            "config.get(",
            "self.password",
            "a->b",
            "/etc/passwd",
            "https://x/y",
            "2020-01-02",
            "v1.2.3",
            "10.0.0.1",
            "me@host.org",
            "utf-8",
            "RSASSA-PKCS1-v1_5",
            "aws.auth#sigv4",
            "private.pem",
            "enter your password here",
            "Contraseña",
            "\\u0E42\\u0E17\\u0E40\\u0E04 JWT",
        ] {
            assert!(no_literal(value), "{value}");
        }
    }

    #[test]
    fn passwords_and_tokens_are_literals() {
        for value in [
            "vodwznrzgi",
            "ifdm/khq8x!Z",
            "0aB1cD2eF3gH4iJ5",
            "p$x7Kd!",
            "qH/tB+7rwhog=",
            "x8\\u00e9Kq2-v7Lm3Rz",
        ] {
            assert!(!no_literal(value), "{value}");
        }
    }

    #[test]
    fn names_in_camel_case_are_told_from_letters() {
        for name in ["railHoverBg", "darkPopupBg", "buttonTextColor"] {
            assert!(is_camel_name(name.as_bytes()), "{name}");
        }
        for other in [
            "kjQxWzPqLt",
            "OctoberPoppy",
            "vodwznrzgi",
            "abcDef1ghi",
            "xKcdRtfGhjkL",
            "",
        ] {
            assert!(!is_camel_name(other.as_bytes()), "{other}");
        }
    }

    #[test]
    fn hashes_are_told_from_templates() {
        let hash = format!("$2a$08${}", "T1pt".repeat(8));
        assert!(is_password_hash(hash.as_bytes()));
        assert!(!is_password_hash(b"$PASSWORD"));
    }

    #[test]
    fn a_token_in_a_json_text_is_found() {
        let value = concat!(
            r#"{\"hrue\":\"evlp\",\"qrp\":\"766w5765y4503"#,
            r#"2s95bsq1063th486994\"}"#
        );
        assert_eq!(braced_token(value.as_bytes()).map(<[u8]>::len), Some(32));
    }
}
