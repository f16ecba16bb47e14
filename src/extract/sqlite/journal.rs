//! Logs and journals of `SQLite` databases: pages on their way into or out of one.

use std::collections::HashMap;

use super::page::Pages;
use super::record::Encoding;
use super::{NAME, Reader, start};
use crate::base::content::SkipReason;
use crate::extract::budget::Budget;
use crate::extract::part::{Blob, Extractor, Head, Needs, YieldPart};

const JOURNAL: [u8; 8] = [0xD9, 0xD5, 0x05, 0xF9, 0x20, 0xA1, 0x63, 0xD7];

/// The reader of logs and journals.
#[derive(Debug)]
pub(crate) struct Journal;

impl Extractor for Journal {
    fn name(&self) -> &'static str {
        "sqlite-journal"
    }

    fn accepts(&self, head: &Head<'_>) -> bool {
        matches!(head.bytes, [0x37, 0x7F, 0x06, 0x82 | 0x83, ..] | [0xD9, ..])
            && (head.bytes[0] == 0x37 || head.bytes.starts_with(&JOURNAL))
            && head.bytes.len() >= 32
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
        let (input, length) = blob.seekable()?;
        let mut header = [0; 32];
        start(input, 0, &mut header).ok_or(SkipReason::Damaged(NAME))?;
        let field = |at: usize| {
            header[at..]
                .first_chunk()
                .map_or(0, |n| u32::from_be_bytes(*n))
        };
        // In a log frames of 24 bytes stand before pages; in a journal numbers
        // before and checksums behind them.
        let is_log = header[0] == 0x37;
        let (size, first, before, after) = if is_log {
            (field(8), 32, 24, 0)
        } else {
            (field(24), u64::from(field(20)), 4, 4)
        };
        let known = size.is_power_of_two() && (512..=65_536).contains(&size);
        let size = size as usize;
        if !known || first == 0 {
            return Err(SkipReason::Damaged(NAME));
        }
        let step = (size + before + after) as u64;
        let mut places = Vec::new();
        let mut moved = HashMap::new();
        let mut at = first;
        while at + before as u64 + 512 <= length {
            if places.len() % 4096 == 0 {
                budget.alive()?;
            }
            let mut number = [0; 4];
            if start(input, at, &mut number).is_none() {
                break;
            }
            let number = u32::from_be_bytes(number);
            places.push((number, at + before as u64));
            moved.insert(number, at + before as u64);
            at += step;
        }
        let mut pages = Pages::new(input, budget, size, 0);
        pages.moved = Some(moved);
        let mut reader = Reader::new(pages, Encoding::Utf8, yield_part);
        for (number, at) in places {
            if reader.done {
                break;
            }
            if let Some(page) = reader.pages.at(at)? {
                reader.loose(&page, &format!("page {number}"), number)?;
            }
        }
        // Pages of a log say nothing about what is missing in it.
        reader.damaged = false;
        reader.finish()
    }
}
