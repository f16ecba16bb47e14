//! Values: what a literal looks like, and what shows that it is none.

use std::sync::LazyLock;

use super::cursor::{is_word, starts_with_fold};
use super::lexicon::{self, Letters, Natural};
use super::words::lists;

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
    /// Changes between letters and digits.
    pub(super) switches: usize,
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
        let logs = &*LOGS;
        let mut spread = 0.0;
        for &byte in value {
            let seen = &mut histogram[usize::from(byte)];
            counts.distinct += usize::from(*seen == 0);
            spread += logs[usize::from(*seen)];
            *seen += 1;
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
        counts.entropy = entropy(spread, value.len());
        counts.switches = value
            .windows(2)
            .filter(|w| {
                w[0].is_ascii_alphabetic() && w[1].is_ascii_digit()
                    || w[0].is_ascii_digit() && w[1].is_ascii_alphabetic()
            })
            .count();
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

/// `LOGS[n]` is what the `n`-th repetition of a byte adds to the sum of `count * log2(count)`.
static LOGS: LazyLock<[f32; HORIZON]> = LazyLock::new(|| {
    let product = |n: usize| share(n, 1) * share(n.max(1), 1).log2();
    std::array::from_fn(|n| product(n + 1) - product(n))
});

/// Shannon entropy of `length` bytes, given their sum of `count * log2(count)`.
fn entropy(spread: f32, length: usize) -> f32 {
    let length = share(length.max(1), 1);
    length.log2() - spread / length
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
    /// Pieces between separators that are words by themselves.
    pub(super) has_words: bool,
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
            has_words: has_words(value),
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

/// True when a piece of four letters or more between separators looks like a word.
fn has_words(value: &[u8]) -> bool {
    value.split(|b| !b.is_ascii_alphabetic()).any(|piece| {
        piece.len() >= 4 && {
            let letters = lexicon::letters(piece);
            letters.cover >= 0.6 || letters.surprise < 4.3 && piece.len() >= 5 && is_one_case(piece)
        }
    })
}

/// `word`, `WORD` or `Word`.
fn is_one_case(piece: &[u8]) -> bool {
    let upper = piece.iter().filter(|b| b.is_ascii_uppercase()).count();
    upper == 0 || upper == piece.len() || upper == 1 && piece[0].is_ascii_uppercase()
}

fn is_password(counts: &Counts, letters: Letters, wordy: bool) -> bool {
    let mixed = counts.letters > 0 && counts.digits > 0;
    if wordy || counts.blanks > 0 && !mixed || !(4..=100).contains(&counts.length) {
        return false;
    }
    letters.surprise >= 4.4
        || mixed && letters.cover == 0.0 && (letters.surprise >= 3.7 || counts.switches >= 2)
}

fn is_token(value: &[u8], counts: &Counts, letters: Letters) -> bool {
    let mixed = counts.letters > 0 && counts.digits > 0;
    if counts.length < 10 || letters.cover >= 0.5 || counts.blanks > 0 {
        return false;
    }
    if counts.brackets > 0 || value.contains(&b',') {
        let symbols = counts.length - counts.word;
        return mixed
            && counts.length >= 24
            && symbols * 8 >= counts.length
            && symbols * 2 < counts.length
            && counts.entropy >= 4.2
            && letters.surprise >= 4.6;
    }
    let alphabet = share(counts.length.min(64), 1).log2();
    let spread = mixed && counts.entropy >= 0.75 * alphabet - 0.25 && counts.digit_share() < 0.75;
    let woven =
        mixed && counts.switches >= 6 && counts.distinct >= 9 && counts.digit_share() < 0.85;
    let hex = counts.hex == counts.length && counts.length >= 16 && mixed;
    let padded = value.ends_with(b"=") && letters.surprise >= 4.3;
    spread || woven || hex || padded || is_uuid(value)
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
        || is_bytes(value, counts)
        || is_encoding(value)
        || is_address(value)
        || counts.blanks >= 2 && counts.digits * 5 < counts.length
        || counts.high > 0
        || starts_with_fold(value, b"basic ")
        || starts_with_fold(value, b"bearer ")
}

/// `${X}`, `$X`, `{{ x }}`, `<x>`, `%s`, `%(x)s`, `#{x}`, `@X@`, `%X%`, `{x}`, `[x]`.
fn is_template(value: &[u8]) -> bool {
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
        (Some(b'*' | b'#'), _) | (Some(b'h'), Some(b'h' | b'd')) => true,
        (Some(b'l'), Some(b'l' | b'd' | b'x' | b'u')) => true,
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

/// Words that say what a value is or whether there is one.
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
        b"auto",
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
    value.len() < 40 && lists().encodings.begins(value) && {
        let letters = lexicon::letters(value);
        value.len() < 12 || letters.surprise < 5.6
    }
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
    if lexicon::is_known(value) || lexicon::is_known(without_number(value)) {
        return Stand::Known;
    }
    let natural = if looks.letters.surprise < 5.2 {
        Natural::Yes
    } else {
        Natural::No
    };
    let few = share(counts.distinct, counts.length);
    let repeated = counts.longest_sequence >= 8
        || counts.longest_run >= 4 && counts.length < 60
        || counts.longest_sequence >= 4 && counts.length < 40
        || (few < 0.25 && counts.length < 64 || few < 0.4 && counts.length < 10);
    let fragment = counts.length < 40 && lexicon::has_placeholder(value, natural);
    let cut = value.ends_with(b"...");
    let sure = counts.length >= 40 && lexicon::has_sure_placeholder(value);
    if repeated || fragment || sure || cut || is_keyboard_row(value) || is_like(value, name) {
        Stand::Placeholder
    } else {
        Stand::Real
    }
}

/// `zxcv`, `hjkl1`: half of the value or more runs along a row of the keyboard.
fn is_keyboard_row(value: &[u8]) -> bool {
    const ROWS: [&[u8]; 3] = [b"qwertyuiop", b"asdfghjkl", b"zxcvbnm"];
    let beside = |a: u8, b: u8| {
        ROWS.iter().any(|row| {
            row.iter()
                .position(|&key| key == a.to_ascii_lowercase())
                .is_some_and(|at| row.get(at + 1) == Some(&b.to_ascii_lowercase()))
        })
    };
    let run = longest(value, beside);
    run >= 4 && run * 2 >= value.len()
}

/// `password12` without its number.
fn without_number(value: &[u8]) -> &[u8] {
    let digits = value
        .iter()
        .rev()
        .take_while(|b| b.is_ascii_digit())
        .count();
    if digits <= 4 {
        &value[..value.len() - digits]
    } else {
        value
    }
}

/// True when seven in ten of the value's letter triples stand in its name; separators do not count.
fn is_like(value: &[u8], name: &[u8]) -> bool {
    let joined = |text: &[u8]| -> Vec<u8> {
        text.iter()
            .take(80)
            .filter(|b| b.is_ascii_alphanumeric())
            .map(u8::to_ascii_lowercase)
            .collect()
    };
    let (value, name) = (joined(value), joined(name));
    if value.len() < 3 || value.len() > 64 {
        return false;
    }
    let total = value.len() - 2;
    let same = value
        .windows(3)
        .filter(|v| name.windows(3).any(|n| n == *v))
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

    #[test]
    fn a_token_in_a_json_text_is_found() {
        let value = concat!(
            r#"{\"hrue\":\"evlp\",\"qrp\":\"766w5765y4503"#,
            r#"2s95bsq1063th486994\"}"#
        );
        assert_eq!(braced_token(value.as_bytes()).map(<[u8]>::len), Some(32));
    }
}
