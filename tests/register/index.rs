//! Indexes: what they promise, what they tell, and which are refused.

use std::collections::HashSet;

use proptest::prelude::*;
use stanch::fingerprint::candidates::candidates;
use stanch::fingerprint::cover::Density;
use stanch::fingerprint::keys::Keys;
use stanch::fingerprint::prefilter::Prefilter;
use stanch::fingerprint::symbols::{Alphabet, Grain};
use stanch::register::build::{Options, Public, Source, build, filter};
use stanch::register::entry::Entry;
use stanch::register::index::{Index, Tier};
use stanch::register::layout::{self, LayoutError};

use crate::leaks::prose;

/// A fixed text, and what it becomes under a fixed key. Who changes the format
/// changes these, and the version with them.
const GOLDEN_KEY: &[u8] = b"golden key of the format tests";
const GOLDEN_TEXT: &str = "Golden vectors: the quick brown fox jumps over the lazy dog, 1234 times; \
                           Über den Wolken — 漢字かな交じり文, Привет, naïve ﬁsh.";
const GOLDEN_SYMBOLS: &str = "676f6c64656e766563746f7273746865717569636b62726f776e666f786a756d70736f\
    7665727468656c617a79646f673132333474696d65737562657264656e776f6c6b656e88c8bdbec788e0c4baf4f2b2a1\
    a7bc95eaf1d8ae99a99180e670bd6265746e6169766566697368";
const GOLDEN_TAGS: &[(u32, u64, u64)] = &[
    (13, 0x8fe9_cafd_60c2_2df0, 0xa442_16c8_b2c5_ecde),
    (19, 0x3329_c60a_d62e_10d1, 0x399c_5311_294f_1334),
    (35, 0x7e03_a9e6_7b3f_0b8f, 0x1ae8_737a_1259_17d5),
    (37, 0x25ef_07f3_e019_a799, 0x3399_4b85_cec0_266d),
    (41, 0x79d8_4057_e208_f92a, 0x9dd1_a5be_7d34_4f00),
    (44, 0xa59a_aade_3578_ea5e, 0x6f9b_1728_c552_5cb6),
    (60, 0x9e4a_00e9_746f_e971, 0x3282_0475_6466_213b),
    (62, 0x6644_4dd6_7755_5eca, 0x32d5_9f9f_96aa_61f3),
    (76, 0xd8c3_cf46_9b59_2bd9, 0x9a96_4249_3e3f_6c09),
];

/// Of the same fingerprints: the word in a prefilter of 4,096 bits, and its two bits.
const GOLDEN_BITS: &[(usize, u32, u32)] = &[
    (41, 4, 8),
    (14, 25, 49),
    (6, 46, 33),
    (12, 57, 37),
    (39, 29, 6),
    (27, 57, 44),
    (12, 40, 8),
    (12, 45, 22),
    (38, 41, 25),
];

fn source(id: &str, family: &str, text: &str) -> Source {
    let entry = Entry {
        id: id.into(),
        family: Some(family.into()),
        path: "a.txt".into(),
        ..Entry::default()
    };
    Source {
        entry,
        bytes: text.into(),
    }
}

fn options(density: Density) -> Options {
    Options {
        density,
        max_families: 3,
        created: 7,
    }
}

fn vault(sources: Vec<Source>, key: &[u8], density: Density) -> Index {
    build(
        sources,
        Vec::new(),
        &Public::default(),
        Keys::derive(key),
        &options(density),
    )
    .unwrap()
}

fn tags(index: &Index) -> HashSet<u64> {
    index
        .table
        .whole_parts()
        .unwrap()
        .0
        .iter()
        .copied()
        .collect()
}

