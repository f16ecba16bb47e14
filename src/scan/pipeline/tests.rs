//! What the workers do with units: order, accounts, gaps, failures.

use super::*;
use crate::base::content::Status;
use crate::judge::outcome::Tally;
use crate::source::Emit;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, AtomicUsize};
use std::time::{Duration, Instant};

/// Emits files named by their number.
#[derive(Debug)]
struct Numbers(usize);

impl Source for Numbers {
    fn enumerate(&self, _: &Control, emit: &mut Emit<'_>) {
        for number in 0..self.0 {
            if emit(Unit::File(number.to_string().into())).is_break() {
                return;
            }
        }
    }
}

fn number(path: &Path) -> u64 {
    path.to_str().unwrap().parse().unwrap()
}

/// An outcome that says which unit it belongs to by its `bytes`.
fn outcome(unit: &Unit) -> Outcome {
    let bytes = number(unit.provenance().path());
    let mut outcome = Outcome::unexamined(unit.provenance(), SkipReason::Symlink);
    outcome.bytes = bytes;
    if !bytes.is_multiple_of(7) {
        outcome.status = Status::Scanned;
        outcome.units = Tally::of(Status::Scanned, 1);
        outcome.skips.clear();
    }
    outcome
}

fn threads(count: usize) -> NonZeroUsize {
    NonZeroUsize::new(count).unwrap()
}

/// Runs over `count` units; `scan` may do something before each.
fn collect(
    count: usize,
    workers: usize,
    control: &Control,
    before: impl Fn(u64) + Sync,
) -> (RunEnd, Vec<Outcome>) {
    let mut seen = Vec::new();
    let end = run(
        &Numbers(count),
        threads(workers),
        control,
        |_| (),
        |(), unit| {
            before(number(unit.provenance().path()));
            outcome(unit)
        },
        |outcome| {
            seen.push(outcome);
            ControlFlow::Continue(())
        },
    );
    (end.unwrap(), seen)
}

fn assert_in_order(seen: &[Outcome], count: usize) {
    assert_eq!(seen.len(), count);
    for (index, outcome) in seen.iter().enumerate() {
        assert_eq!(outcome.seq, index as u64);
    }
}

#[test]
fn outcomes_come_in_order_for_any_number_of_threads() {
    for workers in [1, 2, 4, 7] {
        for count in [0, 1, 2, 10, 63, 64, 65, 5000] {
            let control = Control::default();
            let (end, seen) = collect(count, workers, &control, |_| {});
            assert_eq!(end, RunEnd::Complete);
            assert_in_order(&seen, count);
            assert!(seen.iter().all(|outcome| outcome.bytes == outcome.seq));
            let ended = control.ended.load(Ordering::Relaxed);
            assert_eq!(ended, count as u64);
            assert_eq!(control.enumerated.load(Ordering::Relaxed), ended);
            assert!(control.listed.load(Ordering::Relaxed));
        }
    }
}

#[test]
fn a_slow_unit_delays_no_other_worker_and_no_order() {
    let control = Control::default();
    let finished = AtomicU64::new(0);
    let (_, seen) = collect(3000, 2, &control, |unit| {
        if unit == 5 {
            let begun = Instant::now();
            while finished.load(Ordering::Relaxed) < 2900 {
                assert!(begun.elapsed() < Duration::from_secs(20));
                thread::yield_now();
            }
        }
        finished.fetch_add(1, Ordering::Relaxed);
    });
    assert_in_order(&seen, 3000);
}

#[test]
fn a_small_tree_occupies_both_workers() {
    let waiting = AtomicUsize::new(0);
    let control = Control::default();
    let (end, _) = collect(4, 2, &control, |unit| {
        // Ends only if two units are in work at the same time.
        if unit < 2 {
            waiting.fetch_add(1, Ordering::SeqCst);
            while waiting.load(Ordering::SeqCst) < 2 {
                thread::yield_now();
            }
        }
    });
    assert_eq!(end, RunEnd::Complete);
}

