//! Rows of protected tables, found again in other files.

use crate::home::Home;
use crate::leaks::Dice;

/// A table of invented people.
struct People(Vec<[String; 5]>);

impl People {
    fn new(count: usize) -> People {
        let mut dice = Dice(3);
        let mut word = |syllables: usize| -> String {
            let parts = ["ba", "ce", "di", "fo", "gu", "la", "me", "ni", "ro", "tu"];
            (0..syllables).map(|_| parts[dice.below(10)]).collect()
        };
        let names: Vec<(String, String)> = (0..count).map(|_| (word(3), word(4))).collect();
        let row = |(number, (first, last)): (usize, (String, String))| {
            [
                format!("K-{}", 100_000 + number * 7919),
                format!("{first}.{last}@mail{}.example", number % 7),
                first,
                last,
                format!(
                    "19{:02}-{:02}-{:02}",
                    50 + number % 50,
                    1 + number % 12,
                    1 + number % 28
                ),
            ]
        };
        People(names.into_iter().enumerate().map(row).collect())
    }

    fn csv(&self) -> String {
        let rows = self.0.iter().map(|row| row.join(",") + "\n");
        "number,mail,first,last,born\n".to_owned() + &rows.collect::<String>()
    }
}

const COLUMNS: &str = "number:id,mail:email,first:name,last:name,born:date";

/// A folder with the table and its index.
fn home(people: &People, options: &[&str]) -> Home {
    let home = Home::new();
    home.write("vault/people.csv", people.csv());
    let add = [
        "register",
        "add-table",
        "vault/people.csv",
        "--columns",
        COLUMNS,
        "--owner",
        "jane",
    ];
    let run = home.run(&[&add, options].concat());
    assert_eq!(run.code, 0, "{}", run.err);
    home.build();
    home
}

#[test]
fn rows_are_found_in_every_form() {
    let people = People::new(400);
    let home = home(&people, &["--title", "P"]);
    let some = &people.0[100..112];
    let json: Vec<String> = some
        .iter()
        .map(|[number, mail, _, last, born]| {
            format!("{{\n \"no\": \"{number}\",\n \"e\": \"{mail}\",\n \"n\": \"{last}\",\n \"b\": \"{born}\"}}")
        })
        .collect();
    let prose: Vec<String> = some
        .iter()
        .map(|[number, _, first, last, _]| {
            format!(
                "We wrote to {} {} (customer {number}) again.\n",
                first.to_uppercase(),
                last
            )
        })
        .collect();
    let tagged: Vec<String> = some
        .iter()
        .map(|[number, mail, _, last, _]| {
            format!("<tr><td>{number}</td><td><b>{last}</b></td><td>{mail}</td></tr>\n")
        })
        .collect();
    let csv: String = some.iter().map(|row| row.join(";") + "\n").collect();
    let wide: Vec<u8> = csv.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let files: [(&str, Vec<u8>, u32); 5] = [
        ("a.csv", csv.into_bytes(), 5),
        ("a.json", json.join(",\n").into_bytes(), 4),
        ("a.txt", prose.concat().into_bytes(), 3),
        (
            "a.html",
            format!("<html><table>{}</table>", tagged.concat()).into_bytes(),
            3,
        ),
        ("b.csv", [&[0xFF, 0xFE], &wide[..]].concat(), 5),
    ];
    for (name, bytes, cells) in files {
        home.write(name, bytes);
        let (code, findings) = home.scan(name, &[]);
        assert_eq!((code, findings.len()), (1, 1), "{name}");
        assert_eq!(findings[0]["rule"], "protected-record");
        assert_eq!(findings[0]["severity"], "high");
        let preview = findings[0]["preview"].as_str().unwrap();
        assert!(preview.starts_with("12 rows"), "{name}: {preview}");
        assert!(
            preview.ends_with(&format!("at most {cells} cells of a row")),
            "{name}: {preview}"
        );
        for row in some {
            for cell in row {
                let told = findings[0].to_string();
                assert!(!told.contains(cell.as_str()), "{told}");
            }
        }
    }
}

#[test]
fn one_row_with_three_cells_is_enough_and_one_cell_is_not() {
    let people = People::new(400);
    let home = home(&people, &[]);
    let [number, mail, first, last, born] = &people.0[7];
    for (text, count) in [
        (format!("{first} {last}, {mail}"), 1),
        (format!("{number} {born} {mail}"), 1),
        (format!("{number}\n"), 0),
        (format!("{mail}\n"), 0),
        (format!("{number} {last}\n"), 0),
        (format!("{first} {last} {born}\n"), 0),
        (format!("{mail} {} {}\n", people.0[8][3], people.0[9][2]), 0),
    ] {
        home.write("a.txt", &text);
        assert_eq!(home.scan("a.txt", &[]).1.len(), count, "{text}");
    }
    let mails = |count: usize| -> String {
        people
            .0
            .iter()
            .take(count)
            .map(|row| row[1].clone() + "\n")
            .collect()
    };
    home.write("a.txt", mails(4));
    assert_eq!(home.scan("a.txt", &[]).1.len(), 0);
    home.write("a.txt", mails(5));
    assert_eq!(home.scan("a.txt", &[]).1.len(), 1);
}