#[test]
fn the_golden_vectors_hold() {
    let keys = Keys::derive(GOLDEN_KEY);
    assert_eq!(keys.id().to_string(), "67c8e2000b0aec70");
    let symbols = Alphabet::default().symbols(GOLDEN_TEXT.as_bytes(), Grain::Raw(0));
    let digits = GOLDEN_SYMBOLS.as_bytes().as_chunks::<2>().0.iter();
    let byte = |two: &[u8; 2]| u8::from_str_radix(std::str::from_utf8(two).unwrap(), 16).unwrap();
    assert_eq!(symbols, digits.map(byte).collect::<Vec<u8>>());
    let found: Vec<(u32, u64, u64)> = candidates(&keys, &symbols)
        .into_iter()
        .map(|at| {
            let gram = symbols[at as usize..].first_chunk().unwrap();
            (at, keys.tag(gram), keys.cheap(gram))
        })
        .collect();
    assert_eq!(found, GOLDEN_TAGS);
    for (&(_, _, cheap), &(word, first, second)) in GOLDEN_TAGS.iter().zip(GOLDEN_BITS) {
        let mut prefilter = Prefilter::for_count(1);
        prefilter.insert(cheap);
        let mut words = vec![0; 64];
        words[word] = 1 << first | 1 << second;
        assert_eq!(prefilter.words(), words);
    }
}

/// One hit in 31+W, two in 31+2W, a span of 80 in 78+2W, of 144 in 142+2W symbols.
#[test]
fn the_guarantee_table_holds() {
    for density in [Density::Dense, Density::Normal, Density::Sparse] {
        let step = density.step() as usize;
        for seed in 0..6 {
            let text = prose(seed, 3_000);
            let index = vault(vec![source("a", "a", &text)], &[seed as u8], density);
            let account = index.documents[0].account;
            let length = account.symbols as usize;
            let mut places: Vec<usize> = index
                .table
                .whole_parts()
                .unwrap()
                .1
                .iter()
                .map(|p| p.symbol as usize)
                .collect();
            places.sort_unstable();
            let broken = |window: usize, holds: &dyn Fn(&[usize]) -> bool| {
                let starts = 0..length - window;
                let broken = starts.filter(|&start| {
                    let from = places.partition_point(|&place| place < start);
                    let to = places.partition_point(|&place| place + 32 <= start + window);
                    !holds(&places[from..to.max(from)])
                });
                broken.count()
            };
            let span = |places: &[usize], least: usize| {
                places.len() > 1 && places[places.len() - 1] + 32 - places[0] >= least
            };
            // Ties of 16-bit hashes and repetitions: a few windows in ten thousand.
            let rare = length / 500;
            assert!(
                broken(31 + step, &|hits| !hits.is_empty()) <= rare,
                "{density:?} {seed}"
            );
            assert!(broken(31 + 2 * step, &|hits| hits.len() > 1) <= rare);
            assert!(broken(78 + 2 * step, &|hits| span(hits, 80)) <= rare);
            assert!(broken(142 + 2 * step, &|hits| span(hits, 144)) <= rare);
            // What the account says is what is so.
            let empty = broken(31 + step, &|hits| !hits.is_empty());
            assert!(
                account.empty.abs_diff(empty as u32) <= 1,
                "{} {empty}",
                account.empty
            );
        }
    }
}

#[test]
fn indexes_of_different_keys_have_nothing_in_common() {
    let sources = || vec![source("a", "a", &prose(1, 5_000))];
    let (one, two) = (
        vault(sources(), b"one", Density::Dense),
        vault(sources(), b"two", Density::Dense),
    );
    assert!(tags(&one).is_disjoint(&tags(&two)));
    let (one, two) = (layout::write(&one), layout::write(&two));
    let runs: HashSet<&[u8]> = one[96..].windows(8).collect();
    assert!(!two[96..].windows(8).any(|run| runs.contains(run)));
    // The same key and content give the same file.
    assert_eq!(
        one,
        layout::write(&vault(sources(), b"one", Density::Dense))
    );
}

#[test]
fn an_index_is_read_as_it_was_written() {
    let sources = vec![
        source("a", "a", &prose(1, 2_000)),
        source("b", "b", &prose(2, 2_000)),
    ];
    let index = vault(sources, b"k", Density::Normal);
    let read = layout::read(layout::write(&index), Keys::derive(b"k")).unwrap();
    assert_eq!(
        (read.tier, read.density, read.created),
        (Tier::Vault, Density::Normal, 7)
    );
    assert_eq!(read.table, index.table);
    assert_eq!(read.prefilter, index.prefilter);
    assert_eq!(read.documents, index.documents);
    let count = index.table.len();
    let filter = filter(index);
    let bytes = layout::write(&filter);
    let read = layout::read(bytes.clone(), Keys::derive(b"k")).unwrap();
    assert_eq!((read.tier, read.table.len()), (Tier::Filter, count));
    assert_eq!(read.table, filter.table);
    // Two bytes of prefilter at most, three of remainders and buckets.
    assert!(bytes.len() < 7 * count + 1_000);
}

