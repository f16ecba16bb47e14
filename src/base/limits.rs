//! What a scan may spend on one unit.

use std::time::Duration;

use crate::base::decoding::Decoding;

/// Limits of one run. Whatever a limit cuts is reported as not examined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of new content per window. Files longer than this are read in
    /// overlapping windows; findings do not depend on it.
    pub window: usize,
    /// Findings kept per blob; more are counted and make the blob partial.
    pub findings_per_blob: usize,
    /// Encodings around each other that are taken off a text, at most
    /// [`Decoding::DEEPEST`]; none are when it is zero.
    pub decode: usize,
    /// What opening the containers of one unit may cost.
    pub unpack: Unpack,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            window: 4 << 20,
            findings_per_blob: 10_000,
            decode: Decoding::DEEPEST,
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
        "bytes",
        "ratio",
        "entries",
        "depth",
        "time",
        "memory",
        "run-bytes",
    ];
}

impl Unpack {
    /// Sets the limit that `setting` names: `entries=1000`, `bytes=2G`, `time=60`
    /// (in seconds). Letters K, M and G stand for powers of 1024.
    ///
    /// # Errors
    /// What is wrong with the setting.
    pub fn set(&mut self, setting: &str) -> Result<(), String> {
        let known = || format!("known limits are {}", Unpack::NAMES.join(", "));
        let (name, value) = setting
            .split_once('=')
            .ok_or_else(|| format!("`{setting}` is no NAME=VALUE; {}", known()))?;
        let number = number(value.trim())
            .ok_or_else(|| format!("`{value}` is no number, or one that is too large"))?;
        match name.trim() {
            "bytes" => self.bytes = number,
            "ratio" => self.ratio = number,
            "entries" => self.entries = number,
            "depth" => self.depth = usize::try_from(number).unwrap_or(usize::MAX).min(64),
            "time" => self.time = Duration::from_secs(number),
            "memory" => self.memory = number,
            "run-bytes" => self.run_bytes = number,
            _ => return Err(format!("there is no limit `{name}`; {}", known())),
        }
        Ok(())
    }
}

/// A number with a letter for a power of 1024: `64M`.
pub fn number(text: &str) -> Option<u64> {
    let (digits, shift) = match text.as_bytes().last()?.to_ascii_uppercase() {
        b'K' => (&text[..text.len() - 1], 10),
        b'M' => (&text[..text.len() - 1], 20),
        b'G' => (&text[..text.len() - 1], 30),
        _ => (text, 0),
    };
    digits.parse::<u64>().ok()?.checked_mul(1 << shift)
}

impl Default for Unpack {
    fn default() -> Unpack {
        Unpack {
            bytes: 16 << 30,
            ratio: 100,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_set_by_name() {
        let mut limits = Unpack::default();
        for setting in [
            "bytes=2G",
            "ratio=10",
            "entries=5k",
            "depth=3",
            "time=7",
            "memory=1M",
        ] {
            limits.set(setting).unwrap();
        }
        let expected = Unpack {
            bytes: 2 << 30,
            ratio: 10,
            entries: 5 << 10,
            depth: 3,
            time: Duration::from_secs(7),
            memory: 1 << 20,
            run_bytes: u64::MAX,
        };
        assert_eq!(limits, expected);
    }

    #[test]
    fn what_is_no_limit_is_refused() {
        let mut limits = Unpack::default();
        for setting in [
            "",
            "bytes",
            "bytes=",
            "bytes=x",
            "bytes=-1",
            "size=3",
            "bytes=99999999999999G",
        ] {
            assert!(limits.set(setting).is_err(), "{setting}");
        }
        assert_eq!(limits, Unpack::default());
    }

    #[test]
    fn every_name_can_be_set() {
        for name in Unpack::NAMES {
            assert_eq!(Unpack::default().set(&format!("{name}=1")), Ok(()));
        }
    }
}
