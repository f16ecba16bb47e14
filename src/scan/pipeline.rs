//! Runs a scan over threads: the only file that starts any.
//!
//! One thread enumerates, `threads` workers scan, and the caller's thread is
//! the sink. Units travel in batches; outcomes reach the sink in enumeration
//! order whatever the number of threads. Memory is bounded: the queue, the
//! distance between the first unfinished unit and the last one begun, and the
//! number of findings that wait for it all have limits (see [`super::board`]).

use std::collections::BTreeMap;
use std::collections::VecDeque;
use std::io;
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering;
use std::thread::{self, Scope};

use crossbeam_channel::{Receiver, Sender, bounded};

use super::board::{Batch, Board, Bounds, CloseOnPanic};
use crate::base::content::SkipReason;
use crate::base::control::Control;
use crate::judge::outcome::Outcome;
use crate::source::{Source, Unit};

/// Most units in one batch.
const BATCH: u64 = 64;

/// Units in a batch at which it is sent early because a worker has nothing to do.
const EARLY: usize = 8;

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunEnd {
    /// Every unit the source has was handed to the sink.
    Complete,
    /// The run was cancelled; units that were listed but not begun reached the
    /// sink as interrupted, others were never listed.
    Cancelled,
    /// The sink broke; what was still under way is lost.
    Stopped,
}

/// Scans every unit of `source` and calls `sink` on the caller's thread with
/// the outcomes, in enumeration order and numbered from zero.
///
/// `make_worker` is called on each worker's thread with its number, from zero,
/// and again after a panic. `scan` sees every unit that is to be opened; its
/// outcome's `seq` is filled in here. A panic in it fails the unit, no more.
/// `enumerated`, `listed`, `ended` and `findings` of `control` are kept here;
/// `bytes` is left to `scan`. When the sink breaks, `control` is cancelled, so
/// that `scan` can leave a long unit.
///
/// # Errors
/// When the system refuses to start the threads.
pub fn run<S, W>(
    source: &dyn Source,
    threads: NonZeroUsize,
    control: &Control,
    make_worker: impl Fn(usize) -> W + Sync,
    scan: S,
    mut sink: impl FnMut(Outcome) -> ControlFlow<()>,
) -> io::Result<RunEnd>
where
    S: Fn(&mut W, &Unit) -> Outcome + Sync,
{
    let threads = threads.get();
    let board = Board::new(Bounds {
        queued: 4 * threads,
        ahead: 1 << 18,
        held: 1 << 14,
    });
    let (sender, receiver) = bounded(2 * threads);
    let crew = Crew {
        board: &board,
        control,
        make_worker: &make_worker,
        scan: &scan,
    };
    let flow = thread::scope(|scope| {
        // From here on, an early return must close the board, or the scope
        // would wait for its threads for ever.
        let _guard = CloseOnPanic(&board);
        let started = start(scope, source, threads, &crew, &sender);
        // Only the workers' ends are left, so that draining ends with them.
        drop(sender);
        if let Err(error) = started {
            board.close();
            return Err(error);
        }
        let flow = drain(&board, receiver, &mut sink);
        if flow.is_break() {
            control.cancel();
            board.close();
        }
        Ok(flow)
    })?;
    Ok(match flow {
        ControlFlow::Break(()) => RunEnd::Stopped,
        ControlFlow::Continue(()) if control.is_cancelled() => RunEnd::Cancelled,
        ControlFlow::Continue(()) => RunEnd::Complete,
    })
}

/// Outcomes of consecutive units.
struct Done {
    first: u64,
    outcomes: Vec<Outcome>,
}

/// What every worker needs.
struct Crew<'a, M, S> {
    board: &'a Board,
    control: &'a Control,
    make_worker: &'a M,
    scan: &'a S,
}

impl<M, S> Clone for Crew<'_, M, S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M, S> Copy for Crew<'_, M, S> {}

fn start<'scope, W, M, S>(
    scope: &'scope Scope<'scope, '_>,
    source: &'scope dyn Source,
    threads: usize,
    crew: &Crew<'scope, M, S>,
    sender: &Sender<Done>,
) -> io::Result<()>
where
    M: Fn(usize) -> W + Sync,
    S: Fn(&mut W, &Unit) -> Outcome + Sync,
{
    let crew = *crew;
    for number in 0..threads {
        let sender = sender.clone();
        let spawned = thread::Builder::new()
            .name(format!("scan-{number}"))
            .spawn_scoped(scope, move || work(number, crew, &sender));
        match spawned {
            Ok(_) => {}
            // Fewer workers do the same work.
            Err(_) if number > 0 => break,
            Err(error) => return Err(error),
        }
    }
    thread::Builder::new()
        .name("list".to_owned())
        .spawn_scoped(scope, move || {
            enumerate(source, threads, crew.board, crew.control);
        })?;
    Ok(())
}

