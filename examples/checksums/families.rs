//! How a token of each family is made.

use super::arithmetic::{
    B36, B62, B62_LOWER, HEX, Random, base32, base58check, base64, base64_plain, base64_url,
    bech32, crc_high, crc32, from_base64, hex, marvin, written,
};

/// Family, check, and what makes a token.
type Family = (&'static str, &'static str, fn(&mut Random) -> String);

/// Every family that the reference knows.
pub(crate) const ALL: &[Family] = &[
    ("github", "crc32-base62-body", github),
    ("deno", "crc32-base62-whole", |r| {
        whole(r, &["ddp_", "ddo_"], B62)
    }),
    ("apify", "crc32-base62-lower-whole", |r| {
        whole(r, &["apify_api_"], B62_LOWER)
    }),
    ("cloudflare", "crc32-hex-body", cloudflare),
    ("zuplo", "crc32-hex-body", zuplo),
    ("confluent", "crc32-base64-after-four", confluent),
    ("canva", "crc32-hex-whole", canva),
    ("grafana", "crc32-hex-little-endian-whole", grafana),
    ("gitlab", "gitlab-routable", gitlab),
    ("atlassian", "crc32-hex-upper-whole", atlassian),
    ("atlassian-dc", "decimal-id-base64", atlassian_dc),
    ("aws-key-id", "aws-access-key-id", |r| {
        format!("{}{}", r.one_of(&["AKIA", "ASIA"]), base32(&r.bytes(10)))
    }),
    ("azure-key", "azure-identifiable-key", azure_key),
    ("azure-cask", "azure-cask", cask),
    ("azure-entra", "azure-entra-secret", entra),
    ("discord", "discord-token", discord),
    ("jfrog", "jfrog-reference-token", jfrog),
    ("jwt", "jwt", jwt),
    ("macaroon", "macaroon-v2", macaroon),
    ("nkey", "nkey-seed", nkey),
    ("age", "bech32", |r| {
        bech32("age-secret-key-", &r.bytes(32)).to_uppercase()
    }),
    ("wif", "bitcoin-wif", |r| {
        base58check(&[&[0x80], &r.bytes(32)[..], &[1]].concat())
    }),
    ("xprv", "bip32-private-key", xprv),
    ("openpgp", "openpgp-armor", openpgp),
    ("wireguard", "wireguard-clamped", wireguard),
    ("luhn", "luhn", luhn),
    ("card", "card", card),
    ("iban", "iban", |r| iban(r, "DE", 18)),
    ("iban-country", "iban-country", |r| iban(r, "NO", 11)),
];

fn github(r: &mut Random) -> String {
    let (prefix, length) = [
        ("ghp_", 30),
        ("ghr_", 70),
        ("npm_", 30),
        ("vcp_", 50),
        ("vck_", 50),
    ][r.below(5)];
    let body = r.pick(B62, length);
    format!(
        "{prefix}{body}{}",
        written(crc32(body.as_bytes()).into(), B62, 6)
    )
}

fn whole(r: &mut Random, prefixes: &[&str], alphabet: &str) -> String {
    let text = format!("{}{}", r.one_of(prefixes), r.pick(B62, 30));
    let sum = written(crc32(text.as_bytes()).into(), alphabet, 6);
    text + &sum
}

fn cloudflare(r: &mut Random) -> String {
    let body = r.pick(B62, 40);
    format!(
        "{}{body}{:08x}",
        r.one_of(&["cfut_", "cfat_", "cfk_"]),
        crc32(body.as_bytes())
    )
}

fn zuplo(r: &mut Random) -> String {
    let body = r.pick(HEX, 32);
    format!("zpka_{body}_{:08x}", crc32(body.as_bytes()))
}

fn confluent(r: &mut Random) -> String {
    let body = r.pick(&format!("{B62}+/"), 54);
    let sum = base64(&crc32(body.as_bytes()).to_le_bytes());
    format!("cflt{body}{}", &sum[..6])
}

fn canva(r: &mut Random) -> String {
    let text = format!("cnvca{}", r.pick(B62, 43));
    format!("{text}{:08x}", crc32(text.as_bytes()))
}

fn grafana(r: &mut Random) -> String {
    let text = format!("glsa_{}", r.pick(B62, 32));
    format!("{text}_{}", hex(&crc32(text.as_bytes()).to_le_bytes()))
}

fn gitlab(r: &mut Random) -> String {
    let routing = format!("c:1\no:1\nu:{}", r.pick(B36, 3)).into_bytes();
    let random = r.bytes(16);
    let versioned = r.below(2) == 1;
    let payload = if versioned {
        [&random[..], &routing, &[routing.len() as u8]].concat()
    } else {
        [&routing[..], &random, &[16]].concat()
    };
    let body = base64_url(&payload);
    let version = if versioned { ".01" } else { "" };
    let text = format!(
        "glpat-{body}{version}.{}",
        written(body.len() as u64, B36, 2)
    );
    let sum = written(crc32(text.as_bytes()).into(), B36, 7);
    text + &sum
}

fn atlassian(r: &mut Random) -> String {
    let text = match r.below(3) {
        0 => format!("ATATT3xFfGF0{}=", r.pick(B62, 171)),
        1 => format!("ATCTT3xFfGN0{}=", r.pick(B62, 171)),
        _ => format!("ATBB{}", r.pick(B62, 24)),
    };
    format!("{text}{:08X}", crc32(text.as_bytes()))
}

fn atlassian_dc(r: &mut Random) -> String {
    let id = format!("4{}:", r.pick("0123456789", 11));
    base64(&[id.as_bytes(), &r.bytes(20)].concat())
}

