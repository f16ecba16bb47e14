//! A pack whose index is missing or damaged: its entries are found by reading
//! it from its beginning to its end, and their ids by hashing what they hold.

use std::collections::HashMap;
use std::ops::ControlFlow;

use gix_hash::ObjectId;

use super::plan::Plan;
use crate::base::content::SkipReason;
use crate::base::provenance::Provenance;
use crate::source::git::object::Kind;
use crate::source::git::repository::Repository;
use crate::source::git::store::delta::{self, Wrong};
use crate::source::git::store::index::Table;
use crate::source::git::store::inflate::Inflater;
use crate::source::git::store::pack::{Content, Header, Pack};
use crate::source::git::store::{LARGEST, Object, Reading, Store};
use crate::source::{Emit, Unit};

/// Reads the pack with this number, whose index is of no use, and adds it to the
/// plan. Emits what of it cannot be examined.
pub(super) fn pack(
    repository: &Repository,
    number: usize,
    plan: &mut Plan,
    emit: &mut Emit<'_>,
) -> ControlFlow<()> {
    let store = &repository.store;
    let pack = &store.packs[number];
    let mut reading = Reading::default();
    let (entries, stopped) = entries(pack, &mut reading.inflater);
    let mut hashing = Hashing {
        store,
        pack,
        entries: &entries,
        ids: HashMap::new(),
        by_id: HashMap::new(),
    };
    let lost = hashing.run(&mut reading);
    let mut found: Vec<(ObjectId, u64)> =
        hashing.ids.into_iter().map(|(at, id)| (id, at)).collect();
    found.sort_unstable();
    found.dedup_by_key(|(id, _)| *id);
    let mut table = Table::default();
    for (id, at) in found {
        table.ids.extend_from_slice(id.as_slice());
        table.offsets.push(at);
    }
    plan.add(pack, &table, &mut reading.inflater);
    let provenance = || Provenance::file(&pack.path);
    if let Some(what) = stopped {
        emit(Unit::Unopened(
            provenance(),
            SkipReason::CorruptObject(what),
        ))?;
    }
    for _ in 0..lost {
        let reason = SkipReason::CorruptObject("an entry of a pack without a usable index");
        emit(Unit::Unopened(provenance(), reason))?;
    }
    ControlFlow::Continue(())
}

/// All entries up to the first that cannot be read, and why it could not.
fn entries(pack: &Pack, inflater: &mut Inflater) -> (Vec<(u64, Header)>, Option<Wrong>) {
    let mut entries = Vec::new();
    let count = match pack.count() {
        Ok(count) => count,
        Err(wrong) => return (entries, Some(wrong)),
    };
    let mut at = 12;
    for _ in 0..count {
        match skip(pack, at, inflater) {
            Ok((header, end)) => {
                entries.push((at, header));
                at = end;
            }
            Err(wrong) => return (entries, Some(wrong)),
        }
    }
    (entries, None)
}

/// The header of the entry at `at`, and where the entry ends.
pub(super) fn skip(pack: &Pack, at: u64, inflater: &mut Inflater) -> Result<(Header, u64), Wrong> {
    let header = pack.header(at, inflater)?;
    let stream = pack.stream(at, &header, None)?;
    let mut out = vec![0; 64 << 10];
    let (mut consumed, mut made) = (0, 0);
    inflater.begin();
    loop {
        let (read, written, ended) = inflater.step(stream, consumed, &mut out)?;
        consumed += read;
        made += written as u64;
        if ended {
            return if made == header.size {
                Ok((header, stream.at + consumed))
            } else {
                Err("an entry has another size than it says")
            };
        }
        if (read == 0 && written == 0) || made > header.size {
            return Err("the rest of the pack is damaged");
        }
    }
}

/// Finds the ids of entries.
struct Hashing<'a> {
    store: &'a Store,
    pack: &'a Pack,
    entries: &'a [(u64, Header)],
    /// Ids by offset.
    ids: HashMap<u64, ObjectId>,
    by_id: HashMap<ObjectId, u64>,
}

impl Hashing<'_> {
    /// Hashes all entries; returns how many could not be put together.
    fn run(&mut self, reading: &mut Reading) -> usize {
        // Deltas may name bases that come later, so it takes some rounds.
        loop {
            let before = self.ids.len();
            for (at, _) in self.entries {
                if !self.ids.contains_key(at)
                    && let Some(object) = self.object(*at, reading)
                    && let Some(id) = hash(self.store.hash, &object)
                {
                    self.ids.insert(*at, id);
                    self.by_id.insert(id, *at);
                }
            }
            if self.ids.len() == before || self.ids.len() == self.entries.len() {
                return self.entries.len() - self.ids.len();
            }
        }
    }

    fn object(&self, at: u64, reading: &mut Reading) -> Option<Object> {
        let mut chain = Vec::new();
        let mut at = at;
        let mut object = loop {
            let position = self.entries.binary_search_by_key(&at, |(at, _)| *at).ok()?;
            let header = &self.entries[position].1;
            if chain.len() > 4096 || header.size > LARGEST {
                return None;
            }
            let base = match &header.content {
                Content::Whole(kind) => break self.whole(at, header, *kind, reading)?,
                Content::OffsetDelta(base) => *base,
                Content::IdDelta(id) => {
                    let id = ObjectId::try_from(&id[..]).ok()?;
                    let Some(&base) = self.by_id.get(&id) else {
                        chain.push((at, header));
                        break self.store.read(&id, reading).ok()?;
                    };
                    base
                }
            };
            chain.push((at, header));
            at = base;
        };
        while let Some((at, header)) = chain.pop() {
            let stream = self.pack.stream(at, header, None).ok()?;
            let (mut delta, mut data) = (Vec::new(), Vec::new());
            reading
                .inflater
                .whole(stream, header.size as usize, &mut delta)
                .ok()?;
            if delta::sizes(&delta).ok()?.1 > LARGEST {
                return None;
            }
            delta::apply(&object.data, &delta, &mut data, |_| {}).ok()?;
            object = Object {
                kind: object.kind,
                data: data.into(),
            };
        }
        Some(object)
    }

    fn whole(&self, at: u64, header: &Header, kind: Kind, reading: &mut Reading) -> Option<Object> {
        let stream = self.pack.stream(at, header, None).ok()?;
        let mut data = Vec::new();
        reading
            .inflater
            .whole(stream, header.size as usize, &mut data)
            .ok()?;
        Some(Object {
            kind,
            data: data.into(),
        })
    }
}

/// The id of `object`.
fn hash(kind: gix_hash::Kind, object: &Object) -> Option<ObjectId> {
    let mut hasher = gix_hash::hasher(kind);
    hasher.update(format!("{} {}\0", object.kind.word(), object.data.len()).as_bytes());
    hasher.update(&object.data);
    hasher.try_finalize().ok()
}
