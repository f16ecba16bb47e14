//! What a scan may spend on one unit.

/// Limits of one run. Whatever a limit cuts is reported as not examined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of new content per window. Files longer than this are read in
    /// overlapping windows; findings do not depend on it.
    pub window: usize,
    /// Findings kept per blob; more are counted and make the blob partial.
    pub findings_per_blob: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            window: 4 << 20,
            findings_per_blob: 10_000,
        }
    }
}

/// Bytes kept before the new content of a window: how far a detector may look
/// back from the place it examines.
pub const CONTEXT_BACK: usize = 64 << 10;

/// Bytes kept after the new content of a window: how far a detector may look
/// ahead. The longest match of any rule must fit in it.
pub const CONTEXT_AHEAD: usize = 128 << 10;
