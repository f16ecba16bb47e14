//! What a baseline keeps, knows again and refuses.

use proptest::prelude::*;

use super::*;

const KEYS: [&str; 4] = [
    "st1:000000000000000a",
    "st1:000000000000000b",
    "st1:000000000000000c",
    "sf1:000000000000000d-2",
];

fn entry(key: usize, path: &str) -> Entry {
    Entry {
        key: KEYS[key].into(),
        rule: "acme-token".into(),
        path: path.into(),
        standing: Standing::Files,
        verdict: None,
        note: String::new(),
    }
}

fn baseline(entries: &[Entry]) -> Baseline {
    let mut baseline = Baseline {
        entries: entries.to_vec(),
        ..Baseline::default()
    };
    baseline.tidy();
    baseline
}

fn paths(entries: &[Entry]) -> Vec<&str> {
    entries.iter().map(|entry| entry.path.as_str()).collect()
}

#[test]
fn what_is_written_can_be_read() {
    let mut judged = entry(0, "a b/c%.env!x");
    judged.verdict = Some(Verdict::Accepted);
    judged.note = "revoked in May".into();
    judged.standing = Standing::History;
    let made = baseline(&[judged, entry(3, "d")]);
    let text = made.text(&Keyer::new(None));
    let read = Baseline::parse(&text);
    assert_eq!((&read.entries, &read.faults), (&made.entries, &made.faults));
    assert_eq!(read.text(&Keyer::new(None)), text);
    assert!(read.is_keyed_by(&Keyer::new(None)));
    assert!(!read.is_keyed_by(&Keyer::new(Some(b"another key"))));
}

#[test]
fn findings_are_new_known_moved_or_gone() {
    let before = baseline(&[entry(0, "a"), entry(1, "b"), entry(2, "c"), entry(2, "d")]);
    let now = baseline(&[entry(0, "a"), entry(1, "x"), entry(3, "e")]);
    let found = compare(&before, &now, |_| true);
    assert_eq!(paths(&found.known), ["a"]);
    assert_eq!(paths(&found.new), ["e"]);
    assert_eq!(paths(&found.gone), ["c", "d"]);
    assert_eq!(found.moved, [(entry(1, "x"), Some("b".to_owned()))]);
    assert_eq!(found.applied(&before, Accept::New), now);
    let kept = found.applied(&before, Accept::Nothing);
    assert_eq!(paths(&kept.entries), ["a", "x"]);
}

#[test]
fn what_was_not_looked_for_is_not_gone() {
    let before = baseline(&[entry(0, "a"), entry(1, "b")]);
    let found = compare(&before, &Baseline::default(), |entry| entry.path == "b");
    assert_eq!(paths(&found.gone), ["b"]);
    assert_eq!(paths(&found.applied(&before, Accept::New).entries), ["a"]);
}

#[test]
fn a_copy_is_known_and_leaves_nothing() {
    let before = baseline(&[entry(0, "a")]);
    let now = baseline(&[entry(0, "a"), entry(0, "b")]);
    let found = compare(&before, &now, |_| true);
    assert_eq!(found.moved, [(entry(0, "b"), None)]);
    assert!(found.new.is_empty() && found.gone.is_empty());
}

#[test]
fn what_people_said_stays_with_the_finding() {
    let mut judged = entry(0, "a");
    judged.verdict = Some(Verdict::False);
    judged.note = "a sample".into();
    let before = baseline(&[judged]);
    let found = compare(&before, &baseline(&[entry(0, "z")]), |_| true);
    let after = found.applied(&before, Accept::New);
    assert_eq!(after.entries[0].path, "z");
    assert_eq!(after.entries[0].note, "a sample");
}

proptest! {
    #[test]
    fn an_update_gives_what_is_there_and_a_second_one_nothing_new(
        old in proptest::collection::vec((0usize..4, "[a-c]"), 0..8),
        new in proptest::collection::vec((0usize..4, "[a-c]"), 0..8),
    ) {
        let make = |list: &[(usize, String)]| {
            baseline(&list.iter().map(|(key, path)| entry(*key, path)).collect::<Vec<_>>())
        };
        let (before, now) = (make(&old), make(&new));
        let found = compare(&before, &now, |_| true);
        let after = found.applied(&before, Accept::New);
        prop_assert_eq!(&after.entries, &now.entries);
        let again = compare(&after, &now, |_| true);
        prop_assert!(again.new.is_empty() && again.gone.is_empty());
        prop_assert!(found.applied(&before, Accept::Nothing).keys().is_subset(&before.keys()));
    }

    #[test]
    fn no_line_is_too_strange(line in "\\PC{0,80}") {
        let read = Baseline::parse(&line);
        let again = Baseline::parse(&read.text(&Keyer::new(None)));
        prop_assert_eq!(again.entries, read.entries);
    }
}
