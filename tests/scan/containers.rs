//! What is inside archives and compressed streams is found, whatever they are
//! called and however they are nested, and what is not read is said.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::build::{Member, bzip2, directory, gzip, lz4, tar, tar_header, zip, zlib, zstd};
use crate::plant::Source;
use crate::tree::{Report, Tree, skips};

/// A line with a token.
fn line(seed: u64) -> Vec<u8> {
    format!("token = \"{}\"\n", Source::new(seed).token()).into_bytes()
}

/// The places of all findings of a scan of `content`.
fn found(content: &[u8]) -> (Vec<String>, Report) {
    let tree = Tree::of("a", content);
    let report = tree.json(&["."]);
    let mut places: Vec<String> = report.findings().into_iter().map(|f| f.1).collect();
    places.sort();
    (places, report)
}

#[track_caller]
fn assert_found(content: &[u8], places: &[&str]) {
    let (found, report) = found(content);
    assert_eq!(found, places);
    assert_eq!((report.code, report.skips()), (1, skips(&[])));
    assert_eq!(report.units("scanned"), 1);
}

#[test]
fn compressed_streams_are_read() {
    let text = [&line(1)[..], &[b'x'; 5000], b"\n", &line(2)].concat();
    for pack in [gzip, bzip2, zstd, lz4] {
        assert_found(&pack(&text), &["a!content:1:10", "a!content:3:10"]);
    }
}

#[test]
fn streams_of_several_members_are_read_to_the_end() {
    for pack in [gzip, bzip2, zstd, lz4] {
        let both = [pack(&line(3)), pack(&line(4))].concat();
        assert_found(&both, &["a!content:1:10", "a!content:2:10"]);
    }
}

#[test]
fn archives_inside_archives_are_opened() {
    let inner = zip(&[Member::deflated("deep/b.env", &line(5))]);
    let outer = gzip(&tar(&[("c.zip", &inner), ("d.txt", &line(6))]));
    let places = ["a!content!c.zip!deep/b.env:1:10", "a!content!d.txt:1:10"];
    assert_found(&outer, &places);
}

#[test]
fn what_stands_in_an_archive_as_it_is_is_told_once() {
    assert_found(&tar(&[("x.txt", &line(7))]), &["a!x.txt:1:10"]);
    let stored = zip(&[Member::stored("x.txt", &line(8))]);
    assert_found(&stored, &["a!x.txt:1:10"]);
}

#[test]
fn standard_input_is_opened_too() {
    let tree = Tree::new();
    let content = gzip(&tar(&[("x.txt", &line(9))]));
    let report = tree.scan_with(&content, ["-", "--report", "json"]).report();
    assert_eq!(report.findings()[0].1, "<stdin>!content!x.txt:1:10");
    assert_eq!(report.code, 1);
}

#[test]
fn a_zip_archive_is_found_wherever_it_stands() {
    let archive = zip(&[Member::deflated("x.txt", &line(10).repeat(3))]);
    let places = ["a!x.txt:1:10", "a!x.txt:2:10", "a!x.txt:3:10"];
    let noise = Source::new(11).bytes(9000);
    assert_found(&[b"\x89PNG\0", &noise[..], &archive].concat(), &places);
    assert_found(&[&archive[..], &noise].concat(), &places);
    // Behind a container of another kind.
    assert_found(&[gzip(b"hello"), archive].concat(), &places);
}

#[test]
fn members_that_no_directory_names_are_read() {
    let (listed, lost) = (
        Member::deflated("listed", &line(12)),
        Member::deflated("lost", &line(13)),
    );
    let body = [lost.local(), listed.local()].concat();
    let archive = directory(body, &[(listed, lost.local().len())]);
    assert_found(&archive, &["a!listed:1:10", "a!lost:1:10"]);
}

#[test]
fn members_of_the_same_name_are_all_read() {
    let twice = [
        Member::deflated("x", &line(14)),
        Member::deflated("x", &line(15)),
    ];
    assert_found(&zip(&twice), &["a!x:1:10", "a!x:1:10"]);
}

#[test]
fn members_may_share_their_bytes() {
    let member = Member::deflated("x", &line(16));
    let mut other = Member::deflated("y", &line(16));
    other.flags = 0;
    let archive = directory(member.local(), &[(member, 0), (other, 0)]);
    assert_found(&archive, &["a!x:1:10", "a!y:1:10"]);
}

#[test]
fn names_are_read_as_text() {
    let name = format!("{}.txt", Source::new(17).token());
    let (places, report) = found(&gzip(&tar(&[(&name, b"x")])));
    assert_eq!((places.len(), report.code), (1, 1));
    assert!(places[0].starts_with("a!content"), "{places:?}");
}

#[test]
fn a_name_that_climbs_is_a_name_like_any_other() {
    assert_found(
        &zip(&[Member::deflated("../../x", &line(18))]),
        &["a!../../x:1:10"],
    );
}

