//! What makes a record of the cache ours.

use crate::judge::reuse::{Clean, Subject};

/// Bytes of a record.
pub const RECORD: usize = 32;

/// Most parts that a record tells of.
const PARTS: u32 = u32::MAX >> 2;

/// One record.
pub type Record = [u8; RECORD];

/// Makes records and knows its own.
///
/// Verdicts about contents are sealed with the project key, where there is one,
/// so that all who have it share them. Verdicts about files are always sealed
/// with the machine's own: on another one the same state may be another file's.
#[derive(Clone)]
pub struct Seals {
    content: [u8; 32],
    file: [u8; 32],
}

impl Seals {
    /// Seals for verdicts under `policy`, which is a digest of everything that
    /// can change them.
    pub fn new(project: Option<&[u8]>, machine: &[u8; 32], policy: &[u8; 32]) -> Seals {
        let of = |context: &str, key: &[u8]| {
            let key = blake3::derive_key(context, key);
            *blake3::keyed_hash(&key, policy).as_bytes()
        };
        Seals {
            content: of(
                "stanch 2026 verdicts about contents v1",
                project.unwrap_or(machine),
            ),
            file: of("stanch 2026 verdicts about files v1", machine),
        }
    }

    /// The part of a record that finds it.
    pub fn id(&self, subject: &[u8]) -> [u8; 16] {
        let mut id = [0; 16];
        let mut hasher = self.hasher(subject);
        hasher.update(b"id");
        hasher.finalize_xof().fill(&mut id);
        id
    }

    /// The record of a verdict about `subject`.
    pub fn record(&self, subject: &[u8], clean: Clean) -> Record {
        let mut record = [0; RECORD];
        record[..16].copy_from_slice(&self.id(subject));
        let bare = u32::from(clean.is_bare) << 31 | u32::from(clean.is_plain) << 30;
        // More parts than that are told as so many.
        let said = clean.parts.min(PARTS) | bare;
        record[16..20].copy_from_slice(&said.to_le_bytes());
        let seal = self.seal(subject, &record[..20]);
        record[20..].copy_from_slice(&seal);
        record
    }

    /// The verdict in `record`, if it is ours and about `subject`.
    pub fn open(&self, subject: &[u8], record: &Record) -> Option<Clean> {
        let (said, seal) = record.split_at(20);
        let own = self.seal(subject, said);
        // Compared without telling how far it is right.
        let wrong = own
            .iter()
            .zip(seal)
            .fold(0, |wrong, (a, b)| wrong | (a ^ b));
        let said = u32::from_le_bytes(said[16..].try_into().ok()?);
        (wrong == 0).then_some(Clean {
            parts: said & PARTS,
            is_bare: said >> 31 == 1,
            is_plain: said >> 30 & 1 == 1,
        })
    }

    fn seal(&self, subject: &[u8], said: &[u8]) -> [u8; 12] {
        let mut seal = [0; 12];
        let mut hasher = self.hasher(subject);
        hasher.update(b"seal");
        hasher.update(said);
        hasher.finalize_xof().fill(&mut seal);
        seal
    }

    /// A hasher that has taken `subject`, with the key for its kind: the first
    /// byte of [`Subject::bytes`] tells it.
    fn hasher(&self, subject: &[u8]) -> blake3::Hasher {
        let key = if Subject::is_of_file(subject) {
            &self.file
        } else {
            &self.content
        };
        let mut hasher = blake3::Hasher::new_keyed(key);
        hasher.update(&(subject.len() as u64).to_le_bytes());
        hasher.update(subject);
        hasher
    }
}

impl std::fmt::Debug for Seals {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seals(keyed)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::state::FileState;

    fn content(byte: u8) -> Subject {
        Subject::Content {
            digest: [byte; 32],
            size: 7,
            path: [1; 32],
        }
    }

    fn file() -> Subject {
        Subject::File {
            state: FileState {
                device: 1,
                inode: 2,
                size: 3,
                modified: (4, 5),
                changed: (6, 7),
            },
            path: [1; 32],
        }
    }

    const MACHINE: [u8; 32] = [9; 32];

    #[test]
    fn a_record_opens_for_its_subject_and_no_other() {
        let seals = Seals::new(None, &MACHINE, &[0; 32]);
        for subject in [content(1), file(), Subject::Size(8)] {
            let bytes = subject.bytes();
            let clean = Clean {
                parts: 5,
                is_bare: true,
                is_plain: false,
            };
            let record = seals.record(&bytes, clean);
            assert_eq!(record[..16], seals.id(&bytes));
            assert_eq!(seals.open(&bytes, &record), Some(clean));
            assert_eq!(seals.open(&content(2).bytes(), &record), None);
            for bit in 0..RECORD * 8 {
                let mut other = record;
                other[bit / 8] ^= 1 << (bit % 8);
                assert_eq!(seals.open(&bytes, &other), None, "bit {bit}");
            }
        }
    }

    #[test]
    fn other_rules_and_other_keys_make_other_records() {
        let one = Seals::new(None, &MACHINE, &[0; 32]);
        for other in [
            Seals::new(None, &MACHINE, &[1; 32]),
            Seals::new(None, &[8; 32], &[0; 32]),
            Seals::new(Some(b"project"), &[8; 32], &[0; 32]),
        ] {
            for subject in [content(1), file()] {
                let bytes = subject.bytes();
                assert_ne!(one.id(&bytes), other.id(&bytes));
                let record = other.record(&bytes, Clean::default());
                assert_eq!(one.open(&bytes, &record), None);
            }
        }
    }

    #[test]
    fn the_project_key_is_shared_for_contents_and_not_for_files() {
        let here = Seals::new(Some(b"project"), &MACHINE, &[0; 32]);
        let there = Seals::new(Some(b"project"), &[8; 32], &[0; 32]);
        assert_eq!(here.id(&content(1).bytes()), there.id(&content(1).bytes()));
        assert_ne!(here.id(&file().bytes()), there.id(&file().bytes()));
    }
}
