//! A sweep that is killed at any moment, and run again.

use std::fs;
use std::path::Path;
use std::thread;
use std::time::Duration;

use rusqlite::Connection;

use crate::place::Place;
use crate::plant::Source;
use crate::tree::Run;

fn planted(place: &Place) {
    let mut source = Source::new(1);
    for n in 0..240 {
        let mut text = String::from_utf8(source.prose(20_000)).unwrap();
        if n % 5 == 0 {
            text.extend(["\ntoken = ", &source.token(), "\n"]);
        }
        place.write(&format!("d{}/{n}.txt", n % 7), text);
    }
}

fn start(place: &Place, to: &str) -> std::process::Child {
    let (cache, ledger) = (format!("../{to}-c"), format!("../{to}.sqlite"));
    let args = [
        "sweep",
        "--isolated",
        "-q",
        "--cache",
        &cache,
        "--ledger",
        &ledger,
    ];
    let args = [&args[..], &["--cache-rest", "0"]].concat();
    place.world.stanch(&place.tree(), args).spawn().unwrap()
}

/// Everything the ledger knows of findings and places, but for numbers of runs
/// and times.
fn rows(ledger: &Path) -> Vec<String> {
    let open = Connection::open(ledger).unwrap();
    let text =
        "SELECT finding.key || ' ' || rule.name || ' ' || status || ' ' || place.path || ' ' ||
            place.line || ' ' || place.ordinal || ' ' || (gone IS NULL) || ' ' ||
            (SELECT count(*) FROM sighting
             WHERE sighting.place = place.id AND run = (SELECT max(id) FROM run))
        FROM place JOIN finding ON finding.id = place.finding JOIN rule ON rule.id = finding.rule
        ORDER BY 1";
    let mut look = open.prepare(text).unwrap();
    let rows = look.query_map([], |row| row.get::<_, String>(0)).unwrap();
    rows.map(Result::unwrap).collect()
}

fn is_sound(ledger: &Path) -> bool {
    let open = Connection::open(ledger).unwrap();
    let told: String = open
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .unwrap();
    told == "ok"
}

#[test]
fn a_sweep_that_was_killed_fifty_times_finds_what_an_undisturbed_one_finds() {
    let place = Place::new();
    planted(&place);
    let begun = std::time::Instant::now();
    Run::wait(start(&place, "whole")).expect_code(1);
    let takes = begun.elapsed();
    let expected = rows(&place.world.path("whole.sqlite"));
    assert_eq!(expected.len(), 48);
    let mut source = Source::new(2);
    for round in 0..10 {
        let to = format!("r{round}");
        for _ in 0..5 {
            let mut child = start(&place, &to);
            let share = source.below(1000) as u32;
            thread::sleep(takes * share / 1000 + Duration::from_millis(1));
            let _ = child.kill();
            let _ = child.wait();
            let ledger = place.world.path(format!("{to}.sqlite"));
            if fs::metadata(&ledger).is_ok_and(|meta| meta.len() > 0) {
                assert!(is_sound(&ledger), "round {round}");
            }
        }
        let report = Run::wait(start(&place, &to)).expect_code(1);
        assert!(report.out().contains("48 findings"), "{}", report.out());
        assert_eq!(rows(&place.world.path(format!("{to}.sqlite"))), expected);
    }
}
