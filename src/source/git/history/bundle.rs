//! Runs of objects that one worker decodes, and hands out each once.

use std::ops::{ControlFlow, Range};
use std::path::Path;
use std::sync::Arc;

use gix_hash::ObjectId;

use super::paths::Paths;
use super::plan::{EntryKind, PackPlan, Plan};
use super::rebuild;
use super::walk::walk;
use crate::base::content::SkipReason;
use crate::base::provenance::{GitPart, GitPlace, Provenance};
use crate::source::git::layout::path_of;
use crate::source::git::object::Kind;
use crate::source::git::repository::Repository;
use crate::source::git::store::inflate::Inflater;
use crate::source::git::store::loose::{self, Loose};
use crate::source::git::store::pack::Pack;
use crate::source::git::store::reader::StreamReader;
use crate::source::git::store::{ReadError, Reading};
use crate::source::git::unit::{Body, Each, GitScratch, Piece, Share, lfs_flaw};

/// Whole objects without deltas of more bytes than this are read in windows.
const STREAMED: u64 = 8 << 20;

/// What all bundles of a history share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) repository: Arc<Repository>,
    pub(super) plan: Plan,
    pub(super) paths: Paths,
}

/// Some trees of deltas of one pack, or some loose objects.
#[derive(Clone)]
pub struct Bundle {
    pub(super) shared: Arc<Shared>,
    pub(super) part: BundlePart,
    pub(super) count: u64,
}

/// What a bundle is made of.
#[derive(Clone, Debug)]
pub(super) enum BundlePart {
    /// Roots of a pack: which pack of the plan, and which of its roots.
    Packed(usize, Range<usize>),
    /// Loose objects.
    Loose(Range<usize>),
    /// Directories that were read already.
    Trees,
    /// Parts of a pack that its index leaves out.
    Gaps(usize, Vec<Range<u64>>),
}

impl Bundle {
    pub(in crate::source::git) fn count(&self) -> u64 {
        self.count
    }

    pub(in crate::source::git) fn provenance(&self) -> Provenance {
        let name = self.shared.repository.common_dir().join("objects");
        Provenance::file(name)
    }

    /// Hands every object of the bundle to `each`.
    pub(in crate::source::git) fn read(&self, scratch: &mut GitScratch, each: &mut Each<'_>) {
        let shared = &*self.shared;
        match &self.part {
            BundlePart::Packed(number, roots) => {
                let plan = &shared.plan.packs[*number];
                for &root in &plan.roots[roots.clone()] {
                    if shared.packed(plan, root, scratch, each).is_break() {
                        return;
                    }
                }
            }
            BundlePart::Loose(range) => {
                for (dir, id) in &shared.plan.loose[range.clone()] {
                    if shared
                        .loose(*dir, id, &mut scratch.reading, each)
                        .is_break()
                    {
                        return;
                    }
                }
            }
            BundlePart::Gaps(number, gaps) => {
                let pack = &shared.repository.store.packs[*number];
                for gap in gaps {
                    if shared
                        .gap(pack, gap.clone(), &mut scratch.reading, each)
                        .is_break()
                    {
                        return;
                    }
                }
            }
            BundlePart::Trees => {
                let provenance = || self.provenance();
                for _ in 0..self.count {
                    let flow = each(Piece {
                        share: Share::Unit,
                        body: Body::Nothing,
                        path: Path::new(""),
                        provenance: &provenance,
                        added: None,
                        flaw: None,
                    });
                    if flow.is_break() {
                        return;
                    }
                }
            }
        }
    }
}

