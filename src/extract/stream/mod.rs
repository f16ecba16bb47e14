//! Compressed streams: one part each, decoded as it is read.

mod gzip;
mod zstd;

pub(super) use gzip::Gzip;
pub(super) use zstd::{Zstd, frames as zstd_frames};

use std::path::Path;

/// Size of the buffers decoders read through.
const BUFFER: usize = 64 << 10;

/// What the content of the stream called `name` is called: the name without
/// the ending, of which some stand for two.
fn inner_name(name: &str, endings: &[(&str, &str)]) -> String {
    let found = endings.iter().find_map(|(ending, stands_for)| {
        let at = name.len().checked_sub(ending.len())?;
        let (stem, end) = (name.get(..at)?, name.get(at..)?);
        (!stem.is_empty() && end.eq_ignore_ascii_case(ending))
            .then(|| format!("{stem}{stands_for}"))
    });
    found.unwrap_or_else(|| {
        let file = Path::new(name).file_stem().unwrap_or_default();
        let stem = file.to_string_lossy();
        if stem.is_empty() || stem == name {
            "content".to_owned()
        } else {
            stem.into_owned()
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_are_taken_off() {
        let endings = &[(".tgz", ".tar"), (".gz", "")];
        for (name, expected) in [
            ("a.tar.gz", "a.tar"),
            ("a.TGZ", "a.tar"),
            (".gz", "content"),
            ("blob", "content"),
            ("a.bin", "a"),
            ("", "content"),
            ("é.gz", "é"),
        ] {
            assert_eq!(inner_name(name, endings), expected);
        }
    }
}
