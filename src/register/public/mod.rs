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

/// Tags of public text, ascending.
#[derive(Clone, Debug, Default)]
pub struct Public(Vec<u64>);

impl Public {
    /// Joins the tags of several texts.
    pub fn new(mut tags: Vec<u64>) -> Public {
        tags.par_sort_unstable();
        tags.dedup();
        Public(tags)
    }

    /// True when `tag` stands in public text.
    pub fn holds(&self, tag: u64) -> bool {
        self.0.binary_search(&tag).is_ok()
    }

    /// Number of tags.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// True when there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
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
            let entry = entry?;
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

fn tags(path: &Path, keys: &Keys, alphabet: &Alphabet) -> io::Result<Vec<u64>> {
    let bytes = fs::read(path)?;
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