impl Shared {
    fn packed(
        &self,
        plan: &PackPlan,
        root: u32,
        scratch: &mut GitScratch,
        each: &mut Each<'_>,
    ) -> ControlFlow<()> {
        let GitScratch { reading, decoding } = scratch;
        let pack = &self.repository.store.packs[plan.pack];
        if let Some(flow) = self.streamed(pack, plan, root, &mut reading.inflater, each) {
            return flow;
        }
        let mut failed = Vec::new();
        walk(
            pack,
            plan,
            root,
            &mut reading.inflater,
            decoding,
            &mut |decoded| {
                let EntryKind::Known(kind) = plan.kinds[decoded.entry as usize] else {
                    failed.push((
                        decoded.entry,
                        decoded.data.err().unwrap_or(ReadError::Missing),
                    ));
                    return ControlFlow::Continue(());
                };
                match decoded.data {
                    Ok(data) => self.object(plan.number(decoded.entry), kind, Ok(data), each),
                    Err(error) => {
                        failed.push((decoded.entry, error));
                        ControlFlow::Continue(())
                    }
                }
            },
        )?;
        for (entry, error) in failed {
            self.again(plan.number(entry), error, reading, each)?;
        }
        for gap in std::mem::take(&mut decoding.gaps) {
            self.gap(pack, gap, reading, each)?;
        }
        ControlFlow::Continue(())
    }

    /// Reads what an index leaves out of its pack.
    fn gap(
        &self,
        pack: &Pack,
        gap: Range<u64>,
        reading: &mut Reading,
        each: &mut Each<'_>,
    ) -> ControlFlow<()> {
        let mut at = gap.start;
        while at < gap.end {
            let place = || place_in_pack(pack, at);
            let (body, end) = match rebuild::skip(pack, at, &mut reading.inflater) {
                Ok((_, end)) => (self.repository.store.read_at(pack, at, reading), end),
                Err(_) => (
                    Err(ReadError::Corrupt("the index of its pack is wrong")),
                    gap.end,
                ),
            };
            each(Piece {
                share: Share::Unit,
                body: match &body {
                    Ok(object) => Body::Bytes(&object.data),
                    Err(error) => Body::Unexamined(error.reason(self.repository.why_missing())),
                },
                path: Path::new(super::PROSE),
                provenance: &place,
                added: None,
                flaw: None,
            })?;
            at = end;
        }
        ControlFlow::Continue(())
    }

    /// Another try at an object that could not be decoded in its place: there
    /// may be another copy.
    fn again(
        &self,
        number: u32,
        error: ReadError,
        reading: &mut Reading,
        each: &mut Each<'_>,
    ) -> ControlFlow<()> {
        let Ok(id) = ObjectId::try_from(self.plan.ids.id(number)) else {
            return ControlFlow::Continue(());
        };
        match self.repository.store.read(&id, reading) {
            Ok(object) => self.object(number, object.kind, Ok(&object.data), each),
            Err(_) => self.object(number, Kind::Blob, Err(error), each),
        }
    }

    /// Reads a large whole object that nothing depends on in windows.
    fn streamed(
        &self,
        pack: &Pack,
        plan: &PackPlan,
        root: u32,
        inflater: &mut Inflater,
        each: &mut Each<'_>,
    ) -> Option<ControlFlow<()>> {
        let EntryKind::Known(Kind::Blob) = plan.kinds[root as usize] else {
            return None;
        };
        if plan.compressed(root) < STREAMED / 1024 || !plan.children(root).is_empty() {
            return None;
        }
        let offset = plan.offsets[root as usize];
        let header = pack.header(offset, inflater).ok()?;
        if header.size < STREAMED {
            return None;
        }
        let stream = pack
            .stream(offset, &header, Some(plan.offsets[root as usize + 1]))
            .ok()?;
        let mut reader = StreamReader::new(inflater, stream, header.size);
        let number = plan.number(root);
        Some(self.piece(
            number,
            Kind::Blob,
            Body::Stream(&mut reader, header.size),
            None,
            each,
        ))
    }

