//! Secrets that are made up when they are needed, and noise to hide them in.

/// The rule that finds what [`Source::token`] makes.
pub(crate) const TOKEN_RULE: &str = "github-personal-access-token";

const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Random values that are the same in every run.
pub(crate) struct Source(u64);

impl Source {
    pub(crate) fn new(seed: u64) -> Source {
        Source(seed)
    }

    /// A GitHub-style token whose checksum is right.
    pub(crate) fn token(&mut self) -> String {
        self.token_with("")
    }

    /// A token whose random part holds `word`.
    pub(crate) fn token_with(&mut self, word: &str) -> String {
        let mut body = self.text(12);
        body.push_str(word);
        body.push_str(&self.text(30 - body.len()));
        let mut check = Vec::new();
        let mut rest = crc32(body.as_bytes());
        for _ in 0..6 {
            check.push(BASE62[(rest % 62) as usize]);
            rest /= 62;
        }
        check.reverse();
        format!("gh{}_{body}{}", 'p', String::from_utf8(check).unwrap())
    }

    /// A password as people assign one: not guessable, of several classes.
    pub(crate) fn password(&mut self) -> String {
        format!("{}-{}+{}", self.text(7), self.text(6), self.text(7))
    }

    /// The text of an RSA private key, as far as its armour goes.
    pub(crate) fn private_key(&mut self) -> String {
        let mut out = format!("-----BEGIN RSA {} KEY-----\n", "PRIVATE");
        for _ in 0..24 {
            out.push_str(&self.text(64));
            out.push('\n');
        }
        out.extend(["-----END RSA ", "PRIVATE", " KEY-----\n"]);
        out
    }

    /// `length` letters and digits.
    pub(crate) fn text(&mut self, length: usize) -> String {
        (0..length)
            .map(|_| char::from(BASE62[self.below(62)]))
            .collect()
    }

    /// `length` bytes of any value.
    pub(crate) fn bytes(&mut self, length: usize) -> Vec<u8> {
        (0..length).map(|_| self.next() as u8).collect()
    }

    /// `length` bytes of words without any line end.
    pub(crate) fn prose(&mut self, length: usize) -> Vec<u8> {
        const WORDS: [&str; 8] = ["lorem", "tree", "walk", "x=1;", "{", "}", "fn", "the"];
        let mut out = Vec::with_capacity(length + 8);
        while out.len() < length {
            out.extend_from_slice(WORDS[self.below(WORDS.len())].as_bytes());
            out.push(b' ');
        }
        out.truncate(length);
        out
    }

    pub(crate) fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    fn next(&mut self) -> u64 {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
}

/// Bit by bit, so that it shares nothing with the product's table.
fn crc32(bytes: &[u8]) -> u32 {
    let step = |c: u32| {
        if c & 1 == 1 {
            (c >> 1) ^ 0xEDB8_8320
        } else {
            c >> 1
        }
    };
    let fold = |c: u32, b: &u8| (0..8).fold(c ^ u32::from(*b), |c, _| step(c));
    !bytes.iter().fold(u32::MAX, fold)
}
