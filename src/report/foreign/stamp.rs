//! The time of day, for formats that insist on it.

use std::time::{Duration, SystemTime};

use crate::report::git::date;

/// Tells the time. Reports that hold it differ from run to run in nothing else.
#[derive(Clone, Copy, Debug)]
pub struct Clock(pub fn() -> SystemTime);

impl Default for Clock {
    fn default() -> Clock {
        Clock(SystemTime::now)
    }
}

impl Clock {
    /// Since the beginning of 1970; nothing by a clock that is before it.
    fn now(self) -> Duration {
        let since = (self.0)().duration_since(SystemTime::UNIX_EPOCH);
        since.unwrap_or_default()
    }

    /// Now, in milliseconds since 1970.
    pub(super) fn millis(self) -> u64 {
        u64::try_from(self.now().as_millis()).unwrap_or(u64::MAX)
    }

    /// Today in UTC: `2026-11-22`.
    pub(super) fn day(self) -> String {
        self.second().chars().take(10).collect()
    }

    /// Now in UTC, without a zone: `2026-11-22T08:03:53`.
    pub(super) fn second(self) -> String {
        let seconds = i64::try_from(self.now().as_secs()).unwrap_or(i64::MAX);
        date(seconds, 0).chars().take(19).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_seconds_are_those_of_utc() {
        let clock = Clock(|| SystemTime::UNIX_EPOCH + Duration::from_millis(1_763_798_633_250));
        assert_eq!(clock.second(), "2025-11-22T08:03:53");
        assert_eq!(clock.day(), "2025-11-22");
        assert_eq!(clock.millis(), 1_763_798_633_250);
    }
}
