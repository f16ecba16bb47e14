//! One file of the cache: records in memory, in order, and those to be written.

use std::collections::HashMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::seal::{RECORD, Record};

/// How often, and how far apart, another process is waited for that writes the same file.
const PATIENCE: (u32, Duration) = (50, Duration::from_millis(10));

/// What a look-up gives.
pub(super) enum Found {
    /// No record has this id.
    Nothing,
    /// This one does; nobody has looked at its seal.
    Record(Record),
}

/// A part of the cache.
#[derive(Debug)]
pub(super) struct Shard {
    /// Most bytes of the file.
    most: usize,
    /// Records of the file, sorted; none before the first look-up.
    known: Option<Vec<Record>>,
    /// Which of them were of use.
    used: Vec<bool>,
    /// Records of this run.
    new: HashMap<[u8; 16], Record>,
    /// Those of them that are not yet in the file.
    waiting: Vec<Record>,
}

impl Shard {
    pub(super) fn new(most: usize) -> Shard {
        Shard {
            most,
            known: None,
            used: Vec::new(),
            new: HashMap::new(),
            waiting: Vec::new(),
        }
    }

    /// The record with this id. `path` is asked for before the first look-up.
    pub(super) fn find(&mut self, id: &[u8; 16], path: impl FnOnce() -> PathBuf) -> Found {
        if let Some(record) = self.new.get(id) {
            return Found::Record(*record);
        }
        if self.known.is_none() {
            // A cache that cannot be read is an empty one.
            let mut records = read(&path(), self.most).unwrap_or_default();
            records.sort_unstable();
            self.used = vec![false; records.len()];
            self.known = Some(records);
        }
        let known = self.known.as_deref().unwrap_or_default();
        match known.binary_search_by(|record| record[..16].cmp(&id[..])) {
            Ok(at) => {
                self.used[at] = true;
                Found::Record(known[at])
            }
            Err(_) => Found::Nothing,
        }
    }

    pub(super) fn keep(&mut self, record: Record) {
        let mut id = [0; 16];
        id.copy_from_slice(&record[..16]);
        if self.new.insert(id, record) != Some(record) {
            self.waiting.push(record);
        }
    }

    /// Appends what waits to the file at `path`.
    pub(super) fn write(&mut self, path: &Path) -> io::Result<()> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let mut file = open(path)?;
        if !lock(&file)? {
            // Somebody else is busy; there will be another time, or nothing is lost.
            return Ok(());
        }
        let size = usize::try_from(file.metadata()?.len()).unwrap_or(usize::MAX);
        let more = self.waiting.len() * RECORD;
        if size.saturating_add(more) > self.most {
            self.shrink(&mut file)?;
        } else {
            // A record that somebody did not finish must not shift the others.
            let whole = size - size % RECORD;
            file.set_len(whole as u64)?;
            file.seek(SeekFrom::Start(whole as u64))?;
            file.write_all(self.waiting.as_flattened())?;
        }
        self.waiting.clear();
        Ok(())
    }

    /// Writes the file anew with half of the records it may hold: those of this
    /// run, then the newest.
    fn shrink(&mut self, file: &mut File) -> io::Result<()> {
        let room = (self.most / RECORD / 2).max(1);
        let mut old = Vec::new();
        file.seek(SeekFrom::Start(0))?;
        file.take(self.most as u64).read_to_end(&mut old)?;
        let (old, _) = old.as_chunks::<RECORD>();
        let mut kept: Vec<Record> = self.waiting.clone();
        kept.truncate(room);
        let mut seen: std::collections::HashSet<Record> = kept.iter().copied().collect();
        for pass in [Pass::OfUse, Pass::Others] {
            for record in old.iter().rev() {
                if kept.len() >= room {
                    break;
                }
                if self.is_of_use(record) == (pass == Pass::OfUse) && seen.insert(*record) {
                    kept.push(*record);
                }
            }
        }
        // The oldest first, as they were.
        kept.reverse();
        file.set_len(0)?;
        file.seek(SeekFrom::Start(0))?;
        file.write_all(kept.as_flattened())
    }

    fn is_of_use(&self, record: &Record) -> bool {
        let known = self.known.as_deref().unwrap_or_default();
        let found = known.binary_search(record);
        found.is_ok_and(|at| self.used[at]) || self.new.contains_key(&record[..16])
    }
}

