//! Recognises content that is compressed or encrypted, and so hides text from
//! a scan of its bytes. By magic numbers, which each format's specification gives.

use std::path::Path;

use super::sealed;
use crate::base::content::SkipReason;

/// How many bytes of the beginning readers are shown. An ISO image has its
/// mark at 32 KiB.
pub const HEAD: usize = 36 << 10;

/// How many of them [`sniff`] wants to see.
const NEAR: usize = 1024;

/// The reason why content that begins with `head` is not wholly examined by a
/// scan of its bytes; `None` when the bytes are all there is.
pub fn sniff(head: &[u8], path: &Path) -> Option<SkipReason> {
    let whole = head;
    let head = &head[..head.len().min(NEAR)];
    let by_magic = || MAGICS.iter().find(|(_, magic)| head.starts_with(magic));
    sealed::sniff(head)
        .or_else(|| by_magic().map(|(reason, _)| reason.clone()))
        .or_else(|| sniff_checked(whole).map(SkipReason::Container))
        .or_else(|| is_lzma(head, path).then_some(SkipReason::Container("lzma")))
}

const fn packed(format: &'static str) -> SkipReason {
    SkipReason::Container(format)
}

const fn closed(format: &'static str) -> SkipReason {
    SkipReason::Encrypted(format)
}

/// Formats that their first bytes give away. An empty zip (`PK\5\6`) and a
/// plain `ar` or `tar` archive hide nothing and are missing on purpose.
const MAGICS: &[(SkipReason, &[u8])] = &[
    (packed("zip"), b"PK\x03\x04"),
    (packed("zip"), b"PK\x07\x08PK\x03\x04"),
    (packed("gzip"), b"\x1f\x8b\x08"),
    (packed("xz"), b"\xfd7zXZ\0"),
    (packed("zstd"), b"\x28\xb5\x2f\xfd"),
    (packed("lz4"), b"\x04\x22\x4d\x18"),
    (packed("lz4"), b"\x02\x21\x4c\x18"),
    (packed("lzip"), b"LZIP\x01"),
    (packed("lzop"), b"\x89LZO\0\r\n\x1a\n"),
    (packed("snappy"), b"\xff\x06\0\0sNaPpY"),
    (packed("7z"), b"7z\xbc\xaf\x27\x1c"),
    (packed("rar"), b"Rar!\x1a\x07"),
    (packed("cab"), b"MSCF\0\0\0\0"),
    (packed("xar"), b"xar!\0\x1c"),
    (packed("deb"), b"!<arch>\ndebian-binary"),
    (packed("rpm"), b"\xed\xab\xee\xdb"),
    (packed("ole2"), b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
    (packed("git-pack"), b"PACK\0\0\0\x02"),
    (packed("git-pack"), b"PACK\0\0\0\x03"),
    (packed("parquet"), b"PAR1\x15"),
    (closed("parquet"), b"PARE"),
    (closed("age"), b"age-encryption.org/v1\n"),
    (closed("ansible-vault"), b"$ANSIBLE_VAULT;"),
    (closed("git-crypt"), b"\0GITCRYPT\0"),
    (closed("keepass"), b"\x03\xd9\xa2\x9a\x65\xfb\x4b\xb5"),
    (closed("keepass"), b"\x03\xd9\xa2\x9a\x67\xfb\x4b\xb5"),
    (closed("password-safe"), b"PWS3"),
    (closed("luks"), b"LUKS\xba\xbe"),
    (closed("openssl"), b"Salted__"),
    (closed("dmg"), b"encrcdsa"),
    (closed("rpmsg"), b"\x76\xe8\x04\x60\xc4\x11\xe3\x86"),
];

/// Formats whose magic number is short or stands further in.
fn sniff_checked(whole: &[u8]) -> Option<&'static str> {
    let head = &whole[..whole.len().min(NEAR)];
    match head {
        // A level digit, then the digits of pi that begin a block.
        [b'B', b'Z', b'h', b'1'..=b'9', block @ ..] if block.starts_with(b"1AY&SY") => {
            Some("bzip2")
        }
        // No reserved flag, and a code width that exists.
        [0x1f, 0x9d, flags, ..] if flags & 0x60 == 0 && matches!(flags & 0x1f, 9..=16) => {
            Some("compress")
        }
        // A skippable frame with a frame after it.
        [0x50..=0x5f, 0x2a, 0x4d, 0x18, a, b, c, d, rest @ ..] => {
            let length = u32::from_le_bytes([*a, *b, *c, *d]) as usize;
            let after = rest.get(length..)?;
            (after.starts_with(b"\x28\xb5\x2f\xfd")).then_some("zstd")
        }
        // Little-endian, version 4.0.
        [b'h', b's', b'q', b's', ..] if head.get(28..32) == Some(&[4, 0, 0, 0]) => Some("squashfs"),
        // Arrow's blocks of columns are compressed one by one.
        [b'A', b'R', b'R', b'O', b'W', b'1', 0, 0, ..] => {
            let has = |frame: &[u8]| memchr::memmem::find(whole, frame).is_some();
            let is_packed = has(b"\x04\x22\x4d\x18") || has(b"\x28\xb5\x2f\xfd");
            is_packed.then_some("arrow")
        }
        // Readers accept a PDF header anywhere in the first kilobyte, but a
        // text that talks about PDF has it there, too: only after bytes that
        // are no text.
        _ => {
            let at = memchr::memmem::find(head, b"%PDF-")?;
            let is_header = head.get(at + 5).is_some_and(u8::is_ascii_digit);
            let text_before = head[..at].iter().any(u8::is_ascii_alphanumeric);
            (is_header && !text_before).then_some("pdf")
        }
    }
}

