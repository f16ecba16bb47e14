//! Public text: what stands in it is no secret, wherever else it stands.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::entry::Choice;
use super::reading::{chunks_of, readings, text_of};
use crate::fingerprint::keys::Keys;
use crate::fingerprint::symbols::Alphabet;

/// Texts that stand in files everywhere: licences and their notices, disclaimers.
const EVERYWHERE: [&str; 3] = [
    include_str!("licences.txt"),
    include_str!("../../../LICENSE-MIT"),
    include_str!("../../../LICENSE-APACHE"),
];

/// Bits of the first look for each tag.
const BITS: u64 = 16;

/// Tags of public text.
#[derive(Clone, Debug, Default)]
pub struct Public {
    /// All of them, ascending.
    tags: Vec<u64>,
    /// One bit for the first bits of every tag, because most tags are in no public text.
    first: Vec<u64>,
    /// How far right a tag's bits are moved to be a number of such a bit.
    shift: u32,
}

impl Public {
    /// Joins the tags of several texts.
    pub fn new(mut tags: Vec<u64>) -> Public {
        tags.par_sort_unstable();
        tags.dedup();
        let bits = (BITS * tags.len() as u64).max(64).next_power_of_two();
        let shift = bits.leading_zeros() + 1;
        let mut first = vec![0; (bits / 64) as usize];
        for tag in &tags {
            let bit = tag >> shift;
            first[(bit / 64) as usize] |= 1 << (bit % 64);
        }
        Public { tags, first, shift }
    }

    /// True when `tag` stands in public text.
    pub fn holds(&self, tag: u64) -> bool {
        let bit = tag.checked_shr(self.shift).unwrap_or(0);
        let word = self.first.get((bit / 64) as usize).copied().unwrap_or(0);
        word >> (bit % 64) & 1 == 1 && self.tags.binary_search(&tag).is_ok()
    }

    /// Number of tags.
    pub fn len(&self) -> usize {
        self.tags.len()
    }

    /// True when there is none.
    pub fn is_empty(&self) -> bool {
        self.tags.is_empty()
    }
}

/// Reads all files at and under `paths`, and what stands everywhere. What is no text is left out. All
/// candidates count, so that a public passage is recognised however it stands.
///
/// # Errors
/// When a file or folder cannot be read.
pub fn read(paths: &[PathBuf], keys: &Keys) -> io::Result<Public> {
    let mut files = Vec::new();
    for path in paths {
        for entry in walkdir::WalkDir::new(path).sort_by_file_name() {
            let entry = entry.map_err(|error| named(path, &error.into()))?;
            if entry.file_type().is_file() {
                files.push(entry.into_path());
            }
        }
    }
    let alphabet = Alphabet::default();
    let tags: io::Result<Vec<Vec<u64>>> = files
        .par_iter()
        .map(|path| tags(path, keys, &alphabet))
        .collect();
    let mut tags = tags?.concat();
    for text in EVERYWHERE {
        tags.extend(tags_of(Path::new(""), text.as_bytes(), keys, &alphabet));
    }
    Ok(Public::new(tags))
}

/// `error`, with the path before it.
fn named(path: &Path, error: &io::Error) -> io::Error {
    // The walk's own errors name the path a second time.
    let reason = io::Error::from(error.kind());
    io::Error::new(
        error.kind(),
        format!("cannot read {}: {reason}", path.display()),
    )
}

fn tags(path: &Path, keys: &Keys, alphabet: &Alphabet) -> io::Result<Vec<u64>> {
    let bytes = fs::read(path).map_err(|error| named(path, &error))?;
    let mut tags = Vec::new();
    if memchr::memchr(0, &bytes).is_some() && u32::try_from(bytes.len()).is_ok() {
        tags.extend(chunks_of(keys, &bytes).rich.iter().map(|chunk| chunk.tag));
    }
    if let Ok(text) = text_of(path, &bytes) {
        tags.extend(tags_of(path, &text, keys, alphabet));
    }
    Ok(tags)
}

fn tags_of(path: &Path, text: &[u8], keys: &Keys, alphabet: &Alphabet) -> Vec<u64> {
    let readings = readings(keys, alphabet, path, Choice::Auto, text);
    let tags = readings.into_iter().flat_map(|reading| reading.rich);
    tags.map(|candidate| candidate.tag).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_held_and_others_are_not() {
        assert!(!Public::default().holds(0));
        for count in [0, 1, 5, 1_000] {
            let tag = |number: u64| number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
            let public = Public::new((0..count).map(tag).collect());
            assert!((0..count).all(|number| public.holds(tag(number))));
            assert!((count..2_000).all(|number| !public.holds(tag(number))));
        }
    }
}
