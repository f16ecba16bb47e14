//! Fonts of PDF, as far as text needs them: what codes stand for, and how wide
//! they are (ISO 32000-2 §9.6 and §9.7).

use std::collections::HashMap;

use encoding_rs::{BIG5, EUC_JP, EUC_KR, Encoding, GBK, SHIFT_JIS};

use super::cmap::{CMap, number, wide};
use super::file::File;
use super::glyph::{Base, HELVETICA, TIMES, text_of};
use super::lex::{Dict, Object};

/// Most widths that are kept of a font.
const MOST: usize = 1 << 16;

/// A font.
#[derive(Debug)]
pub(super) struct Font {
    codes: Codes,
    unicode: Option<CMap>,
    widths: HashMap<u32, f64>,
    default: f64,
    /// Width of a unit of `widths`.
    pub(super) unit: f64,
    /// Widths of a font that every program knows.
    known: Option<&'static [u16; 95]>,
}

#[derive(Debug)]
enum Codes {
    /// One byte each, with its text.
    Simple(Vec<Option<Box<str>>>),
    /// Two bytes, without a meaning of their own.
    Pairs,
    /// UTF-16.
    Wide,
    /// An encoding of East Asia.
    Legacy(&'static Encoding),
    /// As a map says.
    Mapped(CMap),
}

/// One code of a string.
pub(super) struct Glyph<'f> {
    pub(super) text: Text<'f>,
    /// In units of the font.
    pub(super) width: f64,
    /// True for the single byte 32, to which word spacing applies.
    pub(super) is_space: bool,
}

/// What a glyph says.
pub(super) enum Text<'f> {
    Known(&'f str),
    Made(String),
}

impl Text<'_> {
    pub(super) fn as_str(&self) -> &str {
        match self {
            Text::Known(text) => text,
            Text::Made(text) => text,
        }
    }
}

impl Font {
    /// The font that `dict` describes.
    pub(super) fn read(file: &File<'_>, dict: &Dict) -> Font {
        let unicode = stream(file, dict, "ToUnicode").map(|bytes| CMap::parse(&bytes));
        let mut font = Font {
            codes: Codes::Pairs,
            unicode,
            widths: HashMap::new(),
            default: 0.5,
            unit: 0.001,
            known: None,
        };
        if dict.is("Subtype", "Type0") {
            font.composite(file, dict);
        } else {
            font.simple(file, dict);
        }
        font
    }

    fn simple(&mut self, file: &File<'_>, dict: &Dict) {
        let encoding = file.get(dict, "Encoding");
        let name = match &encoding {
            Some(Object::Name(name)) => Base::of(name),
            Some(Object::Dict(dict)) => dict.name("BaseEncoding").and_then(Base::of),
            _ => None,
        };
        let base = name.unwrap_or(if dict.is("Subtype", "TrueType") {
            Base::WinAnsi
        } else {
            Base::Standard
        });
        let mut codes: Vec<Option<Box<str>>> = (0..=255_u8)
            .map(|code| base.character(code).map(|c| c.to_string().into()))
            .collect();
        if let Some(Object::Dict(encoding)) = &encoding
            && let Some(differences) = file.get(encoding, "Differences")
        {
            apply(&mut codes, differences.elements());
        }
        self.codes = Codes::Simple(codes);
        let first = file
            .get(dict, "FirstChar")
            .and_then(|o| o.count())
            .unwrap_or(0);
        let widths = file.get(dict, "Widths").unwrap_or(Object::Null);
        for (index, width) in widths.elements().iter().enumerate().take(256) {
            if let Some(width) = file.resolve(width).number() {
                self.widths.insert((first + index) as u32, width);
            }
        }
        self.default = 500.0;
        if self.widths.is_empty() {
            let name = dict.name("BaseFont").unwrap_or_default();
            let has = |part: &[u8]| memchr::memmem::find(name, part).is_some();
            if has(b"Courier") || has(b"Mono") {
                self.default = 600.0;
            } else if has(b"Times") || has(b"Serif") {
                self.known = Some(&TIMES);
            } else {
                self.known = Some(&HELVETICA);
            }
        }
        let matrix = file.get(dict, "FontMatrix").unwrap_or(Object::Null);
        if let Some(scale) = matrix.elements().first().and_then(Object::number) {
            self.unit = scale.abs();
        }
    }

    fn composite(&mut self, file: &File<'_>, dict: &Dict) {
        self.codes = match file.get(dict, "Encoding") {
            Some(Object::Name(name)) => named(&name),
            Some(Object::Dict(_)) => stream(file, dict, "Encoding")
                .map_or(Codes::Pairs, |bytes| Codes::Mapped(CMap::parse(&bytes))),
            _ => Codes::Pairs,
        };
        self.default = 1000.0;
        let inner = file.get(dict, "DescendantFonts").unwrap_or(Object::Null);
        let inner = inner.elements().first().map(|inner| file.resolve(inner));
        let Some(Object::Dict(inner)) = inner else {
            return;
        };
        if let Some(width) = file.get(&inner, "DW").and_then(|width| width.number()) {
            self.default = width;
        }
        let widths = file.get(&inner, "W").unwrap_or(Object::Null);
        self.composite_widths(file, widths.elements());
    }

