//! Control words, groups and characters of RTF, sorted into texts.

use std::collections::HashMap;

use encoding_rs::{Encoding, WINDOWS_1252};

use super::encoding::{character_set, code_page};
use crate::base::content::SkipReason;
use crate::extract::budget::Budget;

/// Groups inside each other; the text of deeper ones is told with the one around.
const DEEP: usize = 512;
/// Headers, notes and fields that have text of their own.
const ASIDES: usize = 100_000;

/// Where the text of a group goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Goal {
    /// Into the text that is open.
    Text,
    /// Nowhere: tables of fonts, colours and styles.
    Nothing,
    /// Hexadecimal digits of something embedded.
    Object,
    Fonts,
}

#[derive(Clone, Copy, Debug)]
struct Group {
    goal: Goal,
    /// Characters that stand in for one in Unicode.
    fallback: usize,
    encoding: &'static Encoding,
    /// True when an aside ends with the group.
    ends_aside: bool,
}

/// Text beside the body, with what it is called.
pub(super) type Aside = (String, Vec<u8>);

/// Everything that was read.
pub(super) struct Texts {
    pub(super) body: Vec<u8>,
    pub(super) asides: Vec<Aside>,
    /// Hexadecimal digits of what is embedded.
    pub(super) objects: Vec<Vec<u8>>,
}

pub(super) struct Reader<'r, 'b> {
    bytes: &'r [u8],
    budget: &'r Budget<'b>,
    at: usize,
    groups: Vec<Group>,
    deeper: usize,
    body: Vec<u8>,
    open: Vec<Aside>,
    asides: Vec<Aside>,
    objects: Vec<Vec<u8>>,
    /// Bytes in the group's encoding that are not decoded yet.
    coded: Vec<u8>,
    /// Characters that are passed over, for the Unicode one before.
    passed: usize,
    high: Option<u16>,
    fonts: HashMap<i32, &'static Encoding>,
    font: i32,
    /// The next control word begins a group that may be passed over.
    optional: bool,
}

impl<'r, 'b> Reader<'r, 'b> {
    pub(super) fn new(bytes: &'r [u8], budget: &'r Budget<'b>) -> Reader<'r, 'b> {
        Reader {
            bytes,
            budget,
            at: 0,
            groups: vec![Group {
                goal: Goal::Text,
                fallback: 1,
                encoding: WINDOWS_1252,
                ends_aside: false,
            }],
            deeper: 0,
            body: Vec::new(),
            open: Vec::new(),
            asides: Vec::new(),
            objects: Vec::new(),
            coded: Vec::new(),
            passed: 0,
            high: None,
            fonts: HashMap::new(),
            font: 0,
            optional: false,
        }
    }

    fn group(&mut self) -> &mut Group {
        let last = self.groups.len() - 1;
        &mut self.groups[last]
    }

    /// True when every group that was opened was closed.
    pub(super) fn is_closed(&self) -> bool {
        self.groups.len() <= 1
    }

    /// What was read.
    pub(super) fn texts(mut self) -> Texts {
        while let Some(aside) = self.open.pop() {
            self.asides.push(aside);
        }
        Texts {
            body: self.body,
            asides: self.asides,
            objects: self.objects,
        }
    }

    /// Reads to the end.
    ///
    /// # Errors
    /// When a limit is reached.
    pub(super) fn run(&mut self) -> Result<(), SkipReason> {
        let mut steps = 0_u32;
        while let Some(&byte) = self.bytes.get(self.at) {
            self.at += 1;
            steps = steps.wrapping_add(1);
            if steps.is_multiple_of(1 << 16) {
                self.budget.alive()?;
            }
            match byte {
                b'{' => self.enter(),
                b'}' => self.leave(),
                b'\\' => self.control(),
                b'\r' | b'\n' => {}
                _ => self.plain(),
            }
        }
        self.settle();
        Ok(())
    }

    fn enter(&mut self) {
        self.settle();
        self.passed = 0;
        if self.groups.len() >= DEEP {
            self.deeper += 1;
            return;
        }
        let group = *self.group();
        self.groups.push(Group {
            ends_aside: false,
            ..group
        });
    }

    fn leave(&mut self) {
        self.settle();
        self.passed = 0;
        self.optional = false;
        if let Some(deeper) = self.deeper.checked_sub(1) {
            self.deeper = deeper;
            return;
        }
        if self.groups.len() > 1
            && let Some(group) = self.groups.pop()
            && group.ends_aside
            && let Some(aside) = self.open.pop()
        {
            self.asides.push(aside);
        }
    }

