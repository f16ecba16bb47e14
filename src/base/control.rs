//! What a run shares with its watchers: a stop flag and counters.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock};
use std::time::{Duration, Instant};

/// Shared by all threads of one run. Workers only add to it; the progress
/// display and the interrupt handler only read it or set the flag.
#[derive(Debug, Default)]
pub struct Control {
    cancelled: AtomicBool,
    deadline: OnceLock<Instant>,
    /// Units the source has emitted so far.
    pub enumerated: AtomicU64,
    /// Units that have ended, whatever their status.
    pub ended: AtomicU64,
    /// Bytes read so far.
    pub bytes: AtomicU64,
    /// Bytes produced by opening containers so far.
    pub unpacked: AtomicU64,
    /// Findings so far, before sorting and limits.
    pub findings: AtomicU64,
    /// True once enumeration is over, so that totals are final.
    pub listed: AtomicBool,
    slow: Mutex<Vec<(usize, String, Instant)>>,
}

impl Control {
    /// Asks the run to stop: units in hand are finished, no new ones begin.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    /// Asks the run to stop at `deadline`. The first one given counts.
    pub fn set_deadline(&self, deadline: Instant) {
        let _ = self.deadline.set(deadline);
    }

    /// True once the run was asked to stop, or its time is up.
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed) || self.is_out_of_time()
    }

    /// True once the deadline has passed.
    pub fn is_out_of_time(&self) -> bool {
        let deadline = self.deadline.get();
        deadline.is_some_and(|deadline| Instant::now() >= *deadline)
    }

    /// Notes that `worker` has begun a unit big enough to be worth naming.
    pub fn enter(&self, worker: usize, name: String) {
        if let Ok(mut slow) = self.slow.lock() {
            slow.push((worker, name, Instant::now()));
        }
    }

    /// Notes that `worker` has finished the unit it named with [`Control::enter`].
    pub fn leave(&self, worker: usize) {
        if let Ok(mut slow) = self.slow.lock() {
            slow.retain(|entry| entry.0 != worker);
        }
    }

    /// The named unit that has taken longest so far, and for how long.
    pub fn slowest(&self) -> Option<(String, Duration)> {
        let slow = self.slow.lock().ok()?;
        let entry = slow.iter().min_by_key(|entry| entry.2)?;
        Some((entry.1.clone(), entry.2.elapsed()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_without_a_deadline_has_time() {
        let control = Control::default();
        assert!(!control.is_cancelled() && !control.is_out_of_time());
        control.cancel();
        assert!(control.is_cancelled() && !control.is_out_of_time());
    }

    #[test]
    fn a_run_is_cancelled_when_its_time_is_up() {
        let now = Instant::now();
        let control = Control::default();
        control.set_deadline(now + Duration::from_hours(1));
        assert!(!control.is_cancelled());
        control.set_deadline(now);
        assert!(!control.is_cancelled(), "the first deadline counts");
        let late = Control::default();
        late.set_deadline(now);
        assert!(late.is_cancelled() && late.is_out_of_time());
    }
}