    /// `first [w w w]` and `first last w`.
    fn composite_widths(&mut self, file: &File<'_>, widths: &[Object]) {
        let mut at = 0;
        while let (Some(first), Some(second)) = (widths.get(at), widths.get(at + 1)) {
            let first = first.count().unwrap_or(0) as u32;
            let second = file.resolve(second);
            if let Object::Array(widths) = &second {
                for (index, width) in widths.iter().enumerate() {
                    self.set_width(first.saturating_add(index as u32), width.number());
                }
                at += 2;
                continue;
            }
            let last = second.count().unwrap_or(0) as u32;
            let width = widths.get(at + 2).and_then(Object::number);
            for code in first..=last.min(first.saturating_add(MOST as u32)) {
                self.set_width(code, width);
            }
            at += 3;
        }
    }

    fn set_width(&mut self, code: u32, width: Option<f64>) {
        if let Some(width) = width.filter(|_| self.widths.len() < MOST) {
            self.widths.insert(code, width);
        }
    }

    /// The first glyph of `string`, and its length in bytes.
    pub(super) fn next<'f>(&'f self, string: &[u8]) -> (Glyph<'f>, usize) {
        let length = match &self.codes {
            Codes::Simple(_) => 1,
            Codes::Pairs => 2,
            Codes::Wide => match string {
                [0xD8..=0xDB, ..] => 4,
                _ => 2,
            },
            Codes::Legacy(encoding) => length_of(encoding, string),
            Codes::Mapped(map) => map.length(string).unwrap_or(2),
        };
        let length = length.clamp(1, string.len().max(1));
        let bytes = &string[..length.min(string.len())];
        let code = number(bytes);
        let width = self.widths.get(&code).copied();
        let known = self
            .known
            .zip((code as usize).checked_sub(32))
            .and_then(|(known, at)| known.get(at))
            .map(|width| f64::from(*width));
        let glyph = Glyph {
            text: self.text(code, bytes),
            width: width.or(known).unwrap_or(self.default),
            is_space: bytes == [32],
        };
        (glyph, length)
    }

    fn text(&self, code: u32, bytes: &[u8]) -> Text<'_> {
        if let Some(text) = self.unicode.as_ref().and_then(|map| map.text(code)) {
            return Text::Known(text);
        }
        match &self.codes {
            Codes::Simple(texts) => match texts.get(code as usize) {
                Some(Some(text)) => Text::Known(text),
                _ => Text::Known(""),
            },
            Codes::Wide => Text::Made(wide(bytes)),
            Codes::Legacy(encoding) => {
                Text::Made(encoding.decode_without_bom_handling(bytes).0.into_owned())
            }
            // Without any map the code is taken for a character, which it
            // often is; nothing better is known.
            Codes::Pairs | Codes::Mapped(_) => {
                let c = char::from_u32(code).filter(|c| !c.is_control());
                Text::Made(c.map(String::from).unwrap_or_default())
            }
        }
    }
}

/// Puts `[code /name /name code /name ...]` into an encoding.
fn apply(codes: &mut [Option<Box<str>>], differences: &[Object]) {
    let mut code = 0;
    for object in differences {
        match object {
            Object::Name(name) => {
                if let Some(slot) = codes.get_mut(code) {
                    // A name that says nothing leaves the code as it is.
                    if let Some(text) = text_of(name) {
                        *slot = Some(text.into());
                    } else if slot.is_none()
                        && let Ok(byte @ 32..=126) = u8::try_from(code)
                    {
                        *slot = Some(char::from(byte).to_string().into());
                    }
                }
                code += 1;
            }
            other => code = other.count().unwrap_or(code),
        }
    }
}

/// The encoding that a name stands for.
fn named(name: &[u8]) -> Codes {
    let has = |part: &[u8]| memchr::memmem::find(name, part).is_some();
    if has(b"UCS2") || has(b"UTF16") {
        Codes::Wide
    } else if has(b"RKSJ") {
        Codes::Legacy(SHIFT_JIS)
    } else if has(b"GBK") || has(b"GBpc") || has(b"GB-EUC") {
        Codes::Legacy(GBK)
    } else if has(b"B5") || has(b"ETen") {
        Codes::Legacy(BIG5)
    } else if has(b"KSC") {
        Codes::Legacy(EUC_KR)
    } else if name == b"EUC-H" || name == b"EUC-V" {
        Codes::Legacy(EUC_JP)
    } else {
        Codes::Pairs
    }
}

fn length_of(encoding: &'static Encoding, string: &[u8]) -> usize {
    match string.first() {
        Some(0xA1..=0xDF) if encoding == SHIFT_JIS => 1,
        Some(0x80..) => 2,
        _ => 1,
    }
}

/// The content of the stream that `key` leads to.
fn stream(file: &File<'_>, dict: &Dict, key: &str) -> Option<Vec<u8>> {
    let Object::Ref(number) = dict.get(key)? else {
        return None;
    };
    let loaded = file.load(*number)?;
    let stream = loaded.stream.as_ref()?;
    Some(file.content(loaded.object.dict()?, stream))
}