    fn loose(
        &self,
        dir: usize,
        id: &ObjectId,
        reading: &mut Reading,
        each: &mut Each<'_>,
    ) -> ControlFlow<()> {
        let Some(number) = self.plan.ids.number(id.as_slice()) else {
            return ControlFlow::Continue(());
        };
        let path = loose::path(&self.repository.store.dirs[dir], &id.to_string());
        let opened = match Loose::open(&path, &mut reading.inflater) {
            Ok(Some(opened)) => opened,
            Ok(None) => return self.again(number, ReadError::Missing, reading, each),
            Err(wrong) => return self.again(number, ReadError::Corrupt(wrong), reading, each),
        };
        let (stream, header) = opened.stream();
        let size = opened.size;
        if size >= STREAMED {
            let mut reader = StreamReader::new(&mut reading.inflater, stream, size);
            reader.skip = header;
            return self.piece(
                number,
                opened.kind,
                Body::Stream(&mut reader, size),
                None,
                each,
            );
        }
        let mut data = Vec::new();
        match opened.read(&mut reading.inflater, &mut data) {
            Ok(()) => self.object(number, opened.kind, Ok(&data), each),
            Err(wrong) => self.again(number, ReadError::Corrupt(wrong), reading, each),
        }
    }

    /// Hands out an object that was decoded, or was not.
    fn object(
        &self,
        number: u32,
        kind: Kind,
        data: Result<&[u8], ReadError>,
        each: &mut Each<'_>,
    ) -> ControlFlow<()> {
        match data {
            Ok(_) if kind == Kind::Tree => self.piece(number, kind, Body::Nothing, None, each),
            Ok(data) => {
                if kind == Kind::Blob {
                    self.as_other_kinds(number, data, each)?;
                }
                let flaw = lfs_flaw(&self.repository, data).filter(|_| kind == Kind::Blob);
                self.piece(number, kind, Body::Bytes(data), flaw, each)
            }
            Err(error) => {
                let reason = error.reason(self.repository.why_missing());
                self.piece(number, kind, Body::Unexamined(reason), None, each)
            }
        }
    }

    /// Hands out a content once for every further kind of file it has been.
    fn as_other_kinds(&self, number: u32, data: &[u8], each: &mut Each<'_>) -> ControlFlow<()> {
        for path in self.paths.other_paths(number) {
            each(Piece {
                share: Share::Part,
                body: Body::Bytes(data),
                path: &path,
                provenance: &|| self.provenance(number, Kind::Blob, Some(&path)),
                added: None,
                flaw: None,
            })?;
        }
        ControlFlow::Continue(())
    }

    fn piece(
        &self,
        number: u32,
        kind: Kind,
        body: Body<'_>,
        flaw: Option<SkipReason>,
        each: &mut Each<'_>,
    ) -> ControlFlow<()> {
        let path = match kind {
            Kind::Blob => self.paths.path(number),
            Kind::Commit | Kind::Tag | Kind::Tree => None,
        };
        let shown = path.as_deref().unwrap_or(Path::new(super::PROSE));
        let provenance = || self.provenance(number, kind, path.as_deref());
        each(Piece {
            share: Share::Unit,
            body,
            path: shown,
            provenance: &provenance,
            added: None,
            flaw,
        })
    }

    /// Where the object with this number is, as far as it is known now.
    pub(super) fn provenance(&self, number: u32, kind: Kind, path: Option<&Path>) -> Provenance {
        let hex = ObjectId::try_from(self.plan.ids.id(number))
            .map(|id| id.to_string())
            .unwrap_or_default();
        let part = match kind {
            Kind::Blob => GitPart::Blob,
            Kind::Commit => GitPart::Commit,
            Kind::Tag => GitPart::Tag,
            Kind::Tree => GitPart::Tree,
        };
        let short = || path_of(format!("{} {}", kind.word(), &hex[..hex.len().min(12)]).as_bytes());
        Provenance::git(GitPlace {
            part,
            path: path.map_or_else(short, Path::to_path_buf).into(),
            object: hex.into(),
            commit: None,
            life: None,
        })
    }
}

/// Where an object without an id is.
fn place_in_pack(pack: &Pack, at: u64) -> Provenance {
    let name = pack.path.file_name().unwrap_or_default().to_string_lossy();
    Provenance::git(GitPlace {
        part: GitPart::Blob,
        path: path_of(format!("object at byte {at} of {name}").as_bytes()).into(),
        object: "".into(),
        commit: None,
        life: None,
    })
}
