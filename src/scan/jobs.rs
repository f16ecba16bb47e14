//! Runs jobs over threads as they come in, for a program that stays. Jobs end in any
//! order; how many wait is bounded, and whoever brings one too many is told.

use std::io;
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};

/// Where jobs are handed in.
#[derive(Debug)]
pub struct Queue<J>(Sender<J>);

impl<J> Queue<J> {
    /// Hands in a job.
    ///
    /// # Errors
    /// Too many wait: the job comes back.
    pub fn add(&self, job: J) -> Result<(), J> {
        self.0.try_send(job).map_err(|refused| match refused {
            TrySendError::Full(job) | TrySendError::Disconnected(job) => job,
        })
    }
}

/// Runs what `feed` hands in with `work`, which gets the number of its thread, from
/// zero. At most `waiting` jobs wait. Returns when `feed` has, and every job it
/// handed in is over. A panic in `work` ends the job and nothing else.
///
/// # Errors
/// When the system refuses to start a thread.
pub fn run<J: Send, T>(
    threads: NonZeroUsize,
    waiting: usize,
    work: impl Fn(usize, J) + Sync,
    feed: impl FnOnce(&Queue<J>) -> T,
) -> io::Result<T> {
    let (sender, receiver) = bounded(waiting);
    let work = &work;
    thread::scope(|scope| {
        for number in 0..threads.get() {
            let receiver: Receiver<J> = receiver.clone();
            let spawned = thread::Builder::new()
                .name(format!("job-{number}"))
                .spawn_scoped(scope, move || {
                    for job in receiver {
                        let _ = catch_unwind(AssertUnwindSafe(|| work(number, job)));
                    }
                });
            match spawned {
                Ok(_) => {}
                // Fewer do the same work.
                Err(_) if number > 0 => break,
                Err(error) => return Err(error),
            }
        }
        let queue = Queue(sender);
        let done = feed(&queue);
        // Without a sender the threads end when nothing waits any more.
        drop(queue);
        Ok(done)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;
    use std::sync::mpsc::channel;

    fn threads(number: usize) -> NonZeroUsize {
        NonZeroUsize::new(number).unwrap()
    }

    #[test]
    fn every_job_is_done_when_it_returns() {
        let done = Mutex::new(Vec::new());
        let work = |_, job: u32| done.lock().unwrap().push(job);
        let refused = run(threads(3), 100, work, |queue| {
            (0..100).filter(|job| queue.add(*job).is_err()).count()
        });
        assert_eq!(refused.unwrap(), 0);
        let mut done = done.into_inner().unwrap();
        done.sort_unstable();
        assert_eq!(done, (0..100).collect::<Vec<_>>());
    }

    #[test]
    fn one_job_too_many_comes_back() {
        let (open, gate) = channel::<()>();
        let gate = Mutex::new(gate);
        let work = |_, ()| {
            let _ = gate.lock().unwrap().recv();
        };
        run(threads(1), 2, work, |queue| {
            let taken = (0..50).filter(|_| queue.add(()).is_ok()).count();
            assert!((2..=3).contains(&taken), "{taken}");
            drop(open);
        })
        .unwrap();
    }

    #[test]
    fn a_panic_ends_its_job_alone() {
        let done = Mutex::new(0);
        let work = |_, job: u32| {
            assert_ne!(job, 1, "on purpose");
            *done.lock().unwrap() += 1;
        };
        run(threads(1), 8, work, |queue| {
            (0..3).for_each(|job| queue.add(job).unwrap());
        })
        .unwrap();
        assert_eq!(*done.lock().unwrap(), 2);
    }
}
