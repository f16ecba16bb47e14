//! Values: what a literal looks like, and what shows that it is none.

use super::cursor::{is_word, starts_with_fold};
use super::lexicon::{self, Letters};

/// Bytes of a value that are counted; longer values are judged by their beginning.
const HORIZON: usize = 256;

/// Counts over a value.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    pub(super) length: usize,
    pub(super) letters: usize,
    pub(super) digits: usize,
    pub(super) upper: usize,
    pub(super) hex: usize,
    pub(super) word: usize,
    pub(super) blanks: usize,
    pub(super) brackets: usize,
    pub(super) high: usize,
    pub(super) distinct: usize,
    pub(super) longest_run: usize,
    pub(super) longest_sequence: usize,
    /// Shannon entropy in bits per byte.
    pub(super) entropy: f32,
}

impl Counts {
    pub(super) fn of(value: &[u8]) -> Counts {
        let value = &value[..value.len().min(HORIZON)];
        let mut counts = Counts {
            length: value.len(),
            ..Counts::default()
        };
        let mut histogram = [0u16; 256];
        for &byte in value {
            histogram[usize::from(byte)] += 1;
            counts.letters += usize::from(byte.is_ascii_alphabetic());
            counts.digits += usize::from(byte.is_ascii_digit());
            counts.upper += usize::from(byte.is_ascii_uppercase());
            counts.hex += usize::from(byte.is_ascii_hexdigit());
            counts.word += usize::from(byte.is_ascii_alphanumeric());
            counts.blanks += usize::from(byte == b' ');
            counts.brackets += usize::from(matches!(
                byte,
                b'(' | b')' | b'[' | b']' | b'{' | b'}' | b'<' | b'>'
            ));
            counts.high += usize::from(byte >= 0x80 || byte < b' ');
        }
        counts.distinct = histogram.iter().filter(|&&n| n > 0).count();
        counts.entropy = entropy(&histogram, value.len());
        counts.longest_run = longest(value, |a, b| a == b);
        counts.longest_sequence = longest(value, |a, b| b == a.wrapping_add(1))
            .max(longest(value, |a, b| a == b.wrapping_add(1)));
        counts
    }

    fn digit_share(&self) -> f32 {
        share(self.digits, self.length)
    }
}

#[expect(clippy::cast_precision_loss, reason = "lengths stay below 2^16")]
fn share(part: usize, whole: usize) -> f32 {
    part as f32 / whole.max(1) as f32
}

fn entropy(histogram: &[u16; 256], length: usize) -> f32 {
    histogram
        .iter()
        .filter(|&&n| n > 0)
        .map(|&n| {
            let p = share(usize::from(n), length);
            -p * p.log2()
        })
        .sum()
}

/// The longest run of neighbours of which `next` holds, in bytes.
fn longest(value: &[u8], next: impl Fn(u8, u8) -> bool) -> usize {
    let mut best = usize::from(!value.is_empty());
    let mut run = 1;
    for pair in value.windows(2) {
        run = if next(pair[0], pair[1]) { run + 1 } else { 1 };
        best = best.max(run);
    }
    best
}

/// What a literal value looks like.
#[derive(Clone, Copy, Debug)]
pub(super) struct Looks {
    pub(super) counts: Counts,
    pub(super) letters: Letters,
    pub(super) wordy: bool,
    pub(super) password: bool,
    pub(super) number: bool,
    pub(super) token: bool,
}

impl Looks {
    pub(super) fn of(value: &[u8], counts: Counts) -> Looks {
        let letters = lexicon::letters(value);
        let wordy = is_wordy(value, &counts, letters);
        Looks {
            counts,
            letters,
            wordy,
            password: is_password(&counts, letters, wordy),
            number: counts.letters == 0 && counts.digits >= 12 && counts.blanks == 0,
            token: is_token(value, &counts, letters),
        }
    }

