//! Rich Text Format (Microsoft's specification 1.9): text of body, headers,
//! notes and fields, the information group, and embedded objects.

use std::collections::HashMap;

use encoding_rs::{Encoding, WINDOWS_1252};

use super::rtf_object;
use crate::base::content::SkipReason;
use crate::extract::budget::Budget;
use crate::extract::draft::{Draft, Gap};
use crate::extract::part::{Blob, Extractor, Head, Needs, YieldPart};

/// The reader of RTF.
#[derive(Debug)]
pub(crate) struct Rtf;

const NAME: &str = "rtf";
/// Groups inside each other; the text of deeper ones is told with the one around.
const DEEP: usize = 512;
/// Headers, notes and fields that have text of their own.
const ASIDES: usize = 100_000;

impl Extractor for Rtf {
    fn name(&self) -> &'static str {
        NAME
    }

    fn accepts(&self, head: &Head<'_>) -> bool {
        let bytes = head
            .bytes
            .strip_prefix(b"\xef\xbb\xbf")
            .unwrap_or(head.bytes);
        bytes.first() == Some(&b'{') && bytes.starts_with(b"{\\rt")
    }

    fn needs(&self) -> Needs {
        Needs::Seek
    }

    fn extract(
        &self,
        blob: &mut Blob<'_>,
        budget: &Budget<'_>,
        yield_part: &mut YieldPart<'_>,
    ) -> Result<(), SkipReason> {
        let bytes = blob.whole(budget, NAME)?;
        // The text is held as well until its end.
        let _held = budget.reserve(2 * bytes.len() as u64)?;
        let mut reader = Reader::new(&bytes, budget);
        let done = reader.run();
        let whole = reader.groups.len() <= 1;
        let mut draft = Draft::new(budget, yield_part);
        reader.hand_out(&mut draft);
        draft.finish()?;
        done?;
        if whole {
            Ok(())
        } else {
            Err(SkipReason::Damaged(NAME))
        }
    }
}

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
type Aside = (String, Vec<u8>);

