//! The objects of a repository: packs and loose objects of its object
//! directories, found by id.
//!
//! Reading one object by its id is for the few that are asked for; everything
//! at once goes through the history's plan, in pack order.

pub(super) mod bytes;
pub(super) mod delta;
pub(super) mod index;
pub(super) mod inflate;
pub(super) mod loose;
pub(super) mod pack;
pub(super) mod reader;

use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use gix_hash::ObjectId;

use crate::base::content::SkipReason;
use crate::source::git::object::Kind;
use delta::Wrong;
use inflate::Inflater;
use loose::Loose;
use pack::{Content, Pack};

/// Longest chain of deltas that is followed.
const DEEPEST: usize = 4096;

/// Largest object that is put together in memory, in bytes. Git makes no
/// deltas of files above 512 MiB, and whole objects are read in windows.
pub(super) const LARGEST: u64 = 512 << 20;

/// Bytes kept of objects that were read, because deltas may need them again.
const CACHE: usize = 24 << 20;

/// The object directories of a repository.
#[derive(Debug)]
pub(super) struct Store {
    /// Kind of hash the ids are.
    pub(super) hash: gix_hash::Kind,
    /// Object directories.
    pub(super) dirs: Vec<PathBuf>,
    /// Packs of all directories, sorted by directory and name.
    pub(super) packs: Vec<Pack>,
}

/// What one thread needs to read objects.
#[derive(Debug, Default)]
pub(super) struct Reading {
    /// Decompressor and file buffer.
    pub(super) inflater: Inflater,
    cache: HashMap<(usize, u64), Object>,
    cached: usize,
    scratch: Vec<u8>,
}

/// An object in memory.
#[derive(Clone, Debug)]
pub(super) struct Object {
    /// Its type.
    pub(super) kind: Kind,
    /// Its content.
    pub(super) data: Arc<Vec<u8>>,
}

/// Why an object could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ReadError {
    /// It is not there.
    Missing,
    /// It is damaged.
    Corrupt(Wrong),
    /// It is larger than what is put together in memory.
    TooLarge(u64),
}

impl ReadError {
    /// The reason for reports; `missing` says why objects may be missing.
    pub(super) fn reason(self, missing: &'static str) -> SkipReason {
        match self {
            ReadError::Missing => SkipReason::MissingObject(missing),
            ReadError::Corrupt(what) => SkipReason::CorruptObject(what),
            ReadError::TooLarge(size) => SkipReason::TooLarge(size),
        }
    }
}

impl From<Wrong> for ReadError {
    fn from(what: Wrong) -> ReadError {
        ReadError::Corrupt(what)
    }
}

impl Store {
    /// Lists the packs under `dirs`; their data is opened when it is needed.
    pub(super) fn new(hash: gix_hash::Kind, dirs: Vec<PathBuf>) -> Store {
        let mut paths = Vec::new();
        for dir in dirs.iter().filter(|dir| !dir.join("pack").is_symlink()) {
            let entries = fs::read_dir(dir.join("pack"))
                .into_iter()
                .flatten()
                .flatten();
            let mut found: Vec<PathBuf> = entries
                .map(|entry| entry.path())
                .filter(|path| path.extension().is_some_and(|end| end == "pack"))
                .collect();
            found.sort_unstable();
            paths.append(&mut found);
        }
        let packs = paths.into_iter().enumerate();
        let id_len = hash.len_in_bytes();
        let packs = packs
            .map(|(number, path)| Pack::new(path, number, id_len))
            .collect();
        Store { hash, dirs, packs }
    }

    /// What of the object directories is not read, because it is a link.
    pub(super) fn links(&self) -> Vec<PathBuf> {
        let packs = self.dirs.iter().map(|dir| dir.join("pack"));
        let mut links: Vec<PathBuf> = packs.filter(|dir| dir.is_symlink()).collect();
        links.extend(self.dirs.iter().flat_map(|dir| loose::links(dir)));
        links
    }

    /// Reads the object called `id`: from any pack, or loose. A damaged copy
    /// is passed over when there is another.
    pub(super) fn read(&self, id: &ObjectId, reading: &mut Reading) -> Result<Object, ReadError> {
        let mut failure = ReadError::Missing;
        for pack in &self.packs {
            let Some(offset) = pack.find(id.as_slice()) else {
                continue;
            };
            match self.read_at(pack, offset, reading) {
                Ok(object) => return Ok(object),
                Err(error) => failure = error,
            }
        }
        let hex = id.to_string();
        for dir in &self.dirs {
            match read_loose(&loose::path(dir, &hex), reading) {
                Ok(Some(object)) => return Ok(object),
                Ok(None) => {}
                Err(error) => failure = error,
            }
        }
        Err(failure)
    }

