//! Replays the committed inputs of the fuzz targets, and cuts of them.
#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

#[path = "../fuzz/harness.rs"]
mod harness;

use std::fs;
use std::panic::catch_unwind;
use std::path::Path;

/// The committed inputs of `target`, with their names.
fn corpus(target: &str) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz/corpus")
        .join(target);
    let entries = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut inputs: Vec<(String, Vec<u8>)> = entries
        .map(|path| (path.display().to_string(), fs::read(&path).unwrap()))
        .collect();
    inputs.sort();
    assert!(inputs.len() >= 8, "{target} has {} inputs", inputs.len());
    inputs
}

/// Runs `target` on every input, whole and cut short.
fn replay(target: &str, run: fn(&[u8])) {
    for (name, input) in corpus(target) {
        for part in 1..=4 {
            let cut = &input[..input.len() * part / 4];
            let ended = catch_unwind(|| run(cut));
            assert!(ended.is_ok(), "{name}, its first {} bytes", cut.len());
        }
    }
}

/// What a fuzz target does with its input.
type Target = fn(&[u8]);

#[test]
fn text_inputs_are_scanned_without_a_panic() {
    replay("text", harness::text);
}

#[test]
fn decode_inputs_are_read_without_a_panic_and_alike_in_windows() {
    replay("decode", harness::decode);
}

#[test]
fn rule_inputs_are_judged_without_a_panic() {
    replay("rules", harness::rules);
}

#[test]
fn index_inputs_are_read_without_a_panic() {
    replay("index", harness::index);
}

#[test]
fn every_name_and_every_window_is_tried() {
    for (_, input) in corpus("text") {
        let Some(body) = input.get(2..) else { continue };
        for choice in 0..8u8 {
            harness::text(&[&[choice, choice * 4], body].concat());
        }
    }
}

#[test]
fn zip_inputs_are_opened_without_a_panic() {
    replay("zip", harness::zip);
}

#[test]
fn tar_inputs_are_opened_without_a_panic() {
    replay("tar", harness::tar);
}

#[test]
fn sevenz_inputs_are_opened_without_a_panic() {
    replay("sevenz", harness::sevenz);
}

#[test]
fn iso_inputs_are_opened_without_a_panic() {
    replay("iso", harness::iso);
}

#[test]
fn packages_inputs_are_opened_without_a_panic() {
    replay("packages", harness::packages);
}

#[test]
fn streams_inputs_are_opened_without_a_panic() {
    replay("streams", harness::streams);
}

#[test]
fn office_inputs_are_opened_without_a_panic() {
    replay("office", harness::office);
}

#[test]
fn rtf_inputs_are_opened_without_a_panic() {
    replay("rtf", harness::rtf);
}

#[test]
fn notebook_inputs_are_opened_without_a_panic() {
    replay("notebook", harness::notebook);
}

#[test]
fn plist_inputs_are_opened_without_a_panic() {
    replay("plist", harness::plist);
}

#[test]
fn pdf_inputs_are_opened_without_a_panic() {
    replay("pdf", harness::pdf);
}

#[test]
fn mail_inputs_are_opened_without_a_panic() {
    replay("mail", harness::mail);
}

#[test]
fn ole_inputs_are_opened_without_a_panic() {
    replay("ole", harness::ole);
}

#[test]
fn sqlite_inputs_are_opened_without_a_panic() {
    replay("sqlite", harness::sqlite);
}

#[test]
fn image_inputs_are_opened_without_a_panic() {
    replay("image", harness::image);
}

#[test]
fn binary_inputs_are_opened_without_a_panic() {
    replay("binary", harness::binary);
}

/// Changes some bytes of `input`, as `seed` says.
fn damaged(input: &[u8], mut seed: u64) -> Vec<u8> {
    let mut random = || {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed as usize
    };
    let mut bytes = input.to_vec();
    for _ in 0..=random() % 6 {
        if bytes.is_empty() {
            break;
        }
        let at = random() % bytes.len();
        match random() % 4 {
            0 => bytes[at] ^= 1 << (random() % 8),
            1 => bytes[at] = [0, 0xFF, 0x7F, 0x80][random() % 4],
            2 => bytes.truncate(at),
            _ => {
                let again = bytes[at..(at + 16).min(bytes.len())].to_vec();
                bytes.extend(again);
            }
        }
    }
    bytes
}

#[test]
fn damaged_containers_cause_no_panic() {
    let targets = [
        ("zip", harness::zip as Target),
        ("tar", harness::tar),
        ("sevenz", harness::sevenz),
        ("iso", harness::iso),
        ("packages", harness::packages),
        ("streams", harness::streams),
        ("office", harness::office),
        ("rtf", harness::rtf),
        ("notebook", harness::notebook),
        ("plist", harness::plist),
    ];
    damage(&targets);
}

#[test]
fn column_inputs_are_opened_without_a_panic() {
    replay("columns", harness::columns);
}

#[test]
fn damaged_papers_cause_no_panic() {
    let targets = [
        ("pdf", harness::pdf as Target),
        ("mail", harness::mail),
        ("ole", harness::ole),
        ("sqlite", harness::sqlite),
        ("image", harness::image),
        ("binary", harness::binary),
        ("columns", harness::columns),
    ];
    damage(&targets);
}

/// Runs each target on damaged forms of its inputs.
fn damage(targets: &[(&str, Target)]) {
    for &(target, run) in targets {
        for (number, (name, input)) in corpus(target).iter().enumerate() {
            for round in 1..=60 {
                let seed = (number as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ round;
                let bytes = damaged(input, seed);
                let ended = catch_unwind(|| run(&bytes));
                assert!(ended.is_ok(), "{name}, seed {seed}");
            }
        }
    }
}
