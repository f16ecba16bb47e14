//! The queue between the enumerator and the workers, and the one place where
//! threads wait for each other.
//!
//! Why it cannot deadlock. The queue is sorted, and workers take its lowest
//! batch. So the batch that holds the unit the sink waits for (the head) is
//! either queued, and is what the next free worker takes; or with a worker,
//! and that worker never waits here. A worker that waits holds a batch above
//! the head, so it took that batch before the head was queued, which happens
//! only to a batch split off by another worker: and that one goes on until it
//! takes the head itself. The enumerator may wait for all of them, but they
//! wait for it only when nothing is queued or in hand, and then it goes on.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::source::Unit;

/// Consecutive units.
#[derive(Debug)]
pub(super) struct Batch {
    /// Sequence number of the first unit.
    pub(super) first: u64,
    /// The units.
    pub(super) units: VecDeque<Unit>,
}

/// Bounds of what may be waiting at any time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    /// Batches in the queue.
    pub(super) queued: usize,
    /// Units enumerated beyond the head.
    pub(super) ahead: u64,
    /// Findings and skips that wait for the head.
    pub(super) held: usize,
}

/// Where enumerator, workers and sink meet.
#[derive(Debug)]
pub(super) struct Board {
    state: Mutex<State>,
    /// Signals batches, or the end, to workers without one.
    work: Condvar,
    /// Signals progress to whoever is too far ahead.
    room: Condvar,
    bounds: Bounds,
    /// Workers without a batch; a mirror of the state, to be read without the lock.
    idle: AtomicUsize,
    /// Findings and skips that wait; a mirror, too.
    held: AtomicUsize,
    closed: AtomicBool,
}

#[derive(Debug, Default)]
struct State {
    queue: VecDeque<Batch>,
    head: u64,
    /// Workers that have a batch in hand.
    busy: usize,
    listed: bool,
}

impl Board {
    pub(super) fn new(bounds: Bounds) -> Board {
        Board {
            state: Mutex::default(),
            work: Condvar::new(),
            room: Condvar::new(),
            bounds,
            idle: AtomicUsize::new(0),
            held: AtomicUsize::new(0),
            closed: AtomicBool::new(false),
        }
    }

    /// Queues a batch, waiting for room. False when the run is over.
    pub(super) fn push(&self, batch: Batch) -> bool {
        let mut state = self.lock();
        while !self.is_closed()
            && (state.queue.len() >= self.bounds.queued
                || batch.first.saturating_sub(state.head) > self.bounds.ahead
                || self.too_much_held())
        {
            state = wait(&self.room, state);
        }
        state.queue.push_back(batch);
        self.work.notify_one();
        !self.is_closed()
    }

    /// No more batches come from the enumerator.
    pub(super) fn finish_listing(&self) {
        self.lock().listed = true;
        self.work.notify_all();
    }

    /// Takes the lowest batch, waiting for one; `None` when the run is over.
    pub(super) fn take(&self) -> Option<Batch> {
        let mut state = self.lock();
        self.idle.fetch_add(1, Ordering::Relaxed);
        let batch = loop {
            if self.is_closed() {
                break None;
            }
            if let Some(batch) = state.queue.pop_front() {
                state.busy += 1;
                break Some(batch);
            }
            // A busy worker may still split its batch.
            if state.listed && state.busy == 0 {
                break None;
            }
            state = wait(&self.work, state);
        };
        self.idle.fetch_sub(1, Ordering::Relaxed);
        self.room.notify_all();
        batch
    }

    /// Gives back the worker's place after the batch it took is done.
    pub(super) fn done(&self) {
        let mut state = self.lock();
        state.busy -= 1;
        if state.busy == 0 && state.listed {
            self.work.notify_all();
        }
    }

    /// Gives half of what is left of a batch to a worker that has nothing to
    /// do: the larger half, as the owner still has the unit before it in hand.
    pub(super) fn share(&self, batch: &mut Batch) {
        let keep = batch.units.len() / 2;
        let rest = Batch {
            first: batch.first + keep as u64,
            units: batch.units.split_off(keep),
        };
        let mut state = self.lock();
        let place = state.queue.partition_point(|b| b.first < rest.first);
        state.queue.insert(place, rest);
        self.work.notify_one();
    }

    /// True when a worker waits for a batch.
    pub(super) fn is_hungry(&self) -> bool {
        self.idle.load(Ordering::Relaxed) > 0
    }

    /// Waits while too many findings are held back and `first`, the first unit
    /// not yet handed to the sink by this worker, is not the head.
    pub(super) fn wait_for_room(&self, first: u64) {
        if !self.too_much_held() {
            return;
        }
        let mut state = self.lock();
        while !self.is_closed() && self.too_much_held() && state.head < first {
            state = wait(&self.room, state);
        }
    }

    /// The sink has come to `head`, and keeps `waiting` findings and skips above it.
    pub(super) fn progress(&self, head: u64, waiting: usize) {
        let mut state = self.lock();
        state.head = head;
        self.held.store(waiting, Ordering::Relaxed);
        self.room.notify_all();
    }

    /// Ends the run for everyone.
    pub(super) fn close(&self) {
        let _state = self.lock();
        self.closed.store(true, Ordering::Relaxed);
        self.work.notify_all();
        self.room.notify_all();
    }

    /// True once the run is over.
    pub(super) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Relaxed)
    }

    fn too_much_held(&self) -> bool {
        self.held.load(Ordering::Relaxed) > self.bounds.held
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn wait<'a>(condition: &Condvar, state: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
    condition
        .wait(state)
        .unwrap_or_else(PoisonError::into_inner)
}

/// Closes the board should its thread panic, so that no other waits for ever.
pub(super) struct CloseOnPanic<'a>(pub(super) &'a Board);

impl Drop for CloseOnPanic<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.close();
        }
    }
}