/// Which records are looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pass {
    OfUse,
    Others,
}

fn read(path: &Path, most: usize) -> io::Result<Vec<Record>> {
    let mut bytes = Vec::new();
    File::open(path)?
        .take(most as u64)
        .read_to_end(&mut bytes)?;
    Ok(bytes.as_chunks::<RECORD>().0.to_vec())
}

fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Locks the file; false when another process holds it all the time.
fn lock(file: &File) -> io::Result<bool> {
    let (times, apart) = PATIENCE;
    for _ in 0..times {
        match file.try_lock() {
            Ok(()) => return Ok(true),
            Err(TryLockError::WouldBlock) => std::thread::sleep(apart),
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(number: u32) -> Record {
        let mut record = [7; RECORD];
        record[..4].copy_from_slice(&number.to_be_bytes());
        record
    }

    fn id(number: u32) -> [u8; 16] {
        record(number)[..16].try_into().unwrap()
    }

    fn knows(shard: &mut Shard, path: &Path, number: u32) -> bool {
        matches!(
            shard.find(&id(number), || path.to_owned()),
            Found::Record(_)
        )
    }

    #[test]
    fn what_is_kept_is_found_now_and_later() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("00");
        let mut shard = Shard::new(1 << 20);
        shard.keep(record(3));
        assert!(knows(&mut shard, &path, 3));
        shard.write(&path).unwrap();
        shard.keep(record(4));
        shard.write(&path).unwrap();
        let mut later = Shard::new(1 << 20);
        assert!(knows(&mut later, &path, 3) && knows(&mut later, &path, 4));
        assert!(!knows(&mut later, &path, 5));
    }

    #[test]
    fn a_record_that_was_cut_off_spoils_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("00");
        let mut shard = Shard::new(1 << 20);
        shard.keep(record(1));
        shard.write(&path).unwrap();
        let whole = std::fs::read(&path).unwrap();
        std::fs::write(&path, [&whole[..], &whole[..13]].concat()).unwrap();
        let mut other = Shard::new(1 << 20);
        other.keep(record(2));
        other.write(&path).unwrap();
        let mut later = Shard::new(1 << 20);
        assert!(knows(&mut later, &path, 1) && knows(&mut later, &path, 2));
        assert_eq!(std::fs::metadata(&path).unwrap().len(), 64);
    }

    #[test]
    fn a_full_file_keeps_what_is_of_use_and_what_is_new() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("00");
        let most = 100 * RECORD;
        let mut shard = Shard::new(most);
        (0..90).for_each(|n| shard.keep(record(n)));
        shard.write(&path).unwrap();
        let mut next = Shard::new(most);
        assert!(knows(&mut next, &path, 5));
        (100..120).for_each(|n| next.keep(record(n)));
        next.write(&path).unwrap();
        assert!(std::fs::metadata(&path).unwrap().len() <= most as u64 / 2);
        let mut later = Shard::new(most);
        assert!(knows(&mut later, &path, 5), "it was of use");
        assert!(
            (100..120).all(|n| knows(&mut later, &path, n)),
            "they are new"
        );
        assert!(knows(&mut later, &path, 89) && !knows(&mut later, &path, 6));
    }

    #[test]
    fn a_file_larger_than_it_may_be_is_read_up_to_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("00");
        std::fs::write(&path, vec![1; 10 * RECORD]).unwrap();
        let mut shard = Shard::new(2 * RECORD);
        assert!(!knows(&mut shard, &path, 1));
        assert_eq!(shard.used.len(), 2);
        shard.keep(record(1));
        shard.write(&path).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().len(), RECORD as u64);
    }
}
