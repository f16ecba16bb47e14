//! What a file system says of a file's content without reading it.

/// The state of a regular file. Two equal states of one file, some time apart,
/// mean the same content, as far as the file system keeps its times: whoever
/// writes a file cannot choose `changed`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileState {
    /// The device it is on.
    pub device: u64,
    /// Its number on the device.
    pub inode: u64,
    /// Bytes.
    pub size: u64,
    /// When its content was changed, as anybody may have set it: seconds since
    /// 1970, and nanoseconds.
    pub modified: (i64, i64),
    /// When its content or what is kept of it was changed, as the system knows it.
    pub changed: (i64, i64),
}

impl FileState {
    /// How long the file has not changed, in seconds, at a time given in seconds since 1970.
    pub fn rested(&self, now: i64) -> i64 {
        now.saturating_sub(self.changed.0.max(self.modified.0))
    }
}
