//! The verdict cache: contents that were examined and are clean, on disk.
//!
//! A folder of 64 files, each a row of records of 32 bytes:
//!
//! ```text
//! bytes 0..16   keyed BLAKE3 of what the verdict is about: finds the record
//! bytes 16..20  parts of containers that were examined, little endian; the highest
//!               bits tell whether no rule matched anything, and nothing was encoded
//! bytes 20..32  keyed BLAKE3 of both: the seal
//! ```
//!
//! Both digests are keyed, and into the keys goes everything that can change a
//! verdict: the program, the rules, the limits. So a record says nothing to
//! whoever does not have the key, nobody else can make one, and one that was
//! made under other rules is not even found. Records are only ever appended
//! (under a lock), and half of a file's are dropped when it is full; whatever a
//! crash or a full disk does to them makes them fewer, never wrong.

pub mod machine;
pub mod seal;
pub mod sets;
mod shard;

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::base::state::FileState;
use crate::judge::reuse::{Clean, Subject};
use crate::record::cache::seal::Seals;
use crate::record::cache::shard::{Found, Shard};

/// Files of a cache.
const SHARDS: usize = 64;

/// How long new records wait in memory at most.
const WAIT: Duration = Duration::from_secs(1);

/// The size of a cache unless somebody says otherwise, in bytes: two million records.
pub const SIZE: u64 = 64 << 20;

/// The folder inside the cache's own, named after the format.
const FORMAT: &str = "verdicts-1";

/// An open cache.
#[derive(Debug)]
pub struct Cache {
    folder: PathBuf,
    seals: Seals,
    shards: Vec<Mutex<Shard>>,
    written: Mutex<Instant>,
    /// Records that were found and are not sealed by this key.
    forged: AtomicU64,
    found: AtomicU64,
    kept: AtomicU64,
    fault: Mutex<Option<io::Error>>,
    devices: Mutex<HashMap<u64, bool>>,
}

/// What a cache did in a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// Verdicts that were found.
    pub found: u64,
    /// Verdicts that were kept.
    pub kept: u64,
    /// Records that claimed to be verdicts, and are not.
    pub forged: u64,
}

impl Cache {
    /// Opens the cache in `folder`, which is made if there is none; it takes at
    /// most `size` bytes.
    ///
    /// # Errors
    /// The folder cannot be made.
    pub fn open(folder: &Path, seals: Seals, size: u64) -> io::Result<Cache> {
        let folder = folder.join(FORMAT);
        create(&folder)?;
        let most = usize::try_from(size / SHARDS as u64).unwrap_or(usize::MAX);
        let shards = (0..SHARDS).map(|_| Mutex::new(Shard::new(most)));
        Ok(Cache {
            folder,
            seals,
            shards: shards.collect(),
            written: Mutex::new(Instant::now()),
            forged: AtomicU64::new(0),
            found: AtomicU64::new(0),
            kept: AtomicU64::new(0),
            fault: Mutex::new(None),
            devices: Mutex::new(HashMap::new()),
        })
    }

    /// The verdict about `subject`, if there is one.
    pub fn find(&self, subject: &Subject) -> Option<Clean> {
        self.find_under(&self.seals, subject)
    }

    /// The verdict about `subject` that was kept under other rules, with their `seals`.
    pub fn find_under(&self, seals: &Seals, subject: &Subject) -> Option<Clean> {
        let subject = subject.bytes();
        let id = seals.id(&subject);
        let (file, shard) = self.shard(&id);
        let found = {
            let mut shard = locked(shard);
            shard.find(&id, || self.path(file))
        };
        let Found::Record(record) = found else {
            return None;
        };
        let clean = seals.open(&subject, &record);
        let count = if clean.is_some() {
            &self.found
        } else {
            &self.forged
        };
        count.fetch_add(1, Ordering::Relaxed);
        clean
    }

    /// Keeps a verdict about `subject`.
    pub fn keep(&self, subject: &Subject, clean: Clean) {
        let subject = subject.bytes();
        let record = self.seals.record(&subject, clean);
        self.kept.fetch_add(1, Ordering::Relaxed);
        {
            let (_, shard) = self.shard(&record[..16]);
            locked(shard).keep(record);
        }
        let due = match self.written.try_lock() {
            Ok(mut written) if written.elapsed() >= WAIT => {
                *written = Instant::now();
                true
            }
            _ => false,
        };
        if due {
            self.write();
        }
    }

    /// Writes what was kept and waits in memory. What cannot be written is told
    /// by [`Cache::fault`]; nothing more is written then.
    pub fn write(&self) {
        if locked(&self.fault).is_some() {
            return;
        }
        for (file, shard) in self.shards.iter().enumerate() {
            if let Err(error) = locked(shard).write(&self.path(file)) {
                locked(&self.fault).get_or_insert(error);
                return;
            }
        }
    }

    /// Why verdicts could not be written, if they could not.
    pub fn fault(&self) -> Option<io::Error> {
        locked(&self.fault).take()
    }

    /// The folder it is in.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What it did so far.
    pub fn account(&self) -> Account {
        Account {
            found: self.found.load(Ordering::Relaxed),
            kept: self.kept.load(Ordering::Relaxed),
            forged: self.forged.load(Ordering::Relaxed),
        }
    }

    /// True when the device that the file at `path` is on keeps times of change
    /// that can be relied on.
    pub fn vouches(&self, state: &FileState, path: &Path) -> bool {
        let known = locked(&self.devices).get(&state.device).copied();
        known.unwrap_or_else(|| {
            let vouches = keeps_times(path);
            locked(&self.devices).insert(state.device, vouches);
            vouches
        })
    }

    fn shard(&self, id: &[u8]) -> (usize, &Mutex<Shard>) {
        let number = usize::from(id[0]) % SHARDS;
        (number, &self.shards[number])
    }

    fn path(&self, number: usize) -> PathBuf {
        self.folder.join(format!("{number:02x}"))
    }
}

impl Drop for Cache {
    fn drop(&mut self) {
        self.write();
    }
}

/// A panic elsewhere leaves nothing here half done.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(unix)]
fn create(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
}

#[cfg(not(unix))]
fn create(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)
}

/// File systems on local disks, by their magic numbers (statfs(2)): ext2 to
/// ext4, XFS, Btrfs, F2FS, ZFS, bcachefs, overlays. Those in memory do not
/// notice writes through a mapping; those on a network may tell old times.
#[cfg(target_os = "linux")]
const LOCAL: &[u64] = &[
    0xef53,
    0x5846_5342,
    0x9123_683e,
    0xf2f5_2010,
    0x2fc1_2fc1,
    0xca45_1a4e,
    0x794c_7630,
];

#[cfg(target_os = "linux")]
fn keeps_times(path: &Path) -> bool {
    #[allow(
        clippy::cast_sign_loss,
        reason = "the type of the number differs between systems"
    )]
    let magic = |stat: rustix::fs::StatFs| stat.f_type as u64 & 0xffff_ffff;
    rustix::fs::statfs(path).is_ok_and(|stat| LOCAL.contains(&magic(stat)))
}

/// Elsewhere nobody has looked yet.
#[cfg(not(target_os = "linux"))]
fn keeps_times(_: &Path) -> bool {
    false
}
