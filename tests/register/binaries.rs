//! Protected binaries, whole and in parts.

use crate::home::Home;
use crate::leaks::Dice;

fn noise(seed: u64, len: usize) -> Vec<u8> {
    let mut dice = Dice(seed);
    (0..len).map(|_| dice.next() as u8).collect()
}

fn home(bytes: &[u8], options: &[&str]) -> Home {
    let home = Home::new();
    home.write("vault/model.bin", bytes);
    let add = ["register", "add", "vault/model.bin", "--profile", "binary"];
    let run = home.run(&[&add, options].concat());
    assert_eq!(run.code, 0, "{}", run.err);
    home.build();
    home
}

#[test]
fn a_binary_is_found_whole_embedded_and_in_part() {
    let bytes = noise(1, 400_000);
    let home = home(&bytes, &[]);
    for (name, content, level) in [
        ("whole", bytes.clone(), "copy"),
        (
            "embedded",
            [noise(2, 77_777), bytes.clone(), noise(3, 5_000)].concat(),
            "copy",
        ),
        (
            "part",
            [noise(4, 1_234), bytes[100_000..200_000].to_vec()].concat(),
            "substantial",
        ),
        (
            "script",
            [
                b"#!/bin/sh\nexit\n".repeat(9_000),
                bytes[..100_000].to_vec(),
            ]
            .concat(),
            "substantial",
        ),
    ] {
        home.write(name, &content);
        let (code, findings) = home.scan(name, &[]);
        assert_eq!((code, findings.len()), (1, 1), "{name}");
        let document = &findings[0]["document"];
        assert_eq!(
            (&document["level"], &document["profile"]),
            (&level.into(), &"binary".into()),
            "{name}"
        );
        let whole = home.scan(name, &["--window", "4096"]);
        assert_eq!(whole, (code, findings), "{name}");
    }
    home.write("other", noise(9, 400_000));
    assert_eq!(home.scan("other", &[]), (0, vec![]));
}

#[test]
fn a_small_binary_is_found_whole() {
    let bytes = noise(1, 900);
    let home = home(&bytes, &[]);
    home.write("copy.dat", &bytes);
    assert_eq!(home.scan("copy.dat", &[]).1.len(), 1);
    home.write("copy.dat", &bytes[..899]);
    assert_eq!(home.scan("copy.dat", &[]), (0, vec![]));
}

#[test]
fn parts_of_public_binaries_and_padding_protect_nothing() {
    let library = noise(5, 200_000);
    let bytes = [noise(1, 200_000), vec![0; 200_000], library.clone()].concat();
    let home = Home::new();
    home.write("vault/model.bin", &bytes);
    home.write("web/library.bin", &library);
    home.run(&["register", "add", "vault/model.bin", "--profile", "binary"]);
    let run = home.run(&["register", "build", "--public", "web"]);
    assert_eq!(run.code, 0, "{}", run.err);
    home.write("a", [vec![0; 300_000], library].concat());
    assert_eq!(home.scan("a", &[]), (0, vec![]));
    home.write("a", &bytes[..150_000]);
    assert_eq!(home.scan("a", &[]).1.len(), 1);
}

#[test]
fn the_filter_finds_long_parts() {
    let bytes = noise(1, 400_000);
    let home = home(&bytes, &[]);
    home.run(&[
        "register",
        "build",
        "--tier",
        "filter",
        "-o",
        "register.vault",
    ]);
    home.write(
        "a",
        [noise(4, 1_234), bytes[100_000..200_000].to_vec()].concat(),
    );
    let (code, findings) = home.scan("a", &[]);
    assert_eq!((code, findings.len()), (1, 1));
    assert_eq!(findings[0]["document"]["level"], "likely");
}