    pub(super) fn long_token(&self) -> bool {
        self.token && self.counts.length >= 16
    }
}

fn is_wordy(value: &[u8], counts: &Counts, letters: Letters) -> bool {
    letters.cover >= 0.5
        || letters.surprise < 4.05 && counts.digit_share() < 0.15
        || letters.surprise < 4.6 && counts.digit_share() < 0.15 && is_compound(value)
}

/// Words joined by case or by `_`, `-`, `.`.
fn is_compound(value: &[u8]) -> bool {
    let joints = value
        .iter()
        .filter(|b| matches!(b, b'_' | b'-' | b'.' | b' '))
        .count();
    let camel = value
        .windows(2)
        .filter(|w| w[0].is_ascii_lowercase() && w[1].is_ascii_uppercase())
        .count();
    let pieces = joints + camel + 1;
    pieces >= 2 && value.len() / pieces >= 4
}

fn is_password(counts: &Counts, letters: Letters, wordy: bool) -> bool {
    if wordy || counts.brackets > 0 || !(4..=100).contains(&counts.length) {
        return false;
    }
    let mixed = counts.letters > 0 && counts.digits > 0;
    letters.surprise >= 4.4 || mixed && letters.cover == 0.0 && letters.surprise >= 3.7
}

fn is_token(value: &[u8], counts: &Counts, letters: Letters) -> bool {
    if counts.length < 10 || letters.cover >= 0.5 || counts.blanks > 0 || counts.brackets > 0 {
        return false;
    }
    let mixed = counts.letters > 0 && counts.digits > 0;
    let alphabet = share(counts.length.min(64), 1).log2();
    let spread = mixed && counts.entropy >= 0.75 * alphabet - 0.25 && counts.digit_share() < 0.75;
    let hex = counts.hex == counts.length && counts.length >= 16 && mixed;
    let padded = value.ends_with(b"=") && letters.surprise >= 4.3;
    spread || hex || padded || is_uuid(value)
}

/// 8-4-4-4-12 hexadecimal digits.
pub(super) fn is_uuid(value: &[u8]) -> bool {
    value.len() == 36
        && value.iter().enumerate().all(|(i, b)| match i {
            8 | 13 | 18 | 23 => *b == b'-',
            _ => b.is_ascii_hexdigit(),
        })
}

/// True when the value is not literally the secret: a template, a reference to code, a place,
/// prose, or an encoding's name.
pub(super) fn is_no_literal(value: &[u8], counts: &Counts) -> bool {
    is_template(value)
        || is_reference(value)
        || is_path(value, counts)
        || is_measure(value, counts)
        || is_encoding(value)
        || is_address(value)
        || counts.blanks >= 2 && counts.digits * 5 < counts.length
        || counts.high > 0
}

/// `${X}`, `$X`, `{{ x }}`, `<x>`, `%s`, `%(x)s`, `#{x}`, `@X@`, `%X%`, `{x}`, `[x]`.
fn is_template(value: &[u8]) -> bool {
    const PARTS: &[&[u8]] = &[
        b"${", b"{{", b"$(", b"#{", b"<%", b"%(", b"%{", b"{}", b"\\(", b"$[", b"((", b"}}",
    ];
    const STARTS: &[&[u8]] = &[
        b"ENC(",
        b"ENC[",
        b"vault:",
        b"!vault",
        b"op://",
        b"arn:",
        b"projects/",
        b"AQICA",
        b"secretsmanager",
        b"@Microsoft",
        b"ref+",
        b"secret:",
        b"env:",
        b"env.",
        b"file:",
        b"process.",
        b"import ",
        b"function",
        b"data:",
        b"sha256-",
        b"sha384-",
        b"sha512-",
        b"sha1-",
        b"ssh-",
        b"keyring:",
        b"ssm:",
        b"awskms:",
        b"$ANSIBLE",
        b"#",
        b"%s",
        b"%d",
        b"%v",
        b"/^",
        b"^",
    ];
    if PARTS
        .iter()
        .any(|part| memchr::memmem::find(value, part).is_some())
        || STARTS.iter().any(|start| starts_with_fold(value, start))
    {
        return true;
    }
    let (Some(&first), Some(&last)) = (value.first(), value.last()) else {
        return true;
    };
    let inner = &value[1..value.len().max(2) - 1];
    match (first, last) {
        (b'<', _) => memchr::memchr(b'>', value).is_some(),
        (b'{', b'}') | (b'[', b']') | (b'(', b')') => true,
        (b'%', b'%') | (b'@', b'@') => inner.iter().all(|&b| is_word(b)),
        (b'$', _) => value[1..].iter().all(|&b| is_word(b) || b == b'.'),
        _ => has_placeholder_field(value),
    }
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
    field || value.len() < 24 && value.windows(2).any(|w| w == b"%s" || w == b"%d")
}