#[test]
fn what_lies_behind_the_end_of_a_tar_archive_is_read() {
    let both = [tar(&[("x", b"x")]), tar(&[("y.gz", &gzip(&line(19)))])].concat();
    assert_found(&both, &["a!y.gz!y:1:10"]);
}

#[test]
fn a_cut_archive_gives_what_is_there_and_says_so() {
    let noise = Source::new(20).bytes(50_000);
    let text = [&line(20)[..], &noise].concat();
    let whole = [
        gzip(&text),
        bzip2(&text),
        zip(&[Member::deflated("x", &text)]),
        tar(&[("x", &text)]),
    ];
    for archive in whole {
        let (_, report) = found(&archive[..archive.len() - 20_000]);
        let damaged = report.skips().iter().any(|skip| skip.1 == "damaged");
        assert!(damaged, "{:?}", report.skips());
        assert_eq!(report.units("partial"), 1);
    }
}

#[test]
fn an_encrypted_member_is_said_to_be_unread() {
    let mut member = Member::stored("x", &Source::new(21).bytes(40));
    member.flags = 1;
    let (_, report) = found(&zip(&[member, Member::deflated("y", &line(22))]));
    assert_eq!(report.skips(), skips(&[("a", "encrypted")]));
    assert_eq!((report.code, report.findings().len()), (1, 1));
}

#[test]
fn archives_inside_each_other_are_opened_to_a_depth() {
    let nest = |levels: usize| {
        (0..levels).fold(line(23), |inner, _| zip(&[Member::deflated("x", &inner)]))
    };
    let (places, report) = found(&nest(16));
    assert_eq!((places.len(), report.code), (1, 1));
    let (places, report) = found(&nest(17));
    assert_eq!((places.len(), report.code), (0, 3));
    assert_eq!(report.skips(), skips(&[("a", "limit")]));
}

/// Scans `bomb` with lowered limits; it must end soon, and name the limit.
#[track_caller]
fn assert_defused(bomb: &[u8], limit: &str) {
    let tree = Tree::of("bomb", bomb);
    let begun = Instant::now();
    let mut args = vec!["."];
    for limit in ["bytes=8M", "entries=2000", "memory=16M", "depth=8"] {
        args.extend(["--unpack-limit", limit]);
    }
    let report = tree.json(&args);
    assert!(begun.elapsed() < Duration::from_secs(30));
    assert_eq!(report.code, 3);
    assert_eq!(report.skips(), skips(&[("bomb", "limit")]));
    assert!(report.text().contains(&format!("`{limit}`")), "{limit}");
    assert_eq!(report.units("partial"), 1);
}

#[test]
fn bombs_end_at_a_limit_that_is_named() {
    let zeros = vec![0; 4 << 20];
    for pack in [gzip, bzip2, zstd, lz4] {
        assert_defused(&pack(&zeros).repeat(8), "bytes");
    }
    let flat = Member::deflated("x", &zeros);
    let again = (0..8).map(|_| (flat.clone(), 0));
    assert_defused(
        &directory(flat.local(), &again.collect::<Vec<_>>()),
        "bytes",
    );
    let inner = zip(&vec![flat; 4]);
    let outer = zip(&vec![Member::deflated("y.zip", &inner); 4]);
    assert_defused(&outer, "bytes");
    let deep = (0..30).fold(b"end".to_vec(), |inner, _| {
        zip(&[Member::deflated("x", &inner)])
    });
    assert_defused(&deep, "depth");
}

#[test]
fn a_bomb_in_an_archive_does_not_keep_what_lies_beside_it_from_being_read() {
    let bomb = gzip(&vec![0; 4 << 20]).repeat(20);
    let noise = Source::new(25).bytes(1 << 20);
    let members = [("noise", &noise), ("bomb.gz", &bomb), ("b.env", &line(26))];
    let (places, report) = found(&tar(&members.map(|(name, bytes)| (name, &bytes[..]))));
    assert_eq!(places, ["a!b.env:1:10"]);
    assert_eq!(report.skips(), skips(&[("a", "limit")]));
    assert!(report.text().contains("`ratio`"));
}

#[test]
fn archives_of_too_many_members_end_at_a_limit() {
    let empty: Vec<Member> = (0..5000)
        .map(|n| Member::stored(&format!("{n}"), b""))
        .collect();
    assert_defused(&zip(&empty), "entries");
    let mut many = Vec::new();
    for number in 0..5000 {
        many.extend(tar_header(&format!("{number}"), b'0', 0));
    }
    assert_defused(&many, "entries");
}

#[test]
fn a_member_that_must_be_held_must_fit() {
    let noise = Source::new(24).bytes(20 << 20);
    let inner = zip(&[Member::stored("x", &noise)]);
    let tree = Tree::of("a.gz", gzip(&inner));
    let report = tree.json(&[".", "--unpack-limit", "memory=8M"]);
    assert_eq!(report.skips(), skips(&[("a.gz", "limit")]));
    assert!(report.text().contains("`memory`"));
    assert_eq!(tree.json(&["."]).code, 0);
}

