//! Text in the East Asian encodings whose characters may end in an ASCII byte
//! (Shift JIS, GBK and GB 18030, Big5, EUC-KR with its extensions, ISO-2022-JP).
//!
//! Read as raw bytes, such a character's second byte looks like a letter or a
//! backslash. In all other encodings ASCII bytes are ASCII characters, and the
//! raw bytes are as good as the text.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{BIG5, EUC_KR, Encoding, GBK, ISO_2022_JP, SHIFT_JIS};

use super::view::{Segment, Step, View};
use crate::base::decoding::Encoding as Name;

/// Bytes that are looked at to tell the encoding.
const SAMPLE: usize = 64 << 10;

/// Where a long line is cut, once that is safe.
const PIECE: usize = 4 << 10;

/// The view of `bytes` as UTF-8; `None` when they are UTF-8 already, not text,
/// or in an encoding that needs no view.
pub fn decode_legacy(bytes: &[u8]) -> Option<View<'_>> {
    let encoding = detect(bytes)?;
    let mut view = View {
        bytes: Vec::with_capacity(bytes.len() + bytes.len() / 2),
        encoding: label(encoding)?,
        segments: Vec::new(),
        step: Step::Decode(Redecoder { bytes, encoding }),
    };
    let mut at = 0;
    while at < bytes.len() {
        let end = at + piece(&bytes[at..], encoding);
        let (text, _) = encoding.decode_without_bom_handling(&bytes[at..end]);
        view.segments.push(Segment {
            view: view.bytes.len(),
            length: text.len(),
            original: at,
        });
        view.bytes.extend_from_slice(text.as_bytes());
        at = end;
    }
    Some(view)
}

/// The encoding of `bytes`, if it is one that needs a view.
fn detect(bytes: &[u8]) -> Option<&'static Encoding> {
    let escape = memchr::memmem::find(bytes, b"\x1b$");
    let first = match std::str::from_utf8(bytes) {
        Ok(_) => escape?,
        // The end of a window may cut a character.
        Err(error) if error.error_len().is_none() => escape?,
        Err(error) => error.valid_up_to(),
    };
    if memchr::memchr(0, bytes).is_some() {
        return None;
    }
    // From the beginning of the line, lest a character be cut.
    let start = memchr::memrchr(b'\n', &bytes[..first]).map_or(0, |at| at + 1);
    let start = if first - start > SAMPLE / 2 {
        first
    } else {
        start
    };
    let end = bytes.len().min(start + SAMPLE);
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    detector.feed(&bytes[start..end], end == bytes.len());
    let encoding = detector.guess(None, Utf8Detection::Allow);
    label(encoding).map(|_| encoding)
}

fn label(encoding: &'static Encoding) -> Option<Name> {
    [
        (SHIFT_JIS, Name::ShiftJis),
        (GBK, Name::Gbk),
        (BIG5, Name::Big5),
        (EUC_KR, Name::EucKr),
        (ISO_2022_JP, Name::Iso2022Jp),
    ]
    .into_iter()
    .find(|(known, _)| *known == encoding)
    .map(|(_, label)| label)
}

/// Length of the first stretch of `bytes` that can be decoded for itself: a
/// line, or part of a long one.
fn piece(bytes: &[u8], encoding: &'static Encoding) -> usize {
    let line = memchr::memchr(b'\n', bytes).map_or(bytes.len(), |at| at + 1);
    let line = &bytes[..line];
    if encoding == ISO_2022_JP {
        return piece_of_escapes(line);
    }
    if line.len() <= PIECE {
        return line.len();
    }
    // Bytes below this are never the second byte of a character.
    line[PIECE..]
        .iter()
        .position(|&b| b < 0x30)
        .map_or(line.len(), |at| PIECE + at + 1)
}

/// ISO-2022-JP switches character sets: a decoder starts in ASCII, so cuts are
/// safe before the first switch, and after a switch back.
fn piece_of_escapes(line: &[u8]) -> usize {
    match memchr::memchr(0x1b, line) {
        Some(0) => memchr::memmem::find(line, b"\x1b(B").map_or(line.len(), |at| at + 3),
        Some(at) => at.min(PIECE),
        None => line.len().min(PIECE),
    }
}

/// Finds offsets inside a stretch by decoding it once more.
#[derive(Debug)]
pub(super) struct Redecoder<'a> {
    bytes: &'a [u8],
    encoding: &'static Encoding,
}