    /// Plain characters up to the next sign.
    fn plain(&mut self) {
        let start = self.at - 1;
        let is_sign = |b: &u8| matches!(b, b'{' | b'}' | b'\\' | b'\r' | b'\n');
        let length = self.bytes[start..].iter().position(is_sign);
        let end = length.map_or(self.bytes.len(), |length| start + length);
        self.at = end;
        let skipped = self.passed.min(end - start);
        self.passed -= skipped;
        let text = &self.bytes[start + skipped..end];
        match self.group().goal {
            Goal::Text => self.coded.extend_from_slice(text),
            Goal::Object => {
                if let Some(object) = self.objects.last_mut() {
                    object.extend_from_slice(text);
                }
            }
            Goal::Nothing | Goal::Fonts => {}
        }
    }

    fn control(&mut self) {
        let Some(&sign) = self.bytes.get(self.at) else {
            return;
        };
        if !sign.is_ascii_alphabetic() {
            self.at += 1;
            return self.symbol(sign);
        }
        let rest = &self.bytes[self.at..];
        let letters = rest
            .iter()
            .take(32)
            .take_while(|b| b.is_ascii_alphabetic())
            .count();
        let word = &rest[..letters];
        let mut end = letters;
        let negative = rest.get(end) == Some(&b'-');
        end += usize::from(negative);
        let digits = rest[end..]
            .iter()
            .take(10)
            .take_while(|b| b.is_ascii_digit())
            .count();
        let number = std::str::from_utf8(&rest[end..end + digits]).ok();
        let number = number.and_then(|digits| digits.parse::<i32>().ok());
        let number = number.map(|number| if negative { -number } else { number });
        end += digits;
        end += usize::from(rest.get(end) == Some(&b' '));
        self.at += end;
        self.word(word, number);
    }

    fn symbol(&mut self, sign: u8) {
        match sign {
            b'\'' => {
                let hex = self.bytes.get(self.at..self.at + 2);
                let code = hex.and_then(|hex| std::str::from_utf8(hex).ok());
                let code = code.and_then(|hex| u8::from_str_radix(hex, 16).ok());
                let Some(code) = code else { return };
                self.at += 2;
                if self.passed > 0 {
                    self.passed -= 1;
                } else if self.group().goal == Goal::Text {
                    self.coded.push(code);
                }
            }
            b'*' => self.optional = true,
            b'~' => self.put(" "),
            b'_' => self.put("-"),
            b'{' | b'}' | b'\\' => {
                if self.passed > 0 {
                    self.passed -= 1;
                } else if self.group().goal == Goal::Text {
                    self.coded.push(sign);
                }
            }
            b'\r' | b'\n' => self.put("\n"),
            _ => {}
        }
    }

    fn word(&mut self, word: &[u8], number: Option<i32>) {
        let optional = std::mem::take(&mut self.optional);
        match word {
            b"u" => self.unicode(number.unwrap_or(0)),
            b"uc" => {
                self.group().fallback = usize::try_from(number.unwrap_or(1)).unwrap_or(1).min(16);
            }
            b"bin" => self.binary(usize::try_from(number.unwrap_or(0)).unwrap_or(0)),
            b"par" | b"line" | b"sect" | b"row" | b"softline" => self.put("\n"),
            b"page" | b"softpage" => self.put("\n\x0c\n"),
            b"tab" | b"cell" | b"nestcell" => self.put("\t"),
            b"emdash" => self.put("\u{2014}"),
            b"endash" => self.put("\u{2013}"),
            b"lquote" => self.put("\u{2018}"),
            b"rquote" => self.put("\u{2019}"),
            b"ldblquote" => self.put("\u{201c}"),
            b"rdblquote" => self.put("\u{201d}"),
            b"bullet" => self.put("\u{2022}"),
            b"emspace" | b"enspace" | b"qmspace" => self.put(" "),
            b"ansicpg" => {
                let encoding = code_page(number.unwrap_or(0));
                for group in &mut self.groups {
                    group.encoding = encoding;
                }
            }
            b"pca" | b"pc" | b"mac" => {
                let is_mac = word == b"mac";
                self.group().encoding = if is_mac {
                    encoding_rs::MACINTOSH
                } else {
                    encoding_rs::IBM866
                };
            }
            b"f" => self.font(number.unwrap_or(0)),
            b"fcharset" => {
                if let Some(encoding) = character_set(number.unwrap_or(0)) {
                    self.fonts.insert(self.font, encoding);
                }
            }
            _ => self.destination(word, optional),
        }
    }

    fn font(&mut self, number: i32) {
        if self.group().goal == Goal::Fonts {
            self.font = number;
        } else if let Some(&encoding) = self.fonts.get(&number) {
            self.settle();
            self.group().encoding = encoding;
        }
    }

