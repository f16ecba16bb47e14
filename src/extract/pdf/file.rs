//! The objects of a PDF file: all that stand in it, in whatever revision, found
//! by their heads (`12 0 obj`) and not by a table, which may be missing or wrong.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::io::Read;

use super::crypt::Crypt;
use super::filter::{self, Decoded};
use super::lex::{Dict, Lexer, Object, Token, is_space};
use crate::base::content::SkipReason;
use crate::extract::budget::{Budget, Reserved};

/// The format, as reports name it.
pub(super) const NAME: &str = "pdf";
/// Most references that lead to each other.
const STEPS: usize = 16;
/// Most bytes of a stream that is taken into memory.
const LARGEST: u64 = 64 << 20;
/// Bytes that are parsed in any case, however often.
const WORK: usize = 128 << 20;

/// Where an object stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    pub(super) number: u32,
    generation: u16,
    /// The object stream it is in, counted from 1; 0 for the file itself.
    pack: u32,
    at: usize,
}

/// An object, and its stream if it has one.
#[derive(Debug)]
pub(super) struct Loaded {
    pub(super) object: Object,
    pub(super) stream: Option<Stream>,
}

/// Where the bytes of a stream stand, and whose they are.
#[derive(Clone, Debug)]
pub(super) struct Stream {
    id: (u32, u16),
    start: usize,
    end: usize,
    plain: bool,
}

/// A file with an index of its objects.
pub(super) struct File<'a> {
    bytes: &'a [u8],
    pub(super) budget: &'a Budget<'a>,
    /// In the order in which they stand in the file.
    pub(super) entries: Vec<Entry>,
    /// Indices of entries by number, the last one of each.
    latest: HashMap<u32, u32>,
    packs: Vec<(Vec<u8>, Reserved<'a>)>,
    crypt: Option<Crypt>,
    /// The dictionaries that say where everything begins.
    pub(super) trailers: Vec<Dict>,
    /// What could not be read.
    pub(super) missing: RefCell<Option<SkipReason>>,
    /// Bytes that parsing looked at, again and again included.
    looked: Cell<usize>,
    /// Behind it no stream ends.
    last_end: usize,
}