fn enumerate(source: &dyn Source, threads: usize, board: &Board, control: &Control) {
    let _guard = CloseOnPanic(board);
    let mut next: u64 = 0;
    let mut units = VecDeque::new();
    let mut flush = |units: &mut VecDeque<Unit>| {
        let count = units.len() as u64;
        if count == 0 {
            return true;
        }
        let stands_for = units.iter().map(Unit::count).sum();
        control.enumerated.fetch_add(stands_for, Ordering::Relaxed);
        let first = next;
        next += count;
        let full = VecDeque::with_capacity(BATCH as usize);
        let units = std::mem::replace(units, full);
        board.push(Batch { first, units })
    };
    let mut seen: u64 = 0;
    source.enumerate(control, &mut |unit| {
        units.push_back(unit);
        seen += 1;
        // Small batches first, so that a small tree occupies every worker.
        let enough = (seen / (16 * threads as u64)).clamp(1, BATCH);
        let early = units.len() >= EARLY && board.is_hungry();
        if (units.len() as u64) < enough && !early {
            return ControlFlow::Continue(());
        }
        if flush(&mut units) && !control.is_cancelled() {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    });
    flush(&mut units);
    control.listed.store(true, Ordering::Relaxed);
    board.finish_listing();
}

fn work<W, M, S>(number: usize, crew: Crew<'_, M, S>, sender: &Sender<Done>)
where
    M: Fn(usize) -> W + Sync,
    S: Fn(&mut W, &Unit) -> Outcome + Sync,
{
    let _guard = CloseOnPanic(crew.board);
    let mut worker = None;
    while let Some(mut batch) = crew.board.take() {
        let first = batch.first;
        let mut outcomes = Vec::with_capacity(batch.units.len());
        while let Some(unit) = batch.units.pop_front() {
            let seq = batch.first;
            batch.first += 1;
            if !batch.units.is_empty() && crew.board.is_hungry() {
                crew.board.share(&mut batch);
            }
            crew.board.wait_for_room(first);
            if crew.board.is_closed() {
                return;
            }
            let mut outcome = examine(number, &crew, &mut worker, &unit);
            outcome.seq = seq;
            let findings = outcome.findings.len() as u64;
            crew.control.findings.fetch_add(findings, Ordering::Relaxed);
            let ended = outcome.units.total();
            crew.control.ended.fetch_add(ended, Ordering::Relaxed);
            outcomes.push(outcome);
        }
        crew.board.done();
        if sender.send(Done { first, outcomes }).is_err() {
            return;
        }
    }
}

/// The outcome of one unit, whatever happens.
fn examine<W, M, S>(
    number: usize,
    crew: &Crew<'_, M, S>,
    worker: &mut Option<W>,
    unit: &Unit,
) -> Outcome
where
    M: Fn(usize) -> W + Sync,
    S: Fn(&mut W, &Unit) -> Outcome + Sync,
{
    if crew.control.is_cancelled() {
        return match unit {
            Unit::Folder(_) => Outcome::nothing(),
            Unit::Unopened(_, reason) => unexamined(unit, reason.clone()),
            _ => unexamined(unit, SkipReason::Interrupted),
        };
    }
    let state = worker.get_or_insert_with(|| (crew.make_worker)(number));
    let caught = catch_unwind(AssertUnwindSafe(|| (crew.scan)(state, unit)));
    caught.unwrap_or_else(|_| {
        // Its scratch memory may be in any state.
        *worker = None;
        crew.control.leave(number);
        unexamined(unit, SkipReason::Panicked)
    })
}

fn unexamined(unit: &Unit, reason: SkipReason) -> Outcome {
    Outcome::all_unexamined(unit.provenance(), reason, unit.count())
}

/// Hands outcomes to the sink in order until there are no more.
fn drain(
    board: &Board,
    receiver: Receiver<Done>,
    sink: &mut impl FnMut(Outcome) -> ControlFlow<()>,
) -> ControlFlow<()> {
    let mut head = 0;
    let mut weighed = 0;
    let mut waiting: BTreeMap<u64, Vec<Outcome>> = BTreeMap::new();
    for done in receiver {
        weighed += weight(&done.outcomes);
        waiting.insert(done.first, done.outcomes);
        while let Some(outcomes) = waiting.remove(&head) {
            weighed -= weight(&outcomes);
            head += outcomes.len() as u64;
            for outcome in outcomes {
                sink(outcome)?;
            }
        }
        board.progress(head, weighed);
    }
    ControlFlow::Continue(())
}

/// Things in `outcomes` that own memory.
fn weight(outcomes: &[Outcome]) -> usize {
    outcomes
        .iter()
        .map(|outcome| outcome.findings.len() + outcome.skips.len())
        .sum()
}

#[cfg(test)]
mod tests;