    /// A word that says where the group's text goes.
    fn destination(&mut self, word: &[u8], optional: bool) {
        match word {
            b"fonttbl" => self.group().goal = Goal::Fonts,
            b"colortbl"
            | b"stylesheet"
            | b"listtable"
            | b"listoverridetable"
            | b"rsidtbl"
            | b"generator"
            | b"xmlnstbl"
            | b"latentstyles"
            | b"themedata"
            | b"colorschememapping"
            | b"revtbl"
            | b"pgptbl"
            | b"blipuid"
            | b"pnseclvl"
            | b"ftnsep"
            | b"ftnsepc"
            | b"aftnsep"
            | b"aftnsepc"
            | b"mmathPr"
            | b"wgrffmtfilter" => self.group().goal = Goal::Nothing,
            b"objdata" | b"pict" | b"datastore" => {
                self.group().goal = Goal::Object;
                self.objects.push(Vec::new());
            }
            b"header" | b"headerl" | b"headerr" | b"headerf" => self.aside("header"),
            b"footer" | b"footerl" | b"footerr" | b"footerf" => self.aside("footer"),
            b"footnote" => self.aside("footnotes"),
            b"annotation" => self.aside("comments"),
            b"shptxt" | b"do" | b"txe" | b"xe" | b"tc" => self.aside("boxes"),
            b"sv" | b"sn" => self.aside("shapes"),
            b"info" | b"userprops" => self.group().goal = Goal::Text,
            b"title" | b"subject" | b"author" | b"manager" | b"company" | b"operator"
            | b"category" | b"keywords" | b"comment" | b"doccomm" | b"hlinkbase" | b"propname"
            | b"staticval" | b"linkval" => {
                self.aside(&format!("properties {}", String::from_utf8_lossy(word)));
            }
            b"fldinst" | b"docvar" | b"atnauthor" | b"bkmkstart" | b"bkmkend" | b"formfield"
            | b"ffdeftext" | b"ffl" | b"ffhelptext" | b"ffstattext" | b"falt" | b"xmlattrname"
            | b"xmlattrvalue" => self.aside("fields"),
            // An unknown group may hold anything; it stays apart from the text.
            _ if optional => self.aside("other"),
            _ => {}
        }
    }

    fn aside(&mut self, name: &str) {
        self.settle();
        if self.group().ends_aside || self.groups.len() < 2 {
            if let Some(open) = self.open.last_mut() {
                name.clone_into(&mut open.0);
            }
            return;
        }
        if self.group().goal == Goal::Nothing || self.open.len() + self.asides.len() >= ASIDES {
            return;
        }
        self.group().goal = Goal::Text;
        self.group().ends_aside = true;
        self.open.push((name.to_owned(), Vec::new()));
    }

    fn unicode(&mut self, number: i32) {
        self.passed = self.group().fallback;
        if self.group().goal != Goal::Text {
            return;
        }
        self.decode();
        // Written as a signed number.
        let unit = number.rem_euclid(0x1_0000) as u16;
        if let Some(high) = self.high.take()
            && let Some(Ok(c)) = char::decode_utf16([high, unit]).next()
        {
            return self.write(c.encode_utf8(&mut [0; 4]).as_bytes());
        }
        match unit {
            0xD800..0xDC00 => self.high = Some(unit),
            _ => {
                if let Some(c) = char::from_u32(unit.into()) {
                    self.write(c.encode_utf8(&mut [0; 4]).as_bytes());
                }
            }
        }
    }

    fn binary(&mut self, length: usize) {
        let end = self.at.saturating_add(length).min(self.bytes.len());
        if self.group().goal == Goal::Object
            && let Some(object) = self.objects.last_mut()
        {
            // Hexadecimal digits like the rest, so that one rule reads both.
            for byte in &self.bytes[self.at..end] {
                object.extend_from_slice(format!("{byte:02x}").as_bytes());
            }
        }
        self.at = end;
    }

    fn put(&mut self, text: &str) {
        if self.group().goal == Goal::Text {
            self.settle();
            self.write(text.as_bytes());
        }
    }

    /// Decodes what is waiting; a character of the group ends here.
    fn settle(&mut self) {
        self.high = None;
        self.decode();
    }

    fn decode(&mut self) {
        if self.coded.is_empty() {
            return;
        }
        let coded = std::mem::take(&mut self.coded);
        if coded.is_ascii() {
            self.write(&coded);
        } else {
            let (text, _) = self.group().encoding.decode_without_bom_handling(&coded);
            self.write(text.as_bytes());
        }
    }

    fn write(&mut self, text: &[u8]) {
        match self.open.last_mut() {
            Some(aside) => aside.1.extend_from_slice(text),
            None => self.body.extend_from_slice(text),
        }
    }
}
