//! Indexes that hold everything a register can: golden vectors of what is not
//! text, files read as they were written, and nothing in common between keys.

use std::collections::HashSet;
use std::path::Path;

use proptest::prelude::*;
use stanch::fingerprint::candidates::candidates;
use stanch::fingerprint::chunk::chunks;
use stanch::fingerprint::code;
use stanch::fingerprint::cover::Density;
use stanch::fingerprint::keys::Keys;
use stanch::fingerprint::lexer::Syntax;
use stanch::fingerprint::profile::Profile;
use stanch::register::build::{Options, Public, Source, build, filter};
use stanch::register::entry::{Choice, Entry};
use stanch::register::index::Index;
use stanch::register::layout;
use stanch::register::records::build::{TableSource, build as tables};
use stanch::register::records::entry::TableEntry;
use stanch::register::records::tabular::Tabular;

use crate::leaks::{Dice, prose};

fn noise(len: usize) -> Vec<u8> {
    let mut dice = Dice(11);
    (0..len).map(|_| dice.next() as u8).collect()
}

/// Statements that differ from line to line.
fn source_code() -> String {
    let line = |at: usize| {
        format!(
            "let v{} = f{}(v{} + {at}, \"{}\");\n",
            at % 7,
            at % 11,
            at % 5,
            at * at
        )
    };
    (0..200).map(line).collect()
}

/// A vault of a text, a source file, a binary and a table.
fn vault(key: &[u8]) -> Index {
    let source = |id: &str, path: &str, profile: Choice, bytes: Vec<u8>| Source {
        entry: Entry {
            id: id.into(),
            path: path.into(),
            profile: Some(profile),
            ..Entry::default()
        },
        bytes,
    };
    let sources = vec![
        source("t", "t.txt", Choice::Auto, prose(1, 900).into_bytes()),
        source("c", "c.rs", Choice::Auto, source_code().into_bytes()),
        source("b", "b.bin", Choice::Binary, noise(60_000)),
    ];
    let options = Options {
        density: Density::Normal,
        max_families: 3,
        created: 7,
    };
    let keys = Keys::derive(key);
    let mut index = build(sources, Vec::new(), &Public::default(), keys, &options).unwrap();
    let rows: String = (0..99)
        .map(|at| {
            format!(
                "K-{},Name{}\n",
                10_000 + 77 * at,
                "abcdefghij".repeat(1 + at % 3)
            )
        })
        .collect();
    let entry = TableEntry {
        id: "people".into(),
        columns: vec!["no:id".parse().unwrap(), "who:text".parse().unwrap()],
        ..TableEntry::default()
    };
    let table = TableSource {
        entry,
        table: Tabular::read(Path::new("a.csv"), &format!("no,who\n{rows}")),
        allowed: Vec::new(),
    };
    index.records = tables(vec![table], &index.keys, &index.alphabet).unwrap();
    index
}

#[test]
fn everything_is_read_as_it_was_written() {
    let index = vault(b"k");
    let read = layout::read(layout::write(&index), Keys::derive(b"k")).unwrap();
    assert_eq!(read.table, index.table);
    assert_eq!(read.documents, index.documents);
    assert_eq!(read.records, index.records);
    assert!(read.has_code && read.has_chunks);
    let profiles: Vec<Profile> = read
        .documents
        .iter()
        .map(|document| document.profile)
        .collect();
    assert_eq!(
        profiles,
        [
            Profile::Text,
            Profile::Text,
            Profile::CodeLex,
            Profile::CodeShape,
            Profile::Binary
        ]
    );
    let filter = filter(index);
    let read = layout::read(layout::write(&filter), Keys::derive(b"k")).unwrap();
    assert_eq!(read.records, filter.records);
    assert!(read.records.cells.is_none() && read.has_code && read.has_chunks);
    let told = format!("{:?}", read.records.tables);
    assert!(!told.contains("people") && !told.contains("who"), "{told}");
}

