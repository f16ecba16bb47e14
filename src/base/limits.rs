//! What a scan may spend on one unit.

use std::time::Duration;

/// Limits of one run. Whatever a limit cuts is reported as not examined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of new content per window. Files longer than this are read in
    /// overlapping windows; findings do not depend on it.
    pub window: usize,
    /// Findings kept per blob; more are counted and make the blob partial.
    pub findings_per_blob: usize,
    /// What opening the containers of one unit may cost.
    pub unpack: Unpack,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            window: 4 << 20,
            findings_per_blob: 10_000,
            unpack: Unpack::default(),
        }
    }
}

/// What opening the containers of one unit may cost, all levels together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unpack {
    /// Bytes that unpacking may produce.
    pub bytes: u64,
    /// How many bytes may be produced for each byte of the unit, once more
    /// than [`Unpack::FREE`] were.
    pub ratio: u64,
    /// Members.
    pub entries: u64,
    /// Containers inside each other.
    pub depth: usize,
    /// Wall time.
    pub time: Duration,
    /// Bytes held at a time: members that must be whole to be opened, and
    /// what a decoder must remember.
    pub memory: u64,
    /// Bytes that unpacking may produce in a whole run.
    pub run_bytes: u64,
}

impl Unpack {
    /// Bytes that are produced before their ratio counts.
    pub const FREE: u64 = 64 << 20;

    /// The limits by the names that reports and options use.
    pub const NAMES: &'static [&'static str] = &[
        "unpacked-bytes",
        "ratio",
        "entries",
        "depth",
        "time",
        "memory",
        "run-bytes",
    ];
}

impl Default for Unpack {
    fn default() -> Unpack {
        Unpack {
            bytes: 16 << 30,
            ratio: 200,
            entries: 250_000,
            depth: 16,
            time: Duration::from_mins(5),
            memory: 128 << 20,
            run_bytes: u64::MAX,
        }
    }
}

/// Bytes kept before the new content of a window: how far a detector may look
/// back from the place it examines.
pub const CONTEXT_BACK: usize = 64 << 10;

/// Bytes kept after the new content of a window: how far a detector may look
/// ahead. The longest match of any rule must fit in it.
pub const CONTEXT_AHEAD: usize = 128 << 10;