struct Reader<'r, 'b> {
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
    fn new(bytes: &'r [u8], budget: &'r Budget<'b>) -> Reader<'r, 'b> {
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

    fn run(&mut self) -> Result<(), SkipReason> {
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
            b"u" => return self.unicode(number.unwrap_or(0)),
            b"uc" => {
                self.group().fallback = usize::try_from(number.unwrap_or(1)).unwrap_or(1).min(16)
            }
            b"bin" => return self.binary(usize::try_from(number.unwrap_or(0)).unwrap_or(0)),
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
            b"fldinst" => self.aside("fields"),
            b"shptxt" | b"do" | b"txe" | b"xe" | b"tc" => self.aside("boxes"),
            b"sv" | b"sn" => self.aside("shapes"),
            b"info" | b"userprops" => self.group().goal = Goal::Text,
            b"title" | b"subject" | b"author" | b"manager" | b"company" | b"operator"
            | b"category" | b"keywords" | b"comment" | b"doccomm" | b"hlinkbase" | b"propname"
            | b"staticval" | b"linkval" => {
                self.aside(&format!("properties {}", String::from_utf8_lossy(word)));
            }
            b"docvar" | b"atnauthor" | b"bkmkstart" | b"bkmkend" | b"formfield" | b"ffdeftext"
            | b"ffl" | b"ffhelptext" | b"ffstattext" | b"falt" | b"xmlattrname"
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
        let unit = number as u16;
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

    fn hand_out(mut self, draft: &mut Draft<'_, '_>) {
        draft.begin("body");
        lines(&self.body, draft);
        while let Some(aside) = self.open.pop() {
            self.asides.push(aside);
        }
        let order = |name: &str| name.split(' ').next().unwrap_or_default().to_owned();
        self.asides.sort_by_key(|(name, _)| order(name));
        let mut current = String::new();
        let mut property = String::new();
        for (name, text) in &self.asides {
            let (part, field) = name.split_once(' ').unwrap_or((name, ""));
            if part != current {
                part.clone_into(&mut current);
                draft.begin(part);
            }
            let text = text.trim_ascii();
            match field {
                "" => lines(text, draft),
                "propname" => property = String::from_utf8_lossy(text).into_owned(),
                "staticval" | "linkval" => draft.field(&property, &String::from_utf8_lossy(text)),
                field => draft.field(field, &String::from_utf8_lossy(text)),
            }
            draft.gap(Gap::Line);
        }
        for (nth, digits) in self.objects.iter().enumerate() {
            let bytes = rtf_object::content(digits);
            if !bytes.is_empty() {
                draft.blob(&format!("object {}", nth + 1), &bytes);
            }
        }
    }
}

fn lines(text: &[u8], draft: &mut Draft<'_, '_>) {
    for line in text.split(|b| *b == b'\n') {
        draft.push(line);
        draft.gap(Gap::Line);
    }
}

/// The encoding of a code page of Windows.
fn code_page(number: i32) -> &'static Encoding {
    match number {
        65001 => encoding_rs::UTF_8,
        932 => encoding_rs::SHIFT_JIS,
        936 => encoding_rs::GBK,
        949 => encoding_rs::EUC_KR,
        950 => encoding_rs::BIG5,
        10000 => encoding_rs::MACINTOSH,
        866 => encoding_rs::IBM866,
        874 => encoding_rs::WINDOWS_874,
        _ => Encoding::for_label(format!("windows-{number}").as_bytes()).unwrap_or(WINDOWS_1252),
    }
}

/// The encoding of a font's character set.
fn character_set(number: i32) -> Option<&'static Encoding> {
    Some(code_page(match number {
        0 => 1252,
        77 => 10000,
        128 => 932,
        129 => 949,
        134 => 936,
        136 => 950,
        161 => 1253,
        162 => 1254,
        163 => 1258,
        177 => 1255,
        178 => 1256,
        186 => 1257,
        204 => 1251,
        222 => 874,
        238 => 1250,
        _ => return None,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::markup::testing::told;

    fn read(text: &str) -> String {
        told(&Rtf, text.as_bytes()).0
    }

    #[test]
    fn text_is_read_through_formatting() {
        for (rtf, text) in [
            (r"{\rtf1\ansi AK{\b IA}\i0 x\par y}", "[body]\nAKIAx\ny\n"),
            (
                r"{\rtf1\ansi{\fonttbl{\f0 Arial;}}\f0 a\{b\}\\c\~d\_e\-f}",
                "[body]\na{b}\\c d-ef\n",
            ),
            (
                r"{\rtf1\ansi\ansicpg1251 \'cf\'e0\u1088?\u-10179?\u-8704?}",
                "[body]\nПар😀\n",
            ),
            (
                r"{\rtf1{\fonttbl{\f1\fcharset128 M;}}\f1\'8a\'bf}",
                "[body]\n漢\n",
            ),
            (r"{\rtf1\uc2 a\u233\'65\'65b}", "[body]\naéb\n"),
            (
                r"{\rtf1 password\cell value\cell\row}",
                "[body]\npassword\tvalue\t\n",
            ),
            (r"{\rtf1 one\pict 00}", "[body]\none\n"),
        ] {
            let end = |text: &str| text.replace("\t\n", "\n");
            assert_eq!(
                end(&read(rtf)).split('<').next().unwrap(),
                end(text),
                "{rtf}"
            );
        }
    }

    #[test]
    fn headers_notes_fields_and_properties_are_parts() {
        let rtf = r"{\rtf1{\info{\title A}{\*\userprops {\propname Level}\proptype30{\staticval high}}}{\header SECRET}a{\footnote note}b{\field{\*\fldinst HYPERLINK https://x}{\fldrslt here}}}";
        assert_eq!(
            read(rtf),
            "[body]\nabhere\n[fields]\nHYPERLINK https://x\n[footnotes]\nnote\n[header]\nSECRET\n[properties]\ntitle: A\nLevel: high\n"
        );
    }

    #[test]
    fn objects_are_handed_out() {
        let digits: String = b"PK\x03\x04".iter().map(|b| format!("{b:02x}\n")).collect();
        let rtf = format!("{{\\rtf1 a{{\\object{{\\*\\objdata {digits}}}}}}}");
        assert_eq!(read(&rtf), "[body]\na\n<object 1>\nPK\u{3}\u{4}\n");
    }

    #[test]
    fn a_document_that_is_cut_off_is_damaged_and_read() {
        let (text, ended) = told(&Rtf, br"{\rtf1 a{\b b");
        assert_eq!(
            (text.as_str(), ended),
            ("[body]\nab\n", Err(SkipReason::Damaged(NAME)))
        );
        assert_eq!(told(&Rtf, br"{\rtf1 a}").1, Ok(()));
    }
}
