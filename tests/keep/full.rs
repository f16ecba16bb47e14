//! Full disks and places that cannot be written: an error that says what to do, and
//! a ledger that is whole.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use crate::place::Place;
use crate::plant::Source;
use crate::repo::wait;
use crate::tree::Run;

fn planted(count: usize) -> Place {
    let place = Place::new();
    let mut source = Source::new(1);
    for n in 0..count {
        let lines = (0..50).map(|_| format!("token = {}\n", source.token()));
        let lines: Vec<String> = lines.collect();
        place.write(&format!("{n}.txt"), lines.concat());
    }
    place
}

/// Runs stanch where no file may grow beyond `blocks` of 512 bytes.
fn limited(place: &Place, blocks: u32, args: &str) -> Run {
    let program = env!("CARGO_BIN_EXE_stanch");
    let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec {program} {args}");
    let mut command: Command = place.world.command("sh", &place.tree());
    command.args(["-c", &script]);
    wait(command)
}

#[test]
fn a_full_disk_is_an_error_and_leaves_the_ledger_whole() {
    let place = planted(40);
    let small = planted(1);
    let ledger = small.world.path("l.sqlite");
    let named = ledger.display();
    let args = format!("sweep --isolated -q --no-cache --report json --ledger {named}");
    limited(&small, 10_000, &args).expect_code(1);
    let export = || {
        let args = format!("ledger export --all --ledger {named}");
        limited(&small, 10_000, &args).expect_code(0).out()
    };
    let before = export();
    let begun = fs::metadata(&ledger).unwrap().len() / 512;
    for more in [0, 1, 8, 40, 200] {
        let run = limited(&place, begun as u32 + more, &args);
        assert!(
            [2, 4].contains(&run.code),
            "{more}: {} {}",
            run.code,
            run.err()
        );
        assert!(run.err().contains("l.sqlite: "), "{}", run.err());
        assert!(run.err().contains("make room on the disk"), "{}", run.err());
        let check = format!("ledger check --ledger {named}");
        limited(&small, 10_000, &check).expect_code(0);
        assert!(export().contains(before.lines().next().unwrap()));
    }
    // With room again, everything is recorded.
    limited(&place, 100_000, &args).expect_code(1);
    // What the small tree holds is in the large one as well.
    assert_eq!(export().lines().count(), 40 * 50);
}

#[test]
fn a_ledger_that_cannot_be_made_is_an_error_that_says_where() {
    let place = planted(1);
    fs::write(place.world.path("file"), "").unwrap();
    fs::create_dir(place.world.path("dir")).unwrap();
    fs::create_dir(place.world.path("closed")).unwrap();
    fs::set_permissions(
        place.world.path("closed"),
        fs::Permissions::from_mode(0o500),
    )
    .unwrap();
    // Root may write everywhere but in such places.
    for to in [
        "../file/l.sqlite",
        "../dir",
        "/proc/stanch/l.sqlite",
        "/dev/full",
        "../closed/l",
    ] {
        if to == "../closed/l" && rustix::process::geteuid().is_root() {
            continue;
        }
        let run = place.run(&["sweep", "--isolated", "-q", "--no-cache", "--ledger", to]);
        assert!(
            [2, 4].contains(&run.code),
            "{to}: {} {}",
            run.code,
            run.err()
        );
        assert!(
            run.err().contains("stanch: error: the ledger"),
            "{to}: {}",
            run.err()
        );
    }
}

#[test]
fn a_full_disk_does_not_stop_a_scan_for_its_cache() {
    let place = planted(3);
    for n in 0..400 {
        place.write(&format!("clean/{n}.txt"), format!("nothing {n}\n"));
    }
    let args = "scan --isolated -q --cache ../c --report json";
    // The machine's key is there before.
    limited(&place, 10_000, args).expect_code(1);
    fs::remove_dir_all(place.world.path("c")).unwrap();
    let run = limited(&place, 0, args);
    assert_eq!(run.code, 1, "{}", run.err());
    assert!(run.err().contains("could not be written"), "{}", run.err());
    let again = limited(&place, 10_000, args);
    assert_eq!(again.code, 1);
}