impl<'a> File<'a> {
    /// Finds all objects in `bytes`.
    ///
    /// # Errors
    /// When no password fits, or the budget is spent.
    pub(super) fn open(bytes: &'a [u8], budget: &'a Budget<'a>) -> Result<File<'a>, SkipReason> {
        let mut file = File {
            bytes,
            budget,
            entries: Vec::new(),
            latest: HashMap::new(),
            packs: Vec::new(),
            crypt: None,
            trailers: Vec::new(),
            missing: RefCell::new(None),
            looked: Cell::new(0),
            last_end: memchr::memmem::rfind(bytes, b"endstream").unwrap_or(0),
        };
        let packs = file.find_objects()?;
        file.find_trailers();
        file.unlock()?;
        for index in packs {
            budget.alive()?;
            file.unpack(index);
        }
        Ok(file)
    }

    /// Notes where objects begin; which of them are object streams.
    fn find_objects(&mut self) -> Result<Vec<usize>, SkipReason> {
        let mut packs = Vec::new();
        let mut from = 0;
        while let Some(found) = memchr::memmem::find(&self.bytes[from..], b"obj") {
            let at = from + found;
            from = at + 3;
            let Some((number, generation)) = head(&self.bytes[..at]) else {
                continue;
            };
            if self.entries.len().is_multiple_of(1024) {
                self.budget.alive()?;
            }
            let index = self.entries.len();
            self.entries.push(Entry {
                number,
                generation,
                pack: 0,
                at: from,
            });
            self.latest.insert(number, index as u32);
            let Some((object, end)) = self.parse(from) else {
                continue;
            };
            // An object that was not closed ends at the next one.
            let Some(dict) = object.dict() else {
                continue;
            };
            let Some(stream) = self.stream_at(dict, end, (number, generation)) else {
                continue;
            };
            if stream.end == self.bytes.len() {
                self.miss(SkipReason::Damaged(NAME));
            } else {
                from = stream.end;
            }
            if dict.is("Type", "ObjStm") {
                packs.push(index);
            } else if dict.is("Type", "XRef") {
                self.trailers.push(dict.clone());
            }
        }
        Ok(packs)
    }

    fn parse(&self, at: usize) -> Option<(Object, usize)> {
        // Strings that are never closed would make this quadratic.
        if self.looked.get() > WORK + 8 * self.bytes.len() {
            self.miss(SkipReason::Limit("time"));
            return None;
        }
        let mut lexer = Lexer::new(self.bytes, at);
        let token = lexer.token();
        self.looked.set(self.looked.get() + lexer.at - at);
        match token? {
            Token::Object(object) => Some((object, lexer.at)),
            Token::Word(_) => None,
        }
    }

    /// Notes that something could not be read.
    pub(super) fn miss(&self, reason: SkipReason) {
        self.missing.borrow_mut().get_or_insert(reason);
    }

    /// The stream that begins behind a dictionary.
    fn stream_at(&self, dict: &Dict, at: usize, id: (u32, u16)) -> Option<Stream> {
        let mut lexer = Lexer::new(self.bytes, at);
        lexer.skip_space();
        let rest = self.bytes.get(lexer.at..)?.strip_prefix(b"stream")?;
        let line = match rest {
            [b'\r', b'\n', ..] => 2,
            [b'\n' | b'\r', ..] => 1,
            _ => 0,
        };
        let start = self.bytes.len() - rest.len() + line;
        let length = match dict.get("Length")? {
            Object::Ref(number) => self.known_length(*number),
            other => other.count(),
        };
        let by_length = length
            .and_then(|length| start.checked_add(length))
            .filter(|end| self.ends_at(*end));
        let end = by_length.unwrap_or_else(|| self.end_of_stream(start));
        Some(Stream {
            id,
            start,
            end,
            plain: dict.is("Type", "XRef"),
        })
    }

    /// A length that stands in an object of its own, if that was seen.
    fn known_length(&self, number: u32) -> Option<usize> {
        let entry = self.entries.get(*self.latest.get(&number)? as usize)?;
        if entry.pack != 0 {
            return None;
        }
        self.parse(entry.at)?.0.count()
    }

    fn ends_at(&self, end: usize) -> bool {
        let Some(rest) = self.bytes.get(end..) else {
            return false;
        };
        let spaces = rest.iter().take(4).take_while(|b| is_space(**b)).count();
        rest[spaces..].starts_with(b"endstream") || rest[spaces..].starts_with(b"endobj")
    }

    fn end_of_stream(&self, start: usize) -> usize {
        if start > self.last_end {
            return self.bytes.len();
        }
        let rest = self.bytes.get(start..).unwrap_or_default();
        let end = memchr::memmem::find(rest, b"endstream");
        start + end.unwrap_or(rest.len())
    }

    fn find_trailers(&mut self) {
        let mut found = Vec::new();
        for at in memchr::memmem::find_iter(self.bytes, b"trailer") {
            if let Some((Object::Dict(dict), _)) = self.parse(at + 7) {
                found.push(dict);
            }
            if found.len() > 1000 {
                break;
            }
        }
        self.trailers.extend(found);
    }

    /// Finds the key of an encrypted file.
    fn unlock(&mut self) -> Result<(), SkipReason> {
        let Some((dict, id)) = self.trailers.iter().rev().find_map(|trailer| {
            let dict = self.resolve(trailer.get("Encrypt")?);
            let id = trailer.get("ID").map(|id| self.resolve(id));
            Some((dict, id))
        }) else {
            return Ok(());
        };
        let Object::Dict(dict) = dict else {
            return Ok(());
        };
        let id = id.as_ref().and_then(|id| id.elements().first());
        let id = id.and_then(Object::string).unwrap_or_default();
        let crypt = Crypt::open(&dict, id, self.budget.passwords());
        self.crypt = Some(crypt.ok_or(SkipReason::Encrypted(NAME))?);
        Ok(())
    }

    /// Finds the objects in an object stream.
    fn unpack(&mut self, index: usize) {
        let entry = self.entries[index];
        let Some(loaded) = self.load_at(&entry) else {
            return;
        };
        let (Some(dict), Some(stream)) = (loaded.object.dict(), &loaded.stream) else {
            return;
        };
        let content = self.content(dict, stream);
        let reserved = self.budget.reserve(content.len() as u64);
        let count = dict.get("N").map(|count| self.resolve(count));
        let first = dict.get("First").map(|first| self.resolve(first));
        let count = count.and_then(|count| count.count()).unwrap_or(0);
        let first = first.and_then(|first| first.count()).unwrap_or(0);
        let reserved = match reserved {
            Ok(reserved) => reserved,
            Err(reason) => {
                self.miss(reason);
                return;
            }
        };
        let mut lexer = Lexer::new(&content, 0);
        let mut offsets = Vec::new();
        for _ in 0..count.min(content.len()) {
            let mut number = || {
                lexer.skip_space();
                lexer.integer()
            };
            let (Some(number), Some(offset)) = (number(), number()) else {
                break;
            };
            offsets.push((number, offset));
        }
        let pack = self.packs.len() as u32 + 1;
        for (number, offset) in offsets {
            let number = u32::try_from(number).unwrap_or(u32::MAX);
            let at = first.saturating_add(usize::try_from(offset).unwrap_or(usize::MAX));
            // What stands later in the file counts, wherever it was found.
            let known = self.latest.get(&number).map(|i| self.entries[*i as usize]);
            let later = known.is_some_and(|known| known.pack == 0 && known.at > entry.at);
            if !later {
                self.latest.insert(number, self.entries.len() as u32);
            }
            self.entries.push(Entry {
                number,
                generation: 0,
                pack,
                at,
            });
        }
        self.packs.push((content, reserved));
    }

    /// The object at `entry`, decrypted.
    pub(super) fn load_at(&self, entry: &Entry) -> Option<Loaded> {
        if let Some(pack) = entry.pack.checked_sub(1) {
            let content = &self.packs.get(pack as usize)?.0;
            let token = Lexer::new(content, entry.at).token()?;
            let Token::Object(object) = token else {
                return None;
            };
            return Some(Loaded {
                object,
                stream: None,
            });
        }
        let (mut object, end) = self.parse(entry.at)?;
        let id = (entry.number, entry.generation);
        let stream = object.dict().and_then(|dict| self.stream_at(dict, end, id));
        if let Some(crypt) = &self.crypt {
            let sealed = !object
                .dict()
                .is_some_and(|dict| dict.is("Filter", "Standard"));
            if sealed {
                decrypt(&mut object, crypt, id);
            }
        }
        Some(Loaded { object, stream })
    }

    /// The object with this number, of the last revision.
    pub(super) fn load(&self, number: u32) -> Option<Loaded> {
        let index = *self.latest.get(&number)?;
        self.load_at(&self.entries[index as usize])
    }

    /// What `object` is, or refers to.
    pub(super) fn resolve(&self, object: &Object) -> Object {
        let mut object = object.clone();
        for _ in 0..STEPS {
            let Object::Ref(number) = object else {
                return object;
            };
            object = self
                .load(number)
                .map_or(Object::Null, |loaded| loaded.object);
        }
        Object::Null
    }

    /// The value of `key`, resolved.
    pub(super) fn get(&self, dict: &Dict, key: &str) -> Option<Object> {
        let value = self.resolve(dict.get(key)?);
        (value != Object::Null).then_some(value)
    }

    /// The bytes of `stream` as they stand in the file, decrypted.
    fn raw(&self, dict: &Dict, stream: &Stream) -> Vec<u8> {
        let bytes = self.bytes.get(stream.start..stream.end).unwrap_or_default();
        let named = self.get(dict, "Filter").is_some_and(|filter| {
            let first = filter.elements().first().cloned();
            first == Some(Object::Name(b"Crypt"[..].into()))
        });
        match &self.crypt {
            Some(crypt)
                if !(stream.plain || named) && (crypt.metadata || !dict.is("Type", "Metadata")) =>
            {
                crypt.stream(bytes, stream.id)
            }
            _ => bytes.to_vec(),
        }
    }

    /// Calls `use_it` with the decoded content of `stream`.
    pub(super) fn with_decoded<T>(
        &self,
        dict: &Dict,
        stream: &Stream,
        use_it: impl FnOnce(Decoded<'_>) -> T,
    ) -> T {
        let chain = filter::chain(dict, &|object| self.resolve(object));
        let plain;
        let data = if self.crypt.is_some() {
            plain = self.raw(dict, stream);
            &plain[..]
        } else {
            self.bytes.get(stream.start..stream.end).unwrap_or_default()
        };
        use_it(filter::decode(data, &chain, self.budget))
    }

    /// The decoded content of `stream`, as far as it can be read.
    pub(super) fn content(&self, dict: &Dict, stream: &Stream) -> Vec<u8> {
        self.with_decoded(dict, stream, |decoded| {
            let mut content = Vec::new();
            let most = LARGEST.min(self.budget.dictionary());
            let read = decoded.reader.take(most).read_to_end(&mut content);
            if let Err(error) = read {
                self.miss(self.budget.reason(&error, NAME));
            } else if content.len() as u64 == most {
                self.miss(SkipReason::Limit("memory"));
            }
            content
        })
    }

    /// True when an object of the same number comes later.
    pub(super) fn is_old(&self, index: usize) -> bool {
        let number = self.entries[index].number;
        self.latest
            .get(&number)
            .is_some_and(|last| *last as usize != index)
    }
}

fn decrypt(object: &mut Object, crypt: &Crypt, id: (u32, u16)) {
    match object {
        Object::String(string) => *string = crypt.string(string, id),
        Object::Array(elements) => {
            for element in elements {
                decrypt(element, crypt, id);
            }
        }
        Object::Dict(dict) => {
            for (_, value) in &mut dict.0 {
                decrypt(value, crypt, id);
            }
        }
        _ => {}
    }
}

/// The numbers that stand before the word `obj`.
fn head(before: &[u8]) -> Option<(u32, u16)> {
    let before = &before[before.len().saturating_sub(32)..];
    let trimmed = before.trim_ascii_end();
    let (rest, generation) = last_number(trimmed)?;
    let trimmed = rest.trim_ascii_end();
    if trimmed.len() == rest.len() {
        return None;
    }
    let (_, number) = last_number(trimmed)?;
    Some((u32::try_from(number).ok()?, generation as u16))
}

fn last_number(text: &[u8]) -> Option<(&[u8], u64)> {
    let digits = text.iter().rev().take_while(|b| b.is_ascii_digit()).count();
    let (rest, number) = text.split_at(text.len() - digits);
    let number = std::str::from_utf8(number).ok()?.parse().ok()?;
    Some((rest, number))
}
