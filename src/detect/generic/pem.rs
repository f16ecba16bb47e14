//! Private key blocks: PEM, OpenSSH, OpenPGP, SSH2 and PuTTY, plain or inside string literals,
//! and PEM encoded once more in base64.
//!
//! Forms: RFC 7468 (PEM), RFC 4716 (SSH2), RFC 9580 (OpenPGP armour), and the PPK files of PuTTY.

use memchr::memmem;

use super::header::decode;
use super::{Candidate, Kind, Trigger};
use crate::base::evidence::Evidence;
use crate::base::level::Confidence;
use crate::base::span::Span;

/// First lines of blocks.
pub(super) const TRIGGERS: &[Trigger] = &[
    exact("-----BEGIN "),
    exact("---- BEGIN "),
    exact("PuTTY-User-Key-File-"),
    exact("LS0tLS1CRUdJTi"),
];

const fn exact(literal: &'static str) -> Trigger {
    Trigger {
        literal,
        fold_case: false,
        then: b"",
    }
}

/// Base64 characters a key's body has at least.
const LEAST_BODY: usize = 48;
/// Shortest run that counts as body.
const LEAST_RUN: usize = 12;
/// Different characters a body has at least; fewer are filler.
const LEAST_DISTINCT: usize = 16;
/// Beginning of an OpenSSH key body whose cipher is `none`.
const OPENSSH_PLAIN: &[u8] = b"b3BlbnNzaC1rZXktdjEAAAAABG5vbmU";
const OPENSSH: &[u8] = b"b3BlbnNzaC1rZXktdjE";

pub(super) fn examine(text: &[u8], hit: usize, out: &mut Vec<Candidate>) {
    let rest = &text[hit..];
    let found = if rest.starts_with(b"-----BEGIN ") {
        armour(rest, b"-----BEGIN ", b"-----")
    } else if rest.starts_with(b"---- BEGIN ") {
        armour(rest, b"---- BEGIN ", b"----")
    } else if rest.starts_with(b"PuTTY-User-Key-File-") {
        putty(rest)
    } else {
        encoded(text, hit)
    };
    if let Some((kind, length)) = found {
        let span = Span::new(hit, hit + length);
        let evidence = match kind {
            Kind::Shadow => Evidence::NONE,
            Kind::EncryptedPrivateKey => Evidence::KEY_BODY | Evidence::KEY_ENCRYPTED,
            _ => Evidence::KEY_BODY,
        };
        out.push(Candidate {
            kind,
            span,
            secret: span,
            evidence,
            confidence: Confidence::High,
        });
    }
}

/// A block between BEGIN and END lines: its kind and length.
fn armour(rest: &[u8], begin: &[u8], dashes: &[u8]) -> Option<(Kind, usize)> {
    let label_end = rest[begin.len()..]
        .iter()
        .take(64)
        .take_while(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || **b == b' ')
        .count()
        + begin.len();
    let label = rest[begin.len()..label_end].trim_ascii_end();
    if !rest[label_end..].starts_with(dashes) {
        return None;
    }
    let start = label_end + dashes.len();
    let (body_end, end) = extent(rest, start, dashes);
    let body = &rest[start..body_end];
    let private = memmem::find(label, b"PRIVATE KEY").is_some();
    if !private {
        return (measure(body).count >= LEAST_BODY).then_some((Kind::Shadow, end));
    }
    let measured = measure(body);
    let elided = memmem::find(body, b"...").is_some();
    if measured.count < LEAST_BODY || measured.distinct < LEAST_DISTINCT || elided {
        return None;
    }
    let kind = if is_encrypted(label, body) {
        Kind::EncryptedPrivateKey
    } else {
        Kind::PrivateKey
    };
    Some((kind, end))
}

