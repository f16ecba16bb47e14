//! Values after HTTP authorization schemes, and `curl -u user:value`.

use super::cursor::{Cursor, is_word, line_start, starts_with_fold};
use super::stand::{Stand, stand};
use super::value::{Counts, Looks};
use super::{Candidate, Kind, Trigger, uri};
use crate::base::evidence::Evidence;
use crate::base::level::Confidence;
use crate::base::span::Span;

/// Scheme words, the header's name, and options that take user and password.
pub(super) const TRIGGERS: &[Trigger] = &[
    word("basic "),
    word("bearer "),
    word("authorization"),
    Trigger {
        literal: " -u ",
        fold_case: false,
        then: b"",
    },
    Trigger {
        literal: " --user ",
        fold_case: false,
        then: b"",
    },
];

const fn word(literal: &'static str) -> Trigger {
    Trigger {
        literal,
        fold_case: true,
        then: b"",
    }
}

const LONGEST: usize = 4000;

/// Schemes that have no trigger of their own.
const OTHERS: &[&[u8]] = &[
    b"token",
    b"apikey",
    b"api-key",
    b"key",
    b"oauth",
    b"splunk",
    b"apitoken",
    b"ssws",
    b"genie-key",
    b"bot",
];

pub(super) fn examine(text: &[u8], hit: usize, out: &mut Vec<Candidate>) {
    let before = hit.checked_sub(1).map_or(b' ', |i| text[i]);
    let mut c = Cursor::new(text, hit);
    if c.eat(b" -u ") || c.eat(b" --user ") {
        return user_option(c, hit, out);
    }
    if is_word(before) {
        return;
    }
    if c.eat_word(b"basic ") {
        scheme_value(c, hit, Kind::BasicAuth, out);
    } else if c.eat_word(b"bearer ") {
        scheme_value(c, hit, Kind::BearerAuth, out);
    } else if c.eat_word(b"authorization") {
        header(c, hit, out);
    }
}

/// `Authorization: Scheme value` of a scheme that has no trigger of its own.
fn header(mut c: Cursor, hit: usize, out: &mut Vec<Candidate>) {
    c.while_(10, |b| {
        matches!(
            b,
            b'"' | b'\'' | b'`' | b':' | b'=' | b'>' | b',' | b' ' | b'\\' | b']' | b'('
        )
    });
    let start = c.at;
    c.while_(16, |b| b.is_ascii_alphabetic() || b == b'-');
    let scheme = &c.text[start..c.at];
    if c.peek() == b' '
        && OTHERS
            .iter()
            .any(|other| other.eq_ignore_ascii_case(scheme))
    {
        c.at += 1;
        scheme_value(c, hit, Kind::BearerAuth, out);
    }
}

/// The value that stands after a scheme word and a blank.
fn scheme_value(mut c: Cursor, hit: usize, kind: Kind, out: &mut Vec<Candidate>) {
    c.blanks(4);
    let start = c.at;
    c.while_(LONGEST, |b| {
        b.is_ascii_alphanumeric()
            || matches!(b, b'-' | b'.' | b'_' | b'~' | b'+' | b'/' | b'=' | b':')
    });
    let mut end = c.at;
    while end > start && matches!(c.text[end - 1], b'.' | b':') {
        end -= 1;
    }
    let value = &c.text[start..end];
    if value.len() < 6 || starts_with_fold(value, b"realm=") || c.peek() == b'(' {
        return;
    }
    let judged = match kind {
        Kind::BasicAuth => basic(value),
        _ => bearer(value),
    };
    if let Some((confidence, evidence)) = judged {
        out.push(Candidate {
            kind,
            span: Span::new(hit, end),
            secret: Span::new(start, end),
            evidence: evidence | Evidence::AUTH_SCHEME,
            confidence,
        });
    }
}

/// Base64 of `user:password`, or at least a token.
fn basic(value: &[u8]) -> Option<(Confidence, Evidence)> {
    let pair = decode(value).unwrap_or_default();
    let colon = memchr::memchr(b':', &pair).unwrap_or(0);
    let printable = |part: &[u8]| part.iter().all(|b| (b' '..0x7F).contains(b));
    if colon > 1 && printable(&pair[..colon]) {
        let (confidence, evidence) = uri::judge(&pair[..colon], &pair[colon + 1..])?;
        return Some((confidence, evidence | Evidence::STRUCTURE_VALID));
    }
    let counts = Counts::of(value);
    let looks = Looks::of(value, counts);
    let mixed = counts.upper > 0 && counts.digits > 0 && counts.letters > counts.upper;
    let padded = value.ends_with(b"=") && mixed;
    let real = (looks.token || padded) && stand(value, b"", &looks) == Stand::Real;
    real.then_some((Confidence::Medium, token_evidence(&looks)))
}

