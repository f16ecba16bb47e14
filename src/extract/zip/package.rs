//! The members of an archive, read once more as the parts of a document.

use std::io::{BufReader, Read, SeekFrom};

use super::directory::Size;
use super::entry::{Entry, Local};
use super::{Archive, NAME, crypt, method};
use crate::base::content::SkipReason;
use crate::extract::office::Package;

/// Members with where their content begins, if that is known.
pub(super) struct Members<'m, 'a, 'b> {
    pub(super) archive: &'m mut Archive<'a, 'b>,
    pub(super) entries: Vec<(&'m Entry, Option<(u64, Size)>)>,
}

impl Package for Members<'_, '_, '_> {
    fn names(&self) -> Vec<String> {
        let names = self.entries.iter().map(|(entry, _)| entry.name.clone());
        names.collect()
    }

    fn open(&mut self, number: usize) -> Result<Box<dyn Read + '_>, SkipReason> {
        let archive = &mut *self.archive;
        let budget = archive.budget;
        let broken = |error| budget.reason(&error, NAME);
        let (entry, known) = self.entries[number];
        let (data, length) = match known {
            Some((data, Size::Known(length))) => (data, length),
            Some((data, Size::UpTo(end))) => (data, end.saturating_sub(data)),
            None => {
                let local = Local::read(archive.input, entry.offset).map_err(broken)?;
                (local.ok_or(SkipReason::Damaged(NAME))?.data, entry.packed)
            }
        };
        archive.input.seek(SeekFrom::Start(data)).map_err(broken)?;
        let length = length.min(archive.size.saturating_sub(data));
        let input = BufReader::with_capacity(32 << 10, (&mut *archive.input).take(length));
        let (input, method) = crypt::open(input, entry, budget.passwords())?;
        let reader = method::open(input, method, entry, budget)?;
        Ok(Box::new(budget.meter_again(reader, NAME)))
    }
}