#[test]
fn different_keys_make_indexes_that_cannot_be_linked() {
    let (one, two) = (vault(b"one"), vault(b"two"));
    let tags = |index: &Index| -> HashSet<u64> {
        index
            .table
            .whole_parts()
            .unwrap()
            .0
            .iter()
            .copied()
            .collect()
    };
    assert!(tags(&one).is_disjoint(&tags(&two)));
    let (_, _, remainders) = one.records.pairs.parts();
    let cells: HashSet<u32> = remainders.iter().copied().collect();
    let (_, _, others) = two.records.pairs.parts();
    assert!(others.iter().filter(|other| cells.contains(other)).count() < 2);
    let (one, two) = (layout::write(&one), layout::write(&two));
    let runs: HashSet<&[u8]> = one[96..].windows(8).collect();
    assert!(!two[96..].windows(8).any(|run| runs.contains(run)));
}

#[test]
fn no_artefact_holds_eight_bytes_of_what_is_protected() {
    let index = vault(b"k");
    let (whole, short) = (layout::write(&index), layout::write(&filter(vault(b"k"))));
    let texts = [
        prose(1, 900).into_bytes(),
        source_code().into_bytes(),
        noise(60_000),
    ];
    let runs: HashSet<&[u8]> = texts.iter().flat_map(|text| text.windows(8)).collect();
    for bytes in [&whole, &short] {
        assert!(!bytes.windows(8).any(|run| runs.contains(run)));
    }
}

/// Changes of these make every index that exists useless: raise the version then.
#[test]
fn the_golden_vectors_of_code_chunks_and_cells_hold() {
    let keys = Keys::derive(b"golden key of the format tests");
    let syntax = Syntax::of(Path::new("a.rs")).unwrap();
    let [lex, shape] = code::coded(syntax, source_code().as_bytes());
    let tags = |profile: Profile, symbols: &[u8]| -> Vec<(u32, u64)> {
        let at = candidates(&keys, symbols).into_iter().take(2);
        at.map(|at| {
            (
                at,
                keys.tag_of(profile, symbols[at as usize..].first_chunk().unwrap()),
            )
        })
        .collect()
    };
    assert_eq!(tags(Profile::CodeLex, &lex.symbols), GOLDEN_LEX);
    assert_eq!(tags(Profile::CodeShape, &shape.symbols), GOLDEN_SHAPE);
    let found: Vec<(usize, u64)> = chunks(&keys, &noise(60_000))
        .iter()
        .take(3)
        .map(|c| (c.len, c.tag))
        .collect();
    assert_eq!(found, GOLDEN_CHUNKS);
    assert_eq!(keys.cell_tag(1, b"k10000"), GOLDEN_CELL);
    assert_eq!(keys.pair_tag(1, 2), GOLDEN_PAIR);
}

const GOLDEN_LEX: [(u32, u64); 2] = [(1, 0xb4f6_7053_d35f_5159), (17, 0x2ca9_0f4b_b287_f4f5)];
const GOLDEN_SHAPE: [(u32, u64); 2] = [(0, 0xe76c_ed9e_705b_edfa), (1, 0x50d6_2c13_d460_88af)];
const GOLDEN_CHUNKS: [(usize, u64); 3] = [
    (3030, 0x756c_3b48_8398_4640),
    (2212, 0xcae5_2ef5_1c99_9b08),
    (13305, 0xf204_0def_15d4_4cc9),
];
const GOLDEN_CELL: u64 = 0xecfa_9a4e_d46b_64e7;
const GOLDEN_PAIR: u64 = 0x0873_8f00_460b_56a2;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn a_damaged_index_is_refused(at in any::<prop::sample::Index>(), bit in 0u8..8, cut in any::<bool>()) {
        let mut bytes = layout::write(&vault(b"k"));
        let at = at.index(bytes.len());
        if cut {
            bytes.truncate(at);
        } else {
            bytes[at] ^= 1 << bit;
        }
        prop_assert!(layout::read(bytes, Keys::derive(b"k")).is_err());
    }
}
