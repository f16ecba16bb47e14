//! Passwords in the user part of URLs: `scheme://user:value@host`.

use super::cursor::Cursor;
use super::decide::{Weighed, settle};
use super::features::{self, Around, Case};
use super::file::FileKind;
use super::learned::Learned;
use super::name::Name;
use super::slot::{Bond, Form};
use super::stand::{Stand, stand};
use super::value::{Counts, Looks};
use super::{Candidate, Kind, Trigger};
use crate::base::evidence::Evidence;
use crate::base::level::Confidence;
use crate::base::span::Span;

const STARTS: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_:%-.$~+";

/// Where a URL's authority begins.
pub(super) const TRIGGERS: &[Trigger] = &[Trigger {
    literal: "://",
    fold_case: false,
    then: STARTS,
}];

const LONGEST: usize = 512;

pub(super) fn examine(
    text: &[u8],
    hit: usize,
    file: FileKind,
    learned: &Learned,
    out: &mut Vec<Candidate>,
) {
    if let Some((secret, weighed)) = weigh(text, hit, file)
        && let Some((confidence, evidence)) = settle(&weighed, learned)
    {
        let scheme = scheme_length(text, hit);
        out.push(Candidate {
            kind: weighed.kind,
            span: Span::new(hit - scheme, secret.end + 1),
            secret,
            evidence,
            confidence,
        });
    }
}

/// The secret in the user part of the URL whose `://` is at `hit`, and what the table says of it.
pub(super) fn weigh(text: &[u8], hit: usize, file: FileKind) -> Option<(Span, Weighed)> {
    let start = hit + 3;
    let at = last_at(text, start)?;
    if scheme_length(text, hit) == 0 || !has_host(text, at + 1) {
        return None;
    }
    let authority = &text[start..at];
    let weighed = |level, evidence, features| Weighed {
        kind: Kind::UriCredential,
        level: Some(level),
        evidence: evidence | Evidence::URL_USERINFO,
        features,
    };
    let Some(colon) = memchr::memchr(b':', authority) else {
        let (level, evidence) = bare_user(authority, &text[at + 1..])?;
        return Some((Span::new(start, at), weighed(level, evidence, None)));
    };
    let user = Span::new(start, start + colon);
    let secret = Span::new(start + colon + 1, at);
    let (level, evidence) = judge(user.of(text), secret.of(text))?;
    let looks = Looks::of(secret.of(text), Counts::of(secret.of(text)));
    let case = Case {
        name: Name::PLACE_OF_PASSWORD,
        label: user.of(text),
        value: secret.of(text),
        looks: &looks,
        stand: stand(secret.of(text), b"", &looks),
        bond: Bond::Userinfo,
        form: Form::InString,
        file,
        around: Around::of(text, user, secret),
        level: Some(level),
    };
    Some((secret, weighed(level, evidence, Some(features::of(&case)))))
}

/// How many bytes the scheme before the `://` at `hit` has.
fn scheme_length(text: &[u8], hit: usize) -> usize {
    let before = text[..hit].iter().rev();
    before.take_while(|b| is_scheme(**b)).count()
}

fn is_scheme(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.')
}

/// The last `@` before the authority ends.
fn last_at(text: &[u8], start: usize) -> Option<usize> {
    let mut found = None;
    for (i, &byte) in text.iter().enumerate().skip(start).take(LONGEST) {
        match byte {
            b'@' => found = Some(i),
            0..=b' ' | b'/' | b'"' | b'\'' | b'`' | b'<' | b'>' | b'\\' | b',' | b'|' => break,
            b'?' | b'#' if found.is_some() => break,
            _ => {}
        }
    }
    found.filter(|&at| at > start)
}

fn has_host(text: &[u8], at: usize) -> bool {
    text.get(at).is_some_and(|b| {
        b.is_ascii_alphanumeric() || matches!(b, b'[' | b'$' | b'{' | b'%' | b'_' | b'<')
    })
}

/// Judges a password by itself and by its user name.
pub(super) fn judge(user: &[u8], password: &[u8]) -> Option<(Confidence, Evidence)> {
    let counts = Counts::of(password);
    if password.len() < 3 || counts.distinct < 2 || is_template(password) || counts.high > 0 {
        return None;
    }
    let looks = Looks::of(password, counts);
    let stand = stand(password, b"", &looks);
    let mut evidence = Evidence::NONE;
    evidence.set_if(looks.password, Evidence::LETTERS_RANDOM);
    evidence.set_if(looks.token, Evidence::TOKEN_SHAPE);
    evidence.set_if(looks.long_token(), Evidence::LONG_TOKEN);
    evidence.set_if(looks.wordy, Evidence::WORD_LIKE);
    evidence.set_if(stand == Stand::Placeholder, Evidence::PLACEHOLDER);
    evidence.set_if(stand == Stand::Known, Evidence::KNOWN_WEAK);
    let same = user.eq_ignore_ascii_case(password);
    let confidence =
        if stand != Stand::Real || looks.wordy || same || counts.letters == 0 && password.len() < 5
        {
            Confidence::Low
        } else {
            evidence |= Evidence::NO_PLACEHOLDER;
            Confidence::High
        };
    Some((confidence, evidence))
}

fn is_template(password: &[u8]) -> bool {
    const PARTS: &[&[u8]] = &[
        b"${", b"$(", b"{{", b"#{", b"%(", b"%s", b"%d", b"{}", b"***", b"...", b"<", b"(", b"[",
    ];
    PARTS
        .iter()
        .any(|part| memchr::memmem::find(password, part).is_some())
        || matches!(password, [b'$' | b'%' | b'{', ..] | [.., b'}'])
}

/// A token in place of the user, as in `https://TOKEN@host`. Error trackers' addresses are public.
fn bare_user(user: &[u8], host: &[u8]) -> Option<(Confidence, Evidence)> {
    if is_template(user) || user.len() < 20 {
        return None;
    }
    let mut end = Cursor::new(host, 0);
    end.while_(128, |b| b > b' ' && !matches!(b, b'/' | b'"' | b'\''));
    let looks = Looks::of(user, Counts::of(user));
    let tracker = memchr::memmem::find(&host[..end.at], b"sentry").is_some();
    let real = looks.long_token() && !tracker && stand(user, b"", &looks) == Stand::Real;
    real.then_some((
        Confidence::Medium,
        Evidence::TOKEN_SHAPE | Evidence::LONG_TOKEN | Evidence::NO_PLACEHOLDER,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(url: &str) -> Option<Confidence> {
        let mut out = Vec::new();
        let hit = url.find("://").unwrap();
        let file = FileKind::default();
        examine(url.as_bytes(), hit, file, &Learned::Off, &mut out);
        out.first().map(|c| c.confidence)
    }

    #[test]
    fn passwords_in_urls_are_found() {
        let cases = [
            (
                ["mysql://root:ukjmucbmwd", "@localhost:3306/x"].concat(),
                Some(Confidence::High),
            ),
            (
                ["redis://:x9kd7Hq", "@cache"].concat(),
                Some(Confidence::High),
            ),
            (
                ["http://user:password", "@host/"].concat(),
                Some(Confidence::Low),
            ),
            ("http://user:${PASS}@host/".into(), None),
            ("http://host:8080/path@2".into(), None),
            ("ssh://git@host/x".into(), None),
        ];
        for (url, confidence) in cases {
            assert_eq!(found(&url), confidence, "{url}");
        }
    }
}
