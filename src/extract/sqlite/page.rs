//! Pages of a `SQLite` database: trees, their cells, and payload that goes on in
//! other pages (file format §1.5 and §1.6).

use std::collections::HashMap;
use std::io::SeekFrom;

use super::record::varint;
use crate::base::content::SkipReason;
use crate::extract::budget::Budget;
use crate::extract::part::{ReadSeek, read_full};

/// Most bytes of a row.
const LARGEST: usize = 64 << 20;

/// Where pages come from.
pub(super) struct Pages<'a, 'b> {
    input: &'a mut dyn ReadSeek,
    pub(super) budget: &'a Budget<'b>,
    pub(super) size: usize,
    /// Bytes of a page that hold content.
    pub(super) usable: usize,
    pub(super) count: u32,
    /// Where pages stand that are not in their place, as in a log.
    pub(super) moved: Option<HashMap<u32, u64>>,
}

/// What a page of a tree is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Kind {
    TableLeaf,
    TableInner,
    IndexLeaf,
    IndexInner,
}

/// A cell: its row, its payload as far as it stands in the page, its whole
/// length, and the page in which it goes on.
#[derive(Debug)]
pub(super) struct Cell<'p> {
    pub(super) row: i64,
    local: &'p [u8],
    length: usize,
    next: u32,
}

impl<'a, 'b> Pages<'a, 'b> {
    pub(super) fn new(
        input: &'a mut dyn ReadSeek,
        budget: &'a Budget<'b>,
        size: usize,
        reserved: usize,
    ) -> Pages<'a, 'b> {
        Pages {
            input,
            budget,
            size,
            usable: size.saturating_sub(reserved).max(480).min(size),
            count: 0,
            moved: None,
        }
    }

    /// The page with this number, counted from 1; shorter where the file is cut.
    ///
    /// # Errors
    /// When the budget is spent.
    pub(super) fn page(&mut self, number: u32) -> Result<Option<Vec<u8>>, SkipReason> {
        let at = match &self.moved {
            Some(moved) => moved.get(&number).copied(),
            None if number == 0 || number > self.count => None,
            None => Some(u64::from(number - 1) * self.size as u64),
        };
        match at {
            Some(at) => self.at(at),
            None => Ok(None),
        }
    }

    /// The page that stands at `at`.
    ///
    /// # Errors
    /// When the budget is spent.
    pub(super) fn at(&mut self, at: u64) -> Result<Option<Vec<u8>>, SkipReason> {
        self.budget.alive()?;
        let mut page = vec![0; self.size];
        if self.input.seek(SeekFrom::Start(at)).is_err() {
            return Ok(None);
        }
        let Ok(got) = read_full(&mut self.input, &mut page) else {
            return Ok(None);
        };
        page.truncate(got);
        Ok((got > 0).then_some(page))
    }

    /// The whole payload of `cell`, and whether nothing of it is missing.
    ///
    /// # Errors
    /// When the budget is spent.
    pub(super) fn payload(&mut self, cell: &Cell<'_>) -> Result<(Vec<u8>, bool), SkipReason> {
        let mut payload = cell.local.to_vec();
        let length = cell.length.min(LARGEST);
        let mut next = cell.next;
        while payload.len() < length && next != 0 {
            let Some(page) = self.page(next)? else {
                break;
            };
            let Some((number, rest)) = page.split_first_chunk::<4>() else {
                break;
            };
            let room = self.usable.saturating_sub(4).min(rest.len());
            let part = &rest[..room.min(length - payload.len())];
            if part.is_empty() {
                break;
            }
            payload.extend_from_slice(part);
            self.budget.produce(part.len() as u64)?;
            next = u32::from_be_bytes(*number);
        }
        let whole = payload.len() == cell.length;
        Ok((payload, whole))
    }

    /// The cell of `kind` that stands at `at` of `page`.
    pub(super) fn cell<'p>(&self, page: &'p [u8], at: usize, kind: Kind) -> Option<Cell<'p>> {
        let mut rest = page.get(at..self.usable.min(page.len()))?;
        if kind == Kind::IndexInner {
            rest = rest.get(4..)?;
        }
        let (length, used) = varint(rest)?;
        rest = &rest[used..];
        let mut row = 0;
        if kind == Kind::TableLeaf {
            let (number, used) = varint(rest)?;
            row = number.cast_signed();
            rest = &rest[used..];
        }
        let length = usize::try_from(length).ok()?;
        let local = self.local(length, kind);
        let here = rest.get(..local.min(rest.len()))?;
        let next = if local < length {
            let next = rest.get(local..)?.first_chunk();
            next.map(|n| u32::from_be_bytes(*n))?
        } else {
            0
        };
        Some(Cell {
            row,
            local: here,
            length,
            next,
        })
    }

    /// How much of a payload stands in the page of its cell.
    fn local(&self, length: usize, kind: Kind) -> usize {
        let usable = self.usable;
        let part = (usable.saturating_sub(12)) * 64 / 255;
        let most = match kind {
            Kind::TableLeaf => usable.saturating_sub(35),
            _ => part.saturating_sub(23),
        };
        if length <= most {
            return length;
        }
        let least = ((usable.saturating_sub(12)) * 32 / 255).saturating_sub(23);
        let rest = usable.saturating_sub(4).max(1);
        let surplus = least + (length - least.min(length)) % rest;
        if surplus <= most { surplus } else { least }
    }
}

/// The header of a tree's page, which begins at `start` of it: its kind, where
/// its cells stand, and the page to the right of all.
pub(super) fn tree(page: &[u8], start: usize) -> Option<(Kind, Vec<usize>, u32)> {
    let header = page.get(start..)?;
    let kind = match header.first()? {
        13 => Kind::TableLeaf,
        5 => Kind::TableInner,
        10 => Kind::IndexLeaf,
        2 => Kind::IndexInner,
        _ => return None,
    };
    let number = |at: usize| {
        header
            .get(at..)?
            .first_chunk()
            .map(|n| u16::from_be_bytes(*n))
    };
    let is_inner = matches!(kind, Kind::TableInner | Kind::IndexInner);
    let right = if is_inner {
        let right = header.get(8..)?.first_chunk();
        right.map(|n| u32::from_be_bytes(*n))?
    } else {
        0
    };
    let first = if is_inner { 12 } else { 8 };
    let count = usize::from(number(3)?);
    let cells = (0..count).map_while(|index| number(first + 2 * index));
    Some((kind, cells.map(usize::from).collect(), right))
}

/// The page that the cell at `at` of an inner page leads to.
pub(super) fn child(page: &[u8], at: usize) -> Option<u32> {
    page.get(at..)?
        .first_chunk()
        .map(|n| u32::from_be_bytes(*n))
}
