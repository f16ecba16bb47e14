//! What stands in a PDF file beside the text of its pages: the strings of all
//! objects (properties, annotations, form fields, outlines, scripts, names),
//! and all streams that no page showed (attachments, metadata, pictures, fonts).

use std::cell::Cell;
use std::collections::{HashMap, HashSet};
use std::io::Read;
use std::rc::Rc;

use super::Out;
use super::file::{Entry, File, Loaded, Stream};
use super::lex::{Dict, Object};
use super::pages::Shown;
use super::strings::{decode, is_text};
use super::text::Reader;
use crate::base::content::SkipReason;
use crate::extract::part::Part;

/// Keys whose strings are digests, signatures and fixed words.
const DULL: [&[u8]; 12] = [
    b"ID",
    b"O",
    b"U",
    b"OE",
    b"UE",
    b"Perms",
    b"Panose",
    b"CharSet",
    b"Registry",
    b"Ordering",
    b"CheckSum",
    b"ByteRange",
];
/// Names that are so long may be more than a word of the format.
const LONG_NAME: usize = 16;
/// Bytes of pixels that are decoded and searched: nobody writes text in them,
/// and pictures would soon use up what may be unpacked.
const PIXELS: u64 = 32 << 20;
/// Where operators of text are looked for.
const NEAR: usize = 64 << 10;

/// Hands out everything that was not shown.
///
/// # Errors
/// When the budget is spent.
pub(super) fn read(file: &File<'_>, shown: Shown, out: &mut Out<'_, '_>) -> Result<(), SkipReason> {
    let mut rest = Rest {
        file,
        shown,
        files: HashMap::new(),
        scripts: HashSet::new(),
        streams: Vec::new(),
        pixels: Cell::new(PIXELS),
    };
    for (index, entry) in file.entries.iter().enumerate() {
        if index % 256 == 0 {
            file.budget.alive()?;
        }
        if out.broken {
            return Ok(());
        }
        if let Some(loaded) = file.load_at(entry) {
            rest.strings(index, entry, &loaded, out);
        }
    }
    for trailer in &file.trailers {
        Rest::dictionary("trailer", trailer, out);
    }
    rest.all_streams(out)
}

struct Rest<'f, 'a> {
    file: &'f File<'a>,
    shown: Shown,
    /// Names of attachments, by the numbers of their streams.
    files: HashMap<u32, String>,
    /// Streams that are scripts.
    scripts: HashSet<u32>,
    /// Indices of objects with a stream that was not shown.
    streams: Vec<usize>,
    /// Bytes of pixels that may still be decoded.
    pixels: Cell<u64>,
}

impl Rest<'_, '_> {
    fn strings(&mut self, index: usize, entry: &Entry, loaded: &Loaded, out: &mut Out<'_, '_>) {
        if let Some(dict) = loaded.object.dict() {
            self.note_files(dict);
            if let Some(Object::Ref(number)) = dict.get("JS") {
                self.scripts.insert(*number);
            }
            let known = !self.file.is_old(index) && self.shown.streams.contains(&entry.number);
            if loaded.stream.is_some()
                && !known
                && !dict.is("Type", "ObjStm")
                && !dict.is("Type", "XRef")
            {
                self.streams.push(index);
            }
            if dict.is("Filter", "Standard") && dict.get("R").is_some() {
                return;
            }
        }
        let mut text = String::new();
        write(&loaded.object, b"", &mut text);
        if !text.is_empty() {
            out.add(&self.place(entry.number, loaded), &text);
        }
    }

    fn dictionary(place: &str, dict: &Dict, out: &mut Out<'_, '_>) {
        let mut text = String::new();
        for (key, value) in &dict.0 {
            write(value, key, &mut text);
        }
        out.add(place, &text);
    }

    /// What an object is called.
    fn place(&self, number: u32, loaded: &Loaded) -> String {
        if let Some(page) = self.shown.annotations.get(&number) {
            return format!("page {page}");
        }
        let dict = loaded.object.dict();
        let has = |key| dict.is_some_and(|dict| dict.get(key).is_some());
        let is_info = |trailer: &Dict| trailer.get("Info") == Some(&Object::Ref(number));
        if self.file.trailers.iter().any(is_info) {
            "properties".to_owned()
        } else if has("FT") || (has("T") && has("V")) {
            "form".to_owned()
        } else if has("Title") && has("Parent") {
            "outline".to_owned()
        } else if has("JS") {
            "script".to_owned()
        } else {
            format!("object {number}")
        }
    }

    /// Notes the names of the files that a file specification leads to.
    fn note_files(&mut self, dict: &Dict) {
        let Some(Object::Dict(embedded)) = self.file.get(dict, "EF") else {
            return;
        };
        let name = ["UF", "F"].iter().find_map(|key| self.file.get(dict, key));
        let name = name.as_ref().and_then(Object::string).map(decode);
        for (_, value) in embedded.0 {
            if let (Object::Ref(number), Some(name)) = (value, &name) {
                self.files.insert(number, name.clone());
            }
        }
    }