/// Where the body and the whole block end: at the END line, else where the body's alphabet stops.
fn extent(rest: &[u8], start: usize, dashes: &[u8]) -> (usize, usize) {
    let mut at = start;
    while let Some(found) = memmem::find(&rest[at..], dashes) {
        let place = at + found;
        let word = rest[place + dashes.len()..].trim_ascii_start();
        if word.starts_with(b"END ") {
            let label = rest.len() - word.len();
            let line = word
                .iter()
                .take(80)
                .take_while(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || **b == b' ')
                .count();
            let tail = rest[label + line..]
                .iter()
                .take(dashes.len())
                .take_while(|b| **b == b'-')
                .count();
            return (place, label + line + tail);
        }
        if word.starts_with(b"BEGIN ") {
            break;
        }
        at = place + dashes.len();
    }
    let open = start + rest[start..].iter().take_while(|b| is_body(**b)).count();
    (open, open)
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=')
}

fn is_body(byte: u8) -> bool {
    is_base64(byte)
        || matches!(
            byte,
            b'\n' | b'\r' | b' ' | b'\t' | b'"' | b'\'' | b'\\' | b','
        )
}

struct Measured {
    count: usize,
    distinct: usize,
}

/// Counts the base64 of a body in runs long enough to be lines of it. The letter after a
/// backslash belongs to an escape.
fn measure(body: &[u8]) -> Measured {
    let mut seen = [false; 256];
    let (mut count, mut run) = (0, 0);
    let mut escaped = false;
    for (i, &byte) in body.iter().enumerate() {
        if is_base64(byte) && !escaped {
            run += 1;
        }
        if !is_base64(byte) || escaped || i + 1 == body.len() {
            if run >= LEAST_RUN {
                count += run;
                let end = if is_base64(byte) && !escaped {
                    i + 1
                } else {
                    i
                };
                for &b in &body[end - run..end] {
                    seen[usize::from(b)] = true;
                }
            }
            run = 0;
        }
        escaped = byte == b'\\' && !escaped;
    }
    Measured {
        count,
        distinct: seen.iter().filter(|s| **s).count(),
    }
}

fn is_encrypted(label: &[u8], body: &[u8]) -> bool {
    let head = &body[..body.len().min(400)];
    let has = |part: &[u8]| memmem::find(head, part).is_some();
    label.starts_with(b"ENCRYPTED")
        || memmem::find(label, b"SSH2 ENCRYPTED").is_some()
        || has(b"4,ENCRYPTED")
        || has(OPENSSH) && !has(OPENSSH_PLAIN)
}

/// A PuTTY key file: from its first line to its MAC.
fn putty(rest: &[u8]) -> Option<(Kind, usize)> {
    // The version, a colon, a blank; a program that writes such files has no algorithm there.
    let algorithm = rest.get(b"PuTTY-User-Key-File-N: ".len())?;
    let private = memmem::find(rest, b"Private-Lines:")?;
    if !algorithm.is_ascii_alphanumeric() {
        return None;
    }
    if memmem::find(&rest[1..private], b"PuTTY-User-Key-File-").is_some() {
        return None;
    }
    let body = &rest[private + b"Private-Lines:".len()..];
    let end = memmem::find(body, b"Private-MAC:")
        .unwrap_or_else(|| body.iter().take_while(|b| is_body(**b)).count());
    let measured = measure(&body[..end]);
    if measured.count < LEAST_BODY || measured.distinct < LEAST_DISTINCT {
        return None;
    }
    let plain = memmem::find(&rest[..private], b"Encryption: none").is_some();
    let kind = if plain {
        Kind::PrivateKey
    } else {
        Kind::EncryptedPrivateKey
    };
    Some((kind, rest.len() - body.len() + end))
}

