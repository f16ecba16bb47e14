//! Names and canaries that the register holds in the clear.

use crate::home::Home;

fn home() -> Home {
    let home = Home::new();
    for (id, kind, text) in [
        ("zeus", "name", "Zeus-X"),
        ("copy-for-bob", "canary", "zq81-vv20-kx93"),
        ("mark", "name", "<<~*~>>"),
    ] {
        let args = ["register", "phrase", "--plain", "--id", id, "--kind", kind];
        let run = home.run_with_input(&args, text);
        assert_eq!(run.code, 0, "{}", run.err);
    }
    home.build();
    home
}

#[test]
fn names_are_found_as_they_are_written_and_canaries_in_every_form() {
    let home = home();
    for (text, id) in [
        ("about zeus-x, again", "zeus"),
        ("ZEUS-X", "zeus"),
        ("see <<~*~>>", "mark"),
        ("(zq81-vv20-kx93)", "copy-for-bob"),
        ("zq81 vv20\n> KX93", "copy-for-bob"),
    ] {
        let wide: Vec<u8> = format!("\u{feff}{text}")
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        for bytes in [text.as_bytes().to_vec(), wide] {
            home.write("a.txt", bytes);
            let (code, findings) = home.scan("a.txt", &[]);
            assert_eq!((code, findings.len()), (1, 1), "{text}");
            assert!(
                findings[0]["title"].as_str().unwrap().contains(id),
                "{text}"
            );
        }
    }
    for text in [
        "prezeus-x",
        "zeus-x2",
        "zeus x",
        "zq81-vv20-kx9",
        "azq81-vv20-kx93",
    ] {
        home.write("a.txt", text);
        assert_eq!(home.scan("a.txt", &[]), (0, vec![]), "{text}");
    }
}

#[test]
fn a_filter_has_the_tags_of_the_long_ones_and_no_text() {
    let home = home();
    home.run(&[
        "register",
        "build",
        "--tier",
        "filter",
        "-o",
        "register.vault",
    ]);
    home.write("a.txt", "zq81 VV20 kx93");
    assert_eq!(home.scan("a.txt", &[]).1.len(), 1);
    home.write("a.txt", "zeus-x");
    assert_eq!(home.scan("a.txt", &[]), (0, vec![]));
    let bytes = std::fs::read(home.path("register.vault")).unwrap();
    assert!(!bytes.windows(9).any(|window| window == b"zq81-vv20"));
}

#[test]
fn an_entry_has_a_tag_or_a_text() {
    let home = Home::new();
    for (entry, told) in [
        ("id = 'a'", "needs a `tag` or a `text`"),
        ("id = 'a'\ntext = 'x'", "needs 3 to 200 bytes"),
    ] {
        home.write("register.toml", format!("[[phrase]]\n{entry}\n"));
        let run = home.run(&["register", "list"]);
        assert_eq!(run.code, 2);
        assert!(run.err.contains(told), "{}", run.err);
    }
}