impl Redecoder<'_> {
    /// How far into the original of `segment` its text's byte `inside` comes from.
    pub(super) fn locate(&self, segment: Segment, inside: usize) -> usize {
        let mut found = None;
        let end = self.each(segment, |character| {
            let hit = inside < character.end;
            if hit {
                found = Some(character.original);
            }
            hit
        });
        found.unwrap_or(end)
    }

    /// How many bytes of text come before the first character that begins at
    /// or after `original`, counted inside the segment.
    pub(super) fn count(&self, segment: Segment, original: usize) -> usize {
        let mut found = None;
        self.each(segment, |character| {
            let hit = character.original >= original;
            if hit {
                found = Some(character.start);
            }
            hit
        });
        found.unwrap_or(segment.length)
    }

    /// Calls `visit` with each character of `segment` until it returns true,
    /// and returns the length of the original that was read.
    fn each(&self, segment: Segment, mut visit: impl FnMut(Character) -> bool) -> usize {
        let mut decoder = self.encoding.new_decoder_without_bom_handling();
        let bytes = &self.bytes[segment.original..];
        let bytes = &bytes[..piece(bytes, self.encoding)];
        let mut out = [0_u8; 32];
        let (mut pending, mut start) = (0, 0);
        for (index, byte) in bytes.iter().enumerate() {
            let last = index + 1 == bytes.len();
            let (_, _, written, _) = decoder.decode_to_utf8(&[*byte], &mut out, last);
            let text = std::str::from_utf8(&out[..written]).unwrap_or_default();
            let mut characters = text.chars().peekable();
            while let Some(character) = characters.next() {
                // A byte that cannot end a character is one of its own.
                let alone = characters.peek().is_none() && character.is_ascii();
                let original = if alone { index } else { pending };
                let end = start + character.len_utf8();
                if visit(Character {
                    original,
                    start,
                    end,
                }) {
                    return index;
                }
                start = end;
            }
            if written > 0 {
                pending = index + 1;
            }
        }
        bytes.len()
    }
}

/// One decoded character of a segment.
struct Character {
    /// Where its bytes begin in the original.
    original: usize,
    /// Where its text begins and ends.
    start: usize,
    end: usize,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A text in each encoding, long enough to be told apart.
    const TEXTS: &[(&Encoding, &str)] = &[
        (
            SHIFT_JIS,
            "パスワードを入力してください。表示能力と予定表、ソースコードの説明です。",
        ),
        (
            GBK,
            "请输入您的密码。这个文件包含系统的配置信息,不要发送给其他人。",
        ),
        (
            BIG5,
            "請輸入您的密碼。這個檔案包含系統的設定資訊,不要傳送給其他人。",
        ),
        (
            EUC_KR,
            "비밀번호를 입력하십시오. 이 파일에는 시스템의 설정 정보가 들어 있습니다.",
        ),
        (
            ISO_2022_JP,
            "パスワードを入力してください。表示能力と予定表、ソースコードの説明です。",
        ),
    ];

    fn encoded(encoding: &'static Encoding, text: &str) -> Vec<u8> {
        encoding.encode(text).0.into_owned()
    }

    #[test]
    fn texts_are_told_apart_and_offsets_lead_back() {
        for (encoding, text) in TEXTS {
            let text = format!("# {text}\nname = \"{text} plain {text}\"\nend of it\n");
            let bytes = encoded(encoding, &text);
            let view = decode_legacy(&bytes).expect("a legacy encoding");
            assert_eq!(Some(view.encoding), label(encoding));
            assert_eq!(String::from_utf8_lossy(&view.bytes), text);
            for (word, count) in [("name = \"", 1), (" plain ", 1), ("end of it", 1)] {
                let at: Vec<usize> = text.match_indices(word).map(|(at, _)| at).collect();
                assert_eq!(at.len(), count);
                let span = view.span_to_original(at[0]..at[0] + word.len());
                // Escapes to and from ASCII stand at the edges of a word.
                let found = String::from_utf8_lossy(&bytes[span.clone()]);
                let trimmed = found
                    .trim_end_matches("\u{1b}$B")
                    .trim_start_matches("\u{1b}(B");
                assert_eq!(trimmed, word, "{}", encoding.name());
                let back = view.from_original(span.start);
                assert!(back <= at[0] + 1 && back >= at[0], "{}", encoding.name());
            }
        }
    }

    #[test]
    fn what_needs_no_view_has_none() {
        let latin = encoded(
            encoding_rs::WINDOWS_1252,
            "Le mot de passe est caché à côté.",
        );
        let utf8 = "パスワードを入力してください".as_bytes();
        let with_nul = [&encoded(SHIFT_JIS, TEXTS[0].1)[..], b"\0"].concat();
        for bytes in [
            &latin[..],
            utf8,
            &utf8[..utf8.len() - 1],
            b"plain",
            b"",
            &with_nul,
        ] {
            assert!(decode_legacy(bytes).is_none(), "{bytes:?}");
        }
    }

    #[test]
    fn a_long_line_is_decoded_in_pieces_without_a_seam() {
        for (encoding, text) in TEXTS {
            let text = format!("{text} ").repeat(300);
            let bytes = encoded(encoding, &text);
            let view = decode_legacy(&bytes).expect("a legacy encoding");
            assert!(view.segments.len() > 1, "{}", encoding.name());
            assert_eq!(String::from_utf8_lossy(&view.bytes), text);
        }
    }

    proptest! {
        #[test]
        fn any_bytes_decode_without_panic_and_map_in_order(
            noise in proptest::collection::vec(1..=255_u8, 0..300),
            which in 0..TEXTS.len(),
        ) {
            let (encoding, text) = TEXTS[which];
            let mut bytes = encoded(encoding, &text.repeat(4));
            bytes.push(b'\n');
            bytes.extend_from_slice(&noise);
            if let Some(view) = decode_legacy(&bytes) {
                let mut previous = 0;
                for offset in 0..=view.bytes.len() {
                    let original = view.to_original(offset);
                    prop_assert!(original >= previous && original <= bytes.len());
                    previous = original;
                }
                for original in 0..=bytes.len() {
                    prop_assert!(view.from_original(original) <= view.bytes.len());
                }
            }
        }
    }
}