    /// Reads the object at `offset` of `pack`, whatever its id, with the chain of
    /// deltas it is made of.
    pub(super) fn read_at(
        &self,
        pack: &Pack,
        offset: u64,
        reading: &mut Reading,
    ) -> Result<Object, ReadError> {
        let mut chain = Vec::new();
        let mut at = offset;
        let mut object = loop {
            if let Some(object) = reading.cache.get(&(pack.number, at)) {
                break object.clone();
            }
            let header = pack.header(at, &mut reading.inflater)?;
            if header.size > LARGEST {
                return Err(ReadError::TooLarge(header.size));
            }
            let stream = pack.stream(at, &header, None)?;
            let next = match header.content {
                Content::Whole(kind) => {
                    let mut data = Vec::new();
                    reading
                        .inflater
                        .whole(stream, header.size as usize, &mut data)?;
                    break reading.keep(pack.number, at, kind, data);
                }
                Content::OffsetDelta(base) => Some(base),
                Content::IdDelta(ref id) => pack.find(id),
            };
            chain.push((at, header.size, header.length));
            if chain.len() > DEEPEST {
                return Err(ReadError::Corrupt("its chain of deltas does not end"));
            }
            match (next, header.content) {
                (Some(base), _) => at = base,
                (None, Content::IdDelta(id)) => {
                    let id = ObjectId::try_from(&id[..]).map_err(|_| ReadError::Missing)?;
                    break self.read_outside(pack, &id, reading)?;
                }
                (None, _) => return Err(ReadError::Missing),
            }
        };
        while let Some((at, size, length)) = chain.pop() {
            object = reading.undelta(pack, at, (size, length), &object)?;
        }
        Ok(object)
    }

    /// The base of a delta that is in no pack of its own: an unfinished pack
    /// has such, and damaged ones.
    fn read_outside(
        &self,
        pack: &Pack,
        id: &ObjectId,
        reading: &mut Reading,
    ) -> Result<Object, ReadError> {
        let hex = id.to_string();
        for dir in &self.dirs {
            if let Some(object) = read_loose(&loose::path(dir, &hex), reading)? {
                return Ok(object);
            }
        }
        for other in self.packs.iter().filter(|other| other.number > pack.number) {
            // Only onwards, so that packs which name each other come to an end.
            if let Some(offset) = other.find(id.as_slice()) {
                return self.read_at(other, offset, reading);
            }
        }
        Err(ReadError::Missing)
    }

    /// Every id that begins with the first `digits` of `prefix`, at most two.
    pub(super) fn with_prefix(&self, prefix: &[u8], digits: usize) -> Vec<ObjectId> {
        let mut found: Vec<ObjectId> = Vec::new();
        let mut add = |id: &[u8]| {
            if let Ok(id) = ObjectId::try_from(id)
                && !found.contains(&id)
                && found.len() < 2
            {
                found.push(id);
            }
        };
        for pack in &self.packs {
            if let Ok(index) = &pack.index {
                let _ = index.with_prefix(prefix, digits, |_, id| add(id));
            }
        }
        for dir in &self.dirs {
            for hex in loose::list(dir, self.hash.len_in_bytes()) {
                if let Ok(id) = ObjectId::from_hex(hex.as_bytes())
                    && index::begins_with(id.as_slice(), prefix, digits)
                {
                    add(id.as_slice());
                }
            }
        }
        found
    }
}

impl Reading {
    fn keep(&mut self, pack: usize, at: u64, kind: Kind, data: Vec<u8>) -> Object {
        let data = Arc::new(data);
        if data.len() <= CACHE / 4 {
            if self.cached + data.len() > CACHE {
                self.cache.clear();
                self.cached = 0;
            }
            self.cached += data.len();
            let data = Arc::clone(&data);
            self.cache.insert((pack, at), Object { kind, data });
        }
        Object { kind, data }
    }

    /// Applies the delta at `at`, whose header says `size` and has `length` bytes.
    fn undelta(
        &mut self,
        pack: &Pack,
        at: u64,
        (size, length): (u64, usize),
        base: &Object,
    ) -> Result<Object, ReadError> {
        let stream = inflate::Stream {
            file: pack.data()?,
            owner: pack.number,
            at: at + length as u64,
            length: None,
        };
        let mut delta = std::mem::take(&mut self.scratch);
        self.inflater.whole(stream, size as usize, &mut delta)?;
        let (_, result, _) = delta::sizes(&delta)?;
        if result > LARGEST {
            return Err(ReadError::TooLarge(result));
        }
        let mut data = Vec::new();
        delta::apply(&base.data, &delta, &mut data, |_| {})?;
        self.scratch = delta;
        Ok(self.keep(pack.number, at, base.kind, data))
    }
}

/// Reads the loose object at `path`, if there is one.
fn read_loose(path: &std::path::Path, reading: &mut Reading) -> Result<Option<Object>, ReadError> {
    let Some(found) = Loose::open(path, &mut reading.inflater)? else {
        return Ok(None);
    };
    if found.size > LARGEST {
        return Err(ReadError::TooLarge(found.size));
    }
    let mut data = Vec::new();
    found.read(&mut reading.inflater, &mut data)?;
    Ok(Some(Object {
        kind: found.kind,
        data: Arc::new(data),
    }))
}