fn bearer(value: &[u8]) -> Option<(Confidence, Evidence)> {
    let looks = Looks::of(value, Counts::of(value));
    if stand(value, b"", &looks) != Stand::Real {
        return None;
    }
    let confidence = if looks.long_token() {
        Confidence::High
    } else {
        Confidence::Medium
    };
    let mixed = looks.counts.digits > 0 && looks.counts.letters > 0;
    (looks.token || looks.password && mixed && value.len() >= 8)
        .then_some((confidence, token_evidence(&looks)))
}

fn token_evidence(looks: &Looks) -> Evidence {
    let mut evidence = Evidence::NO_PLACEHOLDER;
    evidence.set_if(looks.password, Evidence::LETTERS_RANDOM);
    evidence.set_if(looks.token, Evidence::TOKEN_SHAPE);
    evidence.set_if(looks.long_token(), Evidence::LONG_TOKEN);
    evidence
}

/// The user option of an HTTP client on the command line.
fn user_option(mut c: Cursor, hit: usize, out: &mut Vec<Candidate>) {
    let line = &c.text[line_start(c.text, hit)..hit];
    if memchr::memmem::find(line, b"curl").is_none() {
        return;
    }
    c.while_(2, |b| matches!(b, b'"' | b'\'' | b'\\'));
    let start = c.at;
    c.while_(64, |b| is_word(b) || matches!(b, b'.' | b'-' | b'@' | b'+'));
    let user = &c.text[start..c.at];
    if c.peek() != b':' {
        return;
    }
    c.at += 1;
    let secret = c.at;
    c.while_(256, |b| {
        b > b' ' && !matches!(b, b'"' | b'\'' | b'`' | b'\\' | b'<')
    });
    let secret = Span::new(secret, c.at);
    if let Some((confidence, evidence)) = uri::judge(user, secret.of(c.text)) {
        out.push(Candidate {
            kind: Kind::BasicAuth,
            span: Span::new(start, c.at),
            secret,
            evidence: evidence | Evidence::AUTH_SCHEME,
            confidence,
        });
    }
}

/// Decodes standard or URL-safe base64 of up to 512 characters; none when it is no base64.
pub(super) fn decode(text: &[u8]) -> Option<Vec<u8>> {
    let body = text
        .strip_suffix(b"==")
        .or_else(|| text.strip_suffix(b"="))
        .unwrap_or(text);
    if body.len() > 512 || body.len() % 4 == 1 {
        return None;
    }
    let mut decoded = Vec::with_capacity(body.len() * 3 / 4);
    let (mut bits, mut count) = (0u32, 0);
    for &byte in body {
        let digit = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(digit);
        count += 6;
        if count >= 8 {
            count -= 8;
            decoded.push((bits >> count) as u8);
        }
    }
    Some(decoded)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, trigger: &str) -> Option<(Kind, Confidence)> {
        let mut out = Vec::new();
        let hit = text.find(trigger).unwrap();
        examine(text.as_bytes(), hit, &mut out);
        out.first().map(|c| (c.kind, c.confidence))
    }

    #[test]
    fn basic_pairs_are_decoded() {
        let random = ["Basic bnJna2w6", "dmdycWpz"].concat();
        assert_eq!(
            found(&random, "Basic "),
            Some((Kind::BasicAuth, Confidence::High))
        );
        let weak = ["Basic dXNlcjpw", "YXNzd29yZA=="].concat();
        assert_eq!(
            found(&weak, "Basic "),
            Some((Kind::BasicAuth, Confidence::Low))
        );
    }

    #[test]
    fn prose_is_no_header() {
        assert_eq!(found("basic authentication is", "basic "), None);
        assert_eq!(found("a bearer token for", "bearer "), None);
        assert_eq!(found("Basic realm=\"x\"", "Basic "), None);
    }

    #[test]
    fn bearer_tokens_are_found() {
        let text = ["Authorization: Bea", "rer CwKUpt6JWlBrncaoX3sd8G4iqrdE"].concat();
        assert_eq!(
            found(&text, "Bearer "),
            Some((Kind::BearerAuth, Confidence::High))
        );
        let text = ["authorization: 'token 8f3kd9", "Xq2LmZ07sYwB1v'"].concat();
        assert_eq!(
            found(&text, "authorization"),
            Some((Kind::BearerAuth, Confidence::High))
        );
    }

    #[test]
    fn the_user_option_needs_its_command() {
        let pair = ["-u me:ywvh", "dfdv http://x"].concat();
        assert_eq!(
            found(&format!("curl {pair}"), " -u "),
            Some((Kind::BasicAuth, Confidence::High))
        );
        assert_eq!(found(&format!("run {pair}"), " -u "), None);
    }
}