fn azure_key(r: &mut Random) -> String {
    let kinds: [(usize, &str, u64); 6] = [
        (64, "+ASt", 0x4465_6661_756C_7430),
        (64, "ACDb", 0x4D61_7374_5257_3030),
        (32, "AzCa", 0x4163_6365_7373_3030),
        (40, "AzFu", 0x4675_6E63_7469_3030),
        (39, "+ACR", 0x4143_5244_666C_7430),
        (32, "+ASb", 0x4D61_6E61_6765_3030),
    ];
    let (length, signature, seed) = kinds[r.below(6)];
    let mut text = base64(&r.bytes(length));
    let end = text.trim_end_matches('=').len() - 6;
    text.replace_range(end - 4..end, signature);
    let mut bytes = from_base64(&text);
    let sum = marvin(&bytes[..length - 4], seed);
    bytes[length - 4..].copy_from_slice(&sum.to_le_bytes());
    base64(&bytes)
}

fn cask(r: &mut Random) -> String {
    let text = format!("{}JQQJ99CK{}AAABACOG", r.pick(B62, 52), "A".repeat(12));
    let sum = marvin(&from_base64(&text), 0x4465_6661_756C_7430);
    let number = u32::from_be_bytes(sum.to_le_bytes());
    let digits = written(number.into(), B62, 1);
    let digits = format!("{digits:0<6}");
    format!("{text}{}", &digits[..4])
}

fn entra(r: &mut Random) -> String {
    let alphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ1234567890.-_~";
    let text = format!("{}8Q~{}", r.pick(alphabet, 3), r.pick(alphabet, 31));
    let sum = marvin(text.as_bytes(), 0x4161_6450_7764_3030);
    let digits = written(sum.into(), alphabet, 6);
    format!("{text}{}", &digits[..3])
}

fn discord(r: &mut Random) -> String {
    let id = format!("10{}", r.pick("0123456789", 17));
    format!(
        "{}.{}.{}",
        base64_url(id.as_bytes()),
        r.pick(B62, 6),
        r.pick(B62, 38)
    )
}

fn jfrog(r: &mut Random) -> String {
    base64(format!("reftkn:01:1893456000:{}", r.pick(B62, 27)).as_bytes())
}

fn jwt(r: &mut Random) -> String {
    let payload = format!("{{\"sub\":\"{}\",\"iat\":1700000000}}", r.pick(B62, 9));
    let header = base64_url(br#"{"alg":"HS256","typ":"JWT"}"#);
    format!(
        "{header}.{}.{}",
        base64_url(payload.as_bytes()),
        base64_url(&r.bytes(32))
    )
}

fn macaroon(r: &mut Random) -> String {
    let field = |kind: u8, data: &[u8]| [&[kind, data.len() as u8], data].concat();
    let location = field(1, ["pypi", "org"].join(".").as_bytes());
    let identifier = field(2, r.pick(HEX, 36).as_bytes());
    let caveat = field(2, format!("[3,\"{}\"]", r.pick(HEX, 36)).as_bytes());
    let signature = field(6, &r.bytes(32));
    let whole = [
        &[2],
        &location[..],
        &identifier,
        &[0],
        &caveat,
        &[0, 0],
        &signature,
    ]
    .concat();
    format!("pypi-{}", base64_url(&whole))
}

fn nkey(r: &mut Random) -> String {
    let kind = [20_u8, 0, 13, 2, 14, 23][r.below(6)] << 3;
    let mut bytes = vec![18 << 3 | kind >> 5, (kind & 31) << 3];
    bytes.extend(r.bytes(32));
    let sum = crc_high(&bytes, 16, 0x1021, 0) as u16;
    bytes.extend(sum.to_le_bytes());
    base32(&bytes)
}

fn xprv(r: &mut Random) -> String {
    let mut payload = vec![0x04, 0x88, 0xAD, 0xE4];
    payload.extend([0; 9]);
    payload.extend(r.bytes(32));
    payload.push(0);
    payload.extend(r.bytes(32));
    base58check(&payload)
}

fn openpgp(r: &mut Random) -> String {
    let body = r.bytes(90);
    let sum = crc_high(&body, 24, 0x0086_4CFB, 0x00B7_04CE).to_be_bytes();
    let text = base64(&body);
    let lines: Vec<String> = text
        .as_bytes()
        .chunks(64)
        .map(|l| String::from_utf8_lossy(l).into_owned())
        .collect();
    let name = ["PGP", "MESSAGE"].join(" ");
    format!(
        "-----BEGIN {name}-----\n\n{}\n={}\n-----END {name}-----",
        lines.join("\n"),
        base64_plain(&sum[1..])
    )
}

fn wireguard(r: &mut Random) -> String {
    let mut key = r.bytes(32);
    key[0] &= 0xF8;
    key[31] = key[31] & 127 | 64;
    base64(&key)
}

fn completed(body: &str) -> String {
    let mut sum = 0;
    for (at, digit) in body.bytes().rev().enumerate() {
        let digit = u32::from(digit - b'0') * if at % 2 == 0 { 2 } else { 1 };
        sum += digit / 10 + digit % 10;
    }
    format!("{body}{}", (10 - sum % 10) % 10)
}

fn luhn(r: &mut Random) -> String {
    let length = 11 + r.below(8);
    completed(&r.pick("0123456789", length))
}

fn card(r: &mut Random) -> String {
    completed(&format!("4{}", r.pick("0123456789", 14)))
}

fn iban(r: &mut Random, country: &str, length: usize) -> String {
    let body = r.pick("0123456789", length);
    let mut rest = 0;
    for symbol in format!("{body}{country}00").chars() {
        for digit in symbol.to_digit(36).unwrap_or_default().to_string().bytes() {
            rest = (rest * 10 + u32::from(digit - b'0')) % 97;
        }
    }
    format!("{country}{:02}{body}", 98 - rest)
}
