//! Walks down trees of deltas, and decodes every entry once.

use std::ops::{ControlFlow, Range};

use super::plan::{EntryKind, PackPlan};
use crate::source::git::store::delta::{self, Wrong};
use crate::source::git::store::inflate::{Inflater, Stream};
use crate::source::git::store::pack::{Content, Pack};
use crate::source::git::store::{LARGEST, ReadError};

/// Buffers of one thread.
#[derive(Debug, Default)]
pub(in crate::source::git) struct Decoding {
    free: Vec<Vec<u8>>,
    delta: Vec<u8>,
    fresh: Vec<Range<usize>>,
    /// Parts of packs between where an entry ends and where the index says the
    /// next one begins. There are none unless the index is wrong.
    pub(super) gaps: Vec<Range<u64>>,
}

/// An object that was decoded, or why it was not.
pub(super) struct Decoded<'a> {
    pub(super) entry: u32,
    pub(super) data: Result<&'a [u8], ReadError>,
    /// What of `data` its base does not have; `None` when it has no base.
    pub(super) fresh: Option<&'a [Range<usize>]>,
}

/// An entry on the way down.
struct Frame {
    entry: u32,
    next: usize,
    data: Vec<u8>,
}

impl Frame {
    fn new(entry: u32, data: Vec<u8>) -> Frame {
        Frame {
            entry,
            next: 0,
            data,
        }
    }
}

/// Buffers that are kept for reuse, and their largest size in bytes.
const KEPT: usize = 32;
const KEPT_SIZE: usize = 1 << 20;

impl Decoding {
    fn buffer(&mut self) -> Vec<u8> {
        self.free.pop().unwrap_or_default()
    }

    fn keep(&mut self, buffer: Vec<u8>) {
        if self.free.len() < KEPT && buffer.capacity() <= KEPT_SIZE {
            self.free.push(buffer);
        }
    }
}

/// Receives decoded entries; breaking ends the walk.
pub(super) type EachEntry<'a> = dyn FnMut(Decoded<'_>) -> ControlFlow<()> + 'a;

/// Walks over the tree of deltas at `root`, handing every entry that counts to
/// `each`. Entries that cannot be decoded are handed out as errors, and so is
/// everything that depends on them.
pub(super) fn walk(
    pack: &Pack,
    plan: &PackPlan,
    root: u32,
    inflater: &mut Inflater,
    decoding: &mut Decoding,
    each: &mut EachEntry<'_>,
) -> ControlFlow<()> {
    let mut data = decoding.buffer();
    if let Err(error) = read_root(pack, plan, root, inflater, decoding, &mut data) {
        return fail_all(plan, root, error, each);
    }
    decoding.fresh.clear();
    hand_out(plan, root, &data, None, each)?;
    let mut stack = vec![Frame::new(root, data)];
    while let Some(mut frame) = stack.pop() {
        let children = plan.children(frame.entry);
        let Some(&child) = children.get(frame.next) else {
            decoding.keep(frame.data);
            continue;
        };
        frame.next += 1;
        let mut data = decoding.buffer();
        let base = &frame.data;
        let made = read_delta(pack, plan, child, base, inflater, decoding, &mut data);
        if frame.next < children.len() {
            stack.push(frame);
        } else {
            decoding.keep(frame.data);
        }
        if let Err(error) = made {
            decoding.keep(data);
            fail_all(plan, child, error, each)?;
            continue;
        }
        hand_out(plan, child, &data, Some(&decoding.fresh), each)?;
        stack.push(Frame::new(child, data));
    }
    ControlFlow::Continue(())
}

fn hand_out(
    plan: &PackPlan,
    entry: u32,
    data: &[u8],
    fresh: Option<&[Range<usize>]>,
    each: &mut EachEntry<'_>,
) -> ControlFlow<()> {
    if !plan.counts(entry) {
        return ControlFlow::Continue(());
    }
    each(Decoded {
        entry,
        data: Ok(data),
        fresh,
    })
}

/// Hands out `entry` and everything that hangs on it as not decoded.
fn fail_all(
    plan: &PackPlan,
    entry: u32,
    error: ReadError,
    each: &mut EachEntry<'_>,
) -> ControlFlow<()> {
    let mut stack = vec![entry];
    while let Some(entry) = stack.pop() {
        if plan.counts(entry) {
            each(Decoded {
                entry,
                data: Err(error),
                fresh: None,
            })?;
        }
        stack.extend(plan.children(entry));
    }
    ControlFlow::Continue(())
}

fn read_root(
    pack: &Pack,
    plan: &PackPlan,
    root: u32,
    inflater: &mut Inflater,
    decoding: &mut Decoding,
    data: &mut Vec<u8>,
) -> Result<(), ReadError> {
    if let EntryKind::Broken(wrong) = plan.kinds[root as usize] {
        return Err(ReadError::Corrupt(wrong));
    }
    let (stream, size, content) = stream(pack, plan, root, inflater)?;
    match content {
        Content::Whole(_) => {
            let next = plan.offsets[root as usize + 1];
            Ok(inflate(
                inflater,
                stream,
                size,
                data,
                next,
                &mut decoding.gaps,
            )?)
        }
        // Its base is not in this pack: the store may find it elsewhere.
        Content::OffsetDelta(_) | Content::IdDelta(_) => Err(ReadError::Missing),
    }
}

fn inflate(
    inflater: &mut Inflater,
    stream: Stream<'_>,
    size: usize,
    data: &mut Vec<u8>,
    next: u64,
    gaps: &mut Vec<Range<u64>>,
) -> Result<(), Wrong> {
    let end = stream.at + inflater.whole(stream, size, data)?;
    if end < next {
        gaps.push(end..next);
    }
    Ok(())
}

/// The compressed data of an entry, the size it will have, and its content.
fn stream<'a>(
    pack: &'a Pack,
    plan: &PackPlan,
    entry: u32,
    inflater: &mut Inflater,
) -> Result<(Stream<'a>, usize, Content), ReadError> {
    let offset = plan.offsets[entry as usize];
    let next = plan.offsets[entry as usize + 1];
    let header = pack.header(offset, inflater)?;
    if header.size > LARGEST {
        return Err(ReadError::TooLarge(header.size));
    }
    let stream = pack.stream(offset, &header, Some(next))?;
    Ok((stream, header.size as usize, header.content))
}

fn read_delta(
    pack: &Pack,
    plan: &PackPlan,
    entry: u32,
    base: &[u8],
    inflater: &mut Inflater,
    decoding: &mut Decoding,
    data: &mut Vec<u8>,
) -> Result<(), ReadError> {
    let (stream, size, _) = stream(pack, plan, entry, inflater)?;
    let Decoding {
        delta, fresh, gaps, ..
    } = decoding;
    let next = plan.offsets[entry as usize + 1];
    inflate(inflater, stream, size, delta, next, gaps)?;
    let (_, result, _) = delta::sizes(delta)?;
    if result > LARGEST {
        return Err(ReadError::TooLarge(result));
    }
    fresh.clear();
    delta::apply(base, delta, data, |range| fresh.push(range))?;
    Ok(())
}