    fn all_streams(&mut self, out: &mut Out<'_, '_>) -> Result<(), SkipReason> {
        let file = self.file;
        let mut reader = Reader::new(file);
        for index in std::mem::take(&mut self.streams) {
            file.budget.alive()?;
            if out.broken {
                return Ok(());
            }
            let entry = file.entries[index];
            let Some(Loaded {
                object: Object::Dict(dict),
                stream: Some(stream),
            }) = file.load_at(&entry)
            else {
                continue;
            };
            if reader.has_shown(entry.number) && !file.is_old(index) {
                continue;
            }
            if !self.show(&mut reader, &entry, (&dict, &stream), out) {
                self.hand_out(&entry, (&dict, &stream), out);
            }
        }
        Ok(())
    }

    /// Shows a stream that draws text; false when it is none.
    fn show(
        &self,
        reader: &mut Reader<'_, '_>,
        entry: &Entry,
        (dict, stream): (&Dict, &Stream),
        out: &mut Out<'_, '_>,
    ) -> bool {
        let own = match self.file.get(dict, "Resources") {
            Some(Object::Dict(own)) => Some(Rc::new(own)),
            _ => self.shown.resources.get(&entry.number).cloned(),
        };
        let is_form = dict.is("Subtype", "Form");
        let typed = dict.get("Type").is_some() || dict.get("Subtype").is_some();
        if !is_form && (typed || self.scripts.contains(&entry.number)) {
            return false;
        }
        if !is_form
            && !self
                .file
                .with_decoded(dict, stream, |decoded| draws(decoded.reader))
        {
            return false;
        }
        let content = self.file.content(dict, stream);
        let text = reader.read(&content, &own.unwrap_or_default());
        out.add(&format!("object {}", entry.number), &text);
        true
    }

    fn hand_out(&self, entry: &Entry, (dict, stream): (&Dict, &Stream), out: &mut Out<'_, '_>) {
        let number = entry.number;
        let attached = self.files.get(&number);
        self.file.with_decoded(dict, stream, |decoded| {
            let ending = match decoded.stopped.as_deref() {
                None if self.scripts.contains(&number) => ".js",
                None if dict.is("Type", "Metadata") => ".xml",
                None => "",
                Some(b"DCTDecode" | b"DCT") => ".jpg",
                Some(b"JPXDecode") => ".jp2",
                // Pixels in black and white.
                Some(b"CCITTFaxDecode" | b"CCF" | b"JBIG2Decode") => return,
                Some(_) => {
                    let name = format!("object {number}");
                    let reason = SkipReason::Container("pdf filter");
                    let _ = out.part(Part::Skip {
                        name: &name,
                        reason,
                    });
                    return;
                }
            };
            let name = match attached {
                Some(name) => name.clone(),
                None => format!("object {number}{ending}"),
            };
            let is_pixels = dict.is("Subtype", "Image") && decoded.stopped.is_none();
            let most = if is_pixels {
                self.pixels.get()
            } else {
                u64::MAX
            };
            let mut content = decoded.reader.take(most);
            let _ = out.part(Part::Blob {
                name: &name,
                content: &mut content,
                size: None,
            });
            if is_pixels {
                self.pixels.set(content.limit());
            }
        });
    }
}

/// True when the beginning of some content shows text.
fn draws(content: impl Read) -> bool {
    let mut near = Vec::new();
    let _ = content.take(NEAR as u64).read_to_end(&mut near);
    let has = |word: &[u8]| memchr::memmem::find(&near, word).is_some();
    has(b"BT") && has(b"Tf") && (has(b"Tj") || has(b"TJ"))
}

/// Writes the strings in `object`, each with its key, a line for each.
fn write(object: &Object, key: &[u8], out: &mut String) {
    match object {
        Object::String(string) if !DULL.contains(&key) => {
            let text = decode(string);
            if is_text(&text) {
                line(key, &text, out);
            }
        }
        Object::Name(name) if name.len() >= LONG_NAME => {
            line(key, &String::from_utf8_lossy(name), out);
        }
        Object::Array(elements) => {
            for element in elements {
                write(element, key, out);
            }
        }
        Object::Dict(dict) => {
            for (key, value) in &dict.0 {
                if key.len() >= LONG_NAME && value.string().is_none() {
                    line(b"", &String::from_utf8_lossy(key), out);
                }
                write(value, key, out);
            }
        }
        _ => {}
    }
}

fn line(key: &[u8], text: &str, out: &mut String) {
    if !key.is_empty() {
        out.push_str(&String::from_utf8_lossy(key));
        out.push_str(": ");
    }
    out.push_str(text);
    out.push('\n');
}
