//! What a budget allows, and what it says once it is spent.

use super::*;

fn limits() -> Unpack {
    Unpack {
        bytes: 1000,
        ratio: 10,
        entries: 3,
        memory: 100,
        ..Unpack::default()
    }
}

#[test]
fn a_budget_that_is_spent_stays_spent() {
    let control = Control::default();
    let budget = Budget::new(&limits(), &control, &[], 1 << 20);
    assert_eq!(budget.produce(1000), Ok(()));
    let reason = Err(SkipReason::Limit("bytes"));
    assert_eq!(budget.produce(1), reason);
    assert_eq!((budget.alive(), budget.entry()), (reason.clone(), reason));
}

#[test]
fn a_ratio_counts_once_much_was_produced() {
    let control = Control::default();
    let mut limits = limits();
    limits.bytes = u64::MAX;
    let budget = Budget::new(&limits, &control, &[], 1);
    assert_eq!(budget.produce(Unpack::FREE), Ok(()));
    assert_eq!(budget.produce(1), Err(SkipReason::Limit("ratio")));
}

#[test]
fn a_container_has_a_ratio_of_its_own_and_those_beside_it_are_opened() {
    let control = Control::default();
    let mut limits = limits();
    limits.bytes = u64::MAX;
    let budget = Budget::new(&limits, &control, &[], u64::MAX);
    let _archive = budget.enter(u64::MAX);
    let bomb = budget.enter(1);
    assert_eq!(budget.produce(Unpack::FREE), Ok(()));
    let reason = Err(SkipReason::Limit("ratio"));
    assert_eq!(budget.produce(1), reason);
    assert_eq!((budget.alive(), budget.entry()), (reason.clone(), reason));
    assert!(budget.is_spent());
    drop(bomb);
    assert!(!budget.is_spent());
    let _next = budget.enter(1);
    assert_eq!(budget.produce_again(Unpack::FREE), Ok(()));
    assert_eq!(budget.produce(Unpack::FREE), Ok(()));
    assert!(budget.produce_again(1).is_err());
}

#[test]
fn entries_are_counted() {
    let control = Control::default();
    let budget = Budget::new(&limits(), &control, &[], 1);
    let ends: Vec<bool> = (0..4).map(|_| budget.entry().is_ok()).collect();
    assert_eq!(ends, [true, true, true, false]);
}

#[test]
fn memory_is_given_back() {
    let control = Control::default();
    let budget = Budget::new(&limits(), &control, &[], 1);
    let some = budget.reserve(60).unwrap();
    assert!(budget.reserve(60).is_err());
    assert_eq!(budget.dictionary(), 40);
    drop(some);
    assert!(budget.reserve(60).is_ok());
    assert!(!budget.is_spent());
}

#[test]
fn an_interrupted_run_opens_nothing_more() {
    let control = Control::default();
    let budget = Budget::new(&limits(), &control, &[], 1);
    control.cancel();
    assert_eq!(budget.alive(), Err(SkipReason::Interrupted));
}

#[cfg(feature = "archives")]
#[test]
fn a_metered_reader_names_what_went_wrong_and_fails_for_good() {
    let control = Control::default();
    let budget = Budget::new(&limits(), &control, &[], 1);
    let broken = flate2::read::DeflateDecoder::new(&b"\xff\xff"[..]);
    let mut reader = budget.meter(broken, "deflate");
    for _ in 0..2 {
        let error = reader.read(&mut [0; 8]).unwrap_err();
        let reason = budget.reason(&error, "other");
        assert_eq!(reason, SkipReason::Damaged("deflate"));
    }
    // A decoder around it may lose the cause; the budget knows it.
    let _ = reader.read(&mut [0; 8]);
    let lost = io::Error::other("lost");
    assert_eq!(budget.reason(&lost, "x"), SkipReason::Damaged("deflate"));
}