#[test]
fn an_empty_register_has_an_index() {
    let index = vault(Vec::new(), b"k", Density::Normal);
    let read = layout::read(layout::write(&index), Keys::derive(b"k")).unwrap();
    assert!(read.table.is_empty());
    let filter = filter(read);
    assert!(
        layout::read(layout::write(&filter), Keys::derive(b"k"))
            .unwrap()
            .table
            .is_empty()
    );
}

#[test]
fn other_versions_and_keys_are_refused_by_name() {
    let bytes = layout::write(&vault(
        vec![source("a", "a", &prose(1, 500))],
        b"k",
        Density::Normal,
    ));
    let with = |at: usize, byte: u8| {
        let mut bytes = bytes.clone();
        bytes[at] = byte;
        layout::read(bytes, Keys::derive(b"k")).unwrap_err()
    };
    assert!(matches!(
        with(8, 9),
        LayoutError::Version {
            what: "layout",
            found: 9,
            ..
        }
    ));
    assert!(matches!(
        with(10, 9),
        LayoutError::Version {
            what: "normaliser",
            ..
        }
    ));
    assert!(matches!(
        with(12, 9),
        LayoutError::Version {
            what: "extractor",
            ..
        }
    ));
    for at in [14, 15, 16, 18, 20, 22] {
        assert_eq!(with(at, 99), LayoutError::Parameters, "{at}");
    }
    assert_eq!(with(0, 0), LayoutError::NotAnIndex);
    let other = layout::read(bytes, Keys::derive(b"other"));
    assert!(matches!(other, Err(LayoutError::OtherKey(_))));
}

/// Versions of one document have far more in common than unrelated documents.
#[test]
fn derivation_stands_out_twentyfold() {
    let keys = Keys::derive(b"k");
    let alphabet = Alphabet::default();
    let terms = prose(500, 60);
    let original = |seed: u64| format!("{terms} {}", prose(seed, 3_000));
    let of = |text: &str| -> HashSet<u64> {
        let symbols = alphabet.symbols(text.as_bytes(), Grain::Raw(0));
        let at = candidates(&keys, &symbols).into_iter();
        at.map(|at| keys.tag(symbols[at as usize..].first_chunk().unwrap()))
            .collect()
    };
    // In ten-thousandths.
    let contained =
        |a: &HashSet<u64>, b: &HashSet<u64>| 10_000 * a.intersection(b).count() / a.len();
    for seed in 0..5 {
        let first = original(seed);
        let words: Vec<&str> = first.split(' ').collect();
        // A third is dropped, a third is rewritten, and something is new.
        let kept: Vec<&str> = words
            .iter()
            .enumerate()
            .filter(|(at, _)| at / 300 % 3 != 0)
            .map(|(_, word)| *word)
            .collect();
        let second = format!("{} {}", kept.join(" "), prose(900 + seed, 1_500));
        let derived = contained(&of(&first), &of(&second));
        for other in 50..60 {
            let unrelated = contained(&of(&first), &of(&original(other)));
            assert!(derived > 20 * unrelated, "{derived} {unrelated}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn a_damaged_index_is_refused(at in any::<prop::sample::Index>(), bit in 0u8..8, cut in any::<bool>(), short in any::<bool>()) {
        let mut index = vault(vec![source("a", "a", &prose(1, 300))], b"k", Density::Normal);
        if short {
            index = filter(index);
        }
        let mut bytes = layout::write(&index);
        let at = at.index(bytes.len());
        if cut {
            bytes.truncate(at);
        } else {
            bytes[at] ^= 1 << bit;
        }
        prop_assert!(layout::read(bytes, Keys::derive(b"k")).is_err());
    }

    #[test]
    fn any_bytes_are_read_without_a_panic(mut bytes in prop::collection::vec(any::<u8>(), 0..400), head in any::<bool>()) {
        if head {
            let whole = layout::write(&vault(Vec::new(), b"k", Density::Normal));
            let own = bytes.len().min(96);
            bytes[..own].copy_from_slice(&whole[..own]);
        }
        prop_assert!(layout::read(bytes, Keys::derive(b"k")).is_err());
    }
}
