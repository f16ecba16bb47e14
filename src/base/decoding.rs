//! How a text was decoded: the names of all encodings, and the way through several.

use std::fmt;

use serde::{Serialize, Serializer};

macro_rules! encodings {
    ($($(#[$doc:meta])* $name:ident = $word:literal;)+) => {
        /// A way in which text can stand in bytes.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Encoding {
            $($(#[$doc])* $name,)+
        }

        impl Encoding {
            /// The stable word for it.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Encoding::$name => $word,)+
                }
            }
        }
    };
}

encodings! {
    /// Two-byte characters.
    Utf16 = "utf-16";
    /// Four-byte characters.
    Utf32 = "utf-32";
    /// Japanese.
    ShiftJis = "shift_jis";
    /// Chinese, simplified.
    Gbk = "gbk";
    /// Chinese, traditional.
    Big5 = "big5";
    /// Korean.
    EucKr = "euc-kr";
    /// Japanese, in seven bits.
    Iso2022Jp = "iso-2022-jp";
    /// Base64 of any alphabet (RFC 4648).
    Base64 = "base64";
    /// Hexadecimal digits.
    Hex = "hex";
    /// Numbers in a list, one for each character.
    Numbers = "numbers";
    /// Percent signs before hexadecimal digits (RFC 3986).
    Percent = "percent";
    /// Escapes in string literals: `\u0041`, `\x41`, `\101`.
    Escapes = "escapes";
    /// Character references of HTML and XML.
    Entities = "entities";
    /// Quoted-printable (RFC 2045).
    QuotedPrintable = "quoted-printable";
    /// Tags of HTML inside words, left out.
    Tags = "tags";
    /// String literals that are put together, and lines that go on.
    Joined = "joined";
    /// Characters that show nothing, left out.
    Invisible = "invisible";
    /// Characters that look like ASCII, taken for it.
    LookAlike = "look-alike";
    /// gzip (RFC 1952).
    Gzip = "gzip";
    /// zlib (RFC 1950).
    Zlib = "zlib";
    /// Deflate alone (RFC 1951), as SAML messages and some drawings have it.
    Deflate = "deflate";
    /// UTF-7 (RFC 2152).
    Utf7 = "utf-7";
    /// EBCDIC, code page 37 or 500.
    Ebcdic = "ebcdic";
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The encodings that were taken off a text, the outermost first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Decoding {
    first: Encoding,
    more: [Option<Encoding>; Decoding::DEEPEST - 1],
}

impl Decoding {
    /// Most encodings around each other.
    pub const DEEPEST: usize = 8;

    /// One encoding.
    pub const fn of(encoding: Encoding) -> Decoding {
        Decoding {
            first: encoding,
            more: [None; Decoding::DEEPEST - 1],
        }
    }

    /// What is left when `next` is taken off as well; `None` when there are too many.
    pub fn then(mut self, next: Encoding) -> Option<Decoding> {
        let free = self.more.iter_mut().find(|step| step.is_none())?;
        *free = Some(next);
        Some(self)
    }

    /// The encodings, the outermost first.
    pub fn steps(&self) -> impl Iterator<Item = Encoding> {
        std::iter::once(self.first).chain(self.more.into_iter().flatten())
    }
}

impl From<Encoding> for Decoding {
    fn from(encoding: Encoding) -> Decoding {
        Decoding::of(encoding)
    }
}

impl fmt::Display for Decoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.first)?;
        self.more
            .iter()
            .flatten()
            .try_for_each(|step| write!(f, " → {step}"))
    }
}

impl Serialize for Decoding {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_is_told_from_the_outside_in() {
        let way = Decoding::of(Encoding::Percent).then(Encoding::Base64);
        let way = way.and_then(|way| way.then(Encoding::Gzip));
        assert_eq!(
            way.map(|way| way.to_string()).as_deref(),
            Some("percent → base64 → gzip")
        );
    }

    #[test]
    fn ways_have_an_end() {
        let mut way = Decoding::of(Encoding::Hex);
        for _ in 1..Decoding::DEEPEST {
            way = way.then(Encoding::Hex).unwrap();
        }
        assert_eq!(way.steps().count(), Decoding::DEEPEST);
        assert_eq!(way.then(Encoding::Hex), None);
    }
}