/// A PEM block as one base64 run, perhaps in lines.
fn encoded(text: &[u8], hit: usize) -> Option<(Kind, usize)> {
    if hit > 0 && is_base64(text[hit - 1]) && text[hit - 1] != b'=' {
        return None;
    }
    let rest = &text[hit..];
    let run = rest.iter().take_while(|b| is_base64(**b)).count();
    let head = decode(&rest[..run.min(64) / 4 * 4])?;
    if run < 40 {
        return None;
    }
    let mut length = run;
    loop {
        let gap = rest[length..]
            .iter()
            .take(40)
            .take_while(|b| b.is_ascii_whitespace())
            .count();
        let next = rest[length + gap..]
            .iter()
            .take_while(|b| is_base64(**b))
            .count();
        if gap == 0 || next < LEAST_RUN || !(60..=100).contains(&run) {
            break;
        }
        length += gap + next;
    }
    let private = memmem::find(&head, b"PRIVATE KEY").is_some();
    if private && measure(&rest[..length]).count < 2 * LEAST_BODY {
        return None;
    }
    Some((
        if private {
            Kind::Base64PrivateKey
        } else {
            Kind::Shadow
        },
        length,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A body that looks random, without being a key.
    fn body(lines: usize, separator: &str) -> String {
        let mut state = 7u32;
        let mut text = String::new();
        for _ in 0..lines {
            for _ in 0..64 {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let digits = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
                text.push(char::from(digits[(state >> 26) as usize]));
            }
            text.push_str(separator);
        }
        text
    }

    fn block(label: &str, body: &str, separator: &str) -> String {
        format!(
            "-----{} {label}-----{separator}{body}-----END {label}-----",
            "BEGIN"
        )
    }

    fn found(text: &str, hit: usize) -> Option<(Kind, usize)> {
        let mut out = Vec::new();
        examine(text.as_bytes(), hit, &mut out);
        out.first().map(|c| (c.kind, c.span.end))
    }

    #[test]
    fn every_kind_of_label_is_told() {
        let cases = [
            ("RSA PRIVATE KEY", Kind::PrivateKey),
            ("OPENSSH PRIVATE KEY", Kind::PrivateKey),
            ("PRIVATE KEY", Kind::PrivateKey),
            ("ENCRYPTED PRIVATE KEY", Kind::EncryptedPrivateKey),
            ("PGP PRIVATE KEY BLOCK", Kind::PrivateKey),
            ("CERTIFICATE", Kind::Shadow),
            ("PUBLIC KEY", Kind::Shadow),
        ];
        for (label, kind) in cases {
            for separator in ["\n", "\\n", "\\n\" +\n    \"", "\",\n\""] {
                let text = block(label, &body(4, separator), separator);
                assert_eq!(
                    found(&text, 0),
                    Some((kind, text.len())),
                    "{label} {separator:?}"
                );
            }
        }
    }

    #[test]
    fn blocks_without_a_body_are_nothing() {
        assert_eq!(found(&block("PRIVATE KEY", "", "\n"), 0), None);
        assert_eq!(found(&block("PRIVATE KEY", "MIIE...\n", "\n"), 0), None);
        assert_eq!(
            found(&block("PRIVATE KEY", &("x".repeat(64) + "\n"), "\n"), 0),
            None
        );
    }

    #[test]
    fn a_block_ends_where_the_next_begins() {
        let one = block("PRIVATE KEY", "\n", "\n").replace("-----END PRIVATE KEY-----", "");
        let text = one + &block("PRIVATE KEY", &body(4, "\n"), "\n");
        assert_eq!(found(&text, 0), None);
    }

    #[test]
    fn a_dek_header_means_encrypted() {
        let inner = format!(
            "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\n{}",
            body(4, "\n")
        );
        let text = block("RSA PRIVATE KEY", &inner, "\n");
        assert_eq!(
            found(&text, 0).map(|f| f.0),
            Some(Kind::EncryptedPrivateKey)
        );
    }

    #[test]
    fn putty_files_are_told_by_their_private_lines() {
        let head = ["PuTTY-User-Key-", "File-2: ssh-rsa\nEncryption: none\n"].concat();
        let text = format!("{head}Private-Lines: 4\n{}Private-MAC: 00", body(4, "\n"));
        assert_eq!(found(&text, 0).map(|f| f.0), Some(Kind::PrivateKey));
        assert_eq!(found(&head, 0), None);
        let program = text.replace("ssh-rsa", "' + algorithm + '");
        assert_eq!(found(&program, 0), None);
    }
}