#[test]
fn allowed_values_are_no_secret() {
    let people = People::new(400);
    let home = Home::new();
    home.write("vault/people.csv", people.csv());
    let known: String = people.0[..50]
        .iter()
        .map(|row| row[1].clone() + "\n")
        .collect();
    home.write("vault/known.csv", format!("mail\n{known}"));
    let run = home.run(&[
        "register",
        "add-table",
        "vault/people.csv",
        "--columns",
        "mail:email,last:name",
        "--allow",
        "vault/known.csv",
    ]);
    assert_eq!(run.code, 0, "{}", run.err);
    home.build();
    let leak = |range: std::ops::Range<usize>| -> String {
        people.0[range]
            .iter()
            .map(|row| format!("{} {}\n", row[1], row[3]))
            .collect()
    };
    home.write("a.txt", leak(0..40));
    assert_eq!(home.scan("a.txt", &[]), (0, vec![]));
    home.write("a.txt", leak(60..70));
    assert_eq!(home.scan("a.txt", &[]).1.len(), 1);
}

#[test]
fn the_filter_finds_pairs_and_knows_no_cell_alone() {
    let people = People::new(400);
    let home = home(&people, &[]);
    let run = home.run(&[
        "register",
        "build",
        "--tier",
        "filter",
        "-o",
        "register.vault",
    ]);
    assert_eq!(run.code, 0, "{}", run.err);
    let csv: String = people.0[5..9]
        .iter()
        .map(|row| row.join(",") + "\n")
        .collect();
    home.write("a.csv", csv);
    let (code, findings) = home.scan("a.csv", &[]);
    assert_eq!((code, findings.len()), (1, 1));
    assert!(!findings[0].to_string().contains("people"));
    let mails: String = people.0[..50]
        .iter()
        .map(|row| row[1].clone() + "\n\n")
        .collect();
    home.write("a.csv", mails);
    assert_eq!(home.scan("a.csv", &[]), (0, vec![]));
    let other = People::new(900);
    let csv: String = other.0[500..]
        .iter()
        .map(|row| row[1..].join(",") + "\n")
        .collect();
    home.write("a.csv", csv);
    assert_eq!(home.scan("a.csv", &[]).1.len(), 0);
}

#[test]
fn windows_change_nothing() {
    let people = People::new(400);
    let home = home(&people, &[]);
    let filler = "nothing to see here, move along please\n".repeat(6_000);
    let rows: Vec<String> = people.0[20..60].iter().map(|row| row.join(",")).collect();
    home.write(
        "a.txt",
        format!(
            "{filler}{}\n{filler}{}",
            rows[..20].join("\n"),
            rows[20..].join("\n")
        ),
    );
    let whole = home.scan("a.txt", &[]);
    assert_eq!(whole.1.len(), 1);
    assert!(
        whole.1[0]["preview"]
            .as_str()
            .unwrap()
            .starts_with("40 rows")
    );
    for window in ["4096", "100003"] {
        assert_eq!(home.scan("a.txt", &["--window", window]), whole, "{window}");
    }
}

#[test]
fn tables_that_say_too_little_are_refused() {
    let home = Home::new();
    home.write(
        "a.csv",
        "kind,name\n".to_owned() + &"A-10001,Bob Miller\n".repeat(50),
    );
    let add = ["register", "add-table", "a.csv", "--columns"];
    let run = home.run(&[&add[..], &["kinds:id"]].concat());
    assert!(run.err.contains("has no column `kinds`"), "{}", run.err);
    let run = home.run(&[&add[..], &["kind:number"]].concat());
    assert_eq!(run.code, 2, "{}", run.err);
    let run = home.run(&[&add[..], &["name:name"]].concat());
    assert!(run.err.contains("primary"), "{}", run.err);
    assert_eq!(home.run(&[&add[..], &["kind:id"]].concat()).code, 0);
    let run = home.run(&["register", "build"]);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("too few to be looked for"), "{}", run.err);
}

#[test]
fn no_artefact_holds_a_cell() {
    let people = People::new(400);
    let home = home(&people, &[]);
    home.run(&["register", "build", "--tier", "filter"]);
    for name in ["register.vault", "register.filter"] {
        let bytes = std::fs::read(home.path(name)).unwrap();
        for cell in people.0.iter().flatten().filter(|cell| cell.len() >= 8) {
            assert!(
                !bytes
                    .windows(cell.len())
                    .any(|window| window == cell.as_bytes())
            );
        }
    }
}
