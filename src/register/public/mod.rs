//! Public text: what stands in it is no secret, wherever else it stands.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::build::{Public, rich_candidates, text_of};
use crate::fingerprint::keys::Keys;
use crate::fingerprint::symbols::Alphabet;

/// Texts that stand in files everywhere: licences and their notices, disclaimers.
const EVERYWHERE: [&str; 3] = [
    include_str!("licences.txt"),
    include_str!("../../../LICENSE-MIT"),
    include_str!("../../../LICENSE-APACHE"),
];

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
        tags.extend(tags_of(text.as_bytes(), keys, &alphabet));
    }
    Ok(Public::new(tags))
}

fn tags(path: &Path, keys: &Keys, alphabet: &Alphabet) -> io::Result<Vec<u64>> {
    let bytes = fs::read(path)?;
    let Ok(text) = text_of(path, &bytes) else {
        return Ok(Vec::new());
    };
    Ok(tags_of(&text, keys, alphabet))
}

fn tags_of(text: &[u8], keys: &Keys, alphabet: &Alphabet) -> Vec<u64> {
    let (_, _, rich) = rich_candidates(keys, alphabet, text);
    rich.into_iter().map(|candidate| candidate.tag).collect()
}