#[test]
fn a_panic_fails_its_unit_and_renews_the_worker() {
    let made = AtomicUsize::new(0);
    let mut failed = Vec::new();
    let mut total = 0;
    let end = run(
        &Numbers(500),
        threads(2),
        &Control::default(),
        |_| {
            made.fetch_add(1, Ordering::Relaxed);
            Vec::<u8>::new()
        },
        |scratch: &mut Vec<u8>, unit| {
            assert!(scratch.is_empty(), "a worker is used after its panic");
            if number(unit.provenance().path()) % 100 == 3 {
                scratch.push(1);
                std::panic::resume_unwind(Box::new("planned"));
            }
            outcome(unit)
        },
        |outcome| {
            total += 1;
            if outcome.status == Status::Failed {
                assert_eq!(outcome.skips[0].reason, SkipReason::Panicked);
                failed.push(outcome.seq);
            }
            ControlFlow::Continue(())
        },
    );
    assert_eq!(end.unwrap(), RunEnd::Complete);
    assert_eq!(total, 500);
    assert_eq!(failed, [3, 103, 203, 303, 403]);
    assert!(made.load(Ordering::Relaxed) <= 2 + 5);
}

#[test]
fn a_sink_that_breaks_ends_the_run_soon() {
    let control = Control::default();
    let mut calls = 0;
    let end = run(
        &Numbers(usize::MAX),
        threads(3),
        &control,
        |_| (),
        |(), unit| outcome(unit),
        |_| {
            calls += 1;
            if calls == 100 {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        },
    );
    assert_eq!(end.unwrap(), RunEnd::Stopped);
    assert_eq!(calls, 100);
}

#[test]
fn a_cancelled_run_accounts_for_every_listed_unit() {
    let control = Control::default();
    let (end, seen) = collect(usize::MAX, 2, &control, |unit| {
        if unit == 1000 {
            control.cancel();
        }
    });
    assert_eq!(end, RunEnd::Cancelled);
    let enumerated = control.enumerated.load(Ordering::Relaxed);
    assert_in_order(&seen, enumerated as usize);
    let interrupted = |outcome: &&Outcome| {
        outcome
            .skips
            .iter()
            .any(|skip| skip.reason == SkipReason::Interrupted)
    };
    assert!(seen.iter().filter(interrupted).count() > 0);
    assert_eq!(seen[1000].status, Status::Scanned);
}

#[test]
fn after_the_end_what_was_listed_is_accounted_for_as_it_was_listed() {
    #[derive(Debug)]
    struct Links;
    impl Source for Links {
        fn enumerate(&self, _: &Control, emit: &mut Emit<'_>) {
            let link = Unit::File("l".into()).provenance();
            let _ = emit(Unit::Folder("d".into()));
            let _ = emit(Unit::Unopened(link, SkipReason::Special));
        }
    }
    let seen = Mutex::new(Vec::new());
    let control = Control::default();
    control.cancel();
    run(
        &Links,
        threads(1),
        &control,
        |_| (),
        |(), _: &Unit| unreachable!("nothing to open"),
        |outcome| {
            seen.lock().unwrap().push(outcome.units);
            ControlFlow::Continue(())
        },
    )
    .unwrap();
    let one = Tally::of(Status::Skipped, 1);
    assert_eq!(*seen.lock().unwrap(), [Tally::default(), one]);
}

#[test]
fn what_waits_for_a_slow_first_unit_is_bounded() {
    let control = Control::default();
    let most = AtomicU64::new(0);
    let mut sunk = 0;
    let end = run(
        &Numbers(100_000),
        threads(4),
        &control,
        |_| (),
        |(), unit| {
            if number(unit.provenance().path()) == 0 {
                thread::sleep(Duration::from_millis(300));
                let ended = control.ended.load(Ordering::Relaxed);
                most.store(ended, Ordering::Relaxed);
            }
            // Something to keep for every unit.
            Outcome::unexamined(unit.provenance(), SkipReason::Changed)
        },
        |_| {
            sunk += 1;
            ControlFlow::Continue(())
        },
    );
    assert_eq!(end.unwrap(), RunEnd::Complete);
    assert_eq!(sunk, 100_000);
    let most = most.load(Ordering::Relaxed);
    assert!(most < 20_000, "{most} outcomes were piled up");
}

#[test]
fn many_runs_never_hang() {
    for round in 0..400_usize {
        let control = Control::default();
        let count = round * 7 % 300;
        let (end, seen) = collect(count, 1 + round % 7, &control, |unit| {
            if unit % 64 == round as u64 % 64 {
                thread::yield_now();
            }
        });
        assert_eq!(end, RunEnd::Complete);
        assert_in_order(&seen, count);
    }
}
