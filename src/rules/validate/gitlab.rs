//! GitLab's routable tokens: a payload that says where the token belongs, then
//! its length and a CRC-32 of everything before, both in base 36.
//!
//! Two layouts: `PREFIX payload . LL CCCCCCC`, and with a version
//! `PREFIX payload . 01 . LL CCCCCCC`.

use super::crc::crc32;
use super::decode;
use super::digits::{BASE36, encode, from_base36};

/// True when checksum, length and routing text are right.
pub(super) fn routable(token: &[u8]) -> bool {
    let Some((covered, check)) = token.split_last_chunk::<7>() else {
        return false;
    };
    encode::<7>(crc32(covered), BASE36) == *check
        && routing(covered).is_some_and(|text| names_an_organization(&text))
}

/// The routing text inside the payload.
fn routing(covered: &[u8]) -> Option<Vec<u8>> {
    let (head, length) = covered.split_last_chunk::<2>()?;
    let length = usize::try_from(from_base36(length)?).ok()?;
    let head = head.strip_suffix(b".")?;
    let dot = head.iter().position(|&b| b == b'.');
    let text = &head[..dot.unwrap_or(head.len())];
    let payload = decode::base64(text.get(text.len().checked_sub(length)?..)?)?;
    let (&size, body) = payload.split_last()?;
    let size = usize::from(size);
    let cut = body.len().checked_sub(size)?;
    // The last byte counts the routing text in versioned tokens, the random bytes before it in others.
    let part = if dot.is_some() {
        &body[cut..]
    } else {
        &body[..cut]
    };
    Some(part.to_vec())
}

/// True for lines of one letter, a colon and a base-36 number, one of them `o`.
fn names_an_organization(routing: &[u8]) -> bool {
    let lines = || routing.split(|&b| b == b'\n');
    let well_formed = |line: &[u8]| {
        line.len() > 2
            && line[0].is_ascii_lowercase()
            && line[1] == b':'
            && line[2..].iter().all(|b| BASE36.contains(b))
    };
    lines().all(well_formed) && lines().any(|line| line.starts_with(b"o:"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::validate::testing::{Source, bitwise_crc32, written_in};
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    const DIGITS: &str = "0123456789abcdefghijklmnopqrstuvwxyz";

    fn build(source: &mut Source, routing: &str, version: &str) -> String {
        let random = source.bytes(16);
        let payload = if version.is_empty() {
            [routing.as_bytes(), &random, &[16]].concat()
        } else {
            [&random, routing.as_bytes(), &[routing.len() as u8]].concat()
        };
        let text = URL_SAFE_NO_PAD.encode(payload);
        let covered = format!(
            "{}{text}{version}.{}",
            ["glp", "at-"].concat(),
            written_in(text.len() as u64, DIGITS, 2)
        );
        format!(
            "{covered}{}",
            written_in(bitwise_crc32(&covered).into(), DIGITS, 7)
        )
    }

    #[test]
    fn built_tokens_pass_and_broken_ones_fail() {
        let mut source = Source::new(5);
        for _ in 0..500 {
            let user = source.pick(DIGITS, 4);
            for version in ["", ".01"] {
                let token = build(&mut source, &format!("c:1\no:1\nu:{user}"), version);
                assert!(routable(token.as_bytes()), "a built token is refused");
                let broken = source.corrupt(&token, 0);
                assert!(!routable(broken.as_bytes()), "a broken token is accepted");
            }
        }
    }

    #[test]
    fn a_right_checksum_over_other_text_is_not_enough() {
        let mut source = Source::new(6);
        assert!(
            !routable(build(&mut source, "c:1\nu:2s", ".01").as_bytes()),
            "no organization"
        );
        assert!(
            !routable(build(&mut source, "hello world", "").as_bytes()),
            "no lines"
        );
        let covered = "release-2024.01.15";
        let token = format!(
            "{covered}{}",
            written_in(bitwise_crc32(covered).into(), DIGITS, 7)
        );
        assert!(!routable(token.as_bytes()));
    }
}