/// `.lzma` has no magic number: a plausible header counts only together with the name.
fn is_lzma(head: &[u8], path: &Path) -> bool {
    let named = path
        .extension()
        .is_some_and(|e| e.eq_ignore_ascii_case("lzma") || e.eq_ignore_ascii_case("tlz"));
    named && head.len() >= 13 && head[0] < 9 * 5 * 5 && (head[5..13] == [0xff; 8] || head[12] == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sniffed(head: &[u8]) -> Option<SkipReason> {
        sniff(head, Path::new("file"))
    }

    #[test]
    fn every_magic_is_recognised_whole_and_not_in_part() {
        for (reason, magic) in MAGICS {
            let mut head = magic.to_vec();
            head.extend_from_slice(b"rest");
            assert_eq!(sniffed(&head).as_ref(), Some(reason));
            assert_eq!(sniffed(&magic[..magic.len() - 1]), None, "{reason:?}");
            head.insert(0, b'x');
            assert_eq!(sniffed(&head), None, "{reason:?}");
        }
    }

    #[test]
    fn short_magics_need_more_than_themselves() {
        let cases: [(&[u8], Option<&'static str>); 12] = [
            (b"BZh91AY&SY", Some("bzip2")),
            (b"BZh is a bird", None),
            (b"\x1f\x9d\x90abc", Some("compress")),
            (b"\x1f\x9d\x07abc", None),
            (
                b"\x50\x2a\x4d\x18\x02\0\0\0ab\x28\xb5\x2f\xfd",
                Some("zstd"),
            ),
            (b"\x50\x2a\x4d\x18\xff\xff\xff\xff", None),
            (b"%PDF-1.7\n", Some("pdf")),
            (b"\xef\xbb\xbf\r\n%PDF-2.0", Some("pdf")),
            (b"a file with %PDF-1.7 in it", None),
            (b"%PDF-x", None),
            (b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", None),
            (b"!<arch>\nmember.o/", None),
        ];
        for (head, expected) in cases {
            let found = sniffed(head);
            assert_eq!(found, expected.map(SkipReason::Container), "{head:?}");
        }
    }

    #[test]
    fn lzma_needs_its_name() {
        let head = b"\x5d\0\0\x80\0\xff\xff\xff\xff\xff\xff\xff\xff\0";
        let lzma = sniff(head, Path::new("a.LZMA"));
        assert_eq!(lzma, Some(SkipReason::Container("lzma")));
        assert_eq!(sniff(head, Path::new("a.bin")), None);
        assert_eq!(sniff(b"\x5d", Path::new("a.lzma")), None);
    }

    #[test]
    fn text_and_nothing_are_no_containers() {
        for head in [&b""[..], b"fn main() {}", b"\x7fELF\x02\x01", &[0; 2000]] {
            assert_eq!(sniffed(head), None);
        }
    }
}