/// A call, an index, a member: `name(...)`, `a[b]`, `a.b.c`, `a->b`, `A::B`.
fn is_reference(value: &[u8]) -> bool {
    let head = value
        .iter()
        .take_while(|&&b| is_word(b) || matches!(b, b'.' | b':' | b'$' | b'@'))
        .count();
    if head > 0 && matches!(value.get(head), Some(b'(' | b'[')) {
        return true;
    }
    let has = |part: &[u8]| memchr::memmem::find(value, part).is_some();
    has(b"->")
        || has(b"::")
        || has(b"=>")
        || has(b"==") && !value.ends_with(b"==")
        || is_member_path(value)
}

/// Words joined by dots, none of which looks random.
fn is_member_path(value: &[u8]) -> bool {
    let mut parts = 0;
    for part in value.split(|&b| b == b'.') {
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
    const STARTS: &[&[u8]] = &[
        b"./", b"../", b"~/", b"\\\\", b"//", b"http:", b"https:", b"file:",
    ];
    const EXTENSIONS: &[&[u8]] = &[
        b".pem",
        b".key",
        b".crt",
        b".cer",
        b".json",
        b".yml",
        b".yaml",
        b".xml",
        b".txt",
        b".py",
        b".js",
        b".ts",
        b".php",
        b".html",
        b".htm",
        b".jks",
        b".p12",
        b".pfx",
        b".keystore",
        b".properties",
        b".ini",
        b".conf",
        b".sh",
        b".rb",
        b".go",
        b".java",
        b".png",
        b".svg",
        b".gif",
        b".jpg",
        b".css",
        b".csv",
        b".md",
        b".com",
        b".org",
        b".net",
        b".io",
        b".pub",
        b".asc",
        b".gpg",
        b".der",
        b".env",
        b".toml",
        b".cfg",
        b".log",
        b".exe",
        b".dll",
        b".so",
        b".key_",
        b".rs",
        b".c",
        b".h",
        b".aspx",
        b".jsp",
        b".vue",
        b".scss",
        b".sql",
        b".db",
        b".dat",
        b".bin",
    ];
    if memchr::memmem::find(value, b"://").is_some()
        || STARTS.iter().any(|start| value.starts_with(start))
    {
        return true;
    }
    let lower_end = value.len().saturating_sub(12);
    if EXTENSIONS.iter().any(|end| {
        let tail = &value[lower_end..];
        tail.len() > end.len() && tail[tail.len() - end.len()..].eq_ignore_ascii_case(end)
    }) {
        return true;
    }
    let drive =
        value.len() > 2 && value[0].is_ascii_alphabetic() && value[1] == b':' && value[2] == b'\\';
    let slashes = value.iter().filter(|&&b| b == b'/').count();
    let natural = || lexicon::letters(value).surprise < 5.0 && counts.digits * 4 < counts.length;
    drive || value[0] == b'/' && natural() || slashes >= 1 && natural()
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
    let number = counts.letters <= 3
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
    const STARTS: &[&[u8]] = &[
        b"utf-",
        b"utf8",
        b"utf16",
        b"iso-8859",
        b"windows-",
        b"scram-",
        b"sha-",
        b"sha1",
        b"sha2",
        b"sha5",
        b"hmac",
        b"md5",
        b"aes-",
        b"aes1",
        b"aes2",
        b"rsa-",
        b"rsa1",
        b"rsa2",
        b"rs256",
        b"hs256",
        b"es256",
        b"pbkdf2",
        b"bcrypt",
        b"ed25519",
        b"secp",
        b"oauth",
        b"ecdsa",
        b"base64",
        b"application/",
        b"text/",
        b"tls",
        b"x509",
        b"pkcs",
        b"ntlm",
        b"urn:",
        b"grant_",
        b"krb5",
        b"cram-",
    ];
    value.len() < 40 && STARTS.iter().any(|start| starts_with_fold(value, start)) && {
        let letters = lexicon::letters(value);
        value.len() < 12 || letters.surprise < 5.6
    }
}

/// Crypt strings and directory password schemes.
pub(super) fn is_password_hash(value: &[u8]) -> bool {
    const STARTS: &[&[u8]] = &[
        b"{CRYPT}",
        b"{SHA",
        b"{SSHA",
        b"{MD5",
        b"{SMD5",
        b"{PBKDF2",
        b"pbkdf2_",
        b"pbkdf2:",
        b"bcrypt$",
        b"argon2",
        b"scrypt:",
        b"sha1$",
        b"md5$",
        b"phpass:",
        b"SCRAM-SHA",
    ];
    if STARTS.iter().any(|start| starts_with_fold(value, start)) {
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

/// What speaks for a placeholder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stand {
    /// Nothing does.
    Real,
    /// A fragment, a repetition, a sequence, or likeness with the name.
    Placeholder,
    /// A well-known weak value.
    Known,
}

pub(super) fn stand(value: &[u8], name: &[u8], looks: &Looks) -> Stand {
    let counts = &looks.counts;
    if lexicon::is_known(value) {
        return Stand::Known;
    }
    let few = share(counts.distinct, counts.length);
    let repeated = counts.longest_run >= 4 && counts.length < 60
        || counts.longest_sequence >= 4 && counts.length < 40
        || (few < 0.25 && counts.length < 64 || few < 0.4 && counts.length < 10);
    let fragment =
        counts.length < 40 && looks.letters.surprise < 5.2 && lexicon::has_placeholder(value);
    if repeated || fragment || is_like(value, name) {
        Stand::Placeholder
    } else {
        Stand::Real
    }
}

/// True when seven in ten of the value's letter triples stand in its name.
fn is_like(value: &[u8], name: &[u8]) -> bool {
    if value.len() < 3 || value.len() > 64 {
        return false;
    }
    let total = value.len() - 2;
    let same = value
        .windows(3)
        .filter(|v| name.windows(3).any(|n| n.eq_ignore_ascii_case(v)))
        .count();
    same * 10 >= total * 7
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
            "private.pem",
            "enter your password here",
            "Contraseña",
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
        ] {
            assert!(!no_literal(value), "{value}");
        }
    }

    #[test]
    fn hashes_are_told_from_templates() {
        let hash = format!("$2a$08${}", "T1pt".repeat(8));
        assert!(is_password_hash(hash.as_bytes()));
        assert!(!is_password_hash(b"$PASSWORD"));
    }

    #[test]
    fn looks_follow_letters_and_length() {
        let looks = |v: &str| Looks::of(v.as_bytes(), Counts::of(v.as_bytes()));
        assert!(looks("vodwznrzgi").password);
        assert!(looks("connection").wordy);
        assert!(looks("0aB1cD2eF3gH4iJ5").long_token());
        assert!(!looks("MaximumConnections").token);
    }
}
