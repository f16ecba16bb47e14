//! Bech32 (BIP-173): the text form of age keys.

const DATA: &[u8] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";

/// True for one case only, a non-empty name before the last `1`, data after it,
/// and a remainder of 1. The standard's limit of 90 characters is not applied:
/// keys longer than that exist.
pub(super) fn check(token: &[u8]) -> bool {
    let mixed =
        token.iter().any(u8::is_ascii_lowercase) && token.iter().any(u8::is_ascii_uppercase);
    let Some(one) = token.iter().rposition(|&b| b == b'1') else {
        return false;
    };
    if mixed || one == 0 || token.len() - one < 7 || token.iter().any(|b| !b.is_ascii_graphic()) {
        return false;
    }
    let lower = token.to_ascii_lowercase();
    let (name, data) = (&lower[..one], &lower[one + 1..]);
    let Some(values) = data.iter().map(|b| value(*b)).collect::<Option<Vec<u8>>>() else {
        return false;
    };
    let name_high = name.iter().map(|b| b >> 5);
    let name_low = name.iter().map(|b| b & 31);
    polymod(name_high.chain([0]).chain(name_low).chain(values)) == 1
}

fn value(symbol: u8) -> Option<u8> {
    DATA.iter()
        .position(|&d| d == symbol)
        .and_then(|at| u8::try_from(at).ok())
}

fn polymod(values: impl Iterator<Item = u8>) -> u32 {
    const GENERATOR: [u32; 5] = [
        0x3B6A_57B2,
        0x2650_8E6D,
        0x1EA1_19FA,
        0x3D42_33DD,
        0x2A14_62B3,
    ];
    values.fold(1, |sum, value| {
        let top = sum >> 25;
        let next = ((sum & 0x01FF_FFFF) << 5) ^ u32::from(value);
        (0..5)
            .filter(|bit| top >> bit & 1 == 1)
            .fold(next, |n, bit| n ^ GENERATOR[bit])
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::validate::testing::Source;

    /// Six check symbols that make the remainder 1: the remainder of the text with
    /// zeros, by plain polynomial division over GF(32) coefficients.
    fn build(name: &str, source: &mut Source, length: usize) -> String {
        let symbols = std::str::from_utf8(DATA).unwrap();
        let data = source.pick(symbols, length);
        let mut values: Vec<u8> = name.bytes().map(|b| b >> 5).collect();
        values.push(0);
        values.extend(name.bytes().map(|b| b & 31));
        values.extend(data.bytes().map(|b| value(b).unwrap()));
        values.extend([0; 6]);
        let sum = polymod(values.into_iter()) ^ 1;
        let check: String = (0..6)
            .map(|i| char::from(DATA[(sum >> (5 * (5 - i)) & 31) as usize]))
            .collect();
        format!("{name}1{data}{check}")
    }

    #[test]
    fn vectors_of_the_standard_hold() {
        for good in [
            "A12UEL5L",
            "a12uel5l",
            "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw",
            "?1ezyfcl",
        ] {
            assert!(check(good.as_bytes()), "{good}");
        }
        for bad in [
            "pzry9x0s0muk",
            "1pzry9x0s0muk",
            "x1b4n0q5v",
            "li1dgmt3",
            "A1G7SGD8",
            "10a06t8",
            "1qzzfhee",
        ] {
            assert!(!check(bad.as_bytes()), "{bad}");
        }
    }

    #[test]
    fn built_keys_pass_and_broken_ones_fail() {
        let mut source = Source::new(32);
        for _ in 0..1000 {
            let key = build("age-secret-key-", &mut source, 52).to_ascii_uppercase();
            assert!(check(key.as_bytes()), "a built key is refused");
            assert!(
                !check(source.corrupt(&key, 16).as_bytes()),
                "a broken key is accepted"
            );
            let mixed = key.replacen("AGE", "age", 1);
            assert!(!check(mixed.as_bytes()), "mixed case is accepted");
        }
    }
}
