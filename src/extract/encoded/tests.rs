//! Containers in digits are found however their lines are broken.

use std::ops::ControlFlow;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use super::*;
use crate::base::control::Control;
use crate::base::limits::Limits;
use crate::extract::part::Content;

fn parts(text: &str) -> Vec<(String, Vec<u8>)> {
    let control = Control::default();
    let limits = Limits::default().unpack;
    let budget = Budget::new(&limits, &control, &[], text.len() as u64);
    let mut bytes = Cursor::new(text.as_bytes());
    let mut blob = Blob {
        name: "a.txt",
        content: Content::Seek(&mut bytes, text.len() as u64),
    };
    let mut found = Vec::new();
    let read = Encoded.extract(&mut blob, &budget, &mut |part| {
        if let Part::Blob { name, content, .. } = part {
            let mut bytes = Vec::new();
            content.read_to_end(&mut bytes).unwrap();
            found.push((name.to_owned(), bytes));
        }
        ControlFlow::Continue(())
    });
    assert_eq!(read, Ok(()));
    found
}

fn archive() -> Vec<u8> {
    let mut bytes = b"PK\x03\x04".to_vec();
    bytes.extend((0..200_u8).map(|n| n.wrapping_mul(37)));
    bytes
}

#[test]
fn a_container_is_found_however_its_digits_are_wrapped() {
    let whole = STANDARD.encode(archive());
    let lines: Vec<&str> = (0..whole.len())
        .step_by(60)
        .map(|at| &whole[at..whole.len().min(at + 60)])
        .collect();
    for text in [
        format!("x: {whole}\n"),
        format!("x: |\n  {}\ny: 1\n", lines.join("\n  ")),
        format!("{{\"x\": \"{}\"}}", lines.join("\\n")),
        format!("x = \"{}\";", lines.join("\" +\n    \"")),
        format!("data:application/zip;base64,{whole}"),
        format!("x: {} y", URL_SAFE_NO_PAD.encode(archive())),
        format!("[\"{}\"]", lines.join("\",\n  \"")),
        format!("$x = '{}';", lines.join("'\n  . '")),
        format!("x = \"{}\"", lines.join("\" & _\r\n  \"")),
        format!("x={}", lines.join("\\\n")),
        format!(
            "x={}",
            whole
                .replace('/', "%2F")
                .replace('+', "%2b")
                .replace('=', "%3D")
        ),
        format!("x: {}", STANDARD.encode(&whole)),
        format!("x: {}", hex(&archive())),
        format!("x: {}", hex(&archive()).to_uppercase()),
    ] {
        let found = parts(&text);
        assert_eq!(found.len(), 1, "{text}");
        if text != format!("x: {}", STANDARD.encode(&whole)) {
            assert_eq!(found[0].1, archive(), "{text}");
            continue;
        }
        let text = String::from_utf8(found[0].1.clone()).unwrap();
        assert_eq!(text, whole, "it is opened in turn");
    }
    let below = format!("a\nb\nc {whole}\n");
    assert_eq!(parts(&below)[0].0, "[base64 in line 3]");
}

const HEX: &[u8; 16] = b"0123456789abcdef";

fn hex(bytes: &[u8]) -> String {
    let pair = |&byte: &u8| [byte >> 4, byte & 15].map(|digit| HEX[usize::from(digit)]);
    let digits = bytes.iter().flat_map(pair);
    digits.map(char::from).collect()
}

#[test]
fn archives_are_known_behind_their_length_and_by_marks_that_come_late() {
    let length = [&[0, 0, 0, 0, 204, 0, 0, 0][..], &archive()].concat();
    let found = parts(&format!("<q>{}</q>", STANDARD.encode(&length)));
    assert_eq!(found[0].1, length);
    let mut tar = vec![0; 1024];
    tar[..5].copy_from_slice(b"a.env");
    tar[257..262].copy_from_slice(b"ustar");
    let digits = STANDARD.encode(&tar);
    let lines: Vec<&str> = digits
        .as_bytes()
        .chunks(76)
        .map(|line| std::str::from_utf8(line).unwrap())
        .collect();
    for text in [digits.clone(), lines.join("\n")] {
        let found = parts(&text);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].1, tar);
    }
    tar[257] = b'x';
    assert_eq!(parts(&STANDARD.encode(&tar)), []);
}

#[test]
fn text_in_two_bytes_holds_them_as_well() {
    let text = format!("x\ny: {}\n", STANDARD.encode(archive()));
    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let wide = String::from_utf8(wide).unwrap();
    assert_eq!(parts(&wide)[0].1, archive());
}

#[test]
fn values_of_a_list_that_are_not_of_one_length_are_two() {
    let other = [archive(), archive()].concat();
    let two = format!(
        "[\"{}\",\n\"{}\"]",
        STANDARD.encode(archive()),
        STANDARD.encode(&other)
    );
    assert_eq!(parts(&two).len(), 2);
}

#[test]
fn pictures_count_if_they_are_whole() {
    let start = [b"\x89PNG\r\n\x1a\n", &[7_u8; 200][..]].concat();
    let whole = [&start[..], b"IEND\xae\x42\x60\x82"].concat();
    assert_eq!(parts(&STANDARD.encode(&whole))[0].1, whole);
    assert_eq!(parts(&STANDARD.encode(&start)), []);
}

#[test]
fn other_runs_are_no_containers() {
    let text = STANDARD.encode("a text of some length, which is no container at all ".repeat(9));
    let picture = STANDARD.encode([b"\x89PNX\r\n\x1a\n", &[7_u8; 200][..]].concat());
    for text in [
        text,
        picture,
        "UEsD".into(),
        "UEsDBBQA".into(),
        "xUEsDBBQAAAAIAAAA".into(),
    ] {
        assert!(!begins_container(text.as_bytes()), "{text}");
        assert_eq!(parts(&text), []);
    }
}

#[test]
fn hexadecimal_digits_may_say_what_they_are() {
    let digits: Vec<String> = archive().iter().map(|byte| format!("{byte:02x}")).collect();
    let digits = digits.concat();
    for before in ["", "0x", "'\\x", "E'\\\\x"] {
        let expected = ("[hex in line 1]".to_owned(), archive());
        assert_eq!(
            parts(&format!("x = {before}{digits}")),
            [expected],
            "{before}"
        );
    }
}