#[test]
fn parts_are_accounted_for_at_every_level() {
    let mut sealed = Member::stored("z", b"0123456789abcdef");
    sealed.flags = 1;
    let inner = zip(&[Member::deflated("y", b"text"), sealed]);
    let (_, report) = found(&tar(&[("b.zip", &inner), ("c", b"c")]));
    let parts = report.parts();
    // b.zip and z in part, y and c wholly.
    assert_eq!(parts, [4, 2, 2, 0, 0]);
}

#[test]
fn long_members_are_opened_while_they_pass() {
    let mut text = String::new();
    let mut noise = Source::new(25);
    while text.len() < 9 << 20 {
        let _ = writeln!(text, "{}", noise.text(60));
    }
    let text = [&line(26)[..], text.as_bytes(), &line(27)].concat();
    let nested = gzip(&tar(&[("b.gz", &gzip(&tar(&[("c.txt", &text)])))]));
    let (places, report) = found(&nested);
    assert_eq!(places.len(), 2, "{places:?}");
    assert!(
        places.contains(&"a!content!b.gz!b!c.txt:1:10".to_owned()),
        "{places:?}"
    );
    assert_eq!((report.code, report.skips()), (1, skips(&[])));
}

/// An archive with a token, as base64.
fn encoded(seed: u64) -> String {
    let text = [&line(seed)[..], &b"word ".repeat(99)].concat();
    STANDARD.encode(zip(&[Member::deflated("b.env", &text)]))
}

#[test]
fn archives_that_documents_hold_as_base64_are_opened() {
    let inner = "[base64 in line 1]!b.env:1:10";
    let paragraph = |text: &str| format!("<w:p><w:r><w:t>{text}</w:t></w:r></w:p>");
    let letter = |text: &str| {
        let body = format!(
            "<w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\">\
             <w:body>{}</w:body></w:document>",
            paragraph(text)
        );
        zip(&[
            Member::deflated("[Content_Types].xml", b"<Types/>"),
            Member::deflated("word/document.xml", body.as_bytes()),
        ])
    };
    // Cut by a run, so that no member holds it in one piece.
    let (first, last) = (encoded(60), encoded(60));
    let cut = format!("{}</w:t></w:r><w:r><w:t>{}", &first[..40], &last[40..]);
    assert_found(&letter(&cut), &[&format!("a!body!{inner}")]);
    assert_eq!(found(&letter(&"word ".repeat(200))).0, [""; 0]);
    let mail = format!(
        "From: a@example.org\nTo: b@example.org\nSubject: x\nMIME-Version: 1.0\n\
         Content-Type: text/plain\n\n{}\n",
        encoded(61)
    );
    assert_found(mail.as_bytes(), &[&format!("a![body]!{inner}")]);
    let wide: Vec<u8> = format!("x = {}\n", encoded(62))
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    assert_found(&wide, &[&format!("a!{inner}")]);
    let twice = format!("x = {}\n", STANDARD.encode(encoded(63)));
    assert_found(
        twice.as_bytes(),
        &[&format!("a![base64 in line 1]!{inner}")],
    );
}

#[test]
fn streams_are_found_in_the_midst_of_other_bytes() {
    let text = [&line(64)[..], &b"word ".repeat(99)].concat();
    for (pack, name) in [
        (gzip as fn(&[u8]) -> Vec<u8>, "gzip"),
        (bzip2, "bzip2"),
        (zstd, "zstd"),
        (lz4, "lz4"),
    ] {
        let script = b"#!/bin/sh\ntail -n +3 \"$0\" | tar x\nexit\n";
        let whole = [&script[..], &pack(&text)].concat();
        assert_found(&whole, &[&format!("a![{name} at byte 39]:1:10")]);
        let behind = [&zip(&[Member::deflated("c", b"x")])[..], &pack(&text)].concat();
        assert_found(&behind, &["a![behind the end]!content:1:10"]);
    }
}

#[test]
fn comments_of_members_and_their_extra_fields_are_read() {
    let token = Source::new(65).token();
    let mut whole = zip(&[Member::deflated("c", b"x")]);
    // What follows a comment is no blank, so it is told apart by its length.
    let entry = whole
        .windows(4)
        .position(|four| four == b"PK\x01\x02")
        .unwrap();
    let end = whole
        .windows(4)
        .position(|four| four == b"PK\x05\x06")
        .unwrap();
    whole[entry + 32] = token.len() as u8;
    whole.splice(end..end, token.bytes());
    let end = end + token.len();
    let length = u32::from_le_bytes(whole[end + 12..end + 16].try_into().unwrap());
    whole[end + 12..end + 16].copy_from_slice(&(length + token.len() as u32).to_le_bytes());
    assert_found(&whole, &["a![comments]:1:1"]);
}

#[test]
fn files_that_are_zlib_streams_are_read() {
    let object = [&b"blob 999\0"[..], &line(66), &b"word ".repeat(99)].concat();
    assert_found(&zlib(&object), &["a!content:1:18"]);
    assert_eq!(found(b"x^2 + y^2 = z^2, as everybody knows").0, [""; 0]);
}
